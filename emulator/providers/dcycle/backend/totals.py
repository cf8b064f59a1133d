"""Totals: grams of CO2e by organization, category and day, kept as emissions come and go."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import repeat
from typing import NamedTuple, TypeAlias

from emulator.providers.dcycle.memory.catalogue import Organization
from emulator.providers.dcycle.memory.emissions import SCOPES, Category, Emission, Scope


class GroupBy(StrEnum):
    SCOPE = "scope"
    CATEGORY = "category"
    MONTH = "month"


class InScope(NamedTuple):
    scope: Scope


class InCategory(NamedTuple):
    scope: Scope
    category: Category


class InMonth(NamedTuple):
    year: int
    month: int


Group: TypeAlias = InScope | InCategory | InMonth


class DailyGrams:
    """Grams by day and by calendar month.

    A period costs one lookup for each whole month and for each day outside of these, however much was emitted.
    """

    def __init__(self) -> None:
        self._by_day = defaultdict[date, int](int)
        self._by_month = defaultdict[date, int](int)

    def add(self, day: date, grams: int) -> None:
        self._by_day[day] += grams
        self._by_month[day.replace(day=1)] += grams

    def between(self, first: date, last: date) -> int:
        """Return what was emitted from the first day to the last, both included."""
        whole_months, days = _parts_of(first, last)
        in_months = sum(map(self._by_month.get, whole_months, repeat(0)))
        return in_months + sum(map(self._by_day.get, days, repeat(0)))

    def by_month(self) -> list[tuple[date, int]]:
        """Return the grams of each month, by its first day."""
        return sorted((month, grams) for month, grams in self._by_month.items() if grams)


class Totals:
    """The grams of each organization and category, and of all its categories together (None).

    Emissions are posted when a total is first requested: most spaces never request one.
    """

    def __init__(self, emissions: Iterable[Emission]) -> None:
        self._grams = defaultdict[tuple[str, Category | None], DailyGrams](DailyGrams)
        self._unposted = [(emission, 1) for emission in emissions]

    def add(self, emission: Emission | None) -> None:
        """Count an emission; None adds nothing."""
        if emission is not None:
            self._unposted.append((emission, 1))

    def subtract(self, emission: Emission | None) -> None:
        """Undo ``add`` of an equal emission."""
        if emission is not None:
            self._unposted.append((emission, -1))

    def grams(self, members: Sequence[Organization], group_by: GroupBy, first: date, last: date) -> Mapping[Group, int]:
        """Return what organizations emitted together in each group, both days included, without groups of nothing."""
        self._post()
        found: dict[Group, int] = {}
        for group, category, start, end in parts(group_by, first, last):
            for member in members:
                daily = self._grams.get((member.id, category))
                if daily and (grams := daily.between(start, end)):
                    found[group] = found.get(group, 0) + grams
        return found

    def by_month(self, organization: Organization) -> Iterator[tuple[Category, date, int]]:
        """Yield the grams of an organization by category and month, in the vendor's order of categories."""
        self._post()
        for category in SCOPES:
            if daily := self._grams.get((organization.id, category)):
                yield from ((category, month, grams) for month, grams in daily.by_month())

    def _post(self) -> None:
        for emission, sign in self._unposted:
            of_category = self._grams[emission.organization_id, emission.category]
            of_all = self._grams[emission.organization_id, None]
            for day, grams in emission.grams_by_day():
                of_category.add(day, sign * grams)
                of_all.add(day, sign * grams)
        self._unposted.clear()


@lru_cache(maxsize=1024)
def parts(group_by: GroupBy, first: date, last: date) -> Sequence[tuple[Group, Category | None, date, date]]:
    """Return what goes into each group, in order: a category, or all of them (None), and from which day to which."""
    if group_by is GroupBy.MONTH:
        return tuple((InMonth(start.year, start.month), None, start, end) for start, end in months(first, last))
    if group_by is GroupBy.SCOPE:
        return tuple((InScope(scope), category, first, last) for category, scope in SCOPES.items())
    return tuple((InCategory(scope, category), category, first, last) for category, scope in SCOPES.items())


@lru_cache(maxsize=1024)
def months(first: date, last: date) -> Sequence[tuple[date, date]]:
    """Return the parts of a period that lie in one calendar month each."""
    found, start = [], first
    while True:
        end = min(start.replace(day=days_of_month(start)), last)
        found.append((start, end))
        if end == last:
            return tuple(found)
        start = end + timedelta(days=1)


@lru_cache(maxsize=1024)
def _parts_of(first: date, last: date) -> tuple[Sequence[date], Sequence[date]]:
    """Return the whole months of a period, by their first days, and the days outside of these."""
    whole_months, days = list[date](), list[date]()
    for start, end in months(first, last):
        if start.day == 1 and end.day == days_of_month(end):
            whole_months.append(start)
        else:
            days += (start + timedelta(n) for n in range(end.day - start.day + 1))
    return tuple(whole_months), tuple(days)


def days_of_month(day: date) -> int:
    return _days(day.year, day.month)


@lru_cache(maxsize=1024)
def _days(year: int, month: int) -> int:
    return monthrange(year, month)[1]
