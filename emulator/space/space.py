"""A space: an isolated world, which owns everything that can differ between two tests."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from emulator.core.clock import Clock, Event
from emulator.core.documents import write
from emulator.core.ids import Ids, generation
from emulator.core.struct import Struct
from emulator.space.faults import Faults
from emulator.space.history import Change, Command, History
from emulator.space.outbox import Outbox
from emulator.space.story import Story
from emulator.space.world import World
from emulator.web.provider import Backend, Provider
from emulator.web.request import Request
from emulator.web.webhooks import Webhooks

T = TypeVar("T")

DEFAULT = "default"
"""The space of a request without a prefix."""

DEFAULT_ORIGIN = "http://127.0.0.1:4412"
"""The address of the server until a request shows a better one."""

PAGES = "_emulator/pages"
"""The path of the emulator's own pages in a space."""


class State(Struct, frozen=True):
    """Everything that a snapshot restores: see ``Space`` for each part."""

    clock: Clock
    ids: Ids
    faults: Faults
    outbox: Outbox
    backends: Mapping[str, Backend]
    clock_moved: bool


class Space:
    """One isolated world: the vendors' backends, a clock, identifiers, faults, an outbox and a history.

    ``requests`` counts the requests to vendors, ``turns`` those that had their turn, and ``held`` lists those that a
    fault delays before it. ``snapshots`` are kept by name. Everything that changes a space is an entry of its
    ``history``: an exchange, which the turn records, or a command, which ``run`` applies and records. ``generation`` is
    a number that no other space has, of this process or of another: after a reset or a restart it is another one.
    ``origin`` is the address of the server, as the first request to the space wrote it; links in replies lead to the
    pages below it. ``story`` is that of the scenario which has filled the space, if one has.
    """

    def __init__(self, name: str, world: World, seed: int | None = None, origin: str = DEFAULT_ORIGIN) -> None:
        self.name = name
        self.world = world
        self.clock = Clock(world.machine_time)
        self.ids = Ids(world.seed if seed is None else seed)
        self.faults = Faults()
        self.outbox = Outbox()
        self.history = History(world.limits.journal_exchanges_max, world.limits.journal_bytes_max)
        self.generation = generation()
        self.requests = 0
        self.turns = 0
        self.held: list[Request] = []
        self.clock_moved = False
        self.backends: dict[str, Backend] = {}
        self.move_pages(origin)
        self.story: Story | None = None
        self.snapshots: dict[str, dict[str, Any]] = {}

    def backend(self, name: str) -> Backend:
        """Return a vendor's backend in this space, made from its fixture when first used."""
        backend = self.backends.get(name)
        if backend is None:
            backend = self.backends[name] = self.world.backend(name, self.clock, self.ids)
            backend.pages_url = self.pages_url
        return backend

    def move_pages(self, origin: str) -> None:
        """Let links in replies lead to the pages of the server at this address."""
        self.pages_url = f"{origin}{'' if self.name == DEFAULT else f'/~{self.name}'}/{PAGES}"
        for backend in self.backends.values():
            backend.pages_url = self.pages_url

    @property
    def address(self) -> str:
        """The address of the server, to which links lead."""
        return self.pages_url.removesuffix(f"{'' if self.name == DEFAULT else f'/~{self.name}'}/{PAGES}")

    # --- history

    def run(self, command: Command[T]) -> T:
        """Apply a command at the clock's reading, record it, and return its result. If it raises, nothing changes."""
        at = self.clock.read()
        result = command.apply(self)
        self.history.add(Change(at, self.turns, command))
        return result

    def become(self, state: State) -> None:
        """Replace the whole state."""
        self.clock = state.clock
        self.ids = state.ids
        self.faults = state.faults
        self.outbox = state.outbox
        self.backends = dict(state.backends)
        for backend in self.backends.values():
            backend.pages_url = self.pages_url
        self.clock_moved = state.clock_moved

    # --- time

    @property
    def fresh(self) -> bool:
        """Whether nothing has changed the space or its clock: then the clock can be set to any time."""
        return not self.clock_moved and all(self._is_initial(name) for name in self.backends)

    def move_clock(self, at: datetime | None, frozen: bool) -> list[Event]:
        """Move the clock to a time, or leave it; freeze it, or let it run.

        Return the due events in order. Raises Backwards for an earlier time, except in a fresh space.
        """
        since = self.clock.read()
        if at is not None and at < since and self.fresh:
            self.clock.begin(at, frozen)
        else:
            self.clock.set(at, frozen)
        self.clock_moved = True
        return self._due(since, self.clock.now)

    def advance_clock(self, by: timedelta) -> list[Event]:
        """Let time pass. Return the due events in order. Raises Backwards."""
        since = self.clock.read()
        self.clock.advance(by)
        self.clock_moved = True
        return self._due(since, self.clock.now)

    def upcoming(self, by: timedelta) -> list[Event]:
        """Return what will become due within a span of time if nothing else happens, in order.

        It changes only the outbox, which gets the calls that are due.
        """
        outbox, now = self.posted(), self.clock.now
        return _in_order([*self._events(now, now + by), *outbox.due(now, now + by)])

    def _due(self, since: datetime, until: datetime) -> list[Event]:
        events = self._events(since, until)
        self.post_all()
        return _in_order([*events, *self.outbox.due(since, until)])

    def _events(self, since: datetime, until: datetime) -> list[Event]:
        """Return what becomes due at the vendors in a span of time."""
        events: list[Event] = []
        for name in self.world.providers:
            backend = self.backends.get(name)
            events += backend.due(since, until) if backend else self.world.initial_events(name, since, until)
        return events

    def _is_initial(self, name: str) -> bool:
        return _facts(self.backends[name].memory) == _facts(self.world.initial_backends[name].memory)

    # --- webhooks

    def posted(self) -> Outbox:
        """Return the outbox with every call that has become due by now."""
        self.clock.read()
        self.post_all()
        return self.outbox

    def post_all(self) -> None:
        """Put into the outbox what any vendor has to send by the clock's reading."""
        for name, webhooks in self.world.webhooks():
            self.post(name, self.backend(name), webhooks)

    def post(self, name: str, backend: Backend, webhooks: Webhooks) -> None:
        """Put into the outbox what a vendor has to send by the clock's reading."""
        notices = webhooks.notices(backend)
        if notices and notices[0].at <= self.clock.now:
            for call in webhooks.take(backend):
                self.outbox.add(name, call)

    def may_call(self, provider: Provider) -> bool:
        """Return whether a vendor that sends webhooks has something to send, now or later, or the outbox has."""
        webhooks = provider.webhooks
        if webhooks is None:
            return False
        return not self.outbox.idle or bool(webhooks.notices(self.backend(provider.name)))

    def next_call(self) -> datetime | None:
        """Return when the outbox will next have something to send, if nothing else happens."""
        delivery = self.outbox.next()
        due: Iterable[datetime | None] = [
            delivery.due if delivery else None,
            *(webhooks.next(self.backend(name)) for name, webhooks in self.world.webhooks()),
        ]
        return min(filter(None, due), default=None)


def _in_order(events: list[Event]) -> list[Event]:
    return sorted(events, key=lambda event: event.at)


def _facts(memory: Any) -> dict[str, Any]:
    """Return what a memory holds, without its settings."""
    return {name: value for name, value in write(memory).items() if name != "settings"}
