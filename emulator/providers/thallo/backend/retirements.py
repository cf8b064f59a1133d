"""Retirements: calls queue grams in requests, and the clock carries them out (docs.market.thallo.io)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import field

from emulator.core.agenda import Agenda
from emulator.core.clock import Clock, Event
from emulator.core.ids import LOWER, Ids
from emulator.core.struct import Struct
from emulator.providers.thallo import errors
from emulator.providers.thallo.backend.amounts import positive
from emulator.providers.thallo.backend.drafts import RetirementDraft
from emulator.providers.thallo.backend.inventory import Inventory
from emulator.providers.thallo.backend.invoices import Invoices
from emulator.providers.thallo.backend.market import Market, Purchase
from emulator.providers.thallo.memory.catalogue import Catalogue, Retiree
from emulator.providers.thallo.memory.fields import TONNE_GRAMS, Status
from emulator.providers.thallo.memory.fixture import Memory
from emulator.providers.thallo.memory.records import REGISTRY, Proof, RetirementItem, RetirementRequest, Trade

TICK = timedelta(microseconds=1)
EVENTS = {"IN_PROGRESS": "retirement.started", "COMPLETE": "retirement.completed"}
"""The events by which statuses begin. The end of ``OPEN`` is an event as well: ``month.ended``."""


class Receipt(Struct, frozen=True):
    """The retirement request that contains a call, and whether the call had been accepted before."""

    retirement_request_id: str
    already_processed: bool


class Retirement(Struct, frozen=True):
    """A retirement request as it is now. ``retired_at`` and ``proof`` are set on completion."""

    request: RetirementRequest
    project_id: str
    company: Retiree
    status: Status
    quantity_grams: int
    invoices_settled: bool
    retired_at: datetime | None = None
    proof: Proof | None = None


class Watched(Struct, frozen=True):
    """A request on the agenda, with the times at which its status may change, and the invoices that decide on them.

    Changes at one time are in the order of the numbers, which a restored space gives its requests as well.
    """

    number: int
    request: RetirementRequest
    times: set[datetime] = field(default_factory=set)
    invoice_ids: set[str] = field(default_factory=set)


class Retirements:
    """The retirement requests of all tenants in one space."""

    def __init__(
        self,
        catalogue: Catalogue,
        memory: Memory,
        market: Market,
        inventory: Inventory,
        invoices: Invoices,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self.catalogue = catalogue
        self.memory = memory
        self.market = market
        self.inventory = inventory
        self.invoices = invoices
        self.clock = clock
        self.ids = ids
        self._companies = {tenant.id: tenant.company for tenant in catalogue.tenants}
        self._accepted: dict[str, dict[str, str]] = {tenant.id: {} for tenant in catalogue.tenants}
        self._fractional: dict[tuple[str, str], RetirementRequest] = {}
        self._watched: dict[str, Watched] = {}
        self._changing = Agenda[Watched]()
        for request in memory.retirement_requests.values():
            self._index(request)
            for item in request.items:
                self._accepted[request.tenant_id][item.external_id] = request.id

    def request(self, tenant_id: str, draft: RetirementDraft) -> Receipt:
        """Queue grams from the wallet for retirement, and buy what it is missing. Raises RetirementRefusal."""
        if request_id := self._accepted[tenant_id].get(draft.external_id):
            return Receipt(request_id, already_processed=True)
        quantity_grams = self._quantity(draft)
        missing_grams = quantity_grams - self.inventory.owned_grams(tenant_id, draft.vintage_id)
        purchase = self.market.purchase(tenant_id, draft, missing_grams) if missing_grams > 0 else None

        request = self._request_for(tenant_id, draft.vintage_id, quantity_grams)
        trade = self._buy(tenant_id, purchase) if purchase else None
        self.inventory.take(tenant_id, draft.vintage_id, quantity_grams)
        item = RetirementItem(
            id=self._new_id("item", "00p"),
            external_id=draft.external_id,
            created_at=self.clock.now,
            quantity_grams=quantity_grams,
            customer=draft.customer,
            external_retiree_id=draft.external_retiree_id,
            trade_id=trade.id if trade else None,
            invoice_id=self.invoices.current(tenant_id).id if trade else None,
        )
        request.items.append(item)
        self._watch(request, item)
        self._accepted[tenant_id][draft.external_id] = request.id
        return Receipt(request.id, already_processed=False)

    def get(self, tenant_id: str, request_id: str) -> Retirement:
        """Return a tenant's retirement request as it is now. Raises RequestNotFound."""
        request = self.memory.retirement_requests.get(request_id)
        if request is None or request.tenant_id != tenant_id:
            raise errors.RequestNotFound
        now, invoices = self.clock.now, self.invoices.of(request)
        status = request.status(now, invoices)
        complete = status == "COMPLETE"
        return Retirement(
            request=request,
            project_id=self.catalogue.vintages[request.vintage_id].project_id,
            company=self._companies[tenant_id],
            status=status,
            quantity_grams=request.quantity_grams(now),
            invoices_settled=all(invoice.settled_at <= now for invoice in invoices),
            retired_at=request.starts_at(invoices) + REGISTRY if complete else None,
            proof=request.proof or _proof(request, now) if complete else None,
        )

    def due(self, since: datetime, until: datetime) -> Iterator[Event]:
        """Yield the requests whose status changes in a span of time."""
        changes = self._changing.between(since, until)
        for at, watched in sorted(changes, key=lambda change: (change[0], change[1].number)):
            request, invoices = watched.request, self.invoices.of(watched.request)
            before, after = request.status(at - TICK, invoices), request.status(at, invoices)
            if before == "OPEN" != after:
                yield Event(at, "thallo", "month.ended", request.id)
            if before != after and after in EVENTS:
                yield Event(at, "thallo", EVENTS[after], request.id)

    # --- below the rules

    def _buy(self, tenant_id: str, purchase: Purchase) -> Trade:
        """Move credits from a sell order to a tenant's wallet."""
        self.market.sell(purchase)
        return self.inventory.buy(tenant_id, purchase)

    def _quantity(self, draft: RetirementDraft) -> int:
        """Return the grams to retire, whole tonnes for a customer. Raises RetirementRefusal."""
        grams = positive(draft.quantity_grams, errors.QuantityNotANumber, errors.QuantityNotPositive)
        if draft.vintage_id not in self.catalogue.vintages:
            raise errors.VintageNotFound
        if draft.customer and grams < TONNE_GRAMS:
            raise errors.TonnesTooLow
        if draft.customer and grams % TONNE_GRAMS:
            raise errors.TonnesNotWhole
        return grams

    def _request_for(self, tenant_id: str, vintage_id: str, quantity_grams: int) -> RetirementRequest:
        """Return the request that grams join: the vintage's open one for fractions, a new one for whole tonnes.

        A new request for fractions takes over what the months before left.
        """
        whole, now = quantity_grams % TONNE_GRAMS == 0, self.clock.now
        current = self._fractional.get((tenant_id, vintage_id))
        if current and current.open(now) and not whole:
            return current
        carried_grams = current.remainder_grams if current and not whole else 0
        request_id = self._new_id("request", "00m")
        request = RetirementRequest(request_id, tenant_id, vintage_id, whole, now, carried_grams=carried_grams)
        self.memory.retirement_requests[request.id] = request
        self._index(request)
        return request

    def _new_id(self, kind: str, prefix: str) -> str:
        return prefix + self.ids.text(f"thallo.{kind}", LOWER, 15)

    def _index(self, request: RetirementRequest) -> None:
        self._watched[request.id] = Watched(len(self._watched), request)
        self._watch(request, *request.items)
        if not request.whole:
            self._fractional[request.tenant_id, request.vintage_id] = request

    def _watch(self, request: RetirementRequest, *added: RetirementItem) -> None:
        """Add the times at which the status may change to the agenda. A purchase may postpone them."""
        watched = self._watched[request.id]
        invoice_ids = {item.invoice_id for item in added if item.invoice_id} - watched.invoice_ids
        if watched.times and not invoice_ids:
            return
        watched.invoice_ids.update(invoice_ids)
        starts_at = request.starts_at(self.memory.invoices[invoice_id] for invoice_id in watched.invoice_ids)
        for at in {request.closes_at, starts_at, starts_at + REGISTRY} - watched.times:
            watched.times.add(at)
            self._changing.add(at, watched)


def _proof(request: RetirementRequest, now: datetime) -> Proof:
    """Make up one serial number, with the first and the last tonne, and a certificate URL like Thallo's."""
    tonnes = request.quantity_grams(now) // TONNE_GRAMS
    return Proof((f"{request.vintage_id}-{request.id}-1-{tonnes}",), f"https://example.com/certificates/{request.id}")
