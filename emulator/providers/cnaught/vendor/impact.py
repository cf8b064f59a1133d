"""Whose orders there are, and what those of them that are fulfilled have retired (docs.cnaught.com, Impact)."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from operator import attrgetter
from typing import TypeAlias

from emulator.core.paging import Timeline
from emulator.providers.cnaught.amounts import equal_parts
from emulator.providers.cnaught.drafts import Buyer
from emulator.providers.cnaught.memory import Catalogue, Order
from emulator.providers.cnaught.vendor.sums import BLOCK, Amounts, Kind, Sums, negative, put

Owner: TypeAlias = tuple[str, str | None]
"""An account, or a subaccount of it."""

created_on = attrgetter("created_on")


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
    """The orders of one owner, as they were made, and the sums of what they have retired.

    ``stretches`` are the places from which on they stand in the order of time: 0 alone, but where a fixture says
    otherwise, or its orders were placed after what the clock was set to.
    """

    def __init__(self) -> None:
        self.orders = Timeline[Order]()
        self.sums = Sums()
        self.stretches: list[int] = []

    def add(self, order: Order) -> None:
        if not self.stretches or order.created_on < self.orders[-1].created_on:
            self.stretches.append(len(self.orders))
        self.orders.add(order.id, order)


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
                first = bisect_left(owned.orders, since, start, end, key=created_on) if since else start
                last = bisect_left(owned.orders, until, first, end, key=created_on) if until else end
                put(owned.sums.between(first // BLOCK, last // BLOCK), total)
                put(self._single(last, owned, now), total)
                put(negative(self._single(first, owned, now)), total)
        return self._impact(total)

    def _single(self, place: int, owned: Owned, now: datetime) -> Amounts:
        """What the orders of a block have retired that stand before a place in it."""
        total: dict[Kind, Decimal] = {}
        for before in range(place - place % BLOCK, place):
            order = owned.orders[before]
            if order.state(now) == "fulfilled":
                put(self.parts(order), total)
        return total

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
