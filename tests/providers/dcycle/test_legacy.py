"""Invoices, purchases, consumptions, uploads and reference lists of the legacy API."""

from typing import Any

import pytest

from tests.providers.dcycle.conftest import (
    HOLDINGS,
    INDUSTRIES,
    LAST_MILE,
    LOGISTICS,
    created,
    impacts,
    problems,
    tonnes,
)
from tests.support.caller import Caller, use_vendor_links

PLANT = "3a7f9e54-6f0b-4c53-8c1e-5d2b7a908f11"
OFFICE = "550e8400-e29b-41d4-a716-446655440000"
WAREHOUSE = "0e9d47c8-5a12-4b6f-8c3d-71b2e5f04a96"
"""A facility of Logistics."""
CAR = "550e8400-e29b-41d4-a716-446655440000"
LITERS = "c1a764a5-7d41-4130-8831-6517e5c25761"
KILOWATT_HOURS = "990e8400-e29b-41d4-a716-446655440000"
OTHER_KILOWATT_HOURS = "cdb91bb5-3e50-4a6d-a9a4-5c9801d99a3d"
CUBIC_METERS = "5f3ab3d4-6c0e-4d8e-9a56-7b1f2c3d4e5f"
USER = "1f6f2c0e-8d5b-4a57-9a57-3f0d5a1c7b10"
NATURAL_GAS = "aa0e8400-e29b-41d4-a716-446655440000"
FACTOR = "770e8400-e29b-41d4-a716-446655440000"
CONTRACT = "cc0e8400-e29b-41d4-a716-446655440000"
EURO = "e1f00000-0000-4000-8000-000000000978"
UNKNOWN = "11111111-2222-4333-8444-555555555555"
APRIL = "2024-04-01", "2024-04-30"
INVOICES = "/api/v1/invoices"


def share(facility: str, percentage: float, organization: str = INDUSTRIES) -> dict[str, object]:
    return {"organization_id": organization, "facility_id": facility, "percentage": percentage}


def electricity(dcycle: Caller, organization: str) -> float:
    """Return the tonnes of one organization's electricity in April."""
    start, end = APRIL
    headers = {"x-organization-id": organization}
    items = impacts(dcycle, headers, start_date=start, end_date=end, group_by="category")["items"]
    return sum(item["co2e"] for item in items if item["category"] == "electricity")


INVOICE = {
    "type": "electricity",
    "base_quantity": 3000,
    "unit_id": KILOWATT_HOURS,
    "start_date": "2024-04-01",
    "end_date": "2024-04-30",
    "uploaded_by": USER,
    "facility_percentages": [share(PLANT, 0.5), share(OFFICE, 0.5)],
    "invoice_id": "INV-2024-100",
    "facility_fuel_id": NATURAL_GAS,
}


def listed(dcycle: Caller, path: str, **query: object) -> Any:
    reply = dcycle.get(path, params=query)
    assert reply.status_code == 200, reply.text
    return reply.json()


# --- invoices ---------------------------------------------------------------------------------------------------------


@pytest.mark.rule("dcycle.legacy.invoice-shares", "dcycle.legacy.invoice-factors", "dcycle.legacy.invoice-list")
@pytest.mark.parametrize(
    ("terms", "category", "kilograms"),
    [
        ({}, "electricity", 245.5),
        ({"type": "heat"}, "combustion", 273.0),
        ({"type": "water"}, "electricity", None),
        ({"custom_emission_factor_id": FACTOR}, "electricity", 1800.0),
    ],
)
def test_facilities_share_an_invoice(
    dcycle: Caller, terms: dict[str, object], category: str, kilograms: float | None
) -> None:
    """Each share is an invoice of its facility, and both count; deleted, they leave the totals."""
    before = tonnes(dcycle, category, *APRIL)
    invoice = created(dcycle, INVOICES, {**INVOICE, **terms}, 200)
    assert (invoice["co2e"], invoice["quantity"], len(invoice["facility_percentages"])) == (kilograms, 1500.0, 2)
    assert round(tonnes(dcycle, category, *APRIL) - before, 6) == round(2 * (kilograms or 0) / 1000, 6)
    for facility in (PLANT, OFFICE):
        found = listed(dcycle, f"{INVOICES}/casted/facility/{facility}", invoice_id="inv-2024-100")
        (part,) = found["items"]
        assert (part["percentage"], part["co2e"]) == (0.5, kilograms)
        assert (found["total"] > 1, found["total_general"]) == (True, 1)
        assert dcycle.request("DELETE", f"/v1/invoices/{part['id']}").status_code == 204
    assert tonnes(dcycle, category, *APRIL) == before


@pytest.mark.rule("dcycle.legacy.invoice-all-shares", "dcycle.legacy.invoice-source", "dcycle.legacy.invoice-toc")
def test_every_share_names_all_of_them(dcycle: Caller) -> None:
    """Version 3 of any share has those that are still there, also after a change and in another space."""
    invoice = created(dcycle, INVOICES, {**INVOICE, "toc": "van_diesel"}, 200)
    both = invoice["facility_percentages"]
    assert [(each["facility_id"], each["percentage"]) for each in both] == [(PLANT, 0.5), (OFFICE, 0.5)]
    ids = [
        listed(dcycle, f"{INVOICES}/casted/facility/{facility}", invoice_id="inv-2024-100")["items"][0]["id"]
        for facility in (PLANT, OFFICE)
    ]
    assert dcycle.request("PATCH", f"/v1/invoices/{ids[0]}", json={"cups": "ES1"}).status_code == 200
    for id in ids:
        shown = dcycle.get(f"/v3/invoices/{id}").json()
        assert (shown["facility_percentages"], shown["source_invoice_id"]) == (both, ids[0])
        assert shown["toc_id"] == "van_diesel"
    snapshot = dcycle.space.snapshot()
    assert dcycle.request("DELETE", f"/v1/invoices/{ids[0]}").status_code == 204
    assert dcycle.get(f"/v3/invoices/{ids[1]}").json()["facility_percentages"] == both[1:]
    dcycle.space.restore(snapshot)
    assert dcycle.get(f"/v3/invoices/{ids[1]}").json()["facility_percentages"] == both


@pytest.mark.rule("dcycle.invoices.water")
@pytest.mark.parametrize(("factor", "kilograms"), [(None, None), (FACTOR, 3600.0), (UNKNOWN, None)])
@pytest.mark.parametrize("group_by", ["scope", "category", "month"])
def test_water_counts_in_no_total(dcycle: Caller, factor: str | None, kilograms: float | None, group_by: str) -> None:
    """The vendor names no category for water, so that only its facility shows what it causes."""
    period = {"start_date": APRIL[0], "end_date": APRIL[1], "group_by": group_by}
    before, plant = impacts(dcycle, **period), listed(dcycle, f"/v1/facilities/{PLANT}")["co2e"]
    body = {**INVOICE, "type": "water", "custom_emission_factor_id": factor, "facility_percentages": [share(PLANT, 1)]}
    assert created(dcycle, INVOICES, body, 200)["co2e"] == kilograms
    assert impacts(dcycle, **period) == before
    assert listed(dcycle, f"/v1/facilities/{PLANT}")["co2e"] == plant + (kilograms or 0)


@pytest.mark.rule("dcycle.invoices.share", "dcycle.legacy.numbers")
@pytest.mark.parametrize(
    ("base", "percentage", "quantity"), [(3, 0.1, 0.3), (0.7, 0.1, 0.07), (1.1, 0.7, 0.77), (2.2, 0.3, 0.66), (3, 1, 3)]
)
def test_the_share_of_an_invoice_is_exact(dcycle: Caller, base: float, percentage: float, quantity: float) -> None:
    """A share has no digits that its factors lack, is the energy of an invoice in kilowatt-hours, and can be found."""
    shares = [share(PLANT, percentage), *([share(OFFICE, round(1 - percentage, 6))] if percentage < 1 else [])]
    invoice = created(dcycle, INVOICES, {**INVOICE, "base_quantity": base, "facility_percentages": shares}, 200)
    assert (invoice["quantity"], invoice["total_energy_kwh"]) == (quantity, quantity)
    found = listed(dcycle, f"{INVOICES}/casted/facility/{PLANT}", filter_by=f"quantity:{quantity}")["items"]
    assert [item["id"] for item in found] == [invoice["id"]]


@pytest.mark.rule("dcycle.lists.order")
@pytest.mark.parametrize("moves", [[0], [1], [2, 0], [0, 1, 2], [0, 0]])
def test_invoices_that_moved_are_listed_in_their_order(dcycle: Caller, moves: list[int]) -> None:
    """The invoices of a facility are in the order in which they were recorded, wherever they were before."""
    made = [created(dcycle, INVOICES, {**INVOICE, "facility_percentages": [share(PLANT, 1)]}, 200) for _ in range(3)]
    later = created(dcycle, INVOICES, {**INVOICE, "facility_percentages": [share(OFFICE, 1)]}, 200)
    for number, move in enumerate(moves):
        facility = PLANT if move in moves[:number] else OFFICE
        changed = {"facility_id": facility}
        assert dcycle.request("PATCH", f"/v1/invoices/{made[move]['id']}", json=changed).status_code == 200
    for facility in (OFFICE, PLANT):
        path = f"{INVOICES}/casted/facility/{facility}"
        shown = [item["id"] for item in listed(dcycle, path, size=100)["items"]]
        wanted = {"facility_id[]": facility, "size": 100}
        assert shown == [item["id"] for item in listed(dcycle, "/v1/invoices", **wanted)["items"]]
        assert (later["id"] in shown) == (facility == OFFICE)
        dcycle.space.restore(dcycle.space.snapshot())
        assert shown == [item["id"] for item in listed(dcycle, path, size=100)["items"]]


@pytest.mark.rule("dcycle.legacy.invoice-share-owner", "dcycle.legacy.invoice-source")
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("asking", [INDUSTRIES, LOGISTICS, LAST_MILE])
def test_organizations_share_an_invoice(dcycle: Caller, first: bool, asking: str) -> None:
    """A share is shown, listed and counted in the organization that it names, whichever one sends the invoice."""
    parts = {INDUSTRIES: share(PLANT, 0.25), LOGISTICS: share(WAREHOUSE, 0.75, LOGISTICS)}
    owners = sorted(parts, reverse=first)
    body = {**INVOICE, "facility_percentages": [parts[owner] for owner in owners]}
    before = {owner: electricity(dcycle, owner) for owner in parts}
    invoice = dcycle.post(INVOICES, body, headers={"x-organization-id": asking}).json()
    shown = [{name: part[name] for name in parts[INDUSTRIES]} for part in invoice["facility_percentages"]]
    assert shown == body["facility_percentages"]
    names = [f"{part['company_name']}, {part['facility_name']}" for part in invoice["facility_percentages"]]
    own, other = "Example Industries, Zaragoza Plant", "Example Logistics, Valencia Warehouse"
    assert names == [own if owner == INDUSTRIES else other for owner in owners]
    for owner, tons in ((INDUSTRIES, 0.12275), (LOGISTICS, 0.36825)):
        headers = {"x-organization-id": owner}
        (item,) = dcycle.get("/v1/invoices", params={"invoice_id": "INV-2024-100"}, headers=headers).json()["items"]
        assert round(electricity(dcycle, owner) - before[owner], 6) == tons
        one = dcycle.get(f"/v3/invoices/{item['id']}", headers=headers).json()
        assert one["facility_percentages"] == invoice["facility_percentages"]
        assert (one["facility_id"], one["source_invoice_id"]) == (parts[owner]["facility_id"], invoice["id"])


@pytest.mark.rule("dcycle.legacy.invoice-share-owner", "dcycle.organization.other-tree")
@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        (share(PLANT, 0.5, HOLDINGS), 403, "LOGGED_USER_NOT_MEMBER"),
        (share(PLANT, 0.5, UNKNOWN), 403, "LOGGED_USER_NOT_MEMBER"),
        (share(PLANT, 0.5, LOGISTICS), 403, None),
        (share(WAREHOUSE, 0.5), 403, None),
        (share(UNKNOWN, 0.5, LOGISTICS), 404, "NOT_FOUND"),
    ],
)
@pytest.mark.parametrize("last", [True, False])
def test_shares_of_others_are_refused(
    dcycle: Caller, wrong: dict[str, object], status: int, code: str | None, last: bool
) -> None:
    """A share is of an organization in the tree of the key, and of one of its facilities; else nothing is created."""
    shares = [share(PLANT, 0.5), wrong] if last else [wrong, share(PLANT, 0.5)]
    reply = dcycle.post(INVOICES, {**INVOICE, "facility_percentages": shares})
    assert (reply.status_code, reply.json().get("code")) == (status, code)
    assert listed(dcycle, "/v1/invoices", invoice_id="INV-2024-100")["items"] == []


@pytest.mark.rule("dcycle.legacy.invoice-source")
def test_the_first_share_is_the_source_of_all(dcycle: Caller) -> None:
    """The reply to creating and version 3 of each share name the first share; other invoices have no source."""
    invoice = created(dcycle, INVOICES, INVOICE, 200)
    assert invoice["source_invoice_id"] == invoice["id"]
    for facility in (PLANT, OFFICE):
        (part,) = listed(dcycle, f"{INVOICES}/casted/facility/{facility}", invoice_id="inv-2024-100")["items"]
        assert listed(dcycle, f"/v3/invoices/{part['id']}")["source_invoice_id"] == invoice["id"]
    other, *_ = listed(dcycle, "/v1/invoices", sort="created_at")["items"]
    assert listed(dcycle, f"/v3/invoices/{other['id']}")["source_invoice_id"] is None


@pytest.mark.rule("dcycle.legacy.invoice-energy")
@pytest.mark.parametrize(
    ("unit", "kwh"), [(KILOWATT_HOURS, 1500.0), (OTHER_KILOWATT_HOURS, 1500.0), (CUBIC_METERS, None)]
)
def test_a_new_invoice_has_its_energy(dcycle: Caller, unit: str, kwh: float | None) -> None:
    """A share has its energy in kilowatt-hours where the unit is one of energy, in every reply."""
    invoice = created(dcycle, INVOICES, {**INVOICE, "unit_id": unit}, 200)
    (item,) = listed(dcycle, "/v1/invoices", invoice_id="inv-2024-100", **{"facility_id[]": PLANT})["items"]
    one = listed(dcycle, f"/v1/invoices/{item['id']}")
    assert [found["total_energy_kwh"] for found in (item, one)] == [kwh, kwh]
    assert invoice["total_energy_kwh"] == kwh


@pytest.mark.rule("dcycle.legacy.invoice-other-filters")
@pytest.mark.parametrize("filters", ["wastes", "waste_water_treatment", "wastes,waste_water_treatment", "x"])
def test_other_records_are_no_invoices(dcycle: Caller, filters: str) -> None:
    """The list of invoices has invoices only."""
    path = f"{INVOICES}/casted/facility/{PLANT}"
    assert listed(dcycle, path, filters=filters)["total_general"] == 0
    assert listed(dcycle, path, filters=f"electricity,{filters}")["total_general"] > 0


@pytest.mark.rule(
    "dcycle.legacy.invoice-sum", "dcycle.legacy.invoice-list", "dcycle.legacy.seconds", "dcycle.body.objects"
)
def test_invoices_are_refused(dcycle: Caller) -> None:
    """Percentages add up to 1, a period ends after it begins, and every facility exists."""
    for wrong in ({"facility_percentages": [share(PLANT, 0.9)]}, {"end_date": "2024-03-01"}):
        assert problems(dcycle.post(INVOICES, {**INVOICE, **wrong})) == [("value_error", ["body"])]
    for facility, status in ((UNKNOWN, 404), (WAREHOUSE, 403)):
        reply = dcycle.post(INVOICES, {**INVOICE, "facility_percentages": [share(facility, 1)]})
        assert reply.status_code == status
    path = f"{INVOICES}/casted/facility/{PLANT}"
    assert problems(dcycle.get(path, params={"start_date": "2024-01-01"})) == [("int_parsing", ["query", "start_date"])]
    seconds = {"start_date": 1704067200, "end_date": 1706745600, "filters": "electricity, water"}
    assert [invoice["invoice_id"] for invoice in listed(dcycle, path, **seconds)["items"]] == ["INV-2024-001"]


@pytest.mark.rule("dcycle.invoices.more-filters", "dcycle.invoices.filter-names")
@pytest.mark.parametrize(
    ("query", "total"),
    [
        ({"supplier_id[]": [OFFICE, UNKNOWN]}, 2),
        ({"supplier_id": UNKNOWN}, 0),
        ({"facility_fuel_id[]": NATURAL_GAS}, 2),
        ({"facility_fuel_id": UNKNOWN}, 0),
        ({"uploaded_by[]": USER}, 2),
        ({"uploaded_by": UNKNOWN}, 0),
        ({"source[]": "datadis"}, 1),
        ({"source[]": ["datadis", "bulk_file"]}, 2),
        ({"source": "pdf"}, 0),
        ({"source": ["manual", "pdf"], "uploaded_by": USER}, 2),
        ({"created_at_from": "2026-01-01"}, 2),
        ({"uploaded_from": "2026-01-01", "uploaded_until": "2026-01-01"}, 2),
        ({"created_at_to": "2023-01-01"}, 0),
        ({"stationary_fuel_id[]": [NATURAL_GAS, UNKNOWN]}, 1),
        ({"stationary_fuel_id": NATURAL_GAS, "type[]": "electricity"}, 0),
        ({"stationary_fuel_id[]": UNKNOWN}, 0),
        ({"stationary_fuel_id": UNKNOWN}, 0),
        ({"supply_contract_id[]": CONTRACT}, 1),
        ({"supply_contract_id[]": UNKNOWN}, 0),
        ({"supply_contract_id": UNKNOWN}, 0),
    ],
)
def test_more_filters_of_invoices(dcycle: Caller, query: dict[str, object], total: int) -> None:
    """The filters of the newest page narrow the list, under each of their names."""
    created(dcycle, INVOICES, {**INVOICE, "supplier_id": OFFICE}, 200)
    assert listed(dcycle, "/v1/invoices", **query)["total"] == total
    assert listed(dcycle, "/v1/invoices", source="manual")["total"] == listed(dcycle, "/v1/invoices")["total"] - 2


@pytest.mark.rule("dcycle.invoices.filter-options", "dcycle.invoices.filter-options-refused")
def test_filter_options(dcycle: Caller) -> None:
    """The options are the values of the invoices of a facility and a type, with their names."""
    created(dcycle, INVOICES, {**INVOICE, "cups": "ES1", "supplier_id": OFFICE}, 200)
    options = listed(dcycle, "/v1/invoices/filter-options", facility_id=OFFICE, type="electricity")
    assert "ES1" in options["cups"]
    assert options["suppliers"] == [{"id": OFFICE, "name": None}]
    assert options["uploaded_by"] == [{"id": USER, "name": "user@example.com"}]
    assert options["sources"] == ["datadis", "manual"]
    assert options["facility_fuels"] == [{"id": NATURAL_GAS, "name": "Natural gas"}]
    assert options["supply_contracts"] == [{"id": CONTRACT, "name": "ES0022000007171638YH1P"}]
    assert options["stationary_fuels"] == []
    heat = listed(dcycle, "/v1/invoices/filter-options", facility_id=OFFICE, type="heat")
    assert heat["stationary_fuels"] == [{"id": NATURAL_GAS, "name": "Natural gas"}]
    assert problems(dcycle.get("/v1/invoices/filter-options", params={"facility_id": OFFICE})) == [
        ("missing", ["query", "type"])
    ]


# --- purchases, consumptions, uploads ---------------------------------------------------------------------------------


@pytest.mark.rule("dcycle.legacy.invoice-totals")
@pytest.mark.parametrize(
    ("status", "total", "total2"),
    [("active", 2, 0), ("uploaded", 2, 0), ("loading", 1, 1), ("review", 1, 0), ("inactive", 1, 0), ("error", 1, 0)],
)
@pytest.mark.parametrize(("condition", "general"), [(None, 2), ("type:heat", 1), ("quantity:lt:0", 0)])
def test_totals_count_the_invoices_of_a_facility_by_status(
    dcycle: Caller, status: str, total: int, total2: int, condition: str | None, general: int
) -> None:
    """The totals count the ready ones and the loading ones whatever the filters, and those that the filters match."""
    path, query = f"{INVOICES}/casted/facility/{OFFICE}", {} if condition is None else {"filter_by": condition}
    invoice = listed(dcycle, path, filter_by="type:electricity")["items"][0]["id"]
    assert dcycle.request("PATCH", f"/v1/invoices/{invoice}", json={"status": status}).status_code == 200
    found = listed(dcycle, path, **query)
    assert (found["total"], found["total2"], found["total_general"]) == (total, total2, general)


@pytest.mark.rule("dcycle.legacy.invoice-conditions", "dcycle.legacy.numbers", "dcycle.legacy.conditions")
@pytest.mark.parametrize(
    ("condition", "total"),
    [("type:heat", 1), ("co2e:gt:250", 1), ("co2e:gte:250", 2), ("quantity:1373.60", 1), ("source:in:datadis,pdf", 1)],
)
def test_invoices_of_a_facility_are_narrowed_by_a_condition(dcycle: Caller, condition: str, total: int) -> None:
    """A condition narrows the invoices of a facility, together with the other filters."""
    path = f"{INVOICES}/casted/facility/{OFFICE}"
    found = listed(dcycle, path, filter_by=condition)
    assert (len(found["items"]), found["total"], found["total_general"]) == (total, 2, total)
    assert listed(dcycle, path, filter_by=condition, invoice_id="nothing")["items"] == []
    assert problems(dcycle.get(path, params={"filter_by": "x"})) == [("filter_by", ["query", "filter_by"])]


@pytest.mark.rule("dcycle.legacy.purchase-list", "dcycle.legacy.conditions", "dcycle.legacy.user")
@pytest.mark.parametrize(
    ("query", "total"),
    [
        ({}, 13),
        ({"filter_by": "sector:Manufacturing"}, 10),
        ({"filter_by": "sector:neq:Manufacturing"}, 3),
        ({"filter_by": "product_name:in:Fasteners,Packaging"}, 6),
        ({"filter_by": "product_name:nin:Fasteners,Packaging"}, 7),
        ({"filter_by": "quantity:gt:412500"}, 2),
        ({"filter_by": "quantity:lte:1500"}, 1),
        ({"filter_by": "purchase_date:gte:2025-12-01"}, 1),
        ({"filter_by": "recycled:lt:1"}, 1),
        ({"filter_by": "quantity:1500"}, 1),
        ({"filter_by": "quantity:in:1,1500.00"}, 1),
        ({"filter_by": "quantity:neq:1500"}, 12),
        ({"filter_by": "co2e:gt:0"}, 13),
        ({"filter_by": "co2e:lt:0.0"}, 0),
        ({"filter_by": "id:550e8400-e29b-41d4-a716-446655440000"}, 1),
        ({"filter_by": "created_at:eq:2024-03-15T10:30:00Z"}, 1),
        ({"filter_by": "created_at:gt:2024-03-15T10:30:00Z"}, 12),
        ({"filter_by": "created_at:nin:2024-03-15T10:30:00Z,2025-01-10T10:30:00Z"}, 11),
        ({"filter_by": "sector:neq::"}, 13),
        ({"filter_by": "sector:eq:gt:Manufacturing"}, 0),
        ({"filter_by": "no_such_member:1"}, 0),
        ({"filter_by": "__class__:neq:1"}, 13),
    ],
)
def test_purchases_are_listed(dcycle: Caller, query: dict[str, object], total: int) -> None:
    """A condition narrows the list of purchases, and the user's header changes nothing."""
    reply = dcycle.get("/api/v1/purchases", params=query, headers={"x-user-id": "anybody"})
    assert (reply.json()["total"], len(reply.json()["items"])) == (total, total)


@pytest.mark.rule("dcycle.legacy.purchase-list", "dcycle.legacy.conditions")
def test_purchases_are_sorted(dcycle: Caller) -> None:
    """A list is ordered by a member, upward or downward; other forms of both parameters are refused."""
    for order in ("asc", "desc"):
        items = listed(dcycle, "/api/v1/purchases", sort_by=f"co2e:{order}")["items"]
        found = [item["co2e"] for item in items if item["co2e"] is not None]
        assert found == sorted(found, reverse=order == "desc")
    (item,) = listed(dcycle, "/api/v1/purchases", filter_by="purchase_date:2025-01-10")["items"]
    assert (item["last_purchase_timestamp"], item["ef"], item["unit"]["id"]) == (1736467200, 0.4, "EUR")
    for condition in ("x", "", ":x", "created_at:2024-03-15T10:30:00Z", "quantity:more:5"):
        assert problems(dcycle.get("/api/v1/purchases", params={"filter_by": condition})) == [
            ("filter_by", ["query", "filter_by"])
        ]
    assert problems(dcycle.get("/api/v1/purchases", params={"sort_by": "name:asc"})) == [
        ("string_pattern_mismatch", ["query", "sort_by"])
    ]


@pytest.mark.rule("dcycle.legacy.members", "dcycle.legacy.numbers")
@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/purchases",
        "/api/v1/facilities",
        "/api/v1/vehicles",
        f"/api/v1/vehicle_consumptions/vehicle/{CAR}",
        f"{INVOICES}/casted/facility/{OFFICE}",
    ],
)
def test_a_condition_is_about_what_a_list_shows(dcycle: Caller, path: str) -> None:
    """Whatever text or number an item shows, a condition with it finds the items that show the same."""
    items = listed(dcycle, path, size=100)["items"]
    found = {
        (name, value)
        for item in items
        for name, value in item.items()
        if type(value) in (str, float, int) and ":" not in str(value)
    }
    assert "co2e" in {name for name, _ in found}
    for name, value in found:
        narrowed = listed(dcycle, path, size=100, filter_by=f"{name}:{value}")["items"]
        assert narrowed == [item for item in items if item[name] == value], (name, value)
    for operator in ("gt", "lte"):
        narrowed = listed(dcycle, path, size=100, filter_by=f"co2e:{operator}:300")["items"]
        stated = [item for item in items if item["co2e"] is not None]
        assert narrowed == [item for item in stated if (item["co2e"] > 300) == (operator == "gt")]


def put(dcycle: Caller, path: str, content: str) -> Any:
    """Announce a file, put it, and return its id."""
    announced = created(dcycle, path, {"file_name": "2025 May!.csv"}, 200)
    assert (announced["file_name"], announced["upload_url"]) == (
        "2025May",
        f"{dcycle.space.url}/dcycle/uploads/{announced['file_id']}",
    )
    reply = dcycle.space.http.put(announced["upload_url"], content=content.encode())
    assert (reply.status_code, reply.content) == (200, b"")
    return announced["file_id"]


@pytest.mark.rule("dcycle.uploads.purchases", "dcycle.uploads.address", "dcycle.uploads.rows")
def test_a_file_becomes_purchases(dcycle: Caller) -> None:
    """Each row that is right becomes a purchase of the file, which counts; the others become none."""
    before = tonnes(dcycle, "purchases", "2025-05-05")
    head = "quantity,unit_id,sector,product_name,purchase_date,country"
    good = f"1000,{EURO},Manufacturing,Bolts,2025-05-05,ES"
    bad = [
        f"x,{EURO},Manufacturing,Bolts,2025-05-05,ES",
        f"-1,{EURO},Manufacturing,Bolts,2025-05-05,ES",
        f"1,{EURO},Manufacturing,Bolts,2025-05-32,ES",
        f"1,{EURO},Manufacturing,Bolts,2025-05-05,Spain",
        f"1,{EURO},,Bolts,2025-05-05,ES",
        "1",
    ]
    id = put(dcycle, "/api/v1/purchases/bulk/csv", "\n".join([head, good, *bad, good]))
    found = listed(dcycle, "/v1/purchases", **{"file_id[]": id})["items"]
    assert [(purchase["co2e"], purchase["unit_id"], purchase["product_name"]) for purchase in found] == [
        (400.0, "EUR", "Bolts")
    ] * 2
    assert round(tonnes(dcycle, "purchases", "2025-05-05") - before, 6) == 0.8


@pytest.mark.rule("dcycle.uploads.again")
@pytest.mark.parametrize(
    ("path", "category", "head", "row"),
    [
        (
            "/api/v1/purchases/bulk/csv",
            "purchases",
            "quantity,unit_id,sector,product_name,purchase_date,country",
            "1000,EUR,Manufacturing,Bolts,2025-05-05,ES",
        ),
        (
            "/api/v1/vehicle_consumptions/bulk/csv",
            "vehicles",
            "vehicle_id,quantity,unit_id,start_date,end_date,custom_id",
            f"{CAR},100,{LITERS},2025-05-05,2025-05-05,",
        ),
    ],
)
def test_a_file_that_is_put_again_replaces_the_earlier_one(
    dcycle: Caller, path: str, category: str, head: str, row: str
) -> None:
    """What counts is the file that was put last, however often; records of other files stay."""
    before = tonnes(dcycle, category, "2025-05-05")
    put(dcycle, path, f"{head}\n{row}")
    one = tonnes(dcycle, category, "2025-05-05") - before
    assert one > 0
    address = created(dcycle, path, {"file_name": "x.csv"}, 200)["upload_url"]
    for rows in (1, 1, 3, 0, 2, 2):
        content = "\n".join([head, *[row] * rows])
        assert dcycle.space.http.put(address, content=content.encode()).status_code == 200
        assert round(tonnes(dcycle, category, "2025-05-05") - before, 6) == round((1 + rows) * one, 6)


@pytest.mark.rule("dcycle.uploads.rows")
@pytest.mark.parametrize(
    ("quantity", "day", "becomes"),
    [
        ("0", "2025-05-05", True),
        ("1e3", "2025-05-05", True),
        ("0.50", "2024-02-29", True),
        ("1000000000000", "2025-05-05", True),
        ("1000000000000.1", "2025-05-05", False),
        ("-0.1", "2025-05-05", False),
        ("1_000", "2025-05-05", False),
        ("\u0661", "2025-05-05", False),
        ("+1", "2025-05-05", False),
        (".5", "2025-05-05", False),
        ("Infinity", "2025-05-05", False),
        ("1", "20250505", False),
        ("1", "2025-W19-1", False),
        ("1", "2025-5-5", False),
        ("1", "2025-02-29", False),
        ("1", "2025-05-05T00:00:00", False),
    ],
)
def test_the_numbers_and_days_of_a_file(dcycle: Caller, quantity: str, day: str, becomes: bool) -> None:
    """A row becomes a record if its number and its days are written as an API request has to write them."""
    head = "quantity,unit_id,sector,product_name,purchase_date,country"
    id = put(dcycle, "/api/v1/purchases/bulk/csv", f"{head}\n{quantity},{EURO},Manufacturing,Bolts,{day},ES")
    found = listed(dcycle, "/v1/purchases", **{"file_id[]": id})["items"]
    assert [(item["quantity"], item["purchase_date"]) for item in found] == [(float(quantity), day)] * becomes
    head = "vehicle_id,quantity,unit_id,start_date,end_date,custom_id"
    before = listed(dcycle, f"/v1/vehicles/{CAR}/consumptions")["total"]
    put(dcycle, "/api/v1/vehicle_consumptions/bulk/csv", f"{head}\n{CAR},{quantity},{LITERS},{day},{day},")
    assert listed(dcycle, f"/v1/vehicles/{CAR}/consumptions")["total"] - before == becomes


@pytest.mark.rule("dcycle.uploads.consumptions", "dcycle.legacy.consumption-list", "dcycle.uploads.rows")
def test_a_file_becomes_consumptions(dcycle: Caller) -> None:
    """Each row of a known vehicle becomes a consumption; one in a unit that the fuel lacks is in error."""
    before = tonnes(dcycle, "vehicles", "2025-05-05")
    rows = [
        "vehicle_id,quantity,unit_id,start_date,end_date,custom_id",
        f"{CAR},100,{LITERS},2025-05-05,2025-05-05,CARD-1",
        f"{CAR},100,{UNKNOWN},2025-05-05,2025-05-05,",
        f"{UNKNOWN},100,{LITERS},2025-05-05,2025-05-05,",
        f"{CAR},100,{LITERS},2025-05-05,2025-05-04,",
    ]
    put(dcycle, "/api/v1/vehicle_consumptions/bulk/csv", "\n".join(rows))
    path = f"/api/v1/vehicle_consumptions/vehicle/{CAR}"
    found = listed(dcycle, path, filter_by="start_date:2025-05-05")["items"]
    assert [(item["status"], item["co2e"], item["custom_id"]) for item in found] == [
        ("active", 268.0, "CARD-1"),
        ("error", None, None),
    ]
    assert listed(dcycle, path)["total_error"] == 2
    assert round(tonnes(dcycle, "vehicles", "2025-05-05") - before, 6) == 0.268
    assert dcycle.get(path, headers={"x-organization-id": LOGISTICS}).status_code == 404


@pytest.mark.rule("dcycle.uploads.address")
def test_the_address_of_a_file_can_be_the_vendors(dcycle: Caller) -> None:
    """With the setting at vendor, the address holds neither this server nor the name of the space."""
    use_vendor_links(dcycle.space)
    announced = created(dcycle, "/api/v1/purchases/bulk/csv", {"file_name": "x.csv"}, 200)
    assert announced["upload_url"] == f"https://api.dcycle.io/uploads/{announced['file_id']}"
    assert dcycle.request("PUT", f"/uploads/{announced['file_id']}", content=b"").status_code == 200


@pytest.mark.rule("dcycle.uploads.unknown")
def test_a_file_is_announced_first(dcycle: Caller) -> None:
    """A file that was not announced is not found."""
    reply = dcycle.request("PUT", f"/uploads/{UNKNOWN}", content=b"x")
    assert (reply.status_code, reply.json()) == (404, {"detail": "File not found", "code": "FILE_NOT_FOUND"})


# --- reference lists --------------------------------------------------------------------------------------------------


@pytest.mark.rule(
    "dcycle.legacy.units",
    "dcycle.legacy.fuels",
    "dcycle.legacy.fuels-country",
    "dcycle.legacy.tocs",
    "dcycle.legacy.waste-codes",
)
def test_reference_lists(dcycle: Caller) -> None:
    """Reference lists are plain arrays, narrowed by their parameters."""
    units = listed(dcycle, "/api/v1/units", type="fiat_currency")
    assert units[0]["id"] == EURO
    fuels = listed(dcycle, "/api/v1/facility_fuels", country="ES")
    assert listed(dcycle, f"/api/v1/facility_fuels/{PLANT}") == fuels
    assert (fuels[0]["id"], len(fuels[0]["units"])) == (NATURAL_GAS, 2)
    assert [fuel["country"] for fuel in listed(dcycle, "/api/v1/facility_fuels", country="FR")] == ["GLO"]
    assert len(listed(dcycle, "/api/v1/facility_fuels")) == 4
    assert problems(dcycle.get("/api/v1/facility_fuels", params={"country": "Spain"})) == [
        ("string_pattern_mismatch", ["query", "country"])
    ]
    tocs = {toc["name"]: toc for toc in listed(dcycle, "/api/v1/logistics/tocs")}
    assert (tocs["van_diesel"]["emission_factor"], tocs["general_cargo"]["category"]) == (1.27, "sea")
    codes = {code["rd_code"]: code["ler_list"] for code in listed(dcycle, "/api/v1/wastes/rd_ler_list")}
    assert codes["D1"] == [{"ler_code": "20 03 01", "ler_name": "Mixed municipal waste"}]
    assert [code["low_code"] for code in listed(dcycle, "/api/v1/wastes/low_codes")] == [
        "150101",
        "150102",
        "200101",
        "200301",
    ]
    assert listed(dcycle, "/api/v1/wastes/low_codes", region="FR") == []


# --- facilities and vehicles ------------------------------------------------------------------------------------------


@pytest.mark.rule("dcycle.legacy.facilities")
def test_legacy_facilities(dcycle: Caller) -> None:
    """Facilities are narrowed and sorted; the active and the archived ones are counted apart."""
    created(dcycle, "/v1/facilities", {"name": "Annex", "type": "office", "country": "PT"})
    names = [found["name"] for found in listed(dcycle, "/api/v1/facilities")["items"]]
    assert listed(dcycle, "/api/v1/facilities", sort_by="name:desc")["items"][-1]["name"] == "Annex"
    assert [found["name"] for found in listed(dcycle, "/api/v1/facilities", name="nnE")["items"]] == ["Annex"]
    assert listed(dcycle, "/api/v1/facilities", filter_by="country:PT")["total"] == 1
    assert listed(dcycle, "/api/v1/facilities", end_date=0)["items"] == []

    office = dcycle.get("/v1/facilities").json()["items"][0]["id"]
    dcycle.request("PUT", f"/v1/facilities/{office}", json={"status": "archived"})
    shown = listed(dcycle, "/api/v1/facilities", size=1, page=2)
    assert (len(shown["items"]), shown["total"], shown["total2"]) == (1, len(names) - 2, 2)


@pytest.mark.rule("dcycle.legacy.vehicles", "dcycle.legacy.vehicles-unknown")
def test_legacy_vehicles(dcycle: Caller) -> None:
    """Vehicles are narrowed and sorted, and show their fuel in words."""
    new = dcycle.get("/v1/vehicles", params={"size": 100, "sort": "license_plate"}).json()
    shown = listed(dcycle, "/api/v1/vehicles", sort_by="license_plate:asc")
    assert [found["license_plate"] for found in shown["items"]] == [found["license_plate"] for found in new["items"]]
    assert shown["total"] + shown["total_archived"] == new["total"]
    assert shown["total_archived"] == sum(found["status"] == "archived" for found in new["items"]) > 0
    fuels = {fuel["id"]: fuel["fuel"] for fuel in dcycle.get("/v1/vehicle-fuels").json()}
    for found in shown["items"]:
        assert (found["is_known"], found["vehicle_fuel"]) == (False, fuels.get(found["vehicle_fuel_id"]))
    assert {found["type"] for found in listed(dcycle, "/api/v1/vehicles", filter_by="type:freight")["items"]} == {
        "freight"
    }


@pytest.mark.parametrize(
    ("path", "order"), [("facilities", "license_plate:asc"), ("vehicles", "country:asc"), ("vehicles", "name")]
)
def test_other_orders_are_refused(dcycle: Caller, path: str, order: str) -> None:
    """A list is sorted by the members that its page names."""
    reply = dcycle.get(f"/api/v1/{path}", params={"sort_by": order})
    assert problems(reply) == [("string_pattern_mismatch", ["query", "sort_by"])]


@pytest.mark.rule("dcycle.legacy.units", "dcycle.legacy.fuels")
def test_paths_of_the_guide(dcycle: Caller) -> None:
    """The guide writes units and fuels without the prefix of the legacy API."""
    assert dcycle.get("/units").json() == dcycle.get("/api/v1/units").json()
    assert dcycle.get(f"/facility_fuels/{PLANT}").json() == dcycle.get(f"/api/v1/facility_fuels/{PLANT}").json()
