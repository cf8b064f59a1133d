"""The catalogue: accounts, projects, categories and portfolios. It never changes."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from emulator.core.documents import UtcTime
from emulator.core.integrity import check_ids, check_known, check_unique
from emulator.core.struct import Struct
from emulator.providers.cnaught.memory.fields import CentsPerKg, Count, Degrees, Fraction

Source: TypeAlias = Literal["api", "checkout"]
Equivalent: TypeAlias = Literal["cars", "homes", "flights", "trees"]


class ImpactPage(Struct, frozen=True):
    """The account's public page: whether it is on, its address, and the equivalents it shows."""

    enabled: bool
    url: str
    enabled_equivalents: tuple[Equivalent, ...]


class Account(Struct, frozen=True):
    """The holder of an API key, with the ids of the portfolios it may use. Accounts cannot see each other's records."""

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


class Issuance(Struct, frozen=True):
    """The credits issued to a project for one year."""

    vintage_year: Count
    total_amount: Count


class Lifetime(Struct, frozen=True):
    """The years in which a project runs."""

    start_year: Count
    end_year: Count


class Project(Struct, frozen=True, eq=False):  # compared by identity, so that caches need not hash all of it
    """A source of credits."""

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
    location_latitude: Degrees | None = None
    location_longitude: Degrees | None = None
    primary_image_url: str | None = None
    un_sdg_goals: tuple[Count, ...] = ()
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


class Category(Struct, frozen=True):
    """A kind of project. Credits of a category come in equal parts from its projects."""

    id: str
    name: str
    projects: tuple[str, ...]
    description: str | None = None
    primary_image_url: str | None = None

    def __post_init__(self) -> None:
        if not self.projects:
            raise ValueError(f"category {self.id} has no projects")


class Portfolio(Struct, frozen=True):
    """A mix of categories with prices. ``allocations`` maps categories to fractions, which add up to 1."""

    id: str
    name: str
    api_price_per_kg_usd_cents: CentsPerKg
    checkout_price_per_kg_usd_cents: CentsPerKg
    allocations: Mapping[str, Fraction]
    summary: str | None = None
    description: str | None = None
    primary_image_url: str | None = None

    def __post_init__(self) -> None:
        if sum(self.allocations.values()) != 1:
            raise ValueError(f"the allocations of portfolio {self.id} do not add up to 1")

    def price_per_kg(self, source: Source) -> CentsPerKg:
        return self.api_price_per_kg_usd_cents if source == "api" else self.checkout_price_per_kg_usd_cents


class Catalogue(Struct, frozen=True):
    """The catalogue of every space."""

    accounts: tuple[Account, ...]
    projects: Mapping[str, Project]
    categories: Mapping[str, Category]
    portfolios: Mapping[str, Portfolio]

    def __post_init__(self) -> None:
        if not self.accounts:
            raise ValueError("the catalogue has no accounts; it needs at least one")
        check_unique("account ids", (account.id for account in self.accounts))
        check_unique("API keys", (account.api_key for account in self.accounts))
        check_ids("project", self.projects)
        check_ids("category", self.categories)
        check_ids("portfolio", self.portfolios)
        for account in self.accounts:
            check_known("portfolio", account.portfolios, self.portfolios)
            if account.default_portfolio_id not in account.portfolios:
                raise ValueError(f"the default portfolio of account {account.id} is not one of its portfolios")
        for portfolio in self.portfolios.values():
            check_known("category", portfolio.allocations, self.categories)
        for category in self.categories.values():
            check_known("project", category.projects, self.projects)
