"""What fulfilled orders have retired, and for whom (docs.cnaught.com, Impact)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeAlias

from emulator.providers.cnaught.drafts import Buyer
from emulator.providers.cnaught.memory import Catalogue, Order

Parts: TypeAlias = Mapping[str, Mapping[str, Decimal]]
"""Kilograms by category and project."""

Sums: TypeAlias = dict[tuple[str, str], Decimal]
"""The same, by category and project at once."""

Owner: TypeAlias = tuple[str, str | None]
"""An account, or a subaccount of it."""


@dataclass(frozen=True, slots=True)
class Impact:
    """Kilograms retired for somebody: in all, and by category and project."""

    total_kg: Decimal
    by_category: Parts


def owner(buyer: Buyer) -> Owner:
    return buyer.account.id, buyer.subaccount.id if buyer.subaccount else None


def owners(order: Order) -> set[Owner]:
    """Whose order it is: a subaccount's is also its account's."""
    return {(order.account_id, None), (order.account_id, order.subaccount_id)}


@dataclass(slots=True)
class Day:
    """The orders that were placed on one day (UTC) and fulfilled since: their parts, one by one and in all."""

    orders: dict[str, tuple[datetime, Parts]] = field(default_factory=dict)
    sums: Sums = field(default_factory=lambda: defaultdict(Decimal))


class Impacts:
    """Sums of retirements by owner and by day of placing.

    To ask costs as much as there are days, however many orders there are; only those of the two days that a period
    cuts through are looked at one by one.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._totals: dict[Owner, Sums] = defaultdict(lambda: defaultdict(Decimal))
        self._days: dict[Owner, dict[date, Day]] = defaultdict(lambda: defaultdict(Day))

    def enter(self, order: Order, parts: Parts) -> None:
        """Count a fulfilled order."""
        for whose in owners(order):
            day = self._days[whose][order.created_on.date()]
            day.orders[order.id] = (order.created_on, parts)
            _add(day.sums, parts, 1)
            _add(self._totals[whose], parts, 1)

    def take_back(self, order: Order) -> None:
        """Count an order no longer, if it was counted."""
        for whose in owners(order):
            day = self._days[whose][order.created_on.date()]
            _, parts = day.orders.pop(order.id, (None, {}))
            _add(day.sums, parts, -1)
            _add(self._totals[whose], parts, -1)

    def of(self, whose: Owner, since: datetime | None, until: datetime | None) -> Impact:
        """What orders placed from ``since`` on and before ``until`` have retired."""
        if since is None and until is None:
            return self._impact(self._totals.get(whose, {}))
        sums: Sums = defaultdict(Decimal)
        for day, placed in self._days.get(whose, {}).items():
            begin = datetime.combine(day, time(), UTC)
            if (since is None or since <= begin) and (until is None or begin + timedelta(days=1) <= until):
                for place, amount_kg in placed.sums.items():
                    sums[place] += amount_kg
            else:
                for parts in _between(placed, since, until):
                    _add(sums, parts, 1)
        return self._impact(sums)

    def _impact(self, sums: Sums) -> Impact:
        """In the order of the catalogue, without what came to nothing."""
        by_category: dict[str, dict[str, Decimal]] = {}
        for category in self.catalogue.categories.values():
            for project in category.projects:
                if amount_kg := sums.get((category.id, project)):
                    by_category.setdefault(category.id, {})[project] = amount_kg
        return Impact(sum(sums.values(), Decimal(0)), by_category)


def _add(sums: Sums, parts: Parts, sign: int) -> None:
    for category, projects in parts.items():
        for project, amount_kg in projects.items():
            sums[category, project] += sign * amount_kg


def _between(placed: Day, since: datetime | None, until: datetime | None) -> Iterator[Parts]:
    for created_on, parts in placed.orders.values():
        if (since is None or since <= created_on) and (until is None or created_on < until):
            yield parts
