"""The official Node SDK 1.3.0, without the SDK: what its five calls send, and how it reads replies.

``read_*`` return what the SDK's caller gets, and fail where the SDK would throw.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

import httpx
import pytest

from tests.providers.thallo.conftest import CLOSED_ORDER, ORDER, VINTAGE, retire
from tests.support.caller import Caller

Read: TypeAlias = Callable[[dict[str, Any]], object]

HEADERS = {"Content-Type": "application/json", "Accept": "application/json, text/plain, */*"}
"""The headers of every call, with or without a body."""

ERROR_FIELDS = {"statusCode": int, "url": str, "timestamp": str, "error": str, "message": (str, list)}
"""The fields by which the SDK recognizes an error; if one is missing it hides the code."""

RETIREMENT = {
    "vintage_id": VINTAGE,
    "quantity_grams": "50",
    "sell_order_id": ORDER,
    "expected_price_cents": "3000",
    "external_id": "8964e68e-8c7d-4d77-9196-66635bf7a340",
    "external_retiree_id": "0eb0dc50-2a9a-4289-bf61-fe298172464e",
    "should_retire_external_customer": False,
}


def big_int(text: object) -> int:
    """Return ``BigInt`` of a text. Like the SDK it accepts only digits; the SDK also turns an empty text into 0."""
    assert isinstance(text, str)
    assert re.fullmatch("-?[0-9]+", text)
    return int(text)


def date(text: object) -> datetime:
    """Return ``new Date`` of a text."""
    assert isinstance(text, str)
    return datetime.fromisoformat(text)


def read_pagination(body: dict[str, Any]) -> None:
    """Check the pagination, which the SDK reads without a guard."""
    names = {"per_page", "total_pages", "total_items", "current_page", "previous_page", "next_page"}
    assert body["pagination"].keys() == names
    assert all(value is None or type(value) is int for value in body["pagination"].values())


def read_market(body: dict[str, Any]) -> int:
    read_pagination(body)
    vintages = [vintage for project in body["projects"] for vintage in project["vintages"]]
    assert all(type(vintage["vintage_year"]) is int for vintage in vintages)
    orders = [order for vintage in vintages for order in vintage["sell_orders"]]
    return sum(big_int(order["quantity_grams"]) * big_int(order["price_cents"]) for order in orders)


def read_inventory(body: dict[str, Any]) -> int:
    read_pagination(body)
    vintages = [vintage for project in body["projects"] for vintage in project["vintages"]]
    wallets = [wallet for vintage in vintages for wallet in vintage["wallets"]]
    for trade in (trade for wallet in wallets for trade in wallet["trades"]):
        assert big_int(trade["quantity_grams"]) * big_int(trade["price_cents"]) > 0
        assert isinstance(trade["execution_date"], str)
    return sum(big_int(wallet["quantity_grams"]) for wallet in wallets)


def read_projects(body: dict[str, Any]) -> list[str]:
    return [vintage["vintage_id"] for project in body["projects"] for vintage in project["vintages"]]


def read_retirement(body: dict[str, Any]) -> int:
    date(body["created_at"])
    assert body["retired_at"] is None or date(body["retired_at"])
    items = body["retirement_request_items"]
    assert all(date(item["created_at"]) and big_int(item["quantity"]) for item in items)
    return big_int(body["total_quantity"])


GETS = [
    ("/api/market", {}, read_market),
    ("/api/market", {"page": "2", "per_page": "1"}, read_market),
    ("/api/market", {"page": "99", "per_page": "1"}, read_market),
    ("/api/inventory", {}, read_inventory),
    (
        "/api/inventory",
        {"page": "1", "per_page": "1", "trades_per_wallet": "1", "trade_type": "BUY", "wallet_min_quantity": "1"},
        read_inventory,
    ),
    ("/api/inventory", {"page": "9", "wallet_min_quantity": "9" * 40}, read_inventory),
    ("/api/projects", {"project_ids[]": ["003c1hatqib9jbpwwl", "003g3ghxs84jlgw5pi"]}, read_projects),
    ("/api/projects", {"project_ids[]": ["003c1hatqib9jbpwwl"]}, read_projects),
    ("/api/projects", {"project_ids[]": ["003nosuchproject00"]}, read_projects),
    ("/api/retirement", {"id": "00maxwb1x2ltjgh4ob"}, read_retirement),
    ("/api/retirement", {"id": "00mj6hrvi6yaapj6nb"}, read_retirement),
]


@pytest.mark.parametrize(("path", "query", "read"), GETS)
def test_the_sdk_reads_every_reply(thallo: Caller, path: str, query: Mapping[str, Any], read: Read) -> None:
    """A GET with a JSON content type and no body is answered with everything that the SDK reads unguarded."""
    reply = thallo.get(path, params=query, headers=HEADERS)
    assert reply.status_code == 200
    read(reply.json())


@pytest.mark.rule("thallo.inventory.forms", "thallo.market.forms")
def test_amounts_of_any_size_are_whole_numbers(thallo: Caller) -> None:
    """Even far above 2**53 an amount has no exponent or fraction, and is a text."""
    price, grams = str(10**24 + 1), str(10**36)
    snapshot = thallo.space.snapshot()
    snapshot["memory"]["thallo"]["sell_orders"][ORDER] |= {"quantity_grams": grams, "price_cents": price}
    thallo.space.restore(snapshot)
    assert read_market(thallo.get("/api/market").json()) > 10**60
    requested = str(10**36 - 999_999)
    receipt = retire(thallo, requested, expected_price_cents=price).json()
    found = thallo.get("/api/retirement", params={"id": receipt["retirement_request_id"]}).json()
    assert read_retirement(found) == int(requested)
    assert read_inventory(thallo.get("/api/inventory").json()) == 999_970 + 999_999


@pytest.mark.rule("thallo.retirements.retiree-id-optional")
@pytest.mark.parametrize("left_out", [(), ("sell_order_id", "expected_price_cents"), ("external_retiree_id",)])
def test_the_sdk_sends_no_null(thallo: Caller, left_out: tuple[str, ...]) -> None:
    """The SDK leaves out missing values; the reply is an id and a flag."""
    retire(thallo, "50", "before")
    body = {name: value for name, value in RETIREMENT.items() if name not in left_out}
    receipt = thallo.post("/api/caas/request-retirement", body, headers=HEADERS).json()
    assert isinstance(receipt["retirement_request_id"], str)
    assert receipt["external_id_already_processed"] is False


@pytest.mark.rule("thallo.projects.spellings")
@pytest.mark.parametrize("brackets", ["[]", "%5B%5D"])
def test_both_encodings_of_lists(thallo: Caller, brackets: str) -> None:
    """Older and newer versions of its HTTP library encode the brackets differently."""
    ids = ["003c1hatqib9jbpwwl", "003g3ghxs84jlgw5pi"]
    query = "&".join(f"project_ids{brackets}={project_id}" for project_id in ids)
    found = thallo.get(f"/api/projects?{query}", headers=HEADERS).json()["projects"]
    assert [project["project_id"] for project in found] == ids


# --- errors -----------------------------------------------------------------------------------------------------------


def recognized_code(reply: httpx.Response) -> str:
    """Return the code that the SDK shows its user. Fail if the SDK would not recognize the error."""
    body = reply.json()
    assert isinstance(body, dict)
    for name, kind in ERROR_FIELDS.items():
        assert isinstance(body[name], kind)  # type: ignore[arg-type]  # a type or several
    return str(body["error"])


@pytest.mark.rule("thallo.errors.five-fields", "thallo.refusals.status")
@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("GET", "/api/market?page=0", None, "Bad Request"),
        ("GET", "/api/projects", None, "Bad Request"),
        ("GET", "/api/retirement", None, "Bad Request"),
        ("GET", "/api/retirement?id=x", None, "NOT_FOUND"),
        ("GET", "/api/nothing", None, "Not Found"),
        ("PUT", "/api/market", None, "Method Not Allowed"),
        ("POST", "/api/caas/request-retirement", {}, "Bad Request"),
        (
            "POST",
            "/api/caas/request-retirement",
            {**RETIREMENT, "sell_order_id": CLOSED_ORDER},
            "SELL_ORDER_NOT_LIVE",
        ),
        ("DELETE", "/api/api-keys/x", None, "API_KEY_NOT_EXISTS"),
    ],
)
def test_the_sdk_recognizes_every_error(thallo: Caller, method: str, path: str, body: object, code: str) -> None:
    """Every error has all five fields with their types, so that the SDK's user sees the code."""
    content = {} if body is None else {"json": body}
    assert recognized_code(thallo.request(method, path, headers=HEADERS, **content)) == code


@pytest.mark.rule("thallo.auth.refused")
@pytest.mark.parametrize(("path", "query", "read"), GETS)
def test_the_sdk_recognizes_a_missing_key(thallo: Caller, path: str, query: Mapping[str, Any], read: Read) -> None:
    """A missing key answers with all five fields."""
    reply = thallo.get(path, params=query, headers={**HEADERS, "Authorization": "Bearer undefined"})
    assert (reply.status_code, recognized_code(reply)) == (401, "Unauthorized")


@pytest.mark.parametrize("status", [400, 403, 409, 429, 500, 502, 503])
def test_the_sdk_recognizes_faults(thallo: Caller, status: int) -> None:
    """A fault's status answers with all five fields."""
    thallo.space.faults.add("thallo", effect={"status": status})
    reply = thallo.get("/api/inventory", headers=HEADERS, promised=False)
    assert recognized_code(reply) == reply.json()["error"]
    assert reply.json()["statusCode"] == status
