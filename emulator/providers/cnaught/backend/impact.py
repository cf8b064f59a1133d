"""Whose orders there are, and what those of them that are fulfilled have retired (docs.cnaught.com, Impact)."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import TypeAlias

from emulator.core.paging import Timeline
from emulator.providers.cnaught.amounts import equal_parts
from emulator.providers.cnaught.backend.sums import BLOCK, Amounts, Kind, Sums, nearest_block, negative, put
from emulator.providers.cnaught.drafts import Buyer
from emulator.providers.cnaught.memory import Catalogue, Order

Owner: TypeAlias = tuple[str, str | None]
"""An account, or a subaccount of it."""


@dataclass(frozen=True, slots=True)
class Impact:
    """Kilograms retired for somebody: in all, and by category and project."""

    total_kg: Decimal
    by_category: Mapping[str, Mapping[str, Decimal]]


def owner(buyer: Buyer) -> Owner:
    return buyer.account.id, buyer.subaccount.id if buyer.subaccount else None


def owners(order: Order) -> set[Owner]:
    """Whose order it is: a subaccount's is also its account's."""
    return {(order.account_id, None), (order.account_id, order.subaccount_id)}


class Owned:
    """The orders of one owner, as they were made, the instants of that, and the sums of what they have retired.

    ``stretches`` are the places from which on they stand in the order of time: 0 alone, but where a fixture says
    otherwise, or its orders were placed after what the clock was set to.
    """

    def __init__(self) -> None:
        self.orders = Timeline[Order]()
        self.instants: list[datetime] = []
        self.sums = Sums()
        self.stretches: list[int] = []

    def add(self, order: Order) -> None:
        if not self.instants or order.created_on < self.instants[-1]:
            self.stretches.append(len(self.orders))
        self.orders.add(order.id, order)
        self.instants.append(order.created_on)


class Impacts:
    """The orders of all, and the sums of their retirements.

    To ask for a period costs about the same however many orders there are, and however many of them it takes in.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._owned: dict[Owner, Owned] = {}
        self._kinds: dict[str, tuple[Kind, ...]] = {
            category.id: tuple((category.id, project) for project in category.projects)
            for category in catalogue.categories.values()
        }

    def orders(self, whose: Owner) -> Timeline[Order]:
        return self._owned[whose].orders if whose in self._owned else Timeline()

    def parts(self, order: Order) -> Amounts:
        """What an order retires when it is fulfilled."""
        parts: dict[Kind, Decimal] = {}
        for category, fraction in self.catalogue.portfolios[order.portfolio_id].allocations.items():
            parts |= equal_parts(order.amount_kg * fraction, self._kinds[category])
        return parts

    def enter(self, order: Order) -> None:
        for whose in owners(order):
            if whose not in self._owned:
                self._owned[whose] = Owned()
            self._owned[whose].add(order)

    def count(self, order: Order) -> None:
        """Count an order that has been fulfilled."""
        self._change(order, self.parts(order))

    def discount(self, order: Order) -> None:
        """Count an order no longer."""
        self._change(order, negative(self.parts(order)))

    def of(self, whose: Owner, since: datetime | None, until: datetime | None, now: datetime) -> Impact:
        """What orders placed from ``since`` on and before ``until`` have retired by now.

        Those that are fulfilled by now must have been counted.
        """
        total: dict[Kind, Decimal] = {}
        if owned := self._owned.get(whose):
            for start, end in pairwise([*owned.stretches, len(owned.orders)]):
                first = bisect_left(owned.instants, since, start, end) if since else start
                last = bisect_left(owned.instants, until, first, end) if until else end
                put(owned.sums.between(nearest_block(first), nearest_block(last)), total)
                put(self._beside(last, owned, now), total)
                put(negative(self._beside(first, owned, now)), total)
        return self._impact(total)

    def _beside(self, place: int, owned: Owned, now: datetime) -> Amounts:
        """What the orders have retired from the nearest block's beginning on and before a place; below 0 if after."""
        total: dict[Kind, Decimal] = {}
        begin = nearest_block(place) * BLOCK
        for single in range(min(place, begin), min(max(place, begin), len(owned.orders))):
            order = owned.orders[single]
            if order.state(now) == "fulfilled":
                put(self.parts(order), total)
        return total if begin <= place else negative(total)

    def _change(self, order: Order, by: Amounts) -> None:
        for whose in owners(order):
            owned = self._owned[whose]
            owned.sums.change(owned.orders.place(order.id), by)

    def _impact(self, total: Amounts) -> Impact:
        """In the order of the catalogue, without what came to nothing."""
        by_category: dict[str, dict[str, Decimal]] = {}
        for category, kinds in self._kinds.items():
            for kind in kinds:
                if amount_kg := total.get(kind):
                    by_category.setdefault(category, {})[kind[1]] = amount_kg
        return Impact(sum(total.values(), Decimal(0)), by_category)
