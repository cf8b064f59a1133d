"""Time. The only module that reads the machine's clock."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache, partial

from emulator.core.real_time import real_class
from emulator.core.struct import Struct

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MIDNIGHT = time(tzinfo=UTC)
span = lru_cache(maxsize=256)(timedelta)
"""A ``timedelta``, made once for each span: settings and constants name few."""

YEAR_MIN, YEAR_MAX = 1970, 2999
"""The range of a clock: far enough from the ends of the calendar that dates calculated from it stay in it."""


class Backwards(Exception):
    """The clock cannot go back. ``now`` is its time, ``requested`` an earlier one."""

    def __init__(self, now: datetime, requested: datetime) -> None:
        super().__init__(f"the clock reads {micros(now)}; it does not go back to {micros(requested)}")
        self.now = now
        self.requested = requested


class Event(Struct, frozen=True):
    """An event caused by time: when, at which provider, what, and for which record."""

    at: datetime
    provider: str
    kind: str
    subject: str


class LogTime:
    """The machine's time for a process that keeps a log: it never goes back, and is frozen while an entry is applied.

    ``at`` is the time of that entry.
    """

    def __init__(self) -> None:
        self.at: datetime | None = None
        self._ahead = timedelta()
        self._last = _machine_time()

    def now(self) -> datetime:
        """Return the time for running clocks: that of the entry, or the time now."""
        return self.at or self.read()

    def read(self) -> datetime:
        """Return the time now, or the latest known time if the machine's clock is behind it."""
        reading = _machine_time()
        if self._ahead:
            reading += self._ahead
        if reading > self._last:
            self._last = reading
        return self._last

    def reach(self, at: datetime) -> None:
        """Record the time of a stored entry: later times are never earlier."""
        self._last = max(self._last, at)

    def follow(self, now: datetime) -> None:
        """Go by another clock from now on, which several machines share."""
        self._ahead = now - _machine_time()


class Clock:
    """A space's clock, in UTC to the microsecond: it runs with the machine's, runs with an offset, or is frozen.

    ``now`` is a reading, taken by ``read()`` when a turn begins; it does not change until the next one,
    so everything that happens in one turn happens at one instant. ``machine_time`` returns the machine's time; where a
    log of entries determines the time, it returns the log's.
    """

    def __init__(self, machine_time: Callable[[], datetime] | None = None) -> None:
        self.machine_time = machine_time or _machine_time
        self.offset = timedelta()
        self.frozen_at: datetime | None = None
        self.now = self.machine_time()

    @property
    def frozen(self) -> bool:
        return self.frozen_at is not None

    def read(self) -> datetime:
        """Take a reading and return it. It is never earlier than the one before, even if the machine's clock is."""
        reading = self.frozen_at or self.ahead()
        if reading > self.now:
            self.now = reading
        return self.now

    def ahead(self) -> datetime:
        """Return the time of the clock if it ran: the machine's time plus the offset."""
        now = self.machine_time()
        return now + self.offset if self.offset else now

    def begin(self, at: datetime, frozen: bool) -> None:
        """Set the clock to any time, the past included: only for a space that nothing has changed."""
        self.now = at
        self._keep(frozen)

    def set(self, at: datetime | None, frozen: bool) -> None:
        """Move to ``at`` (None: stay) and freeze or run from there. Raises Backwards."""
        now = self.read()
        self._move(at or now, frozen)

    def advance(self, by: timedelta) -> None:
        """Move by a span of time; the clock stays frozen or running. Raises Backwards."""
        self._move(self.read() + by, self.frozen)

    def _move(self, at: datetime, frozen: bool) -> None:
        """Move to ``at``, compared with the last reading, which is new: the system clock goes on meanwhile."""
        if at < self.now:
            raise Backwards(self.now, at)
        self.now = at
        self._keep(frozen)

    def _keep(self, frozen: bool) -> None:
        self.offset = self.now - self.machine_time()
        self.frozen_at = self.now if frozen else None


_machine_time = partial(real_class(datetime).now, UTC)
"""The machine's time, even if this module is imported while a test has replaced ``datetime``."""


def within_calendar(at: datetime) -> datetime:
    """Return the same instant. Raises ValueError for one that no clock may be set to."""
    if not YEAR_MIN <= at.year <= YEAR_MAX:
        raise ValueError(f"the clock reads years from {YEAR_MIN} to {YEAR_MAX}")
    return at


def instant(text: object) -> datetime:
    """Return the instant, in UTC, of ISO 8601 text with an offset. Raises ValueError."""
    at = _parsed(text) if isinstance(text, str) else None
    if at is None:
        raise ValueError("must be a date and time with its offset from UTC, such as 2026-01-01T00:00:00Z")
    return within_calendar(at)


def _parsed(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text.upper())
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):  # not ISO 8601, or the offset leads out of the calendar
        return None


def start_of_day(day: date) -> datetime:
    """Return the first instant of a day in UTC."""
    return datetime.combine(day, MIDNIGHT)


def micros(at: datetime) -> str:
    """Return an instant in microseconds: ``2022-08-01T18:00:00.000000Z``."""
    since = at - EPOCH
    thousands, rest = divmod(since.microseconds, 1000)
    return f"{_second(since.days, since.seconds)}.{_THOUSANDTHS[thousands]}{_THOUSANDTHS[rest]}Z"


def millis(at: datetime) -> str:
    """Return an instant in milliseconds, rounded down: ``2024-09-16T20:34:04.429Z``."""
    since = at - EPOCH
    return f"{_second(since.days, since.seconds)}.{_THOUSANDTHS[since.microseconds // 1000]}Z"


def seconds(at: datetime) -> str:
    """Return an instant in seconds, rounded down: ``2024-01-15T10:30:00Z``."""
    since = at - EPOCH
    return f"{_second(since.days, since.seconds)}Z"


def whole_second(at: datetime) -> datetime:
    """Return an instant, rounded down to a second: one object for all instants of a second that come together."""
    since = at - EPOCH
    return _whole_second(since.days, since.seconds)


@lru_cache(maxsize=256)
def _whole_second(days: int, seconds: int) -> datetime:
    return EPOCH + timedelta(days, seconds)


@lru_cache(maxsize=4096)
def _second(days: int, seconds: int) -> str:
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{_day(days)}T{_SIXTIETHS[hour]}:{_SIXTIETHS[minute]}:{_SIXTIETHS[second]}"


@lru_cache(maxsize=4096)
def _day(days: int) -> str:
    return (EPOCH + timedelta(days)).date().isoformat()


_SIXTIETHS = [f"{number:02}" for number in range(60)]
_THOUSANDTHS = [f"{number:03}" for number in range(1000)]
"""A lookup costs half as much as formatting, and most formatted times are new."""


def date_header(at: datetime) -> tuple[bytes, bytes]:
    """Return the header ``Date: Sun, 06 Nov 1994 08:49:37 GMT`` (RFC 9110, section 6.6.1)."""
    since = at - EPOCH
    return _date_header(since.days, since.seconds)


@lru_cache(maxsize=256)
def _date_header(days: int, seconds: int) -> tuple[bytes, bytes]:
    at = EPOCH + timedelta(days, seconds)
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[at.weekday()]
    month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[at.month - 1]
    return b"date", f"{day}, {at.day:02} {month} {at.year:04} {at:%H:%M:%S} GMT".encode()
