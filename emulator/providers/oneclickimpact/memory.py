"""What 1ClickImpact remembers: accounts and projects, the same in every space, and the impact that requests make."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias, get_args

from emulator.core.documents import UtcTime

Environment: TypeAlias = Literal["sandbox", "production"]
Kind: TypeAlias = Literal["carbon_captured", "tree_planted", "waste_removed", "money_donated", "coral_restored"]

ProjectType: TypeAlias = Literal["trees", "ocean", "carbon"]

KEY_PREFIXES: Mapping[str, Environment] = {"test_": "sandbox", "live_": "production"}
KINDS: tuple[Kind, ...] = get_args(Kind)
AMOUNT_MAX: Mapping[Kind, int] = {
    "carbon_captured": 10_000_000,  # pounds
    "tree_planted": 10_000_000,
    "waste_removed": 10_000_000,  # pounds
    "money_donated": 1_000_000_000,  # US cents
    "coral_restored": 10_000_000,  # fragments
}
"""The most that one impact of a kind may come to; the least is 1."""


# --- the catalogue: what never changes --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Account:
    """Who holds an API key. A user has one account for the sandbox and one for production; they share the user's id."""

    id: str
    user_id: str
    api_key: str
    email: str

    def __post_init__(self) -> None:
        _check_id(self.user_id)
        if not self.api_key.startswith(tuple(KEY_PREFIXES)):
            raise ValueError(f"the key of account {self.id} begins with none of {', '.join(KEY_PREFIXES)}")

    @property
    def environment(self) -> Environment:
        return KEY_PREFIXES[self.api_key[:5]]


@dataclass(frozen=True, slots=True)
class Goal:
    """One of the United Nations' sustainable development goals."""

    id: str
    number: int
    title: str
    description: str
    color: str
    link: str
    icon_url: str


@dataclass(frozen=True, slots=True)
class Project:
    """Where impact is made, and by whom."""

    id: str
    name: str
    type: ProjectType
    location: str
    description: str
    about: tuple[str, ...]
    country_code: str
    organization: str
    goals: tuple[Goal, ...]
    image_urls: tuple[str, ...]
    latitude: float
    longitude: float
    available: bool = True

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_-]+", self.id):
            raise ValueError(f"the project id {self.id!r} does not fit a path")
        if not (-90 <= self.latitude <= 90 and -180 <= self.longitude <= 180):
            raise ValueError(f"project {self.id} is nowhere on Earth")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What is the same in every space."""

    accounts: tuple[Account, ...]
    projects: tuple[Project, ...] = ()

    def __post_init__(self) -> None:
        _all_different("projects", (project.id for project in self.projects))
        _all_different("accounts", (account.id for account in self.accounts))
        _all_different("API keys", (account.api_key for account in self.accounts))
        for environment in get_args(Environment):
            if not any(account.environment == environment for account in self.accounts):
                raise ValueError(f"there is no account for {environment}")

    def first_key(self, environment: Environment) -> str:
        """The API key of the first account of an environment."""
        return next(account.api_key for account in self.accounts if account.environment == environment)


# --- the memory: what a space makes of it -----------------------------------------------------------------------------


@dataclass(slots=True)
class Customer:
    """For whom an account makes impact. The address is as first given, and stands for one customer in any case."""

    id: str
    account_id: str
    email: str
    onboarded_on: UtcTime
    """When the first impact was made for them: in whole milliseconds, and different for every customer."""
    name: str | None = None

    def __post_init__(self) -> None:
        _check_id(self.id)
        _check_time(self.onboarded_on)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an impact has come, and who saw to it. What is not known yet is None; times are as the vendor says."""

    donation_available: str | None = None
    donation_sent: str | None = None
    assigned_agent: str | None = None
    project_location: str | None = None
    location_map: str | None = None
    impact_completed: str | None = None
    project_id: str | None = None
    donation_category: str | None = None
    certificate: str | None = None
    impact_video: str | None = None
    live_session_date: str | None = None


@dataclass(slots=True, eq=False)
class Impact:
    """What was made: for a customer, or without one for the account itself. Two that hold the same are still two.

    ``amount`` is in the unit of its kind; ``made_on`` is in whole milliseconds, and no account has two at one time.
    One that was cancelled stays on record.
    """

    account_id: str
    kind: Kind
    amount: int
    made_on: UtcTime
    customer_id: str | None = None
    category: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    progress: Progress = Progress()
    is_bonus: bool = False
    cancelled_on: UtcTime | None = None
    cancellation_reason: str | None = None

    def check(self) -> None:
        """Raises ValueError for what no request could have made."""
        if not 1 <= self.amount <= AMOUNT_MAX[self.kind]:
            raise ValueError(f"{self.kind} is between 1 and {AMOUNT_MAX[self.kind]}, not {self.amount}")
        for time in filter(None, (self.made_on, self.cancelled_on)):
            _check_time(time)

    @property
    def processed(self) -> bool:
        """Whether a non-profit has the money: from then on it cannot be taken back."""
        return self.progress.donation_sent is not None


@dataclass(slots=True)
class Memory:
    """Everything that requests change; impacts in the order in which they were made."""

    customers: dict[str, Customer] = field(default_factory=dict)
    impacts: list[Impact] = field(default_factory=list)

    def __post_init__(self) -> None:
        _all_different("customers", ((owned.account_id, owned.email.lower()) for owned in self.customers.values()))
        onboarded = ((owned.account_id, owned.onboarded_on.isoformat()) for owned in self.customers.values())
        _all_different("times of onboarding", onboarded)
        _all_different("times", ((impact.account_id, impact.made_on) for impact in self.impacts))
        for name, customer in self.customers.items():
            if name != customer.id:
                raise ValueError(f"the customer called {name!r} has the id {customer.id!r}")
        for impact in self.impacts:
            impact.check()
            owner = self.customers.get(impact.customer_id or "")
            if impact.customer_id and (owner is None or owner.account_id != impact.account_id):
                raise ValueError(f"account {impact.account_id} has no customer called {impact.customer_id!r}")


@dataclass(frozen=True, slots=True)
class Fixture:
    """``fixtures/oneclickimpact.json``."""

    catalogue: Catalogue
    memory: Memory

    def __post_init__(self) -> None:
        named = {owned.account_id for owned in self.memory.customers.values()}
        named |= {impact.account_id for impact in self.memory.impacts}
        if strangers := named - {account.id for account in self.catalogue.accounts}:
            raise ValueError(f"no account is called {min(strangers)!r}")


def _check_id(id: str) -> None:
    if not re.fullmatch(r"U[0-9]+", id):
        raise ValueError(f"{id!r} is not U and digits")


def _check_time(time: datetime) -> None:
    if time.microsecond % 1000:
        raise ValueError(f"{time.isoformat()} is not in whole milliseconds")


def _all_different(what: str, things: Iterable[object]) -> None:
    seen = set()
    for thing in things:
        if thing in seen:
            raise ValueError(f"two {what} are {thing!r}")
        seen.add(thing)
