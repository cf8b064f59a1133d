"""The copy of a stored space that a process has in memory."""

from asyncio import Future
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from msgspec import field

from emulator.core.clock import Clock
from emulator.core.struct import Struct
from emulator.log.checks import Checks
from emulator.log.entries import Entry
from emulator.log.replica import Replica
from emulator.space.space import Space
from emulator.web.effect import Effect
from emulator.web.exchange import Exchange
from emulator.web.provider import Provider
from emulator.web.request import Request

ENTRIES_MAX = 5000
"""After how many entries a small space gets a snapshot: to apply them takes a quarter of a second."""

BYTES_MAX = 8 * 1024 * 1024
"""After how many bytes of entries a space gets a snapshot, unless its last one is larger."""

LARGE_BYTES = 512 * 1024
"""From how many bytes on a snapshot takes so long that other requests would notice."""

IMAGE_BYTES_PER_ENTRY = 2000
"""A snapshot of so many bytes costs about as much as it costs to apply an entry."""


class Asker(NamedTuple):
    """A caller that waits for an entry (None: for those of other nodes): ``future`` gets the result.

    ``check`` is the checksum of reads that were answered.
    """

    entry: Entry | None
    future: "Future[Any] | None" = None
    check: int = 0


class Held(Struct, frozen=True):
    """A request that a fault delays before its turn. It arrived at a time of the log."""

    number: int
    space: Space
    provider: Provider
    request: Request
    before: Effect
    after: Effect | None
    at: datetime | None = None


Read: TypeAlias = tuple[datetime, Exchange]


class SpaceCopy(Struct, eq=False):
    """A space in memory, as far as the log's entries have been applied to it, and what waits to be stored.

    ``id`` is the space's in the log, 0 before its first entry. ``held`` are delayed requests by their entry's number.
    ``reads`` were answered and are not stored yet. ``users`` counts the requests that are at work with it. ``entries``
    and ``bytes`` are those after the last snapshot. ``last_change`` is the last of them that was not reads, when it was
    loaded. ``at`` is the time of the last entry in microseconds, and ``reading`` is what the space's clock read after
    it.
    """

    name: str
    replica: Replica[Asker]
    id: int = 0
    held: dict[int, Held] = field(default_factory=dict)
    reads: list[Read] = field(default_factory=list)
    checks: Checks = field(default_factory=Checks)
    users: int = 0
    used_at: float = 0.0
    entries: int = 0
    bytes: int = 0
    image_bytes: int = 0
    saving: bool = False
    last_change: int = 0
    at: int = 0
    reading: tuple[Clock, datetime] | None = None

    def note_reading(self, space: Space | None) -> None:
        """Remember what the clock reads after an entry: reads, which no other node knows of, may move it on."""
        self.reading = (space.clock, space.clock.now) if space else None

    def become(self, fresh: "SpaceCopy") -> None:
        """Go on as a copy that was loaded later, for those who use this one."""
        for name in ("replica", "id", "held", "checks", "entries", "bytes", "image_bytes", "last_change", "at"):
            setattr(self, name, getattr(fresh, name))

    @property
    def needs_image(self) -> bool:
        """Whether the entries have grown enough that a snapshot in their place pays."""
        many = self.entries > ENTRIES_MAX + self.image_bytes // IMAGE_BYTES_PER_ENTRY
        return many or self.bytes > max(BYTES_MAX, self.image_bytes)

    @property
    def is_large(self) -> bool:
        """Whether a snapshot takes so long that other requests would notice."""
        return max(self.image_bytes, self.bytes) > LARGE_BYTES

    @property
    def idle(self) -> bool:
        """Whether no request uses it, and nothing waits to be stored."""
        return not (self.users or self.reads or self.held or self.saving) and self.replica.idle
