"""Logistic hubs."""

from typing import Any

import pytest

from tests.providers.dcycle.conftest import LOGISTICS, created, problems
from tests.support.caller import Caller

PATH = "/v1/logistic-hubs"
MADRID = "550e8400-e29b-41d4-a716-446655440000"
PLANT = "3a7f9e54-6f0b-4c53-8c1e-5d2b7a908f11"
DEPOT = "b1c6f0d2-83a4-4e57-9d0b-2f6e1a7c9035"
UNKNOWN = "11111111-2222-4333-8444-555555555555"
HUB = {"name": "Lyon Hub", "type": "subcontracted", "address": "Rue de Marseille 1, Lyon, France"}


def create(dcycle: Caller, **terms: object) -> Any:
    return created(dcycle, PATH, {**HUB, **terms})


def update(dcycle: Caller, id: str, **terms: object) -> Any:
    return dcycle.request("PUT", f"{PATH}/{id}", json=terms)


@pytest.mark.rule("dcycle.hubs.create", "dcycle.hubs.owned", "dcycle.hubs.co2e")
def test_a_hub_is_created(dcycle: Caller) -> None:
    """A hub is in the country of its address; an owned one has the emissions of its facility."""
    hub = create(dcycle, facility_id=PLANT, category="warehouse_mixed")
    assert hub == {**hub, **HUB, "country": "FR", "facility_id": None, "co2e": None, "status": "active"}
    owned = create(dcycle, name="Own", type="owned", facility_id=PLANT)
    facility = dcycle.get(f"/v1/facilities/{PLANT}").json()
    assert (owned["facility_id"], owned["co2e"]) == (PLANT, facility["co2e"])
    assert dcycle.get(f"{PATH}/{owned['id']}").json() == owned
    assert problems(dcycle.post(PATH, {**HUB, "type": "owned"})) == [("value_error", ["body"])]
    assert dcycle.post(PATH, {**HUB, "name": "x", "type": "owned", "facility_id": UNKNOWN}).status_code == 404


@pytest.mark.rule("dcycle.hubs.update", "dcycle.hubs.new-facility", "dcycle.hubs.owned-somewhere")
def test_a_hub_is_changed(dcycle: Caller) -> None:
    """Only what is sent changes; a hub that becomes owned gets a facility at its address, or needs one."""
    hub = create(dcycle)
    changed = update(dcycle, hub["id"], supercharger=True).json()
    assert changed == {**hub, "supercharger": True}
    own = update(dcycle, hub["id"], type="owned").json()
    facility = dcycle.get(f"/v1/facilities/{own['facility_id']}").json()
    assert (facility["name"], facility["address"], facility["country"]) == ("Lyon Hub", HUB["address"], "FR")
    assert update(dcycle, hub["id"], type="subcontracted").json()["facility_id"] is None
    for name in (hub["name"], "Madrid Warehouse"):
        reply = update(dcycle, hub["id"], type="owned", address=None, name=name)
        assert problems(reply) == [("value_error", ["body"])]
    assert dcycle.get(f"{PATH}/{hub['id']}").json()["type"] == "subcontracted"


@pytest.mark.rule("dcycle.hubs.update")
@pytest.mark.parametrize("changes", [{"name": "Renamed"}, {"supercharger": True}, {"category": None}, {}])
def test_a_hub_outlives_its_facility(dcycle: Caller, changes: dict[str, object]) -> None:
    """A hub whose facility was deleted keeps it and can be changed; a hub cannot come to that facility any more."""
    site = {"name": "F", "type": "warehouse", "country": "ES"}
    facility = created(dcycle, "/v1/facilities", site)["id"]
    hub = create(dcycle, name="Own", type="owned", facility_id=facility)
    assert dcycle.request("DELETE", f"/v1/facilities/{facility}").status_code == 204
    shown = dcycle.get(f"{PATH}/{hub['id']}").json()
    reply = update(dcycle, hub["id"], **changes)
    assert (reply.status_code, reply.json()) == (200, {**shown, **changes})
    other = create(dcycle, name="Other")["id"]
    assert update(dcycle, other, type="owned", facility_id=facility).status_code == 404


@pytest.mark.rule("dcycle.hubs.elsewhere")
@pytest.mark.parametrize("address", [None, "", "Atlantis", "Calle Industrial 5"])
def test_a_hub_elsewhere(dcycle: Caller, address: str | None) -> None:
    """Without a known place a new hub has no country, and a hub that moves keeps its own, or has the one sent."""
    new = create(dcycle, name="New", address=address)
    assert (new["address"], new["country"]) == (address, None)
    assert update(dcycle, new["id"], country="NO").json()["country"] == "NO"
    moved = create(dcycle)["id"]
    assert update(dcycle, moved, address=address).json()["country"] == "FR"
    assert update(dcycle, moved, address="Nowhere", country="NO").json()["country"] == "NO"


@pytest.mark.rule("dcycle.hubs.country")
@pytest.mark.parametrize("country", ["FRA", "fr", "F", ""])
def test_the_country_of_a_hub_has_two_letters(dcycle: Caller, country: str) -> None:
    """Another country is refused, and changes nothing."""
    hub = create(dcycle)
    assert problems(update(dcycle, hub["id"], country=country)) == [("string_pattern_mismatch", ["body", "country"])]
    assert dcycle.get(f"{PATH}/{hub['id']}").json() == hub


@pytest.mark.rule("dcycle.hubs.name-taken")
def test_names_of_hubs_are_distinct(dcycle: Caller) -> None:
    """No two hubs of an organization have one name; those of two organizations may."""
    hub = create(dcycle)
    for reply in (dcycle.post(PATH, HUB), update(dcycle, hub["id"], name="Madrid Warehouse")):
        assert (reply.status_code, reply.json()) == (409, {"detail": "Logistic hub with this name already exists"})
    assert update(dcycle, hub["id"], name="Lyon Hub").status_code == 200
    assert dcycle.post(PATH, HUB, headers={"x-organization-id": LOGISTICS}).status_code == 201


@pytest.mark.rule("dcycle.hubs.list", "dcycle.hubs.twins")
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["Madrid Warehouse", "Rotterdam Terminal"]),
        ({"name": "MADRID"}, ["Madrid Warehouse"]),
        ({"type": "subcontracted"}, ["Rotterdam Terminal"]),
        ({"category": "warehouse_ambient"}, ["Madrid Warehouse"]),
        ({"status[]": ["active", "archived"], "size": "1"}, ["Madrid Warehouse"]),
    ],
)
def test_hubs_are_listed(dcycle: Caller, query: dict[str, object], names: list[str]) -> None:
    """Both lists have the hubs that every filter matches; that of logistics has no number of pages."""
    found = dcycle.get(PATH, params=query).json()
    assert [hub["name"] for hub in found["items"]] == names
    twin = dcycle.get("/v1/logistics/hubs", params=query).json()
    assert twin == {name: found[name] for name in ("page", "size", "total", "items")}


@pytest.mark.rule("dcycle.hubs.delete", "dcycle.hubs.in-use", "dcycle.hubs.has-invoice", "dcycle.hubs.unknown")
def test_a_hub_is_deleted(dcycle: Caller) -> None:
    """A hub is deleted unless a leg uses it or its facility has invoices; then it is not found."""
    reply = dcycle.request("DELETE", f"{PATH}/{MADRID}")
    assert (reply.status_code, reply.json()) == (409, {"detail": "This logistic hub has an invoice"})
    hub = create(dcycle, type="owned", facility_id=DEPOT)
    leg = {"hub_id": hub["id"], "distance_km": 1, "toc": "van_diesel"}
    leg_id = created(dcycle, "/v1/logistics/requests", leg, 200)["id"]
    reply = dcycle.request("DELETE", f"{PATH}/{hub['id']}")
    assert (reply.status_code, reply.json()) == (409, {"detail": "This logistic hub is in use by a logistic request"})
    assert dcycle.request("DELETE", f"/v1/logistics/requests/{leg_id}").status_code == 204
    assert dcycle.request("DELETE", f"{PATH}/{hub['id']}").status_code == 204
    refusal = {"code": "NOT_FOUND", "detail": f"LogisticHUB with id=UUID('{hub['id']}') not found"}
    for reply in (dcycle.get(f"{PATH}/{hub['id']}"), update(dcycle, hub["id"])):
        assert (reply.status_code, reply.json()) == (404, refusal)


@pytest.mark.rule("dcycle.hubs.of-another")
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_hub_of_another_organization(dcycle: Caller, method: str) -> None:
    """A hub of another organization is refused, and stays."""
    body = {"json": {}} if method == "PUT" else {}
    reply = dcycle.request(method, f"{PATH}/{MADRID}", headers={"x-organization-id": LOGISTICS}, **body)
    assert (reply.status_code, reply.json()) == (403, {"detail": "Logistic hub doesn't belong to organization"})
    assert dcycle.get(f"{PATH}/{MADRID}").status_code == 200
