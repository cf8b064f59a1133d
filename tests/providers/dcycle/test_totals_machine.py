"""Totals under random changes: they equal the sum of a plain model of every record."""

from copy import deepcopy
from typing import Any, TypeAlias

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from emulator import Emulator
from tests.conftest import START
from tests.providers.dcycle import test_consumptions, test_invoices, test_purchases
from tests.providers.dcycle.conftest import impacts
from tests.providers.dcycle.test_consumptions import ELECTRIC, consumed
from tests.providers.dcycle.test_vehicles import CAR, DIESEL, FACTOR, PETROL, change
from tests.support.caller import Caller, credentials_of

WINDOW = {"start_date": "2024-01-01", "end_date": "2025-12-31"}
"""The longest period that a request may have."""

GRAMS_BY_EURO = {"Manufacturing": 400, "Construction": 320, "Astrology": 300}
GRAMS_BY_DOLLAR = {"Manufacturing": 368}
CALCULATED = ("active", "in_review", "inactive")
GRAMS_BY_FUEL = {DIESEL: 335_000, PETROL: 288_750, ELECTRIC: 0, None: 0}
GRAMS_BY_FACTOR = 150_000
"""What each consumption of the car causes."""

PRICES = [(sector, "EUR", grams) for sector, grams in GRAMS_BY_EURO.items()]
PRICES += [(sector, "USD", grams) for sector, grams in GRAMS_BY_DOLLAR.items()]
Price: TypeAlias = tuple[str, str, int]
NTH = st.integers(0, 20)


class Emissions(RuleBasedStateMachine):
    """A client that creates, changes and deletes records at random."""

    def __init__(self, emulator: Emulator) -> None:
        super().__init__()
        self.space = emulator.space()
        self.space.clock.freeze(START)
        self.dcycle = Caller(self.space, "dcycle", credentials_of(self.space, "dcycle"))
        self.purchases: dict[str, dict[str, Any]] = {}
        self.consumptions = [part["id"] for part in consumed(self.dcycle) if part["status"] == "success"]
        self.grams_by_consumption = GRAMS_BY_FUEL[DIESEL]
        self.invoices = {
            invoice["id"]: (invoice["status"] == "active", round(invoice["co2e"] * 1000))
            for invoice in test_invoices.listed(self.dcycle, co2e_status="calculated", **WINDOW)
        }
        self.rest = self.total() - self.expected()
        self.kept: tuple[dict[str, Any], Any] | None = None
        for price in PRICES:
            self.purchase(price, 1000, 1, "2025-06-15", "active")

    def teardown(self) -> None:
        self.space.delete()

    def total(self) -> int:
        """Return the total of the period, in grams."""
        return round(impacts(self.dcycle, **WINDOW)["total_co2e"] * 1_000_000)

    def expected(self) -> int:
        """Return the sum of every record in the model, in grams."""
        bought = sum(purchase["grams"] for purchase in self.purchases.values() if purchase["status"] == "active")
        driven = len(self.consumptions) * self.grams_by_consumption
        return bought + driven + sum(grams for counts, grams in self.invoices.values() if counts)

    # --- actions

    @rule(
        price=st.sampled_from(PRICES),
        quantity=st.integers(0, 10**6),
        quarters=st.integers(0, 4),
        day=st.sampled_from(["2024-01-01", "2024-02-29", "2025-06-15", "2025-12-31"]),
        status=st.sampled_from(["active", "in_review", "inactive", "pending"]),
    )
    def buy(self, price: Price, quantity: int, quarters: int, day: str, status: str) -> None:
        self.purchase(price, quantity, quarters, day, status)

    def purchase(self, price: Price, quantity: int, quarters: int, day: str, status: str) -> None:
        """Create a purchase and add it to the model."""
        sector, unit, grams = price
        terms = {"sector": sector, "unit_id": unit, "quantity": quantity, "recycled": quarters / 4, "status": status}
        bought = test_purchases.create(self.dcycle, **terms, purchase_date=day)
        caused = quantity * grams * (4 - quarters) // 4
        assert bought["co2e"] == (caused / 1000 if status in CALCULATED else None)
        self.purchases[bought["id"]] = {"status": status, "grams": caused}

    @precondition(lambda self: self.purchases)
    @rule(n=NTH, status=st.sampled_from(["active", "in_review", "inactive", "pending", "in_progress"]))
    def change_purchase(self, n: int, status: str) -> None:
        purchase_id = list(self.purchases)[n % len(self.purchases)]
        reply = self.dcycle.request("PATCH", f"/v1/purchases/{purchase_id}", json={"status": status})
        assert reply.status_code == 200
        self.purchases[purchase_id]["status"] = status

    @precondition(lambda self: self.purchases)
    @rule(n=NTH)
    def delete_purchase(self, n: int) -> None:
        purchase_id = list(self.purchases)[n % len(self.purchases)]
        assert self.dcycle.request("DELETE", f"/v1/purchases/{purchase_id}").status_code == 204
        del self.purchases[purchase_id]

    @precondition(lambda self: self.consumptions)
    @rule(fuel=st.sampled_from(list(GRAMS_BY_FUEL)), own_factor=st.booleans())
    def change_fuel(self, fuel: str | None, own_factor: bool) -> None:
        """Past consumptions are recalculated; a custom factor takes precedence over that of the fuel."""
        change(self.dcycle, CAR, vehicle_fuel_id=fuel, custom_emission_factor_id=FACTOR if own_factor else None)
        self.grams_by_consumption = GRAMS_BY_FACTOR if own_factor else GRAMS_BY_FUEL[fuel]

    @precondition(lambda self: self.consumptions)
    @rule(n=NTH)
    def delete_consumption(self, n: int) -> None:
        consumption_id = self.consumptions.pop(n % len(self.consumptions))
        assert self.dcycle.request("DELETE", f"{test_consumptions.PATH}/{consumption_id}").status_code == 204

    @precondition(lambda self: self.consumptions)
    @rule()
    def delete_vehicle(self) -> None:
        assert self.dcycle.request("DELETE", f"/v1/vehicles/{CAR}").status_code == 204
        self.consumptions = []

    @precondition(lambda self: self.invoices)
    @rule(n=NTH, status=st.sampled_from(["active", "inactive", "review", "uploaded", "loading", "error"]))
    def change_invoice(self, n: int, status: str) -> None:
        invoice_id = list(self.invoices)[n % len(self.invoices)]
        assert self.dcycle.request("PATCH", f"/v1/invoices/{invoice_id}", json={"status": status}).status_code == 200
        self.invoices[invoice_id] = (status == "active", self.invoices[invoice_id][1])

    @precondition(lambda self: self.invoices)
    @rule(n=NTH)
    def delete_invoice(self, n: int) -> None:
        invoice_id = list(self.invoices)[n % len(self.invoices)]
        assert self.dcycle.request("DELETE", f"/v1/invoices/{invoice_id}").status_code == 204
        del self.invoices[invoice_id]

    @rule()
    def keep(self) -> None:
        model = (self.purchases, self.consumptions, self.grams_by_consumption, self.invoices)
        self.kept = (self.space.snapshot(), deepcopy(model))

    @precondition(lambda self: self.kept)
    @rule()
    def go_back(self) -> None:
        assert self.kept is not None
        snapshot, model = self.kept
        self.space.restore(snapshot)
        self.purchases, self.consumptions, self.grams_by_consumption, self.invoices = deepcopy(model)

    # --- invariants

    @invariant()
    def total_equals_the_sum_of_the_records(self) -> None:
        """The total equals the sum of the model."""
        assert self.total() == self.rest + self.expected()


def test_totals_equal_the_sum_of_the_records(emulator: Emulator) -> None:
    """After any sequence of creations, changes, deletions and restores, totals equal the sum of the records."""
    run_state_machine_as_test(
        lambda: Emissions(emulator),  # type: ignore[arg-type]  # it takes any factory
        settings=settings(max_examples=20, stateful_step_count=14, deadline=None, derandomize=True),
    )
