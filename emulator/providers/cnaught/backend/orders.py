"""Orders: placed, fulfilled by the clock, canceled by a call (docs.cnaught.com, Orders)."""

from bisect import bisect_right, insort
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from operator import attrgetter

from emulator.core.agenda import Agenda
from emulator.core.clock import EPOCH, Clock, Event, span
from emulator.core.errors import CannotHappen
from emulator.core.ids import LETTERS, Ids
from emulator.core.paging import Timeline
from emulator.providers.cnaught import errors
from emulator.providers.cnaught.backend.amounts import bought_kg, offered_kg, price, ride_kg
from emulator.providers.cnaught.backend.drafts import Buyer, OrderDraft, Period
from emulator.providers.cnaught.backend.impact import Impact, Impacts, Part, owner
from emulator.providers.cnaught.backend.offer import Offer
from emulator.providers.cnaught.memory.fixture import Memory
from emulator.providers.cnaught.memory.records import Notice, Order, Session, State

SETTLED_TOGETHER = 64
"""After so many new orders, fulfilled ones are counted: to count each of them alone takes several times as long."""


class Orders:
    """The orders of all accounts in one space."""

    def __init__(self, offer: Offer, memory: Memory, clock: Clock, ids: Ids) -> None:
        self.offer = offer
        self.memory = memory
        self.clock = clock
        self.ids = ids
        self._placed_last: tuple[datetime, float] = clock.now, 0.0
        self._fulfilled_last = clock.now
        self._index()

    def place(self, buyer: Buyer, draft: OrderDraft) -> Order:
        """Place an order. Raises InvalidParameters, BillingNotSetUp, PortfolioNotAvailable."""
        amount_kg = self._stated_kg(draft)
        if not buyer.account.billing_set_up:
            raise errors.BillingNotSetUp
        portfolio = self.offer.chosen(buyer, draft.portfolio_id)
        if portfolio is None:
            known = draft.portfolio_id in self.offer.catalogue.portfolios
            rule = "cnaught.orders.portfolio-forbidden" if known else "cnaught.orders.portfolio-unknown"
            raise errors.PortfolioNotAvailable(rule)
        if amount_kg is None:
            assert draft.total_price_usd_cents is not None
            amount_kg = bought_kg(draft.total_price_usd_cents, portfolio)

        return self._add(
            Order(
                id=self._new_id(),
                account_id=buyer.account.id,
                subaccount_id=buyer.subaccount.id if buyer.subaccount else None,
                portfolio_id=portfolio.id,
                created_on=self.clock.now,
                fulfils_on=self._fulfils_on(),
                amount_kg=amount_kg,
                price_usd_cents=price(amount_kg, portfolio, "api"),
                distance_km=draft.distance_km,
                metadata=draft.metadata,
                description=draft.description,
                callback_url=draft.callback_url,
            )
        )

    def place_for(self, session: Session) -> Order:
        """Place the order of a checkout session that has been paid."""
        return self._add(
            Order(
                id=self._new_id(),
                account_id=session.account_id,
                subaccount_id=session.subaccount_id,
                portfolio_id=session.portfolio_id,
                created_on=self.clock.now,
                fulfils_on=self._fulfils_on(),
                amount_kg=session.amount_kg,
                price_usd_cents=session.price_usd_cents,
                description=session.order_description,
                callback_url=session.order_webhook_url,
                checkout_session_id=session.id,
            )
        )

    def get(self, buyer: Buyer, order_id: str) -> Order:
        """Return an order of a buyer. Raises OrderNotFound."""
        order = self.memory.orders.get(order_id)
        if order is None:
            raise errors.OrderNotFound
        if order.account_id != buyer.account.id:
            raise errors.OrderNotFound("cnaught.auth.accounts-apart")
        if buyer.subaccount and order.subaccount_id != buyer.subaccount.id:
            raise errors.OrderNotFound("cnaught.subaccount-header.other-subaccount")
        return order

    def of(self, buyer: Buyer) -> Timeline[Order]:
        """Return all orders of a buyer; an account's include those of its subaccounts."""
        return self._impacts.orders(owner(buyer))

    def cancel(self, buyer: Buyer, order_id: str) -> Order:
        """Cancel an order, fulfilled or not. Raises OrderNotFound, OrderAlreadyCancelled."""
        order = self.get(buyer, order_id)
        if order.cancelled_on is not None:
            raise errors.OrderAlreadyCancelled

        self._settle()
        if order.state(self.clock.now) == "fulfilled":
            self._impacts.subtract(order)
        order.cancelled_on = self.clock.now
        self._notify(order, self.clock.now, "cancelled")
        return order

    def fulfil(self, order_id: str) -> Order:
        """Fulfil a placed order now. Raises CannotHappen."""
        order = self.memory.orders.get(order_id)
        if order is None or order.state(self.clock.now) != "placed":
            raise CannotHappen(f"no placed order has the id {order_id!r}")

        order.fulfils_on = self.clock.now
        self._fulfilling.add(order.fulfils_on, order)
        self._notify(order, order.fulfils_on, "fulfilled")
        return order

    def allocations(self, order: Order, state: State) -> Mapping[Part, Decimal]:
        """Return the kilograms by category and project of an order in a state: none unless it is fulfilled."""
        return self._impacts.parts(order) if state == "fulfilled" else {}

    def impact(self, buyer: Buyer, period: Period) -> Impact:
        """Return what the fulfilled orders of a period have retired."""
        self._settle()
        return self._impacts.of(buyer, period, self.clock.now)

    # --- time

    def due(self, since: datetime, until: datetime) -> Iterator[Event]:
        """Yield the orders that are fulfilled in this span of time."""
        self._follow_clock_back(since)
        for at, order in self._fulfilling.between(since, until):
            if at == order.fulfils_on and (order.cancelled_on is None or order.cancelled_on > at):
                yield Event(at, "cnaught", "order.fulfilled", order.id)

    def take_notices(self) -> Iterator[tuple[Notice, Order]]:
        """Yield what callbacks must report by now, each notice once, in order."""
        notices = self.memory.notices
        if not notices:
            return
        due = notices[: bisect_right(notices, self.clock.now, key=attrgetter("at"))]
        del notices[: len(due)]
        for notice in due:
            order = self.memory.orders[notice.order_id]
            if notice.state == "cancelled" or (order.cancelled_on is None and order.fulfils_on == notice.at):
                yield notice, order

    # --- below the rules

    def _new_id(self) -> str:
        return self.ids.text("cnaught.order", LETTERS, 12)

    def _fulfils_on(self) -> datetime | None:
        """Return when an order of now is fulfilled: one object for all orders of an instant, as a frozen clock has it.

        Only the last one is kept: to look it up in a cache would take ten times as long, as instants are slow to hash.
        """
        now, seconds = self.clock.now, self.memory.settings.fulfilment_seconds
        if seconds is None:
            return None
        placed_on, waited = self._placed_last
        if now is not placed_on or seconds != waited:
            self._placed_last, self._fulfilled_last = (now, seconds), now + span(0, seconds)
        return self._fulfilled_last

    def _stated_kg(self, draft: OrderDraft) -> Decimal | None:
        """Return the mass of an order by mass or ride; None for one by total price."""
        if draft.distance_km is not None:
            return ride_kg(draft.distance_km)
        if draft.amount_kg is not None:
            return offered_kg(
                draft.amount_kg,
                self.memory.settings.fractions,
                bounds_rule="cnaught.orders.amount-bounds",
                fractions_rule="cnaught.orders.amount-fractions",
            )
        return None

    def _add(self, order: Order) -> Order:
        self.memory.orders[order.id] = order
        self._enter(order)
        if order.fulfils_on is not None:
            self._notify(order, order.fulfils_on, "fulfilled")
        self._unsettled += 1
        if self._unsettled == SETTLED_TOGETHER:
            self._settle()
        return order

    def _index(self) -> None:
        self._fulfilling = Agenda[Order]()
        self._impacts = Impacts(self.offer.catalogue)
        self._settled_on = EPOCH
        self._unsettled = 0
        for order in self.memory.orders.values():
            self._enter(order)

    def _enter(self, order: Order) -> None:
        self._impacts.enter(order)
        if order.fulfils_on is not None:
            self._fulfilling.add(order.fulfils_on, order)

    def _settle(self) -> None:
        """Count the orders that have been fulfilled by now.

        This also happens while orders are placed, so that no impact has to count a million of them at once.
        """
        self._follow_clock_back(self.clock.now)
        self._settled_on = self.clock.now
        self._unsettled = 0
        due = self._fulfilling.forget(self.clock.now)
        self._impacts.add([order for at, order in due if at == order.fulfils_on and order.cancelled_on is None])

    def _follow_clock_back(self, now: datetime) -> None:
        """Start again if the clock was set back, which it can be until something is written to its space."""
        if now < self._settled_on:
            self._index()

    def _notify(self, order: Order, at: datetime, state: State) -> None:
        if order.callback_url is not None:
            insort(self.memory.notices, Notice(at, order.id, state), key=attrgetter("at"))
