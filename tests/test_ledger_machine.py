"""The books under any sequence of requests: all checks succeed, and all accounts add up to zero."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from emulator import Emulator
from emulator.core.ledger import Books
from emulator.providers import ALL
from tests.conftest import START
from tests.providers.thallo.conftest import ORDER, OWNED_VINTAGE, SMALL_ORDER, SMALL_VINTAGE, TONNE, VINTAGE, retire
from tests.support.books import failures
from tests.support.caller import Caller, credentials_of

IMPACTS = st.sampled_from(["capture_carbon", "plant_tree", "clean_ocean", "donate_money", "restore_coral"])
KILOGRAMS = st.sampled_from([7.2342, 0.5, 1, 12.345678901234567, 10**9]) | st.integers(1, 10**6)
MEASURES = KILOGRAMS.map(lambda kg: {"amount_kg": kg}) | st.just({"total_price_usd_cents": 3191})
PORTFOLIOS = st.sampled_from(["oH5hlq", "mHvNvWbq", "ixmZSK"])
RETURN = {"success_url": "https://example.com/yes", "cancel_url": "https://example.com/no"}
PURCHASES = st.sampled_from(
    [(VINTAGE, ORDER, "3000"), (SMALL_VINTAGE, SMALL_ORDER, "1500"), (OWNED_VINTAGE, None, None)]
)
GRAMS = st.sampled_from([250_000, 30, TONNE, 5 * TONNE]) | st.integers(1, 3 * TONNE)
NTH = st.integers(0, 10)
DELAYS = st.sampled_from([2, 0, None])
SPANS = st.sampled_from([{"days": 31}, {"seconds": 2}, {"days": 12}])


class Trade(RuleBasedStateMachine):
    """Clients of all vendors that trade, in one space."""

    def __init__(self, emulator: Emulator) -> None:
        super().__init__()
        self.space = emulator.space()
        self.space.clock.freeze(START)
        self.space.control("PATCH", "/settings/cnaught", json={"fractions": "keep"})
        self.oneclickimpact, self.cnaught, self.thallo = (
            Caller(self.space, name, credentials_of(self.space, name))
            for name in ("oneclickimpact", "cnaught", "thallo")
        )
        self.made: list[dict[str, Any]] = []
        self.calls = 0
        self.kept: dict[str, Any] | None = None

    def teardown(self) -> None:
        self.space.delete()

    # --- steps

    @rule(impact=IMPACTS, amount=st.integers(1, 10_000_000), customer=st.booleans())
    def make_impact(self, impact: str, amount: int, customer: bool) -> None:
        whose = {"customer_email": "ada@example.com"} if customer else {}
        made = self.oneclickimpact.post(f"/v1/{impact}", {"amount": amount, **whose}).json()
        self.made.append({name: made[name] for name in ("user_id", "time_utc")})

    @precondition(lambda self: self.made)
    @rule(n=NTH)
    def cancel_impact(self, n: int) -> None:
        self.oneclickimpact.post("/v1/cancel_impact", self.made[n % len(self.made)])

    @rule(measure=MEASURES, portfolio_id=PORTFOLIOS, subaccount=st.booleans(), delay=DELAYS)
    def order(self, measure: dict[str, float], portfolio_id: str, subaccount: bool, delay: float | None) -> None:
        self.space.control("PATCH", "/settings/cnaught", json={"fulfilment_seconds": delay})
        headers = {"X-Subaccount-Id": "5nubL0NS"} if subaccount else {}
        self.cnaught.post("/v1/orders", {"portfolio_id": portfolio_id, **measure}, headers=headers)

    @rule(n=NTH)
    def cancel_order(self, n: int) -> None:
        orders = self.cnaught.get("/v1/orders?limit=100").json()["data"]
        self.cnaught.post(f"/v1/orders/{orders[n % len(orders)]['id']}/cancel")

    @rule(n=NTH)
    def fulfil_order(self, n: int) -> None:
        orders = self.cnaught.get("/v1/orders?limit=100").json()["data"]
        if placed := [order["id"] for order in orders if order["state"] == "placed"]:
            self.space.cnaught.happens("fulfil_order", placed[n % len(placed)])

    @rule(amount_kg=KILOGRAMS, portfolio_id=PORTFOLIOS, paid=st.booleans())
    def check_out(self, amount_kg: float, portfolio_id: str, paid: bool) -> None:
        wanted = {"amount_kg": amount_kg, "portfolio_id": portfolio_id, **RETURN}
        opened = self.cnaught.post("/v1/checkout/sessions", wanted).json()
        if paid and "id" in opened:
            self.space.cnaught.happens("complete_checkout", opened["id"])

    @rule(purchase=PURCHASES, grams=GRAMS, again=st.booleans())
    def retire(self, purchase: tuple[str, str | None, str | None], grams: int, again: bool) -> None:
        self.calls += not again
        vintage_id, order_id, price = purchase
        more = {"vintage_id": vintage_id, "sell_order_id": order_id, "expected_price_cents": price}
        retire(self.thallo, str(grams), f"call-{self.calls}", **more)

    @rule(span=SPANS)
    def wait(self, span: dict[str, float]) -> None:
        self.space.clock.advance(**span)

    @rule()
    def keep(self) -> None:
        self.kept = self.space.snapshot()

    @precondition(lambda self: self.kept)
    @rule()
    def go_back(self) -> None:
        assert self.kept is not None
        self.space.restore(self.kept)

    # --- invariants

    @invariant()
    def all_checks_succeed(self) -> None:
        assert failures(self.space) == {}

    @invariant()
    def all_accounts_add_up_to_zero(self) -> None:
        assert set(self.space.ledger(limit=0)["sums"].values()) == {"0"}

    @invariant()
    def all_accounts_are_of_a_known_kind(self) -> None:
        for flow in self.space.control("GET", "/ledger/flows")["flows"]:
            books = ALL[flow["provider"]].books
            assert isinstance(books, Books)
            assert flow["unit"] in books.accounts[flow["from"]]
            assert flow["unit"] in books.accounts[flow["to"]]


def test_books_balance_after_any_requests(emulator: Emulator) -> None:
    """After each order, capture, retirement, cancellation, wait and restart, all checks succeed and all sums are 0."""
    run_state_machine_as_test(
        lambda: Trade(emulator),  # type: ignore[arg-type]  # it takes any factory
        settings=settings(max_examples=8, stateful_step_count=40, deadline=None, derandomize=True),
    )
