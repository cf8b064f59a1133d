"""The catalogue: tenants, projects and vintages. It never changes."""

from collections.abc import Mapping
from dataclasses import dataclass

from emulator.core.documents import UtcTime
from emulator.core.integrity import check_known, check_unique
from emulator.providers.thallo.memory.fields import Year


@dataclass(frozen=True, slots=True)
class Retiree:
    """A company in whose name credits are retired."""

    name: str
    tax_id: str
    country: str


@dataclass(frozen=True, slots=True)
class GivenKey:
    """The API key that a tenant has from the start."""

    id: str
    api_key: str
    name: str
    created_at: UtcTime


@dataclass(frozen=True, slots=True)
class Tenant:
    """A company with one user. ``company`` is the retiree of what is retired in the tenant's own name.

    Tenants cannot see each other's records, except for the sell orders on the market.
    """

    id: str
    key: GivenKey
    company: Retiree


@dataclass(frozen=True, slots=True)
class Registry:
    """The registry that issues and retires the credits of a project."""

    id: str
    name: str
    project_url: str


@dataclass(frozen=True, slots=True)
class Project:
    """A source of credits. ``type`` and ``sdgs`` are display names of the SDK, ``location`` is a country code."""

    name: str
    type: str
    location: str
    sdgs: tuple[str, ...] = ()
    registry: Registry | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Vintage:
    """The credits of one year of a project."""

    project_id: str
    year: Year
    registry_url: str | None = None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The catalogue of every space."""

    tenants: tuple[Tenant, ...]
    projects: Mapping[str, Project]
    vintages: Mapping[str, Vintage]

    def __post_init__(self) -> None:
        if not self.tenants:
            raise ValueError("the catalogue has no tenants; it needs at least one")
        check_unique("ids of API keys", (tenant.key.id for tenant in self.tenants))
        check_unique("API keys", (tenant.key.api_key for tenant in self.tenants))
        check_known("project", (vintage.project_id for vintage in self.vintages.values()), self.projects)
