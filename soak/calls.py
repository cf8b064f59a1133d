"""Requests to the five vendors. Each write has a tag, by which it is found in the memory."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from random import Random
from typing import Any

TAG = "soak-"
JSON = {"Content-Type": "application/json"}
IMPACT_KEY = {"x-api-key": "test_local_0001"}
CNAUGHT_KEY = {"Authorization": "Bearer test_acme_0001"}
DCYCLE_KEY = {
    "x-api-key": "sk_live_1234567890abcdef",
    "x-organization-id": "a8315ef3-dd50-43f8-b7ce-d839e68d51fa",
}
THALLO_KEY = {"Authorization": "Bearer 18077981128785C05993E9C685FD52410BADCD994B3C1D0365A0C7088BA5BAC1"}
LOGIN = {"username": "ilovetheplanet", "password": "Sav3Th3Whal3s"}
YEAR = "start_date=2025-01-01&end_date=2025-12-31&group_by=month"

VENDORS = ("oneclickimpact", "cnaught", "carboninsights", "dcycle", "thallo")


@dataclass(frozen=True, slots=True)
class Call:
    """A request to a vendor, and its valid statuses.

    A write has a ``tag``. It can be repeated without writing twice if it is ``repeatable``.
    """

    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    method: str = "GET"
    statuses: tuple[int, ...] = (200,)
    tag: str | None = None
    repeatable: bool = False


def write(backend: str, tag: str) -> Call:
    """Return a write with this tag."""
    match backend:
        case "oneclickimpact":
            body = {"amount": 1, "customer_email": f"{tag}@example.com"}
            return _post("/oneclickimpact/v1/capture_carbon", IMPACT_KEY, body, 200, tag)
        case "cnaught":
            headers = {**CNAUGHT_KEY, "Idempotency-Key": tag}
            return _post("/cnaught/v1/orders", headers, {"amount_kg": 1, "description": tag}, 201, tag, repeatable=True)
        case "carboninsights":
            name = {"first_name": "Ada", "last_name": "Lovelace", "email": f"{tag}@example.com"}
            return _post("/carboninsights/register", {}, {"username": tag, "password": "Difference1", **name}, 201, tag)
        case "dcycle":
            product = {"product_name": tag, "sector": "Manufacturing", "country": "ES", "purchase_date": "2025-06-15"}
            body = {**product, "quantity": 1500.0, "unit_id": "EUR", "expense_type": "opex"}
            return _post("/dcycle/v1/purchases", DCYCLE_KEY, body, 201, tag)
        case _:
            body = {"vintage_id": "00410wiwk6v7q7aa10", "quantity_grams": "1", "external_id": tag}
            bought = {"sell_order_id": "006o2wqvztvuzmadov", "expected_price_cents": "3000"}
            path = "/thallo/api/caas/request-retirement"
            return _post(path, THALLO_KEY, body | bought, 200, tag, repeatable=True)


def read(random: Random) -> Call:
    """Return a random read; some are refused, as expected."""
    return random.choice(READS)


def _post(
    path: str, key: Mapping[str, str], body: object, status: int, tag: str | None, *, repeatable: bool = False
) -> Call:
    return Call(path, {**key, **JSON}, json.dumps(body).encode(), "POST", (status,), tag, repeatable)


READS = (
    Call("/oneclickimpact/v1/records?limit=10", IMPACT_KEY),
    Call("/oneclickimpact/v1/customer_records?limit=10&sort_order=desc", IMPACT_KEY),
    Call("/oneclickimpact/v1/records", {"x-api-key": "unknown"}, statuses=(401,)),
    Call("/cnaught/v1/orders?limit=5", CNAUGHT_KEY),
    Call("/cnaught/v1/impact/data", CNAUGHT_KEY),
    Call("/cnaught/v1/orders/none", CNAUGHT_KEY, statuses=(404,)),
    _post("/cnaught/v1/quotes", CNAUGHT_KEY, {"amount_kg": 10}, 200, None),
    _post("/carboninsights/token", {}, LOGIN, 200, None),
    _post("/carboninsights/calculateCarbonScore", {"Authorization": "Token no"}, {"transactions": []}, 401, None),
    Call(f"/dcycle/v1/total-impacts?{YEAR}", DCYCLE_KEY),
    Call("/dcycle/v1/purchases", DCYCLE_KEY),
    Call("/thallo/api/inventory", THALLO_KEY),
    Call("/unknown/v1", statuses=(404,)),
)


def tags_in(memory: Mapping[str, Any]) -> Counter[str]:
    """Count the writes of each tag in a snapshot's memory."""
    customers = memory["oneclickimpact"]["customers"]
    impacts = [impact for impact in memory["oneclickimpact"]["impacts"] if impact["customer_id"]]
    requests = memory["thallo"]["retirement_requests"].values()
    found = chain(
        (customers[impact["customer_id"]]["email"].partition("@")[0] for impact in impacts),
        (order["description"] or "" for order in memory["cnaught"]["orders"].values()),
        memory["carboninsights"]["accounts"],
        (purchase["terms"]["product_name"] or "" for purchase in memory["dcycle"]["purchases"].values()),
        (item["external_id"] for request in requests for item in request["items"]),
    )
    return Counter(tag for tag in found if tag.startswith(TAG))
