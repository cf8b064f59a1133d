"""What was emitted, by organization, category and day: every figure that Dcycle adds up comes from here."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from emulator.providers.dcycle.memory import SCOPES, Category, Organization, Record, Scope


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


class Ledger:
    """Grams by day and by calendar month.

    A span of days costs a look-up for each whole month and for each day beside them, however much was emitted.
    """

    def __init__(self) -> None:
        self._by_day = defaultdict[date, int](int)
        self._by_month = defaultdict[date, int](int)

    def enter(self, day: date, grams: int) -> None:
        self._by_day[day] += grams
        self._by_month[day.replace(day=1)] += grams

    def grams(self, first: date, last: date) -> int:
        """What was emitted from the first day to the last, both included."""
        return sum(self._grams_in_month(start, end) for start, end in months(first, last))

    def _grams_in_month(self, first: date, last: date) -> int:
        if first.day == 1 and last.day == days_of_month(last):
            return self._by_month.get(first, 0)
        return sum(self._by_day.get(first + timedelta(n), 0) for n in range(last.day - first.day + 1))


class Ledgers:
    """A ledger for each organization and category that emitted anything, and one for all its categories (None).

    Records are posted when a sum is first asked for: most spaces never ask, and to post is most of a vendor's birth.
    """

    def __init__(self, records: Iterable[Record]) -> None:
        self._ledgers = defaultdict[tuple[str, Category | None], Ledger](Ledger)
        self._unposted = [(record, 1) for record in records]

    def add(self, record: Record | None) -> None:
        """Enter what a record tells; None tells of nothing."""
        if record is not None:
            self._unposted.append((record, 1))

    def take_back(self, record: Record | None) -> None:
        """Undo ``add`` of an equal record."""
        if record is not None:
            self._unposted.append((record, -1))

    def grams(self, members: Iterable[Organization], category: Category | None, first: date, last: date) -> int:
        """What organizations emitted together, in one category or in all (None), both days included."""
        self._post()
        ledgers = (self._ledgers.get((member.id, category)) for member in members)
        return sum(ledger.grams(first, last) for ledger in ledgers if ledger)

    def _post(self) -> None:
        for record, sign in self._unposted:
            of_category = self._ledgers[record.organization_id, record.category]
            of_all = self._ledgers[record.organization_id, None]
            for day, grams in record.grams_by_day():
                of_category.enter(day, sign * grams)
                of_all.enter(day, sign * grams)
        self._unposted.clear()


def parts(group_by: GroupBy, first: date, last: date) -> Iterator[tuple[Group, Category | None, date, date]]:
    """What goes into each group, in order: a category, or all of them (None), and from which day to which."""
    if group_by is GroupBy.MONTH:
        for start, end in months(first, last):
            yield InMonth(start.year, start.month), None, start, end
    else:
        for category, scope in SCOPES.items():
            group = InScope(scope) if group_by is GroupBy.SCOPE else InCategory(scope, category)
            yield group, category, first, last


@lru_cache(maxsize=1024)
def months(first: date, last: date) -> Sequence[tuple[date, date]]:
    """The parts of a range of days that lie in one calendar month each."""
    found, start = [], first
    while True:
        end = min(start.replace(day=days_of_month(start)), last)
        found.append((start, end))
        if end == last:
            return tuple(found)
        start = end + timedelta(days=1)


def days_of_month(day: date) -> int:
    return _days(day.year, day.month)


@lru_cache(maxsize=1024)
def _days(year: int, month: int) -> int:
    return monthrange(year, month)[1]
