"""The rules by which CNaught's memory changes (docs.cnaught.com); all arithmetic is decimal."""

from bisect import bisect_right, insort
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from hmac import compare_digest

from emulator.core.clock import Clock, Event
from emulator.core.ids import LETTERS, Ids
from emulator.core.paging import Timeline
from emulator.providers.cnaught import errors
from emulator.providers.cnaught.amounts import bought_kg, equal_parts, price, ride_kg, whole_kg
from emulator.providers.cnaught.drafts import Buyer, OrderDraft, SessionDraft, SubaccountDraft
from emulator.providers.cnaught.memory import (
    Account,
    Answer,
    Catalogue,
    Category,
    Memory,
    Order,
    Portfolio,
    Project,
    Session,
    Source,
    Subaccount,
)

CHECKOUT_CENTS_MIN = 50
"""The smallest total that can be paid at the checkout (docs.cnaught.com, Checkout)."""


@dataclass(frozen=True, slots=True)
class Quote:
    amount_kg: Decimal
    price_usd_cents: int


@dataclass(frozen=True, slots=True)
class Impact:
    """Kilograms retired for somebody: in all, and by category and project."""

    total_kg: Decimal
    by_category: Mapping[str, Mapping[str, Decimal]]


class CNaught:
    """CNaught in one space."""

    def __init__(self, catalogue: Catalogue, memory: Memory, clock: Clock, ids: Ids) -> None:
        self.catalogue = catalogue
        self.memory = memory
        self.clock = clock
        self.ids = ids
        self._orders: dict[tuple[str, str | None], Timeline[Order]] = {}
        self._subaccounts: dict[str, Timeline[Subaccount]] = {}
        self._fulfilling: list[tuple[datetime, str]] = []
        self._expiring: list[tuple[datetime, str]] = []
        for order in memory.orders.values():
            self._index(order)
        for subaccount in memory.subaccounts.values():
            self._listed_subaccounts(subaccount.account_id).add(subaccount.id, subaccount)
        for session in memory.sessions.values():
            insort(self._expiring, (session.expires_on, session.id))

    # --- who asks

    def account(self, api_key: str | None) -> Account:
        """The account of an API key. Raises Unauthorized."""
        for account in self.catalogue.accounts:
            if api_key is not None and compare_digest(account.api_key.encode(), api_key.encode()):
                return account
        raise errors.Unauthorized

    def buyer(self, account: Account, subaccount_id: str | None) -> Buyer:
        """The account, or the named subaccount of it. Raises SubaccountsNotAllowed, InvalidSubaccount."""
        if subaccount_id is None:
            return Buyer(account)
        if not account.subaccounts_allowed:
            raise errors.SubaccountsNotAllowed("cnaught.subaccounts.header-forbidden")
        subaccount = self.memory.subaccounts.get(subaccount_id)
        if subaccount is None or subaccount.account_id != account.id:
            raise errors.InvalidSubaccount
        return Buyer(account, subaccount)

    # --- idempotency (docs.cnaught.com, Idempotency)

    def first_answer(self, account: Account, key: str, fingerprint: str) -> Answer | None:
        """What the first request with this key was answered, if it is remembered. Raises ChangedPayload."""
        name = _answer_name(account, key)
        if name not in self.memory.answers or self._forgotten(name):
            return None
        answer = self.memory.answers[name]
        if answer.fingerprint != fingerprint:
            raise errors.ChangedPayload
        return answer

    def remember_answer(self, account: Account, key: str, fingerprint: str, status: int, body: str) -> None:
        """Answer every later request with this key in the same way."""
        answers, name = self.memory.answers, _answer_name(account, key)
        answers.pop(name, None)
        answers[name] = Answer(self.clock.now, fingerprint, status, body)
        while answers and self._forgotten(oldest := next(iter(answers))):
            del answers[oldest]

    # --- orders

    def place_order(self, buyer: Buyer, draft: OrderDraft) -> Order:
        """Accept an order. Raises InvalidParameters, BillingNotSetUp, PortfolioNotAvailable."""
        amount_kg = self._asked_kg(draft)
        if not buyer.account.billing_set_up:
            raise errors.BillingNotSetUp
        portfolio = self._portfolio(buyer, draft.portfolio_id)
        if portfolio is None:
            raise errors.PortfolioNotAvailable
        if amount_kg is None:
            assert draft.total_price_usd_cents is not None
            amount_kg = bought_kg(draft.total_price_usd_cents, portfolio)

        now, delay = self.clock.now, self.memory.settings.fulfilment_seconds
        order = Order(
            id=self.ids.text("cnaught.order", LETTERS, 12),
            account_id=buyer.account.id,
            subaccount_id=buyer.subaccount.id if buyer.subaccount else None,
            portfolio_id=portfolio.id,
            created_on=now,
            fulfils_on=None if delay is None else now + timedelta(seconds=delay),
            amount_kg=amount_kg,
            price_usd_cents=price(amount_kg, portfolio, "api"),
            distance_km=draft.distance_km,
            metadata=draft.metadata,
            description=draft.description,
            callback_url=draft.callback_url,
        )
        self.memory.orders[order.id] = order
        self._index(order)
        return order

    def order(self, buyer: Buyer, order_id: str) -> Order:
        """An order of this buyer. Raises NotFound."""
        order = self.memory.orders.get(order_id)
        if order is None or order.account_id != buyer.account.id:
            raise errors.NotFound("order", "cnaught.orders.unknown-id")
        if buyer.subaccount and order.subaccount_id != buyer.subaccount.id:
            raise errors.NotFound("order", "cnaught.subaccount-header.other-subaccount")
        return order

    def orders(self, buyer: Buyer) -> Timeline[Order]:
        """All orders of this buyer; an account's include those of its subaccounts."""
        return self._orders.get((buyer.account.id, buyer.subaccount.id if buyer.subaccount else None), Timeline())

    def cancel_order(self, buyer: Buyer, order_id: str) -> Order:
        """Cancel an order, fulfilled or not. Raises NotFound, OrderAlreadyCancelled."""
        order = self.order(buyer, order_id)
        if order.cancelled_on is not None:
            raise errors.OrderAlreadyCancelled

        order.cancelled_on = self.clock.now
        return order

    def allocations(self, order: Order) -> Mapping[str, Mapping[str, Decimal]]:
        """The kilograms of a fulfilled order by category and project; of any other order, nothing."""
        if order.state(self.clock.now) != "fulfilled":
            return {}
        return {
            category: equal_parts(order.amount_kg * fraction, self.catalogue.categories[category].projects)
            for category, fraction in self.catalogue.portfolios[order.portfolio_id].allocations.items()
        }

    # --- quotes

    def quote(self, buyer: Buyer, amount_kg: Decimal, portfolio_id: str | None, source: Source) -> Quote:
        """The price of a mass. Raises InvalidParameters for a portfolio that is not this account's."""
        portfolio = self._portfolio(buyer, portfolio_id)
        if portfolio is None:
            raise errors.InvalidParameters({"portfolio_id": ["is not available"]}, "cnaught.quotes.refusals")
        return Quote(amount_kg, price(amount_kg, portfolio, source))

    # --- the catalogue

    def project(self, project_id: str) -> Project:
        """A project, whoever asks. Raises NotFound."""
        if project_id not in self.catalogue.projects:
            raise errors.NotFound("project", "cnaught.catalogue.unknown-id")
        return self.catalogue.projects[project_id]

    def category(self, category_id: str) -> Category:
        """A category, whoever asks. Raises NotFound."""
        if category_id not in self.catalogue.categories:
            raise errors.NotFound("project category", "cnaught.catalogue.unknown-id")
        return self.catalogue.categories[category_id]

    def portfolios(self, account: Account) -> list[Portfolio]:
        """The portfolios that this account may use."""
        return [self.catalogue.portfolios[name] for name in account.portfolios]

    def portfolio(self, account: Account, portfolio_id: str) -> Portfolio:
        """A portfolio that this account may use. Raises NotFound."""
        if portfolio_id not in account.portfolios:
            raise errors.NotFound("portfolio", "cnaught.catalogue.portfolios-apart")
        return self.catalogue.portfolios[portfolio_id]

    # --- impact

    def impact(self, buyer: Buyer, since: datetime | None, until: datetime | None) -> Impact:
        """What fulfilled orders placed from ``since`` on and before ``until`` have retired."""
        total, by_category = Decimal(0), dict[str, dict[str, Decimal]]()
        for order in self.orders(buyer):
            if (since and order.created_on < since) or (until and order.created_on >= until):
                continue
            for category, projects in self.allocations(order).items():
                retired = by_category.setdefault(category, {})
                for project, amount_kg in projects.items():
                    retired[project] = retired.get(project, Decimal(0)) + amount_kg
                    total += amount_kg
        return Impact(total, by_category)

    # --- subaccounts

    def create_subaccount(self, account: Account, draft: SubaccountDraft) -> Subaccount:
        """Open a subaccount. Raises SubaccountsNotAllowed, InvalidParameters for an unknown portfolio."""
        if not account.subaccounts_allowed:
            raise errors.SubaccountsNotAllowed("cnaught.subaccounts.forbidden")
        _check_default_portfolio(account, draft)

        subaccount = Subaccount(
            id=self.ids.text("cnaught.subaccount", LETTERS, 8),
            account_id=account.id,
            created_on=self.clock.now,
            name=draft.name,
            email=draft.email,
            default_portfolio_id=draft.default_portfolio_id,
            logo_url=self._hosted_logo() if draft.logo_url else None,
        )
        self.memory.subaccounts[subaccount.id] = subaccount
        self._listed_subaccounts(account.id).add(subaccount.id, subaccount)
        return subaccount

    def subaccount(self, account: Account, subaccount_id: str) -> Subaccount:
        """A subaccount of this account. Raises NotFound."""
        subaccount = self.memory.subaccounts.get(subaccount_id)
        if subaccount is None or subaccount.account_id != account.id:
            raise errors.NotFound("subaccount", "cnaught.subaccounts.unknown-id")
        return subaccount

    def update_subaccount(self, account: Account, subaccount_id: str, draft: SubaccountDraft) -> Subaccount:
        """Replace everything but the logo. Raises NotFound, InvalidParameters for an unknown portfolio."""
        subaccount = self.subaccount(account, subaccount_id)
        _check_default_portfolio(account, draft)

        subaccount.name = draft.name
        subaccount.email = draft.email
        subaccount.default_portfolio_id = draft.default_portfolio_id
        return subaccount

    def delete_subaccount(self, account: Account, subaccount_id: str) -> None:
        """Close a subaccount for which nothing was ever ordered. Raises NotFound, SubaccountHasOrders."""
        subaccount = self.subaccount(account, subaccount_id)
        if len(self.orders(Buyer(account, subaccount))):
            raise errors.SubaccountHasOrders

        del self.memory.subaccounts[subaccount_id]
        left = ((name, other) for name, other in self.memory.subaccounts.items() if other.account_id == account.id)
        self._subaccounts[account.id] = Timeline(left)

    def set_logo(self, account: Account, subaccount_id: str) -> Subaccount:
        """Put a new logo in the place of any other. Raises NotFound."""
        subaccount = self.subaccount(account, subaccount_id)

        subaccount.logo_url = self._hosted_logo()
        return subaccount

    def clear_logo(self, account: Account, subaccount_id: str) -> Subaccount:
        """Take a logo away, if there is one. Raises NotFound."""
        subaccount = self.subaccount(account, subaccount_id)

        subaccount.logo_url = None
        return subaccount

    def subaccounts(self, account: Account) -> Timeline[Subaccount]:
        """All subaccounts of this account."""
        return self._subaccounts.get(account.id, Timeline())

    # --- checkout

    def open_session(self, buyer: Buyer, draft: SessionDraft) -> Session:
        """Let somebody pay for an order. Raises InvalidParameters, PortfolioNotAvailable."""
        amount_kg = self._whole_kg(draft.amount_kg)
        portfolio = self._portfolio(buyer, draft.portfolio_id)
        if portfolio is None:
            raise errors.PortfolioNotAvailable
        cents = price(amount_kg, portfolio, "checkout")
        if cents < CHECKOUT_CENTS_MIN:
            wrong = {"amount_kg": [f"must cost at least {CHECKOUT_CENTS_MIN} cents"]}
            raise errors.InvalidParameters(wrong, "cnaught.checkout.price-min")

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
        insort(self._expiring, (session.expires_on, session.id))
        return session

    def session(self, account: Account, session_id: str) -> Session:
        """A checkout session of this account. Raises NotFound."""
        session = self.memory.sessions.get(session_id)
        if session is None or session.account_id != account.id:
            raise errors.NotFound("checkout session", "cnaught.checkout.unknown-id")
        return session

    # --- time

    def due(self, since: datetime, until: datetime) -> Iterator[Event]:
        """Orders that are fulfilled, and checkout sessions that expire, in this span of time."""
        for at, order_id in _between(self._fulfilling, since, until):
            cancelled_on = self.memory.orders[order_id].cancelled_on
            if cancelled_on is None or cancelled_on > at:
                yield Event(at, "cnaught", "order.fulfilled", order_id)
        for at, session_id in _between(self._expiring, since, until):
            if self.memory.sessions[session_id].completed_on is None:
                yield Event(at, "cnaught", "session.expired", session_id)

    # --- below the rules

    def _forgotten(self, answer_name: str) -> bool:
        age = self.clock.now - self.memory.answers[answer_name].at
        return age >= timedelta(hours=self.memory.settings.idempotency_hours)

    def _portfolio(self, buyer: Buyer, portfolio_id: str | None) -> Portfolio | None:
        inherited = buyer.subaccount.default_portfolio_id if buyer.subaccount else None
        chosen = portfolio_id if portfolio_id is not None else inherited or buyer.account.default_portfolio_id
        return self.catalogue.portfolios[chosen] if chosen in buyer.account.portfolios else None

    def _asked_kg(self, draft: OrderDraft) -> Decimal | None:
        """The mass that an order asks for; by price, None."""
        if draft.distance_km is not None:
            return ride_kg(draft.distance_km)
        return None if draft.amount_kg is None else self._whole_kg(draft.amount_kg)

    def _whole_kg(self, amount_kg: Decimal) -> Decimal:
        """A mass in whole kilograms, unless the setting keeps fractions. Raises InvalidParameters."""
        fractions = self.memory.settings.fractions
        if fractions == "keep":
            return amount_kg
        if fractions == "refuse" and amount_kg != amount_kg.to_integral_value():
            raise errors.InvalidParameters({"amount_kg": ["must be an integer"]})
        return whole_kg(amount_kg, "amount_kg", "cnaught.orders.amount-bounds")

    def _hosted_logo(self) -> str:
        """Where the vendor would keep its copy of a logo. Nothing is fetched, and no image is kept."""
        return f"https://customer-assets.cnaught.com/{self.ids.uuid('cnaught.logo')}/logo"

    def _index(self, order: Order) -> None:
        for owner in {(order.account_id, None), (order.account_id, order.subaccount_id)}:
            self._orders.setdefault(owner, Timeline()).add(order.id, order)
        if order.fulfils_on is not None:
            insort(self._fulfilling, (order.fulfils_on, order.id), key=lambda entry: entry[0])

    def _listed_subaccounts(self, account_id: str) -> Timeline[Subaccount]:
        return self._subaccounts.setdefault(account_id, Timeline())


def _between(timed: list[tuple[datetime, str]], since: datetime, until: datetime) -> list[tuple[datetime, str]]:
    """What stands after ``since`` and up to ``until`` in a list that is sorted by time."""
    start = bisect_right(timed, since, key=lambda entry: entry[0])
    end = bisect_right(timed, until, key=lambda entry: entry[0])
    return timed[start:end]


def _check_default_portfolio(account: Account, draft: SubaccountDraft) -> None:
    if draft.default_portfolio_id and draft.default_portfolio_id not in account.portfolios:
        wrong = {"default_portfolio_id": ["is not available"]}
        raise errors.InvalidParameters(wrong, "cnaught.subaccounts.portfolio-invalid")


def _answer_name(account: Account, key: str) -> str:
    return f"{account.id}/{key}"
