"""Checkout sessions: a customer pays for an order (docs.cnaught.com, Checkout)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from emulator.core.agenda import Agenda
from emulator.core.clock import Clock, Event
from emulator.core.errors import CannotHappen
from emulator.core.ids import LETTERS, Ids
from emulator.providers.cnaught import errors
from emulator.providers.cnaught.backend.amounts import offered_kg, price
from emulator.providers.cnaught.backend.drafts import Buyer, SessionDraft
from emulator.providers.cnaught.backend.offer import Offer
from emulator.providers.cnaught.backend.orders import Orders
from emulator.providers.cnaught.memory.catalogue import Account
from emulator.providers.cnaught.memory.fixture import Memory
from emulator.providers.cnaught.memory.records import Order, Session

CHECKOUT_CENTS_MIN = 50
"""The smallest total that can be paid at the checkout (docs.cnaught.com, Checkout)."""


class Checkout:
    """The checkout sessions of all accounts in one space."""

    def __init__(self, offer: Offer, orders: Orders, memory: Memory, clock: Clock, ids: Ids) -> None:
        self.offer = offer
        self.orders = orders
        self.memory = memory
        self.clock = clock
        self.ids = ids
        self._expiring = Agenda[Session]()
        for session in memory.sessions.values():
            self._expiring.add(session.expires_on, session)

    def open(self, buyer: Buyer, draft: SessionDraft) -> Session:
        """Open a session. Raises InvalidParameters, PortfolioNotAvailable."""
        amount_kg = offered_kg(
            draft.amount_kg,
            self.memory.settings.fractions,
            bounds_rule="cnaught.checkout.amount-bounds",
            fractions_rule="cnaught.checkout.fractions",
        )
        portfolio = self.offer.chosen(buyer, draft.portfolio_id)
        if portfolio is None:
            raise errors.PortfolioNotAvailable("cnaught.checkout.portfolio-forbidden")
        cents = price(amount_kg, portfolio, "checkout")
        if cents < CHECKOUT_CENTS_MIN:
            raise errors.BelowCheckoutMinimum(CHECKOUT_CENTS_MIN)

        session = Session(
            id=self.ids.text("cnaught.session", LETTERS, 10),
            account_id=buyer.account.id,
            subaccount_id=buyer.subaccount.id if buyer.subaccount else None,
            portfolio_id=portfolio.id,
            created_on=self.clock.now,
            expires_on=self.clock.now + timedelta(hours=self.memory.settings.checkout_hours),
            amount_kg=amount_kg,
            price_usd_cents=cents,
            success_url=draft.success_url,
            cancel_url=draft.cancel_url,
            order_description=draft.description,
            order_webhook_url=draft.callback_url,
        )
        self.memory.sessions[session.id] = session
        self._expiring.add(session.expires_on, session)
        return session

    def get(self, account: Account, session_id: str) -> Session:
        """Return a session of an account. Raises CheckoutSessionNotFound."""
        session = self.memory.sessions.get(session_id)
        if session is None or session.account_id != account.id:
            raise errors.CheckoutSessionNotFound
        return session

    def complete(self, session_id: str) -> Order:
        """Pay for a session, and return the order that this places. Raises CannotHappen."""
        session = self.memory.sessions.get(session_id)
        if session is None or session.state(self.clock.now) != "open":
            raise CannotHappen(f"no open checkout session has the id {session_id!r}")

        session.completed_on = self.clock.now
        return self.orders.place_for(session)

    def due(self, since: datetime, until: datetime) -> Iterator[Event]:
        """Yield the sessions that expire in this span of time."""
        for at, session in self._expiring.between(since, until):
            if session.completed_on is None:
                yield Event(at, "cnaught", "session.expired", session.id)
