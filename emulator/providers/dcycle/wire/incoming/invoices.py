"""Invoices: ``/v1/invoices``, and ``/v3/invoices`` for reading one."""

from typing import Literal

from pydantic import Field

from emulator.providers.dcycle.backend.drafts import InvoiceFilter
from emulator.providers.dcycle.memory.invoices import InvoiceStatus
from emulator.providers.dcycle.wire.incoming.fields import Day, Id, Name, Several
from emulator.providers.dcycle.wire.incoming.parts import Body, Page, Path
from emulator.web.fields import Text

Sort = Literal[
    "start_date", "end_date", "created_at", "quantity", "invoice_id",
    "-start_date", "-end_date", "-created_at", "-quantity", "-invoice_id",
]  # fmt: skip


class InvoicePath(Path):
    invoice_id: Id


class InvoicePage(Page):
    """``GET /v1/invoices``"""

    repeated = ("type[]", "status[]", "facility_id[]", "cups[]")

    type: Several[Literal["heat", "electricity", "water", "recharge"]] = Field((), alias="type[]")
    status: Several[InvoiceStatus] = Field((), alias="status[]")
    facility_id: Several[Id] = Field((), alias="facility_id[]")
    cups: Several[str] = Field((), alias="cups[]")
    start_date: Day | None = None
    end_date: Day | None = None
    co2e_status: Literal["calculated", "not_calculated"] | None = None
    invoice_id: str | None = None
    sort: Sort | None = None

    def filter(self) -> InvoiceFilter:
        return InvoiceFilter(
            types=self.type,
            statuses=self.status,
            facility_ids=self.facility_id,
            cups=self.cups,
            since=self.start_date,
            until=self.end_date,
            calculated=None if self.co2e_status is None else self.co2e_status == "calculated",
            number=self.invoice_id,
        )

    def sort_members(self) -> tuple[str, ...]:
        return () if self.sort is None else (self.sort,)


class InvoiceChanges(Body):
    """``PATCH /v1/invoices/{invoice_id}``. Only members that are sent change, so no default is ever used."""

    uploaded_by: Id | None = None
    facility_id: Id | None = None
    supplier_id: Id | None = None
    status: InvoiceStatus = "active"
    invoice_id: Name | None = None
    cups: Text | None = None
