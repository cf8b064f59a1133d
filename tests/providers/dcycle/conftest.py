"""Dcycle from the point of view of a client."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from tests.support.caller import Caller

PATH = "/v1/total-impacts"
YEAR = {"start_date": "2025-01-01", "end_date": "2025-12-31"}

KEY = "sk_live_1234567890abcdef"
INDUSTRIES = "a8315ef3-dd50-43f8-b7ce-d839e68d51fa"
LOGISTICS = "5b0e9c1d-7f3a-4c68-9a42-d1f0c7be2e95"
LAST_MILE = "c94a60f7-2d18-4be3-8f5b-6a7e31d09c24"
"""The first key, and the organizations of its tree: each is a subsidiary of the one before."""

USER = {"email": "user@example.com", "password": "your-password"}
"""A user of the first tree."""

ACME_KEY = "sk_live_fedcba0987654321"
LEAF_KEY = "sk_live_0123456789abcdef"
HOLDINGS = "dce3ff33-9fcc-4521-910f-7972d81fb70c"
CONSTRUCTION = "d9e08b1a-bd28-4950-a730-3c300a2ff91e"
PROJECT_ALPHA = "22dcadf6-2da8-4077-a555-7da22c3c5eae"
SERVICES = "e3d4c82b-1a8c-429c-aaea-1f82b6bd7fe4"
"""Two keys of another tree, one of its root and one of a leaf. Project Alpha is a subsidiary of Construction."""


@pytest.fixture
def dcycle(caller: Caller) -> Caller:
    """A client with the first key and its own organization."""
    return caller


def identity(key: str, organization: str) -> dict[str, str]:
    return {"x-api-key": key, "x-organization-id": organization}


def impacts(dcycle: Caller, headers: Mapping[str, str] | None = None, /, **query: str) -> Any:
    """Return the totals of the year 2025, or of another period."""
    reply = ask(dcycle, headers, **{**YEAR, **query})
    assert reply.status_code == 200, reply.text
    return reply.json()


def ask(dcycle: Caller, headers: Mapping[str, str] | None = None, /, **query: str) -> httpx.Response:
    return dcycle.get(PATH, headers=headers, params=query)


def tonnes(dcycle: Caller, category: str, day: str, until: str | None = None, /, **query: str) -> float:
    """Return what counts in a category on a day, or from a day until another."""
    items = impacts(dcycle, start_date=day, end_date=until or day, group_by="category", **query)["items"]
    return sum(item["co2e"] for item in items if item["category"] == category)


def problems(reply: httpx.Response) -> list[tuple[str, list[str]]]:
    """Return the type and the place of each problem of a 422."""
    assert reply.status_code == 422, reply.text
    return [(problem["type"], problem["loc"]) for problem in reply.json()["detail"]]


def created(dcycle: Caller, path: str, body: Mapping[str, object], status: int = 201) -> Any:
    """Create a record and return it."""
    reply = dcycle.post(path, body)
    assert reply.status_code == status, reply.text
    return reply.json()
