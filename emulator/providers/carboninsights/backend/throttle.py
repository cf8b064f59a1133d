"""The rate limits of each account (Carbon Insights API reference, Throttling)."""

from bisect import bisect_right, insort
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from math import ceil

from emulator.core.clock import EPOCH, Clock, Event
from emulator.providers.carboninsights import errors
from emulator.providers.carboninsights.memory.fixture import Memory
from emulator.providers.carboninsights.memory.records import Account

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


class Throttle:
    """The requests of all accounts in one space, counted if the settings say so."""

    def __init__(self, memory: Memory, clock: Clock) -> None:
        self.memory = memory
        self.clock = clock

    def admit(self, account: Account) -> None:
        """Admit and count a request. Raises Throttled with the longest wait."""
        if not self.memory.settings.throttled:
            return
        log, now = self.memory.admitted.get(str(account.id), []), self.clock.now
        admitted_at = self._admitted_at(log)
        if admitted_at > now:
            raise errors.Throttled(ceil((admitted_at - now).total_seconds()))

        del log[: bisect_right(log, now - DAY)]
        self.memory.admitted[str(account.id)] = log
        insort(log, now)

    def due(self, since: datetime, until: datetime) -> Iterator[Event]:
        """Yield the accounts at a limit that are admitted again in a span of time."""
        if self.memory.settings.throttled:
            for user_id, log in self.memory.admitted.items():
                if since < (at := self._admitted_at(log)) <= until:
                    yield Event(at, "carboninsights", "throttle.ended", user_id)

    def _admitted_at(self, log: Sequence[datetime]) -> datetime:
        """Return the time from which all limits admit another request."""
        settings = self.memory.settings
        limits = (
            (settings.requests_per_second, SECOND),
            (settings.requests_per_minute, MINUTE),
            (settings.requests_per_day, DAY),
        )
        return max((log[-limit] + window for limit, window in limits if len(log) >= limit), default=EPOCH)
