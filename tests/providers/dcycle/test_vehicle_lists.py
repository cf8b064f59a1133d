"""Lists of vehicles: filters, sorting, and unique values."""

from collections import Counter
from typing import Any

import pytest

from tests.providers.dcycle.conftest import KEY, LOGISTICS, identity, problems
from tests.providers.dcycle.test_vehicles import (
    CAR,
    COURIER,
    DIESEL,
    KIND_VAN,
    LONG_HAUL,
    PARCEL_VAN,
    PATH,
    PETROL,
    POOL_CAR,
    TRUCK,
    VAN,
    create,
    ids,
)
from tests.providers.dcycle.test_wastes import WASTE
from tests.support.caller import Caller

# --- lists ------------------------------------------------------------------------------------------------------------


@pytest.mark.rule(
    "dcycle.lists.hashed-envelope", "dcycle.lists.default", "dcycle.lists.order", "dcycle.lists.past-the-end"
)
def test_a_list_and_its_pages(dcycle: Caller) -> None:
    """A list has its vehicles oldest first, in pages of fifty by default."""
    created = [create(dcycle, license_plate=str(n)) for n in range(48)]
    first, second, third = (dcycle.get(PATH, params={"page": page}).json() for page in (1, 2, 3))
    position = {name: first[name] for name in first if name not in ("items", "filter_hash")}
    assert position == {"total": 53, "page": 1, "size": 50, "pages": 2}
    assert first["filter_hash"] == second["filter_hash"] != dcycle.get(f"{PATH}?status=active").json()["filter_hash"]
    assert [vehicle["id"] for vehicle in first["items"] + second["items"]] == [
        CAR, VAN, TRUCK, POOL_CAR, COURIER, *(vehicle["id"] for vehicle in created)
    ]  # fmt: skip
    assert (third["items"], third["total"]) == ([], 53)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param(query, found, marks=pytest.mark.rule(f"dcycle.{rule}"))
        for query, found, rule in [
            ("status=archived", [POOL_CAR], "vehicles.filters"),
            ("status=archived&status=error", [POOL_CAR, COURIER], "vehicles.filters"),
            ("ownership=rented", [VAN, COURIER], "vehicles.filters"),
            (f"vehicle_fuel_id={PETROL.upper()}&vehicle_fuel_id={DIESEL}", [CAR, VAN, TRUCK], "vehicles.filters"),
            (f"unknown_vehicle_id={KIND_VAN}", [VAN], "vehicles.filters"),
            ("status=active&ownership=rented", [VAN], "lists.filters"),
            ("status[]=archived", [POOL_CAR], "vehicles.status-brackets"),
            ("status=archived&status[]=error", [POOL_CAR, COURIER], "vehicles.status-brackets"),
            ("ownership[]=rented", [CAR, VAN, TRUCK, POOL_CAR, COURIER], "vehicles.filters"),
            ("search=company fleet", [CAR], "vehicles.search"),
            ("search=-hj", [TRUCK], "vehicles.search"),
            ("search=CAR", [CAR, POOL_CAR], "vehicles.search"),
            ("search=zeppelin", [], "vehicles.search"),
            ("sort=license_plate", [POOL_CAR, VAN, TRUCK, COURIER, CAR], "vehicles.sort"),
            ("sort=-license_plate", [CAR, COURIER, TRUCK, VAN, POOL_CAR], "vehicles.sort"),
            ("sort=name", [CAR, COURIER, VAN, POOL_CAR, TRUCK], "vehicles.sort-nameless"),
            ("sort=-name", [POOL_CAR, VAN, COURIER, CAR, TRUCK], "vehicles.sort"),
            ("sort=-created_at", [COURIER, POOL_CAR, TRUCK, VAN, CAR], "lists.newest"),
            ("sort=-created_at&sort=-license_plate", [COURIER, POOL_CAR, TRUCK, CAR, VAN], "vehicles.sort"),
            ("sort=updated_at&ownership=owned", [CAR, TRUCK, POOL_CAR], "vehicles.sort"),
            ("include_children=false&status=archived", [POOL_CAR], "vehicles.children"),
            ("include_children=true&ownership=rented", [VAN, COURIER, PARCEL_VAN], "vehicles.children"),
            ("include_children=yes", [CAR, VAN, TRUCK, POOL_CAR, COURIER, LONG_HAUL, PARCEL_VAN], "vehicles.children"),
        ]
    ],
)
def test_a_filtered_and_sorted_list(dcycle: Caller, query: str, found: list[str]) -> None:
    """A list contains what matches every filter, in the requested order."""
    assert ids(dcycle, query) == found


@pytest.mark.rule("dcycle.vehicles.children", "dcycle.vehicles.children-order")
def test_a_list_of_a_subsidiary(dcycle: Caller) -> None:
    """With ``include_children`` a list contains the vehicles of subsidiaries, and no others."""
    logistics = identity(KEY, LOGISTICS)
    for query, found in [({}, [LONG_HAUL]), ({"include_children": "true"}, [LONG_HAUL, PARCEL_VAN])]:
        items = dcycle.get(PATH, headers=logistics, params=query).json()["items"]
        assert [vehicle["id"] for vehicle in items] == found


@pytest.mark.rule("dcycle.lists.bounds")
@pytest.mark.parametrize(
    "query", [{"status": "gone"}, {"ownership": "stolen"}, {"sort": "co2e"}, {"vehicle_fuel_id": "diesel"}, {"size": 0}]
)
def test_bad_lists(dcycle: Caller, query: dict[str, Any]) -> None:
    """An unknown filter value or order and a page out of bounds are refused."""
    reply = dcycle.get(PATH, params=query)
    assert reply.status_code == 422
    assert reply.json()["detail"][0]["loc"][:2] == ["query", *query]


@pytest.mark.rule("dcycle.filters.hash", "dcycle.filters.changed-vehicles", "dcycle.filters.required")
@pytest.mark.parametrize("query", ["status[]=archived", "status=archived", "ownership=rented&search=van", "search=zz"])
def test_vehicles_are_deleted_by_filters(dcycle: Caller, query: str) -> None:
    """The vehicles that filters match are deleted with the hash of their list, and no others."""
    path, matching, others = f"{PATH}/bulk-delete-by-filters", ids(dcycle, query), ids(dcycle)
    body = {"filter_hash": dcycle.get(f"{PATH}?{query}").json()["filter_hash"]}
    assert problems(dcycle.post(path, body)) == [("value_error", ["body"])]
    assert problems(dcycle.post(f"{path}?{query}", {})) == [("missing", ["body", "filter_hash"])]
    assert problems(dcycle.post(f"{path}?status=gone", body)) == [("literal_error", ["query", "status", 0])]
    assert dcycle.post(f"{path}?status=active", body).status_code == 409
    assert ids(dcycle) == others
    deleted = dcycle.post(f"{path}?{query}", body).json()
    assert (deleted["success_ids"], deleted["failed_count"]) == (matching, 0)
    assert ids(dcycle) == [id for id in others if id not in matching]


@pytest.mark.rule("dcycle.filters.hash")
@pytest.mark.parametrize(
    ("listed", "deleted", "status"),
    [
        ("status=archived&status=error", "status=error&status=archived", 200),
        ("status=archived", "status=archived&status=archived", 200),
        ("status=archived", "status[]=archived&search=", 200),
        ("ownership=rented&status=archived", "status=archived&ownership=rented", 200),
        ("status=archived", "status=archived&status=error", 409),
        ("status=archived&include_children=true", "status=archived", 409),
        ("", "search=", 422),
    ],
)
def test_a_filter_hash_is_that_of_what_filters_match(dcycle: Caller, listed: str, deleted: str, status: int) -> None:
    """The order of values, one that comes twice, and an empty text change nothing; other filters do."""
    body = {"filter_hash": dcycle.get(f"{PATH}?{listed}").json()["filter_hash"]}
    assert dcycle.post(f"{PATH}/bulk-delete-by-filters?{deleted}", body).status_code == status


# --- unique values ----------------------------------------------------------------------------------------------------


@pytest.mark.rule("dcycle.vehicles.unique-values", "dcycle.vehicles.unique-values-order")
@pytest.mark.parametrize(
    ("field", "groups"),
    [
        (
            "file_id",
            [
                ("880e8400-e29b-41d4-a716-446655440000", "fleet_import_2024_q1.csv", 2),
                ("990e8400-e29b-41d4-a716-446655440001", "fleet_import_2024_q2.csv", 1),
                (None, None, 3),
            ],
        ),
        (
            "created_at",
            [(at, at, count) for at, count in [
                ("2024-01-15T10:30:00Z", 2), ("2024-06-03T09:15:00Z", 2),
                ("2024-04-02T08:00:00Z", 1), ("2026-01-01T00:00:00Z", 1),
            ]],
        ),
    ],
)  # fmt: skip
def test_unique_values(dcycle: Caller, field: str, groups: list[tuple[Any, Any, int]]) -> None:
    """Vehicles are counted by file or time, the most common value first, vehicles without a file last."""
    create(dcycle)
    shown = dcycle.get(f"{PATH}/unique-values", params={"field": field}).json()
    values = [{"value": value, "label": label, "count": count} for value, label, count in groups]
    assert shown == {"field": field, "total_count": len(groups), "values": values}


@pytest.mark.rule("dcycle.vehicles.unique-values-once")
@pytest.mark.parametrize(
    ("milliseconds", "groups"),
    [
        ([0, 0], {"00": 2}),
        ([0, 300, 300, 399], {"00": 4}),
        ([999], {"00": 1}),
        ([1, 999], {"00": 1, "01": 1}),
        ([700, 700, 100, 500, 3000], {"00": 1, "01": 2, "02": 1, "05": 1}),
    ],
)
def test_times_of_creation_are_counted_by_the_second(
    dcycle: Caller, milliseconds: list[int], groups: dict[str, int]
) -> None:
    """What was created in one second is one value, of vehicles and of wastes, as their lists show it."""
    for wait in milliseconds:
        dcycle.space.clock.advance(seconds=wait / 1000)
        create(dcycle)
        assert dcycle.post("/v1/wastes", WASTE).status_code == 201
    for unique, listed, query in (
        (f"{PATH}/unique-values", PATH, {}),
        ("/v1/waste/unique-values", "/v1/wastes", {"facility_id": str(WASTE["facility_id"])}),
    ):
        shown = dcycle.get(unique, params={"field": "created_at", **query}).json()
        counts = {value["value"]: value["count"] for value in shown["values"]}
        assert shown["total_count"] == len(shown["values"]) == len(counts)
        items = dcycle.get(listed, params={"size": "100", **query}).json()["items"]
        assert counts == Counter(item["created_at"] for item in items)
        assert {at[17:19]: count for at, count in counts.items() if at > "2026"} == groups


@pytest.mark.rule("dcycle.vehicles.unique-values-once")
@pytest.mark.parametrize(
    ("names", "label"), [(["b.csv", "a.csv"], "a.csv"), (["b.csv", None], "b.csv"), ([None, None], None)]
)
def test_a_file_of_several_names_is_one_value(dcycle: Caller, names: list[str | None], label: str | None) -> None:
    """Vehicles of one file are one value, though they call it otherwise."""
    snapshot = dcycle.space.snapshot()
    vehicles = snapshot["memory"]["dcycle"]["vehicles"].values()
    of_file = [found for found in vehicles if found.get("file_name") == "fleet_import_2024_q1.csv"]
    for vehicle, name in zip(of_file, names, strict=True):
        vehicle["file_name"] = name
    dcycle.space.restore(snapshot)
    found = dcycle.get(f"{PATH}/unique-values", params={"field": "file_id"}).json()["values"]
    assert found[0] == {"value": of_file[0]["file_id"], "label": label, "count": 2}
    assert [value["count"] for value in found[1:]] == [1, 2]


@pytest.mark.rule("dcycle.vehicles.unique-values-field", "dcycle.vehicles.unique-values-refused")
@pytest.mark.parametrize(("query", "kind"), [({}, "missing"), ({"field": "name"}, "literal_error")])
def test_unique_values_of_an_unknown_field(dcycle: Caller, query: dict[str, str], kind: str) -> None:
    """Any other field is refused."""
    reply = dcycle.get(f"{PATH}/unique-values", params=query)
    (found,) = reply.json()["detail"]
    assert (reply.status_code, found["type"], found["loc"]) == (422, kind, ["query", "field"])
