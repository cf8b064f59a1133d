"""Employees and how they commute, and its share of the totals."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.providers.dcycle.memory.employees import CommutingTerms
from tests.providers.dcycle.conftest import LOGISTICS, created, problems, tonnes
from tests.support.caller import Caller

PATH = "/v1/employees"
HISTORIC = "/v1/employee-historic"
ADA = "550e8400-e29b-41d4-a716-446655440000"
UNKNOWN = "11111111-2222-4333-8444-555555555555"
GRACE = {"name": "Grace Hopper", "email": "grace@example.com", "situation": "active", "status": "uploaded"}
COMMUTE = {
    "employee_id": ADA,
    "start_date": "2025-01-06",
    "end_date": "2025-01-19",
    "commuting_type": "in_itinere",
    "transport_type": "train",
    "total_km": 10,
    "weekly_travels": [0, 2],
}
CAR = {"transport_type": "car", "vehicle_size": "small", "fuel_type": "petrol", "carpool": False}


@pytest.mark.rule("dcycle.employees.create", "dcycle.employees.create-status")
def test_an_employee_is_created(dcycle: Caller) -> None:
    """A new employee is returned with 201 and null in periods, and is then found."""
    employee = created(dcycle, PATH, GRACE)
    assert employee == {**employee, **GRACE, "periods": None, "created_at": "2026-01-01T00:00:00Z"}
    assert len(employee) == 9
    assert dcycle.get(f"{PATH}/{employee['id']}").json() == {**employee, "periods": []}


@pytest.mark.rule("dcycle.employees.name-or-email", "dcycle.body.together", "dcycle.body.required")
def test_an_employee_has_a_name_or_an_email(dcycle: Caller) -> None:
    """One of the two is enough; without both the status is 422, as it is without situation or status."""
    rest = {"situation": "active", "status": "uploaded"}
    assert created(dcycle, PATH, {"email": "grace@example.com", **rest})["name"] is None
    assert created(dcycle, PATH, {"name": "Grace", **rest})["email"] is None
    assert problems(dcycle.post(PATH, rest)) == [("value_error", ["body"])]
    assert problems(dcycle.post(PATH, {"name": "Grace"})) == [
        ("missing", ["body", "situation"]),
        ("missing", ["body", "status"]),
    ]


@pytest.mark.rule("dcycle.employees.update", "dcycle.employees.name-or-email-kept", "dcycle.body.values")
def test_an_employee_is_changed(dcycle: Caller) -> None:
    """Only the members that are sent change, and a refused change changes nothing."""
    before = dcycle.get(f"{PATH}/{ADA}").json()
    changed = dcycle.request("PATCH", f"{PATH}/{ADA}", json={"situation": "terminated"}).json()
    assert changed == {**before, "situation": "terminated", "updated_at": "2026-01-01T00:00:00Z"}
    for wrong, problem in (
        ({"name": None, "email": None}, ("value_error", ["body"])),
        ({"situation": "retired"}, ("literal_error", ["body", "situation"])),
    ):
        assert problems(dcycle.request("PATCH", f"{PATH}/{ADA}", json=wrong)) == [problem]
    assert dcycle.get(f"{PATH}/{ADA}").json() == changed


@pytest.mark.rule("dcycle.employees.list", "dcycle.employees.search")
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["Ada Example", "Grace Example", "Grace Hopper"]),
        ({"search": "HOPPER"}, ["Grace Hopper"]),
        ({"search": "ada@"}, ["Ada Example"]),
        ({"situation": "inactive"}, []),
        ({"situation": ["inactive", "active"], "status": "uploaded"}, ["Ada Example", "Grace Example", "Grace Hopper"]),
        ({"transport_type": ["bus", "car"]}, ["Ada Example"]),
        ({"response_medium": "qr"}, []),
        ({"size": "1", "page": "2"}, ["Grace Example"]),
    ],
)
def test_employees_are_listed(dcycle: Caller, query: dict[str, object], names: list[str]) -> None:
    """A list has the employees that every filter matches, oldest first."""
    created(dcycle, PATH, GRACE)
    reply = dcycle.get(PATH, params=query)
    assert [employee["name"] for employee in reply.json()["items"]] == names


@pytest.mark.rule("dcycle.employees.unknown", "dcycle.paths.malformed")
def test_an_unknown_employee(dcycle: Caller) -> None:
    """An unknown employee, or that of another organization, is not found; a malformed id is refused."""
    refusal = {"detail": f"Employee with id=UUID('{UNKNOWN}') not found", "code": "EMPLOYEE_NOT_FOUND"}
    replies = [
        dcycle.get(f"{PATH}/{UNKNOWN}"),
        dcycle.request("PATCH", f"{PATH}/{UNKNOWN}", json={}),
        dcycle.request("DELETE", f"{PATH}/{UNKNOWN}"),
        dcycle.get(HISTORIC, params={"employee_id": UNKNOWN}),
        dcycle.post(HISTORIC, {**COMMUTE, "employee_id": UNKNOWN}),
    ]
    assert [(reply.status_code, reply.json()) for reply in replies] == [(404, refusal)] * 5
    assert dcycle.get(f"{PATH}/{ADA}", headers={"x-organization-id": LOGISTICS}).status_code == 404
    assert problems(dcycle.get(f"{PATH}/ada")) == [("uuid_parsing", ["path", "employee_id"])]


@pytest.mark.rule(
    "dcycle.commuting.co2e", "dcycle.commuting.counts", "dcycle.employees.periods", "dcycle.employees.create-status"
)
@pytest.mark.parametrize(
    ("terms", "kilograms"),
    [
        ({}, 3.2),
        ({"daily_trips": 2}, 6.4),
        ({"daily_trips": 0}, 0.0),
        ({"weekly_travels": [0, 0, 2]}, 3.2),
        ({"weekly_travels": []}, 0.0),
        ({"transport_type": "walking"}, 0.0),
        ({"transport_type": "telecommuting", "total_km": None, "weekly_travels": None}, 0.0),
        ({"transport_type": "bus", "fuel_type": "diesel"}, 8.0),
        (CAR, 11.2),
        ({**CAR, "carpool": True}, 5.6),
        ({**CAR, "fuel_type": "diesel"}, 11.76),
        ({**CAR, "fuel_type": "electric"}, 3.6),
        ({**CAR, "fuel_type": "electric", "renewable_energy": "yes"}, 0.0),
    ],
)
def test_emissions_of_commuting(dcycle: Caller, terms: dict[str, object], kilograms: float) -> None:
    """A period causes its kilometers times the factor, and the totals of its days rise by the same mass."""
    week = "2025-01-06", "2025-01-19"
    before = tonnes(dcycle, "employees", *week)
    period = created(dcycle, HISTORIC, {**COMMUTE, **terms})
    assert period["co2e"] == kilograms
    assert round(tonnes(dcycle, "employees", *week) - before, 6) == round(kilograms / 1000, 6)
    assert dcycle.get(f"{PATH}/{ADA}").json()["periods"][-1] == period
    assert dcycle.get(HISTORIC, params={"employee_id": ADA}).json()["items"][-1] == period


@pytest.mark.rule("dcycle.commuting.transport", "dcycle.commuting.period", "dcycle.body.bounds", "dcycle.body.dates")
@pytest.mark.parametrize(
    ("terms", "problem"),
    [
        ({"total_km": None}, ("value_error", ["body"])),
        ({"weekly_travels": None}, ("value_error", ["body"])),
        ({"transport_type": "bus"}, ("value_error", ["body"])),
        ({"transport_type": "motorbike"}, ("value_error", ["body"])),
        ({"carpool": True}, ("value_error", ["body"])),
        ({**CAR, "vehicle_size": None}, ("value_error", ["body"])),
        ({**CAR, "carpool": None}, ("value_error", ["body"])),
        ({"end_date": "2025-01-06"}, ("value_error", ["body"])),
        ({"end_date": "2125-01-06"}, ("value_error", ["body"])),
        ({"end_date": "2025-02-30"}, ("date_from_datetime_parsing", ["body", "end_date"])),
        ({"total_km": -1}, ("greater_than_equal", ["body", "total_km"])),
        ({"total_km": 100_001}, ("less_than_equal", ["body", "total_km"])),
        ({"weekly_travels": [0] * 8}, ("too_long", ["body", "weekly_travels"])),
    ],
)
def test_a_commuting_period_is_refused(dcycle: Caller, terms: dict[str, object], problem: object) -> None:
    """Members of a commuting period that do not fit together, or are beyond their bounds, return 422."""
    before = dcycle.get(HISTORIC, params={"employee_id": ADA}).json()
    assert problems(dcycle.post(HISTORIC, {**COMMUTE, **terms})) == [problem]
    assert dcycle.get(HISTORIC, params={"employee_id": ADA}).json() == before


@pytest.mark.rule("dcycle.commuting.list", "dcycle.commuting.employee-required")
def test_commuting_periods_are_those_of_an_employee(dcycle: Caller) -> None:
    """A list needs an employee, and has only the periods of that employee."""
    other = created(dcycle, PATH, GRACE)["id"]
    created(dcycle, HISTORIC, {**COMMUTE, "employee_id": other})
    assert dcycle.get(HISTORIC, params={"employee_id": other}).json()["total"] == 1
    assert dcycle.get(HISTORIC, params={"employee_id": ADA}).json()["total"] == 1
    assert problems(dcycle.get(HISTORIC)) == [("missing", ["query", "employee_id"])]
    assert problems(dcycle.get(HISTORIC, params={"employee_id": "x"})) == [("uuid_parsing", ["query", "employee_id"])]


@pytest.mark.rule("dcycle.commuting.update", "dcycle.commuting.co2e")
@pytest.mark.parametrize(
    ("changes", "kilograms"),
    [
        ({}, 3.2),
        ({"total_km": 20}, 6.4),
        ({"weekly_travels": [0, 1, 2, 3, 4], "daily_trips": 2}, 16.0),
        ({"transport_type": "walking"}, 0.0),
        (CAR, 11.2),
        ({"transport_type": "telecommuting", "total_km": None, "weekly_travels": None}, 0.0),
        ({"employee_id": UNKNOWN, "unknown": 1}, 3.2),
        ({"start_date": "2025-01-13"}, 1.6),
    ],
)
def test_a_commuting_period_is_changed(dcycle: Caller, changes: dict[str, object], kilograms: float) -> None:
    """Only the members that are sent change, the employee never does, and the totals follow the new emissions."""
    period = created(dcycle, HISTORIC, COMMUTE)
    rest = tonnes(dcycle, "employees", "2025-01-06", "2025-01-19") - period["co2e"] / 1000
    reply = dcycle.request("PATCH", f"{HISTORIC}/{period['id']}", json=changes)
    sent = {name: value for name, value in changes.items() if name not in ("employee_id", "unknown")}
    assert (reply.status_code, reply.json()) == (200, {**period, **sent, "co2e": kilograms})
    assert round(tonnes(dcycle, "employees", "2025-01-06", "2025-01-19") - rest, 6) == round(kilograms / 1000, 6)
    assert dcycle.get(HISTORIC, params={"employee_id": ADA}).json()["items"][-1] == reply.json()


@pytest.mark.rule("dcycle.commuting.update", "dcycle.commuting.transport", "dcycle.commuting.period")
@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"total_km": None}, ("value_error", ["body"])),
        ({"transport_type": "bus"}, ("value_error", ["body"])),
        ({"carpool": True}, ("value_error", ["body"])),
        ({"end_date": "2025-01-06"}, ("value_error", ["body"])),
        ({"start_date": "1925-01-06"}, ("value_error", ["body"])),
        ({"start_date": None}, ("date_type", ["body", "start_date"])),
        ({"transport_type": "rocket"}, ("literal_error", ["body", "transport_type"])),
        ({"daily_trips": 101}, ("less_than_equal", ["body", "daily_trips"])),
    ],
)
def test_a_change_of_a_commuting_period_is_refused(dcycle: Caller, changes: dict[str, object], problem: object) -> None:
    """A change that leaves a period whose members do not fit together, or are beyond their bounds, changes nothing."""
    period = created(dcycle, HISTORIC, COMMUTE)
    assert problems(dcycle.request("PATCH", f"{HISTORIC}/{period['id']}", json=changes)) == [problem]
    assert dcycle.get(HISTORIC, params={"employee_id": ADA}).json()["items"][-1] == period


@pytest.mark.rule("dcycle.commuting.delete", "dcycle.commuting.unknown", "dcycle.paths.malformed")
def test_a_commuting_period_is_deleted(dcycle: Caller) -> None:
    """A deleted period leaves the employee and the totals; then it is not found, as one of another organization."""
    week = "2025-01-06", "2025-01-19"
    before, kept = tonnes(dcycle, "employees", *week), dcycle.get(f"{PATH}/{ADA}").json()["periods"]
    path = f"{HISTORIC}/{created(dcycle, HISTORIC, COMMUTE)['id']}"
    elsewhere = {"x-organization-id": LOGISTICS}
    assert dcycle.request("DELETE", path, headers=elsewhere).status_code == 404
    assert dcycle.request("PATCH", path, json={}, headers=elsewhere).status_code == 404
    deleted = dcycle.request("DELETE", path)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert (tonnes(dcycle, "employees", *week), dcycle.get(f"{PATH}/{ADA}").json()["periods"]) == (before, kept)
    detail = f"EmployeeHistoric with id=UUID('{path.rpartition('/')[2]}') not found"
    refusal = {"detail": detail, "code": "EMPLOYEE_HISTORIC_NOT_FOUND"}
    for reply in (dcycle.request("DELETE", path), dcycle.request("PATCH", path, json={})):
        assert (reply.status_code, reply.json()) == (404, refusal)
    assert problems(dcycle.request("DELETE", f"{HISTORIC}/x")) == [("uuid_parsing", ["path", "employee_historic_id"])]


@pytest.mark.rule("dcycle.employees.delete", "dcycle.employees.unknown")
@pytest.mark.parametrize("commutes", [0, 1, 3])
def test_an_employee_is_deleted(dcycle: Caller, commutes: int) -> None:
    """A deleted employee takes the commuting periods along, out of the totals, and no one else's; then all is gone."""
    week = "2025-01-06", "2025-01-19"
    before, others = tonnes(dcycle, "employees", *week), dcycle.get(PATH).json()["items"]
    path = f"{PATH}/{(id := created(dcycle, PATH, GRACE)['id'])}"
    periods = [created(dcycle, HISTORIC, {**COMMUTE, "employee_id": id})["id"] for _ in range(commutes)]
    assert round(tonnes(dcycle, "employees", *week) - before, 6) == round(0.0032 * commutes, 6)
    assert dcycle.request("DELETE", path, headers={"x-organization-id": LOGISTICS}).status_code == 404
    deleted = dcycle.request("DELETE", path)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert (tonnes(dcycle, "employees", *week), dcycle.get(PATH).json()["items"]) == (before, others)
    gone = [path, *(f"{HISTORIC}/{period}" for period in periods)]
    assert [dcycle.request("DELETE", each).status_code for each in gone] == [404] * len(gone)
    assert dcycle.get(HISTORIC, params={"employee_id": id}).status_code == 404


@given(st.dates(date(2024, 1, 1), date(2026, 1, 1)), st.integers(1, 800), st.lists(st.integers(0, 6), max_size=7))
def test_days_of_commuting_equal_a_count(first: date, days: int, weekdays: list[int]) -> None:
    """The days of commuting are those of the period that fall on one of its weekdays."""
    terms = CommutingTerms(
        ADA, first, first + timedelta(days), "in_itinere", "train", total_km=1.0, weekly_travels=tuple(weekdays)
    )
    counted = [n for n in range(days + 1) if (first + timedelta(n)).weekday() in weekdays]
    assert terms.commuting_days() == len(counted)


@pytest.mark.rule("dcycle.employees.email")
@pytest.mark.parametrize(
    "email", ["", "ada", "ada@", "@example.com", "ada@localhost", "a b@example.com", "a@b@example.com"]
)
def test_an_email_is_an_address(dcycle: Caller, email: str) -> None:
    """A text that is no address is refused, of a new employee and in a change, and nothing changes."""
    body = {"name": "Ada", "email": email, "situation": "active", "status": "uploaded"}
    for refused in (
        dcycle.post("/v1/employees", body),
        dcycle.request("PATCH", f"/v1/employees/{ADA}", json={"email": email}),
    ):
        assert problems(refused) == [("value_error", ["body", "email"])]
        assert refused.json()["detail"][0]["msg"].startswith("value is not a valid email address: ")
    assert dcycle.get(f"/v1/employees/{ADA}").json()["email"] != email


@pytest.mark.rule("dcycle.employees.email")
@pytest.mark.parametrize("email", ["ada@example.test", "Ada.Lovelace+1@sub.example.com", "adá@example.com", None])
def test_an_address_is_kept_as_sent(dcycle: Caller, email: str | None) -> None:
    """An address is returned as it was sent, and may be null beside a name."""
    body = {"name": "Ada", "email": email, "situation": "active", "status": "uploaded"}
    assert created(dcycle, "/v1/employees", body)["email"] == email
