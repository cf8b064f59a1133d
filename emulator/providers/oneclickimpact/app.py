"""1ClickImpact's route table, its credentials, and its provider."""

from collections.abc import Iterable, Mapping

from emulator.providers.oneclickimpact import HOSTS, VERSION, wording
from emulator.providers.oneclickimpact.backend import OneClickImpact
from emulator.providers.oneclickimpact.books import BOOKS
from emulator.providers.oneclickimpact.endpoints import account, impacts, projects, records
from emulator.providers.oneclickimpact.endpoints.context import authenticate
from emulator.providers.oneclickimpact.memory.catalogue import Catalogue
from emulator.providers.oneclickimpact.memory.fixture import Fixture
from emulator.providers.oneclickimpact.wire import acts, webhooks
from emulator.web.provider import Provider
from emulator.web.provider_app import ProviderApp
from emulator.web.route import Route
from emulator.web.route_table import not_implemented

NO_REPLY_FIELDS = "No document that could be read names the fields of its reply."

ROUTES = [
    Route("/v1/capture_carbon", impacts.capture_carbon, methods=["POST"]),
    Route("/v1/records", records.list_records, methods=["GET"]),
    Route("/v1/customer_records", records.list_customer_records, methods=["GET"]),
    Route("/v1/plant_tree", impacts.plant_tree, methods=["POST"]),
    Route("/v1/clean_ocean", impacts.clean_ocean, methods=["POST"]),
    Route("/v1/donate_money", impacts.donate_money, methods=["POST"]),
    Route("/v1/restore_coral", impacts.restore_coral, methods=["POST"]),
    Route("/v1/cancel_impact", impacts.cancel_impact, methods=["POST"]),
    Route("/v1/track", records.track_impact, methods=["GET"]),
    Route("/v1/customers", account.list_customers, methods=["GET"]),
    Route("/v1/impact", account.get_impact, methods=["GET"]),
    Route("/v1/impact/daily", account.get_daily_impact, methods=["GET"]),
    Route("/v1/whoami", account.who_am_i, methods=["GET"]),
    Route("/v1/projects", projects.list_projects, methods=["GET"]),
    Route("/v1/projects/{project_id}", projects.get_project, methods=["GET"]),
    Route("/v1/carbon", not_implemented("calculate_website_carbon", NO_REPLY_FIELDS, authenticate), methods=["GET"]),
]


def credentials(catalogue: Catalogue) -> dict[str, str]:
    """Return the API keys of the first account of each environment."""
    return {"api_key": catalogue.first_key("sandbox"), "live_api_key": catalogue.first_key("production")}


def accounts(catalogue: Catalogue) -> Iterable[Mapping[str, str]]:
    """Return the API key of each account."""
    return ({"api_key": account.api_key} for account in catalogue.accounts)


PROVIDER = Provider(
    name="oneclickimpact",
    title="1ClickImpact",
    hosts=tuple(HOSTS),
    version=VERSION,
    app=ProviderApp(ROUTES, wording.render, wording.schema_refusal, wording.http_refusal),
    fixture=Fixture,
    backend=OneClickImpact,
    books=BOOKS,
    credentials=credentials,
    accounts=accounts,
    render=wording.render,
    http_refusal=wording.http_refusal,
    webhooks=webhooks.WEBHOOKS,
    acts=acts.ACTS,
)
