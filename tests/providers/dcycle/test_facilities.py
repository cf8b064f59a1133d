"""Facilities: their country, their emissions by invoices, and their deletion."""

from typing import Any

import pytest

from emulator.core.countries import COUNTRIES
from emulator.providers import ALL
from emulator.providers.dcycle.memory.places import names
from emulator.space.fixtures import Fixtures
from tests.providers.dcycle.conftest import (
    ACME_KEY,
    CONSTRUCTION,
    HOLDINGS,
    KEY,
    LOGISTICS,
    created,
    identity,
    impacts,
    tonnes,
)
from tests.support.caller import Caller

PATH = "/v1/facilities"
HUBS = "/v1/logistic-hubs"
MADRID = "550e8400-e29b-41d4-a716-446655440000"
PLANT = "3a7f9e54-6f0b-4c53-8c1e-5d2b7a908f11"
DEPOT = "b1c6f0d2-83a4-4e57-9d0b-2f6e1a7c9035"
WAREHOUSE = "0e9d47c8-5a12-4b6f-8c3d-71b2e5f04a96"
UNKNOWN_ID = "11111111-2222-4333-8444-555555555555"
HEAT = "47d1c6b9-0f52-4a8e-b7a3-9c5e1d20f684"
ELECTRICITY = "d2a95e13-6b7c-4f80-8e1d-30c4b7f9a256"
UNKNOWN = {"code": "NOT_FOUND", "detail": f"Facility with id=UUID('{UNKNOWN_ID}') not found"}
FOREIGN = {"detail": "Facility doesn't belong to organization"}
DRAFT = {"name": "Lisbon Office", "type": "office", "country": "PT"}


def create(dcycle: Caller, **terms: object) -> Any:
    reply = dcycle.post(PATH, terms)
    assert reply.status_code == 201, reply.text
    return reply.json()


def get(dcycle: Caller, facility_id: str = MADRID) -> Any:
    reply = dcycle.get(f"{PATH}/{facility_id}")
    assert reply.status_code == 200, reply.text
    return reply.json()


def change(dcycle: Caller, facility_id: str = MADRID, **changes: object) -> Any:
    reply = dcycle.request("PUT", f"{PATH}/{facility_id}", json=changes)
    assert reply.status_code == 200, reply.text
    return reply.json()


def ids(dcycle: Caller, query: str = "") -> list[str]:
    return [facility["id"] for facility in dcycle.get(f"{PATH}?{query}").json()["items"]]


# --- create -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("dcycle.facilities.create", "dcycle.facilities.defaults", "dcycle.facilities.logistic-factor")
def test_a_new_facility(dcycle: Caller) -> None:
    """A new facility is active, has no known emissions, and is the last of the list."""
    before = impacts(dcycle)
    facility = create(dcycle, **DRAFT)
    assert facility == {
        "id": facility["id"],
        **DRAFT,
        "address": None,
        "status": "active",
        "co2e": None,
        "co2e_biomass": None,
        "logistic_factor": 0.8,
        "categories": None,
        "cups_list": None,
        "facility_purpose_type": "facilities",
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z",
    }
    assert get(dcycle, facility["id"]) == facility
    assert ids(dcycle) == [MADRID, PLANT, DEPOT, facility["id"]]
    assert impacts(dcycle) == before


@pytest.mark.rule("dcycle.facilities.create")
def test_every_member_of_a_facility(dcycle: Caller) -> None:
    """Every documented member that is sent is returned."""
    terms = {"logistic_factor": 0, "categories": ["heat", "recharge"], "cups_list": ["ES1", "ES2"], "address": "Here"}
    assert terms.items() <= create(dcycle, **DRAFT, **terms).items()


@pytest.mark.rule("dcycle.facilities.required", "dcycle.facilities.refused")
@pytest.mark.parametrize("name", ["name", "type"])
def test_required_members_of_a_facility(dcycle: Caller, name: str) -> None:
    """A missing required member is named."""
    reply = dcycle.post(PATH, {member: value for member, value in DRAFT.items() if member != name})
    found = {"type": "missing", "loc": ["body", name], "msg": "Field required", "input": None}
    assert (reply.status_code, reply.json()) == (422, {"detail": [found]})


@pytest.mark.rule("dcycle.facilities.somewhere", "dcycle.facilities.somewhere-problem")
@pytest.mark.parametrize("places", [{}, {"country": None}, {"country": None, "address": None}])
def test_a_facility_needs_a_country_or_an_address(dcycle: Caller, places: dict[str, object]) -> None:
    """A facility without country and address is refused."""
    reply = dcycle.post(PATH, {"name": "Office", "type": "office", **places})
    (found,) = reply.json()["detail"]
    assert (reply.status_code, found["type"], found["loc"]) == (422, "value_error", ["body"])


@pytest.mark.parametrize(
    ("places", "country"),
    [
        pytest.param(places, country, marks=pytest.mark.rule(f"dcycle.facilities.{rule}"))
        for places, country, rule in [
            ({"address": "Calle Gran Vía 1, Madrid, Spain"}, "ES", "geocoded"),
            ({"address": "Rua Augusta 24, Lisboa,  PORTUGAL ", "country": "ES"}, "PT", "geocoded"),
            ({"address": "Reforma 1, México", "country": None}, "MX", "geocoded"),
            ({"address": "Calle Gran Vía 1, Madrid", "country": "FR"}, "ES", "geocoded"),
            ({"address": "Calle de Oro 1, Ciudad Escondida", "country": "FR"}, "FR", "elsewhere"),
            ({"address": "Calle de Oro 1, Ciudad Escondida"}, "ES", "elsewhere"),
            ({"address": "", "country": None}, "ES", "elsewhere"),
            ({"country": "DE"}, "DE", "somewhere"),
        ]
    ],
)
def test_the_country_of_a_new_facility(dcycle: Caller, places: dict[str, object], country: str) -> None:
    """The country is that of the address, or else the one that is sent."""
    assert create(dcycle, name="Office", type="office", **places)["country"] == country


@pytest.mark.rule("dcycle.addresses.country", "dcycle.facilities.geocoded", "dcycle.hubs.create", "dcycle.hubs.moved")
@pytest.mark.parametrize(
    ("address", "country"),
    [
        ("Calle Industrial 5, Madrid", "ES"),
        ("Calle Industrial 5 Madrid", "ES"),
        ("Rue X, Paris", "FR"),
        ("75008 paris", "FR"),
        ("D-10115 Berlin", "DE"),
        ("Bahnhofstrasse 1, Zurich 8001", "CH"),
        ("5th Avenue 1, New York, NY 10001", "US"),
        ("Calle Madrid 5, Lyon", "FR"),
        ("Avenida de Portugal 3, Bilbao", "ES"),
        ("Paris Street 1, Dublin, Ireland, 12345", "IE"),
        ("Madrid, Portugal", "PT"),
        ("Nanjing Road, SHANGHAI, Pudong", "CN"),
        ("Mexico City", "MX"),
    ],
)
def test_an_address_says_in_which_country_it_is(dcycle: Caller, address: str, country: str) -> None:
    """A facility and a hub are in the country of their address, new or moved, whatever else is sent."""
    facility = create(dcycle, name="A", type="office", address=address, country="NO")
    moved = create(dcycle, name="B", type="office", country="NO")
    assert (facility["country"], moved["country"]) == (country, "NO")
    assert change(dcycle, moved["id"], address=address, country="NO")["country"] == country
    hub = created(dcycle, HUBS, {"name": "A", "type": "subcontracted", "address": address})
    moved = created(dcycle, HUBS, {"name": "B", "type": "subcontracted"})
    assert (hub["country"], moved["country"]) == (country, None)
    reply = dcycle.request("PUT", f"{HUBS}/{moved['id']}", json={"address": address, "country": "NO"})
    assert reply.json()["country"] == country


@pytest.mark.parametrize("long", ["a" * 10**6, "1" * 10**6, "," * 10**6, "a1" * 10**5 + ", Madrid", " " * 10**6 + "x"])
def test_a_long_address_is_read_at_once(long: str) -> None:
    """The time to read an address grows with its length alone: with its square, this would take minutes."""
    assert names(long)[-1] in ("a" * 10**6, "", "Madrid", "x")


def test_every_place_of_the_fixture_has_a_country() -> None:
    """Where the emulator can measure a way, it also knows the country, of the list of ISO 3166."""
    catalogue = Fixtures(ALL)["dcycle"].catalogue
    assert set(catalogue.places.known) <= set(catalogue.countries)
    assert set(catalogue.countries.values()) <= COUNTRIES


@pytest.mark.parametrize(
    ("changes", "country"),
    [
        pytest.param(changes, country, marks=pytest.mark.rule(f"dcycle.facilities.{rule}"))
        for changes, country, rule in [
            ({"address": "Rua Augusta 24, Lisboa, Portugal"}, "PT", "geocoded-again"),
            ({"address": "Rua Augusta 24, Lisboa, Portugal", "country": "FR"}, "PT", "geocoded-again"),
            ({"address": "Rua Augusta 24", "country": "FR"}, "FR", "elsewhere"),
            ({"address": "Rua Augusta 24"}, "ES", "elsewhere"),
            ({"address": None}, "ES", "elsewhere"),
        ]
    ],
)
def test_the_country_of_a_new_address(dcycle: Caller, changes: dict[str, object], country: str) -> None:
    """A new address changes the country if it names one."""
    for _ in ("a change", "the same again"):
        changed = change(dcycle, **changes)
        assert (changed["address"], changed["country"]) == (changes["address"], country)


@pytest.mark.rule("dcycle.facilities.geocoded-again", "dcycle.hubs.moved")
@pytest.mark.parametrize("sent", [{"country": "FR"}, {"country": "FR", "address": "Rua Augusta 24, Portugal"}])
def test_the_address_goes_before_the_country(dcycle: Caller, sent: dict[str, str]) -> None:
    """A country that is sent, alone or again with the address, does not move what has a known address."""
    place = {"name": "A", "address": "Rua Augusta 24, Portugal"}
    facility = create(dcycle, **place, type="office")["id"]
    hub = created(dcycle, HUBS, {**place, "type": "subcontracted"})["id"]
    for path in (f"{PATH}/{facility}", f"{HUBS}/{hub}"):
        assert dcycle.request("PUT", path, json=sent).json()["country"] == "PT"
    for path in (f"{PATH}/{facility}", f"{HUBS}/{hub}"):
        assert dcycle.request("PUT", path, json={**sent, "address": "Rua Augusta"}).json()["country"] == "FR"


BAD = [
    ("logistic_factor", -0.1, "greater_than_equal", "logistic-factor"),
    ("logistic_factor", 1.1, "less_than_equal", "logistic-factor"),
    ("logistic_factor", "0.8", "float_type", "logistic-factor"),
    ("categories", ["gas"], "literal_error", "categories"),
    ("categories", "heat", "list_type", "categories"),
    ("cups_list", ["x" * 256], "string_too_long", "bounds"),
    ("name", "x" * 256, "string_too_long", "bounds"),
    ("name", None, "string_type", "bounds"),
    ("type", None, "string_type", "bounds"),
    ("type", "x" * 256, "string_too_long", "bounds"),
    ("country", "ESP", "string_pattern_mismatch", "bounds"),
    ("address", 5, "string_type", "bounds"),
]
BAD_CHANGES = [
    ("country", None, "string_type", "bounds"),
    ("status", None, "literal_error", "bounds"),
    ("status", "gone", "literal_error", "bounds"),
]


@pytest.mark.parametrize(
    ("method", "name", "value", "kind"),
    [
        pytest.param(method, name, value, kind, marks=pytest.mark.rule(f"dcycle.facilities.{rule}"))
        for method, bad in [("POST", BAD), ("PUT", [*BAD, *BAD_CHANGES])]
        for name, value, kind, rule in bad
    ],
)
def test_invalid_members_of_a_facility_are_refused(
    dcycle: Caller, method: str, name: str, value: object, kind: str
) -> None:
    """A value out of bounds or of the wrong type is named, and changes nothing."""
    before = get(dcycle)
    body, path = ({**DRAFT, name: value}, PATH) if method == "POST" else ({name: value}, f"{PATH}/{MADRID}")
    reply = dcycle.request(method, path, json=body)
    assert reply.status_code == 422
    assert [(found["type"], found["loc"][:2]) for found in reply.json()["detail"]] == [(kind, ["body", name])]
    assert get(dcycle) == before


# --- lists ------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("dcycle.facilities.page", "dcycle.lists.envelope", "dcycle.lists.order", "dcycle.lists.past-the-end")
def test_a_list_and_its_pages(dcycle: Caller) -> None:
    """A list has its facilities oldest first, in pages of ten by default."""
    created = [create(dcycle, **DRAFT)["id"] for _ in range(9)]
    first, second, third, whole = (
        dcycle.get(PATH, params=query).json() for query in ({}, {"page": 2}, {"page": 3}, {"size": 50})
    )
    assert {name: first[name] for name in first if name != "items"} == {"total": 12, "page": 1, "size": 10, "pages": 2}
    assert [facility["id"] for facility in first["items"] + second["items"]] == [MADRID, PLANT, DEPOT, *created]
    assert (third["items"], third["total"]) == ([], 12)
    assert whole["items"] == first["items"] + second["items"]


@pytest.mark.rule("dcycle.facilities.filters", "dcycle.lists.filters", "dcycle.lists.filters-together")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("name=madrid", [MADRID]),
        ("name=O", [MADRID, PLANT, DEPOT]),
        ("country=ES", [MADRID, PLANT]),
        ("country=E", []),
        ("type=warehouse", [DEPOT]),
        ("type=ware", []),
        ("status[]=archived", [DEPOT]),
        ("status[]=archived&status[]=active", [MADRID, PLANT, DEPOT]),
        ("status[]=active&type=factory&name=plant", [PLANT]),
        ("status[]=active&type=warehouse", []),
    ],
)
def test_a_filtered_list(dcycle: Caller, query: str, found: list[str]) -> None:
    """A list contains what matches every filter."""
    assert ids(dcycle, query) == found


@pytest.mark.rule("dcycle.lists.bounds")
@pytest.mark.parametrize("query", [{"status[]": "gone"}, {"page": 0}, {"size": 0}, {"size": 101}])
def test_bad_lists(dcycle: Caller, query: dict[str, Any]) -> None:
    """An unknown status and a page out of bounds are refused."""
    reply = dcycle.get(PATH, params=query)
    assert (reply.status_code, reply.json()["detail"][0]["loc"][:2]) == (422, ["query", *query])


# --- emissions --------------------------------------------------------------------------------------------------------


@pytest.mark.rule("dcycle.facilities.co2e")
def test_invoices_add_up_to_their_facility(dcycle: Caller) -> None:
    """The emissions of a facility are those of its invoices of every type, those from biomass included."""
    invoices = dcycle.get("/v1/invoices", params={"size": 100}).json()["items"]
    for facility in dcycle.get(PATH).json()["items"]:
        own = [invoice["co2e"] for invoice in invoices if invoice["facility_id"] == facility["id"]]
        assert facility["co2e"] == (round(sum(grams or 0 for grams in own), 3) if own else None)
    assert (get(dcycle)["co2e"], get(dcycle)["co2e_biomass"]) == (1250.5, 0.0)
    assert get(dcycle, PLANT)["co2e_biomass"] is None


@pytest.mark.rule("dcycle.facilities.co2e", "dcycle.items.status")
def test_an_invoice_moves_with_its_emissions(dcycle: Caller) -> None:
    """An active invoice counts for its facility until it is deleted; moving it leaves the totals unchanged."""
    before = impacts(dcycle)

    def emissions_after(**changes: object) -> tuple[float | None, float | None]:
        assert dcycle.request("PATCH", f"/v1/invoices/{HEAT}", json=changes).status_code == 200
        return get(dcycle)["co2e"], get(dcycle, DEPOT)["co2e"]

    assert emissions_after(facility_id=DEPOT) == (1000.5, 250.0)
    assert emissions_after(facility_id=None) == (1000.5, None)
    assert impacts(dcycle) == before
    for status in ("inactive", "uploaded", "loading", "review", "error"):
        assert emissions_after(facility_id=MADRID, status=status) == (1000.5, None)
    assert emissions_after(status="active") == (1250.5, None)
    dcycle.request("DELETE", f"/v1/invoices/{ELECTRICITY}")
    assert emissions_after() == (250.0, None)


# --- change and delete ------------------------------------------------------------------------------------------------


@pytest.mark.rule("dcycle.facilities.update", "dcycle.facilities.update-null")
def test_an_update_changes_only_what_is_sent(dcycle: Caller) -> None:
    """An update changes only the members that are sent, although it is a PUT."""
    before = get(dcycle)
    changes = {"name": "Madrid HQ", "type": "hub", "logistic_factor": 0.5, "cups_list": [], "categories": None}
    expected = {**before, **changes, "updated_at": "2026-01-01T00:00:00Z"}
    assert change(dcycle, **changes, co2e=5) == expected == get(dcycle)
    opened = {"address": None, "logistic_factor": None, "cups_list": None}
    assert change(dcycle, **opened) == {**expected, **opened}


@pytest.mark.rule("dcycle.facilities.archived")
def test_an_archived_facility_counts(dcycle: Caller) -> None:
    """The emissions of an archived facility remain in the totals."""
    before = impacts(dcycle)
    archived = change(dcycle, status="archived")
    assert (archived["status"], archived["co2e"]) == ("archived", 1250.5)
    assert impacts(dcycle) == before
    assert change(dcycle, status="active")["status"] == "active"


@pytest.mark.rule("dcycle.facilities.delete", "dcycle.facilities.delete-gone", "dcycle.facilities.delete-invoices")
def test_delete_a_facility(dcycle: Caller) -> None:
    """Deleting a facility disables its invoices, which then never count again, even at another facility."""
    before = impacts(dcycle)["total_co2e"]
    reply = dcycle.request("DELETE", f"{PATH}/{MADRID}")
    assert (reply.status_code, reply.content) == (204, b"")
    assert round(before - impacts(dcycle)["total_co2e"], 6) == 1.2505
    assert ids(dcycle) == [PLANT, DEPOT]
    assert [dcycle.request(method, f"{PATH}/{MADRID}", json={}).status_code for method in ("GET", "PUT", "DELETE")] == [
        404, 404, 404,
    ]  # fmt: skip
    moved = dcycle.request("PATCH", f"/v1/invoices/{HEAT}", json={"facility_id": DEPOT}).json()
    assert (moved["enabled"], moved["co2e"], get(dcycle, DEPOT)["co2e"]) == (False, 250.0, None)
    assert round(before - impacts(dcycle)["total_co2e"], 6) == 1.2505
    assert dcycle.space.dcycle.state["facilities"][MADRID]["enabled"] is False


@pytest.mark.rule("dcycle.facilities.delete-wastes")
def test_wastes_of_a_deleted_facility_do_not_count(dcycle: Caller) -> None:
    """Wastes and treatments of waste water count until their facility is deleted, and never again."""

    def wasted() -> float:
        return tonnes(dcycle, "wastes", "2024-03-01")

    before = wasted()
    day = {"name": "W", "measurement_date": "2024-03-01", "m3_water_in": 1000, "m3_water_out": 1}
    period = {"start_date": "2024-03-01", "end_date": "2024-03-01"}
    for facility in (MADRID, PLANT):
        waste = {"facility_id": facility, "identification_name": "W", "base_quantity": 1000, **period}
        id = created(dcycle, "/v1/wastes", waste)["id"]
        measured = {"facility_id": facility, "daily_waste_water_treatment_data": [day]}
        created(dcycle, "/api/v1/bulk/waste_water_treatments", measured, 200)
    assert round(wasted() - before, 6) == 1.2
    for facility, left in ((MADRID, 0.6), (PLANT, 0.0)):
        assert dcycle.request("DELETE", f"{PATH}/{facility}").status_code == 204
        assert round(wasted() - before, 6) == left
    assert dcycle.request("PATCH", f"/v1/wastes/{id}", json={"base_quantity": 2000}).json()["co2e"] == 600.0
    assert wasted() == before
    dcycle.space.restore(dcycle.space.snapshot())
    assert wasted() == before


@pytest.mark.rule(
    "dcycle.facilities.delete-gone", "dcycle.invoices.facility-name", "dcycle.invoices.facility-name-null"
)
def test_the_facility_name_of_an_invoice(dcycle: Caller) -> None:
    """An invoice has the name of its facility until the facility is deleted."""

    def named() -> Any:
        (share,) = dcycle.get(f"/v3/invoices/{HEAT}").json()["facility_percentages"]
        return share["facility_name"]

    assert named() == "Madrid Office"
    dcycle.request("PATCH", f"/v1/invoices/{HEAT}", json={"facility_id": None})
    assert named() is None
    dcycle.request("PATCH", f"/v1/invoices/{HEAT}", json={"facility_id": MADRID})
    dcycle.request("DELETE", f"{PATH}/{MADRID}")
    assert named() is None


@pytest.mark.rule("dcycle.invoices.update-facility")
@pytest.mark.parametrize(("id", "status", "body"), [(UNKNOWN_ID, 404, UNKNOWN), (WAREHOUSE, 403, FOREIGN)])
def test_an_invoice_moves_only_to_a_facility_of_its_organization(
    dcycle: Caller, id: str, status: int, body: dict[str, str]
) -> None:
    """An invoice that is refused another facility stays as it is. That of a deleted facility can still be changed."""
    before = dcycle.get(f"/v1/invoices/{HEAT}").json()
    reply = dcycle.request("PATCH", f"/v1/invoices/{HEAT}", json={"facility_id": id, "cups": "ES1"})
    assert (reply.status_code, reply.json()) == (status, body)
    assert dcycle.get(f"/v1/invoices/{HEAT}").json() == before
    dcycle.request("DELETE", f"{PATH}/{before['facility_id']}")
    same = {"facility_id": before["facility_id"], "cups": "ES1"}
    assert dcycle.request("PATCH", f"/v1/invoices/{HEAT}", json=same).json()["cups"] == "ES1"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize(
    ("id", "headers", "status", "body"),
    [
        pytest.param(id, headers, status, body, marks=pytest.mark.rule(f"dcycle.facilities.{rule}"))
        for id, headers, status, body, rule in [
            (UNKNOWN_ID, {}, 404, UNKNOWN, "unknown"),
            (WAREHOUSE, {}, 403, FOREIGN, "of-another"),
            (MADRID, identity(KEY, LOGISTICS), 403, FOREIGN, "of-another"),
            (MADRID, identity(ACME_KEY, CONSTRUCTION), 403, FOREIGN, "of-another"),
        ]
    ],
)
def test_unknown_and_foreign_facilities(
    dcycle: Caller, method: str, id: str, headers: dict[str, str], status: int, body: dict[str, str]
) -> None:
    """An unknown facility is answered 404, one of another organization 403."""
    reply = dcycle.request(method, f"{PATH}/{id}", headers=headers, json={"name": "Mine"})
    assert (reply.status_code, reply.json()) == (status, body)
    assert get(dcycle)["name"] == "Madrid Office"


@pytest.mark.rule("dcycle.facilities.malformed")
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_malformed_ids(dcycle: Caller, method: str) -> None:
    """A malformed id is answered 422, not 404; an id may be in upper case."""
    reply = dcycle.request(method, f"{PATH}/x", json={})
    (found,) = reply.json()["detail"]
    assert (reply.status_code, found["type"], found["loc"]) == (422, "uuid_parsing", ["path", "facility_id"])
    assert dcycle.request(method, f"{PATH}/{MADRID.upper()}", json={}).is_success


@pytest.mark.rule("dcycle.facilities.access")
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("POST", ""), ("GET", f"/{MADRID}"), ("PUT", f"/{UNKNOWN_ID}"), ("DELETE", f"/{MADRID}")],
)
@pytest.mark.parametrize(("headers", "status"), [({}, 401), (identity(KEY, HOLDINGS), 403)])
def test_access_to_facilities(dcycle: Caller, method: str, path: str, headers: dict[str, str], status: int) -> None:
    """Facilities need a key that reaches the organization."""
    reply = dcycle.identified(headers).request(method, PATH + path, json=DRAFT)
    assert (reply.status_code, "code" in reply.json()) == (status, True)


@pytest.mark.rule("dcycle.body.json", "dcycle.body.types", "dcycle.body.problems", "dcycle.body.unknown-ignored")
def test_bodies_are_validated_like_others(dcycle: Caller) -> None:
    """A body must be an object; problems are listed in a fixed order, and unknown members are ignored."""
    for method, path in (("POST", PATH), ("PUT", f"{PATH}/{MADRID}")):
        assert dcycle.request(method, path, json=[]).json()["detail"][0]["loc"] == ["body"]
    wrong = dcycle.request("PUT", f"{PATH}/x", json={"name": 2}, headers={"x-organization-id": "x"}).json()["detail"]
    assert [found["loc"][0] for found in wrong] == ["path", "header", "body"]
    assert create(dcycle, **DRAFT, enabled=False)["status"] == "active"
