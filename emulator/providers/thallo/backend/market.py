"""The market: sell orders by project and vintage, and purchases from them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from emulator.core.agenda import Agenda
from emulator.core.clock import EPOCH, Clock, Event
from emulator.core.struct import Struct
from emulator.providers.thallo import errors
from emulator.providers.thallo.backend.amounts import positive, whole_tonnes
from emulator.providers.thallo.backend.drafts import RetirementDraft
from emulator.providers.thallo.memory.catalogue import Catalogue
from emulator.providers.thallo.memory.fixture import Memory
from emulator.providers.thallo.memory.records import SellOrder

NEVER = datetime.max.replace(tzinfo=UTC)


class Offer(Struct, frozen=True):
    """The live sell orders of one vintage, cheapest first."""

    vintage_id: str
    year: int
    orders: Sequence[SellOrder]


class OnSale(Struct, frozen=True, eq=False):  # compared by identity, so that caches can hold it
    """The vintages of one project that are on sale, oldest first. A purchase replaces it."""

    project_id: str
    offers: Sequence[Offer]


class Purchase(Struct, frozen=True):
    """Whole tonnes from a sell order."""

    order: SellOrder
    quantity_grams: int


class Market:
    """All sell orders in one space, in the order in which they are listed."""

    def __init__(self, catalogue: Catalogue, memory: Memory, clock: Clock) -> None:
        self.catalogue = catalogue
        self.memory = memory
        self.clock = clock
        self._listed: dict[str, dict[str, list[SellOrder]]] = {}
        self._closing = Agenda[SellOrder]()
        self._on_sale: Sequence[OnSale] = ()
        self._since = self._until = EPOCH
        for order in sorted(memory.sell_orders.values(), key=self._position):
            project_id = catalogue.vintages[order.vintage_id].project_id
            self._listed.setdefault(project_id, {}).setdefault(order.vintage_id, []).append(order)
            if order.closes_at is not None:
                self._closing.add(order.closes_at, order)

    def on_sale(self) -> Sequence[OnSale]:
        """Return what can be bought now, by project; vintages and projects without live orders are left out.

        It stays the same until an order is bought from or closes.
        """
        now = self.clock.now
        if not self._since <= now < self._until:
            sales = [OnSale(project_id, tuple(self._offers(project_id))) for project_id in self._listed]
            closing = (order.closes_at for order in self.memory.sell_orders.values() if order.live(now))
            self._on_sale = tuple(sale for sale in sales if sale.offers)
            self._since, self._until = now, min(filter(None, closing), default=NEVER)
        return self._on_sale

    def purchase(self, tenant_id: str, draft: RetirementDraft, missing_grams: int) -> Purchase:
        """Return the purchase of the fewest whole tonnes that a wallet is missing. Raises RetirementRefusal."""
        if draft.sell_order_id is None:
            raise errors.OrderMissing
        if draft.expected_price_cents is None:
            raise errors.PriceMissing
        price_cents = positive(draft.expected_price_cents, errors.PriceNotANumber, errors.PriceNotPositive)
        order = self._live_order(draft.sell_order_id)
        if order.vintage_id != draft.vintage_id:
            raise errors.OrderOfOtherVintage
        if order.seller_id == tenant_id:
            raise errors.OwnCredits
        if order.price_cents != price_cents:
            raise errors.PriceDiffers
        quantity_grams = whole_tonnes(missing_grams)
        if order.quantity_grams < quantity_grams:
            raise errors.SupplyTooLow
        if not self.memory.settings.invoices_live:
            raise errors.InvoiceNotLive
        return Purchase(order, quantity_grams)

    def sell(self, purchase: Purchase) -> None:
        """Take the credits of a purchase from its sell order."""
        purchase.order.quantity_grams -= purchase.quantity_grams
        self._until = self._since

    def due(self, since: datetime, until: datetime) -> Iterator[Event]:
        """Yield the live sell orders that close in a span of time."""
        for at, order in self._closing.between(since, until):
            if order.quantity_grams > 0:
                yield Event(at, "thallo", "sell_order.closed", order.id)

    def _position(self, order: SellOrder) -> tuple[str, int, str, int, str]:
        vintage = self.catalogue.vintages[order.vintage_id]
        return vintage.project_id, vintage.year, order.vintage_id, order.price_cents, order.id

    def _offers(self, project_id: str) -> Iterator[Offer]:
        for vintage_id, orders in self._listed[project_id].items():
            if live := tuple(order for order in orders if order.live(self.clock.now)):
                yield Offer(vintage_id, self.catalogue.vintages[vintage_id].year, live)

    def _live_order(self, order_id: str) -> SellOrder:
        order = self.memory.sell_orders.get(order_id)
        if order is None:
            raise errors.OrderNotFound
        if not order.live(self.clock.now):
            raise errors.OrderNotLive
        return order
