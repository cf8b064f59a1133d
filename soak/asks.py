"""What clients ask of the five vendors. What a write has written is found again by its tag."""

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
class Ask:
    """A request to a vendor, and the statuses that may answer it.

    A ``tag`` is what it writes; asked again, it writes no second time if it is ``repeatable``.
    """

    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    method: str = "GET"
    statuses: tuple[int, ...] = (200,)
    tag: str | None = None
    repeatable: bool = False


def write(backend: str, tag: str) -> Ask:
    """A write of something of this name."""
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
            what = {"product_name": tag, "sector": "Manufacturing", "country": "ES", "purchase_date": "2025-06-15"}
            body = {**what, "quantity": 1500.0, "unit_id": "EUR", "expense_type": "opex"}
            return _post("/dcycle/v1/purchases", DCYCLE_KEY, body, 201, tag)
        case _:
            body = {"vintage_id": "00410wiwk6v7q7aa10", "quantity_grams": "1", "external_id": tag}
            bought = {"sell_order_id": "006o2wqvztvuzmadov", "expected_price_cents": "3000"}
            path = "/thallo/api/caas/request-retirement"
            return _post(path, THALLO_KEY, body | bought, 200, tag, repeatable=True)


def read(random: Random) -> Ask:
    """Any question; some are refused, as they should be."""
    return random.choice(READS)


def _post(
    path: str, key: Mapping[str, str], body: object, status: int, tag: str | None, *, repeatable: bool = False
) -> Ask:
    return Ask(path, {**key, **JSON}, json.dumps(body).encode(), "POST", (status,), tag, repeatable)


READS = (
    Ask("/oneclickimpact/v1/records?limit=10", IMPACT_KEY),
    Ask("/oneclickimpact/v1/customer_records?limit=10&sort_order=desc", IMPACT_KEY),
    Ask("/oneclickimpact/v1/records", {"x-api-key": "nobody"}, statuses=(401,)),
    Ask("/cnaught/v1/orders?limit=5", CNAUGHT_KEY),
    Ask("/cnaught/v1/impact/data", CNAUGHT_KEY),
    Ask("/cnaught/v1/orders/none", CNAUGHT_KEY, statuses=(404,)),
    _post("/cnaught/v1/quotes", CNAUGHT_KEY, {"amount_kg": 10}, 200, None),
    _post("/carboninsights/token", {}, LOGIN, 200, None),
    _post("/carboninsights/calculateCarbonScore", {"Authorization": "Token no"}, {"transactions": []}, 401, None),
    Ask(f"/dcycle/v1/total-impacts?{YEAR}", DCYCLE_KEY),
    Ask("/dcycle/v1/purchases", DCYCLE_KEY),
    Ask("/thallo/api/inventory", THALLO_KEY),
    Ask("/nobody/v1", statuses=(404,)),
)


def tags_in(memory: Mapping[str, Any]) -> Counter[str]:
    """How often each tag has been written, by a snapshot's memory."""
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
