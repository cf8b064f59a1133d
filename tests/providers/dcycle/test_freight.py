"""Freight: legs and packages, and their share of the totals."""

from typing import Any

import pytest

from tests.providers.dcycle.conftest import LOGISTICS, created, problems, tonnes
from tests.support.caller import Caller

PATH = "/v1/logistics/requests"
V2 = "/v2/logistics/requests"
PACKAGES = "/v1/logistics/packages"
SAMPLE = "f47ac10b-58cc-4372-a567-0e02b2c3d479"
PACKAGE = "a1b2c3d4-e5f6-7890-abcd-ef1234567890"
ROTTERDAM = "7d4e0c1a-5b92-4f6d-8e37-9a1c2b3d4e5f"
DIESEL = "f51a1645-c201-43da-9dcd-6408be3cb517"
UNKNOWN = "11111111-2222-4333-8444-555555555555"
LEG = {"distance_km": 100, "load": 1000, "toc": "van_diesel", "shipment_date": "2025-05-05"}
PLACES = {"distance_km": None, "origin": "Madrid, Spain", "destination": "Calle Mayor 1, 08001 Barcelona, Spain"}
NOT_FOUND = {"code": "NOT_FOUND", "detail": "Logistics request not found"}


def record(dcycle: Caller, **terms: object) -> Any:
    return created(dcycle, PATH, {**LEG, **terms}, 200)


def shipped(dcycle: Caller, day: str = "2025-05-05") -> float:
    return tonnes(dcycle, "goods_shipped", day)


@pytest.mark.rule("dcycle.freight.create", "dcycle.freight.create-status")
def test_a_leg_is_recorded(dcycle: Caller) -> None:
    """A leg is returned with 200 and the 25 members of the page, and is then listed."""
    leg = record(dcycle, movement_id="MOV-1", subcontractor=True)
    assert len(leg) == 25
    assert leg == {**leg, **LEG, "co2e": 127.0, "category": "road", "origin_country": "GLO", "year": 2026, "tkm": 100.0}
    (listed,) = dcycle.get(PATH, params={"movement_id": "MOV-1"}).json()["items"]
    assert listed == {**listed, **leg, "kgco2e": 127.0, "status": "active"}


@pytest.mark.rule(
    "dcycle.freight.co2e",
    "dcycle.freight.factors",
    "dcycle.freight.average",
    "dcycle.freight.units",
    "dcycle.freight.counts",
    "dcycle.freight.toc-names",
)
@pytest.mark.parametrize(
    ("terms", "kilograms"),
    [
        ({}, 127.0),
        ({"toc": "articulated_truck_diesel"}, 19.6),
        ({"toc": "artic_truck_diesel"}, 19.6),
        ({"toc": "rigid_truck_diesel", "load": 5000, "distance_km": 203}, 164.43),
        ({"toc": None, "category": "road"}, 11.0),
        ({"toc": None, "category": "rail"}, 2.5),
        ({"toc": None, "category": "maritime"}, 1.2),
        ({"toc": None, "category": "air"}, 60.0),
        ({"toc": "van_electric"}, 0.0),
        ({"load": None}, 444.5),
        ({"load": 2, "load_unit": "ton"}, 254.0),
        ({"load": 2, "load_unit": "pallets"}, 127.0),
        ({"load": 100, "load_unit": "pallets", "load_factor": 0.5}, 3175.0),
        ({"load": 1, "load_unit": "teu"}, 1270.0),
        ({"load": 1, "load_unit": "feu"}, 2540.0),
        ({"cleaning": True}, 133.35),
        ({"tkm": 1}, 1.27),
        (PLACES, 801.878),
        ({**PLACES, "origin": "Calle Industrial 5 Madrid", "destination": "ES-08001 Barcelona"}, 801.878),
    ],
)
def test_emissions_of_a_leg(dcycle: Caller, terms: dict[str, object], kilograms: float) -> None:
    """A leg causes its tonne-kilometers times a factor, and the totals of its day rise by the same mass."""
    before = shipped(dcycle)
    assert record(dcycle, **terms)["co2e"] == kilograms
    assert round(shipped(dcycle) - before, 6) == round(kilograms / 1000, 6)


@pytest.mark.rule("dcycle.freight.default-load")
@pytest.mark.parametrize("path", ["/v1/logistics/requests", "/v2/logistics/requests"])
@pytest.mark.parametrize("unit", ["kg", "ton", "pallets", "teu", "feu"])
@pytest.mark.parametrize("factor", [0, 0.5, 1])
def test_a_default_load_is_in_kilograms(dcycle: Caller, path: str, unit: str, factor: float) -> None:
    """Without a load, what is shown fits the tonne-kilometers, whatever the unit of the load that was not sent."""
    leg = {"toc": "van_diesel", "distance_km": 10, "load_unit": unit, "load_factor": factor}
    made = created(dcycle, path, leg, 200)
    (listed,) = [item for item in dcycle.get(PATH, params={"size": 100}).json()["items"] if item["id"] == made["id"]]
    for shown in (made, listed):
        assert (shown["load"], shown["load_unit"], shown["tkm"]) == (3500.0, "kg", 35.0)


@pytest.mark.rule("dcycle.freight.counts")
def test_a_leg_of_the_own_fleet_does_not_count(dcycle: Caller) -> None:
    """A leg that the organization drove itself counts only by its fuel; a leg without a date is of today."""
    assert record(dcycle, subcontractor=False)["co2e"] == 127.0
    assert shipped(dcycle) == 0
    assert record(dcycle, shipment_date=None)["shipment_date"] == "2026-01-01"
    assert shipped(dcycle, "2026-01-01") == 0.127


@pytest.mark.rule("dcycle.freight.deferred", "dcycle.freight.deferred-until")
def test_version_2_calculates_later(dcycle: Caller) -> None:
    """The reply of version 2 has no emissions yet, and no distance unless one was sent; the list has both."""
    before = shipped(dcycle)
    first = created(dcycle, V2, {**LEG, "movement_id": "LATER"}, 200)
    assert (first["co2e"], first["distance_km"], first["tkm"]) == (None, 100.0, 100.0)
    second = created(dcycle, V2, {**LEG, **PLACES, "movement_id": "LATER"}, 200)
    assert (second["co2e"], second["distance_km"], second["tkm"]) == (None, None, None)
    listed = dcycle.get(PATH, params={"movement_id": "LATER"}).json()["items"]
    assert [leg["co2e"] for leg in listed] == [127.0, 801.878]
    bulk = created(dcycle, f"{V2}/bulk", {"records": [LEG]}, 200)
    assert [result["co2e"] for result in bulk["results"]] == [None]
    assert round(shipped(dcycle) - before, 6) == 1.055878


@pytest.mark.rule("dcycle.freight.places")
def test_unknown_places(dcycle: Caller) -> None:
    """Version 1 refuses a leg between unknown places, version 2 records that it cannot be calculated."""
    terms = {**LEG, **PLACES, "destination": "Atlantis"}
    assert problems(dcycle.post(PATH, terms)) == [("value_error", ["body"])]
    created(dcycle, V2, terms, 200)
    leg = dcycle.get(PATH, params={"status": "error"}).json()["items"][0]
    assert (leg["co2e"], leg["kgco2e"], len(leg["error_messages"])) == (None, None, 1)


@pytest.mark.rule("dcycle.freight.distance-required")
@pytest.mark.parametrize("terms", [{"distance_km": None}, {**PLACES, "origin": None}, {"toc": None}])
def test_a_leg_is_refused(dcycle: Caller, terms: dict[str, object]) -> None:
    """A leg without a way or without a vehicle returns 422."""
    assert problems(dcycle.post(PATH, {**LEG, **terms})) == [("value_error", ["body"])]


@pytest.mark.rule("dcycle.freight.origin-country")
@pytest.mark.parametrize("path", [PATH, V2])
def test_the_country_of_origin(dcycle: Caller, path: str) -> None:
    """The country of origin has two letters, or is GLO, by itself and in a batch."""
    assert record(dcycle)["origin_country"] == "GLO"
    for country in ("ES", "GL", "GLO"):
        leg = created(dcycle, path, {**LEG, "origin_country": country}, 200)
        assert leg["origin_country"] == country
    for country in ("ESP", "USA", "GLOB", "E", "es", "glo", "", "E1"):
        reply = dcycle.post(path, {**LEG, "origin_country": country})
        assert problems(reply) == [("string_pattern_mismatch", ["body", "origin_country"])]
        batch = {"records": [{**LEG, "origin_country": country}, LEG]}
        outcome = created(dcycle, f"{path}/bulk", batch, 200)
        assert (outcome["success"], [failure["index"] for failure in outcome["errors"]]) == (1, [0])


@pytest.mark.rule("dcycle.freight.hub", "dcycle.freight.toc-unknown", "dcycle.hubs.unknown", "dcycle.hubs.of-another")
def test_a_leg_refers_to_what_exists(dcycle: Caller) -> None:
    """A hub is where the leg begins; an unknown hub or vehicle type is not found, and changes nothing."""
    total = dcycle.get(PATH).json()["total"]
    for terms, status in (({"toc": "bicycle"}, 404), ({"hub_id": UNKNOWN}, 404)):
        assert dcycle.post(PATH, {**LEG, **terms}).status_code == status
    foreign = dcycle.post(PATH, {**LEG, "hub_id": ROTTERDAM}, headers={"x-organization-id": LOGISTICS})
    assert (foreign.status_code, foreign.json()) == (403, {"detail": "Logistic hub doesn't belong to organization"})
    assert dcycle.get(PATH).json()["total"] == total
    leg = record(dcycle, distance_km=None, hub_id=ROTTERDAM, destination="Berlin")
    assert (leg["origin"], leg["hub_id"]) == ("Maasvlakte, Rotterdam, Netherlands", ROTTERDAM)
    assert leg["distance_km"] > 600


@pytest.mark.rule("dcycle.freight.hub", "dcycle.freight.hub-address")
def test_a_hub_is_the_origin_whatever_is_sent(dcycle: Caller) -> None:
    """A hub stands for the origin; one without an address leaves what is sent."""
    terms = {"distance_km": None, "destination": "Berlin"}
    without, both = (record(dcycle, **terms, hub_id=ROTTERDAM, origin=origin) for origin in (None, "Madrid"))
    assert [both[name] for name in ("origin", "distance_km", "co2e")] == [
        without[name] for name in ("origin", "distance_km", "co2e")
    ]
    bare = dcycle.post("/v1/logistic-hubs", {"name": "Bare", "type": "subcontracted"}).json()
    assert bare["address"] is None
    assert record(dcycle, **terms, hub_id=bare["id"], origin="Madrid")["origin"] == "Madrid"


@pytest.mark.rule("dcycle.freight.hub-address")
def test_a_leg_stays_where_its_hub_was(dcycle: Caller) -> None:
    """A hub that moves changes no leg, and no sum of a package."""
    leg = record(dcycle, distance_km=None, hub_id=ROTTERDAM, destination="Berlin", package_key="H")
    package = dcycle.get(PACKAGES, params={"package_key": "H"}).json()["items"][0]
    moved = {"address": "Calle Mayor 1, Madrid, Spain"}
    assert dcycle.request("PUT", f"/v1/logistic-hubs/{ROTTERDAM}", json=moved).status_code == 200
    listed = next(item for item in dcycle.get(PATH).json()["items"] if item["id"] == leg["id"])
    assert listed == {**listed, **leg}
    assert dcycle.get(PACKAGES, params={"package_key": "H"}).json()["items"] == [package]
    assert dcycle.request("DELETE", f"{PATH}/{leg['id']}").status_code == 204
    empty = dcycle.get(f"{PACKAGES}/{package['id']}").json()
    assert (empty["total_distance_km"], empty["total_co2e"], empty["status"]) == (0.0, 0.0, "inactive")


# --- many -------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("dcycle.bulk.each", "dcycle.bulk.results", "dcycle.bulk.duplicates")
def test_many_legs_are_recorded(dcycle: Caller) -> None:
    """Each record is created or refused by itself; a record of a shipment that comes twice is created once."""
    twice = {**LEG, "movement_id": "M"}
    records = [twice, {**LEG, "load": -1}, twice, {**LEG, "toc": "bicycle"}, LEG, LEG, 5]
    outcome = created(dcycle, f"{PATH}/bulk", {"records": records}, 200)
    counts = [outcome[name] for name in ("total_received", "total_processed", "success", "failed")]
    assert counts == [7, 7, 3, 4]
    assert [(result["index"], result["co2e"]) for result in outcome["results"]] == [(0, 127.0), (4, 127.0), (5, 127.0)]
    assert [failure["index"] for failure in outcome["errors"]] == [1, 2, 3, 6]
    assert outcome["errors"][1] == {"index": 2, "error": "Duplicate record in batch", "movement_id": "M"}
    assert shipped(dcycle) == 0.381


@pytest.mark.rule("dcycle.freight.same-movement", "dcycle.bulk.duplicates")
@pytest.mark.parametrize("bulk", [f"{PATH}/bulk", f"{V2}/bulk"])
@pytest.mark.parametrize("changes", [{}, {"load": 5}, {"client": "C", "package_key": "P"}])
def test_legs_of_one_shipment_are_separate(dcycle: Caller, bulk: str, changes: dict[str, object]) -> None:
    """Equal legs of one shipment are records of their own, unless they come in one batch."""
    leg = {**LEG, "movement_id": "M", **changes}
    ids = [created(dcycle, path, leg, 200)["id"] for path in (PATH, PATH, V2)]
    for _ in range(2):
        outcome = created(dcycle, bulk, {"records": [leg, leg, {**leg, "distance_km": 50}]}, 200)
        assert [failure["error"] for failure in outcome["errors"]] == ["Duplicate record in batch"]
        ids += [result["id"] for result in outcome["results"]]
    listed = dcycle.get(PATH, params={"movement_id": "M"}).json()["items"]
    assert [found["id"] for found in listed] == ids
    assert len(set(ids)) == 7
    assert round(shipped(dcycle), 6) == round(sum(found["co2e"] for found in listed) / 1000, 6)


@pytest.mark.rule("dcycle.bulk.stops", "dcycle.bulk.kept", "dcycle.bulk.limit", "dcycle.bulk.options")
def test_the_first_failure_may_stop_a_batch(dcycle: Caller) -> None:
    """Records before the first failure are kept, those after it are not read; a batch has 1 to 5000 records."""
    draft = {"records": [LEG, {}, LEG], "options": {"continue_on_error": False}}
    outcome = created(dcycle, f"{PATH}/bulk", draft, 200)
    assert [outcome[name] for name in ("total_received", "total_processed", "success", "failed")] == [3, 2, 1, 1]
    assert problems(dcycle.post(f"{PATH}/bulk", {"records": []})) == [("too_short", ["body", "records"])]
    assert problems(dcycle.post(f"{PATH}/bulk", {"records": [LEG] * 5001})) == [("too_long", ["body", "records"])]
    wrong = dcycle.post(f"{PATH}/bulk", {"records": [LEG], "options": 5})
    assert problems(wrong) == [("model_attributes_type", ["body", "options"])]


@pytest.mark.parametrize("record", [5, 1e300, None, "x", []])
def test_a_record_that_is_no_object(dcycle: Caller, record: object) -> None:
    """Its error has FastAPI's words, without the name of a model."""
    outcome = created(dcycle, f"{PATH}/bulk", {"records": [record]}, 200)
    words = "Input should be a valid dictionary or object to extract fields from"
    assert [failure["error"] for failure in outcome["errors"]] == [words]


@pytest.mark.rule("dcycle.freight.batch-delete", "dcycle.freight.batch-delete-none", "dcycle.freight.unknown")
def test_legs_are_deleted_together_or_not_at_all(dcycle: Caller) -> None:
    """If one id is unknown, or another organization's, no leg is deleted."""
    ids = [record(dcycle)["id"] for _ in range(3)]
    for unknown, headers in ((UNKNOWN, {}), (SAMPLE, {"x-organization-id": LOGISTICS})):
        reply = dcycle.post(f"{PATH}/batch-delete", {"request_ids": [*ids, unknown]}, headers=headers)
        assert (reply.status_code, reply.json()) == (404, NOT_FOUND)
    assert shipped(dcycle) == 0.381
    assert dcycle.post(f"{PATH}/batch-delete", {"request_ids": [*ids, ids[0]]}).status_code == 204
    assert shipped(dcycle) == 0


# --- lists ------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("dcycle.freight.list", "dcycle.freight.list-filters", "dcycle.freight.listed-otherwise")
@pytest.mark.parametrize(
    ("query", "total"),
    [
        ({}, 5),
        ({"search": "mov-2024"}, 1),
        ({"movement_id": "SHIP-2024-001"}, 3),
        ({"client": ["CLIENT-001", "nobody"]}, 3),
        ({"clients": "CORREOS-EXPRESS"}, 1),
        ({"vehicle_type": "rigid_truck_diesel"}, 1),
        ({"status": "error"}, 0),
        ({"trip_date_from": "2024-11-21", "trip_date_until": "2024-11-24"}, 1),
        ({"created_at_from": "2024-11-20T12:00:00Z", "created_at_to": "2024-11-20"}, 2),
        ({"created_at_from": "2024-11-20T13:00:00+01:00", "created_at_to": "2024-11-20T12:00:00Z"}, 1),
    ],
)
def test_legs_are_listed(dcycle: Caller, query: dict[str, object], total: int) -> None:
    """A list has the legs that every filter matches, oldest first, ten on a page."""
    record(dcycle, toc="rigid_truck_diesel")
    found = dcycle.get(PATH, params=query).json()
    assert list(found) == ["page", "size", "total", "items", "filter_hash"]
    assert (found["size"], found["total"], len(found["items"])) == (10, total, total)


@pytest.mark.rule("dcycle.freight.by-vehicle-type")
@pytest.mark.parametrize(
    ("terms", "shown", "codes"),
    [
        ({"toc": None, "category": "road"}, "generic_average_road", ["generic_average_road"]),
        ({"toc": None, "category": "air"}, "generic_average_air", ["van_electric", "generic_average_air"]),
        ({"toc": "artic_truck_diesel"}, "articulated_truck_diesel", ["articulated_truck_diesel"]),
        ({"toc": "articulated_truck_electric"}, "articulated_truck_electric", ["artic_truck_electric"]),
    ],
)
def test_legs_are_found_by_the_vehicle_type_that_the_list_shows(
    dcycle: Caller, terms: dict[str, object], shown: str, codes: list[str]
) -> None:
    """A leg of which only the category is known has the average type; a code may be written in both ways."""
    leg = record(dcycle, **terms)
    (found,) = dcycle.get(PATH, params={"vehicle_type": codes}).json()["items"]
    assert (found["id"], found["toc"]) == (leg["id"], shown)
    assert dcycle.get(PATH, params={"vehicle_type": "van_electric"}).json()["total"] == 0
    assert dcycle.get(PATH, params={"vehicle_type": "no_such_type"}).json()["total"] == 0


@pytest.mark.rule("dcycle.freight.listed-otherwise")
def test_what_is_estimated(dcycle: Caller) -> None:
    """A list shows which members were estimated, and the emissions of a tonne-kilometer."""
    record(dcycle, movement_id="E", load=None, toc=None, category="rail")
    (leg,) = dcycle.get(PATH, params={"movement_id": "E"}).json()["items"]
    assert (leg["estimated_data"], leg["emission_intensity"]) == (["load", "toc"], 0.025)


@pytest.mark.rule("dcycle.freight.tocs")
def test_vehicle_types(dcycle: Caller) -> None:
    """The vehicle types are a plain list, with their factors."""
    tocs = dcycle.get("/v1/logistics/tocs").json()
    assert tocs[0]["toc"] == "van_3.5_t_diesel"
    assert {toc["toc"]: toc["wtw"] for toc in tocs}["van_diesel"] == 1.27


@pytest.mark.rule("dcycle.freight.codes", "dcycle.freight.toc-names")
@pytest.mark.parametrize(
    ("code", "kilograms"),
    [
        ("van_diesel", 127.0),
        ("van_3.5_t_diesel", 127.0),
        ("van_electric", 0.0),
        ("rigid_truck", 16.2),
        ("rigid_truck_diesel", 16.2),
        ("artic_truck_diesel", 19.6),
        ("articulated_truck_diesel", 19.6),
        ("artic_truck_electric", 0.0),
        ("articulated_truck_electric", 0.0),
        ("tank_truck_diesel", 11.0),
        ("generic_average_road", 11.0),
        ("generic_average_rail", 2.5),
        ("general_cargo", 1.2),
        ("freighter", 60.0),
    ],
)
def test_codes_of_vehicle_types(dcycle: Caller, code: str, kilograms: float) -> None:
    """Every code that the vendor's pages name is listed, and a leg and a recharge may have it."""
    shown = code.replace("artic_", "articulated_")
    assert shown in {toc["toc"] for toc in dcycle.get("/v1/logistics/tocs").json()}
    leg = record(dcycle, toc=code, movement_id="M")
    assert (leg["toc"], leg["co2e"]) == (shown, kilograms)
    assert dcycle.get(PATH, params={"vehicle_type": code}).json()["items"][-1]["id"] == leg["id"]
    recharge = {"fuel_id": DIESEL, "country": "ES", "date": "2025-05-05", "toc_id": code}
    assert created(dcycle, "/v1/logistics/recharges", recharge, 200)["vehicle_type"] == shown


@pytest.mark.rule("dcycle.freight.summary", "dcycle.freight.summary-project")
def test_the_summary(dcycle: Caller) -> None:
    """The summary counts each kind of record, with the time of its last change."""
    summary = dcycle.get("/v1/logistics/summary").json()
    assert summary["requests"] == {"count": 4, "last_updated": "2024-11-24T15:30:00Z"}
    assert summary["recharges"] == {"count": 1, "last_updated": "2024-11-23T10:15:00Z"}
    record(dcycle)
    assert dcycle.get("/v1/logistics/summary").json()["requests"] == {
        "count": 5,
        "last_updated": "2026-01-01T00:00:00Z",
    }
    empty = dcycle.get("/v1/logistics/summary", headers={"x-organization-id": LOGISTICS}).json()
    assert empty["hubs"] == {"count": 0, "last_updated": None}
    assert problems(dcycle.get("/v1/logistics/summary", params={"project_id": "x"})) == [
        ("uuid_parsing", ["query", "project_id"])
    ]


# --- packages ---------------------------------------------------------------------------------------------------------


@pytest.mark.rule("dcycle.packages.from-legs", "dcycle.packages.sums", "dcycle.freight.delete")
def test_legs_carry_a_package(dcycle: Caller) -> None:
    """The first leg creates a package, the next ones join it, and a deleted one leaves it."""
    legs = [record(dcycle, package_key="P", movement_id="S", client="C", distance_km=km) for km in (100, 50)]
    (package,) = dcycle.get(PACKAGES, params={"package_key": "P"}).json()["items"]
    assert {leg["package_id"] for leg in legs} == {package["id"]}
    assert (package["shipment_id"], package["client_billing_id"], package["weight_kg"]) == ("S", "C", 1000.0)
    assert (package["total_distance_km"], package["total_co2e"], package["status"]) == (150.0, 190.5, "active")
    assert dcycle.get(PACKAGES, params={"client": "C"}).json()["items"] == [
        {name: value for name, value in package.items() if name != "legs"}
    ]
    assert [leg["id"] for leg in package["legs"]] == [leg["id"] for leg in legs]
    assert dcycle.get(f"{PACKAGES}/{package['id']}").json() == package
    for leg, total in zip(legs, (63.5, 0.0), strict=True):
        assert dcycle.request("DELETE", f"{PATH}/{leg['id']}").status_code == 204
        assert dcycle.get(f"{PACKAGES}/{package['id']}").json()["total_co2e"] == total
    assert shipped(dcycle) == 0
    assert dcycle.request("DELETE", f"{PATH}/{legs[0]['id']}").json() == NOT_FOUND
    assert record(dcycle, package_key="P")["package_id"] == package["id"]


@pytest.mark.rule("dcycle.packages.filters", "dcycle.packages.unknown")
def test_packages_are_listed(dcycle: Caller) -> None:
    """A list has the packages that every filter matches, without their legs; an unknown package is not found."""
    for query in ({}, {"movement_id": "SHIP-2024-001"}, {"client": "CLIENT-001"}):
        (package,) = dcycle.get(PACKAGES, params=query).json()["items"]
        assert (package["id"], "legs" in package) == (PACKAGE, False)
    assert dcycle.get(PACKAGES, params={"client": "x"}).json()["items"] == []
    reply = dcycle.get(f"{PACKAGES}/{UNKNOWN}")
    assert (reply.status_code, reply.json()) == (404, {"code": "NOT_FOUND", "detail": "Package not found"})
