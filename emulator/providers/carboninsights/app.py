"""Carbon Insights' route table, its credentials, and its provider."""

from collections.abc import Iterable, Mapping

from emulator.core.ledger import NoBooks
from emulator.providers.carboninsights import HOSTS, VERSION, endpoints, wording
from emulator.providers.carboninsights.backend import CarbonInsights
from emulator.providers.carboninsights.memory.catalogue import Catalogue
from emulator.providers.carboninsights.memory.fixture import Fixture
from emulator.providers.carboninsights.memory.migrations import MIGRATIONS
from emulator.web.provider import Provider
from emulator.web.provider_app import ProviderApp
from emulator.web.route import Route

ROUTES = [
    Route("/register", endpoints.register, methods=["POST"]),
    Route("/token", endpoints.obtain_token, methods=["POST"]),
    Route("/token/refresh", endpoints.refresh_token, methods=["POST"]),
    Route("/calculateCarbonScore", endpoints.calculate_carbon_score, methods=["POST"]),
]


def credentials(catalogue: Catalogue) -> dict[str, str]:
    """Return the credentials of the first account: the documented sample."""
    return {"username": catalogue.accounts[0].username, "password": catalogue.accounts[0].password}


def accounts(catalogue: Catalogue) -> Iterable[Mapping[str, str]]:
    """Return the username and password of each account."""
    return ({"username": account.username, "password": account.password} for account in catalogue.accounts)


PROVIDER = Provider(
    name="carboninsights",
    title="Carbon Insights",
    hosts=HOSTS,
    version=VERSION,
    migrations=MIGRATIONS,
    app=ProviderApp(ROUTES, wording.render, wording.schema_refusal, wording.http_refusal, endpoints.other_method),
    fixture=Fixture,
    backend=CarbonInsights,
    books=NoBooks("It calculates what purchases cause, and keeps neither the purchases nor the result."),
    credentials=credentials,
    accounts=accounts,
    render=wording.render,
    http_refusal=wording.http_refusal,
)
