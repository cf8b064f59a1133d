"""Consumptions of vehicles: their factors, and their share of the totals."""

from typing import Any

import pytest

from tests.providers.dcycle.conftest import HOLDINGS, INDUSTRIES, KEY, LAST_MILE, LOGISTICS, identity, impacts, problems
from tests.providers.dcycle.test_vehicles import CAR, DIESEL, FACTOR, PETROL, POOL_CAR, UNKNOWN_ID, change, listed
from tests.support.caller import Caller

PATH = "/v1/vehicle_consumptions"
LITRES = "660e8400-e29b-41d4-a716-446655440000"
LITRE = "c1a764a5-7d41-4130-8831-6517e5c25761"
DAY = {"start_date": "2025-01-31", "end_date": "2025-01-31"}
ELECTRIC = "f7e5e42a-ad6c-4df4-be56-dbc752273b8c"


def consumed(dcycle: Caller, vehicle_id: str = CAR, query: str = "size=100", **headers: str) -> list[dict[str, Any]]:
    reply = dcycle.get(f"/v1/vehicles/{vehicle_id}/consumptions?{query}", headers=headers)
    assert reply.status_code == 200, reply.text
    items: list[dict[str, Any]] = reply.json()["items"]
    return items


def driven(dcycle: Caller) -> float:
    """Return the tonnes of all vehicles in 2025."""
    items = impacts(dcycle, group_by="category")["items"]
    return sum(item["co2e"] for item in items if item["category"] == "vehicles")


@pytest.mark.rule("dcycle.consumptions.listed", "dcycle.consumptions.data")
def test_one_consumption(dcycle: Caller) -> None:
    """A consumption has its quantity, its period and its emissions."""
    assert consumed(dcycle)[0] == {
        "id": LITRES,
        "vehicle_id": CAR,
        "status": "success",
        "data": {
            "quantity": 125.0,
            "unit_id": LITRE,
            "start_date": "2025-01-31",
            "end_date": "2025-01-31",
            "co2e": 335.0,
        },
        "created_at": "2025-01-31T18:00:00Z",
        "updated_at": "2025-01-31T18:00:00Z",
    }


@pytest.mark.rule("dcycle.consumptions.filter", "dcycle.lists.hashed-envelope", "dcycle.vehicles.status-brackets")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=loading", 1),
        ("status=loading&status=error", 2),
        ("status=success", 12),
        ("status=active", 0),
        ("", 14),
        ("status[]=loading", 1),
        ("status[]=loading&status=error", 2),
    ],
)
def test_consumptions_of_a_status(dcycle: Caller, query: str, found: int) -> None:
    """A list of consumptions is filtered by any of several statuses, and paged."""
    shown = dcycle.get(f"/v1/vehicles/{CAR}/consumptions?size=5&{query}").json()
    assert (shown["total"], len(shown["items"]), shown["pages"]) == (found, min(found, 5), -(-found // 5))


@pytest.mark.rule("dcycle.filters.hash", "dcycle.filters.changed-vehicles", "dcycle.filters.required")
@pytest.mark.parametrize(
    "query", ["status=loading", "status[]=loading&status=error", "status=success", "status=active"]
)
def test_consumptions_are_deleted_by_filters(dcycle: Caller, query: str) -> None:
    """The consumptions that filters match are deleted with the hash of their list, and their emissions go."""
    path = f"/v1/vehicles/{CAR}/consumptions"
    matching, every, before = consumed(dcycle, query=f"size=100&{query}"), consumed(dcycle), driven(dcycle)
    body = {"filter_hash": dcycle.get(f"{path}?{query}").json()["filter_hash"]}
    delete = f"{path}/bulk-delete-by-filters"
    assert problems(dcycle.post(delete, body)) == [("value_error", ["body"])]
    assert problems(dcycle.post(f"{delete}?status[]=gone", body)) == [("literal_error", ["query", "status[]", 0])]
    assert dcycle.post(f"{delete}?status=error", body).status_code == 409
    unknown = f"/v1/vehicles/{UNKNOWN_ID}/consumptions/bulk-delete-by-filters"
    assert dcycle.post(f"{unknown}?{query}", body).status_code == 404
    assert problems(dcycle.post(unknown, body)) == [("value_error", ["body"])]
    assert consumed(dcycle) == every
    deleted = dcycle.post(f"{delete}?{query}", body).json()
    assert deleted["success_ids"] == [found["id"] for found in matching]
    assert consumed(dcycle) == [found for found in every if found not in matching]
    assert round(before - driven(dcycle), 6) == round(sum(found["data"]["co2e"] or 0 for found in matching) / 1000, 6)


@pytest.mark.rule("dcycle.lists.bounds")
def test_consumptions_of_an_unknown_status(dcycle: Caller) -> None:
    """An unknown status is refused."""
    reply = dcycle.get(f"/v1/vehicles/{CAR}/consumptions", params={"status": "done"})
    assert (reply.status_code, reply.json()["detail"][0]["loc"][:2]) == (422, ["query", "status"])


@pytest.mark.rule("dcycle.consumptions.counts", "dcycle.consumptions.spread", "dcycle.vehicles.co2e")
def test_consumptions_add_up_to_the_totals(dcycle: Caller) -> None:
    """The emissions of vehicles are the sum of their consumptions, and make up the category ``vehicles``."""
    vehicles = listed(dcycle)
    assert round(sum(vehicle["co2e"] for vehicle in vehicles) / 1000, 6) == driven(dcycle) == 100.0
    for vehicle in vehicles:
        parts = [part["data"]["co2e"] or 0 for part in consumed(dcycle, vehicle["id"])]
        assert round(sum(parts), 3) == vehicle["co2e"]


@pytest.mark.rule("dcycle.consumptions.not-calculated")
@pytest.mark.parametrize("status", ["loading", "error"])
def test_unprocessed_consumptions(dcycle: Caller, status: str) -> None:
    """A consumption that is loading or failed has no emissions, also after a change of its vehicle."""
    before = driven(dcycle)
    change(dcycle, CAR, vehicle_fuel_id=DIESEL)
    (waiting,) = consumed(dcycle, query=f"status={status}")
    assert waiting["data"]["co2e"] is None
    assert driven(dcycle) == before


@pytest.mark.rule("dcycle.vehicles.recalculated", "dcycle.vehicles.recalculated-totals")
@pytest.mark.parametrize(
    ("changes", "kilograms"),
    [
        pytest.param(changes, kilograms, marks=pytest.mark.rule(f"dcycle.vehicles.{rule}"))
        for changes, kilograms, rule in [
            ({"vehicle_fuel_id": DIESEL}, 335.0, "fuel-factor"),
            ({"vehicle_fuel_id": PETROL}, 288.75, "fuel-factor"),
            ({"vehicle_fuel_id": ELECTRIC}, None, "fuel-units"),
            ({"vehicle_fuel_id": UNKNOWN_ID}, None, "not-looked-up"),
            ({"custom_emission_factor_id": FACTOR}, 150.0, "custom-factor"),
            ({"custom_emission_factor_id": FACTOR, "vehicle_fuel_id": None}, 150.0, "custom-factor"),
            ({"custom_emission_factor_id": UNKNOWN_ID}, None, "not-looked-up"),
            ({"registration_year": 1999, "market_segment": "sports"}, 335.0, "fuel-factor"),
        ]
    ],
)
def test_a_change_of_fuel_recalculates(dcycle: Caller, changes: dict[str, object], kilograms: float | None) -> None:
    """Another fuel or factor recalculates past consumptions, the vehicle's emissions, and the totals of those days."""
    before = impacts(dcycle, **DAY)["total_co2e"]
    vehicle = change(dcycle, CAR, **changes)
    assert consumed(dcycle)[0]["data"]["co2e"] == kilograms
    assert vehicle["co2e"] == 12 * (kilograms or 0)
    assert round(before - impacts(dcycle, **DAY)["total_co2e"], 6) == round((335 - (kilograms or 0)) / 1000, 6)


def test_the_fixture_is_calculated_like_new_records(dcycle: Caller) -> None:
    """An update without changes recalculates the fixture's vehicles to the same figures."""
    before = impacts(dcycle, group_by="month", include_children="true")
    for organization in (INDUSTRIES, LOGISTICS, LAST_MILE):
        own = identity(KEY, organization)
        for vehicle in dcycle.get("/v1/vehicles", headers=own).json()["items"]:
            touched = dcycle.request("PATCH", f"/v1/vehicles/{vehicle['id']}", headers=own, json={"size": "medium"})
            assert touched.json()["co2e"] == vehicle["co2e"]
    assert impacts(dcycle, group_by="month", include_children="true") == before


@pytest.mark.rule("dcycle.vehicles.archived")
def test_an_archived_vehicle_counts(dcycle: Caller) -> None:
    """The consumptions of an archived vehicle remain in the totals."""
    before = driven(dcycle)
    assert change(dcycle, POOL_CAR, custom_emission_factor_id=FACTOR)["status"] == "archived"
    assert round(driven(dcycle) - before, 6) == 0.2886


@pytest.mark.rule("dcycle.consumptions.delete", "dcycle.consumptions.unknown", "dcycle.consumptions.unknown-detail")
def test_delete_a_consumption(dcycle: Caller) -> None:
    """A deleted consumption is not found, and its emissions are gone from the day and from the vehicle."""
    before = impacts(dcycle, **DAY)["total_co2e"]
    reply = dcycle.request("DELETE", f"{PATH}/{LITRES}")
    assert (reply.status_code, reply.content) == (204, b"")
    assert round(before - impacts(dcycle, **DAY)["total_co2e"], 6) == 0.335
    assert listed(dcycle)[0]["co2e"] == 4020.0 - 335.0
    assert LITRES not in [consumption["id"] for consumption in consumed(dcycle)]
    again = dcycle.request("DELETE", f"{PATH}/{LITRES}")
    assert (again.status_code, again.json()["code"]) == (404, "VEHICLE_CONSUMPTION_NOT_FOUND")


@pytest.mark.rule("dcycle.vehicles.delete", "dcycle.vehicles.bulk-delete")
@pytest.mark.parametrize("at_once", [False, True])
def test_consumptions_are_deleted_with_their_vehicle(dcycle: Caller, at_once: bool) -> None:
    """The consumptions of a deleted vehicle are not found and do not count."""
    if at_once:
        dcycle.post("/v1/vehicles/bulk-delete", {"vehicle_ids": [CAR]})
    else:
        dcycle.request("DELETE", f"/v1/vehicles/{CAR}")
    assert dcycle.request("DELETE", f"{PATH}/{LITRES}").status_code == 404
    assert driven(dcycle) == 95.98


@pytest.mark.rule("dcycle.consumptions.unknown")
@pytest.mark.parametrize(("id", "headers"), [(UNKNOWN_ID, {}), (LITRES, identity(KEY, LOGISTICS))])
def test_an_unknown_consumption(dcycle: Caller, id: str, headers: dict[str, str]) -> None:
    """A record of another organization is not found, like one that does not exist."""
    reply = dcycle.request("DELETE", f"{PATH}/{id}", headers=headers)
    detail = f"VehicleConsumption with id=UUID('{id}') not found"
    assert (reply.status_code, reply.json()) == (404, {"code": "VEHICLE_CONSUMPTION_NOT_FOUND", "detail": detail})


@pytest.mark.rule("dcycle.vehicles.access")
@pytest.mark.parametrize(("headers", "status"), [({}, 401), (identity(KEY, HOLDINGS), 403)])
def test_access_to_consumptions(dcycle: Caller, headers: dict[str, str], status: int) -> None:
    """Deleting a consumption needs a key that reaches the organization."""
    assert dcycle.identified(headers).request("DELETE", f"{PATH}/{LITRES}").status_code == status


@pytest.mark.rule("dcycle.consumptions.bulk-delete")
def test_many_consumptions_are_deleted(dcycle: Caller) -> None:
    """The consumptions of a vehicle are deleted, each once; those of another and unknown ones fail."""
    before, own = driven(dcycle), consumed(dcycle)[0]
    other = consumed(dcycle, POOL_CAR)[0]["id"]
    body = {"consumption_ids": [own["id"], other, UNKNOWN_ID, own["id"]]}
    reply = dcycle.post(f"/v1/vehicles/{CAR}/consumptions/bulk-delete", body)
    assert reply.status_code == 200, reply.text
    assert (reply.json()["success_ids"], reply.json()["failed_ids"]) == ([own["id"]], [other, UNKNOWN_ID])
    assert driven(dcycle) == pytest.approx(before - own["data"]["co2e"] / 1000)
    assert own["id"] not in {found["id"] for found in consumed(dcycle)}


@pytest.mark.rule("dcycle.consumptions.bulk-delete", "dcycle.vehicles.unknown")
def test_a_bulk_delete_needs_ids_and_a_vehicle(dcycle: Caller) -> None:
    """Without ids the status is 422, and 404 for an unknown vehicle."""
    assert problems(dcycle.post(f"/v1/vehicles/{CAR}/consumptions/bulk-delete", {"consumption_ids": []})) == [
        ("too_short", ["body", "consumption_ids"])
    ]
    reply = dcycle.post(f"/v1/vehicles/{UNKNOWN_ID}/consumptions/bulk-delete", {"consumption_ids": [UNKNOWN_ID]})
    assert reply.json()["code"] == "VEHICLE_NOT_FOUND"


@pytest.mark.rule("dcycle.consumptions.delete-by-file")
def test_the_consumptions_of_a_file_are_deleted(dcycle: Caller) -> None:
    """What an upload recorded goes, also for the organization above; a file without records changes nothing."""
    before, subsidiary = driven(dcycle), {"x-organization-id": LOGISTICS}
    vehicle = dcycle.get("/v1/vehicles", headers=subsidiary).json()["items"][0]
    rows = "vehicle_id,quantity,unit_id,start_date,end_date"
    files = []
    for id, headers in ((CAR, {}), (vehicle["id"], subsidiary)):
        upload = dcycle.post("/api/v1/vehicle_consumptions/bulk/csv", {"file_name": "fuel.csv"}, headers=headers).json()
        dcycle.request(
            "PUT", f"/uploads/{upload['file_id']}", content=f"{rows}\n{id},50,{LITRE},2025-01-31,2025-01-31\n".encode()
        )
        files.append(upload["file_id"])
    assert driven(dcycle) > before

    assert dcycle.request("DELETE", f"{PATH}/by-file/{files[0]}", headers=subsidiary).status_code == 204
    assert driven(dcycle) > before
    assert dcycle.request("DELETE", f"{PATH}/by-file/{files[0]}").status_code == 204
    assert driven(dcycle) == before
    recorded = f"/v1/vehicles/{vehicle['id']}/consumptions?size=1"
    many = dcycle.get(recorded, headers=subsidiary).json()["total"]
    for _ in range(2):
        assert dcycle.request("DELETE", f"{PATH}/by-file/{files[1]}").status_code == 204
    assert dcycle.get(recorded, headers=subsidiary).json()["total"] == many - 1
