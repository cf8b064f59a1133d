"""Clients of Thallo, and the records of its fixture that tests use."""

from typing import Any

import httpx
import pytest

from tests.support.caller import Caller

SELLER_KEY = "B" * 64
TONNE = 1_000_000

OWNED_VINTAGE = "0049zfm3m2vbnpxacv"
"""The default tenant has 999970 g of it, and none is on the market."""

VINTAGE, ORDER = "00410wiwk6v7q7aa10", "006o2wqvztvuzmadov"
"""700 t at 3000 cents."""

SELLERS_VINTAGE, SELLERS_ORDER = "004hlpexhy9dec7ef1", "0064zoo5hvefhr03yc"
"""100 t at 600 cents, sold by the other tenant."""

SMALL_VINTAGE, SMALL_ORDER = "004fdpkssx2zi9vodm", "006mcfdyidljqj9bs1"
"""1 t at 1500 cents."""

CLOSED_ORDER = "006closedorder0000"
"""5 t of ``VINTAGE``, in an order that has closed."""

CUSTOMER = {
    "should_retire_external_customer": True,
    "external_retiree_name": "Alice Bob",
    "external_retiree_tax_id": "AB123456D",
    "external_retiree_location": "GB",
}


@pytest.fixture
def thallo(caller: Caller) -> Caller:
    """Return a client of the default tenant."""
    return caller


def as_seller(thallo: Caller) -> Caller:
    """Return a client of the tenant that has a sell order on the market."""
    return thallo.identified({"Authorization": f"Bearer {SELLER_KEY}"})


def retire(thallo: Caller, quantity_grams: object, external_id: object = "first", **more: object) -> httpx.Response:
    """Request a retirement of ``VINTAGE``, with its order and price; None leaves a field out."""
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
    """Request a retirement from the wallet that the fixture gives the default tenant, without an order."""
    nothing = {"sell_order_id": None, "expected_price_cents": None}
    return retire(thallo, quantity_grams, external_id, **{"vintage_id": OWNED_VINTAGE, **nothing, **more})


def inventory(thallo: Caller, **query: object) -> dict[str, Any]:
    body: dict[str, Any] = thallo.get("/api/inventory", params=query).json()
    return body


def wallet(thallo: Caller, vintage_id: str = VINTAGE) -> dict[str, Any]:
    """Return a wallet of the inventory."""
    vintages = [vintage for project in inventory(thallo)["projects"] for vintage in project["vintages"]]
    [found] = [vintage["wallets"] for vintage in vintages if vintage["vintage_id"] == vintage_id]
    [only] = found
    return dict(only)


def memory(thallo: Caller) -> dict[str, Any]:
    """Return Thallo's memory as a snapshot has it; amounts are text."""
    remembered: dict[str, Any] = thallo.space.snapshot()["memory"]["thallo"]
    return remembered


def remember(thallo: Caller, part: str, content: dict[str, Any]) -> None:
    """Add content to a part of Thallo's memory."""
    snapshot = thallo.space.snapshot()
    snapshot["memory"]["thallo"][part] |= content
    thallo.space.restore(snapshot)
