"""Invoices of energy and utilities, scopes 1 and 2 (docs.dcycle.io, Invoices). They are uploaded by other ways."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from emulator.core.clock import Clock
from emulator.providers.dcycle import errors
from emulator.providers.dcycle.backend.book import Book, sort
from emulator.providers.dcycle.backend.ledgers import Ledgers
from emulator.providers.dcycle.memory import Facility, Invoice, Memory, Organization


@dataclass(frozen=True, slots=True)
class InvoiceFilter:
    """What a list of invoices is narrowed to.

    ``values`` are wanted of members, ``since`` and ``until`` bound the period, ``number`` is a part of the invoice's
    own, and ``sort`` names a member, after a minus sign for the greatest first.
    """

    values: Mapping[str, Collection[object]] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None
    calculated: bool | None = None
    number: str | None = None
    sort: str | None = None

    def takes(self, invoice: Invoice) -> bool:
        return (
            all(getattr(invoice, name) in values for name, values in self.values.items())
            and (self.since is None or self.since <= invoice.start_date)
            and (self.until is None or invoice.end_date <= self.until)
            and (self.calculated is None or self.calculated == (invoice.co2e_grams is not None))
            and (self.number is None or self.number.casefold() in (invoice.invoice_id or "").casefold())
        )


class Invoices:
    """The invoices of every organization in one space."""

    def __init__(self, memory: Memory, ledgers: Ledgers, clock: Clock) -> None:
        self.clock = clock
        self._book = Book(memory.invoices, ledgers, lambda invoice: invoice.facility_id)

    def matching(self, organization: Organization, wanted: InvoiceFilter) -> Collection[Invoice]:
        """The invoices that a filter takes, sorted as it says, or else oldest first."""
        if wanted == InvoiceFilter():
            return self._book.of(organization)
        found = self._book.of(organization, wanted.takes)
        return sort(found, wanted.sort) if wanted.sort else found

    def get(self, organization: Organization, invoice_id: str) -> Invoice:
        """An invoice of this organization. Raises InvoiceNotFound."""
        invoice = self._book.get(organization, invoice_id)
        if invoice is None:
            raise errors.InvoiceNotFound
        return invoice

    def of_facility(self, facility: Facility) -> Collection[Invoice]:
        """The invoices of a facility, oldest first."""
        return self._book.parts_of(facility)

    def update(self, organization: Organization, invoice_id: str, changes: Mapping[str, Any]) -> Invoice:
        """Change what is said of an invoice. Raises InvoiceNotFound."""
        invoice = self.get(organization, invoice_id)
        return self._book.put(replace(invoice, updated_at=self.clock.now, **changes))

    def delete(self, organization: Organization, invoice_id: str) -> None:
        """Forget an invoice, and what it caused. Raises InvoiceNotFound."""
        self._book.drop(self.get(organization, invoice_id))

    def disable(self, facility: Facility) -> None:
        """Keep the invoices of a facility, and count them no more."""
        for invoice in list(self._book.parts_of(facility)):
            self._book.put(replace(invoice, updated_at=self.clock.now, enabled=False))
