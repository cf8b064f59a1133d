"""Which records count: one rule for every kind."""

from typing import Any, get_args

import pytest

from emulator.core.documents import Document
from emulator.providers.dcycle.memory.fixture import Memory
from emulator.providers.dcycle.memory.invoices import InvoiceStatus
from emulator.providers.dcycle.memory.purchases import PurchaseStatus
from emulator.providers.dcycle.memory.records import EmittingRecord
from emulator.providers.dcycle.memory.vehicles import ConsumptionStatus
from tests.providers.dcycle.conftest import impacts
from tests.support.caller import Caller

YEARS = {"start_date": "2024-02-01", "end_date": "2025-12-31"}
KINDS: dict[str, tuple[tuple[str | None, ...], set[str]]] = {
    # kind: the statuses that memory may hold, and those that count
    "purchases": ((*get_args(PurchaseStatus), None), {"active"}),
    "invoices": (get_args(InvoiceStatus), {"active"}),
    "consumptions": (get_args(ConsumptionStatus), {"active", "success"}),
}
OWNERS = {"invoices": ("facilities", "facility_id"), "consumptions": ("vehicles", "vehicle_id")}


def counted(dcycle: Caller) -> int:
    """Return the total of two years, in grams."""
    return round(impacts(dcycle, **YEARS)["total_co2e"] * 1_000_000)


def of_owner(dcycle: Caller, kind: str, record: dict[str, Any]) -> int | None:
    """Return what the owner of a record shows as its emissions, in grams; None if the kind has no owner."""
    if kind not in OWNERS:
        return None
    path, member = OWNERS[kind]
    return round((dcycle.get(f"/v1/{path}/{record['terms'][member]}").json()["co2e"] or 0) * 1000)


@pytest.mark.rule("dcycle.items.status", "dcycle.vehicles.co2e")
@pytest.mark.parametrize(("kind", "status"), [(kind, status) for kind in KINDS for status in KINDS[kind][0]])
def test_a_record_counts_by_its_status(dcycle: Caller, kind: str, status: str | None) -> None:
    """Every record counts in an active status only, in the totals and in the sum of its owner."""
    snapshot, organization = dcycle.space.snapshot(), dcycle.credentials["x-organization-id"]
    records = snapshot["memory"]["dcycle"][kind]
    record = next(
        found
        for found in reversed(records.values())
        if found["organization_id"] == organization
        and found["co2e_grams"]
        and found["terms"].get("purchase_date", "2025-05-05") > "2025"
        and found.get("start_date", "2025-05-05") > "2025"
        and found.get("type") != "water"
    )
    found = []
    for grams in (record["co2e_grams"], 0):
        records[record["id"]] = {**record, "co2e_grams": grams, "terms": {**record["terms"], "status": status}}
        dcycle.space.restore(snapshot)
        found.append((counted(dcycle), of_owner(dcycle, kind, record)))
    (total, own), (rest, others) = found
    grams = record["co2e_grams"] if status in KINDS[kind][1] else 0
    assert total - rest == grams
    assert own is None or others is None or own - others == grams


@pytest.mark.rule("dcycle.items.status")
def test_every_kind_of_record_follows_the_rule(dcycle: Caller) -> None:
    """In every kind of record that emits, one that is calculated counts while its status is active or has no status."""
    memory = Document(Memory).read(dcycle.space.snapshot()["memory"]["dcycle"])
    kinds = {
        kind: [found for found in records.values() if isinstance(found, EmittingRecord)]
        for kind, records in memory.records().items()
    }
    emitting = {kind: found for kind, found in kinds.items() if found}
    assert len(emitting) == 10
    for record in (record for records in emitting.values() for record in records):
        assert record.counts == (record.status in ("active", "success"))
        calculated = record.co2e_grams is not None and record.posting() is not None
        assert (record.emission() is not None) == (record.counts and calculated)
