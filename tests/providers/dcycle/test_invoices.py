"""Invoices of energy and utilities, and the reference lists."""

from typing import Any

import pytest

from tests.providers.dcycle.conftest import INDUSTRIES, KEY, LOGISTICS, USER, identity, tonnes
from tests.support.caller import Caller

PATH = "/v1/invoices"
SAMPLE = "d66887a3-a556-4782-952b-f8818ec8d8bc"
UNKNOWN_ID = "11111111-2222-4333-8444-555555555555"
FACILITY = "3a7f9e54-6f0b-4c53-8c1e-5d2b7a908f11"
JANUARY = {"start_date": "2024-01-01", "end_date": "2024-01-31"}
LISTS = ["/v1/vehicle-fuels", "/v1/unknown-vehicles", "/v1/vehicles/fuels", "/v1/vehicles/unknown"]

LISTED = {
    "id", "type", "status", "quantity", "unit_id", "start_date", "end_date", "invoice_id", "facility_id", "supplier_id",
    "co2e", "total_energy_kwh", "cups", "created_at", "updated_at",
}  # fmt: skip
ONE = LISTED | {
    "base_quantity", "percentage", "facility_fuel_id", "custom_emission_factor_id", "co2e_biomass", "file_id",
    "file_url", "uploaded_by", "enabled",
}  # fmt: skip
V3 = ONE | {
    "original_quantity", "original_unit_id", "source_invoice_id", "toc_id", "invofox_id", "facility_percentages",
}  # fmt: skip


def listed(dcycle: Caller, **query: Any) -> list[dict[str, Any]]:
    reply = dcycle.get(PATH, params={"size": 100, **query})
    assert reply.status_code == 200, reply.text
    items: list[dict[str, Any]] = reply.json()["items"]
    return items


def change(dcycle: Caller, **changes: object) -> Any:
    reply = dcycle.request("PATCH", f"{PATH}/{SAMPLE}", json=changes)
    assert reply.status_code == 200, reply.text
    return reply.json()


@pytest.mark.rule("dcycle.invoices.listed", "dcycle.invoices.one", "dcycle.invoices.v3", "dcycle.invoices.v3-superset")
def test_the_forms_of_an_invoice(dcycle: Caller) -> None:
    """A list has the fewest members of an invoice, version 1 more, version 3 most; shared members are equal."""
    in_list = next(item for item in listed(dcycle) if item["id"] == SAMPLE)
    one, third = (dcycle.get(f"/{version}/invoices/{SAMPLE}").json() for version in ("v1", "v3"))
    assert (in_list.keys(), one.keys(), third.keys()) == (LISTED, ONE, V3)
    assert {name: third[name] for name in ONE} == one
    assert {name: one[name] for name in LISTED} == in_list


@pytest.mark.rule("dcycle.invoices.share", "dcycle.invoices.period", "dcycle.invoices.facility-name")
def test_a_share_of_an_invoice(dcycle: Caller) -> None:
    """The quantity is the facility's share of the base quantity, and the period covers whole days."""
    third = dcycle.get(f"/v3/invoices/{SAMPLE}").json()
    assert (third["base_quantity"], third["percentage"], third["quantity"]) == (3000, 0.5, 1500)
    assert (third["start_date"], third["end_date"]) == ("2024-01-01T00:00:00", "2024-01-31T23:59:59")
    (share,) = third["facility_percentages"]
    assert (share["company_name"], share["facility_name"]) == ("Example Industries", "Zaragoza Plant")
    assert (share["organization_id"], share["facility_id"], share["percentage"]) == (INDUSTRIES, FACILITY, 0.5)


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        pytest.param(query, fits, marks=pytest.mark.rule(f"dcycle.invoices.{rule}"))
        for query, fits, rule in [
            ({"type[]": ["water"]}, lambda item: item["type"] == "water", "filters"),
            ({"type[]": ["water", "heat"]}, lambda item: item["type"] in ("water", "heat"), "filters"),
            ({"status[]": ["review"]}, lambda item: item["status"] == "review", "filters"),
            ({"co2e_status": "calculated"}, lambda item: item["co2e"] is not None, "filters"),
            ({"co2e_status": "not_calculated"}, lambda item: item["co2e"] is None, "filters"),
            ({"facility_id[]": [FACILITY.upper()]}, lambda item: item["facility_id"] == FACILITY, "filters"),
            ({"cups[]": ["ES0021000000000001XX"]}, lambda item: item["cups"] == "ES0021000000000001XX", "filters"),
            ({"start_date": "2025-10-01"}, lambda item: item["start_date"] >= "2025-10-01", "dates"),
            ({"end_date": "2025-01-31"}, lambda item: item["end_date"][:10] <= "2025-01-31", "dates"),
            (JANUARY, lambda item: item["id"] == SAMPLE, "dates"),
            ({"invoice_id": "inv-2024"}, lambda item: item["invoice_id"].startswith("INV-2024"), "number"),
            ({"invoice_id": "5-0"}, lambda item: "5-0" in item["invoice_id"], "number"),
        ]
    ],
)
def test_a_filtered_list(dcycle: Caller, query: dict[str, Any], fits: Any) -> None:
    """A filter returns every matching invoice, and no other."""
    everything = listed(dcycle)
    kept = listed(dcycle, **query)
    assert kept == [item for item in everything if fits(item)]
    assert kept != []


@pytest.mark.rule("dcycle.invoices.sort")
@pytest.mark.parametrize("name", ["start_date", "end_date", "created_at", "quantity", "invoice_id"])
def test_a_sorted_list(dcycle: Caller, name: str) -> None:
    """A list is sorted by the requested member, ascending or descending."""
    up, down = ([item[name] for item in listed(dcycle, sort=sort)] for sort in (name, f"-{name}"))
    assert up == sorted(up) == down[::-1]


@pytest.mark.rule("dcycle.invoices.sort")
def test_missing_numbers_are_sorted_last(dcycle: Caller) -> None:
    """An invoice without a number comes last, ascending and descending."""
    change(dcycle, invoice_id=None)
    assert [listed(dcycle, sort=sort)[-1]["id"] for sort in ("invoice_id", "-invoice_id")] == [SAMPLE, SAMPLE]


@pytest.mark.rule("dcycle.invoices.update")
def test_an_update_changes_only_what_is_sent(dcycle: Caller) -> None:
    """An update changes only the members that are sent."""
    before = dcycle.get(f"{PATH}/{SAMPLE}").json()
    changes = {
        "uploaded_by": UNKNOWN_ID,
        "supplier_id": UNKNOWN_ID,
        "invoice_id": "X-1",
        "cups": "ES1",
        "facility_id": None,
    }
    assert change(dcycle, **changes) == {**before, **changes, "updated_at": "2026-01-01T00:00:00Z"}
    assert change(dcycle) == {**before, **changes, "updated_at": "2026-01-01T00:00:00Z"}


@pytest.mark.rule("dcycle.invoices.inactive", "dcycle.invoices.spread", "dcycle.items.status")
def test_only_an_active_invoice_counts(dcycle: Caller) -> None:
    """An invoice counts on every day of its period while it is active, and keeps its emissions in every status."""
    assert tonnes(dcycle, "electricity", *JANUARY.values()) == 0.2455
    assert tonnes(dcycle, "electricity", "2024-01-31") == 0.00792
    for status in ("inactive", "active", "review", "uploaded", "loading", "error", "active", "inactive"):
        assert change(dcycle, status=status)["co2e"] == 245.5
        assert tonnes(dcycle, "electricity", *JANUARY.values()) == (0.2455 if status == "active" else 0)


@pytest.mark.rule("dcycle.invoices.delete", "dcycle.invoices.unknown")
def test_delete_an_invoice(dcycle: Caller) -> None:
    """A deleted record is not found, not listed, and in no total."""
    before = listed(dcycle)
    reply = dcycle.request("DELETE", f"{PATH}/{SAMPLE}")
    assert (reply.status_code, reply.content) == (204, b"")
    assert tonnes(dcycle, "electricity", *JANUARY.values()) == 0
    assert listed(dcycle) == [item for item in before if item["id"] != SAMPLE]
    assert dcycle.get(f"/v3/invoices/{SAMPLE}").status_code == 404


@pytest.mark.parametrize(("method", "version"), [("GET", "v1"), ("GET", "v3"), ("PATCH", "v1"), ("DELETE", "v1")])
@pytest.mark.parametrize(
    ("id", "headers", "status"),
    [
        pytest.param(UNKNOWN_ID, {}, 404, marks=pytest.mark.rule("dcycle.invoices.unknown")),
        pytest.param(SAMPLE, identity(KEY, LOGISTICS), 404, marks=pytest.mark.rule("dcycle.invoices.unknown")),
        pytest.param("x", {}, 422, marks=pytest.mark.rule("dcycle.invoices.malformed")),
    ],
)
def test_unknown_and_malformed_invoice_ids(
    dcycle: Caller, method: str, version: str, id: str, headers: dict[str, str], status: int
) -> None:
    """An unknown id is answered 404, and a malformed one 422."""
    reply = dcycle.request(method, f"/{version}/invoices/{id}", headers=headers, json={})
    assert reply.status_code == status
    if status == 404:
        assert reply.json() == {"detail": "Invoice not found", "code": "INVOICE_NOT_FOUND"}


@pytest.mark.rule("dcycle.invoices.malformed")
@pytest.mark.parametrize("changes", [{"status": "gone"}, {"status": None}, {"facility_id": "x"}, {"cups": 5}])
def test_bad_changes(dcycle: Caller, changes: dict[str, object]) -> None:
    """A value of the wrong type or outside of its list is refused."""
    assert dcycle.request("PATCH", f"{PATH}/{SAMPLE}", json=changes).status_code == 422


# --- reference lists --------------------------------------------------------------------------------------------------


@pytest.mark.rule("dcycle.references.lists", "dcycle.references.aliases")
def test_the_reference_lists(dcycle: Caller) -> None:
    """The lists of fuels and vehicle types are complete, and equal on both paths."""
    fuels, kinds, fuels_again, kinds_again = (dcycle.get(path).json() for path in LISTS)
    assert [fuel["fuel"] for fuel in fuels] == [
        "diesel", "petrol", "electric", "hybrid", "LPG", "natural gas", "hydrogen",
    ]  # fmt: skip
    assert [kind["type"] for kind in kinds] == ["van", "truck", "car", "suv", "motorcycle"]
    assert (fuels_again, kinds_again) == (fuels, kinds)


@pytest.mark.rule("dcycle.references.access")
@pytest.mark.parametrize("path", LISTS)
def test_access_to_the_reference_lists(dcycle: Caller, path: str) -> None:
    """A reference list needs a key or a token, and no organization."""
    stranger = dcycle.identified({})
    token = stranger.post("/auth/login", USER).json()["access_token"]
    for headers in ({"x-api-key": KEY}, {"Authorization": f"Bearer {KEY}"}, {"Authorization": f"Bearer {token}"}):
        assert stranger.get(path, headers=headers).status_code == 200
    assert stranger.get(path).status_code == 401
