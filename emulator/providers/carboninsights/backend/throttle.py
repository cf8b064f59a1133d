"""The rate limits of each account (Carbon Insights API reference, Throttling)."""

from bisect import bisect_right, insort
from collections.abc import Iterator
from datetime import datetime, timedelta
from math import ceil

from emulator.core.clock import EPOCH, Clock, Event
from emulator.core.struct import Struct
from emulator.providers.carboninsights import errors
from emulator.providers.carboninsights.memory.fixture import Memory
from emulator.providers.carboninsights.memory.records import Account, Admissions

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


class Limit(Struct, frozen=True):
    """How many requests of an account a window of time may have, and the times of those that it has."""

    requests: int
    window: timedelta
    admitted: list[datetime]

    def admits_at(self) -> datetime:
        """Return the time from which the limit admits another request."""
        return self.admitted[-self.requests] + self.window if len(self.admitted) >= self.requests else EPOCH

    def admit(self, now: datetime) -> None:
        """Count a request, and forget those that no window has any more."""
        del self.admitted[: bisect_right(self.admitted, now - self.window)]
        insort(self.admitted, now)


class Throttle:
    """The requests of all accounts in one space, counted if the settings say so."""

    def __init__(self, memory: Memory, clock: Clock) -> None:
        self.memory = memory
        self.clock = clock

    def admit(self, account: Account) -> None:
        """Admit a request. Raises Throttled with the longest wait. Each limit counts what it admits itself."""
        if not self.memory.settings.throttled:
            return
        admissions, now = self.memory.admitted.setdefault(str(account.id), Admissions()), self.clock.now
        admitted_at = now
        for limit in self._limits(admissions):
            if limit.admits_at() <= now:
                limit.admit(now)
            else:
                admitted_at = max(admitted_at, limit.admits_at())
        if admitted_at > now:
            raise errors.Throttled(ceil((admitted_at - now).total_seconds()))

    def due(self, since: datetime, until: datetime) -> Iterator[Event]:
        """Yield the accounts at a limit that are admitted again in a span of time."""
        if self.memory.settings.throttled:
            for user_id, admissions in self.memory.admitted.items():
                at = max(limit.admits_at() for limit in self._limits(admissions))
                if since < at <= until:
                    yield Event(at, "carboninsights", "throttle.ended", user_id)

    def _limits(self, admissions: Admissions) -> list[Limit]:
        settings = self.memory.settings
        return [
            Limit(settings.requests_per_second, SECOND, admissions.second),
            Limit(settings.requests_per_minute, MINUTE, admissions.minute),
            Limit(settings.requests_per_day, DAY, admissions.day),
        ]
