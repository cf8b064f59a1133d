"""What CNaught remembers: a catalogue that is the same in every space, and a memory that requests and the clock change.

Masses are kilograms and prices are US cents, both decimal; a unit price is cents per kilogram.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Literal, TypeAlias

from emulator.core.documents import UtcTime

SessionState: TypeAlias = Literal["open", "complete", "expired"]
State: TypeAlias = Literal["placed", "fulfilled", "cancelled"]
Source: TypeAlias = Literal["api", "checkout"]
Fractions: TypeAlias = Literal["floor", "keep", "refuse"]

FIVES = re.compile(r".{1,5}")

SECONDS_MAX = 100 * 365 * 86400
"""A century: with it, times keep to the calendar."""


# --- the catalogue: what never changes --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ImpactPage:
    """The account's public page: whether it is shown, where, and which equivalents are on it."""

    enabled: bool
    url: str
    enabled_equivalents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """Who holds an API key, and the ids of the portfolios it may use. Accounts see nothing of each other."""

    id: str
    api_key: str
    name: str
    since: UtcTime
    default_portfolio_id: str
    portfolios: tuple[str, ...]
    impact_page: ImpactPage
    logo_url: str | None = None
    billing_set_up: bool = True
    subaccounts_allowed: bool = True


@dataclass(frozen=True, slots=True)
class Issuance:
    """Credits issued to a project for one year."""

    vintage_year: int
    total_amount: int


@dataclass(frozen=True, slots=True)
class Lifetime:
    """The years in which a project runs."""

    start_year: int
    end_year: int


@dataclass(frozen=True, slots=True)
class Project:
    """Where credits come from. From ``credit_issuances`` on, it is told when one asks for the project by its id."""

    id: str
    name: str
    type: str
    vintages: str
    developer: str | None = None
    registry_name: str | None = None
    registry_id: str | None = None
    registry_url: str | None = None
    summary: str | None = None
    description: str | None = None
    location_name: str | None = None
    location_latitude: Decimal | None = None
    location_longitude: Decimal | None = None
    primary_image_url: str | None = None
    un_sdg_goals: tuple[int, ...] = ()
    credit_issuances: tuple[Issuance, ...] = ()
    activity_types: tuple[str, ...] = ()
    methodology: str | None = None
    verifier: str | None = None
    permanence: str | None = None
    lifetime: Lifetime | None = None
    impact_type: str | None = None
    due_diligence: str | None = None
    beyond_carbon: str | None = None
    risk_of_reversal: str | None = None
    third_party_labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of project; credits of a category come in equal parts from its projects."""

    id: str
    name: str
    projects: tuple[str, ...]
    description: str | None = None
    primary_image_url: str | None = None

    def __post_init__(self) -> None:
        if not self.projects:
            raise ValueError(f"category {self.id} has no projects")


@dataclass(frozen=True, slots=True)
class Portfolio:
    """A mix of categories with prices; ``allocations`` maps a category to its fraction, and they add up to 1."""

    id: str
    name: str
    api_price_per_kg_usd_cents: Decimal
    checkout_price_per_kg_usd_cents: Decimal
    allocations: Mapping[str, Decimal]
    summary: str | None = None
    description: str | None = None
    primary_image_url: str | None = None

    def __post_init__(self) -> None:
        if min(self.api_price_per_kg_usd_cents, self.checkout_price_per_kg_usd_cents) <= 0:
            raise ValueError(f"the prices of portfolio {self.id} are not above 0")
        if sum(self.allocations.values()) != 1:
            raise ValueError(f"the allocations of portfolio {self.id} do not add up to 1")

    def price_per_kg(self, source: Source) -> Decimal:
        return self.api_price_per_kg_usd_cents if source == "api" else self.checkout_price_per_kg_usd_cents


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What is the same in every space."""

    accounts: tuple[Account, ...]
    projects: Mapping[str, Project]
    categories: Mapping[str, Category]
    portfolios: Mapping[str, Portfolio]

    def __post_init__(self) -> None:
        if not self.accounts:
            raise ValueError("there are no accounts")
        for account in self.accounts:
            for name in account.portfolios:
                _known("portfolio", name, self.portfolios)
            if account.default_portfolio_id not in account.portfolios:
                raise ValueError(f"the default portfolio of account {account.id} is none of its portfolios")
        for portfolio in self.portfolios.values():
            for category in portfolio.allocations:
                _known("category", category, self.categories)
        for listed in self.categories.values():
            for project in listed.projects:
                _known("project", project, self.projects)


def _known(kind: str, name: str, things: Mapping[str, object]) -> None:
    if name not in things:
        raise ValueError(f"no {kind} is called {name!r}")


# --- the memory: what a space makes of it -----------------------------------------------------------------------------


@dataclass(slots=True)
class Order:
    """What was ordered. Its state is no fact of its own: it follows from the clock and ``cancelled_on``."""

    id: str
    account_id: str
    subaccount_id: str | None
    portfolio_id: str
    created_on: UtcTime
    fulfils_on: UtcTime | None
    amount_kg: Decimal
    price_usd_cents: int
    distance_km: Decimal | None = None
    metadata: str | None = None
    description: str | None = None
    callback_url: str | None = None
    cancelled_on: UtcTime | None = None
    checkout_session_id: str | None = None

    def state(self, now: datetime) -> State:
        if self.cancelled_on is not None:
            return "cancelled"
        return "fulfilled" if self.fulfils_on is not None and self.fulfils_on <= now else "placed"

    @property
    def number(self) -> str:
        """The number on the certificate: the id's ASCII bytes in hexadecimal, by fives (read off the documents)."""
        return "-".join(FIVES.findall(self.id.encode().hex()))


@dataclass(slots=True)
class Subaccount:
    """A part of an account that orders for itself; no default portfolio means the account's."""

    id: str
    account_id: str
    created_on: UtcTime
    name: str
    email: str | None = None
    default_portfolio_id: str | None = None
    logo_url: str | None = None


@dataclass(slots=True)
class Notice:
    """A change of an order that its callback has not been told: from when on, and what the order is then."""

    at: UtcTime
    order_id: str
    state: State


@dataclass(slots=True)
class Session:
    """A checkout: somebody may pay until it expires."""

    id: str
    account_id: str
    subaccount_id: str | None
    portfolio_id: str
    created_on: UtcTime
    expires_on: UtcTime
    amount_kg: Decimal
    price_usd_cents: int
    success_url: str
    cancel_url: str
    order_description: str | None = None
    order_webhook_url: str | None = None
    completed_on: UtcTime | None = None

    def state(self, now: datetime) -> SessionState:
        if self.completed_on is not None:
            return "complete"
        return "expired" if self.expires_on <= now else "open"


@dataclass(slots=True)
class Answer:
    """What a request with an idempotency key was answered, and a fingerprint of what it had asked.

    The answer is a body; or an order in the state in which it was shown, which takes a tenth of the room.
    """

    at: UtcTime
    fingerprint: str
    status: int
    body: str | None = None
    order_id: str | None = None
    state: State | None = None

    def __post_init__(self) -> None:
        if (self.body is None) != (self.state is not None) or (self.order_id is None) != (self.state is None):
            raise ValueError("an answer is either a body, or an order in a state")


@dataclass(slots=True)
class Settings:
    """What a user of the emulator may turn. ``fulfilment_seconds`` null leaves every order placed for good."""

    fulfilment_seconds: float | None = 2.0
    fractions: Fractions = "floor"
    idempotency_hours: float = 24.0
    checkout_hours: float = 24.0

    def __post_init__(self) -> None:
        hours = (self.idempotency_hours, self.checkout_hours)
        for seconds in (self.fulfilment_seconds or 0, *(3600 * number for number in hours)):
            if not 0 <= seconds <= SECONDS_MAX:
                raise ValueError(f"a time of {seconds} seconds is below 0 or above {SECONDS_MAX}")


@dataclass(slots=True)
class Memory:
    """Everything that requests and the clock change. The notices stand in the order of their times."""

    orders: dict[str, Order] = field(default_factory=dict)
    subaccounts: dict[str, Subaccount] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    settings: Settings = field(default_factory=Settings)


@dataclass(frozen=True, slots=True)
class Fixture:
    """``fixtures/cnaught.json``. The orders and subaccounts stand in the order in which they were made."""

    catalogue: Catalogue
    memory: Memory

    def __post_init__(self) -> None:
        accounts = {account.id: account for account in self.catalogue.accounts}
        for order in self.memory.orders.values():
            _known("account", order.account_id, accounts)
            _known("portfolio", order.portfolio_id, self.catalogue.portfolios)
            if order.subaccount_id is not None:
                _known("subaccount", order.subaccount_id, self.memory.subaccounts)
            if order.checkout_session_id is not None:
                _known("checkout session", order.checkout_session_id, self.memory.sessions)
        for subaccount in self.memory.subaccounts.values():
            _known("account", subaccount.account_id, accounts)
        for session in self.memory.sessions.values():
            _known("account", session.account_id, accounts)
            _known("portfolio", session.portfolio_id, self.catalogue.portfolios)
        for notice in self.memory.notices:
            _known("order", notice.order_id, self.memory.orders)
        for answer in self.memory.answers.values():
            if answer.order_id is not None:
                _known("order", answer.order_id, self.memory.orders)
        if self.memory.notices != sorted(self.memory.notices, key=attrgetter("at")):
            raise ValueError("the notices are not in the order of their times")
