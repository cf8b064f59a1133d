"""Invoices: one per tenant and calendar month, for everything that was bought in it."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from emulator.core.agenda import Agenda
from emulator.core.clock import Clock, Event
from emulator.core.ids import LOWER, Ids
from emulator.providers.thallo.memory.fixture import Memory
from emulator.providers.thallo.memory.records import Invoice, RetirementRequest


class Invoices:
    """The invoices of all tenants in one space."""

    def __init__(self, memory: Memory, clock: Clock, ids: Ids) -> None:
        self.memory = memory
        self.clock = clock
        self.ids = ids
        self._open: dict[tuple[str, str], Invoice] = {}
        self._settling = Agenda[Invoice]()
        for invoice in memory.invoices.values():
            self._index(invoice)

    def current(self, tenant_id: str) -> Invoice:
        """Return a tenant's invoice of the current month; a missing one is created."""
        month = f"{self.clock.now:%Y-%m}"
        if (tenant_id, month) not in self._open:
            invoice_id = "00i" + self.ids.text("thallo.invoice", LOWER, 15)
            invoice = self.memory.invoices[invoice_id] = Invoice(invoice_id, tenant_id, month)
            self._index(invoice)
        return self._open[tenant_id, month]

    def of(self, request: RetirementRequest) -> Sequence[Invoice]:
        """Return the invoices, each once, of what was bought for a retirement request."""
        invoice_ids = dict.fromkeys(item.invoice_id for item in request.items if item.invoice_id is not None)
        return [self.memory.invoices[invoice_id] for invoice_id in invoice_ids]

    def due(self, since: datetime, until: datetime) -> Iterator[Event]:
        """Yield the invoices that are settled in a span of time."""
        for at, invoice in self._settling.between(since, until):
            yield Event(at, "thallo", "invoice.settled", invoice.id)

    def _index(self, invoice: Invoice) -> None:
        self._settling.add(invoice.settled_at, invoice)
        if invoice.paid_at is None:
            self._open[invoice.tenant_id, invoice.month] = invoice
