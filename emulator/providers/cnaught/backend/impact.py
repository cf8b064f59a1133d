"""Climate impact: what the fulfilled orders of an owner have retired (docs.cnaught.com, Impact)."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from itertools import chain, pairwise
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from emulator.core.bounded_cache import BoundedCache
from emulator.core.documents import EMPTY, FrozenMapping, frozen
from emulator.core.paging import CREATED_ON, Timeline
from emulator.providers.cnaught.backend.amounts import EXACT, equal_parts, exact_sum
from emulator.providers.cnaught.backend.drafts import Buyer, Period
from emulator.providers.cnaught.backend.sums import (
    BLOCK,
    Amounts,
    Kind,
    Sums,
    add_to,
    nearest_block,
    negative,
    subtract_from,
)
from emulator.providers.cnaught.memory.catalogue import Catalogue
from emulator.providers.cnaught.memory.records import Order

Owner: TypeAlias = tuple[str, str | None]
"""An account, or a subaccount of it."""

REMEMBERED_PARTS_MAX = 256


class Retired(NamedTuple):
    """Kilograms that were retired: in all, and by category and project, in the order of the catalogue."""

    total_kg: Decimal
    by_category: FrozenMapping[str, FrozenMapping[str, Decimal]]


class Impact(NamedTuple):
    """What an owner has retired in a period.

    ``since`` is when the period begins: for one that is open, when the owner began or its first order was placed.
    """

    since: datetime
    retired: Retired


NOTHING = Retired(Decimal(0), EMPTY)


def owner(buyer: Buyer) -> Owner:
    """Return whose orders a buyer's are."""
    return buyer.account.id, buyer.subaccount.id if buyer.subaccount else None


def owners(order: Order) -> tuple[Owner, ...]:
    """Return whose an order is: a subaccount's order is also its account's."""
    account = order.account_id, None
    return (account,) if order.subaccount_id is None else (account, (order.account_id, order.subaccount_id))


class Owned:
    """The orders of one owner in the order in which they were placed, and the sums of what they have retired.

    ``timeline`` also has them in the order of time. ``runs`` are the indexes where a run in the order of time starts:
    usually 0 alone, unless the fixture is in another order, or has orders from after the time to which the clock was
    set. ``next_index`` is the index of the order after the last one that was fulfilled. ``in_all`` is what all orders
    have retired, once that was asked for, until it changes.
    """

    def __init__(self) -> None:
        self.timeline = Timeline[Order]()
        self.orders = self.timeline.added
        self.sums = Sums()
        self.runs: list[int] = []
        self.next_index = 0
        self.in_all: Retired | None = None

    def enter(self, order: Order) -> None:
        if not self.orders or order.created_on < self.orders[-1].created_on:
            self.runs.append(len(self.orders))
        self.timeline.add(order)

    def began(self, buyer: Buyer) -> datetime:
        """Return when a buyer, the owner, began or placed its first order."""
        first = self.timeline.oldest()
        return min(buyer.began, first.created_on) if first else buyer.began

    def change(self, index: int, by: Amounts) -> None:
        """Add to what the order at an index has retired. Amounts may be negative."""
        self.sums.change(index, by)
        self.in_all = None

    def index_of_fulfilled(self, order: Order) -> int:
        """Return the index of an order that is fulfilled now. It is looked up only if it is not the next one."""
        index = self.next_index
        if index >= len(self.orders) or self.orders[index] is not order:
            index = self.timeline.number(order.id)
        self.next_index = index + 1
        return index


class Impacts:
    """The orders of all owners, and the sums of their retirements.

    The impact of a period costs about the same however many orders there are, inside it and outside.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._owned: dict[Owner, Owned] = {}
        self._kinds: dict[str, tuple[Kind, ...]] = {
            category.id: tuple((category.id, project) for project in category.projects)
            for category in catalogue.categories.values()
        }
        self._ranks = {kind: rank for rank, kind in enumerate(chain.from_iterable(self._kinds.values()))}
        self._parts = BoundedCache[tuple[str, str], Amounts](REMEMBERED_PARTS_MAX)

    def orders(self, whose: Owner) -> Timeline[Order]:
        return self._owned[whose].timeline if whose in self._owned else Timeline()

    def parts(self, order: Order) -> Amounts:
        """Return what an order retires when it is fulfilled. Many orders are alike."""
        alike = order.portfolio_id, str(order.amount_kg)  # as text: 1.0 and 1 are equal, but differ in their digits
        parts = self._parts.get(alike)
        return self._parts.put(alike, MappingProxyType(self._divided(order))) if parts is None else parts

    def _divided(self, order: Order) -> dict[Kind, Decimal]:
        """Divide the amount of an order among the projects of its portfolio."""
        parts: dict[Kind, Decimal] = {}
        for category, fraction in self.catalogue.portfolios[order.portfolio_id].allocations.items():
            parts |= equal_parts(EXACT.multiply(order.amount_kg, fraction), self._kinds[category])
        return parts

    def enter(self, order: Order) -> None:
        """Add a new order to those of its owners."""
        for whose in owners(order):
            if whose not in self._owned:
                self._owned[whose] = Owned()
            self._owned[whose].enter(order)

    def add(self, order: Order) -> None:
        """Add what an order that is fulfilled now has retired to the sums."""
        parts = self.parts(order)
        for owned in self._owners(order):
            owned.change(owned.index_of_fulfilled(order), parts)

    def subtract(self, order: Order) -> None:
        """Subtract what an order had retired from the sums."""
        parts = negative(self.parts(order))
        for owned in self._owners(order):
            owned.change(owned.timeline.number(order.id), parts)

    def of(self, buyer: Buyer, period: Period, now: datetime) -> Impact:
        """Return what a buyer's orders of a period have retired by now, once all fulfilled ones have been added."""
        owned = self._owned.get(owner(buyer))
        if owned is None:
            return Impact(period.since or buyer.began, NOTHING)
        return Impact(period.since or owned.began(buyer), self._retired(owned, period, now))

    def _retired(self, owned: Owned, period: Period, now: datetime) -> Retired:
        """Return what the orders of a period have retired."""
        if period.since is None and period.until is None:
            if owned.in_all is None:
                owned.in_all = self._in_order(owned.sums.total())
            return owned.in_all
        total: dict[Kind, Decimal] = {}
        for start, end in pairwise([*owned.runs, len(owned.orders)]):
            first = bisect_left(owned.orders, period.since, start, end, key=CREATED_ON) if period.since else start
            last = bisect_left(owned.orders, period.until, first, end, key=CREATED_ON) if period.until else end
            add_to(total, self._up_to(last, owned, now))
            if first:
                subtract_from(total, self._up_to(first, owned, now))
        return self._in_order(total)

    def _up_to(self, place: int, owned: Owned, now: datetime) -> dict[Kind, Decimal]:
        """Return what the orders before an index have retired.

        The sums are by blocks: the few orders between the index and the nearest block's start are added up one by one.
        """
        if place == len(owned.orders):
            return owned.sums.total()
        block = nearest_block(place)
        start, total = block * BLOCK, owned.sums.up_to(block)
        for order in owned.orders[start:place]:
            if order.state(now) == "fulfilled":
                add_to(total, self.parts(order))
        for order in owned.orders[place:start]:
            if order.state(now) == "fulfilled":
                subtract_from(total, self.parts(order))
        return total

    def _owners(self, order: Order) -> Iterator[Owned]:
        return (self._owned[whose] for whose in owners(order))

    def _in_order(self, total: Amounts) -> Retired:
        """Return the totals in the order of the catalogue, without zeros."""
        by_category: dict[str, dict[str, Decimal]] = {}
        for category, project in sorted(filter(total.get, total), key=self._ranks.__getitem__):
            by_category.setdefault(category, {})[project] = total[category, project]
        return Retired(exact_sum(total.values()), frozen(by_category))
