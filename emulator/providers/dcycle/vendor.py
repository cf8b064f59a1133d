"""The rules by which Dcycle adds up emissions (docs.dcycle.io); all arithmetic is in whole grams."""

from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from hmac import compare_digest
from itertools import accumulate
from typing import NamedTuple, TypeAlias

from emulator.core.clock import Clock, Event
from emulator.core.ids import Ids
from emulator.providers.dcycle import errors
from emulator.providers.dcycle.memory import SCOPES, Catalogue, Category, Key, Memory, Organization, Record, Scope

RANGE_DAYS_MAX = 730


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
    """Grams by day, with running totals: a span of days costs two look-ups, however much was emitted."""

    def __init__(self, grams_by_day: Mapping[date, int]) -> None:
        self._days = sorted(grams_by_day)
        self._totals = list(accumulate((grams_by_day[day] for day in self._days), initial=0))

    def grams(self, first: date, last: date) -> int:
        """What was emitted from the first day to the last, both included."""
        return self._totals[bisect_right(self._days, last)] - self._totals[bisect_left(self._days, first)]


class Dcycle:
    """Dcycle in one space."""

    def __init__(self, catalogue: Catalogue, memory: Memory, clock: Clock, ids: Ids) -> None:
        self.catalogue = catalogue
        self.memory = memory
        self.clock = clock
        self.ids = ids
        self._ledgers = _ledgers(memory.records.values())
        self._organizations: dict[str, Organization] = {}
        self._roots: dict[str, Organization] = {}
        for root in catalogue.trees:
            for organization in root.and_below():
                self._organizations[organization.id] = organization
                self._roots[organization.id] = root

    # --- who asks, and about whom

    def key(self, api_key: str | None) -> Key:
        """The key of these characters. Raises InvalidApiKey."""
        if api_key is None:
            raise errors.InvalidApiKey("dcycle.auth.key-missing")
        for key in self.catalogue.keys:
            if compare_digest(key.api_key.encode(), api_key.encode()):
                return key
        raise errors.InvalidApiKey("dcycle.auth.key-unknown")

    def organization(self, key: Key, organization_id: str) -> Organization:
        """An organization in the tree of the key: the key's own, or any above, below or beside it. Raises Forbidden."""
        if organization_id not in self._organizations:
            raise errors.Forbidden("dcycle.organization.unknown")
        if self._roots[organization_id] is not self._roots[key.organization_id]:
            raise errors.Forbidden("dcycle.organization.other-tree")
        return self._organizations[organization_id]

    # --- emissions

    def total_impacts(
        self, organization: Organization, start_date: date, end_date: date, group_by: GroupBy, include_children: bool
    ) -> Mapping[Group, int]:
        """The grams of each group, in the vendor's order; a group that emitted nothing is not there.

        Both dates are included, and with ``include_children`` so are the subsidiaries, at any depth.
        Raises InvalidDateRange, DateRangeTooLarge.
        """
        if start_date > end_date:
            raise errors.InvalidDateRange
        if (end_date - start_date).days > RANGE_DAYS_MAX:
            raise errors.DateRangeTooLarge

        members = list(organization.and_below()) if include_children else [organization]
        impacts: dict[Group, int] = {}
        for group, category, first, last in _parts(group_by, start_date, end_date):
            if grams := self._grams(members, category, first, last):
                impacts[group] = impacts.get(group, 0) + grams
        return impacts

    # --- time

    def due(self, since: datetime, until: datetime) -> Iterator[Event]:  # noqa: ARG002
        """Nothing falls due by time alone."""
        return iter(())

    # --- below the rules

    def _grams(self, members: Iterable[Organization], category: Category | None, first: date, last: date) -> int:
        ledgers = (self._ledgers.get((member.id, category)) for member in members)
        return sum(ledger.grams(first, last) for ledger in ledgers if ledger)


def _ledgers(records: Iterable[Record]) -> dict[tuple[str, Category | None], Ledger]:
    """A ledger for each organization and category that emitted anything, and one for all its categories (None)."""
    days = defaultdict[tuple[str, Category | None], defaultdict[date, int]](lambda: defaultdict(int))
    for record in records:
        of_category, of_all = days[record.organization_id, record.category], days[record.organization_id, None]
        for day, grams in record.grams_by_day():
            of_category[day] += grams
            of_all[day] += grams
    return {emitter: Ledger(by_day) for emitter, by_day in days.items()}


def _parts(group_by: GroupBy, first: date, last: date) -> Iterator[tuple[Group, Category | None, date, date]]:
    """What goes into each group, in order: a category, or all of them (None), and from which day to which."""
    if group_by is GroupBy.MONTH:
        for start, end in _months(first, last):
            yield InMonth(start.year, start.month), None, start, end
    else:
        for category, scope in SCOPES.items():
            group = InScope(scope) if group_by is GroupBy.SCOPE else InCategory(scope, category)
            yield group, category, first, last


def _months(first: date, last: date) -> Iterator[tuple[date, date]]:
    """The parts of a range of days that lie in one calendar month each."""
    start = first
    while True:
        end = min(start.replace(day=monthrange(start.year, start.month)[1]), last)
        yield start, end
        if end == last:
            return
        start = end + timedelta(days=1)
