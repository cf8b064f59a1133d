"""Invoices: one per tenant and calendar month, for everything that was bought in it."""

from collections.abc import Sequence

from emulator.core.clock import Clock
from emulator.core.ids import LOWER, Ids
from emulator.providers.thallo.memory.fixture import Memory
from emulator.providers.thallo.memory.records import Invoice, RetirementRequest


class Invoices:
    """The invoices of all tenants in one space."""

    def __init__(self, memory: Memory, clock: Clock, ids: Ids) -> None:
        self.memory = memory
        self.clock = clock
        self.ids = ids
        self._by_month = {
            (invoice.tenant_id, invoice.month): invoice
            for invoice in memory.invoices.values()
            if invoice.paid_at is None
        }

    def current(self, tenant_id: str) -> Invoice:
        """Return a tenant's invoice of the current month; a missing one is created."""
        month = f"{self.clock.now:%Y-%m}"
        if (tenant_id, month) not in self._by_month:
            invoice_id = "00i" + self.ids.text("thallo.invoice", LOWER, 15)
            invoice = self._by_month[tenant_id, month] = Invoice(invoice_id, tenant_id, month)
            self.memory.invoices[invoice.id] = invoice
        return self._by_month[tenant_id, month]

    def of(self, request: RetirementRequest) -> Sequence[Invoice]:
        """Return the invoices, each once, of what was bought for a retirement request."""
        invoice_ids = dict.fromkeys(item.invoice_id for item in request.items if item.invoice_id is not None)
        return [self.memory.invoices[invoice_id] for invoice_id in invoice_ids]
