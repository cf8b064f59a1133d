"""Thallo as its client sees it."""

from typing import Any

import httpx
import pytest

from tests.support.caller import Caller

SELLER_KEY = "B" * 64
TONNE = 1_000_000

OWNED_VINTAGE = "0049zfm3m2vbnpxacv"
"""The default tenant is born with 999970 g of it, and none is on the market."""

VINTAGE, ORDER = "00410wiwk6v7q7aa10", "006o2wqvztvuzmadov"
"""700 t at 3000 cents."""

SELLERS_VINTAGE, SELLERS_ORDER = "004hlpexhy9dec7ef1", "0064zoo5hvefhr03yc"
"""100 t at 600 cents, sold by the other tenant."""

SMALL_VINTAGE, SMALL_ORDER = "004fdpkssx2zi9vodm", "006mcfdyidljqj9bs1"
"""1 t at 1500 cents."""

CLOSED_ORDER = "006closedorder0000"
"""5 t of ``VINTAGE`` that can no longer be bought."""

CUSTOMER = {
    "should_retire_external_customer": True,
    "external_retiree_name": "Alice Bob",
    "external_retiree_tax_id": "AB123456D",
    "external_retiree_location": "GB",
}


@pytest.fixture
def thallo(caller: Caller) -> Caller:
    """The default tenant."""
    return caller


def as_seller(thallo: Caller) -> Caller:
    """The tenant whose own sell order is on the market."""
    return thallo.identified({"Authorization": f"Bearer {SELLER_KEY}"})


def retire(thallo: Caller, quantity_grams: object, external_id: object = "first", **more: object) -> httpx.Response:
    """Ask for a retirement of the vintage on the market, from its order at its price; None leaves a field out."""
    body = {
        "vintage_id": VINTAGE,
        "quantity_grams": quantity_grams,
        "external_id": external_id,
        "sell_order_id": ORDER,
        "expected_price_cents": "3000",
        **more,
    }
    named = {name: value for name, value in body.items() if value is not None}
    return thallo.post("/api/caas/request-retirement", named)


def retire_owned(thallo: Caller, quantity_grams: str, external_id: str, **more: object) -> httpx.Response:
    """Ask for a retirement out of the wallet that the default tenant is born with, without naming an order."""
    nothing = {"sell_order_id": None, "expected_price_cents": None}
    return retire(thallo, quantity_grams, external_id, **{"vintage_id": OWNED_VINTAGE, **nothing, **more})


def inventory(thallo: Caller, **query: object) -> dict[str, Any]:
    body: dict[str, Any] = thallo.get("/api/inventory", params=query).json()
    return body


def wallet(thallo: Caller, vintage_id: str = VINTAGE) -> dict[str, Any]:
    """A wallet as the inventory shows it."""
    vintages = [vintage for project in inventory(thallo)["projects"] for vintage in project["vintages"]]
    [found] = [vintage["wallets"] for vintage in vintages if vintage["vintage_id"] == vintage_id]
    [only] = found
    return dict(only)


def memory(thallo: Caller) -> dict[str, Any]:
    """All that Thallo remembers, amounts as text."""
    remembered: dict[str, Any] = thallo.space.snapshot()["memory"]["thallo"]
    return remembered


def remember(thallo: Caller, part: str, content: dict[str, Any]) -> None:
    """Let Thallo remember something more."""
    snapshot = thallo.space.snapshot()
    snapshot["memory"]["thallo"][part] |= content
    thallo.space.restore(snapshot)
