"""Custom emission groups and factors, and what is calculated by them."""

from typing import Any

import pytest

from tests.providers.dcycle import test_purchases
from tests.providers.dcycle.conftest import (
    ACME_KEY,
    CONSTRUCTION,
    HOLDINGS,
    INDUSTRIES,
    KEY,
    LAST_MILE,
    LOGISTICS,
    created,
    identity,
    problems,
)
from tests.support.caller import Caller

GROUPS = "/api/v1/custom_emission_groups"
FACTORS = "/api/v1/custom_emission_factors"
GROUP = "0f3a7c21-4b5d-4e6f-8a9b-1c2d3e4f5a6b"
UNKNOWN = "11111111-2222-4333-8444-555555555555"
KILOGRAMS = "61743a63-ff70-459c-9567-5eee8f7dfd5c"
FACTOR = {
    "ef_name": "Aluminum",
    "unit_id": KILOGRAMS,
    "factor_uploaded_by": "ada@example.com",
    "emission_factor_values": [{"gas_type": "CO2", "value": 2.15}],
}


def gases(**kilograms: float) -> dict[str, object]:
    return {"emission_factor_values": [{"gas_type": gas, "value": value} for gas, value in kilograms.items()]}


def create(dcycle: Caller, **terms: object) -> Any:
    return created(dcycle, f"{FACTORS}/{GROUP}", {**FACTOR, **terms}, 200)


@pytest.mark.rule("dcycle.groups.create", "dcycle.groups.list", "dcycle.groups.update", "dcycle.groups.delete")
def test_a_group_lives(dcycle: Caller) -> None:
    """A group is created, listed, changed in its name and description, and deleted with its factors."""
    group = created(dcycle, GROUPS, {"name": "A", "category": "wastes", "ghg_type": 3}, 200)
    path = f"{GROUPS}/{group['id']}"
    assert list(group) == ["id", "name", "description", "category", "ghg_type"]
    factor = created(dcycle, f"{FACTORS}/{group['id']}", {**FACTOR, "factor_start_date": "2024-01-01"}, 200)
    whole = dcycle.get(path).json()
    assert (whole["group_start_date"], whole["group_uploaded_by"]) == ("2024-01-01", "ada@example.com")
    listed = dcycle.get(GROUPS).json()
    assert (list(listed), listed["items"][-1]) == (["page", "size", "total", "items"], whole)
    changed = dcycle.request("PATCH", path, json={"name": "B", "category": "energy"}).json()
    assert changed == {**whole, "name": "B"}
    assert dcycle.request("DELETE", path).status_code == 204
    assert dcycle.get(f"{FACTORS}/{factor['id']}").status_code == 404


@pytest.mark.rule(
    "dcycle.groups.category", "dcycle.groups.data", "dcycle.groups.organization", "dcycle.paths.malformed"
)
def test_groups_of_an_organization(dcycle: Caller) -> None:
    """Groups are listed by category and with their factors, for the organization in the header only."""
    of_category = dcycle.get(f"{GROUPS}/list_of_emission_groups/{INDUSTRIES}/purchases").json()
    assert [group["id"] for group in of_category["emission_groups"]] == [GROUP]
    data = dcycle.get(f"{GROUPS}/organization_emission_data/{INDUSTRIES}").json()["items"]
    assert [len(group["emission_factors"]) for group in data] == [1, 0]
    for path in (f"list_of_emission_groups/{LOGISTICS}/purchases", f"organization_emission_data/{LOGISTICS}"):
        assert dcycle.get(f"{GROUPS}/{path}").status_code == 403
    assert problems(dcycle.get(f"{GROUPS}/list_of_emission_groups/{INDUSTRIES}/x")) == [
        ("literal_error", ["path", "category"])
    ]


@pytest.mark.rule("dcycle.factors.create", "dcycle.factors.gases", "dcycle.factors.other-gases", "dcycle.factors.kept")
@pytest.mark.parametrize(
    ("values", "kilograms"),
    [
        ({"CO2": 2.15}, 2.15),
        ({"CO2": 2.15, "CH4": 0.008, "N2O": 0.002}, 2.904),
        ({"CO2": 0, "SF6": 0.001}, 23.5),
        ({"CO2": 0, "HFC": 0.01, "PFC": 0.01, "NF3": 0.01}, 241.6),
    ],
)
def test_a_custom_factor_sums_its_gases(dcycle: Caller, values: dict[str, float], kilograms: float) -> None:
    """A purchase that names a factor causes its gases by their warming, also after the factor was deleted."""
    factor = create(dcycle, **gases(**values))
    assert dcycle.get(f"{FACTORS}/{factor['id']}").json() == factor
    assert dcycle.get(f"{FACTORS}/list/{GROUP}").json()["items"][-1] == factor
    terms = {"purchase_type": "supplier_specific", "custom_emission_factor_id": factor["id"], "quantity": 1}
    purchase = test_purchases.create(dcycle, **terms)
    assert purchase["co2e"] == kilograms
    assert dcycle.request("DELETE", f"{FACTORS}/{factor['id']}").status_code == 204
    path = f"{test_purchases.PATH}/{purchase['id']}"
    assert dcycle.get(path).json()["co2e"] == kilograms
    assert dcycle.request("PATCH", path, json={"quantity": 2}).json()["co2e"] is None


@pytest.mark.rule("dcycle.factors.update", "dcycle.factors.co2-required", "dcycle.factors.limit")
def test_a_factor_is_changed(dcycle: Caller) -> None:
    """A change needs its author, and leaves tag, unit, uncertainty and dates; a factor has CO2, and a limit."""
    factor = create(dcycle)
    path = f"{FACTORS}/{factor['id']}"
    change = {"factor_uploaded_by": "grace", "ef_name": "B", "tag": "advanced", "unit_id": "x"}
    changed = dcycle.request("PATCH", path, json=change).json()
    assert changed == {**factor, "factor_uploaded_by": "grace", "ef_name": "B"}
    assert problems(dcycle.request("PATCH", path, json={"ef_name": "C"})) == [
        ("missing", ["body", "factor_uploaded_by"])
    ]
    for wrong in (gases(CH4=1), gases(CO2=1000, CH4=1)):
        assert problems(dcycle.post(f"{FACTORS}/{GROUP}", {**FACTOR, **wrong})) == [("value_error", ["body"])]
        reply = dcycle.request("PATCH", path, json={"factor_uploaded_by": "grace", **wrong})
        assert problems(reply) == [("value_error", ["body"])]
    assert dcycle.get(path).json() == changed


@pytest.mark.rule("dcycle.groups.unknown", "dcycle.factors.unknown", "dcycle.factors.group-unknown")
def test_unknown_groups_and_factors(dcycle: Caller) -> None:
    """Unknown groups and factors are not found; a factor in an unknown group is a bad request."""
    for method, path in (("GET", f"{GROUPS}/{UNKNOWN}"), ("DELETE", f"{GROUPS}/{UNKNOWN}")):
        assert dcycle.request(method, path).json()["code"] == "CUSTOM_EMISSION_GROUP_NOT_FOUND"
    assert dcycle.get(f"{FACTORS}/list/{UNKNOWN}").status_code == 404
    for method in ("GET", "DELETE"):
        reply = dcycle.request(method, f"{FACTORS}/{UNKNOWN}")
        assert (reply.status_code, reply.json()["code"]) == (404, "CUSTOM_EMISSION_FACTOR_NOT_FOUND")
    assert dcycle.post(f"{FACTORS}/{UNKNOWN}", FACTOR).status_code == 400


@pytest.mark.rule("dcycle.factors.own-tree", "dcycle.records.custom-factor-shown")
@pytest.mark.parametrize(
    ("key", "organization", "known"),
    [
        (KEY, INDUSTRIES, True),
        (KEY, LAST_MILE, True),
        (ACME_KEY, HOLDINGS, False),
        (ACME_KEY, CONSTRUCTION, False),
    ],
)
def test_a_factor_is_known_in_its_tree(dcycle: Caller, key: str, organization: str, known: bool) -> None:
    """What names a factor of another tree is calculated as if there were no such factor, also after a change."""
    factor = {"custom_emission_factor_id": create(dcycle, **gases(CO2=5))["id"]}
    unknown = {"custom_emission_factor_id": UNKNOWN}
    client = dcycle.identified(identity(key, organization))
    facility = created(client, "/v1/facilities", {"name": "F", "type": "office", "country": "ES"})["id"]
    day = {"start_date": "2025-05-05", "end_date": "2025-05-05"}
    waste = {"facility_id": facility, "identification_name": "W", "base_quantity": 1, **day}
    share = {"organization_id": organization, "facility_id": facility, "percentage": 1}
    invoice = {"type": "electricity", "base_quantity": 1, "unit_id": KILOGRAMS, "uploaded_by": UNKNOWN, **day}
    for path, status, body in (
        ("/v1/purchases", 201, {**test_purchases.DRAFT, "purchase_type": "supplier_specific", "quantity": 1}),
        ("/v1/wastes", 201, waste),
        ("/api/v1/invoices", 200, {**invoice, "facility_percentages": [share]}),
    ):
        without = created(client, path, {**body, **unknown}, status)
        made = created(client, path, {**body, **factor}, status)
        assert made["co2e"] == (5.0 if known else without["co2e"]), path
        if "purchases" not in path:
            items = [made] if "invoices" in path else client.get(path, params={"facility_id": facility}).json()["items"]
            seen = next(item for item in items if item["id"] == made["id"])
            shown = dcycle.get(f"{FACTORS}/{factor['custom_emission_factor_id']}").json() if known else None
            assert seen["custom_emission_factor"] == shown, path
        if "invoices" not in path:
            changed = client.request("PATCH", f"{path}/{without['id']}", json=factor).json()
            assert changed["co2e"] == made["co2e"], path
