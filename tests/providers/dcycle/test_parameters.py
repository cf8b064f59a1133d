"""Parameters: what is accepted, and what is refused in FastAPI's form."""

from typing import Any

import pytest

from tests.providers.dcycle.conftest import INDUSTRIES, KEY, YEAR, ask, created, identity, impacts
from tests.support.caller import Caller

NO_DAY = "date_from_datetime_parsing"


def element(kind: str, place: str, name: str, message: str, sent: str | None, **limits: str) -> dict[str, Any]:
    """Return one element of a 422."""
    found: dict[str, Any] = {"type": kind, "loc": [place, name], "msg": message, "input": sent}
    return {**found, "ctx": limits} if limits else found


@pytest.mark.rule("dcycle.validation.form", "dcycle.validation.missing")
@pytest.mark.parametrize(
    ("place", "name"),
    [
        pytest.param("query", "start_date", marks=pytest.mark.rule("dcycle.dates.start-required")),
        pytest.param("query", "end_date", marks=pytest.mark.rule("dcycle.dates.end-required")),
        pytest.param(
            "header",
            "x-organization-id",
            marks=pytest.mark.rule("dcycle.organization.required", "dcycle.organization.required-for-summary"),
        ),
    ],
)
def test_missing_parameters(dcycle: Caller, place: str, name: str) -> None:
    """A missing parameter is named by its place, with null as input."""
    headers, query = dict(dcycle.credentials), dict(YEAR)
    del {"header": headers, "query": query}[place][name]
    reply = ask(dcycle.identified(headers), **query)
    found = element("missing", place, name, "Field required", None)
    assert (reply.status_code, reply.json()) == (422, {"detail": [found]})


@pytest.mark.parametrize(
    ("sent", "kind", "why"),
    [
        pytest.param(sent, kind, why, marks=pytest.mark.rule(rule))
        for sent, kind, why, rule in [
            ("", NO_DAY, "input is too short", "dcycle.dates.format"),
            ("2025-1-1", NO_DAY, "input is too short", "dcycle.dates.format"),
            ("20250101", NO_DAY, "input is too short", "dcycle.dates.format"),
            ("2025/01/01", NO_DAY, "invalid date separator, expected `-`", "dcycle.dates.format"),
            ("2025-02-30", NO_DAY, "day value is outside expected range", "dcycle.dates.format"),
            ("2025-13-01", NO_DAY, "month value is outside expected range of 1-12", "dcycle.dates.format"),
            ("0000-01-01", "date_parsing", "year 0 is out of range", "dcycle.dates.format"),
            ("2025-01-01 ", NO_DAY, "input is too short", "dcycle.dates.format"),
            ("2025-01-01T00", NO_DAY, "input is too short", "dcycle.dates.format"),
            ("2025-01-01T24:00", NO_DAY, "hour value is outside expected range of 0-23", "dcycle.dates.format"),
            (" 2025-01-01", NO_DAY, "invalid date separator, expected `-`", "dcycle.dates.format"),
            ("1735689600", NO_DAY, "invalid date separator, expected `-`", "dcycle.dates.no-unix-time"),
            ("1735689600000", NO_DAY, "invalid date separator, expected `-`", "dcycle.dates.no-unix-time"),
            ("1735689600.0", NO_DAY, "invalid date separator, expected `-`", "dcycle.dates.no-unix-time"),
            ("-86400", NO_DAY, "input is too short", "dcycle.dates.no-unix-time"),
            ("864e2", NO_DAY, "input is too short", "dcycle.dates.no-unix-time"),
            ("0", NO_DAY, "input is too short", "dcycle.dates.no-unix-time"),
        ]
    ],
)
@pytest.mark.parametrize("name", ["start_date", "end_date"])
def test_bad_dates(dcycle: Caller, name: str, sent: str, kind: str, why: str) -> None:
    """Only a day of the calendar as YYYY-MM-DD is a date: neither a date-time nor a number is."""
    reply = ask(dcycle, **{**YEAR, name: sent})
    (found,) = reply.json()["detail"]
    assert (reply.status_code, found["type"], found["loc"]) == (422, kind, ["query", name])
    assert found["input"] == sent
    assert found["ctx"] == {"error": why}
    assert found["msg"].startswith("Input should be a valid date")
    assert found["msg"].endswith(why)


@pytest.mark.rule("dcycle.group-by.values", "dcycle.group-by.bad")
@pytest.mark.parametrize("sent", ["year", "SCOPE", "", "scope,month", "scope\x00"])
def test_bad_groupings(dcycle: Caller, sent: str) -> None:
    """Any other grouping than scope, category or month, in lower case, is refused."""
    reply = ask(dcycle, **YEAR, group_by=sent)
    expected = "'scope', 'category' or 'month'"
    found = element("enum", "query", "group_by", f"Input should be {expected}", sent, expected=expected)
    assert (reply.status_code, reply.json()) == (422, {"detail": [found]})


@pytest.mark.rule("dcycle.children.words")
@pytest.mark.parametrize(
    ("word", "included"),
    [(word, True) for word in ("true", "1", "yes", "on", "t", "y", "TRUE", "Yes", "oN")]
    + [(word, False) for word in ("false", "0", "no", "off", "f", "n", "FALSE", "No", "oFF")],
)
def test_good_booleans(dcycle: Caller, word: str, included: bool) -> None:
    """A boolean may be any of pydantic's words, in upper or lower case."""
    assert impacts(dcycle, include_children=word)["total_co2e"] == (1613.525 if included else 1550.8)


@pytest.mark.rule("dcycle.children.bad")
@pytest.mark.parametrize("sent", ["maybe", "2", "", "null", " true"])
def test_bad_booleans(dcycle: Caller, sent: str) -> None:
    """A word that is not a boolean is refused."""
    reply = ask(dcycle, **YEAR, include_children=sent)
    message = "Input should be a valid boolean, unable to interpret input"
    found = element("bool_parsing", "query", "include_children", message, sent)
    assert (reply.status_code, reply.json()) == (422, {"detail": [found]})


@pytest.mark.rule("dcycle.dates.midnight")
@pytest.mark.parametrize("name", ["start_date", "end_date"])
@pytest.mark.parametrize("time", ["T00:00:00", "T00:00:00Z", " 00:00", "t00:00:00.000+02:00", "T00:00:00-11:00"])
def test_a_date_time_at_midnight_is_its_day(dcycle: Caller, name: str, time: str) -> None:
    """A date-time at midnight counts as its day, whatever its offset, and the reply shows the day."""
    assert impacts(dcycle, **{**YEAR, name: f"{YEAR[name]}{time}"}) == impacts(dcycle, **YEAR)


@pytest.mark.rule("dcycle.dates.midnight")
@pytest.mark.parametrize(
    "sent", ["2025-01-01T12:00:00Z", "2025-01-01T00:00:01", "2025-01-01 23:59", "2025-01-01T00:00:00.5"]
)
def test_a_date_time_at_another_time_is_refused(dcycle: Caller, sent: str) -> None:
    """A date-time that is not at midnight is no date."""
    (found,) = ask(dcycle, **{**YEAR, "start_date": sent}).json()["detail"]
    assert (found["type"], found["loc"], found["input"]) == (
        "date_from_datetime_inexact",
        ["query", "start_date"],
        sent,
    )


@pytest.mark.rule("dcycle.organization.uuid")
@pytest.mark.parametrize("sent", [
        "", "x", "1", INDUSTRIES[:-1], f"{INDUSTRIES}0", INDUSTRIES.replace("a", "g"), INDUSTRIES.replace("-", ""),
        f"{{{INDUSTRIES}}}", f"urn:uuid:{INDUSTRIES}",
    ],
)  # fmt: skip
def test_malformed_organization_ids(dcycle: Caller, sent: str) -> None:
    """An organization id that is not a UUID is refused."""
    reply = ask(dcycle, identity(KEY, sent), **YEAR)
    (found,) = reply.json()["detail"]
    assert (reply.status_code, found["type"], found["loc"]) == (422, "uuid_parsing", ["header", "x-organization-id"])
    assert found["msg"] == f"Input should be a valid UUID, {found['ctx']['error']}"
    assert found["input"] == sent


@pytest.mark.rule("dcycle.validation.all-at-once")
def test_every_problem_is_listed(dcycle: Caller) -> None:
    """One refusal lists every problem: those of the query in order, then those of the header."""
    reply = ask(dcycle, identity(KEY, "x"), end_date="soon", group_by="year", include_children="maybe")
    assert [(*found["loc"], found["type"]) for found in reply.json()["detail"]] == [
        ("query", "start_date", "missing"),
        ("query", "end_date", NO_DAY),
        ("query", "group_by", "enum"),
        ("query", "include_children", "bool_parsing"),
        ("header", "x-organization-id", "uuid_parsing"),
    ]


@pytest.mark.rule("dcycle.validation.unknown-ignored", "dcycle.reply.not-paged")
@pytest.mark.parametrize("more", [{"page": "2", "size": "1"}, {"page": "-1"}, {"limit": "x"}, {"START_DATE": "never"}])
def test_unknown_parameters(dcycle: Caller, more: dict[str, str]) -> None:
    """Unknown parameters are ignored, and there are no pages."""
    assert impacts(dcycle, group_by="month", **more) == impacts(dcycle, group_by="month")


def test_repeated_parameters(dcycle: Caller) -> None:
    """The last value of a repeated parameter counts."""
    reply = dcycle.get("/v1/total-impacts?start_date=never&start_date=2025-01-01&end_date=2025-12-31")
    assert reply.json() == impacts(dcycle)


@pytest.mark.parametrize(
    ("start", "end", "body"),
    [
        pytest.param(
            "2025-01-02",
            "2025-01-01",
            {"detail": "start_date must be before or equal to end_date", "code": "INVALID_DATE_RANGE"},
            marks=pytest.mark.rule("dcycle.dates.not-reversed", "dcycle.dates.reversed-body"),
        ),
        pytest.param(
            "9999-12-31",
            "0001-01-01",
            {"detail": "start_date must be before or equal to end_date", "code": "INVALID_DATE_RANGE"},
            marks=pytest.mark.rule("dcycle.dates.not-reversed", "dcycle.dates.reversed-body"),
        ),
        *(
            pytest.param(
                start,
                end,
                {"detail": "Date range cannot exceed 730 days", "code": "DATE_RANGE_TOO_LARGE"},
                marks=pytest.mark.rule(rule, "dcycle.dates.too-long-body"),
            )
            for start, end, rule in [
                ("2025-01-01", "2027-06-30", "dcycle.dates.too-long"),
                ("2024-01-01", "2026-01-01", "dcycle.dates.limit-730"),
                ("0001-01-01", "9999-12-31", "dcycle.dates.too-long"),
            ]
        ),
    ],
)
def test_bad_ranges(dcycle: Caller, start: str, end: str, body: dict[str, str]) -> None:
    """Reversed dates and a range of more than 730 days are answered 400."""
    reply = ask(dcycle, start_date=start, end_date=end)
    assert (reply.status_code, reply.json()) == (400, body)


@pytest.mark.parametrize("grouping", ["scope", "category", "month"])
@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param(start, end, marks=pytest.mark.rule(rule))
        for start, end, rule in [
            ("2024-01-01", "2025-12-31", "dcycle.dates.limit-730"),
            ("2023-01-01", "2024-12-31", "dcycle.dates.limit-730"),
            ("2025-01-01", "2027-01-01", "dcycle.dates.limit-730"),
            ("2025-03-10", "2025-03-10", "dcycle.dates.equal"),
            ("0001-01-01", "0001-01-01", "dcycle.dates.equal"),
            ("9998-01-01", "9999-12-31", "dcycle.dates.limit-730"),
        ]
    ],
)
def test_good_ranges(dcycle: Caller, start: str, end: str, grouping: str) -> None:
    """A range of up to 730 days is accepted anywhere in the calendar."""
    shown = impacts(dcycle, start_date=start, end_date=end, group_by=grouping)
    assert (shown["start_date"], shown["end_date"]) == (start, end)


@pytest.mark.rule("dcycle.validation.form")
@pytest.mark.parametrize(
    ("name", "sent"), [("page", "0"), ("page", "00"), ("size", "101"), ("size", "-1"), ("page", "x")]
)
def test_the_input_is_the_text_that_was_sent(dcycle: Caller, name: str, sent: str) -> None:
    """A number out of bounds in a query is repeated as it was sent, as a text."""
    (found,) = dcycle.get("/v1/purchases", params={name: sent}).json()["detail"]
    assert (found["loc"], found["input"]) == (["query", name], sent)


@pytest.mark.rule("dcycle.validation.form")
@pytest.mark.parametrize(
    ("path", "member"),
    [
        ("/v1/vehicles/bulk-delete", "vehicle_ids"),
        ("/v1/logistics/requests/bulk", "records"),
        ("/v1/transports/bulk-delete", "transport_ids"),
    ],
)
def test_a_list_without_items_is_refused_as_a_list(dcycle: Caller, path: str, member: str) -> None:
    """The words and the limits of a list that is too short are those of pydantic for a list."""
    (found,) = dcycle.post(path, {member: []}).json()["detail"]
    assert found == {
        "type": "too_short",
        "loc": ["body", member],
        "msg": "List should have at least 1 item after validation, not 0",
        "input": None,
        "ctx": {"field_type": "List", "min_length": 1, "actual_length": 0},
    }


FACILITY = "550e8400-e29b-41d4-a716-446655440000"
SECTION = {"transport_type": "rail", "origin": "A", "destination": "B", "kms_manual": 1}
RECORDS: dict[str, dict[str, object]] = {
    "/v1/logistics/requests": {"distance_km": 1, "load": 1, "category": "rail"},
    "/v1/logistics/recharges": {
        "fuel_id": "f51a1645-c201-43da-9dcd-6408be3cb517",
        "country": "ES",
        "date": "2025-05-05",
    },
    "/v1/wastes": {
        "facility_id": FACILITY,
        "identification_name": "W",
        "base_quantity": 1,
        "start_date": "2025-05-05",
        "end_date": "2025-05-05",
    },
    "/v1/transports": {
        "transport_date": "2025-05-05",
        "quantity_transported": 1,
        "transport_direction": "upstream",
        "unit_id": "61743a63-ff70-459c-9567-5eee8f7dfd5c",
        "sections": [{**SECTION, "part": 1}],
    },
}
"""A record of each kind whose list is narrowed by the time of creation."""


@pytest.mark.rule("dcycle.lists.created")
@pytest.mark.parametrize("path", RECORDS)
@pytest.mark.parametrize(
    "clock", ["2026-03-01T12:00:00Z", "2026-03-01T12:00:00.000001Z", "2026-03-01T12:00:00.999999Z"]
)
def test_the_time_of_creation_is_compared_as_it_is_shown(dcycle: Caller, path: str, clock: str) -> None:
    """A record is found from the second and up to the second that it shows, whatever the fraction was."""
    dcycle.space.clock.freeze(clock)
    reply = dcycle.post(path, RECORDS[path])
    assert reply.is_success, reply.text

    def found(**query: str) -> bool:
        shown = dcycle.get(path, params={"facility_id": FACILITY, "size": 100, **query}).json()["items"]
        return reply.json()["id"] in [item["id"] for item in shown]

    second, before, after = (f"2026-03-01T{time}Z" for time in ("12:00:00", "11:59:59", "12:00:01"))
    assert reply.json()["created_at"] == second
    assert [found(created_at_from=at) for at in (before, second, after)] == [True, True, False]
    assert [found(created_at_to=at) for at in (before, second, after)] == [False, True, True]
    assert found(created_at_from="2026-03-01", created_at_to="2026-03-01")


SITE = {"name": "F", "type": "office", "country": "ES"}
VEHICLE = {
    "type": "passenger",
    "ownership": "owned",
    "license_plate": "V",
    "country": "ES",
    "unknown_vehicle_id": FACILITY,
    "vehicle_fuel_id": "660e8400-e29b-41d4-a716-446655440000",
}


@pytest.mark.rule("dcycle.lists.newest")
@pytest.mark.parametrize(
    ("path", "record", "listed", "upward", "downward"),
    [
        ("/v1/vehicles", VEHICLE, "/v1/vehicles", "created_at", "-created_at"),
        ("/v1/transports", RECORDS["/v1/transports"], "/v1/transports", "created_at", "-created_at"),
        ("/v1/vehicles", VEHICLE, "/api/v1/vehicles", "created_at:asc", "created_at:desc"),
        ("/v1/facilities", SITE, "/api/v1/facilities", "created_at:asc", "created_at:desc"),
    ],
)
@pytest.mark.parametrize("seconds", [0, 1])
def test_the_newest_come_first(
    dcycle: Caller, path: str, record: dict[str, object], listed: str, upward: str, downward: str, seconds: int
) -> None:
    """Downward is upward reversed, on a clock that stands still as on one that moves."""
    made = []
    for _ in range(3):
        made.append(created(dcycle, path, record)["id"])
        dcycle.space.clock.advance(seconds=seconds)

    def ids(order: str) -> list[str]:
        parameter = "sort_by" if "/api/" in listed else "sort"
        shown = dcycle.get(listed, params={"size": 100, parameter: order}).json()["items"]
        return [item["id"] for item in shown if item["id"] in made]

    assert (ids(upward), ids(downward)) == (made, made[::-1])


@pytest.mark.rule("dcycle.lists.newest")
def test_the_name_goes_before_the_time(dcycle: Caller) -> None:
    """Vehicles are sorted by the first member, and those that are equal in it by the next."""
    names = ["B", "A", "B", "A"]
    ids = [created(dcycle, "/v1/vehicles", {**VEHICLE, "name": name})["id"] for name in names]
    for order, expected in ((("name", "-created_at"), [3, 1, 2, 0]), (("-created_at", "name"), [1, 3, 0, 2])):
        shown = dcycle.get("/v1/vehicles", params={"size": 100, "search": "V", "sort": order}).json()["items"]
        assert [item["id"] for item in shown if item["id"] in ids] == [ids[n] for n in expected]


@pytest.mark.rule("dcycle.lists.created")
@pytest.mark.parametrize(("path", "record"), [("facilities", SITE), ("vehicles", VEHICLE)])
def test_unix_seconds_of_the_creation(dcycle: Caller, path: str, record: dict[str, object]) -> None:
    """The legacy lists compare whole Unix seconds with the second that a record shows."""
    dcycle.space.clock.freeze("2026-03-01T12:00:00.5Z")
    id, second = created(dcycle, f"/v1/{path}", record)["id"], 1772366400

    def found(**query: int) -> bool:
        shown = dcycle.get(f"/api/v1/{path}", params={"size": 100, **query}).json()["items"]
        return id in [item["id"] for item in shown]

    assert [found(start_date=second + n) for n in (-1, 0, 1)] == [True, True, False]
    assert [found(end_date=second + n) for n in (-1, 0, 1)] == [False, True, True]
