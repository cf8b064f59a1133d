"""The sandbox account: the data that the vendor's own integration suite expects (official Node SDK 3.1.0)."""

from typing import Any

import pytest

from tests.providers.cnaught.conftest import as_account
from tests.support.caller import Caller

TEXT_A = "Sandbox Project A is a reforestation initiative in the Pacific Northwest."
FOR_SANDBOX = "This portfolio is for sandbox use only and does not represent any real projects"
CATEGORY_TEXT = "This category is for sandbox use only and does not represent any real data."
ASSETS = "https://assets.cnaught.com/"


@pytest.fixture
def sandbox(cnaught: Caller) -> Caller:
    return as_account(cnaught, "sandbox")


def test_the_well_known_order_exists(sandbox: Caller) -> None:
    """Order 2FhU3B0F36_sandbox is fulfilled with 3000 kg of four projects."""
    order = sandbox.get("/v1/orders/2FhU3B0F36_sandbox").json()
    parts = {part["project"]["name"][-1]: part["amount_kg"] for part in order["project_allocations"]}
    assert (order["amount_kg"], order["state"], parts) == (
        3000,
        "fulfilled",
        {"A": 1050, "B": 1050, "C": 600, "D": 300},
    )
    first = order["project_allocations"][0]["project"]
    assert (first["summary"], first["developer"]) == (TEXT_A, "Sandbox Project Developer")
    assert first["primary_image_url"].startswith(ASSETS)


def test_the_well_known_project_exists(sandbox: Caller) -> None:
    """Project I0UbDH has the details that the vendor's sandbox shows."""
    project = sandbox.get("/v1/projects/I0UbDH").json()
    expected: dict[str, Any] = {
        "name": "Sandbox Project A",
        "type": "Reforestation",
        "summary": TEXT_A,
        "registry_name": "None",
        "registry_id": None,
        "registry_url": None,
        "un_sdg_goals": [1, 4, 6],
        "activity_types": ["Reforestation", "Improved Forest Management"],
        "impact_type": "Removal",
        "methodology": "Verified Carbon Standard (VCS)",
        "verifier": "Sandbox Verification Services",
        "permanence": "100+ years",
        "lifetime": {"start_year": 2022, "end_year": 2052},
    }
    assert project == {**project, **expected}
    assert [issued["total_amount"] for issued in project["credit_issuances"]] == [5000, 7500, 10000]


def test_the_well_known_category_and_portfolios_exist(sandbox: Caller) -> None:
    """Category hkgyn3 and the two portfolios have the texts of the vendor's sandbox."""
    category = sandbox.get("/v1/project-categories/hkgyn3").json()
    assert (category["name"], category["description"]) == ("Sandbox Project Category A", CATEGORY_TEXT)
    assert category["primary_image_url"].startswith(ASSETS)
    assert [project["name"] for project in category["projects"]] == ["Sandbox Project A"]
    portfolio = sandbox.get("/v1/portfolios/oH5hlq").json()
    assert portfolio["category_allocations"][0]["category"] == category
    assert len(portfolio["category_allocations"]) == 4
    listed = sandbox.get("/v1/portfolios").json()["data"]
    assert [one["name"] for one in listed] == ["Sandbox", "Alternative Sandbox"]
    for one in (portfolio, listed[0]):
        assert (one["summary"], one["description"], one["primary_image_url"]) == (FOR_SANDBOX, FOR_SANDBOX, None)


@pytest.mark.parametrize("hours", [-12, 0, 12])
def test_the_well_known_impact_is_returned(sandbox: Caller, hours: int) -> None:
    """Account CNaught began in September 2023 and retired 1571 kg in January 2024, in every time zone."""
    everything = sandbox.get("/v1/impact/data").json()
    assert (everything["name"], everything["since_date"]) == ("CNaught", "2023-09-26T00:18:51.764508Z")
    assert everything["to_date"] is None
    offset = f"{hours:+03}:00"
    january = {"from": f"2024-01-01T00:00:00.000{offset}", "to": f"2024-02-01T00:00:00.000{offset}"}
    within = sandbox.get("/v1/impact/data", params=january).json()
    assert within["total_offset_kgs"] == 1571
    assert [part["category"]["name"] for part in within["categories"]] == ["Emissions reductions"]


def test_the_sandbox_has_orders_to_list(sandbox: Caller) -> None:
    """The account has at least two orders, as the suite expects."""
    assert len(sandbox.get("/v1/orders").json()["data"]) >= 2
    assert len(sandbox.get("/v1/orders?limit=1").json()["data"]) == 1
