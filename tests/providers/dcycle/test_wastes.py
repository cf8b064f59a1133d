"""Wastes and waste water, and their share of the totals."""

from typing import Any

import pytest

from tests.providers.dcycle.conftest import LOGISTICS, created, problems, tonnes
from tests.support.caller import Caller

PATH = "/v1/wastes"
WATER = "/v1/waste-water-treatments"
MEASURED = "/api/v1/bulk/waste_water_treatments"
PLANT = "3a7f9e54-6f0b-4c53-8c1e-5d2b7a908f11"
OFFICE = "550e8400-e29b-41d4-a716-446655440000"
SAMPLE = "8c0d3e5f-1a2b-4c3d-9e4f-5a6b7c8d9e0f"
TONNES = "cab66828-c2b1-431b-92af-f9ab37149d3c"
LITERS = "c1a764a5-7d41-4130-8831-6517e5c25761"
LANDFILL = "c3f4e5d6-7081-4293-a4b5-c6d7e8f90112"
FACTOR = "770e8400-e29b-41d4-a716-446655440000"
UNKNOWN = "11111111-2222-4333-8444-555555555555"
MAY = "2025-05-01", "2025-05-31"
WASTE = {
    "facility_id": PLANT,
    "identification_name": "RSU-1",
    "start_date": "2025-05-01",
    "end_date": "2025-05-31",
    "base_quantity": 1000,
}


def record(dcycle: Caller, **terms: object) -> Any:
    return created(dcycle, PATH, {**WASTE, **terms})


def wasted(dcycle: Caller) -> float:
    return tonnes(dcycle, "wastes", *MAY)


@pytest.mark.rule(
    "dcycle.wastes.create",
    "dcycle.wastes.create-status",
    "dcycle.wastes.co2e",
    "dcycle.wastes.counts",
    "dcycle.wastes.calculated-at-once",
)
@pytest.mark.parametrize(
    ("terms", "kilograms"),
    [
        ({}, 300.0),
        ({"waste_efs_id": LANDFILL}, 450.0),
        ({"waste_efs_id": UNKNOWN}, 300.0),
        ({"total_km_to_waste_center": 10}, 301.96),
        ({"unit_id": TONNES, "base_quantity": 1}, 300.0),
        ({"unit_id": LITERS}, None),
        ({"custom_emission_factor_id": FACTOR}, 1200.0),
    ],
)
def test_a_waste_is_recorded(dcycle: Caller, terms: dict[str, object], kilograms: float | None) -> None:
    """A waste causes its mass times a factor, and its way; the totals of its days rise by the same mass."""
    before = wasted(dcycle)
    waste = record(dcycle, **terms)
    assert (waste["co2e"], waste["status"]) == (kilograms, "error" if kilograms is None else "active")
    assert len(waste) == 11
    assert round(wasted(dcycle) - before, 6) == round((kilograms or 0) / 1000, 6)


@pytest.mark.rule("dcycle.wastes.update", "dcycle.wastes.bulk-delete", "dcycle.wastes.unknown")
def test_a_waste_is_changed_and_deleted(dcycle: Caller) -> None:
    """The totals follow changes and deletions; an unknown waste is not found, and a contradictory change refused."""
    path = f"{PATH}/{record(dcycle)['id']}"
    changed = dcycle.request("PATCH", path, json={"base_quantity": 2000}).json()
    assert (changed["co2e"], wasted(dcycle)) == (600.0, 0.6)
    assert problems(dcycle.request("PATCH", path, json={"end_date": "2025-04-01"})) == [("value_error", ["body"])]
    assert dcycle.request("PATCH", path, json={}, headers={"x-organization-id": LOGISTICS}).status_code == 404
    outcome = dcycle.post("/v1/waste/bulk-delete", {"waste_ids": [changed["id"], UNKNOWN]}).json()
    assert (outcome["success_ids"], outcome["failed_ids"], wasted(dcycle)) == ([changed["id"]], [UNKNOWN], 0)
    refusal = {"detail": f"Waste with id={changed['id']} not found", "code": "WASTE_NOT_FOUND"}
    assert dcycle.request("PATCH", path, json={}).json() == refusal


@pytest.mark.rule("dcycle.wastes.delete", "dcycle.wastes.unknown", "dcycle.paths.malformed")
@pytest.mark.parametrize("terms", [{}, {"base_quantity": 5}, {"unit_id": LITERS}, {"facility_id": OFFICE}])
def test_a_waste_is_deleted_by_itself(dcycle: Caller, terms: dict[str, object]) -> None:
    """A deleted waste leaves the list and the totals; then it is not found, as one of another organization."""
    facility = terms.get("facility_id", PLANT)
    before, others = wasted(dcycle), dcycle.get(PATH, params={"facility_id": facility}).json()
    path = f"{PATH}/{(id := record(dcycle, **terms)['id'])}"
    assert dcycle.request("DELETE", path, headers={"x-organization-id": LOGISTICS}).status_code == 404
    deleted = dcycle.request("DELETE", path)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert (wasted(dcycle), dcycle.get(PATH, params={"facility_id": facility}).json()) == (before, others)
    refusal = {"detail": f"Waste with id={id} not found", "code": "WASTE_NOT_FOUND"}
    again = dcycle.request("DELETE", path)
    assert (again.status_code, again.json()) == (404, refusal)
    assert problems(dcycle.request("DELETE", f"{PATH}/x")) == [("uuid_parsing", ["path", "waste_id"])]


@pytest.mark.rule("dcycle.wastes.list", "dcycle.wastes.list-otherwise", "dcycle.wastes.totals")
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["RSU-2024-001", "RSU-1", "LITERS"]),
        ({"sort": "identification_name"}, ["LITERS", "RSU-1", "RSU-2024-001"]),
        ({"sort": "-start_date"}, ["RSU-1", "LITERS", "RSU-2024-001"]),
        ({"status[]": ["error", "loading"]}, ["LITERS"]),
        ({"status[]": "loading"}, []),
        ({"co2e_status": "calculated"}, ["RSU-2024-001", "RSU-1"]),
        ({"co2e_status": "not_calculated"}, ["LITERS"]),
        ({"identification_name[]": "RSU-1"}, ["RSU-1"]),
        ({"ler_code[]": "15 01 01"}, ["RSU-2024-001"]),
        ({"rd_code[]": ["R3", "D1"]}, ["RSU-2024-001"]),
        ({"file_id[]": UNKNOWN}, []),
        ({"start_date": "2025-01-01", "end_date": "2025-12-31"}, ["RSU-1", "LITERS"]),
        ({"created_at_from": "2025-01-01"}, ["RSU-1", "LITERS"]),
        ({"created_at_to": "2025-01-01"}, ["RSU-2024-001"]),
    ],
)
def test_wastes_are_listed(dcycle: Caller, query: dict[str, object], names: list[str]) -> None:
    """A list has the wastes of a facility that every filter matches; total counts those that are not in error."""
    record(dcycle)
    record(dcycle, unit_id=LITERS, identification_name="LITERS")
    record(dcycle, facility_id=OFFICE)
    found = dcycle.get(PATH, params={"facility_id": PLANT, **query}).json()
    assert [waste["identification_name"] for waste in found["items"]] == names
    assert (found["total"], found["total2"], found["total_general"]) == (2, 0, len(names))


@pytest.mark.rule("dcycle.wastes.facility-required", "dcycle.filters.refused")
def test_a_list_needs_a_facility(dcycle: Caller) -> None:
    """Without a facility the status is 422, and of an unknown one 404."""
    for path in (PATH, WATER):
        assert problems(dcycle.get(path)) == [("missing", ["query", "facility_id"])]
        assert dcycle.get(path, params={"facility_id": UNKNOWN}).status_code == 404
    assert dcycle.post(PATH, {**WASTE, "facility_id": UNKNOWN}).status_code == 404
    wrong = dcycle.get("/v1/waste/unique-values", params={"facility_id": PLANT, "field": "color"})
    assert problems(wrong) == [("literal_error", ["query", "field"])]


@pytest.mark.rule("dcycle.wastes.unique-values", "dcycle.wastes.efs")
def test_codes_of_wastes(dcycle: Caller) -> None:
    """Values are counted over the wastes of a facility; kinds of waste are narrowed by their codes."""
    record(dcycle, waste_efs_id=LANDFILL)
    record(dcycle, waste_efs_id=LANDFILL)
    values = {
        field: dcycle.get("/v1/waste/unique-values", params={"facility_id": PLANT, "field": field}).json()["values"]
        for field in ("ler_code", "rd_code", "identification_name", "file_id", "created_at")
    }
    assert values["ler_code"] == [
        {"value": "20 03 01", "label": "Mixed municipal waste", "count": 2},
        {"value": "15 01 01", "label": "Paper and cardboard packaging", "count": 1},
    ]
    assert [value["value"] for value in values["rd_code"]] == ["D1", "R3"]
    assert [value["value"] for value in values["identification_name"]] == ["RSU-1", "RSU-2024-001"]
    assert (values["file_id"], values["created_at"][0]["value"]) == ([], "2026-01-01T00:00:00Z")
    found = dcycle.get("/v1/waste-efs", params={"region": "ES", "low_code": "20 03 01", "rd_code": "D1"}).json()
    assert [factor["id"] for factor in found["items"]] == [LANDFILL]


# --- waste water ------------------------------------------------------------------------------------------------------


def measured(*days: tuple[int, float | None, float | None]) -> dict[str, object]:
    """Return measurements in May 2025: the day, and what came in and out."""
    data = [
        {"name": "WWT", "measurement_date": f"2025-05-{day:02}", "m3_water_in": water_in, "m3_water_out": water_out}
        for day, water_in, water_out in days
    ]
    return {"facility_id": PLANT, "daily_waste_water_treatment_data": data}


@pytest.mark.rule(
    "dcycle.water.create",
    "dcycle.water.create-reply",
    "dcycle.water.co2e",
    "dcycle.water.quantity",
    "dcycle.water.list",
    "dcycle.water.list-names",
)
@pytest.mark.parametrize(
    ("days", "water_in", "water_out"),
    [
        ([(1, 100, 90)], 100.0, 90.0),
        ([(1, 100, 90), (3, 200, 80)], 450.0, 255.0),
        ([(3, 200, 80), (1, None, None)], 600.0, 240.0),
        ([(1, 10, 10), (2, None, 10), (4, 40, 10)], 100.0, 40.0),
    ],
)
def test_measurements_become_a_treatment(dcycle: Caller, days: list[Any], water_in: float, water_out: float) -> None:
    """What is not measured lies on the line between what is; the sum of all days counts on these days."""
    treatment = created(dcycle, MEASURED, measured(*days), 200)
    assert (treatment["base_quantity"], treatment["quantity"]) == (water_in, water_out)
    assert treatment["co2e"] == round(water_in * 0.3, 3)
    assert wasted(dcycle) == round(water_in * 0.0003, 6)
    assert dcycle.get(f"{WATER}/{treatment['id']}/detail").json() == treatment
    listed = dcycle.get(WATER, params={"facility_id": PLANT, "start_date": "2025-05-01", "sort": "invoice_id"}).json()
    assert (listed["items"], listed["total"], listed["total_general"]) == ([treatment], 2, 1)


@pytest.mark.rule("dcycle.wastes.totals", "dcycle.water.totals")
def test_totals_count_what_is_ready(dcycle: Caller) -> None:
    """total follows what becomes ready, gets a mistake or is deleted, in the lists of wastes and of waste water."""

    def totals(path: str, **query: str) -> tuple[int, int, int]:
        found = dcycle.get(path, params={"facility_id": PLANT, **query}).json()
        return found["total"], found["total2"], found["total_general"]

    waste = f"{PATH}/{record(dcycle)['id']}"
    assert totals(PATH) == (2, 0, 2)
    for unit, ready in ((LITERS, 1), (TONNES, 2), (LITERS, 1)):
        assert dcycle.request("PATCH", waste, json={"unit_id": unit}).status_code == 200
        assert totals(PATH) == (ready, 0, 2)
        assert totals(PATH, co2e_status="calculated") == (ready, 0, ready)
    assert dcycle.request("DELETE", waste).status_code == 204
    assert totals(PATH) == (1, 0, 1)

    before, error = dcycle.space.snapshot(), {"status[]": "error"}
    assert (totals(WATER), totals(WATER, **error)) == ((1, 0, 1), (1, 0, 0))
    for treatment in before["memory"]["dcycle"]["waste_water_treatments"].values():
        treatment["co2e_grams"] = None
    dcycle.space.restore(before)
    assert (totals(WATER), totals(WATER, **error)) == ((0, 0, 1), (0, 0, 1))


@pytest.mark.rule("dcycle.water.complete", "dcycle.body.objects")
def test_measurements_are_refused(dcycle: Caller) -> None:
    """The last day must be complete, and all days within a month."""
    for days in ([(1, 1, 1), (2, None, 1)], [(1, 1, 1), (2, 1, None)]):
        assert problems(dcycle.post(MEASURED, measured(*days))) == [("value_error", ["body"])]
    wrong = {"facility_id": PLANT, "daily_waste_water_treatment_data": [5]}
    assert problems(dcycle.post(MEASURED, wrong)) == [
        ("model_attributes_type", ["body", "daily_waste_water_treatment_data", 0])
    ]


@pytest.mark.rule("dcycle.water.delete", "dcycle.water.unknown", "dcycle.water.list")
def test_a_treatment_is_deleted(dcycle: Caller) -> None:
    """A deleted treatment leaves the totals and is not found."""
    id = created(dcycle, MEASURED, measured((1, 100, 90)), 200)["id"]
    path = f"/api/v1/waste_water_treatments/{id}"
    assert dcycle.request("DELETE", path).status_code == 204
    assert wasted(dcycle) == 0
    refusal = {"detail": f"WasteWaterTreatment with id={id} not found", "code": "WASTE_WATER_TREATMENT_NOT_FOUND"}
    assert [reply.json() for reply in (dcycle.request("DELETE", path), dcycle.get(f"{WATER}/{id}/detail"))] == [
        refusal
    ] * 2
    assert dcycle.get(WATER, params={"facility_id": PLANT, "co2e_status": "not_calculated"}).json()["items"] == []
