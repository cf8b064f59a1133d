"""1ClickImpact's route table, and its envelope."""

from starlette.responses import Response
from starlette.routing import Route

from emulator.core.errors import Refusal
from emulator.providers.oneclickimpact import HOSTS, endpoints, errors
from emulator.providers.oneclickimpact.backend import OneClickImpact
from emulator.providers.oneclickimpact.books import BOOKS
from emulator.providers.oneclickimpact.memory import Catalogue, Fixture
from emulator.web.provider import Provider
from emulator.web.provider_app import ProviderApp
from emulator.web.replies import reply
from emulator.web.request import Request
from emulator.web.route_table import not_implemented

routes = [
    Route("/v1/capture_carbon", endpoints.capture_carbon, methods=["POST"]),
    Route("/v1/records", endpoints.list_records, methods=["GET"]),
    Route("/v1/customer_records", endpoints.list_customer_records, methods=["GET"]),
    Route("/v1/plant_tree", endpoints.plant_tree, methods=["POST"]),
    Route("/v1/clean_ocean", endpoints.clean_ocean, methods=["POST"]),
    Route("/v1/donate_money", endpoints.donate_money, methods=["POST"]),
    Route("/v1/restore_coral", endpoints.restore_coral, methods=["POST"]),
    Route("/v1/cancel_impact", endpoints.cancel_impact, methods=["POST"]),
    Route("/v1/track", endpoints.track_impact, methods=["GET"]),
    Route("/v1/customers", endpoints.list_customers, methods=["GET"]),
    Route("/v1/impact", endpoints.get_impact, methods=["GET"]),
    Route("/v1/impact/daily", endpoints.get_daily_impact, methods=["GET"]),
    Route("/v1/whoami", endpoints.who_am_i, methods=["GET"]),
    Route("/v1/projects", endpoints.list_projects, methods=["GET"]),
    Route("/v1/projects/{project_id}", endpoints.get_project, methods=["GET"]),
    Route("/v1/carbon", not_implemented("calculate_website_carbon"), methods=["GET"]),
]


def render(request: Request, refusal: Refusal) -> Response:
    """A type and a message: the vendor's SDKs read the body of every status as JSON."""
    return reply(refusal.body(), refusal.status, refusal.headers)


def credentials(catalogue: Catalogue) -> dict[str, str]:
    return {"api_key": catalogue.first_key("sandbox"), "live_api_key": catalogue.first_key("production")}


PROVIDER = Provider(
    name="oneclickimpact",
    title="1ClickImpact",
    hosts=tuple(HOSTS),
    version=1,
    app=ProviderApp(routes, render, errors.schema_refusal, errors.http_refusal),
    fixture=Fixture,
    backend=OneClickImpact,
    books=BOOKS,
    credentials=credentials,
    render=render,
    http_refusal=errors.http_refusal,
)
