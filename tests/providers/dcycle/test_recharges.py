"""Recharges: fuel that a freight fleet used, and its share of the totals."""

from typing import Any

import pytest

from tests.providers.dcycle.conftest import LOGISTICS, created, problems, tonnes
from tests.support.caller import Caller

PATH = "/v1/logistics/recharges"
SAMPLE = "f47ac10b-58cc-4372-a567-0e02b2c3d479"
DIESEL = "f51a1645-c201-43da-9dcd-6408be3cb517"
AVIATION = "a0b56b0f-216c-456e-9e0f-1876d3b57622"
HFO = "8a394a3c-cf62-446d-82e9-999b2ef64c46"
ELECTRICITY = "84881ff3-8dfe-42c9-961d-9340841f929a"
UNKNOWN = "11111111-2222-4333-8444-555555555555"
RECHARGE = {"fuel_id": DIESEL, "country": "ES", "date": "2025-05-05", "quantity": 10, "vehicle_license_plate": "A"}


def record(dcycle: Caller, **terms: object) -> Any:
    return created(dcycle, PATH, {**RECHARGE, **terms}, 200)


def driven(dcycle: Caller) -> float:
    return tonnes(dcycle, "vehicles", "2025-05-05")


@pytest.mark.rule("dcycle.recharges.create", "dcycle.recharges.co2e", "dcycle.recharges.counts")
@pytest.mark.parametrize(
    ("terms", "unit", "kilograms"),
    [
        ({}, "liters", 27.0),
        ({"fuel_id": AVIATION}, "liters", 25.0),
        ({"fuel_id": HFO}, "kg", 31.0),
        ({"fuel_id": ELECTRICITY}, "kWh", 2.0),
        ({"fuel_id": ELECTRICITY, "quantity": 0.5}, "kWh", 0.1),
        ({"quantity": 0}, "liters", 0.0),
        ({"quantity": None}, "liters", None),
    ],
)
def test_a_recharge_is_recorded(dcycle: Caller, terms: dict[str, object], unit: str, kilograms: float | None) -> None:
    """A recharge causes its quantity times the factor of its fuel, and the totals of its day rise by the same mass."""
    before = driven(dcycle)
    recharge = record(dcycle, **terms)
    assert (recharge["co2e"], recharge["unit"]) == (kilograms, unit)
    assert round(driven(dcycle) - before, 6) == round((kilograms or 0) / 1000, 6)


@pytest.mark.rule("dcycle.recharges.upsert")
def test_the_same_recharge_is_updated(dcycle: Caller) -> None:
    """A recharge of the same country, day, quantity and plate replaces the earlier one, as in a batch."""
    first = record(dcycle)
    dcycle.space.clock.advance(seconds=60)
    again = record(dcycle, toc_id="van_diesel")
    assert (again["id"], again["vehicle_type"], again["created_at"]) == (first["id"], "van_diesel", first["created_at"])
    batch = [RECHARGE, {**RECHARGE, "quantity": 11}, {**RECHARGE, "quantity": 11}, {**RECHARGE, "fuel_id": UNKNOWN}]
    outcome = created(dcycle, f"{PATH}/bulk", {"records": batch}, 200)
    ids = [result["id"] for result in outcome["results"]]
    assert (ids[0], ids[1] == ids[2], outcome["failed"]) == (first["id"], True, 1)
    assert driven(dcycle) == 0.0567
    assert dcycle.request("DELETE", f"{PATH}/{first['id']}").status_code == 204
    assert record(dcycle)["id"] != first["id"]


@pytest.mark.rule("dcycle.recharges.country")
@pytest.mark.parametrize(
    ("country", "kind"),
    [
        ("XX", "country_alpha2"),
        ("UK", "country_alpha2"),
        ("es", "string_pattern_mismatch"),
        ("ESP", "string_pattern_mismatch"),
    ],
)
def test_a_country_is_one_of_the_list(dcycle: Caller, country: str, kind: str) -> None:
    """A code that no country has is refused, by itself and in a batch."""
    draft = {**RECHARGE, "country": country}
    assert problems(dcycle.post(PATH, draft)) == [(kind, ["body", "country"])]
    outcome = created(dcycle, f"{PATH}/bulk", {"records": [draft, {**RECHARGE, "country": "NO"}]}, 200)
    assert (outcome["success"], outcome["failed"]) == (1, 1)


@pytest.mark.rule("dcycle.freight.by-vehicle-type")
@pytest.mark.parametrize("stated", ["van_electric", "ca3cc11e-5b7c-4c90-8c48-60659b575185"])
def test_recharges_are_found_by_the_vehicle_type_that_the_list_shows(dcycle: Caller, stated: str) -> None:
    """A vehicle type that a client stated by its id or by its code is found by its code."""
    recharge = record(dcycle, toc_id=stated)
    (found,) = dcycle.get(PATH, params={"vehicle_type": "van_electric"}).json()["items"]
    assert (found["id"], found["vehicle_type"]) == (recharge["id"], "van_electric")
    assert dcycle.get(PATH, params={"vehicle_type": "no_such_type"}).json()["total"] == 0


@pytest.mark.rule("dcycle.recharges.fuel-unknown", "dcycle.recharges.unknown", "dcycle.recharges.delete")
def test_unknown_fuels_and_recharges_are_not_found(dcycle: Caller) -> None:
    """An unknown fuel and an unknown recharge are not found; a deleted recharge leaves the totals."""
    reply = dcycle.post(PATH, {**RECHARGE, "fuel_id": UNKNOWN})
    assert (reply.status_code, reply.json()) == (404, {"code": "NOT_FOUND", "detail": "Logistics fuel not found"})
    path = f"{PATH}/{record(dcycle)['id']}"
    assert dcycle.request("DELETE", path, headers={"x-organization-id": LOGISTICS}).status_code == 404
    assert dcycle.request("DELETE", path).status_code == 204
    assert driven(dcycle) == 0
    refusal = {"code": "NOT_FOUND", "detail": "Logistics recharge not found"}
    assert dcycle.request("DELETE", path).json() == refusal


@pytest.mark.rule("dcycle.recharges.list", "dcycle.recharges.list-otherwise")
@pytest.mark.parametrize(
    ("query", "total"),
    [
        ({}, 2),
        ({"search": "1234-a"}, 1),
        ({"vehicle_license_plate": ["A", "B"]}, 1),
        ({"vehicle_type": "van_diesel"}, 1),
        ({"fuel_id": AVIATION}, 0),
        ({"file_id": UNKNOWN}, 0),
        ({"status": "active"}, 2),
        ({"date_from": "2024-06-15", "date_until": "2024-06-15"}, 1),
        ({"created_at_from": "2024-12-01"}, 1),
        ({"created_at_to": "2024-12-01"}, 1),
        ({"created_at_until": "2024-12-01"}, 1),
    ],
)
def test_recharges_are_listed(dcycle: Caller, query: dict[str, object], total: int) -> None:
    """A list has the recharges that every filter matches, oldest first, ten on a page."""
    record(dcycle)
    found = dcycle.get(PATH, params=query).json()
    assert list(found) == ["page", "size", "total", "items"]
    assert (found["size"], found["total"]) == (10, total)


@pytest.mark.rule("dcycle.recharges.unique-values", "dcycle.recharges.unique-values-field", "dcycle.recharges.fuels")
def test_the_fuels_of_recharges(dcycle: Caller) -> None:
    """All fuels are listed, and those in use with the number of recharges, most first."""
    fuels = dcycle.get("/v1/logistics/fuels").json()
    assert (fuels["total_count"], len(fuels["fuels"])) == (21, 21)
    record(dcycle)
    record(dcycle, fuel_id=AVIATION, quantity=1)
    values = dcycle.get(f"{PATH}/unique-values", params={"field": "fuel_name"}).json()
    assert values["values"] == [
        {"value": DIESEL, "label": "diesel", "count": 2},
        {"value": AVIATION, "label": "aviation_fuel", "count": 1},
    ]
    assert dcycle.get(f"{PATH}/unique-values", params={"field": "file_id"}).json()["values"] == []
    assert problems(dcycle.get(f"{PATH}/unique-values")) == [("missing", ["query", "field"])]
