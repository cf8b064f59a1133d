"""Time. The only module that asks the machine what time it is."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache


class Backwards(Exception):
    """The clock was asked to go back. ``now`` is what it reads, ``asked`` is what it was asked for."""

    def __init__(self, now: datetime, asked: datetime) -> None:
        super().__init__(f"the clock reads {micros(now)}; it does not go back to {micros(asked)}")
        self.now = now
        self.asked = asked


@dataclass(frozen=True, slots=True)
class Event:
    """Something that falls due by time alone: when, at which provider, what, and to which of its things."""

    at: datetime
    provider: str
    kind: str
    subject: str


class Clock:
    """A space's clock, in UTC to the microsecond: it runs with the machine's, runs with an offset, or is frozen.

    ``now`` is a reading, taken by ``read()`` when a turn begins; it stands still until the next one,
    so everything that happens in one turn happens at one instant.
    """

    def __init__(self) -> None:
        self.offset = timedelta()
        self.frozen_at: datetime | None = None
        self.now = _machine_time()

    @property
    def frozen(self) -> bool:
        return self.frozen_at is not None

    def read(self) -> datetime:
        """Take a reading. Never earlier than the one before, whatever the machine's clock does."""
        reading = self.frozen_at or self.ahead()
        if reading > self.now:
            self.now = reading
        return self.now

    def ahead(self) -> datetime:
        """What the clock would read if it ran: the machine's time and the offset."""
        return _machine_time() + self.offset

    def begin(self, at: datetime, frozen: bool) -> None:
        """Set the clock of a space in which nothing has happened: any instant will do, the past included."""
        self.now = at
        self._keep(frozen)

    def set(self, at: datetime | None, frozen: bool) -> None:
        """Move on to ``at`` (or stay) and freeze or run from there. Raises Backwards."""
        now = self.read()
        if at is not None and at < now:
            raise Backwards(now, at)
        self.now = at or now
        self._keep(frozen)

    def advance(self, by: timedelta) -> None:
        """Move on by a span of time; frozen stays frozen, running goes on running. Raises Backwards."""
        self.set(self.read() + by, self.frozen)

    def _keep(self, frozen: bool) -> None:
        self.offset = self.now - _machine_time()
        self.frozen_at = self.now if frozen else None


def _machine_time() -> datetime:
    return datetime.now(UTC)


@lru_cache(maxsize=4096)
def micros(at: datetime) -> str:
    """``2022-08-01T18:00:00.000000Z``"""
    return at.isoformat(timespec="microseconds")[:-6] + "Z"


@lru_cache(maxsize=4096)
def millis(at: datetime) -> str:
    """``2024-09-16T20:34:04.429Z``"""
    return at.isoformat(timespec="milliseconds")[:-6] + "Z"


@lru_cache(maxsize=256)
def http_date(second: int) -> bytes:
    """``Sun, 06 Nov 1994 08:49:37 GMT`` for a Unix time in seconds (RFC 9110, section 5.6.7)."""
    at = datetime.fromtimestamp(second, UTC)
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[at.weekday()]
    month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[at.month - 1]
    return f"{day}, {at.day:02} {month} {at.year:04} {at:%H:%M:%S} GMT".encode()
