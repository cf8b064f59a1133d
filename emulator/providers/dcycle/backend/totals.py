"""Totals: grams of CO2e by organization, category and day, kept as emissions come and go."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import repeat
from typing import Any, NamedTuple, TypeAlias

from emulator.providers.dcycle.memory.catalogue import Organization
from emulator.providers.dcycle.memory.emissions import SCOPES, Category, Emission, Scope
from emulator.providers.dcycle.memory.fixture import Memory
from emulator.providers.dcycle.memory.records import Record


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


Span: TypeAlias = date | tuple[int, int] | int
"""A day, a month of a year, or a whole year."""


class DailyGrams:
    """Grams by day, by calendar month and by year.

    A period costs one lookup for each whole year, month and day of which it consists, however much was emitted.
    """

    def __init__(self) -> None:
        self._grams = defaultdict[Span, int](int)

    def add(self, day: date, grams: int) -> None:
        for span in (day, (day.year, day.month), day.year):
            self._grams[span] += grams

    def between(self, first: date, last: date) -> int:
        """Return what was emitted from the first day to the last, both included."""
        return sum(map(self._grams.get, _spans(first, last), repeat(0)))

    def by_month(self) -> list[tuple[date, int]]:
        """Return the grams of each month, by its first day."""
        return sorted(
            (date(*span, 1), grams) for span, grams in self._grams.items() if isinstance(span, tuple) and grams
        )


class Totals:
    """The grams of each organization and category, and of all its categories together (None).

    The memory is added up when a total is first requested, as most spaces never request one. From then on, changes are
    posted when the next total is requested.
    """

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self._grams = defaultdict[tuple[str, Category | None], DailyGrams](DailyGrams)
        self._requested = False
        self._unposted: list[tuple[Emission, int]] = []

    def add(self, record: Record[Any]) -> None:
        """Count a record that has been added to the memory."""
        self._change(record, 1)

    def subtract(self, record: Record[Any]) -> None:
        """Undo ``add`` of an equal record."""
        self._change(record, -1)

    def add_emission(self, emission: Emission) -> None:
        """Count an emission that has been added to the memory and is in no record."""
        self._change_emission(emission, 1)

    def subtract_emission(self, emission: Emission) -> None:
        """Undo ``add_emission`` of an equal emission."""
        self._change_emission(emission, -1)

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

    def _change(self, record: Record[Any], sign: int) -> None:
        if self._requested and (emission := record.emission()) is not None:
            self._unposted.append((emission, sign))

    def _change_emission(self, emission: Emission, sign: int) -> None:
        if self._requested:
            self._unposted.append((emission, sign))

    def _post(self) -> None:
        if not self._requested:
            self._requested = True
            for emission in self.memory.counted():
                self._post_one(emission, 1)
        for emission, sign in self._unposted:
            self._post_one(emission, sign)
        self._unposted.clear()

    def _post_one(self, emission: Emission, sign: int) -> None:
        of_category = self._grams[emission.organization_id, emission.category]
        of_all = self._grams[emission.organization_id, None]
        for day, grams in emission.grams_by_day():
            of_category.add(day, sign * grams)
            of_all.add(day, sign * grams)


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
def _spans(first: date, last: date) -> Sequence[Span]:
    """Return the whole years of a period, the whole months outside of these, and the days outside of both."""
    years = [
        year for year in range(first.year, last.year + 1) if first <= date(year, 1, 1) and date(year, 12, 31) <= last
    ]
    spans: list[Span] = [*years]
    for start, end in months(first, last):
        if start.year in years:
            continue
        if start.day == 1 and end.day == days_of_month(end):
            spans.append((start.year, start.month))
        else:
            spans += (start + timedelta(n) for n in range(end.day - start.day + 1))
    return tuple(spans)


def days_of_month(day: date) -> int:
    return _days(day.year, day.month)


@lru_cache(maxsize=1024)
def _days(year: int, month: int) -> int:
    return monthrange(year, month)[1]
