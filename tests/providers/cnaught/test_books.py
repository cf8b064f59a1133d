"""CNaught's books: what was ordered, retired, cancelled and charged, and what the checks find in a damaged memory."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeAlias

import pytest

from emulator import Emulator
from emulator.client.handles import Refused
from emulator.core.struct import replace
from emulator.providers.cnaught.books import BOOKS
from emulator.providers.cnaught.memory.fixture import Memory
from tests.support.books import balances, failures, memory
from tests.support.caller import Caller

Damage: TypeAlias = Callable[[Memory], object]

ORDERS = "/v1/orders"
SANDBOX = {"portfolio_id": "oH5hlq"}
CHEAP = {"portfolio_id": "ixmZSK"}
"""1.6 cents a kilogram."""
PARTS = {"I0UbDH": 350, "kQ7fRn": 350, "w3MzLe": 200, "Yd81Tc": 100}
"""Grams a kilogram of the portfolio that is called Sandbox."""
GIVEN, SESSION = "Gre28Fc35bt3", "zpQ6QSNRQh"
PAID = {"checkout_session_id": SESSION, "amount_kg": Decimal(100), "price_usd_cents": 200}


@pytest.mark.parametrize(
    ("path", "body", "portfolio", "grams", "cents"),
    [
        (ORDERS, {"amount_kg": 10}, "mHvNvWbq", 10_000, 20),
        (ORDERS, {"amount_kg": 10, **CHEAP}, "ixmZSK", 10_000, 16),
        (ORDERS, {"amount_kg": 3, **CHEAP}, "ixmZSK", 3_000, 5),
        (ORDERS, {"amount_kg": 10.9}, "mHvNvWbq", 10_900, 22),
        (ORDERS, {"total_price_usd_cents": 3190}, "mHvNvWbq", 1_595_000, 3190),
        (ORDERS, {"total_price_usd_cents": 3191}, "mHvNvWbq", 1_595_000, 3190),
        (f"{ORDERS}/ride", {"distance_km": 30}, "mHvNvWbq", 8_000, 16),
    ],
)
def test_an_order_is_in_the_books(
    cnaught: Caller, path: str, body: dict[str, Any], portfolio: str, grams: int, cents: int
) -> None:
    """An order is owned as a share of its portfolio, and charged."""
    cnaught.post(path, body)
    assert balances(cnaught.space, "cnaught") == {
        f"outside/{portfolio} g": str(-grams),
        f"owned/{portfolio}/acme g": str(grams),
        "outside/acme cent": str(-cents),
        "charged/acme cent": str(cents),
    }
    assert failures(cnaught.space) == {}


def test_a_fulfilled_order_is_retired(cnaught: Caller) -> None:
    """The grams of a fulfilled order are retired from the projects of its portfolio."""
    cnaught.post(ORDERS, {"amount_kg": 7, **SANDBOX})
    cnaught.space.clock.advance(seconds=2)
    assert balances(cnaught.space, "cnaught") == {
        "outside/oH5hlq g": "-7000",
        **{f"retired/{project}/acme g": str(7 * grams) for project, grams in PARTS.items()},
        "outside/acme cent": "-14",
        "charged/acme cent": "14",
    }


@pytest.mark.rule("cnaught.cancel.credited")
@pytest.mark.parametrize("seconds", [0, 1.5, 2, 3600])
def test_a_cancelled_order_is_credited(cnaught: Caller, seconds: float) -> None:
    """Fulfilled or not, a cancelled order leaves nothing owned, retired or charged."""
    order = cnaught.post(ORDERS, {"amount_kg": 7, **SANDBOX}).json()
    cnaught.space.clock.advance(seconds=seconds)
    cnaught.post(f"{ORDERS}/{order['id']}/cancel")
    cnaught.space.clock.advance(seconds=3600)
    assert balances(cnaught.space, "cnaught") == {
        "outside/oH5hlq g": "-7000",
        "cancelled/oH5hlq/acme g": "7000",
        "outside/acme cent": "-14",
        "credited/acme cent": "14",
    }
    entries = [entry["description"] for entry in cnaught.space.ledger(since="2026-01-01T00:00:00Z")["entries"]]
    assert entries == ["order placed", *(["order fulfilled"] if seconds >= 2 else []), "order canceled"]
    assert failures(cnaught.space) == {}


def test_a_subaccount_has_its_own_accounts(cnaught: Caller) -> None:
    """A subaccount's orders are below its account's name."""
    cnaught.post(ORDERS, {"amount_kg": 1}, headers={"X-Subaccount-Id": "5nubL0NS"})
    cnaught.space.clock.advance(seconds=2)
    assert balances(cnaught.space, "cnaught")["retired/tbCjWP/acme/5nubL0NS g"] == "1000"
    assert failures(cnaught.space) == {}


def test_fractions_are_kept_to_the_last_digit(cnaught: Caller) -> None:
    """No part of a gram is lost, and half cents are rounded up."""
    cnaught.post(ORDERS, {"amount_kg": 1.0000000000000002, **SANDBOX})
    cnaught.post(ORDERS, {"amount_kg": 10.25})
    cnaught.space.clock.advance(seconds=2)
    found = balances(cnaught.space, "cnaught")
    assert found["outside/oH5hlq g"] == "-1000.0000000000002"
    assert found["retired/I0UbDH/acme g"] == "350.00000000000007"
    assert found["charged/acme cent"] == "23"
    assert failures(cnaught.space) == {}


def test_a_paid_checkout_is_charged(cnaught: Caller) -> None:
    """An order paid at the checkout costs the checkout's price, rounded up."""
    addresses = {"success_url": "https://example.com/yes", "cancel_url": "https://example.com/no"}
    session = cnaught.post("/v1/checkout/sessions", {"amount_kg": 21, **CHEAP, **addresses}).json()
    assert balances(cnaught.space, "cnaught") == {}
    cnaught.space.cnaught.happens("complete_checkout", session["id"])
    assert balances(cnaught.space, "cnaught")["charged/acme cent"] == "53"
    assert failures(cnaught.space) == {}


# --- damaged memories -------------------------------------------------------------------------------------------------


def store_twice(memory: Memory) -> None:
    memory.orders["copy"] = memory.orders[GIVEN]


def pay_twice(memory: Memory) -> None:
    for name in ("first", "second"):
        memory.orders[name] = replace(memory.orders[GIVEN], id=name, **PAID)


def pay_less(memory: Memory) -> None:
    memory.orders["paid"] = replace(memory.orders[GIVEN], id="paid", **{**PAID, "price_usd_cents": 199})


def change(kind: str, name: str, **members: Any) -> Damage:
    """Return a function that changes a record."""

    def damage(memory: Memory) -> None:
        for member, value in members.items():
            setattr(getattr(memory, kind)[name], member, value)

    return damage


DAMAGES: list[tuple[str, Damage, dict[str, str]]] = [
    (
        "cnaught.charge",
        change("orders", GIVEN, price_usd_cents=2351),
        {"subject": GIVEN, "expected": "2350", "found": "2351"},
    ),
    (
        "cnaught.charge",
        change("orders", GIVEN, amount_kg=Decimal(20)),
        {"subject": GIVEN, "expected": "40", "found": "2350"},
    ),
    ("cnaught.charge", pay_less, {"subject": "paid", "expected": "200", "found": "199"}),
    (
        "cnaught.checkout",
        change("sessions", SESSION, price_usd_cents=1),
        {"subject": SESSION, "expected": "200", "found": "1"},
    ),
    (
        "cnaught.checkout",
        change("sessions", SESSION, amount_kg=Decimal("100.1")),
        {"subject": SESSION, "expected": "201", "found": "200"},
    ),
    ("cnaught.retired-once", store_twice, {"subject": GIVEN, "expected": "1", "found": "2"}),
    ("cnaught.retired-once", pay_twice, {"subject": SESSION, "expected": "1", "found": "2"}),
    (
        "books.below-zero",
        change("orders", GIVEN, price_usd_cents=-1),
        {"subject": "cnaught charged/acme, cent", "expected": "0", "found": "-1"},
    ),
]


@pytest.mark.parametrize(("check", "damage", "failure"), DAMAGES)
def test_a_damaged_memory_fails_its_check(
    emulator: Emulator, cnaught: Caller, check: str, damage: Damage, failure: dict[str, str]
) -> None:
    """A changed memory fails the check for that change, and the finding shows the figures."""
    assert failures(cnaught.space) == {}
    damage(memory(emulator, cnaught.space, "cnaught"))
    assert failures(cnaught.space)[check][0] == failure


def test_an_order_missing_from_the_impact_data_is_found(emulator: Emulator, cnaught: Caller) -> None:
    """The impact check finds an order that is not listed with its account."""
    orders = memory(emulator, cnaught.space, "cnaught").orders
    orders["unlisted"] = replace(orders[GIVEN], id="unlisted", price_usd_cents=21)
    assert failures(cnaught.space) == {
        "cnaught.impact": [{"subject": "acme tbCjWP", "expected": "21000", "found": "10500"}]
    }


def test_every_check_can_fail() -> None:
    """The tests above cover every check."""
    covered = {check for check, *_ in DAMAGES} | {"cnaught.impact"}
    assert {check.name for check in BOOKS.checks} <= covered


@pytest.mark.parametrize(
    ("kind", "name", "member", "value"),
    [
        ("orders", GIVEN, "amount_kg", "1E+999999"),
        ("orders", GIVEN, "amount_kg", "1E-999999"),
        ("orders", GIVEN, "amount_kg", "-1"),
        ("orders", GIVEN, "amount_kg", "NaN"),
        ("orders", GIVEN, "price_usd_cents", 2**64),
        ("orders", GIVEN, "price_usd_cents", 10**2000),
        ("sessions", SESSION, "amount_kg", "1E+999999"),
        ("sessions", SESSION, "price_usd_cents", -1),
    ],
)
def test_a_snapshot_with_an_impossible_amount_is_refused(
    cnaught: Caller, kind: str, name: str, member: str, value: object
) -> None:
    """No restored amount is beyond what every operation and the ledger can show."""
    snapshot = cnaught.space.snapshot()
    snapshot["memory"]["cnaught"][kind][name][member] = value
    with pytest.raises(Refused, match=rf"memory.cnaught.{kind}.{name}.{member}"):
        cnaught.space.restore(snapshot)
