"""The rate limits of each account (Carbon Insights API reference, Throttling)."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil

from emulator.core.clock import Clock
from emulator.providers.carboninsights import errors
from emulator.providers.carboninsights.memory.fixture import Memory
from emulator.providers.carboninsights.memory.records import Account

DAY = timedelta(days=1)


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
        if waits := [wait for limit, window in self._limits() if (wait := _wait(log, limit, window, now))]:
            raise errors.Throttled(ceil(max(waits).total_seconds()))

        del log[: bisect_right(log, now - DAY)]
        self.memory.admitted[str(account.id)] = log
        log.append(now)

    def _limits(self) -> Sequence[tuple[int, timedelta]]:
        settings = self.memory.settings
        return (
            (settings.requests_per_second, timedelta(seconds=1)),
            (settings.requests_per_minute, timedelta(minutes=1)),
            (settings.requests_per_day, DAY),
        )


def _wait(log: Sequence[datetime], limit: int, window: timedelta, now: datetime) -> timedelta | None:
    """Return the time until another request fits; None if it fits now."""
    if len(log) < limit or log[-limit] + window <= now:
        return None
    return log[-limit] + window - now
