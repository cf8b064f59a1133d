"""Thallo's books: their entries, and the checks that detect a corrupted memory."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from emulator.core.clock import Clock
from emulator.core.documents import document
from emulator.core.ids import Ids
from emulator.core.resources import resource
from emulator.providers.thallo.backend import Thallo
from emulator.providers.thallo.books import BOOKS
from emulator.providers.thallo.memory.fixture import Fixture
from tests.providers.thallo.conftest import (
    CUSTOMER,
    ORDER,
    OWNED_VINTAGE,
    SELLERS_ORDER,
    TONNE,
    VINTAGE,
    as_seller,
    retire,
    retire_owned,
)
from tests.support.books import Damage, balances, damage_memory, failures
from tests.support.caller import Caller

MARKET, WALLET = f"market/{VINTAGE} g", f"wallet/{VINTAGE}/thallo-ltd g"
RETIRING, RETIRED = f"retiring/{VINTAGE}/thallo-ltd g", f"retired/{VINTAGE}/thallo-ltd g"
OWED, CHARGED = "outside/thallo-ltd cent", "charged/thallo-ltd cent"


def texts(amounts: Mapping[str, int]) -> dict[str, str]:
    """Return amounts as the books write them, without zeros."""
    return {account: str(amount) for account, amount in amounts.items() if amount}


# --- entries ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grams", "more", "bought"),
    [(1, {}, 1), (750_000, {}, 1), (TONNE, {}, 1), (TONNE + 1, {}, 2), (40 * TONNE, {}, 40), (2 * TONNE, CUSTOMER, 2)],
)
def test_a_purchase_is_in_the_books(thallo: Caller, grams: int, more: dict[str, Any], bought: int) -> None:
    """Whole tonnes move from the market to the wallet and are charged; the requested grams are queued."""
    retire(thallo, str(grams), **more)
    left, cents = bought * TONNE - grams, bought * 3000
    assert balances(thallo.space, "thallo") == texts(
        {MARKET: -bought * TONNE, WALLET: left, RETIRING: grams, OWED: -cents, CHARGED: cents}
    )
    assert failures(thallo.space) == {}


def test_owned_grams_are_not_charged_again(thallo: Caller) -> None:
    """Grams from a wallet cost nothing more."""
    retire_owned(thallo, "999", "first")
    assert balances(thallo.space, "thallo") == {
        f"wallet/{OWNED_VINTAGE}/thallo-ltd g": "-999",
        f"retiring/{OWNED_VINTAGE}/thallo-ltd g": "999",
    }
    assert balances(thallo.space, "thallo", since=None)[f"wallet/{OWNED_VINTAGE}/thallo-ltd g"] == "998971"
    assert failures(thallo.space) == {}


def test_retired_grams_leave_the_queue(thallo: Caller) -> None:
    """Whole tonnes are retired after the month is paid; the remainder is carried into the next request."""
    retire(thallo, "1500000")
    thallo.space.clock.advance(days=31 + 7 + 3, seconds=-1)
    assert balances(thallo.space, "thallo") == texts(
        {MARKET: -2 * TONNE, WALLET: 500_000, RETIRING: 1_500_000, OWED: -6000, CHARGED: 6000}
    )
    thallo.space.clock.advance(seconds=1)
    assert balances(thallo.space, "thallo") == texts(
        {MARKET: -2 * TONNE, WALLET: 500_000, RETIRING: 500_000, RETIRED: TONNE, OWED: -6000, CHARGED: 6000}
    )
    retire(thallo, "500001", "second")
    thallo.space.clock.advance(days=60)
    assert balances(thallo.space, "thallo") == texts(
        {MARKET: -3 * TONNE, WALLET: 999_999, RETIRING: 1, RETIRED: 2 * TONNE, OWED: -9000, CHARGED: 9000}
    )
    assert failures(thallo.space) == {}


def test_the_fixture_is_brought_forward(thallo: Caller) -> None:
    """The fixture's credits are first, without a time or a charge."""
    entries = thallo.space.ledger(provider="thallo", limit=1000)["entries"]
    brought = [entry for entry in entries if entry["at"] is None]
    assert entries[: len(brought)] == brought
    assert {entry["description"] for entry in brought} == {"on sale", "owned", "to be retired"}
    assert {entry["description"] for entry in entries[len(brought) :]} == {"credits retired"}
    assert balances(thallo.space, "thallo", since=None)["retired/004o7rnsz29fptz9uo/thallo-ltd g"] == "15000000"


def test_retirement_depends_on_the_clock(thallo: Caller) -> None:
    """At an earlier time, less has been retired."""
    earlier = thallo.space.space("books-of-2024")
    earlier.clock.freeze("2024-03-01")
    assert balances(earlier, "thallo", since=None)["retired/004o7rnsz29fptz9uo/thallo-ltd g"] == "10000000"
    assert failures(earlier) == {}
    earlier.delete()


# --- corrupted memories -----------------------------------------------------------------------------------------------


def trade(remembered: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any]
    [found] = remembered["wallets"]["thallo-ltd"][VINTAGE]["trades"]
    return found


def requests(remembered: dict[str, Any]) -> list[dict[str, Any]]:
    return [request for request in remembered["retirement_requests"].values() if request["vintage_id"] == VINTAGE]


def items(remembered: dict[str, Any]) -> list[dict[str, Any]]:
    return list(requests(remembered)[0]["items"])


def retired_twice(remembered: dict[str, Any]) -> None:
    """Add the same item again."""
    items = requests(remembered)[0]["items"]
    items.append(items[0])


CORRUPTED: list[tuple[str, Damage, str, str]] = [
    (
        "thallo.conserved",
        lambda remembered: remembered["sell_orders"][SELLERS_ORDER].update(quantity_grams="101000000"),
        "100000000",
        "101000000",
    ),
    ("thallo.conserved", lambda remembered: remembered["sell_orders"].pop(SELLERS_ORDER), "100000000", "0"),
    (
        "thallo.wallets",
        lambda remembered: remembered["wallets"]["thallo-ltd"][VINTAGE].update(quantity_grams="900001"),
        "900000",
        "900001",
    ),
    ("thallo.prices", lambda remembered: trade(remembered).update(price_cents="2999"), "1000000", "0"),
    (
        "thallo.prices",
        lambda remembered: remembered["sell_orders"][ORDER].update(price_cents="3001"),
        "700000000",
        "1000000",
    ),
    ("thallo.charge", lambda remembered: trade(remembered).update(quantity_grams="1000001"), "3000", "3000.003"),
    ("thallo.retired-once", retired_twice, "1", "2"),
    ("thallo.trades", lambda remembered: trade(remembered).update(id="00gunknowntrade000"), "1", "0"),
    ("thallo.trades", lambda remembered: trade(remembered).update(executed_at="2026-01-02T00:00:00Z"), "1", "0"),
    ("thallo.trades", lambda remembered: trade(remembered).update(type="SELL"), "1", "0"),
    ("thallo.invoiced", lambda remembered: items(remembered)[0].update(invoice_id="00iaugust2023thall"), "1", "0"),
    ("thallo.invoiced", lambda remembered: items(remembered)[0].update(invoice_id=None), "1", "0"),
    (
        "thallo.whole-tonnes",
        lambda remembered: trade(remembered).update(quantity_grams="4000100"),
        "5000000",
        "4000100",
    ),
    (
        "thallo.whole-tonnes",
        lambda remembered: remembered["sell_orders"][SELLERS_ORDER].update(quantity_grams="1500000"),
        "2000000",
        "1500000",
    ),
    ("thallo.history", lambda remembered: trade(remembered).update(quantity_grams="3000000"), "0", "-2000000"),
    ("thallo.carried", lambda remembered: requests(remembered)[1].update(carried_grams="60000"), "50000", "60000"),
]


@pytest.mark.parametrize(("check", "damage", "expected", "found"), CORRUPTED)
def test_a_corrupted_memory_is_detected(thallo: Caller, check: str, damage: Damage, expected: str, found: str) -> None:
    """A corrupted memory fails the check that covers it, with the expected and the actual figure."""
    retire(thallo, "50000")
    thallo.space.clock.advance(days=31)
    retire(thallo, "50000", "second")
    assert failures(thallo.space) == {}
    damage_memory(thallo.space, "thallo", damage)
    failure = failures(thallo.space)[check][0]
    assert (failure["expected"], failure["found"]) == (expected, found)


@pytest.mark.parametrize(
    ("check", "damage"),
    [
        ("thallo.trades", lambda remembered: remembered["wallets"]["thallo-ltd"].pop("004o7rnsz29fptz9uo")),
        ("thallo.trades", lambda remembered: remembered["wallets"]["thallo-ltd"]["004o7rnsz29fptz9uo"]["trades"].pop()),
        ("thallo.whole-tonnes", lambda remembered: fixture_trade(remembered).update(quantity_grams="4000100")),
        ("thallo.history", lambda remembered: fixture_trade(remembered).update(quantity_grams="4000000")),
        ("thallo.invoiced", lambda remembered: remembered["invoices"]["00iy2jbppp8kwwg7vl"].update(month="2024-03")),
        ("thallo.invoiced", lambda remembered: remembered["invoices"]["00iy2jbppp8kwwg7vl"].update(tenant_id="seller")),
    ],
)
def test_an_inconsistent_fixture_is_detected(check: str, damage: Damage) -> None:
    """The checks hold for the default fixture, and find what does not fit together in any other."""
    content = json.loads((resource("fixtures") / "thallo.json").read_bytes())
    assert fixture_failures(content) == []
    damage(content["memory"])
    assert check in fixture_failures(content)


def fixture_trade(remembered: dict[str, Any]) -> dict[str, Any]:
    trades: list[dict[str, Any]] = remembered["wallets"]["thallo-ltd"]["004o7rnsz29fptz9uo"]["trades"]
    return trades[-1]


def fixture_failures(content: dict[str, Any]) -> list[str]:
    """Return the checks that a space with this fixture fails."""
    fixture = document(Fixture).read(content)
    backend = Thallo(fixture.catalogue, fixture.memory, Clock(), Ids(0))
    entries = list(BOOKS.entries(backend, fixture.memory))
    return [
        check.name
        for check in BOOKS.checks
        if any(found.expected != found.found for found in check.findings(entries, backend, fixture.memory))
    ]


def test_every_check_has_a_corrupted_memory() -> None:
    """The table above covers every check."""
    assert {check.name for check in BOOKS.checks} == {check for check, *_ in CORRUPTED}


def test_each_tenant_has_accounts(thallo: Caller) -> None:
    """Each tenant has its own accounts."""
    retire(as_seller(thallo), "1")
    assert balances(thallo.space, "thallo") == {
        MARKET: "-1000000",
        f"wallet/{VINTAGE}/seller g": "999999",
        f"retiring/{VINTAGE}/seller g": "1",
        "outside/seller cent": "-3000",
        "charged/seller cent": "3000",
    }
