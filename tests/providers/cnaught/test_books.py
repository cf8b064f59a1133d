"""CNaught's books: what was ordered, retired, cancelled and charged, and what is found when the memory is spoiled."""

from dataclasses import replace
from typing import Any

import pytest

from emulator import Emulator
from emulator.client.handles import Refused
from emulator.providers.cnaught.books import BOOKS
from tests.support.books import Damage, balances, failures, memory, spoil
from tests.support.caller import Caller

ORDERS = "/v1/orders"
SANDBOX = {"portfolio_id": "oH5hlq"}
CHEAP = {"portfolio_id": "ixmZSK"}
"""1.6 cents a kilogram."""
PARTS = {"I0UbDH": 350, "kQ7fRn": 350, "w3MzLe": 200, "Yd81Tc": 100}
"""Grams a kilogram of the portfolio that is called Sandbox."""
GIVEN, SESSION = "Gre28Fc35bt3", "zpQ6QSNRQh"
MANY_DIGITS = "10.12345678901234567890123456789"


@pytest.mark.parametrize(
    ("path", "body", "portfolio", "grams", "cents"),
    [
        (ORDERS, {"amount_kg": 10}, "mHvNvWbq", 10_000, 20),
        (ORDERS, {"amount_kg": 10, **CHEAP}, "ixmZSK", 10_000, 16),
        (ORDERS, {"amount_kg": 3, **CHEAP}, "ixmZSK", 3_000, 5),
        (ORDERS, {"amount_kg": 10.9}, "mHvNvWbq", 10_000, 20),
        (ORDERS, {"total_price_usd_cents": 3190}, "mHvNvWbq", 1_595_000, 3190),
        (ORDERS, {"total_price_usd_cents": 3191}, "mHvNvWbq", 1_595_000, 3190),
        (f"{ORDERS}/ride", {"distance_km": 30}, "mHvNvWbq", 8_000, 16),
    ],
)
def test_an_order_is_in_the_books(
    cnaught: Caller, path: str, body: dict[str, Any], portfolio: str, grams: int, cents: int
) -> None:
    """What is ordered is owned as a share of its portfolio, and charged."""
    cnaught.post(path, body)
    assert balances(cnaught.space, "cnaught") == {
        f"outside/{portfolio} g": str(-grams),
        f"owned/{portfolio}/acme g": str(grams),
        "outside/acme cent": str(-cents),
        "charged/acme cent": str(cents),
    }
    assert failures(cnaught.space) == {}


def test_what_is_fulfilled_is_retired(cnaught: Caller) -> None:
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
def test_what_is_cancelled_is_credited(cnaught: Caller, seconds: float) -> None:
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
    told = [entry["description"] for entry in cnaught.space.ledger(since="2026-01-01T00:00:00Z")["entries"]]
    assert told == ["order placed", *(["order fulfilled"] if seconds >= 2 else []), "order cancelled"]
    assert failures(cnaught.space) == {}


def test_a_subaccount_has_accounts_of_its_own(cnaught: Caller) -> None:
    """What a subaccount orders stands below its account's name."""
    cnaught.post(ORDERS, {"amount_kg": 1}, headers={"X-Subaccount-Id": "5nubL0NS"})
    cnaught.space.clock.advance(seconds=2)
    assert balances(cnaught.space, "cnaught")["retired/tbCjWP/acme/5nubL0NS g"] == "1000"
    assert failures(cnaught.space) == {}


def test_fractions_are_kept_to_the_last_digit(cnaught: Caller) -> None:
    """With fractions kept, no part of a gram is lost, and half cents are rounded up."""
    cnaught.space.control("PATCH", "/settings/cnaught", json={"fractions": "keep"})
    cnaught.post(ORDERS, {"amount_kg": 0.30000000000000004, **SANDBOX})
    cnaught.post(ORDERS, {"amount_kg": 10.25})
    cnaught.space.clock.advance(seconds=2)
    found = balances(cnaught.space, "cnaught")
    assert found["outside/oH5hlq g"] == "-300.00000000000004"
    assert found["retired/I0UbDH/acme g"] == "105.000000000000014"
    assert found["charged/acme cent"] == "22"
    assert failures(cnaught.space) == {}


def test_what_is_paid_at_the_checkout_is_charged(cnaught: Caller) -> None:
    """An order that somebody paid for costs what the checkout asked for: rounded up, at a price of its own."""
    addresses = {"success_url": "https://example.com/yes", "cancel_url": "https://example.com/no"}
    session = cnaught.post("/v1/checkout/sessions", {"amount_kg": 21, **CHEAP, **addresses}).json()
    assert balances(cnaught.space, "cnaught") == {}
    cnaught.space.cnaught.happens("complete_checkout", session["id"])
    assert balances(cnaught.space, "cnaught")["charged/acme cent"] == "53"
    assert failures(cnaught.space) == {}


# --- spoiled memories -------------------------------------------------------------------------------------------------


def copied(remembered: dict[str, Any]) -> None:
    remembered["orders"]["copy"] = remembered["orders"][GIVEN]


def paid_twice(remembered: dict[str, Any]) -> None:
    for name in ("first", "second"):
        paid = {"id": name, "checkout_session_id": SESSION, "amount_kg": "100", "price_usd_cents": 200}
        remembered["orders"][name] = {**remembered["orders"][GIVEN], **paid}


def paid_less(remembered: dict[str, Any]) -> None:
    paid = {"id": "paid", "checkout_session_id": SESSION, "amount_kg": "100", "price_usd_cents": 199}
    remembered["orders"]["paid"] = {**remembered["orders"][GIVEN], **paid}


SPOILED: list[tuple[str, Damage, dict[str, str]]] = [
    (
        "cnaught.charge",
        lambda remembered: remembered["orders"][GIVEN].update(price_usd_cents=2351),
        {"subject": GIVEN, "expected": "2350", "found": "2351"},
    ),
    (
        "cnaught.charge",
        lambda remembered: remembered["orders"][GIVEN].update(amount_kg="20"),
        {"subject": GIVEN, "expected": "40", "found": "2350"},
    ),
    ("cnaught.charge", paid_less, {"subject": "paid", "expected": "200", "found": "199"}),
    (
        "cnaught.checkout",
        lambda remembered: remembered["sessions"][SESSION].update(price_usd_cents=1),
        {"subject": SESSION, "expected": "200", "found": "1"},
    ),
    (
        "cnaught.checkout",
        lambda remembered: remembered["sessions"][SESSION].update(amount_kg="100.1"),
        {"subject": SESSION, "expected": "201", "found": "200"},
    ),
    ("cnaught.retired-once", copied, {"subject": GIVEN, "expected": "1", "found": "2"}),
    ("cnaught.retired-once", paid_twice, {"subject": SESSION, "expected": "1", "found": "2"}),
    (
        "cnaught.units",
        lambda remembered: remembered["orders"][GIVEN].update(amount_kg=MANY_DIGITS),
        {
            "subject": "10123.45678901234567890123456789 g in kg",
            "expected": "10123.45678901234567890123456789",
            "found": "10123.45678901234567890123457",
        },
    ),
    (
        "books.balance",
        lambda remembered: remembered["orders"][GIVEN].update(amount_kg=MANY_DIGITS),
        {
            "subject": f"cnaught {GIVEN}, order fulfilled, g",
            "expected": "0",
            "found": "0.00000000000000000000000211",
        },
    ),
    (
        "books.below-zero",
        lambda remembered: remembered["orders"][GIVEN].update(price_usd_cents=-1),
        {"subject": "cnaught charged/acme, cent", "expected": "0", "found": "-1"},
    ),
]


@pytest.mark.parametrize(("check", "damage", "failure"), SPOILED)
def test_a_spoiled_memory_is_found(cnaught: Caller, check: str, damage: Damage, failure: dict[str, str]) -> None:
    """A memory in which something has changed fails the check that is about it, and the figures say why."""
    assert failures(cnaught.space) == {}
    spoil(cnaught.space, "cnaught", damage)
    assert failures(cnaught.space)[check][0] == failure


def test_an_order_that_the_impact_data_leaves_out(emulator: Emulator, cnaught: Caller) -> None:
    """An order that is not listed with its account is found."""
    orders = memory(emulator, cnaught.space, "cnaught").orders
    orders["unlisted"] = replace(orders[GIVEN], id="unlisted", price_usd_cents=21)
    assert failures(cnaught.space) == {
        "cnaught.impact": [{"subject": "acme tbCjWP", "expected": "21000", "found": "10500"}]
    }


def test_each_check_is_seen_to_fail() -> None:
    """The tests above are of every check that there is."""
    spoiled = {check for check, *_ in SPOILED} | {"cnaught.impact"}
    assert {check.name for check in BOOKS.checks} <= spoiled


@pytest.mark.parametrize(
    ("part", "name", "amount"),
    [
        ("orders", GIVEN, {"amount_kg": "1E+999999"}),
        ("orders", GIVEN, {"amount_kg": "1E-999999"}),
        ("orders", GIVEN, {"price_usd_cents": 10**2000 + 1}),
        ("sessions", SESSION, {"amount_kg": "1E+999999"}),
    ],
)
def test_an_amount_beyond_all_measure(cnaught: Caller, part: str, name: str, amount: dict[str, Any]) -> None:
    """A memory may hold what cannot be reckoned: then there are no books, and no check passes for want of figures."""
    spoil(cnaught.space, "cnaught", lambda remembered: remembered[part][name].update(amount))
    looks = [cnaught.space.verify_ledger, *([cnaught.space.ledger] if part == "orders" else [])]
    for look in looks:
        with pytest.raises(Refused, match="cannot be reckoned exactly in a thousand digits") as refused:
            look()
        assert refused.value.status == 409
