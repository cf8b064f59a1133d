"""The requests that are measured, in the order in which users pay for them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import httpx

from benchmarks.load import UNIQUE, Call

RECORDS = 10_000
"""How many records 1ClickImpact has before they are listed."""

JOURNAL_ENTRIES = 1_000
KEY = {"x-api-key": "test_local_0001"}
JSON = {"Content-Type": "application/json"}
BEARER = {"Authorization": "Bearer test_acme_0001"}
START = "2026-01-01T00:00:00Z"

MakeCall = Callable[[httpx.Client, Call], Call]
"""Prepare a server with a client, and return the call to measure. The argument is the emulator's call."""


@dataclass(frozen=True, slots=True)
class Workload:
    """A title for the table, and the call to the emulator."""

    title: str
    call: MakeCall


def constant(call: Call) -> MakeCall:
    """Return a workload's call that needs no preparation."""
    return lambda client, _: call


# --- 1ClickImpact -----------------------------------------------------------------------------------------------------


def capture(email: str) -> MakeCall:
    body = json.dumps({"amount": 5, "customer_email": email, "customer_name": "Ada"})
    return constant(Call("POST", "/oneclickimpact/v1/capture_carbon", {**KEY, **JSON}, body))


# --- CNaught ----------------------------------------------------------------------------------------------------------

ORDER = Call("POST", "/cnaught/v1/orders", {**BEARER, **JSON}, '{"amount_kg": 10}', "Idempotency-Key", 201)


def repeating(call: Call, key: str) -> Call:
    """Return the same call, always with this idempotency key."""
    return replace(call, headers={**call.headers, "Idempotency-Key": key}, unique=None)


def ten_orders(client: httpx.Client, _: Call) -> Call:
    for number in range(10):
        headers = {**ORDER.headers, "Idempotency-Key": f"list-{number}"}
        client.post(ORDER.path, content=ORDER.body, headers=headers).raise_for_status()
    return Call("GET", "/cnaught/v1/orders?limit=10", BEARER)


# --- Carbon Insights --------------------------------------------------------------------------------------------------

LOGIN = {"username": "ilovetheplanet", "password": "Sav3Th3Whal3s"}


def transactions(count: int, token: str) -> Call:
    """Return the request of a score of this many transactions."""
    bought = [{"date": "2020-03-01", "amount": 1 + n, "category": "Air Travel"} for n in range(count)]
    headers = {"Authorization": f"Token {token}", **JSON}
    return Call("POST", "/carboninsights/calculateCarbonScore", headers, json.dumps({"transactions": bought}))


def score(count: int) -> MakeCall:
    """Return the call for a score of this many transactions.

    The clock is frozen, because a token expires after five minutes.
    """

    def make(client: httpx.Client, _: Call) -> Call:
        freeze(client)
        token = client.post("/carboninsights/token", json=LOGIN).json()["access"]
        return transactions(count, token)

    return make


# --- Dcycle -----------------------------------------------------------------------------------------------------------


def dcycle(path: str) -> MakeCall:
    def make(client: httpx.Client, _: Call) -> Call:
        credentials = client.get("/_emulator/providers/dcycle").json()["credentials"]
        headers = {"x-api-key": credentials["api_key"], "x-organization-id": credentials["organization_id"]}
        return Call("GET", f"/dcycle{path}", headers)

    return make


YEAR = "/v1/total-impacts?start_date=2025-01-01&end_date=2025-12-31"


# --- Thallo -----------------------------------------------------------------------------------------------------------

VINTAGE, SELL_ORDER = "00410wiwk6v7q7aa10", "006o2wqvztvuzmadov"


def thallo(client: httpx.Client) -> Mapping[str, str]:
    key = client.get("/_emulator/providers/thallo").json()["credentials"]["api_key"]
    return {"Authorization": f"Bearer {key}"}


def inventory(client: httpx.Client, _: Call) -> Call:
    return Call("GET", "/thallo/api/inventory", thallo(client))


def market(client: httpx.Client, _: Call) -> Call:
    return Call("GET", "/thallo/api/market", thallo(client))


def retirement(client: httpx.Client, _: Call) -> Call:
    """Return the call for a retirement of one gram: one bought tonne suffices for a million requests."""
    body = {
        "vintage_id": VINTAGE,
        "quantity_grams": "1",
        "external_id": UNIQUE,
        "sell_order_id": SELL_ORDER,
        "expected_price_cents": "3000",
    }
    return Call("POST", "/thallo/api/caas/request-retirement", {**thallo(client), **JSON}, json.dumps(body))


# --- the control API --------------------------------------------------------------------------------------------------


def freeze(client: httpx.Client) -> None:
    client.put("/_emulator/clock", json={"now": START, "frozen": True}).raise_for_status()


def journal(query: str) -> MakeCall:
    def make(client: httpx.Client, _: Call) -> Call:
        for _number in range(JOURNAL_ENTRIES):
            client.get("/oneclickimpact/v1/records?limit=1", headers=KEY).raise_for_status()
        return Call("GET", f"/_emulator/requests?provider=oneclickimpact{query}")

    return make


def snapshot(client: httpx.Client, _: Call) -> Call:
    for _number in range(JOURNAL_ENTRIES):
        client.post("/oneclickimpact/v1/capture_carbon", json={"amount": 5}, headers=KEY).raise_for_status()
    return Call("GET", "/_emulator/snapshot")


WORKLOADS: Mapping[str, Workload] = {
    "write": Workload("1ClickImpact: capture carbon for a customer", capture("ada@example.com")),
    "read": Workload(
        f"1ClickImpact: 10 of {RECORDS:,} records", constant(Call("GET", "/oneclickimpact/v1/records?limit=10", KEY))
    ),
    "write-new": Workload("1ClickImpact: each time for another customer", capture(f"{UNIQUE}@example.com")),
    "quote": Workload(
        "CNaught: a quote", constant(Call("POST", "/cnaught/v1/quotes", {**BEARER, **JSON}, '{"amount_kg": 10}'))
    ),
    "order": Workload("CNaught: an order with a new idempotency key", constant(ORDER)),
    "order-repeated": Workload(
        "CNaught: an order with a repeated idempotency key", constant(repeating(ORDER, "order-1"))
    ),
    "orders": Workload("CNaught: a list of 10 orders", ten_orders),
    "impact": Workload("CNaught: the impact", constant(Call("GET", "/cnaught/v1/impact/data", BEARER))),
    "token": Workload(
        "Carbon Insights: a token", constant(Call("POST", "/carboninsights/token", JSON, json.dumps(LOGIN)))
    ),
    "score-3": Workload("Carbon Insights: a score of 3 transactions", score(3)),
    "score-1000": Workload("Carbon Insights: a score of 1,000 transactions", score(1000)),
    "scopes": Workload("Dcycle: a year's totals by scope", dcycle(YEAR)),
    "year": Workload("Dcycle: a year's totals by month", dcycle(f"{YEAR}&group_by=month")),
    "invoices": Workload("Dcycle: invoices", dcycle("/v1/invoices")),
    "inventory": Workload("Thallo: the inventory", inventory),
    "market": Workload("Thallo: the market", market),
    "retirement": Workload("Thallo: a retirement", retirement),
    "clock": Workload("control API: the clock", constant(Call("GET", "/_emulator/clock"))),
    "reset": Workload("control API: a reset", constant(Call("POST", "/_emulator/reset", JSON, "{}"))),
    "journal-page": Workload(f"control API: the latest 50 of {JOURNAL_ENTRIES:,} requests", journal("&limit=50")),
    "journal": Workload(f"control API: all of {JOURNAL_ENTRIES:,} requests", journal("")),
    "snapshot": Workload(f"control API: a snapshot of {JOURNAL_ENTRIES:,} records", snapshot),
}
