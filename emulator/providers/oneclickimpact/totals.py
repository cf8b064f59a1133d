"""Running totals, so that a sum costs the same at a million impacts as at ten."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Mapping
from datetime import date

from emulator.providers.oneclickimpact.memory import KINDS, Impact, Kind


class Totals:
    """What an account has made and not taken back, by kind: for itself, for its customers, and on each UTC day."""

    def __init__(self) -> None:
        self.own = dict.fromkeys(KINDS, 0)
        self.customers = dict.fromkeys(KINDS, 0)
        self._by_day: dict[date, dict[Kind, int]] = {}
        self._days: list[date] = []

    def add(self, impact: Impact) -> None:
        day = impact.made_on.date()
        sums = self._by_day.get(day)
        if sums is None:
            sums = self._by_day[day] = dict.fromkeys(KINDS, 0)
            insort(self._days, day)
        sums[impact.kind] += impact.amount
        self._whose(impact)[impact.kind] += impact.amount

    def take_back(self, impact: Impact) -> None:
        day = impact.made_on.date()
        sums = self._by_day[day]
        sums[impact.kind] -= impact.amount
        self._whose(impact)[impact.kind] -= impact.amount
        if not any(sums.values()):  # no amount is 0, so nothing is left of the day
            del self._by_day[day]
            self._days.remove(day)

    def days(self, first: date, last: date) -> Iterator[tuple[date, Mapping[Kind, int]]]:
        """The days on which something was made, both ends included, in order."""
        for day in self._days[bisect_left(self._days, first) : bisect_right(self._days, last)]:
            yield day, self._by_day[day]

    def _whose(self, impact: Impact) -> dict[Kind, int]:
        return self.customers if impact.customer_id else self.own
