"""Vehicles: their members, their organization, and their deletion."""

from typing import Any

import pytest

from tests.providers.dcycle.conftest import (
    ACME_KEY,
    CONSTRUCTION,
    HOLDINGS,
    INDUSTRIES,
    KEY,
    LOGISTICS,
    identity,
    impacts,
    problems,
)
from tests.support.caller import Caller

PATH = "/v1/vehicles"
CAR = "550e8400-e29b-41d4-a716-446655440000"
VAN = "1349081a-9200-4096-a3b3-29aed42208c3"
TRUCK = "93d78778-0f93-46ec-aad0-818b6d2f71a8"
POOL_CAR = "15aac51f-5ad0-441c-8eb9-42d02e44996e"
COURIER = "76283019-ff64-40f5-93ff-fbd8ce2a86d8"
LONG_HAUL = "e1a858d3-6a83-4d63-b50a-99f92674ae8f"
PARCEL_VAN = "44a8bb63-0140-4ce8-b1ee-c865534b505d"
UNKNOWN_ID = "11111111-2222-4333-8444-555555555555"

DIESEL = "660e8400-e29b-41d4-a716-446655440000"
PETROL = "441fa08a-a2fc-47eb-b52b-7702858cae02"
FACTOR = "770e8400-e29b-41d4-a716-446655440000"
KIND_VAN = "550e8400-e29b-41d4-a716-446655440000"
DRAFT = {
    "type": "passenger",
    "ownership": "owned",
    "license_plate": "ABC-9999",
    "country": "ES",
    "unknown_vehicle_id": KIND_VAN,
    "vehicle_fuel_id": DIESEL,
}
ONE = {
    "id", "name", "type", "ownership", "license_plate", "country", "status", "co2e", "vehicle_fuel_id",
    "registration_year", "market_segment", "size", "created_at", "updated_at",
}  # fmt: skip


def create(dcycle: Caller, **other: object) -> Any:
    reply = dcycle.post(PATH, {**DRAFT, **other})
    assert reply.status_code == 201, reply.text
    return reply.json()


def get(dcycle: Caller, vehicle_id: str) -> Any:
    reply = dcycle.get(f"{PATH}/{vehicle_id}")
    assert reply.status_code == 200, reply.text
    return reply.json()


def change(dcycle: Caller, vehicle_id: str, **changes: object) -> Any:
    reply = dcycle.request("PATCH", f"{PATH}/{vehicle_id}", json=changes)
    assert reply.status_code == 200, reply.text
    return reply.json()


def listed(dcycle: Caller, query: str = "") -> list[dict[str, Any]]:
    reply = dcycle.get(f"{PATH}?{query}")
    assert reply.status_code == 200, reply.text
    items: list[dict[str, Any]] = reply.json()["items"]
    return items


def ids(dcycle: Caller, query: str = "") -> list[str]:
    return [vehicle["id"] for vehicle in listed(dcycle, query)]


# --- create -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule(
    "dcycle.vehicles.create",
    "dcycle.vehicles.create-status",
    "dcycle.vehicles.co2e",
    "dcycle.vehicles.listed",
    "dcycle.vehicles.unknown-type-null",
)
def test_a_new_vehicle(dcycle: Caller) -> None:
    """A new vehicle is active, has no emissions, changes no total, and is the last of the list."""
    before = impacts(dcycle)
    vehicle = create(dcycle, name="Van", registration_year=2022, market_segment="mpv", size="large_car")
    assert vehicle.keys() == ONE
    assert {name: vehicle[name] for name in DRAFT if name != "unknown_vehicle_id"}.items() <= DRAFT.items()
    assert (vehicle["status"], vehicle["co2e"], vehicle["created_at"]) == ("active", 0.0, "2026-01-01T00:00:00Z")
    assert listed(dcycle)[-1] == {**vehicle, "unknown_vehicle_type": "van"}
    assert impacts(dcycle) == before


@pytest.mark.rule("dcycle.vehicles.required")
@pytest.mark.parametrize("name", [name for name in DRAFT if name != "vehicle_fuel_id"])
def test_required_members_of_a_vehicle(dcycle: Caller, name: str) -> None:
    """A missing required member is named."""
    reply = dcycle.post(PATH, {member: value for member, value in DRAFT.items() if member != name})
    found = {"type": "missing", "loc": ["body", name], "msg": "Field required", "input": None}
    assert (reply.status_code, reply.json()) == (422, {"detail": [found]})


@pytest.mark.rule("dcycle.vehicles.keeps-fuel-or-factor")
def test_a_vehicle_keeps_a_fuel_or_a_factor(dcycle: Caller) -> None:
    """A PATCH may exchange the fuel for a factor, and leaves one of them."""
    vehicle = create(dcycle)
    path = f"{PATH}/{vehicle['id']}"
    assert problems(dcycle.request("PATCH", path, json={"vehicle_fuel_id": None})) == [("value_error", ["body"])]
    assert get(dcycle, vehicle["id"]) == vehicle
    change(dcycle, vehicle["id"], vehicle_fuel_id=None, custom_emission_factor_id=FACTOR)
    refused = dcycle.request("PATCH", path, json={"custom_emission_factor_id": None})
    assert problems(refused) == [("value_error", ["body"])]


@pytest.mark.rule("dcycle.vehicles.fuel-or-factor", "dcycle.vehicles.fuel-or-factor-problem")
@pytest.mark.parametrize(
    ("factors", "status"),
    [
        ({"vehicle_fuel_id": DIESEL}, 201),
        ({"custom_emission_factor_id": FACTOR}, 201),
        ({"vehicle_fuel_id": DIESEL, "custom_emission_factor_id": FACTOR}, 201),
        ({}, 422),
        ({"vehicle_fuel_id": None, "custom_emission_factor_id": None}, 422),
    ],
)
def test_a_vehicle_needs_a_fuel_or_a_factor(dcycle: Caller, factors: dict[str, object], status: int) -> None:
    """A vehicle needs a fuel or a custom factor."""
    reply = dcycle.post(PATH, {**{name: DRAFT[name] for name in DRAFT if name != "vehicle_fuel_id"}, **factors})
    assert reply.status_code == status
    if status == 422:
        (found,) = reply.json()["detail"]
        assert (found["type"], found["loc"]) == ("value_error", ["body"])


BAD = [
    ("type", "sailing", "literal_error", "values"),
    ("ownership", "stolen", "literal_error", "values"),
    ("market_segment", "huge", "literal_error", "values"),
    ("size", "small", "literal_error", "values"),
    ("country", "E", "string_pattern_mismatch", "values"),
    ("country", "ESPA", "string_pattern_mismatch", "values"),
    ("country", "es", "string_pattern_mismatch", "values"),
    ("registration_year", 999, "greater_than_equal", "bounds"),
    ("registration_year", 10000, "less_than_equal", "bounds"),
    ("registration_year", "2022", "int_type", "bounds"),
    ("registration_year", 2022.5, "int_type", "bounds"),
    ("name", "x" * 256, "string_too_long", "bounds"),
    ("license_plate", "x" * 256, "string_too_long", "bounds"),
    ("license_plate", 5, "string_type", "bounds"),
    ("license_plate", None, "string_type", "bounds"),
    ("type", None, "literal_error", "bounds"),
    ("vehicle_fuel_id", "diesel", "uuid_parsing", "bounds"),
    ("unknown_vehicle_id", None, "uuid_type", "bounds"),
]


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [pytest.param(*case, marks=pytest.mark.rule(f"dcycle.vehicles.{rule}")) for *case, rule in BAD],
)
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_invalid_members_of_a_vehicle_are_refused(
    dcycle: Caller, method: str, name: str, value: object, kind: str
) -> None:
    """A value out of its list or bounds or of the wrong type is named, and changes nothing."""
    before = listed(dcycle)
    body, path = ({**DRAFT, name: value}, PATH) if method == "POST" else ({name: value}, f"{PATH}/{CAR}")
    reply = dcycle.request(method, path, json=body)
    assert reply.status_code == 422
    assert [(found["type"], found["loc"]) for found in reply.json()["detail"]] == [(kind, ["body", name])]
    assert listed(dcycle) == before


@pytest.mark.rule(
    "dcycle.vehicles.values", "dcycle.vehicles.country", "dcycle.vehicles.bounds", "dcycle.vehicles.status"
)
def test_good_members_of_a_vehicle(dcycle: Caller) -> None:
    """A country may have three letters, a plate may be empty, and 2000.0 is a whole number."""
    vehicle = create(dcycle, country="ESP", registration_year=2000.0, name="x" * 255, license_plate="")
    assert (vehicle["country"], vehicle["registration_year"]) == ("ESP", 2000)


@pytest.mark.rule("dcycle.vehicles.not-looked-up", "dcycle.vehicles.listed")
def test_unknown_types_and_fuels(dcycle: Caller) -> None:
    """Unknown type and fuel ids are accepted; an unknown type has no name."""
    vehicle = create(dcycle, unknown_vehicle_id=UNKNOWN_ID, vehicle_fuel_id=UNKNOWN_ID)
    assert vehicle["vehicle_fuel_id"] == UNKNOWN_ID
    assert listed(dcycle)[-1]["unknown_vehicle_type"] is None


# --- one --------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("dcycle.vehicles.get", "dcycle.vehicles.co2e")
def test_one_vehicle(dcycle: Caller) -> None:
    """Reading a vehicle returns what its creation or its last change returned."""
    vehicle = create(dcycle, name="Van")
    assert get(dcycle, vehicle["id"]) == vehicle
    dcycle.space.clock.advance(seconds=60)
    assert get(dcycle, vehicle["id"]) == vehicle
    changed = change(dcycle, vehicle["id"], name="Bus")
    assert get(dcycle, vehicle["id"]) == changed != vehicle


@pytest.mark.rule("dcycle.vehicles.get", "dcycle.vehicles.co2e")
def test_emissions_of_a_vehicle(dcycle: Caller) -> None:
    """A vehicle has the emissions that the list shows, and fewer once a consumption is deleted."""
    car = listed(dcycle)[0]
    kind = car.pop("unknown_vehicle_type")
    assert get(dcycle, CAR.upper()) == car
    assert (car["co2e"], kind) == (4020.0, "car")
    consumption = dcycle.get(f"{PATH}/{CAR}/consumptions").json()["items"][0]
    dcycle.request("DELETE", f"/v1/vehicle_consumptions/{consumption['id']}")
    assert get(dcycle, CAR)["co2e"] == 4020.0 - consumption["data"]["co2e"]


# --- change and delete ------------------------------------------------------------------------------------------------


@pytest.mark.rule("dcycle.vehicles.update")
def test_an_update_changes_only_what_is_sent(dcycle: Caller) -> None:
    """An update changes only the members that are sent."""
    vehicle = create(dcycle, name="Van")
    dcycle.space.clock.advance(seconds=60)
    changes = {"name": None, "ownership": "rented", "country": "FR", "size": "medium", "registration_year": 2020}
    expected = {**vehicle, **changes, "updated_at": "2026-01-01T00:01:00Z"}
    assert change(dcycle, vehicle["id"], **changes, status="archived", co2e=5) == expected
    assert change(dcycle, vehicle["id"], unknown_vehicle_id=KIND_VAN) == expected


@pytest.mark.rule("dcycle.vehicles.delete", "dcycle.vehicles.unknown")
def test_delete_a_vehicle(dcycle: Caller) -> None:
    """A deleted vehicle is not found and not listed, and its emissions are gone from the totals."""
    car = next(vehicle for vehicle in listed(dcycle) if vehicle["id"] == CAR)
    before = impacts(dcycle)["total_co2e"]
    reply = dcycle.request("DELETE", f"{PATH}/{CAR}")
    assert (reply.status_code, reply.content) == (204, b"")
    assert round(before - impacts(dcycle)["total_co2e"], 6) == car["co2e"] / 1000 == 4.02
    assert CAR not in ids(dcycle)
    assert [dcycle.request(method, f"{PATH}/{CAR}").status_code for method in ("GET", "DELETE")] == [404, 404]


@pytest.mark.rule("dcycle.vehicles.bulk-delete", "dcycle.vehicles.bulk-delete-twice")
def test_bulk_delete(dcycle: Caller) -> None:
    """The organization's vehicles are deleted, each once; unknown and foreign ids are reported as failed."""
    sent = [CAR, LONG_HAUL, TRUCK, CAR.upper(), UNKNOWN_ID, UNKNOWN_ID]
    reply = dcycle.post(f"{PATH}/bulk-delete", {"vehicle_ids": sent})
    assert (reply.status_code, reply.json()) == (
        200,
        {
            "success_count": 2,
            "success_ids": [CAR, TRUCK],
            "failed_count": 2,
            "failed_ids": [LONG_HAUL, UNKNOWN_ID],
            "message": "Deleted 2 of 4 vehicles",
        },
    )
    assert ids(dcycle, "include_children=true") == [VAN, POOL_CAR, COURIER, LONG_HAUL, PARCEL_VAN]
    vehicles = impacts(dcycle, group_by="category")["items"][0]
    assert (vehicles["category"], vehicles["co2e"]) == ("vehicles", 19.404)


@pytest.mark.rule("dcycle.vehicles.bulk-delete-bounds", "dcycle.vehicles.bulk-delete-refused")
@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        ([], "too_short"),
        ([CAR] * 100_001, "too_long"),
        ([CAR, "x"], "uuid_parsing"),
        (CAR, "list_type"),
        (None, "list_type"),
    ],
)
def test_bad_bulk_deletes(dcycle: Caller, sent: object, kind: str) -> None:
    """An empty list, too many ids and malformed ids are refused."""
    reply = dcycle.post(f"{PATH}/bulk-delete", {"vehicle_ids": sent})
    assert (reply.status_code, reply.json()["detail"][0]["type"]) == (422, kind)
    assert CAR in ids(dcycle)


@pytest.mark.rule("dcycle.vehicles.unknown")
@pytest.mark.parametrize(("method", "below"), [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/consumptions")])
@pytest.mark.parametrize(
    ("id", "headers"), [(UNKNOWN_ID, {}), (CAR, identity(KEY, LOGISTICS)), (CAR, identity(ACME_KEY, CONSTRUCTION))]
)
def test_an_unknown_vehicle(dcycle: Caller, method: str, below: str, id: str, headers: dict[str, str]) -> None:
    """A record of another organization is not found, like one that does not exist."""
    reply = dcycle.request(method, f"{PATH}/{id}{below}", headers=headers, json={"name": "Mine"})
    assert reply.status_code == 404
    assert reply.json() == {"code": "VEHICLE_NOT_FOUND", "detail": f"Vehicle with id=UUID('{id}') not found"}
    assert listed(dcycle)[0]["name"] == "Company Fleet Car #1"


@pytest.mark.rule("dcycle.vehicles.malformed")
@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", f"{PATH}/x", "vehicle_id"),
        ("PATCH", f"{PATH}/x", "vehicle_id"),
        ("DELETE", f"{PATH}/x", "vehicle_id"),
        ("GET", f"{PATH}/x/consumptions", "vehicle_id"),
        ("DELETE", "/v1/vehicle_consumptions/x", "vehicle_consumption_id"),
    ],
)
def test_malformed_ids(dcycle: Caller, method: str, path: str, name: str) -> None:
    """A malformed id is answered 422, not 404."""
    reply = dcycle.request(method, path, json={})
    (found,) = reply.json()["detail"]
    assert (reply.status_code, found["type"], found["loc"]) == (422, "uuid_parsing", ["path", name])


@pytest.mark.rule("dcycle.vehicles.access")
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""), ("POST", ""), ("GET", f"/{CAR}"), ("PATCH", f"/{CAR}"), ("DELETE", f"/{UNKNOWN_ID}"),
        ("POST", "/bulk-delete"), ("GET", "/unique-values?field=file_id"), ("GET", f"/{CAR}/consumptions"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("headers", "status"), [({}, 401), (identity(KEY, HOLDINGS), 403)])
def test_access_to_vehicles(dcycle: Caller, method: str, path: str, headers: dict[str, str], status: int) -> None:
    """Vehicles need a key that reaches the organization."""
    body = {**DRAFT, "vehicle_ids": [INDUSTRIES]}
    assert dcycle.identified(headers).request(method, PATH + path, json=body).status_code == status


@pytest.mark.rule("dcycle.body.json", "dcycle.body.problems", "dcycle.body.unknown-ignored")
def test_bodies_are_validated_like_others(dcycle: Caller) -> None:
    """A body must be an object; problems are listed in a fixed order, and unknown members are ignored."""
    for method, path in (("POST", PATH), ("PATCH", f"{PATH}/{CAR}"), ("POST", f"{PATH}/bulk-delete")):
        assert dcycle.request(method, path, json=[]).json()["detail"][0]["loc"] == ["body"]
    wrong = dcycle.request("PATCH", f"{PATH}/x", json={"size": 2}, headers={"x-organization-id": "x"}).json()["detail"]
    assert [found["loc"][0] for found in wrong] == ["path", "header", "body"]
    assert create(dcycle, surprise=1).keys() == ONE
