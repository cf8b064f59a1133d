"""Business travels, and their share of the totals."""

import pytest

from tests.providers.dcycle.conftest import LOGISTICS, created, problems, tonnes
from tests.support.caller import Caller

PATH = "/v1/business-travels"
SAMPLE = f"{PATH}/550e8400-e29b-41d4-a716-446655440000"
UNKNOWN = "11111111-2222-4333-8444-555555555555"
TRAIN = {"travel_date": "2025-05-05", "transport_type": "train", "distance_km": 100}
PLACES = {"distance_km": None, "origin": "Madrid, Spain", "destination": "Barcelona, Spain"}
FLIGHT = {"transport_type": "aircraft"}
CAR = {"transport_type": "car"}


@pytest.mark.rule("dcycle.travels.create", "dcycle.travels.create-status", "dcycle.travels.defaults")
def test_a_travel_is_recorded(dcycle: Caller) -> None:
    """A travel is returned whole with 201, for one traveler and one way by default, and is then found."""
    travel = created(dcycle, PATH, TRAIN)
    assert len(travel) == 16
    assert travel == {**travel, **TRAIN, "distance_km": 100.0, "travel_number": 1, "round_trip": False, "origin": None}
    assert dcycle.get(f"{PATH}/{travel['id']}").json() == travel


@pytest.mark.rule(
    "dcycle.travels.co2e",
    "dcycle.travels.counts",
    "dcycle.travels.counted-on",
    "dcycle.travels.places",
    "dcycle.travels.calculated-at-once",
)
@pytest.mark.parametrize(
    ("terms", "kilograms"),
    [
        ({}, 4.0),
        ({"travel_number": 3}, 12.0),
        ({"travel_number": 3, "round_trip": True}, 24.0),
        ({"distance_km": 0.1}, 0.004),
        ({"transport_type": "metro"}, 3.0),
        (CAR, 16.0),
        ({**CAR, "travel_number": 4}, 16.0),
        ({**CAR, "vehicle_size": "large"}, 20.0),
        ({**CAR, "vehicle_size": "large", "fuel_type": "battery_electric"}, 4.5),
        (FLIGHT, 25.0),
        ({**FLIGHT, "distance_km": 800}, 200.0),
        ({**FLIGHT, "distance_km": 801}, 144.18),
        ({**FLIGHT, "distance_km": 10_000}, 1500.0),
        ({**FLIGHT, "cabin_class": "business"}, 72.5),
        (PLACES, 25.256),
        ({**PLACES, "destination": "Atlantis"}, None),
    ],
)
def test_emissions_of_a_travel(dcycle: Caller, terms: dict[str, object], kilograms: float | None) -> None:
    """A travel causes its way times a factor, and the totals of its day rise by the same mass."""
    before = tonnes(dcycle, "travels", "2025-05-05")
    travel = created(dcycle, PATH, {**TRAIN, **terms})
    assert (travel["co2e"], travel["status"]) == (kilograms, "error" if kilograms is None else "active")
    assert (travel["distance_km"] is None) == (kilograms is None)
    assert round(tonnes(dcycle, "travels", "2025-05-05") - before, 6) == round((kilograms or 0) / 1000, 6)


@pytest.mark.rule("dcycle.travels.distance", "dcycle.travels.only-for", "dcycle.body.together", "dcycle.body.bounds")
@pytest.mark.parametrize(
    ("terms", "problem"),
    [
        ({"distance_km": None}, ("value_error", ["body"])),
        ({"distance_km": None, "origin": "Madrid"}, ("value_error", ["body"])),
        ({"vehicle_size": "small"}, ("value_error", ["body"])),
        ({"fuel_type": "diesel"}, ("value_error", ["body"])),
        ({**CAR, "flight_type": "domestic"}, ("value_error", ["body"])),
        ({**CAR, "cabin_class": "economy"}, ("value_error", ["body"])),
        ({"distance_km": 0}, ("greater_than", ["body", "distance_km"])),
        ({"travel_number": 0}, ("greater_than_equal", ["body", "travel_number"])),
        ({"travel_number": 1001}, ("less_than_equal", ["body", "travel_number"])),
        ({"round_trip": "yes"}, ("bool_type", ["body", "round_trip"])),
    ],
)
def test_a_travel_is_refused(dcycle: Caller, terms: dict[str, object], problem: object) -> None:
    """A travel whose members do not fit together, or are beyond their bounds, returns 422."""
    assert problems(dcycle.post(PATH, {**TRAIN, **terms})) == [problem]
    assert problems(dcycle.request("PATCH", SAMPLE, json={"cabin_class": "first"})) == [("value_error", ["body"])]


@pytest.mark.rule("dcycle.travels.update", "dcycle.travels.delete", "dcycle.travels.unknown")
def test_a_travel_is_changed_and_deleted(dcycle: Caller) -> None:
    """The totals follow a change, to another day as well, and a deletion; then the travel is not found."""
    travel = created(dcycle, PATH, TRAIN)
    path, before = f"{PATH}/{travel['id']}", tonnes(dcycle, "travels", "2025-05-05")
    changed = dcycle.request("PATCH", path, json={"round_trip": True, "travel_date": "2025-05-06"}).json()
    assert changed == {**travel, "round_trip": True, "travel_date": "2025-05-06", "co2e": 8.0}
    assert round(before - tonnes(dcycle, "travels", "2025-05-05"), 6) == 0.004
    assert tonnes(dcycle, "travels", "2025-05-06") == 0.008
    assert dcycle.get(path, headers={"x-organization-id": LOGISTICS}).status_code == 404
    assert dcycle.request("DELETE", path).status_code == 204
    assert tonnes(dcycle, "travels", "2025-05-06") == 0
    refusal = {"detail": f"BusinessTravel with id={travel['id']} not found", "code": "BUSINESS_TRAVEL_NOT_FOUND"}
    assert [(reply.status_code, reply.json()) for reply in (dcycle.get(path), dcycle.request("DELETE", path))] == [
        (404, refusal)
    ] * 2


@pytest.mark.rule("dcycle.travels.list")
@pytest.mark.parametrize(
    ("query", "days"),
    [
        ({}, ["2024-12-01", "2025-05-05", "2025-05-06"]),
        ({"transport_type": ["bus", "metro"]}, ["2025-05-06"]),
        ({"status": "pending"}, []),
        ({"start_date": "2025-05-05", "end_date": "2025-05-05"}, ["2025-05-05"]),
    ],
)
def test_travels_are_listed(dcycle: Caller, query: dict[str, object], days: list[str]) -> None:
    """A list has the travels that every filter matches, oldest first."""
    created(dcycle, PATH, TRAIN)
    created(dcycle, PATH, {**TRAIN, "transport_type": "metro", "travel_date": "2025-05-06"})
    assert [travel["travel_date"] for travel in dcycle.get(PATH, params=query).json()["items"]] == days
