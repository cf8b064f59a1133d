"""What every space is made from."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Literal, TypeAlias

from emulator.core.cached_property import cached_property
from emulator.core.clock import Clock, Event
from emulator.core.documents import write
from emulator.core.exact_json import dump
from emulator.core.ids import Ids
from emulator.core.on_demand import OnDemand
from emulator.core.struct import Struct
from emulator.space.fixture_files import initial_memory
from emulator.space.fixtures import Fixtures
from emulator.space.initial_memory import InitialMemory
from emulator.web.provider import Backend, Provider
from emulator.web.webhooks import Webhooks

Links: TypeAlias = Literal["emulator", "vendor"]
"""The target of links in replies: the emulator's own pages, or the vendor's."""

Progress: TypeAlias = Callable[[str, int], Callable[[int], object]]
"""Shows the progress of a task: called with a label and a length, it returns what to call with each step."""


class Limits(Struct, frozen=True):
    """The limits of a server."""

    spaces_max: int = 1024
    body_bytes_max: int = 8 * 1024 * 1024
    journal_exchanges_max: int = 1000
    journal_bytes_max: int = 16 * 1024 * 1024


class World(Struct, frozen=True, dict=True):
    """What every space is made from: the providers, their fixtures, the seed, and the limits.

    ``links`` is the setting of that name with which every space begins; the fixtures' own if it is None.

    ``machine_time`` is what running clocks follow; None is the machine's own.

    A provider is loaded on first use. ``initial_backends`` are used where a space has not created its own backend
    yet; they never change. What is known of a provider without loading it: ``versions`` has the version of
    its memory, ``last_events`` when the last event of its built-in fixture becomes due, if it has events at all.
    """

    providers: Mapping[str, Provider]
    versions: Mapping[str, int]
    last_events: Mapping[str, datetime | None]
    fixtures: Fixtures
    seed: int
    limits: Limits
    links: Links | None = None
    machine_time: Callable[[], datetime] | None = None

    @cached_property
    def memories(self) -> OnDemand[InitialMemory]:
        return OnDemand(self.providers, self._initial_memory)

    @cached_property
    def initial_backends(self) -> OnDemand[Backend]:
        return OnDemand(self.providers, self._initial_backend)

    @cached_property
    def initial_texts(self) -> OnDemand[bytes]:
        """The initial memory of each vendor as JSON."""
        return OnDemand(self.providers, lambda name: dump(self.initial_document(name)))

    def memory(self, name: str) -> Any:
        """Return a vendor's initial memory: a new copy for each space."""
        return self.memories[name].copy()

    def backend(self, name: str, clock: Clock, ids: Ids) -> Backend:
        """Return a vendor in its initial state."""
        memory = self.memory(name)
        if self.links and hasattr(memory, "settings") and hasattr(memory.settings, "links"):
            memory.settings.links = self.links
        return self.providers[name].backend(self.fixtures[name].catalogue, memory, clock, ids)

    def initial_document(self, name: str) -> dict[str, Any]:
        """Return a vendor's initial memory as JSON. A vendor that is not loaded stays so."""
        if name in self.fixtures.made:
            return write(self.initial_backends[name].memory)
        memory = initial_memory(name)
        if self.links and "links" in memory.get("settings", {}):
            memory["settings"]["links"] = self.links
        return memory

    def initial_events(self, name: str, since: datetime, until: datetime) -> Iterable[Event]:
        """Return what becomes due at a vendor in its initial state after ``since`` and up to ``until``.

        A vendor that is not loaded has its built-in fixture: one whose events are over stays unloaded.
        """
        if name not in self.fixtures.made:
            last = self.last_events[name]
            if last is None or last <= since:
                return ()
        return self.initial_backends[name].due(since, until)

    def webhooks(self) -> list[tuple[str, Webhooks]]:
        """Return how each loaded vendor calls back, if it does: no default fixture has calls to make."""
        loaded = [self.providers[name] for name in self.providers if name in self.fixtures.made]
        return [(provider.name, provider.webhooks) for provider in loaded if provider.webhooks]

    def _initial_memory(self, name: str) -> InitialMemory:
        return InitialMemory(self.fixtures[name].memory)

    def _initial_backend(self, name: str) -> Backend:
        return self.backend(name, Clock(self.machine_time), Ids(self.seed))
