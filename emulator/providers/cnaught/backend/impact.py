"""Climate impact: what the fulfilled orders of an owner have retired (docs.cnaught.com, Impact)."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import chain, groupby, pairwise
from typing import NamedTuple, TypeAlias

from emulator.core.documents import EMPTY, FrozenMapping, frozen
from emulator.core.paging import CREATED_ON, Timeline
from emulator.providers.cnaught.backend.amounts import EXACT, equal_parts, exact_sum, rest_of_parts
from emulator.providers.cnaught.backend.drafts import Buyer, Period
from emulator.providers.cnaught.backend.sums import (
    BLOCK,
    ZERO,
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

Part: TypeAlias = tuple[str, str]
"""A category, and a project of it, among which amounts are divided."""

WHOLE = ""
"""In place of a category: the whole amounts of a portfolio."""


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

    def add(self, orders: Sequence[Order], counted: Sequence[Amounts]) -> None:
        """Add what orders that are fulfilled now have retired. They are looked up unless they are the next ones."""
        first, self.next_index = self.next_index, self.next_index + len(orders)
        if self.orders[first : self.next_index] == orders:
            self.sums.add(first, counted)
        else:
            for order, amounts in zip(orders, counted, strict=True):
                self.change(order, amounts)
            self.next_index = self.timeline.number(orders[-1].id) + 1
        self.in_all = None

    def change(self, order: Order, by: Amounts) -> None:
        """Add to what an order has retired. Amounts may be negative."""
        self.sums.add(self.timeline.number(order.id), [by])
        self.in_all = None


class Impacts:
    """The orders of all owners, and the sums of their retirements.

    An amount is divided among the categories of its portfolio, and within each equally among its projects, in whole
    grams. Amounts and what remains of them are summed, and the sums are divided when they are asked for: that gives
    what the sums of all parts would, with fewer additions. The impact of a period costs about the same however many
    orders there are, inside it and outside.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._owned: dict[Owner, Owned] = {}
        self._parts: dict[str, tuple[Part, ...]] = {
            category.id: tuple((category.id, project) for project in category.projects)
            for category in catalogue.categories.values()
        }
        self._ranks = {part: rank for rank, part in enumerate(chain.from_iterable(self._parts.values()))}
        self._rests = {
            portfolio.id: [
                ((portfolio.id, category), fraction, len(self._parts[category]))
                for category, fraction in portfolio.allocations.items()
                if len(self._parts[category]) > 1
            ]
            for portfolio in catalogue.portfolios.values()
        }

    def orders(self, whose: Owner) -> Timeline[Order]:
        return self._owned[whose].timeline if whose in self._owned else Timeline()

    def parts(self, order: Order) -> Mapping[Part, Decimal]:
        """Return the kilograms by category and project that an order retires when it is fulfilled."""
        return self._divided(self._counted(order))

    def _counted(self, order: Order) -> Amounts:
        """Return what is summed of an order: its amount, and what remains of the categories that are divided."""
        counted = {(order.portfolio_id, WHOLE): order.amount_kg}
        for kind, fraction, count in self._rests[order.portfolio_id]:
            counted[kind] = rest_of_parts(EXACT.multiply(order.amount_kg, fraction), count)
        return counted

    def _divided(self, total: Amounts) -> dict[Part, Decimal]:
        """Divide what was summed of orders among the projects of their portfolios."""
        divided: dict[Part, Decimal] = {}
        for (portfolio, kind), amount_kg in total.items():
            if kind == WHOLE:
                for category, fraction in self.catalogue.portfolios[portfolio].allocations.items():
                    rest_kg = total.get((portfolio, category), ZERO)
                    add_to(divided, equal_parts(EXACT.multiply(amount_kg, fraction), rest_kg, self._parts[category]))
        return divided

    def enter(self, order: Order) -> None:
        """Add a new order to those of its owners."""
        for whose in owners(order):
            if whose not in self._owned:
                self._owned[whose] = Owned()
            self._owned[whose].enter(order)

    def add(self, orders: Iterable[Order]) -> None:
        """Add what orders that are fulfilled now have retired to the sums."""
        for whose, alike in groupby(orders, owners):
            batch = list(alike)
            counted = list(map(self._counted, batch))
            for each in whose:
                self._owned[each].add(batch, counted)

    def subtract(self, order: Order) -> None:
        """Subtract what an order had retired from the sums."""
        counted = negative(self._counted(order))
        for whose in owners(order):
            self._owned[whose].change(order, counted)

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
                add_to(total, self._counted(order))
        for order in owned.orders[place:start]:
            if order.state(now) == "fulfilled":
                subtract_from(total, self._counted(order))
        return total

    def _in_order(self, total: Amounts) -> Retired:
        """Return what was summed by category and project, in the order of the catalogue, without zeros."""
        divided = self._divided(total)
        by_category: dict[str, dict[str, Decimal]] = {}
        for category, project in sorted(filter(divided.get, divided), key=self._ranks.__getitem__):
            by_category.setdefault(category, {})[project] = divided[category, project]
        return Retired(exact_sum(divided.values()), frozen(by_category))
