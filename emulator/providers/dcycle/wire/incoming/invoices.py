"""Invoices: ``/v1/invoices``, and ``/v3/invoices`` for reading one."""

from datetime import date
from typing import Literal

from msgspec import UNSET, UnsetType
from pydantic import Field

from emulator.providers.dcycle.backend.drafts import InvoiceFilter, InvoicesDraft
from emulator.providers.dcycle.memory.invoices import InvoiceSource, InvoiceStatus
from emulator.providers.dcycle.wire.incoming.fields import (
    Calculated,
    Day,
    Id,
    Name,
    PageNumber,
    PageSize,
    Several,
    Since,
    Until,
    is_calculated,
)
from emulator.providers.dcycle.wire.incoming.parts import Body, Page, Path, Query
from emulator.web.fast_draft import FastQuery, NonEmpty, has_fast_query
from emulator.web.fields import Text

Sort = Literal[
    "start_date", "end_date", "created_at", "quantity", "invoice_id",
    "-start_date", "-end_date", "-created_at", "-quantity", "-invoice_id",
]  # fmt: skip


class InvoicePath(Path):
    invoice_id: Id


class FastInvoices(FastQuery, frozen=True):
    """A page of the invoices of a period, or with a number."""

    page: PageNumber = 1
    size: PageSize = 50
    start_date: date | UnsetType = UNSET
    end_date: date | UnsetType = UNSET
    co2e_status: Calculated | UnsetType = UNSET
    invoice_id: NonEmpty | UnsetType = UNSET

    @property
    def draft(self) -> InvoicesDraft:
        wanted = InvoiceFilter(
            since=self.start_date or None,
            until=self.end_date or None,
            calculated=is_calculated(self.co2e_status or None),
            number=self.invoice_id or None,
        )
        return InvoicesDraft(self.page, self.size, wanted)


@has_fast_query(FastInvoices)
class InvoicePage(Page):
    """``GET /v1/invoices``"""

    repeated = (
        "type[]", "status[]", "facility_id[]", "cups[]", "supplier_id[]", "supplier_id", "facility_fuel_id[]",
        "facility_fuel_id", "uploaded_by[]", "uploaded_by", "source[]", "source", "stationary_fuel_id[]",
        "stationary_fuel_id", "supply_contract_id[]", "supply_contract_id",
    )  # fmt: skip

    type: Several[Literal["heat", "electricity", "water", "recharge"]] = Field((), alias="type[]")
    status: Several[InvoiceStatus] = Field((), alias="status[]")
    facility_id: Several[Id] = Field((), alias="facility_id[]")
    cups: Several[str] = Field((), alias="cups[]")
    start_date: Day | None = None
    end_date: Day | None = None
    co2e_status: Calculated | None = None
    invoice_id: str | None = None
    supplier_id: Several[Id] = ()
    supplier_ids: Several[Id] = Field((), alias="supplier_id[]")
    facility_fuel_id: Several[Id] = ()
    facility_fuel_ids: Several[Id] = Field((), alias="facility_fuel_id[]")
    uploaded_by: Several[Id] = ()
    uploaders: Several[Id] = Field((), alias="uploaded_by[]")
    source: Several[InvoiceSource] = ()
    sources: Several[InvoiceSource] = Field((), alias="source[]")
    created_at_from: Since | None = None
    created_at_to: Until | None = None
    uploaded_from: Since | None = None
    uploaded_until: Until | None = None
    stationary_fuel_id: Several[Id] = ()
    stationary_fuel_ids: Several[Id] = Field((), alias="stationary_fuel_id[]")
    supply_contract_id: Several[Id] = ()
    supply_contract_ids: Several[Id] = Field((), alias="supply_contract_id[]")
    sort: Sort | None = None

    @property
    def draft(self) -> InvoicesDraft:  # type: ignore[override]
        return InvoicesDraft(self.page, self.size, self._filter(), () if self.sort is None else (self.sort,))

    def _filter(self) -> InvoiceFilter:
        return InvoiceFilter(
            types=self.type,
            statuses=self.status,
            facility_ids=self.facility_id,
            cups=self.cups,
            since=self.start_date,
            until=self.end_date,
            calculated=is_calculated(self.co2e_status),
            number=self.invoice_id,
            supplier_ids=(*self.supplier_id, *self.supplier_ids),
            facility_fuel_ids=(*self.facility_fuel_id, *self.facility_fuel_ids),
            uploaders=(*self.uploaded_by, *self.uploaders),
            sources=(*self.source, *self.sources),
            created_since=max(filter(None, (self.created_at_from, self.uploaded_from)), default=None),
            created_until=min(filter(None, (self.created_at_to, self.uploaded_until)), default=None),
            stationary_fuel_ids=(*self.stationary_fuel_id, *self.stationary_fuel_ids),
            supply_contract_ids=(*self.supply_contract_id, *self.supply_contract_ids),
        )


class FilterOptionsQuery(Query):
    """``GET /v1/invoices/filter-options``"""

    facility_id: Id
    type: Literal["heat", "electricity", "water", "recharge", "process", "waste_water_treatment"]


class InvoiceChanges(Body):
    """``PATCH /v1/invoices/{invoice_id}``. Only members that are sent change, so no default is ever used."""

    uploaded_by: Id | None = None
    facility_id: Id | None = None
    supplier_id: Id | None = None
    status: InvoiceStatus = "active"
    invoice_id: Name | None = None
    cups: Text | None = None
