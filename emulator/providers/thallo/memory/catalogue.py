"""The catalogue: tenants, projects and vintages. It never changes."""

from collections.abc import Mapping

from emulator.core.documents import UtcTime
from emulator.core.integrity import check_known, check_unique
from emulator.core.struct import Struct
from emulator.providers.thallo.memory.fields import Year


class Retiree(Struct, frozen=True):
    """A company in whose name credits are retired."""

    name: str
    tax_id: str
    country: str


class GivenKey(Struct, frozen=True):
    """The API key that a tenant has from the start."""

    id: str
    api_key: str
    name: str
    created_at: UtcTime


class Tenant(Struct, frozen=True):
    """A company with one user. ``company`` is the retiree of what is retired in the tenant's own name.

    Tenants cannot see each other's records, except for the sell orders on the market.
    """

    id: str
    key: GivenKey
    company: Retiree


class Registry(Struct, frozen=True):
    """The registry that issues and retires the credits of a project."""

    id: str
    name: str
    project_url: str


class Project(Struct, frozen=True):
    """A source of credits. ``type`` and ``sdgs`` are display names of the SDK, ``location`` is a country code."""

    name: str
    type: str
    location: str
    sdgs: tuple[str, ...] = ()
    registry: Registry | None = None
    description: str | None = None


class Vintage(Struct, frozen=True):
    """The credits of one year of a project."""

    project_id: str
    year: Year
    registry_url: str | None = None


class Catalogue(Struct, frozen=True):
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
