"""Wallets under any sequence of requests: no gram is created or lost."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from emulator import Emulator
from tests.conftest import START
from tests.providers.thallo.conftest import (
    CUSTOMER,
    ORDER,
    OWNED_VINTAGE,
    SELLERS_ORDER,
    SELLERS_VINTAGE,
    SMALL_ORDER,
    SMALL_VINTAGE,
    TONNE,
    VINTAGE,
    as_seller,
    inventory,
    retire,
)
from tests.support.caller import Caller, credentials_of

Amounts: TypeAlias = dict[tuple[str, str], int]
"""Grams by tenant and vintage."""

PURCHASES = [
    (VINTAGE, ORDER, "3000"),
    (SELLERS_VINTAGE, SELLERS_ORDER, "600"),
    (SMALL_VINTAGE, SMALL_ORDER, "1500"),
    (OWNED_VINTAGE, None, None),
]
STATUS_EVENTS = {"month.ended", "retirement.started", "retirement.completed"}
AMOUNTS = st.one_of(
    st.sampled_from([1, 30, 250_000, 750_000, 999_999, TONNE, TONNE + 1, 2 * TONNE, 40 * TONNE, 300 * TONNE]),
    st.integers(1, 3 * TONNE),
)
BAD_AMOUNTS = st.sampled_from(["0", "-1", "1.5", "abc", "9" * 100])
EXTERNAL_IDS = st.sampled_from([f"id-{n}" for n in range(30)])
TENANTS = ("thallo-ltd", "seller")


class Wallets(RuleBasedStateMachine):
    """Two tenants on one market that retire, repeat calls and make mistakes."""

    def __init__(self, emulator: Emulator) -> None:
        super().__init__()
        self.space = emulator.space()
        self.space.clock.freeze(START)
        thallo = Caller(self.space, "thallo", credentials_of(self.space, "thallo"))
        self.callers = dict(zip(TENANTS, (thallo, as_seller(thallo)), strict=True))
        self.accepted: dict[tuple[str, str], str] = {}
        self.now = self.first = self.space.thallo.state

    def teardown(self) -> None:
        self.check_requests()
        self.space.delete()

    # --- rules

    @rule(
        tenant=st.sampled_from(TENANTS),
        purchase=st.sampled_from(PURCHASES),
        amount=AMOUNTS,
        customer=st.booleans(),
        external_id=EXTERNAL_IDS,
    )
    def retire(
        self, tenant: str, purchase: tuple[str, str | None, str | None], amount: int, customer: bool, external_id: str
    ) -> None:
        """Make a valid call, which may lack credits or whole tonnes."""
        vintage_id, order_id, price = purchase
        more = {"sell_order_id": order_id, "expected_price_cents": price, **(CUSTOMER if customer else {})}
        self.ask(tenant, str(amount), external_id, vintage_id, more)

    @rule(
        tenant=st.sampled_from(TENANTS),
        amount=st.one_of(AMOUNTS.map(str), BAD_AMOUNTS),
        vintage_id=st.sampled_from([VINTAGE, SMALL_VINTAGE, "004nosuchvintage00"]),
        order_id=st.sampled_from([ORDER, SELLERS_ORDER, "006closedorder0000", "006nosuchorder0000", None]),
        price=st.sampled_from(["3000", "600", "2999", "0", "x", None]),
        external_id=EXTERNAL_IDS,
    )
    def retire_badly(
        self, tenant: str, amount: str, vintage_id: str, order_id: str | None, price: str | None, external_id: str
    ) -> None:
        """Make a call that may be invalid in any way."""
        more = {"sell_order_id": order_id, "expected_price_cents": price}
        self.ask(tenant, amount, external_id, vintage_id, more)

    @rule(days=st.integers(1, 40))
    def wait(self, days: int) -> None:
        """Let time pass: every status and every settlement that changes is an event, and nothing else is."""
        before = self.retirements()
        events = self.space.clock.advance(days=days)
        changed = {
            name: {id for id, after in self.retirements().items() if after[name] != before[id][name]}
            for name in ("status", "all_invoices_settled")
        }
        assert {event["subject"] for event in events if event["kind"] in STATUS_EVENTS} == changed["status"]
        settled = {event["subject"] for event in events if event["kind"] == "invoice.settled"}
        invoices = {
            request_id: {item["invoice_id"] for item in request["items"]}
            for request_id, request in self.now["retirement_requests"].items()
        }
        assert {id for id, billed in invoices.items() if billed & settled} == changed["all_invoices_settled"]

    @rule()
    def restore(self) -> None:
        """Restore the space from its own snapshot."""
        self.space.restore(self.space.snapshot())

    @rule(tenant=st.sampled_from(TENANTS))
    def read_inventory(self, tenant: str) -> None:
        """Compare a tenant's inventory with its wallets."""
        seen = {
            (tenant, vintage["vintage_id"]): int(vintage["wallets"][0]["quantity_grams"])
            for project in inventory(self.callers[tenant])["projects"]
            for vintage in project["vintages"]
        }
        assert seen == {
            where: grams for where, grams in owned(self.now).items() if where[0] == tenant and listed(self.now, where)
        }

    def ask(self, tenant: str, amount: str, external_id: str, vintage_id: str, more: Mapping[str, object]) -> None:
        """Make a call and compare its effects with its reply."""
        before, first = self.now, self.accepted.get((tenant, external_id))
        reply = retire(self.callers[tenant], amount, external_id, vintage_id=vintage_id, **more)
        self.now = self.space.thallo.state
        if first is not None:
            assert reply.json() == {"retirement_request_id": first, "external_id_already_processed": True}
            assert self.now == before
        elif reply.status_code == 422:
            assert self.now == before
        else:
            assert reply.json()["external_id_already_processed"] is False
            self.accepted[tenant, external_id] = reply.json()["retirement_request_id"]
            self.check_effects(before, (tenant, vintage_id), int(amount))

    def check_effects(self, before: dict[str, Any], where: tuple[str, str], amount: int) -> None:
        """One wallet lost the amount and gained the fewest whole tonnes it lacked; no other wallet changed."""
        lacked = max(0, amount - owned(before).get(where, 0))
        bought = -(-lacked // TONNE) * TONNE
        assert changes(owned(before), owned(self.now)) == changes({}, {where: bought - amount})
        assert changes(traded(before), traded(self.now)) == changes({}, {where: bought})
        assert changes(retired(before), retired(self.now)) == {where: amount}
        assert on_market(before) - on_market(self.now) == bought

    def retirements(self) -> dict[str, dict[str, Any]]:
        """Return all retirement requests as their tenants see them."""
        found = self.now["retirement_requests"].values()
        return {
            request["id"]: self.callers[request["tenant_id"]]
            .get("/api/retirement", params={"id": request["id"]})
            .json()
            for request in found
        }

    def check_requests(self) -> None:
        """The requests hold everything that was requested, except for less than a tonne between two months."""
        shown: Amounts = {}
        for request_id, request in self.now["retirement_requests"].items():
            where = (request["tenant_id"], request["vintage_id"])
            found = self.callers[where[0]].get("/api/retirement", params={"id": request_id}).json()
            shown[where] = shown.get(where, 0) + int(found["total_quantity"])
        assert all(0 <= requested - shown[where] < TONNE for where, requested in retired(self.now).items())

    # --- invariants

    @invariant()
    def grams_are_conserved(self) -> None:
        """Since the beginning, what was bought equals what was retired plus what more is owned."""
        more_owned, bought = changes(owned(self.first), owned(self.now)), changes(traded(self.first), traded(self.now))
        more_retired = changes(retired(self.first), retired(self.now))
        for where in owned(self.now):
            assert bought.get(where, 0) == more_retired.get(where, 0) + more_owned.get(where, 0)
        assert sum(bought.values()) == on_market(self.first) - on_market(self.now)

    @invariant()
    def nothing_is_negative(self) -> None:
        """No wallet or order is negative, and orders hold whole tonnes."""
        assert min(owned(self.now).values()) >= 0
        assert all(grams >= 0 and grams % TONNE == 0 for grams in orders(self.now).values())


def owned(remembered: dict[str, Any]) -> Amounts:
    return {
        (tenant, vintage_id): int(wallet["quantity_grams"])
        for tenant, wallets in remembered["wallets"].items()
        for vintage_id, wallet in wallets.items()
    }


def listed(memory: dict[str, Any], where: tuple[str, str]) -> bool:
    return not memory["wallets"][where[0]][where[1]]["archived"]


def traded(remembered: dict[str, Any]) -> Amounts:
    return {
        (tenant, vintage_id): sum(int(trade["quantity_grams"]) for trade in wallet["trades"] if trade["type"] == "BUY")
        for tenant, wallets in remembered["wallets"].items()
        for vintage_id, wallet in wallets.items()
    }


def retired(remembered: dict[str, Any]) -> Amounts:
    amounts: Amounts = {}
    for request in remembered["retirement_requests"].values():
        where = (request["tenant_id"], request["vintage_id"])
        amounts[where] = amounts.get(where, 0) + sum(int(item["quantity_grams"]) for item in request["items"])
    return amounts


def orders(remembered: dict[str, Any]) -> dict[str, int]:
    return {name: int(order["quantity_grams"]) for name, order in remembered["sell_orders"].items()}


def on_market(remembered: dict[str, Any]) -> int:
    return sum(orders(remembered).values())


def changes(before: Amounts, after: Amounts) -> Amounts:
    """Return the differences between two tables of amounts."""
    differences = {where: after.get(where, 0) - before.get(where, 0) for where in before.keys() | after.keys()}
    return {where: difference for where, difference in differences.items() if difference}


def test_no_gram_is_created_or_lost(emulator: Emulator) -> None:
    """For each tenant and vintage, what was bought equals what was retired plus what is owned."""
    run_state_machine_as_test(
        lambda: Wallets(emulator),  # type: ignore[arg-type]  # it takes any factory
        settings=settings(max_examples=20, stateful_step_count=30, deadline=None, derandomize=True),
    )
