"""Spaces: isolated worlds on one server. Whatever can differ between two tests belongs to a space."""

import pickle
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from emulator.core.clock import Clock, Event
from emulator.core.faults import Faults
from emulator.core.ids import Ids
from emulator.core.journal import Journal
from emulator.core.provider import Provider, Vendor
from emulator.core.request import Request
from emulator.core.webhooks import Outbox, Webhooks
from emulator.fixtures import Fixtures
from emulator.leaving import free_slowly
from emulator.ondemand import OnDemand

NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
DEFAULT = "default"
"""The space that is meant where none is named."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What keeps one server within bounds, whatever is sent to it."""

    spaces_max: int = 1024
    body_bytes_max: int = 8 * 1024 * 1024
    journal_exchanges_max: int = 1000
    journal_bytes_max: int = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class World:
    """What every space is made from: the providers, their fixtures, the seed, and the limits.

    Of a vendor that nobody has asked for, only the name is known. ``memories`` are those of birth, to be copied;
    ``newborns`` are vendors that stand for every one that has not been born, to be asked and never changed.
    """

    providers: Mapping[str, Provider]
    fixtures: Fixtures
    seed: int
    limits: Limits
    memories: OnDemand[bytes] = field(init=False)
    newborns: OnDemand[Vendor] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "memories", OnDemand(self.providers, self._pickled))
        object.__setattr__(self, "newborns", OnDemand(self.providers, self._newborn))

    def memory(self, name: str) -> Any:
        """What a vendor remembers at birth: a copy of its own for each space, at a tenth of what ``deepcopy`` costs."""
        return pickle.loads(self.memories[name])  # noqa: S301, what this process has pickled

    def vendor(self, name: str, clock: Clock, ids: Ids) -> Vendor:
        """A vendor as it is at birth."""
        return self.providers[name].vendor(self.fixtures[name].catalogue, self.memory(name), clock, ids)

    def webhooks(self) -> list[tuple[str, Webhooks]]:
        """How the vendors call back that do, as far as they are loaded: in our fixtures, nobody waits for a call."""
        loaded = [self.providers[name] for name in self.providers if name in self.fixtures.made]
        return [(provider.name, provider.webhooks) for provider in loaded if provider.webhooks]

    def _pickled(self, name: str) -> bytes:
        return pickle.dumps(self.fixtures[name].memory, pickle.HIGHEST_PROTOCOL)

    def _newborn(self, name: str) -> Vendor:
        return self.vendor(name, Clock(), Ids(self.seed))


@dataclass(frozen=True, slots=True)
class Change:
    """What a test changed at a vendor between turns, ``after`` so many: its settings, or by an act on something."""

    after: int
    at: datetime
    provider: str
    settings: dict[str, Any] | None = None
    act: str | None = None
    subject: str = ""


@dataclass(slots=True)
class Recording:
    """From where on the journal tells a space's whole story.

    ``origin`` is the snapshot it begins with, None for the space as it was born; ``changes`` were made since.
    """

    origin: dict[str, Any] | None = None
    changes: list[Change] = field(default_factory=list)


class TooManySpaces(Exception):
    """One more space than the server may hold."""

    def __init__(self, spaces_max: int) -> None:
        super().__init__(f"this server holds {spaces_max} spaces and takes no more; delete one, or raise --spaces-max")


class Space:
    """One isolated world: the five vendors' memories, a clock, ids, faults, a journal and an outbox.

    ``requests`` counts the requests to vendors, ``turns`` those of them that had their turn, and ``held`` are those
    that a fault holds up. ``begun`` says whether anything has been written or the clock been set: from then on time
    only goes forward.
    """

    def __init__(self, name: str, world: World, seed: int | None = None) -> None:
        self.name = name
        self.world = world
        self.clock = Clock()
        self.ids = Ids(world.seed if seed is None else seed)
        self.faults = Faults()
        self.journal = Journal(world.limits.journal_exchanges_max, world.limits.journal_bytes_max)
        self.outbox = Outbox()
        self.requests = 0
        self.turns = 0
        self.held: list[Request] = []
        self.begun = False
        self.vendors: dict[str, Vendor] = {}
        self.snapshots: dict[str, dict[str, Any]] = {}
        self.recording = Recording()

    def vendor(self, name: str) -> Vendor:
        """A vendor of this space, born from its fixture when it is first asked for."""
        vendor = self.vendors.get(name)
        if vendor is None:
            vendor = self.vendors[name] = self.world.vendor(name, self.clock, self.ids)
        return vendor

    def set_clock(self, at: datetime | None, frozen: bool) -> list[Event]:
        """Move the clock and say what fell due on the way. Raises Backwards, except in a space that has not begun."""
        since = self.clock.read()
        if at is None or self.begun:
            self.clock.set(at, frozen)
        else:
            self.clock.begin(at, frozen)
        self.begun = True
        return self._due(since, self.clock.now)

    def advance_clock(self, by: timedelta) -> list[Event]:
        """Let time pass and say what fell due, in order. Raises Backwards."""
        since = self.clock.read()
        self.clock.advance(by)
        self.begun = True
        return self._due(since, self.clock.now)

    def posted(self) -> Outbox:
        """The outbox with all that has fallen due by now in it."""
        self.clock.read()
        self.post_all()
        return self.outbox

    def post_all(self) -> None:
        for name, webhooks in self.world.webhooks():
            self.post(name, webhooks)

    def post(self, name: str, webhooks: Webhooks) -> None:
        """Put into the outbox what a vendor has to tell by the clock's reading."""
        for call in webhooks.take(self.vendor(name)):
            self.outbox.add(name, call)

    def next_call(self) -> datetime | None:
        """When the outbox will next have something to send, if nothing else happens."""
        delivery = self.outbox.next()
        due = [delivery.due] if delivery else []
        due += [webhooks.next(self.vendor(name)) for name, webhooks in self.world.webhooks()]
        return min(filter(None, due), default=None)

    def _due(self, since: datetime, until: datetime) -> list[Event]:
        vendors = [self.vendors.get(name) or self.world.newborns[name] for name in self.world.providers]
        events = [event for vendor in vendors for event in vendor.due(since, until)]
        self.post_all()
        return sorted([*events, *self.outbox.due(since, until)], key=lambda event: event.at)


class Spaces:
    """The spaces of one server, each made when it is first named; the number is bounded, and none is ever evicted."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._spaces: dict[str, Space] = {}

    def __iter__(self) -> Iterator[Space]:
        return iter(self._spaces.values())

    def get(self, name: str) -> Space:
        """The space of this name, new if need be. Raises TooManySpaces.

        There is always a place for ``default``: a server that is full still tells its health, and deletes a space.
        """
        space = self._spaces.get(name)
        if space is None:
            kept_free = name != DEFAULT and DEFAULT not in self._spaces
            if len(self._spaces) + 1 + kept_free > self.world.limits.spaces_max:
                raise TooManySpaces(self.world.limits.spaces_max)
            space = self._spaces[name] = Space(name, self.world)
        return space

    def reset(self, name: str, seed: int | None = None) -> Space:
        """The space of this name as new. What went before is forgotten at once, and freed bit by bit."""
        if name in self._spaces:
            free_slowly(self._spaces[name])
        self._spaces[name] = Space(name, self.world, seed)
        return self._spaces[name]

    def drop(self, name: str) -> None:
        """Forget a space and its name. Raises KeyError."""
        free_slowly(self._spaces[name])
        del self._spaces[name]
