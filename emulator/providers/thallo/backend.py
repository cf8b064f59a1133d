"""The rules by which Thallo's memory changes (docs.market.thallo.io)."""

import re
from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter, itemgetter

from emulator.core.agenda import Agenda
from emulator.core.clock import Clock, Event
from emulator.core.ids import LOWER, Ids
from emulator.providers.thallo import errors
from emulator.providers.thallo.keys import Keys
from emulator.providers.thallo.market import Market
from emulator.providers.thallo.memory import (
    REGISTRY,
    TONNE_GRAMS,
    ApiKey,
    Catalogue,
    Invoice,
    Memory,
    Proof,
    Retiree,
    RetirementItem,
    RetirementRequest,
    SellOrder,
    Status,
    Tenant,
    Trade,
    Wallet,
)
from emulator.providers.thallo.projects import Projects

ID_PREFIXES = {"trade": "00g", "invoice": "00i", "request": "00m", "item": "00p"}


@dataclass(frozen=True, slots=True)
class RetirementDraft:
    """A call not yet accepted; numbers are still text. No ``customer``: in the tenant's own name."""

    vintage_id: str
    quantity_grams: str
    external_id: str
    external_retiree_id: str | None = None
    sell_order_id: str | None = None
    expected_price_cents: str | None = None
    customer: Retiree | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The retirement request that holds a call, and whether it had held it before."""

    retirement_request_id: str
    already_processed: bool


@dataclass(frozen=True, slots=True)
class Purchase:
    """Whole tonnes out of a sell order."""

    order: SellOrder
    quantity_grams: int


@dataclass(frozen=True, slots=True)
class Holding:
    """A tenant's wallets with credits of one project, each with its vintage, in the order of the vintages."""

    project_id: str
    wallets: list[tuple[str, Wallet]]

    def at_least(self, quantity_grams: int) -> "Holding":
        """Without the wallets that hold less."""
        kept = [(vintage_id, wallet) for vintage_id, wallet in self.wallets if wallet.quantity_grams >= quantity_grams]
        return Holding(self.project_id, kept)


@dataclass(frozen=True, slots=True)
class Retirement:
    """What has become of a retirement request by now. ``retired_at`` and ``proof`` come with completion."""

    request: RetirementRequest
    project_id: str
    company: Retiree
    status: Status
    quantity_grams: int
    invoices_settled: bool
    retired_at: datetime | None = None
    proof: Proof | None = None


class Thallo:
    """Thallo in one space."""

    def __init__(self, catalogue: Catalogue, memory: Memory, clock: Clock, ids: Ids) -> None:
        self.catalogue = catalogue
        self.memory = memory
        self.clock = clock
        self.ids = ids
        self.keys = Keys(catalogue, memory, clock, ids)
        self.projects = Projects(catalogue)
        self.market = Market(catalogue, memory.sell_orders.values(), clock)
        self._tenants = {tenant.id: tenant for tenant in catalogue.tenants}
        self._holdings: dict[str, list[Holding]] = {}
        self._accepted: dict[tuple[str, str], str] = {}
        self._fractional: dict[tuple[str, str], RetirementRequest] = {}
        self._invoices = {
            (invoice.tenant_id, invoice.month): invoice
            for invoice in memory.invoices.values()
            if invoice.paid_at is None
        }
        self._closings = Agenda[Event]()
        for tenant_id, wallets in memory.wallets.items():
            for vintage_id, wallet in wallets.items():
                self._index_wallet(tenant_id, vintage_id, wallet)
        for request in memory.retirement_requests.values():
            self._index_request(request)
            for item in request.items:
                self._accepted[request.tenant_id, item.external_id] = request.id
            self._invoices_of(request)  # a request whose invoice is unknown is refused here
        for order in memory.sell_orders.values():
            if order.closes_at is not None:
                self._announce(order.closes_at, "sell_order.closed", order.id)

    def tenant(self, key: ApiKey) -> Tenant:
        return self._tenants[key.tenant_id]

    # --- inventory

    def holdings(self, tenant: Tenant, quantity_grams_min: int) -> Sequence[Holding]:
        """What a tenant owns, by project; only wallets that hold at least so many grams."""
        holdings = self._holdings.get(tenant.id, [])
        if quantity_grams_min == 0:
            return holdings
        kept = (holding.at_least(quantity_grams_min) for holding in holdings)
        return [holding for holding in kept if holding.wallets]

    # --- retirement

    def request_retirement(self, tenant: Tenant, draft: RetirementDraft) -> Receipt:
        """Queue grams for retirement, out of the wallet and whole tonnes bought. Raises RetirementRefusal."""
        if request_id := self._accepted.get((tenant.id, draft.external_id)):
            return Receipt(request_id, already_processed=True)
        quantity_grams = self._quantity(draft)
        wallet = self.memory.wallets.get(tenant.id, {}).get(draft.vintage_id) or Wallet()
        lacking_grams = quantity_grams - wallet.quantity_grams
        purchase = self._purchase(tenant, draft, lacking_grams) if lacking_grams > 0 else None

        request = self._request_for(tenant, draft.vintage_id, quantity_grams)
        trade = self._buy(tenant, draft.vintage_id, purchase) if purchase else None
        self.memory.wallets[tenant.id][draft.vintage_id].quantity_grams -= quantity_grams
        item = RetirementItem(
            id=self._new_id("item"),
            external_id=draft.external_id,
            created_at=self.clock.now,
            quantity_grams=quantity_grams,
            customer=draft.customer,
            external_retiree_id=draft.external_retiree_id,
            trade_id=trade.id if trade else None,
            invoice_id=self._invoice(tenant).id if trade else None,
        )
        request.items.append(item)
        self._accepted[tenant.id, draft.external_id] = request.id
        return Receipt(request.id, already_processed=False)

    def retirement(self, tenant: Tenant, request_id: str) -> Retirement:
        """What has become of a tenant's retirement request. Raises RequestNotFound."""
        request = self.memory.retirement_requests.get(request_id)
        if request is None or request.tenant_id != tenant.id:
            raise errors.RequestNotFound
        now, invoices = self.clock.now, self._invoices_of(request)
        status = request.status(now, invoices)
        complete = status == "COMPLETE"
        return Retirement(
            request=request,
            project_id=self.catalogue.vintages[request.vintage_id].project_id,
            company=tenant.company,
            status=status,
            quantity_grams=request.quantity_grams(now),
            invoices_settled=all(invoice.settled_at <= now for invoice in invoices),
            retired_at=request.starts_at(invoices) + REGISTRY if complete else None,
            proof=request.proof or _proof(request, now) if complete else None,
        )

    # --- time

    def due(self, since: datetime, until: datetime) -> Iterator[Event]:
        """Sell orders that close, and fractional requests that a month's end closes, in this span of time."""
        return (event for _, event in self._closings.between(since, until))

    # --- below the rules

    def _quantity(self, draft: RetirementDraft) -> int:
        """The grams to retire; for a customer whole tonnes only. Raises RetirementRefusal."""
        grams = _positive(draft.quantity_grams, errors.QuantityNotANumber, errors.QuantityNotPositive)
        if draft.vintage_id not in self.catalogue.vintages:
            raise errors.VintageNotFound
        if draft.customer and grams < TONNE_GRAMS:
            raise errors.TonnesTooLow
        if draft.customer and grams % TONNE_GRAMS:
            raise errors.TonnesNotWhole
        return grams

    def _purchase(self, tenant: Tenant, draft: RetirementDraft, lacking_grams: int) -> Purchase:
        """The fewest whole tonnes that make up for what the wallet lacks. Raises RetirementRefusal."""
        if draft.sell_order_id is None:
            raise errors.OrderMissing
        if draft.expected_price_cents is None:
            raise errors.PriceMissing
        price_cents = _positive(draft.expected_price_cents, errors.PriceNotANumber, errors.PriceNotPositive)
        order = self._live_order(draft.sell_order_id)
        if order.vintage_id != draft.vintage_id:
            raise errors.OrderOfOtherVintage
        if order.seller_id == tenant.id:
            raise errors.OwnCredits
        if order.price_cents != price_cents:
            raise errors.PriceDiffers
        tonnes = -(-lacking_grams // TONNE_GRAMS)
        if order.quantity_grams < tonnes * TONNE_GRAMS:
            raise errors.SupplyTooLow
        if not self.memory.settings.invoices_live:
            raise errors.InvoiceNotLive
        return Purchase(order, tonnes * TONNE_GRAMS)

    def _live_order(self, order_id: str) -> SellOrder:
        order = self.memory.sell_orders.get(order_id)
        if order is None:
            raise errors.OrderNotFound
        if not order.live(self.clock.now):
            raise errors.OrderNotLive
        return order

    def _buy(self, tenant: Tenant, vintage_id: str, purchase: Purchase) -> Trade:
        """Move credits from a sell order to the tenant's wallet, which is opened if there is none."""
        wallets = self.memory.wallets.setdefault(tenant.id, {})
        if vintage_id not in wallets:
            wallets[vintage_id] = Wallet()
            self._index_wallet(tenant.id, vintage_id, wallets[vintage_id])
        order, grams = purchase.order, purchase.quantity_grams
        trade = Trade(self._new_id("trade"), "BUY", self.clock.now, grams, order.price_cents)
        insort(wallets[vintage_id].trades, trade, key=attrgetter("executed_at"))
        wallets[vintage_id].quantity_grams += grams
        order.quantity_grams -= grams
        return trade

    def _request_for(self, tenant: Tenant, vintage_id: str, quantity_grams: int) -> RetirementRequest:
        """Where grams are queued: fractions in the open request for the vintage, whole tonnes in one of their own.

        A new one for fractions begins with what the months before left over.
        """
        whole, now = quantity_grams % TONNE_GRAMS == 0, self.clock.now
        current = self._fractional.get((tenant.id, vintage_id))
        if current and current.open(now) and not whole:
            return current
        carried_grams = current.remainder_grams if current and not whole else 0
        request = RetirementRequest(
            self._new_id("request"), tenant.id, vintage_id, whole, now, carried_grams=carried_grams
        )
        self.memory.retirement_requests[request.id] = request
        self._index_request(request)
        return request

    def _invoice(self, tenant: Tenant) -> Invoice:
        """The tenant's invoice of the running month."""
        month = f"{self.clock.now:%Y-%m}"
        if (tenant.id, month) not in self._invoices:
            invoice = self._invoices[tenant.id, month] = Invoice(self._new_id("invoice"), tenant.id, month)
            self.memory.invoices[invoice.id] = invoice
        return self._invoices[tenant.id, month]

    def _invoices_of(self, request: RetirementRequest) -> Sequence[Invoice]:
        """The invoices, each once, with what was bought for a request."""
        invoice_ids = dict.fromkeys(item.invoice_id for item in request.items if item.invoice_id is not None)
        return [self.memory.invoices[invoice_id] for invoice_id in invoice_ids]

    def _new_id(self, kind: str) -> str:
        return ID_PREFIXES[kind] + self.ids.text(f"thallo.{kind}", LOWER, 15)

    def _index_wallet(self, tenant_id: str, vintage_id: str, wallet: Wallet) -> None:
        project_id = self.catalogue.vintages[vintage_id].project_id
        holdings = self._holdings.setdefault(tenant_id, [])
        place = bisect_left(holdings, project_id, key=attrgetter("project_id"))
        if place == len(holdings) or holdings[place].project_id != project_id:
            holdings.insert(place, Holding(project_id, []))
        insort(holdings[place].wallets, (vintage_id, wallet), key=itemgetter(0))

    def _index_request(self, request: RetirementRequest) -> None:
        if not request.whole:
            self._fractional[request.tenant_id, request.vintage_id] = request
            self._announce(request.closes_at, "month.ended", request.id)

    def _announce(self, at: datetime, kind: str, subject: str) -> None:
        self._closings.add(at, Event(at, "thallo", kind, subject))


def _proof(request: RetirementRequest, now: datetime) -> Proof:
    """One serial number for all tonnes, first and last, and an address at which nothing is."""
    tonnes = request.quantity_grams(now) // TONNE_GRAMS
    return Proof((f"{request.vintage_id}-{request.id}-1-{tonnes}",), f"https://example.com/certificates/{request.id}")


def _positive(
    text: str, not_a_number: type[errors.RetirementRefusal], not_positive: type[errors.RetirementRefusal]
) -> int:
    """A whole number above zero. Raises the refusals given."""
    if not re.fullmatch("-?[0-9]+", text):
        raise not_a_number
    if int(text) <= 0:
        raise not_positive
    return int(text)
