"""Running totals: a sum costs the same for a million impacts as for ten."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Mapping
from datetime import date

from emulator.providers.oneclickimpact.memory.records import KINDS, Impact, Kind


class Totals:
    """The sums of an account's impacts that were not canceled: its own, its customers', and by UTC day."""

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
        self._part(impact)[impact.kind] += impact.amount

    def subtract(self, impact: Impact) -> None:
        day = impact.made_on.date()
        sums = self._by_day[day]
        sums[impact.kind] -= impact.amount
        self._part(impact)[impact.kind] -= impact.amount
        if not any(sums.values()):  # no amount is 0, so no impact of the day is left
            del self._by_day[day]
            self._days.remove(day)

    def days(self, first: date, last: date) -> Iterator[tuple[date, Mapping[Kind, int]]]:
        """Yield the days with impacts and their sums, both ends included, in order."""
        for day in self._days[bisect_left(self._days, first) : bisect_right(self._days, last)]:
            yield day, self._by_day[day]

    def _part(self, impact: Impact) -> dict[Kind, int]:
        return self.own if impact.customer_id is None else self.customers
