"""Totals: grams of CO2e by organization, category and day, kept as emissions come and go."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import repeat
from typing import Any, NamedTuple, TypeAlias

from emulator.core.struct import Struct
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
Groups: TypeAlias = Sequence[tuple[Group, Category | None]]
"""Groups, and the category that counts to each, or None for all of them together."""

BY_SCOPE: Groups = tuple((InScope(scope), category) for category, scope in SCOPES.items())
BY_CATEGORY: Groups = tuple((InCategory(scope, category), category) for category, scope in SCOPES.items())

ZEROS = repeat(0)
DAYS_MAX = 31
"""How many days a month may have."""


Stretch: TypeAlias = tuple[int, int, int]
"""A part of a month: the month, the index of its first day, and that of the day behind its last one."""


class Span(Struct, frozen=True, gc=False):
    """The whole years of a period, the whole months outside of these, and the parts of other months.

    Months are counted from January of the year 0.
    """

    years: Sequence[int]
    months: Sequence[int]
    stretches: tuple[Stretch, ...]


Part: TypeAlias = tuple[Span, Groups]
"""A part of a period, and the groups of that part."""


class DailyGrams:
    """Grams by day, by calendar month and by year.

    A period costs one lookup for each whole year and month of which it consists, and one for the days of each other
    month, however much was emitted.
    """

    def __init__(self) -> None:
        self._years = defaultdict[int, int](int)
        self._months = defaultdict[int, int](int)
        self._days = defaultdict[int, list[int]](lambda: [0] * DAYS_MAX)

    def add(self, day: date, grams: int) -> None:
        month = _month(day)
        self._years[day.year] += grams
        self._months[month] += grams
        self._days[month][day.day - 1] += grams

    def within(self, span: Span) -> int:
        """Return what was emitted in a period."""
        found = sum(map(self._years.get, span.years, ZEROS)) + sum(map(self._months.get, span.months, ZEROS))
        for month, start, end in span.stretches:
            if month in self._days:
                found += sum(self._days[month][start:end])
        return found

    def by_month(self) -> list[tuple[date, int]]:
        """Return the grams of each month, by its first day."""
        return [(_first_day(month), grams) for month, grams in sorted(self._months.items()) if grams]


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
        for span, groups in parts(group_by, first, last):
            for group, category in groups:
                for member in members:
                    daily = self._grams.get((member.id, category))
                    if daily and (grams := daily.within(span)):
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
def parts(group_by: GroupBy, first: date, last: date) -> Sequence[Part]:
    """Return the parts of a period, and for each the groups to which categories count."""
    if group_by is GroupBy.SCOPE:
        return ((_span(first, last), BY_SCOPE),)
    if group_by is GroupBy.CATEGORY:
        return ((_span(first, last), BY_CATEGORY),)
    start, end = _month(first), _month(last)
    if start == end:
        return (_part_of_month(first, last),)
    whole = map(_whole_month, range(start + 1, end))
    return (_part_of_month(first, _last_day(start)), *whole, _part_of_month(_first_day(end), last))


def _part_of_month(first: date, last: date) -> Part:
    return _span(first, last), ((InMonth(first.year, first.month), None),)


@lru_cache(maxsize=1024)
def _whole_month(month: int) -> Part:
    return _part_of_month(_first_day(month), _last_day(month))


def _span(first: date, last: date) -> Span:
    month, end, start_day, end_day = _month(first), _month(last), first.day - 1, last.day
    is_whole = last == _last_day(end)
    if month == end and (start_day or not is_whole):
        return Span((), (), ((month, start_day, end_day),))
    stretches: tuple[Stretch, ...] = ()
    if start_day:
        stretches, month = ((month, start_day, DAYS_MAX),), month + 1
    if is_whole:
        end += 1
    else:
        stretches = (*stretches, (end, 0, end_day))
    year, end_year = -(-month // 12), end // 12
    if year >= end_year:  # no whole year
        return Span((), range(month, end), stretches)
    return Span(range(year, end_year), (*range(month, 12 * year), *range(12 * end_year, end)), stretches)


def _month(day: date) -> int:
    return 12 * day.year + day.month - 1


def _year_and_month(month: int) -> tuple[int, int]:
    return month // 12, month % 12 + 1


@lru_cache(maxsize=1024)
def _first_day(month: int) -> date:
    return date(*_year_and_month(month), 1)


@lru_cache(maxsize=1024)
def _last_day(month: int) -> date:
    year, number = _year_and_month(month)
    return date(year, number, monthrange(year, number)[1])
