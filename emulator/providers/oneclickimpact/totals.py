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
        if day not in self._by_day:
            self._by_day[day] = dict.fromkeys(KINDS, 0)
            insort(self._days, day)
        self._change(impact, day, impact.amount)

    def take_back(self, impact: Impact) -> None:
        day = impact.made_on.date()
        self._change(impact, day, -impact.amount)
        if not any(self._by_day[day].values()):  # no amount is 0, so nothing is left of the day
            del self._by_day[day]
            self._days.remove(day)

    def days(self, first: date, last: date) -> Iterator[tuple[date, Mapping[Kind, int]]]:
        """The days on which something was made, both ends included, in order."""
        for day in self._days[bisect_left(self._days, first) : bisect_right(self._days, last)]:
            yield day, self._by_day[day]

    def _change(self, impact: Impact, day: date, by: int) -> None:
        sums = self.customers if impact.customer_id else self.own
        sums[impact.kind] += by
        self._by_day[day][impact.kind] += by
