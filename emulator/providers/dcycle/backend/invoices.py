"""Invoices of energy and utilities, scopes 1 and 2 (docs.dcycle.io, Invoices)."""

from dataclasses import replace

from emulator.providers.dcycle import errors
from emulator.providers.dcycle.backend.records import Context, Records
from emulator.providers.dcycle.memory.facilities import Facility
from emulator.providers.dcycle.memory.invoices import Invoice, InvoiceTerms


class Invoices(Records[Invoice, InvoiceTerms]):
    """The invoices of every organization in one space, by facility."""

    kind = Invoice
    id_kind = "dcycle.invoice"
    not_found = errors.InvoiceNotFound

    def __init__(self, context: Context) -> None:
        super().__init__(context, context.memory.invoices)

    def owner(self, record: Invoice) -> str | None:
        return record.terms.facility_id

    def disable(self, facility: Facility) -> None:
        """Keep the invoices of a facility without counting them."""
        for invoice in list(self.belonging_to(facility)):
            self.put(replace(invoice, updated_at=self.clock.now, enabled=False))
