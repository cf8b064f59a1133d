"""Thallo's route table, its credentials, and its provider."""

from collections.abc import Iterable, Mapping

from emulator.providers.thallo import HOSTS, VERSION, endpoints, wording
from emulator.providers.thallo.backend import Thallo
from emulator.providers.thallo.books import BOOKS
from emulator.providers.thallo.memory.catalogue import Catalogue
from emulator.providers.thallo.memory.fixture import Fixture
from emulator.providers.thallo.memory.migrations import MIGRATIONS
from emulator.web.provider import Provider
from emulator.web.provider_app import ProviderApp
from emulator.web.route import Route

ROUTES = [
    Route("/api/inventory", endpoints.get_inventory, methods=["GET"]),
    Route("/api/caas/request-retirement", endpoints.request_retirement, methods=["POST"]),
    Route("/api/market", endpoints.get_market, methods=["GET"]),
    Route("/api/retirement", endpoints.get_retirement, methods=["GET"]),
    Route("/api/projects", endpoints.get_projects, methods=["GET"]),
    Route("/api/api-keys", endpoints.list_api_keys, methods=["GET"]),
    Route("/api/api-keys", endpoints.create_api_key, methods=["POST"]),
    Route("/api/api-keys/{api_key_id}", endpoints.deactivate_api_key, methods=["DELETE"]),
]


def credentials(catalogue: Catalogue) -> dict[str, str]:
    """Return the credentials of the first tenant."""
    return {"api_key": catalogue.tenants[0].key.api_key}


def accounts(catalogue: Catalogue) -> Iterable[Mapping[str, str]]:
    """Return the API key of each tenant."""
    return ({"api_key": tenant.key.api_key} for tenant in catalogue.tenants)


PROVIDER = Provider(
    name="thallo",
    title="Thallo",
    hosts=HOSTS,
    version=VERSION,
    migrations=MIGRATIONS,
    app=ProviderApp(ROUTES, wording.render, wording.schema_refusal, wording.http_refusal),
    fixture=Fixture,
    backend=Thallo,
    books=BOOKS,
    credentials=credentials,
    accounts=accounts,
    render=wording.render,
    http_refusal=wording.http_refusal,
)
