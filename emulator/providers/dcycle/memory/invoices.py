"""Invoices of energy and utilities."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from emulator.core.documents import Day
from emulator.core.exact_json import decimal
from emulator.core.struct import Struct
from emulator.providers.dcycle.memory.emissions import Category, check_period
from emulator.providers.dcycle.memory.fields import Energy, Fraction, Grams, Quantity, Uuid
from emulator.providers.dcycle.memory.records import EmittingRecord, Posting

InvoiceType: TypeAlias = Literal["heat", "electricity", "water", "recharge", "process"]
InvoiceSource: TypeAlias = Literal["manual", "pdf", "bulk_file", "datadis"]
InvoiceStatus: TypeAlias = Literal["uploaded", "loading", "active", "inactive", "review", "error"]

INVOICE_CATEGORIES: Mapping[InvoiceType, Category] = {
    "heat": "combustion",
    "electricity": "electricity",
    "recharge": "combustion",
    "process": "combustion",
}
"""The category in which an invoice counts. The vendor names no category for water."""


PERCENTAGE_TOLERANCE = 1e-6


class InvoiceTerms(Struct, frozen=True):
    """The data of an invoice that a client can change."""

    status: InvoiceStatus = "active"
    invoice_id: str | None = None
    facility_id: Uuid | None = None
    supplier_id: Uuid | None = None
    cups: str | None = None
    uploaded_by: Uuid | None = None


class InvoiceShare(Struct, frozen=True):
    """What share of an invoice is that of a facility, and the organization that has the facility."""

    organization_id: str
    terms: InvoiceTerms
    percentage: Fraction


class InvoiceDraft(Struct, frozen=True, kw_only=True):
    """The data that a client sends about an invoice that facilities share."""

    type: InvoiceType
    base_quantity: Quantity
    unit_id: str
    start_date: Day
    end_date: Day
    shares: tuple[InvoiceShare, ...]
    facility_fuel_id: Uuid | None = None
    custom_emission_factor_id: Uuid | None = None
    file_url: str | None = None
    toc: str | None = None

    def __post_init__(self) -> None:
        check_period(self.start_date, self.end_date)
        if abs(sum(share.percentage for share in self.shares) - 1) > PERCENTAGE_TOLERANCE:
            raise ValueError("the percentages must add up to 1")


class Invoice(EmittingRecord[InvoiceTerms], frozen=True, kw_only=True):
    """An energy or utility invoice; ``percentage`` (0 to 1) of its base quantity is the facility's share.

    ``enabled`` is false once its facility is deleted.
    """

    terms: InvoiceTerms
    type: InvoiceType
    base_quantity: Quantity
    percentage: Fraction
    unit_id: str
    start_date: Day
    end_date: Day
    co2e_biomass_grams: Grams | None = None
    total_energy_kwh: Energy | None = None
    facility_fuel_id: Uuid | None = None
    custom_emission_factor_id: Uuid | None = None
    file_id: Uuid | None = None
    file_url: str | None = None
    source: InvoiceSource | None = None
    stationary_fuel_id: Uuid | None = None
    supply_contract_id: Uuid | None = None
    source_invoice_id: Uuid | None = None
    toc: str | None = None
    enabled: bool = True

    def __post_init__(self) -> None:
        check_period(self.start_date, self.end_date)

    @property
    def is_share(self) -> bool:
        """Whether other facilities have the rest of the invoice."""
        return self.percentage < 1

    @property
    def quantity(self) -> float:
        return float(decimal(self.base_quantity) * decimal(self.percentage))

    @property
    def status(self) -> InvoiceStatus:
        return self.terms.status

    def posting(self) -> Posting | None:
        """Return where the emissions count; None if the type has no category."""
        category = INVOICE_CATEGORIES.get(self.type)
        return None if category is None else Posting(category, self.start_date, self.end_date)
