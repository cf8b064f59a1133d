"""Invoices of energy and utilities."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from emulator.core.documents import UtcTime
from emulator.providers.dcycle.memory.records import Record, Source

InvoiceType: TypeAlias = Literal["heat", "electricity", "water", "recharge", "process"]
InvoiceStatus: TypeAlias = Literal["uploaded", "loading", "active", "inactive", "review", "error"]

INVOICE_SOURCES: Mapping[InvoiceType, Source] = {
    "heat": "heat_invoice",
    "electricity": "electricity_invoice",
    "recharge": "recharge_invoice",
    "process": "process_invoice",
}
"""What an invoice of a type puts into the ledgers. Water is in no category that the vendor names."""


@dataclass(frozen=True, slots=True)
class Invoice:
    """An energy or utility invoice; ``percentage`` (0 to 1) of its base quantity is the facility's share.

    ``enabled`` is false once its facility is deleted.
    """

    id: str
    organization_id: str
    type: InvoiceType
    base_quantity: float
    percentage: float
    unit_id: str
    start_date: date
    end_date: date
    created_at: UtcTime
    updated_at: UtcTime
    status: InvoiceStatus = "active"
    co2e_grams: int | None = None
    co2e_biomass_grams: int | None = None
    total_energy_kwh: float | None = None
    invoice_id: str | None = None
    facility_id: str | None = None
    supplier_id: str | None = None
    cups: str | None = None
    facility_fuel_id: str | None = None
    custom_emission_factor_id: str | None = None
    file_id: str | None = None
    file_url: str | None = None
    uploaded_by: str | None = None
    enabled: bool = True

    def __post_init__(self) -> None:
        self.record()

    @property
    def quantity(self) -> float:
        return self.base_quantity * self.percentage

    @property
    def counts(self) -> bool:
        """Whether what it causes is in any sum."""
        return self.enabled and self.status != "inactive"

    def record(self) -> Record | None:
        """What it adds to the emissions of its organization: nothing when it does not count or is not calculated."""
        source = INVOICE_SOURCES.get(self.type)
        if self.co2e_grams is None or source is None or not self.counts:
            return None
        return Record(self.id, self.organization_id, source, self.co2e_grams, self.start_date, self.end_date)
