"""Invoices: ``/v1/invoices``, and ``/v3/invoices`` for reading one."""

from datetime import date
from typing import Literal

from pydantic import Field

from emulator.core.clock import seconds
from emulator.providers.dcycle.backend.invoices import InvoiceFilter
from emulator.providers.dcycle.memory import Invoice, InvoiceStatus, Organization
from emulator.providers.dcycle.wire.parameters import Body, Day, Id, Name, OrganizationHeader, Page, kilograms
from emulator.web.fields import Text
from emulator.web.model import Model

Sort = Literal[
    "start_date", "end_date", "created_at", "quantity", "invoice_id",
    "-start_date", "-end_date", "-created_at", "-quantity", "-invoice_id",
]  # fmt: skip


# --- in ---------------------------------------------------------------------------------------------------------------


class InvoicePage(Page):
    """``GET /v1/invoices``"""

    repeated = ("type[]", "status[]", "facility_id[]", "cups[]")

    type: list[Literal["heat", "electricity", "water", "recharge"]] = Field([], alias="type[]")
    status: list[InvoiceStatus] = Field([], alias="status[]")
    facility_id: list[Id] = Field([], alias="facility_id[]")
    cups: list[str] = Field([], alias="cups[]")
    start_date: Day | None = None
    end_date: Day | None = None
    co2e_status: Literal["calculated", "not_calculated"] | None = None
    invoice_id: str | None = None
    sort: Sort | None = None

    def filter(self) -> InvoiceFilter:
        names = ("type", "status", "facility_id", "cups")
        return InvoiceFilter(
            values={name: values for name, values in self.sent().items() if name in names},
            since=self.start_date,
            until=self.end_date,
            calculated=self.co2e_status and self.co2e_status == "calculated",
            number=self.invoice_id,
            sort=self.sort,
        )


class InvoiceChanges(Body):
    """``PATCH /v1/invoices/{invoice_id}``; what is not sent stays, so no default is ever used."""

    uploaded_by: Id | None = None
    facility_id: Id | None = None
    supplier_id: Id | None = None
    status: InvoiceStatus = "active"
    invoice_id: Name | None = None
    cups: Text | None = None


class InvoicePath(Model):
    invoice_id: Id


class ListInvoices(Model):
    query: InvoicePage
    header: OrganizationHeader


class OneInvoice(Model):
    """A request to read or to delete."""

    path: InvoicePath
    header: OrganizationHeader


class UpdateInvoice(OneInvoice):
    body: InvoiceChanges


# --- out --------------------------------------------------------------------------------------------------------------


def listed_invoice(invoice: Invoice) -> dict[str, object]:
    """An invoice as a list shows it."""
    return {
        "id": invoice.id,
        "type": invoice.type,
        "status": invoice.status,
        "quantity": invoice.quantity,
        "unit_id": invoice.unit_id,
        "start_date": _midnight(invoice.start_date),
        "end_date": _last_second(invoice.end_date),
        "invoice_id": invoice.invoice_id,
        "facility_id": invoice.facility_id,
        "supplier_id": invoice.supplier_id,
        "co2e": kilograms(invoice.co2e_grams),
        "total_energy_kwh": invoice.total_energy_kwh,
        "cups": invoice.cups,
        "created_at": seconds(invoice.created_at),
        "updated_at": seconds(invoice.updated_at),
    }


def invoice(invoice: Invoice) -> dict[str, object]:
    """An invoice by itself."""
    return {
        **listed_invoice(invoice),
        "base_quantity": invoice.base_quantity,
        "percentage": invoice.percentage,
        "facility_fuel_id": invoice.facility_fuel_id,
        "custom_emission_factor_id": invoice.custom_emission_factor_id,
        "co2e_biomass": kilograms(invoice.co2e_biomass_grams),
        "file_id": invoice.file_id,
        "file_url": invoice.file_url,
        "uploaded_by": invoice.uploaded_by,
        "enabled": invoice.enabled,
    }


def invoice_v3(shown: Invoice, organization: Organization, facility_name: str | None) -> dict[str, object]:
    """The same with where it came from, and whose share it is."""
    return {
        **invoice(shown),
        "original_quantity": shown.base_quantity,
        "original_unit_id": shown.unit_id,
        "source_invoice_id": None,
        "toc_id": None,
        "invofox_id": None,
        "facility_percentages": [
            {
                "organization_id": organization.id,
                "facility_id": shown.facility_id,
                "percentage": shown.percentage,
                "company_name": organization.name,
                "facility_name": facility_name,
            }
        ],
    }


def _midnight(day: date) -> str:
    """Without an offset, as the vendor shows periods."""
    return f"{day.isoformat()}T00:00:00"


def _last_second(day: date) -> str:
    return f"{day.isoformat()}T23:59:59"
