"""What handling goods causes at the hubs of other companies."""

from typing import Any

import pytest

from emulator import Emulator
from tests.providers.dcycle.conftest import created, impacts, tonnes
from tests.support.caller import Caller, credentials_of

PATH = "/v1/logistics/requests"
V2 = "/v2/logistics/requests"
HUBS = "/v1/logistic-hubs"
DEPOT = "b1c6f0d2-83a4-4e57-9d0b-2f6e1a7c9035"
DAY = "2023-05-05"
LEG = {"distance_km": 100, "load": 1000, "toc": "van_diesel", "shipment_date": DAY}
FACTORS = {
    "transshipment_ambient": 0.6,
    "transshipment_mixed": 1.5,
    "warehouse_ambient": 2.1,
    "warehouse_mixed": 4.4,
}


def hub(dcycle: Caller, **terms: object) -> Any:
    draft = {"name": "Hub", "type": "subcontracted", "category": "warehouse_ambient", "address": "Calle 1, Madrid"}
    return created(dcycle, HUBS, {**draft, **terms})["id"]


def record(dcycle: Caller, hub_id: str, **terms: object) -> Any:
    return created(dcycle, PATH, {**LEG, "hub_id": hub_id, **terms}, 200)


def change(dcycle: Caller, hub_id: str, **changes: object) -> Any:
    reply = dcycle.request("PUT", f"{HUBS}/{hub_id}", json=changes)
    assert reply.status_code == 200, reply.text
    return reply.json()["co2e"]


def of_hub(dcycle: Caller, hub_id: str) -> float | None:
    """Return the emissions of a hub, of which both lists and the hub itself say the same."""
    (listed,) = dcycle.get(HUBS, params={"name": "Hub"}).json()["items"]
    (twin,) = dcycle.get("/v1/logistics/hubs", params={"name": "Hub"}).json()["items"]
    shown: dict[str, float | None] = dcycle.get(f"{HUBS}/{hub_id}").json()
    assert shown == listed == twin
    return shown["co2e"]


def shipped(dcycle: Caller, day: str = DAY) -> float:
    """Return the kilograms of goods shipped on a day, of which the totals of each kind say the same."""
    period = {"start_date": day, "end_date": day}
    found = tonnes(dcycle, "goods_shipped", day)
    by_scope = {item["scope"]: item["co2e"] for item in impacts(dcycle, **period, group_by="scope")["items"]}
    by_month = impacts(dcycle, **period, group_by="month")
    assert by_scope.get(3, 0) == found == by_month["total_co2e"] == sum(item["co2e"] for item in by_month["items"])
    return round(1000 * found, 6)


@pytest.mark.rule("dcycle.hubs.handling", "dcycle.hubs.handling-factors", "dcycle.hubs.handled")
@pytest.mark.parametrize(
    ("category", "terms", "handled_tonnes"),
    [
        *((category, {}, 1) for category in FACTORS),
        ("warehouse_mixed", {"load": 2, "load_unit": "teu", "load_factor": 0.25}, 5),
        ("warehouse_ambient", {"load": None}, 3.5),
        ("transshipment_ambient", {"load": 0}, 0),
        ("transshipment_mixed", {"tkm": 1}, 1),
        ("warehouse_mixed", {"distance_km": None, "destination": "Lyon"}, 1),
    ],
)
def test_goods_at_a_hub_of_another_company(
    dcycle: Caller, category: str, terms: dict[str, object], handled_tonnes: float
) -> None:
    """The totals rise by what the leg causes and what the hub does, which is the co2e of the hub and not of the leg."""
    hub_id = hub(dcycle, category=category)
    assert (of_hub(dcycle, hub_id), shipped(dcycle)) == (None, 0)
    leg = record(dcycle, hub_id, package_key="P", **terms)
    handled = round(handled_tonnes * FACTORS[category], 3)
    assert of_hub(dcycle, hub_id) == handled
    assert shipped(dcycle) == round(leg["co2e"] + handled, 6)
    direct = created(dcycle, PATH, {**LEG, **terms, "origin": "Madrid", "package_key": "P"}, 200)
    assert direct["co2e"] == leg["co2e"]
    package = dcycle.get(f"/v1/logistics/packages/{leg['package_id']}").json()
    assert package["total_co2e"] == round(2 * leg["co2e"], 3)


@pytest.mark.rule("dcycle.hubs.handling", "dcycle.hubs.handling-factors", "dcycle.hubs.handled", "dcycle.hubs.co2e")
@pytest.mark.parametrize(
    "terms",
    [
        {"category": None},
        {"category": "maritime_container_terminals_ambient"},
        {"category": "storage_transhipment_mixed"},
        {"type": "owned", "facility_id": DEPOT},
    ],
)
def test_goods_at_a_hub_without_a_factor(dcycle: Caller, terms: dict[str, object]) -> None:
    """An owned hub has the emissions of its facility alone, and of a category without a factor nothing is known."""
    hub_id = hub(dcycle, **terms)
    before = of_hub(dcycle, hub_id)
    leg = record(dcycle, hub_id)
    assert (of_hub(dcycle, hub_id), shipped(dcycle)) == (before, leg["co2e"])


@pytest.mark.rule("dcycle.hubs.handling", "dcycle.freight.counts")
def test_each_leg_counts_on_its_day(dcycle: Caller) -> None:
    """A hub sums its legs, of any version and driver, until they are deleted; each counts on its own day."""
    hub_id = hub(dcycle)
    own = record(dcycle, hub_id, subcontractor=False)
    assert (of_hub(dcycle, hub_id), shipped(dcycle)) == (2.1, 2.1)
    record(dcycle, hub_id, shipment_date="2023-06-01")
    assert (shipped(dcycle), shipped(dcycle, "2023-06-01")) == (2.1, 129.1)
    created(dcycle, f"{V2}/bulk", {"records": [{**LEG, "hub_id": hub_id, "load": 500}, {}]}, 200)
    assert (of_hub(dcycle, hub_id), shipped(dcycle)) == (5.25, 66.65)
    unknown = {**LEG, "hub_id": hub_id, "distance_km": None, "destination": "Atlantis"}
    created(dcycle, V2, unknown, 200)
    assert of_hub(dcycle, hub_id) == 5.25
    assert dcycle.request("DELETE", f"{PATH}/{own['id']}").status_code == 204
    assert (of_hub(dcycle, hub_id), shipped(dcycle)) == (3.15, 64.55)
    ids = [leg["id"] for leg in dcycle.get(PATH, params={"size": 100}).json()["items"] if leg["hub_id"] == hub_id]
    assert dcycle.post(f"{PATH}/batch-delete", {"request_ids": ids}).status_code == 204
    assert (of_hub(dcycle, hub_id), shipped(dcycle), shipped(dcycle, "2023-06-01")) == (None, 0, 0)
    assert dcycle.request("DELETE", f"{HUBS}/{hub_id}").status_code == 204


@pytest.mark.rule("dcycle.hubs.handled-again")
def test_a_change_of_a_hub_calculates_handling_again(dcycle: Caller) -> None:
    """The totals and the hub follow its type and its category; a change of anything else leaves both."""
    hub_id, other = hub(dcycle, category=None), hub(dcycle, name="Other")
    listed = [record(dcycle, hub_id), record(dcycle, hub_id, load=2000), record(dcycle, other)]
    transport = sum(leg["co2e"] for leg in listed) + 2.1
    for changes, handled in (
        ({"category": "transshipment_ambient"}, 1.8),
        ({"category": "warehouse_mixed"}, 13.2),
        ({"name": "Hub 2", "address": "Lyon"}, 13.2),
        ({"category": "liquid_bulk_terminals_mixed"}, None),
        ({"category": "transshipment_mixed"}, 4.5),
        ({"type": "owned", "facility_id": DEPOT}, dcycle.get(f"/v1/facilities/{DEPOT}").json()["co2e"]),
    ):
        assert change(dcycle, hub_id, **changes) == handled
        counted = 0 if changes.get("type") == "owned" else handled or 0
        assert shipped(dcycle) == round(transport + counted, 6)
    assert change(dcycle, hub_id, type="subcontracted") == 4.5
    assert shipped(dcycle) == round(transport + 4.5, 6)
    times = {leg["id"]: leg["updated_at"] for leg in dcycle.get(PATH, params={"size": 100}).json()["items"]}
    assert [times[leg["id"]] for leg in listed] == [leg["updated_at"] for leg in listed]


@pytest.mark.rule("dcycle.hubs.handled")
def test_handling_survives_a_snapshot(emulator: Emulator, dcycle: Caller) -> None:
    """A restored space has the same hub and the same totals, and takes a deleted leg out of both."""
    hub_id = hub(dcycle)
    leg = record(dcycle, hub_id)
    other = emulator.space()
    other.restore(dcycle.space.snapshot())
    restored = Caller(other, "dcycle", credentials_of(other, "dcycle"))
    assert (of_hub(restored, hub_id), shipped(restored)) == (2.1, 129.1)
    assert restored.request("DELETE", f"{HUBS}/{hub_id}").status_code == 409
    assert restored.request("DELETE", f"{PATH}/{leg['id']}").status_code == 204
    assert (of_hub(restored, hub_id), shipped(restored)) == (None, 0)
