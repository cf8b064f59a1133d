"""The sums behind the impact, compared with adding up the orders one by one."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.core.clock import Clock
from emulator.core.ids import Ids
from emulator.providers.cnaught.backend import CNaught
from emulator.providers.cnaught.backend.drafts import Buyer, OrderDraft, Period
from emulator.providers.cnaught.backend.orders import SETTLED_TOGETHER
from emulator.providers.cnaught.backend.sums import BLOCK, Sums
from emulator.providers.cnaught.memory.catalogue import Account, Catalogue, Category, ImpactPage, Portfolio, Project
from emulator.providers.cnaught.memory.fixture import Memory
from emulator.providers.cnaught.memory.records import Order, Subaccount
from emulator.providers.cnaught.memory.settings import Settings

START = datetime(2026, 1, 1, tzinfo=UTC)
FULFILMENT_SECONDS = 2
PORTFOLIOS = {"one": {"a": Decimal(1)}, "thirds": {"a": Decimal("0.1"), "b": Decimal("0.9")}}
CATALOGUE = Catalogue(
    accounts=(Account("acme", "key", "Acme", START, "one", ("one", "thirds"), ImpactPage(False, "", ())),),
    projects={name: Project(name, name, "", "") for name in "pqrs"},
    categories={"a": Category("a", "A", ("p",)), "b": Category("b", "B", ("q", "r", "s"))},
    portfolios={name: Portfolio(name, name, Decimal(1), Decimal(1), parts) for name, parts in PORTFOLIOS.items()},
)
MARKETING = Subaccount("marketing", "acme", START, "Marketing")
BUYERS = {name: Buyer(CATALOGUE.accounts[0], sub) for name, sub in (("acme", None), ("marketing", MARKETING))}

seconds = st.integers(0, 6)
portfolios = st.sampled_from(sorted(PORTFOLIOS))
buyers = st.sampled_from(sorted(BUYERS))
amounts = st.integers(1, 99).map(Decimal) | st.sampled_from(["1." + "0" * 300 + "1", "7.0001", "1e9"]).map(Decimal)
steps = st.one_of(
    st.tuples(st.just("place"), buyers, amounts, portfolios),
    st.tuples(st.sampled_from(["cancel", "fulfil"]), st.integers(0, 30)),
    st.tuples(st.just("wait"), seconds),
)
given_orders = st.lists(st.tuples(seconds, amounts, portfolios), max_size=2 * BLOCK)


class Story:
    """A vendor, and what happens at it."""

    def __init__(self, past: list[tuple[int, Decimal, str]]) -> None:
        orders = {
            f"given-{n}": Order(f"given-{n}", "acme", None, portfolio, _at(at), _at(at + 1), amount_kg, 1)
            for n, (at, amount_kg, portfolio) in enumerate(past)
        }
        self.clock = Clock()
        self.clock.begin(START, frozen=True)
        settings = Settings(fulfilment_seconds=FULFILMENT_SECONDS, fractions="keep")
        memory = Memory(orders, {MARKETING.id: MARKETING}, settings=settings)
        self.cnaught = CNaught(CATALOGUE, memory, self.clock, Ids(0))

    def place(self, buyer: str, amount_kg: Decimal, portfolio: str) -> None:
        self.cnaught.orders.place(BUYERS[buyer], OrderDraft(amount_kg=amount_kg, portfolio_id=portfolio))

    def cancel(self, number: int) -> None:
        orders = [order for order in self.cnaught.memory.orders.values() if order.cancelled_on is None]
        if orders:
            order = orders[number % len(orders)]
            self.cnaught.orders.cancel(BUYERS[order.subaccount_id or "acme"], order.id)

    def fulfil(self, number: int) -> None:
        orders = [order for order in self.cnaught.memory.orders.values() if order.state(self.clock.now) == "placed"]
        if orders:
            self.cnaught.orders.fulfil(orders[number % len(orders)].id)

    def wait(self, seconds: int) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    def added_up(self, buyer: str, since: datetime, until: datetime) -> dict[str, Fraction]:
        """Return the expected impact by project."""
        sums: dict[str, Fraction] = defaultdict(Fraction)
        for order in self.cnaught.memory.orders.values():
            if buyer in ("acme", order.subaccount_id) and since <= order.created_on < until:
                parts = self.cnaught.orders.allocations(order, order.state(self.clock.now))
                for (_, project), amount_kg in parts.items():
                    sums[project] += Fraction(amount_kg)
        return {project: amount_kg for project, amount_kg in sums.items() if amount_kg}

    def shown(self, buyer: str, since: datetime | None, until: datetime | None) -> dict[str, Fraction]:
        """Return the actual impact by project."""
        by_category = self.cnaught.orders.impact(BUYERS[buyer], Period(since, until)).retired.by_category
        return {project: Fraction(kg) for projects in by_category.values() for project, kg in projects.items()}


def _at(seconds: int) -> datetime:
    return START + timedelta(seconds=seconds)


@pytest.mark.rule("cnaught.impact.sums")
@given(given_orders, st.lists(steps, max_size=40), buyers, seconds, seconds)
def test_the_impact_of_a_period_is_the_sum_of_its_orders(
    past: list[tuple[int, Decimal, str]], steps: list[tuple[Any, ...]], buyer: str, since: int, length: int
) -> None:
    """The impact is exact for every period, after any orders, fulfilments and cancellations, in any order of time."""
    story = Story(past)
    for name, *arguments in steps:
        getattr(story, name)(*arguments)
        period = _at(since), _at(since + length)
        assert story.shown(buyer, *period) == story.added_up(buyer, *period)
    assert story.shown(buyer, None, None) == story.added_up(buyer, START, _at(10**6))


KINDS = (("one", ""), ("thirds", ""), ("thirds", "b"))
runs = st.lists(st.dictionaries(st.sampled_from(KINDS), st.integers(-9, 9).map(Decimal)), max_size=3 * BLOCK)


@given(st.lists(st.tuples(st.integers(0, 17 * BLOCK), runs), max_size=30))
def test_blocks_have_sums(changes: list[tuple[int, list[dict[tuple[str, str], Decimal]]]]) -> None:
    """The sum up to a block is the sum of all changes before it, in any order; the total is that of all changes."""
    sums, places = Sums(), {kind: [Decimal(0)] * 21 * BLOCK for kind in KINDS}
    for start, run in changes:
        sums.add(start, run)
        for place, amounts in enumerate(run, start):
            for kind, amount in amounts.items():
                places[kind][place] += amount
    for kind in KINDS:
        for block in range(23):
            assert sums.up_to(block).get(kind, 0) == sum(places[kind][: block * BLOCK])
        assert sums.total().get(kind, 0) == sum(places[kind])


def test_orders_are_counted_while_others_are_placed() -> None:
    """Without anyone asking for the impact, few fulfilled orders remain to be counted for the first one who does."""
    story = Story([])
    for _ in range(5 * SETTLED_TOGETHER):
        story.place("acme", Decimal(1), "one")
        story.clock.advance(timedelta(seconds=1))
    counted = story.cnaught.orders._impacts._owned["acme", None].sums.total()
    assert sum(counted.values()) > 4 * SETTLED_TOGETHER - FULFILMENT_SECONDS
