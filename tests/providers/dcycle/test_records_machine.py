"""Every kind of record under random changes: totals equal the sum of what is there, and any state can be restored."""

from collections import Counter
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeAlias

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from emulator import Emulator
from tests.conftest import START
from tests.providers.dcycle.conftest import INDUSTRIES, LAST_MILE, LOGISTICS, impacts
from tests.support.caller import Caller, credentials_of

WINDOW = {"start_date": "2024-01-01", "end_date": "2025-12-31"}
"""The longest period that a request may have."""

WASTE_FIELDS = ("identification_name", "created_at", "ler_code", "rd_code")
ORGANIZATIONS = (INDUSTRIES, LOGISTICS, LAST_MILE)
SCOPES = {"vehicles": 1, "combustion": 1, "electricity": 2}
"""The scopes of categories that are not of scope 3."""

DIESEL = "f51a1645-c201-43da-9dcd-6408be3cb517"
KILOGRAMS = "61743a63-ff70-459c-9567-5eee8f7dfd5c"
LITERS = "c1a764a5-7d41-4130-8831-6517e5c25761"
VEHICLE = {
    "type": "passenger", "ownership": "owned", "license_plate": "V", "country": "ES",
    "unknown_vehicle_id": "550e8400-e29b-41d4-a716-446655440000",
    "vehicle_fuel_id": "660e8400-e29b-41d4-a716-446655440000",
}  # fmt: skip
KILOWATT_HOURS = "990e8400-e29b-41d4-a716-446655440000"
USER = "1f6f2c0e-8d5b-4a57-9a57-3f0d5a1c7b10"

Body: TypeAlias = dict[str, Any]
Period: TypeAlias = tuple[date, date]
NTH = st.integers(0, 30)
AMOUNT = st.integers(1, 1000)
PERIODS = st.sampled_from(
    [
        (date(2024, 2, 28), date(2024, 3, 2)),
        (date(2025, 1, 15), date(2025, 4, 14)),
        (date(2025, 6, 1), date(2025, 6, 30)),
        (date(2025, 12, 30), date(2026, 1, 2)),
    ]
)


@dataclass(frozen=True)
class Kind:
    """A kind of record: how a client creates, changes and deletes it, and where it counts."""

    path: str
    category: str
    body: Callable[["Records", str, int, Period], Body]
    spread: bool = False
    change: Callable[[int], Body] | None = None
    method: str = "PATCH"
    change_path: str | None = None
    delete_path: str | None = None
    bulk_delete: tuple[str, str] | None = None
    bulk_create: str | None = None


@dataclass(frozen=True)
class Record:
    """A record of the model: where and when its grams count."""

    kind: str
    organization: str
    period: Period
    grams: int


def section(km: int) -> Body:
    return {"transport_type": "road", "travel_method": "truck", "origin": "A", "destination": "B", "kms_manual": km}


KINDS: Mapping[str, Kind] = {
    "purchases": Kind(
        "/v1/purchases",
        "purchases",
        lambda _, __, amount, period: {
            "product_name": "P", "sector": "Manufacturing", "country": "ES", "quantity": amount, "unit_id": "EUR",
            "purchase_date": str(period[0]), "expense_type": "opex",
        },
        change=lambda amount: {"quantity": amount},
    ),
    "travels": Kind(
        "/v1/business-travels",
        "travels",
        lambda _, __, amount, period: {
            "travel_date": str(period[0]), "transport_type": "train", "distance_km": amount
        },
        change=lambda amount: {"distance_km": amount, "round_trip": amount % 2 == 0},
    ),
    "freight": Kind(
        "/v1/logistics/requests",
        "goods_shipped",
        lambda _, __, amount, period: {
            "distance_km": amount, "load": 1000, "toc": "van_diesel", "shipment_date": str(period[0]),
            "package_key": f"P{amount % 3}",
        },
        bulk_delete=("/v1/logistics/requests/batch-delete", "request_ids"),
        bulk_create="/v1/logistics/requests/bulk",
    ),
    "recharges": Kind(
        "/v1/logistics/recharges",
        "vehicles",
        lambda _, organization, amount, period: {
            "fuel_id": DIESEL, "country": "ES", "date": str(period[0]), "quantity": amount,
            "vehicle_license_plate": organization[:4],
        },
        bulk_create="/v1/logistics/recharges/bulk",
    ),
    "commuting": Kind(
        "/v1/employee-historic",
        "employees",
        lambda records, organization, amount, period: {
            "employee_id": records.employees[organization], "start_date": str(period[0]), "end_date": str(period[1]),
            "commuting_type": "in_itinere", "transport_type": "bus", "fuel_type": "diesel", "total_km": amount,
            "weekly_travels": [0, 1, 2, 3, 4],
        },
        spread=True,
        change=lambda amount: {"total_km": amount, "daily_trips": amount % 3},
    ),
    "wastes": Kind(
        "/v1/wastes",
        "wastes",
        lambda records, organization, amount, period: {
            "facility_id": records.facilities[organization], "identification_name": "W", "base_quantity": amount,
            "start_date": str(period[0]), "end_date": str(period[1]),
        },
        spread=True,
        change=lambda amount: {"base_quantity": amount},
        bulk_delete=("/v1/waste/bulk-delete", "waste_ids"),
    ),
    "water": Kind(
        "/api/v1/bulk/waste_water_treatments",
        "wastes",
        lambda records, organization, amount, period: {
            "facility_id": records.facilities[organization],
            "daily_waste_water_treatment_data": [
                {"name": "W", "measurement_date": str(period[0]), "m3_water_in": amount, "m3_water_out": amount}
            ],
        },
        delete_path="/api/v1/waste_water_treatments",
    ),
    "transports": Kind(
        "/v1/transports",
        "goods_received",
        lambda _, __, amount, period: {
            "quantity_transported": 1000, "transport_direction": "upstream", "unit_id": KILOGRAMS,
            "transport_date": str(period[0]), "sections": [section(amount)],
        },
        change=lambda amount: {"sections": [section(amount), section(1)]},
        method="PUT",
        bulk_delete=("/v1/transports/bulk-delete", "transport_ids"),
    ),
    "invoices": Kind(
        "/api/v1/invoices",
        "electricity",
        lambda records, organization, amount, period: {
            "type": "electricity", "base_quantity": amount, "unit_id": KILOWATT_HOURS, "uploaded_by": USER,
            "start_date": str(period[0]), "end_date": str(period[1]),
            "facility_percentages": [
                {
                    "organization_id": organization, "facility_id": records.facilities[organization], "percentage": 1
                }
            ],
        },
        spread=True,
        delete_path="/v1/invoices",
    ),
    "consumptions": Kind(
        "/api/v1/vehicle_consumptions/bulk/csv",
        "vehicles",
        lambda records, organization, amount, period: {
            "vehicle_id": records.vehicles[organization], "quantity": amount, "unit_id": LITERS,
            "start_date": str(period[0]), "end_date": str(period[1]),
        },
        spread=True,
        delete_path="/v1/vehicle_consumptions",
    ),
}  # fmt: skip
CREATED = sorted(KINDS.keys() - {"consumptions"})
"""The kinds that a request creates; a file creates the others."""


class Records(RuleBasedStateMachine):
    """A client that creates, changes and deletes records of every kind in three organizations at random."""

    def __init__(self, emulator: Emulator) -> None:
        super().__init__()
        self.space = emulator.space()
        self.space.clock.freeze(START)
        caller = Caller(self.space, "dcycle", credentials_of(self.space, "dcycle"))
        self.clients = {
            organization: caller.identified({**caller.credentials, "x-organization-id": organization})
            for organization in ORGANIZATIONS
        }
        self.employees = {organization: self._employee(organization) for organization in ORGANIZATIONS}
        self.facilities = {organization: self._facility(organization) for organization in ORGANIZATIONS}
        self.vehicles = {
            organization: str(client.post("/v1/vehicles", VEHICLE).json()["id"])
            for organization, client in self.clients.items()
        }
        self.records: dict[str, Record] = {}
        self.kept: tuple[dict[str, Any], dict[str, Record]] | None = None
        self.rest = {organization: self.totals(organization) for organization in ORGANIZATIONS}

    def _employee(self, organization: str) -> str:
        body = {"name": "E", "situation": "active", "status": "uploaded"}
        return str(self.clients[organization].post("/v1/employees", body).json()["id"])

    def _facility(self, organization: str) -> str:
        body = {"name": "F", "type": "office", "country": "ES"}
        return str(self.clients[organization].post("/v1/facilities", body).json()["id"])

    def teardown(self) -> None:
        self.space.delete()

    # --- what the totals are, and what they must be

    def totals(self, organization: str, children: bool = False) -> Counter[tuple[object, ...]]:
        """Return the grams by scope, by category and by month."""
        found = Counter[tuple[object, ...]]()
        for group_by in ("scope", "category", "month"):
            query = {**WINDOW, "group_by": group_by, "include_children": str(children).lower()}
            for item in impacts(self.clients[organization], **query)["items"]:
                found[(group_by, *list(item.values())[:-1])] = round(item["co2e"] * 1_000_000)
        return found

    def expected(self, organization: str) -> Counter[tuple[object, ...]]:
        """Return the grams of every record in the model, and of what was there before."""
        found = Counter(self.rest[organization])
        for record in self.records.values():
            if record.organization == organization:
                found.update(grams_by_group(record))
        return +found

    def counted(self) -> list[Any]:
        """Return what is kept as records come and go: sums of packages, counts of values, times of changes."""
        facility = self.facilities[LOGISTICS]
        paths = [f"/v1/waste/unique-values?facility_id={facility}&field={field}" for field in WASTE_FIELDS]
        paths += [f"/v1/vehicles/unique-values?field={field}" for field in ("file_id", "created_at")]
        paths += ["/v1/logistics/recharges/unique-values?field=fuel_name", "/v1/logistics/packages"]
        paths += [f"/v1/invoices/filter-options?facility_id={facility}&type=electricity", "/v1/logistics/summary"]
        return [self.clients[LOGISTICS].get(path).json() for path in paths]

    # --- actions

    @rule(name=st.sampled_from(CREATED), organization=st.sampled_from(ORGANIZATIONS), amount=AMOUNT, period=PERIODS)
    def create(self, name: str, organization: str, amount: int, period: Period) -> None:
        """Create a record and add it to the model."""
        kind, client = KINDS[name], self.clients[organization]
        reply = client.post(kind.path, kind.body(self, organization, amount, period))
        assert reply.is_success, reply.text
        self._add(name, organization, period, reply.json())

    @rule(
        name=st.sampled_from(["freight", "recharges"]),
        organization=st.sampled_from(ORGANIZATIONS),
        amounts=st.lists(AMOUNT, min_size=1, max_size=4),
        period=PERIODS,
    )
    def create_many(self, name: str, organization: str, amounts: list[int], period: Period) -> None:
        """Create records in one request, of which one is refused."""
        kind, client = KINDS[name], self.clients[organization]
        bodies = [kind.body(self, organization, amount, period) for amount in amounts]
        outcome = client.post(kind.bulk_create or "", {"records": [*bodies, {}]}).json()
        assert (outcome["success"], outcome["failed"]) == (len(amounts), 1)
        for result in outcome["results"]:
            self._add(name, organization, period, result)

    @rule(organization=st.sampled_from(ORGANIZATIONS), amount=AMOUNT, period=PERIODS)
    def upload(self, organization: str, amount: int, period: Period) -> None:
        """Create a consumption by a file."""
        kind, client = KINDS["consumptions"], self.clients[organization]
        row = kind.body(self, organization, amount, period)
        content = "\n".join([",".join(row), ",".join(map(str, row.values()))])
        url = client.post(kind.path, {"file_name": "c.csv"}).json()["upload_url"]
        assert self.space.http.put(url, content=content).status_code == 200
        newest = client.get(f"/v1/vehicles/{self.vehicles[organization]}/consumptions?size=100").json()["items"][-1]
        self._add("consumptions", organization, period, {"id": newest["id"], "co2e": newest["data"]["co2e"]})

    def _add(self, name: str, organization: str, period: Period, shown: Any) -> None:
        kind = KINDS[name]
        if name == "transports":
            shown = self.clients[organization].get(f"{kind.path}/{shown['id']}").json()
        days = period if kind.spread else (period[0], period[0])
        self.records[shown["id"]] = Record(name, organization, days, round(shown["co2e"] * 1000))

    @precondition(lambda self: self._of(lambda kind: kind.change))
    @rule(n=NTH, amount=AMOUNT)
    def change(self, n: int, amount: int) -> None:
        """Change a record of a kind that can be changed."""
        id = self._nth(n, lambda kind: kind.change)
        record = self.records[id]
        kind, client = KINDS[record.kind], self.clients[record.organization]
        assert kind.change is not None
        reply = client.request(kind.method, f"{kind.path}/{id}", json=kind.change(amount))
        assert reply.status_code == 200, reply.text
        self._add(record.kind, record.organization, record.period, reply.json())

    @precondition(lambda self: self.records)
    @rule(n=NTH)
    def delete(self, n: int) -> None:
        """Delete a record by itself."""
        id = self._nth(n, lambda _: True)
        record = self.records.pop(id)
        kind = KINDS[record.kind]
        path = f"{kind.delete_path or kind.path}/{id}"
        assert self.clients[record.organization].request("DELETE", path).status_code == 204

    @precondition(lambda self: self._of(lambda kind: kind.bulk_delete))
    @rule(n=NTH)
    def delete_many(self, n: int) -> None:
        """Delete all records of one kind and one organization in one request."""
        chosen = self.records[self._nth(n, lambda kind: kind.bulk_delete)]
        ids = [
            id
            for id, record in self.records.items()
            if (record.kind, record.organization) == (chosen.kind, chosen.organization)
        ]
        bulk_delete = KINDS[chosen.kind].bulk_delete
        assert bulk_delete is not None
        path, member = bulk_delete
        assert self.clients[chosen.organization].post(path, {member: ids}).is_success
        for id in ids:
            del self.records[id]

    @rule()
    def keep(self) -> None:
        """Take a snapshot; restored, it gives the same snapshot again, and what was counted on the way is the same."""
        snapshot, counted = self.space.snapshot(), self.counted()
        self.space.restore(snapshot)
        assert self.space.snapshot() == snapshot
        assert self.counted() == counted
        self.kept = (snapshot, deepcopy(self.records))

    @precondition(lambda self: self.kept)
    @rule()
    def go_back(self) -> None:
        assert self.kept is not None
        self.space.restore(self.kept[0])
        self.records = deepcopy(self.kept[1])

    def _of(self, wanted: Callable[[Kind], object]) -> list[str]:
        return [id for id, record in self.records.items() if wanted(KINDS[record.kind])]

    def _nth(self, n: int, wanted: Callable[[Kind], object]) -> str:
        ids = self._of(wanted)
        return ids[n % len(ids)]

    # --- invariants

    @invariant()
    def totals_equal_the_sum_of_the_records(self) -> None:
        """The totals of each organization equal its records, and those of the tree all of them."""
        expected = {organization: self.expected(organization) for organization in ORGANIZATIONS}
        assert self.totals(LOGISTICS) == expected[LOGISTICS]
        assert self.totals(INDUSTRIES, children=True) == sum(expected.values(), Counter())

    @invariant()
    def sums_equal_the_sum_of_the_records(self) -> None:
        """A vehicle and a facility show the sum of their records."""
        for path, owners, kind in (
            ("vehicles", self.vehicles, "consumptions"),
            ("facilities", self.facilities, "invoices"),
        ):
            shown = self.clients[LOGISTICS].get(f"/v1/{path}/{owners[LOGISTICS]}").json()["co2e"]
            found = [
                record for record in self.records.values() if (record.organization, record.kind) == (LOGISTICS, kind)
            ]
            assert round((shown or 0) * 1000) == sum(record.grams for record in found)


def grams_by_group(record: Record) -> Counter[tuple[object, ...]]:
    """Count every day of a record by itself: the same whole grams, or one more, on each."""
    first, last = record.period
    category = KINDS[record.kind].category
    scope, days, found = SCOPES.get(category, 3), (last - first).days + 1, Counter[tuple[object, ...]]()
    for n in range(days):
        day = first + timedelta(n)
        grams = record.grams * (n + 1) // days - record.grams * n // days
        if WINDOW["start_date"] <= str(day) <= WINDOW["end_date"]:
            found.update({("scope", scope): grams, ("category", scope, category): grams})
            found[("month", day.year, day.month)] += grams
    return found


def test_totals_equal_the_sum_of_every_kind_of_record(emulator: Emulator) -> None:
    """After any sequence of creations, changes, deletions and restores, totals equal the sum of the records."""
    run_state_machine_as_test(
        lambda: Records(emulator),  # type: ignore[arg-type]  # it takes any factory
        settings=settings(max_examples=12, stateful_step_count=16, deadline=None, derandomize=True),
    )
