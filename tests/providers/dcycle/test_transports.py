"""Transport routes, and their share of the totals."""

import json
from typing import Any
from uuid import UUID

import pytest

from tests.providers.dcycle.conftest import LOGISTICS, created, problems, tonnes
from tests.support.caller import Caller

PATH = "/v1/transports"
KILOGRAMS = "61743a63-ff70-459c-9567-5eee8f7dfd5c"
TONNES = "cab66828-c2b1-431b-92af-f9ab37149d3c"
LITERS = "c1a764a5-7d41-4130-8831-6517e5c25761"
UNKNOWN = "11111111-2222-4333-8444-555555555555"
ROAD = {"transport_type": "road", "travel_method": "truck", "origin": "A", "destination": "B", "kms_manual": 100}
ROUTE = {
    "name": "Steel",
    "transport_date": "2025-05-05",
    "quantity_transported": 1000,
    "transport_direction": "downstream",
    "unit_id": KILOGRAMS,
    "sections": [ROAD],
}


def section(**terms: object) -> dict[str, object]:
    return {"sections": [{**ROAD, "travel_method": None, **terms}]}


def record(dcycle: Caller, **terms: object) -> Any:
    return created(dcycle, PATH, {**ROUTE, **terms})


def get(dcycle: Caller, route: Any) -> Any:
    return dcycle.get(f"{PATH}/{route['id']}").json()


def moved(dcycle: Caller, category: str = "goods_shipped") -> float:
    return tonnes(dcycle, category, "2025-05-05")


@pytest.mark.rule(
    "dcycle.transports.create",
    "dcycle.transports.calculated",
    "dcycle.transports.co2e",
    "dcycle.transports.counts",
    "dcycle.transports.unknown-type",
    "dcycle.transports.unknown-country",
    "dcycle.transports.places",
)
@pytest.mark.parametrize(
    ("terms", "kilograms"),
    [
        ({}, 11.0),
        ({"quantity_transported": 2, "unit_id": TONNES}, 22.0),
        ({"unit_id": LITERS}, None),
        (section(transport_type="rail"), 2.5),
        (section(transport_type="maritime"), 1.2),
        (section(transport_type="air"), 60.0),
        (section(refrigerated=True), 12.65),
        (section(electric=True), 3.0),
        (section(transport_type="do_not_know", origin="Bilbao, Spain", destination="Madrid, Spain"), 11.0),
        (section(transport_type="do_not_know", origin="Bilbao, Spain", destination="Paris, France"), 60.0),
        (section(transport_type="do_not_know", origin="48001 Bilbao", destination="Calle Mayor 1, Madrid"), 11.0),
        (section(transport_type="do_not_know", origin="Bilbao", destination="Paris"), 60.0),
        (section(transport_type="do_not_know", origin="Lyon", destination="Lille, France"), 11.0),
        (section(transport_type="do_not_know", origin="Madrid, Spain", destination="Nowhere"), 60.0),
        (section(transport_type="do_not_know", origin="Nowhere", destination="Elsewhere"), 60.0),
        (section(transport_type="do_not_know", origin="Nowhere", destination="Nowhere"), 60.0),
        (section(kms_manual=None, origin="Bilbao, Spain", destination="Zaragoza, Spain"), 33.792),
        (section(kms_manual=None), None),
        ({"sections": [ROAD, {**ROAD, "kms_manual": 50}]}, 16.5),
    ],
)
def test_a_route_is_recorded(dcycle: Caller, terms: dict[str, object], kilograms: float | None) -> None:
    """A new route is pending; then it has the emissions of its sections, which count on its day."""
    route = record(dcycle, **terms)
    assert (route["status"], route["co2e"], route["sections"][0]["status"]) == ("pending", None, "pending")
    found = get(dcycle, route)
    assert (found["status"], found["co2e"]) == ("error" if kilograms is None else "active", kilograms)
    assert moved(dcycle) == round((kilograms or 0) / 1000, 6)
    assert [section["part"] for section in found["sections"]] == [*range(1, len(found["sections"]) + 1)]


@pytest.mark.rule("dcycle.addresses.distance")
@pytest.mark.parametrize(
    ("origin", "destination", "kilometers"),
    [("Madrid, Spain", "Barcelona, Spain", 631.4), ("Madrid", "Calle 1, Paris, France", 1316.1), ("Lyon", "Lyon", 0.0)],
)
def test_a_way_is_longer_than_the_straight_line(
    dcycle: Caller, origin: str, destination: str, kilometers: float
) -> None:
    """Madrid and Barcelona are 505.1 km apart; a way between two places is as long by every transport."""
    places = {"origin": origin, "destination": destination}
    ways = []
    for category in ("road", "rail", "maritime", "air"):
        leg = created(dcycle, "/v1/logistics/requests", {**places, "category": category, "load": 1}, 200)
        route = record(dcycle, **section(**places, transport_type=category, kms_manual=None))
        ways += [leg["distance_km"], get(dcycle, route)["sections"][0]["kms"]]
    for transport in ("car", "train", "ferry", "aircraft"):
        travel = {**places, "travel_date": "2025-05-05", "transport_type": transport}
        ways.append(created(dcycle, "/v1/business-travels", travel)["distance_km"])
    assert set(ways) == {kilometers}


@pytest.mark.rule("dcycle.transports.decimals")
@pytest.mark.parametrize(
    ("quantity", "kind"),
    [
        ("1.234", None),
        ("1.2340000000000000000000", None),
        ("1234567.123", None),
        ("1e-3", None),
        ("9999999.999", None),
        ("1.2345", "decimal_max_places"),
        ("1.0000000000000000000000001", "decimal_max_places"),
        ("1e-4", "decimal_max_places"),
        ("1e-7", "decimal_max_places"),
        ("0.0009999999999999999999999", "decimal_max_places"),
        ("9999999.9990000000000000001", "less_than_equal"),
        ("10000000", "less_than_equal"),
        ("0.000", "greater_than"),
    ],
)
def test_a_quantity_has_at_most_three_decimals(dcycle: Caller, quantity: str, kind: str | None) -> None:
    """A quantity has at most 10 digits, 3 of them decimals, compared with all its digits; zeros behind do not count."""
    route = get(dcycle, record(dcycle))
    content = json.dumps({**ROUTE, "quantity_transported": "Q"}).replace('"Q"', quantity).encode()
    for method, path in (("POST", PATH), ("PUT", f"{PATH}/{route['id']}")):
        body = content.replace(b'"transport_direction": "downstream", ', b"") if method == "PUT" else content
        reply = dcycle.request(method, path, content=body, headers={"Content-Type": "application/json"})
        if kind is None:
            assert reply.is_success, reply.text
        else:
            assert problems(reply) == [(kind, ["body", "quantity_transported"])]


@pytest.mark.rule("dcycle.transports.counts")
def test_routes_count_by_direction(dcycle: Caller) -> None:
    """What comes in and what goes out are two categories."""
    record(dcycle, transport_direction="upstream")
    assert (moved(dcycle, "goods_received"), moved(dcycle)) == (0.011, 0)


@pytest.mark.rule("dcycle.transports.required", "dcycle.body.required")
@pytest.mark.parametrize(
    "name", ["transport_date", "quantity_transported", "transport_direction", "unit_id", "sections"]
)
def test_required_members_of_a_route(dcycle: Caller, name: str) -> None:
    """A route without a required member, or with null there, is refused, and so is a change to null."""
    before = dcycle.get(PATH).json()
    path = f"{PATH}/{before['items'][0]['id']}"
    assert problems(dcycle.post(PATH, {key: value for key, value in ROUTE.items() if key != name})) == [
        ("missing", ["body", name])
    ]
    refused = [dcycle.post(PATH, {**ROUTE, name: None})]
    if name != "transport_direction":
        refused.append(dcycle.request("PUT", path, json={name: None}))
    for reply in refused:
        assert [where for _, where in problems(reply)] == [["body", name]]
    assert dcycle.get(PATH).json() == before


@pytest.mark.rule("dcycle.transports.required")
@pytest.mark.parametrize("name", ["name", "supplier"])
def test_optional_members_of_a_route(dcycle: Caller, name: str) -> None:
    """A route without a name or a supplier has null there, as one that states null."""
    without = created(dcycle, PATH, {key: value for key, value in ROUTE.items() if key != name})
    assert (without[name], record(dcycle, **{name: None})[name]) == (None, None)


@pytest.mark.rule("dcycle.transports.section-id")
@pytest.mark.parametrize("parts", [1, 2, 12])
def test_the_ids_of_sections(dcycle: Caller, parts: int) -> None:
    """A section has a UUID of version 4, another than every other section, and the same one in every reply."""
    sections = {"sections": [{**ROAD, "kms_manual": 10 + n} for n in range(parts)]}
    route, other = record(dcycle, **sections), record(dcycle, **sections)
    ids = [section["id"] for section in route["sections"] + other["sections"]]
    assert {str(UUID(id)) for id in ids} == set(ids)
    assert {UUID(id).version for id in ids} == {4}
    assert len({*ids, route["id"], other["id"]}) == 2 * parts + 2
    listed = {found["id"]: found for found in dcycle.get(PATH).json()["items"]}
    changed = dcycle.request("PUT", f"{PATH}/{route['id']}", json={"name": "Iron"}).json()
    dcycle.space.restore(dcycle.space.snapshot())
    for shown in (listed[route["id"]], changed, get(dcycle, route)):
        assert [section["id"] for section in shown["sections"]] == ids[:parts]


@pytest.mark.rule("dcycle.transports.combination", "dcycle.transports.combinations", "dcycle.filters.refused")
def test_ways_to_transport(dcycle: Caller) -> None:
    """Only listed ways are accepted, in a new route as in a changed one; the list is narrowed by its members."""
    refusal = {"detail": "Invalid transport combination", "code": "INVALID_TRANSPORT_COMBINATION"}
    wrong = section(travel_method="bicycle", refrigerated=True)
    route = record(dcycle)
    replies = [
        dcycle.post(PATH, {**ROUTE, **wrong}),
        dcycle.request("PUT", f"{PATH}/{route['id']}", json=wrong),
    ]
    assert [(reply.status_code, reply.json()) for reply in replies] == [(400, refusal)] * 2
    assert get(dcycle, route)["sections"][0]["travel_method"] == "truck"
    query = {"transport_type": "road", "travel_method": "truck", "refrigerated": "true", "electric": "no"}
    (way,) = dcycle.get(f"{PATH}/combinations", params=query).json()
    assert (way["travel_method"], way["refrigerated"], way["electric"]) == ("truck", True, False)
    detailed = dcycle.get(f"{PATH}/combinations", params={"detail": "distance:ge:1500"}).json()
    assert [found["boundaries"] for found in detailed] == [{"from": 1500, "to": None, "unit": "km"}]
    assert problems(dcycle.get(f"{PATH}/combinations", params={"electric": "maybe"})) == [
        ("bool_parsing", ["query", "electric"])
    ]


@pytest.mark.rule("dcycle.transports.ways", "dcycle.transports.combination")
@pytest.mark.parametrize(
    ("terms", "listed"),
    [
        ({"transport_type": "air", "detail": "distance:ge:1500"}, True),
        ({"transport_type": "air", "detail": "distance:lt:1500"}, True),
        ({"transport_type": "air", "detail": "distance:ge:1000"}, False),
        ({"transport_type": "rail", "detail": "distance:ge:1500"}, False),
        ({"transport_type": "road", "detail": "weight:ge:32000"}, False),
        ({"transport_type": "road", "travel_method": "truck", "detail": "weight:ge:7500"}, False),
        ({"transport_type": "maritime", "detail": "weight:ge:1"}, False),
    ],
)
def test_details_of_ways_to_transport(dcycle: Caller, terms: dict[str, object], listed: bool) -> None:
    """A detail is accepted only with the way that lists it, and none is listed by weight."""
    found = dcycle.get(f"{PATH}/combinations", params=terms).json()
    assert bool(found) == listed
    reply = dcycle.post(PATH, {**ROUTE, **section(**{"travel_method": None, **terms})})
    assert reply.status_code == (201 if listed else 400)
    ways = dcycle.get(f"{PATH}/combinations").json()
    assert {way["detail"] for way in ways} == {None, "distance:ge:1500", "distance:lt:1500"}
    assert {way["boundaries"]["unit"] for way in ways} == {"km"}


@pytest.mark.rule("dcycle.transports.update", "dcycle.transports.delete", "dcycle.transports.unknown")
def test_a_route_is_changed_and_deleted(dcycle: Caller) -> None:
    """Sections are replaced as a whole, and the totals follow changes and deletions."""
    route, other = record(dcycle), record(dcycle)
    path = f"{PATH}/{route['id']}"
    changed = dcycle.request("PUT", path, json={"sections": [{**ROAD, "kms_manual": 200}]}).json()
    assert (changed["status"], changed["name"], len(changed["sections"])) == ("pending", "Steel", 1)
    assert (get(dcycle, route)["co2e"], moved(dcycle)) == (22.0, 0.033)
    assert dcycle.get(path, headers={"x-organization-id": LOGISTICS}).status_code == 404
    assert dcycle.request("DELETE", path).status_code == 204
    outcome = dcycle.post(f"{PATH}/bulk-delete", {"transport_ids": [route["id"], other["id"]]}).json()
    assert (outcome["success_ids"], outcome["failed_ids"], moved(dcycle)) == ([other["id"]], [route["id"]], 0)
    refusal = {"detail": f"TransportRoute with id={route['id']} not found", "code": "TRANSPORT_ROUTE_NOT_FOUND"}
    replies = dcycle.get(path), dcycle.request("DELETE", path), dcycle.request("PUT", path, json={})
    assert [(reply.status_code, reply.json()) for reply in replies] == [(404, refusal)] * 3


@pytest.mark.rule(
    "dcycle.transports.list",
    "dcycle.transports.list-names",
    "dcycle.transports.list-otherwise",
    "dcycle.transports.number",
    "dcycle.filters.search",
    "dcycle.filters.search-name",
)
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["Steel from Bilbao", "Steel"]),
        ({"sort": "-start_date"}, ["Steel", "Steel from Bilbao"]),
        ({"search": "bilbao"}, ["Steel from Bilbao"]),
        ({"start_date": "2025-05-05", "end_date": "2025-05-05"}, ["Steel"]),
        ({"status": ["pending", "error"]}, []),
        ({"transport_direction": "upstream"}, ["Steel from Bilbao"]),
        ({"file_id": UNKNOWN}, []),
        ({"created_at_from": "2025-01-01T00:00:00Z"}, ["Steel"]),
        ({"created_at_to": "2025-01-01"}, ["Steel from Bilbao"]),
        ({"co2e_status": "not_calculated"}, []),
    ],
)
def test_routes_are_listed(dcycle: Caller, query: dict[str, object], names: list[str]) -> None:
    """A list has the routes that every filter matches, and counts go by direction and file."""
    record(dcycle)
    found = dcycle.get(PATH, params=query).json()
    assert [route["name"] for route in found["items"]] == names
    assert dcycle.get(f"{PATH}/counts", params={"transport_direction": "upstream"}).json() == {
        "pending": 0,
        "active": 1,
        "error": 0,
    }
    assert problems(dcycle.get(PATH, params={"search": ""})) == [("string_too_short", ["query", "search"])]


@pytest.mark.rule("dcycle.transports.list-names", "dcycle.filters.refused")
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("status=active", ["Steel from Bilbao", "Steel"]),
        ("status[]=active", ["Steel from Bilbao", "Steel"]),
        ("status[]=error", ["LITERS"]),
        ("status%5B%5D=error", ["LITERS"]),
        ("status[]=pending", []),
        ("status[]=pending&status[]=error", ["LITERS"]),
        ("status=error&status[]=active", ["Steel from Bilbao", "Steel", "LITERS"]),
        ("status=pending&status[]=error", ["LITERS"]),
        ("status[]=active&search=bilbao", ["Steel from Bilbao"]),
    ],
)
def test_the_status_is_written_both_ways(dcycle: Caller, query: str, names: list[str]) -> None:
    """status and status[] narrow the list alike, the values of both count, and a deletion by filters has both, too."""
    record(dcycle)
    record(dcycle, unit_id=LITERS, name="LITERS")
    found = dcycle.get(f"{PATH}?{query}").json()
    assert [route["name"] for route in found["items"]] == names
    deleted = dcycle.post(f"{PATH}/bulk-delete-by-filters?{query}", {"filter_hash": found["filter_hash"]}).json()
    assert deleted["success_ids"] == [route["id"] for route in found["items"]]
    for name in ("status", "status[]"):
        assert problems(dcycle.get(PATH, params={name: "x"})) == [("literal_error", ["query", name, 0])]


@pytest.mark.rule("dcycle.filters.required", "dcycle.filters.hash", "dcycle.filters.changed", "dcycle.filters.instants")
def test_routes_are_deleted_by_filters(dcycle: Caller) -> None:
    """What a list shows is deleted by its filters and its hash; with others nothing is."""
    route = record(dcycle)
    query = {"start_date": "2025-05-05"}
    hash = dcycle.get(PATH, params=query).json()["filter_hash"]
    path, body = f"{PATH}/bulk-delete-by-filters", {"filter_hash": hash}
    assert problems(dcycle.post(path, body)) == [("value_error", ["body"])]
    assert dcycle.post(path, body, params={"start_date": "2025-05-06"}).status_code == 409
    wrong = dcycle.post(path, body, params={"created_at_from": "yesterday"})
    assert problems(wrong) == [("datetime_from_date_parsing", ["query", "created_at_from"])]
    assert moved(dcycle) == 0.011
    assert dcycle.post(path, body, params=query).json()["success_ids"] == [route["id"]]
    assert moved(dcycle) == 0


def versions(dcycle: Caller, route_id: str, **query: object) -> Any:
    reply = dcycle.get(f"{PATH}/{route_id}/versions", params=query)
    assert reply.status_code == 200, reply.text
    return reply.json()


@pytest.mark.rule("dcycle.transports.versions", "dcycle.transports.versions-kept")
def test_versions(dcycle: Caller) -> None:
    """Each change of a route is a version with its author, newest first; the last one is the deletion."""
    route = record(dcycle)
    dcycle.request(
        "PUT", f"{PATH}/{route['id']}", json={"name": "Iron", "supplier": "Example", "transport_date": "2025-05-05"}
    )
    assert dcycle.post(f"{PATH}/bulk-delete", {"transport_ids": [route["id"]]}).status_code == 200

    shown = versions(dcycle, route["id"])
    assert (shown["total"], shown["page"], shown["size"]) == (3, 1, 50)
    deleted, changed, created_ = shown["items"]
    assert [version["operation_type"] for version in shown["items"]] == ["DELETE", "UPDATE", "CREATE"]
    assert deleted["transaction_id"] == changed["transaction_id"] + 1 == created_["transaction_id"] + 2
    assert {version["user_id"] for version in shown["items"]} == {"1f6f2c0e-8d5b-4a57-9a57-3f0d5a1c7b10"}
    assert deleted["changes"] == []
    assert changed["changes"] == [{"field": "name", "old_value": "Steel", "new_value": "Iron"}]
    assert {change["field"]: change["new_value"] for change in created_["changes"]} == {
        "name": "Steel",
        "quantity": 1000,
        "unit_id": KILOGRAMS,
        "start_date": "2025-05-05",
        "transport_direction": "downstream",
    }
    assert versions(dcycle, route["id"], page=2, size=2)["items"] == [created_]


@pytest.mark.rule("dcycle.transports.versions", "dcycle.transports.unknown")
def test_versions_of_another_organization(dcycle: Caller) -> None:
    """The versions of a route are those of its organization; an unknown route has none. A refused change makes none."""
    route = record(dcycle)
    refused = dcycle.request(
        "PUT", f"{PATH}/{route['id']}", json=section(travel_method="bicycle", transport_type="air")
    )
    assert refused.status_code == 400
    assert versions(dcycle, route["id"])["total"] == 1
    for id, organization in ((UNKNOWN, None), (route["id"], LOGISTICS)):
        headers = {"x-organization-id": organization} if organization else {}
        reply = dcycle.get(f"{PATH}/{id}/versions", headers=headers)
        assert reply.status_code == 404
        assert reply.json()["code"] == "TRANSPORT_ROUTE_NOT_FOUND"


@pytest.mark.rule("dcycle.transports.versions-kept")
def test_a_user_is_the_author_of_a_version(dcycle: Caller) -> None:
    """A change by a logged-in user is theirs."""
    token = dcycle.post("/auth/login", {"email": "user@example.com", "password": "your-password"}).json()
    user = Caller(dcycle.space, "dcycle", {"x-organization-id": dcycle.credentials["x-organization-id"]})
    reply = user.post(PATH, ROUTE, headers={"Authorization": f"Bearer {token['access_token']}"})
    assert reply.status_code == 201, reply.text
    [version] = versions(dcycle, reply.json()["id"])["items"]
    assert version["user_id"] == "1f6f2c0e-8d5b-4a57-9a57-3f0d5a1c7b10"
    assert version["issued_at"] == reply.json()["created_at"]
