"""A space: an isolated world. Whatever can differ between two tests belongs to a space."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from emulator.core.clock import Clock, Event
from emulator.core.ids import Ids
from emulator.space.faults import Faults
from emulator.space.journal import Journal
from emulator.space.outbox import Outbox
from emulator.space.world import World
from emulator.web.provider import Backend
from emulator.web.request import Request
from emulator.web.webhooks import Webhooks

NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
DEFAULT = "default"
"""The space that is meant where none is named."""


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
        self.backends: dict[str, Backend] = {}
        self.snapshots: dict[str, dict[str, Any]] = {}
        self.recording = Recording()

    def backend(self, name: str) -> Backend:
        """A vendor of this space, born from its fixture when it is first asked for."""
        backend = self.backends.get(name)
        if backend is None:
            backend = self.backends[name] = self.world.backend(name, self.clock, self.ids)
        return backend

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
        for call in webhooks.take(self.backend(name)):
            self.outbox.add(name, call)

    def next_call(self) -> datetime | None:
        """When the outbox will next have something to send, if nothing else happens."""
        delivery = self.outbox.next()
        due = [delivery.due] if delivery else []
        due += [webhooks.next(self.backend(name)) for name, webhooks in self.world.webhooks()]
        return min(filter(None, due), default=None)

    def _due(self, since: datetime, until: datetime) -> list[Event]:
        backends = [self.backends.get(name) or self.world.newborns[name] for name in self.world.providers]
        events = [event for backend in backends for event in backend.due(since, until)]
        self.post_all()
        return sorted([*events, *self.outbox.due(since, until)], key=lambda event: event.at)
