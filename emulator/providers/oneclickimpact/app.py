"""1ClickImpact's route table, and its envelope."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from emulator.core.errors import Refusal
from emulator.core.http import not_built, provider_app, reply
from emulator.core.provider import Provider
from emulator.providers.oneclickimpact import endpoints, errors
from emulator.providers.oneclickimpact.memory import Catalogue, Fixture
from emulator.providers.oneclickimpact.vendor import OneClickImpact

routes = [
    Route("/v1/capture_carbon", endpoints.capture_carbon, methods=["POST"]),
    Route("/v1/records", endpoints.list_records, methods=["GET"]),
    Route("/v1/customer_records", endpoints.list_customer_records, methods=["GET"]),
    Route("/v1/plant_tree", not_built("plant_tree"), methods=["POST"]),
    Route("/v1/clean_ocean", not_built("clean_ocean"), methods=["POST"]),
    Route("/v1/donate_money", not_built("donate_money"), methods=["POST"]),
    Route("/v1/restore_coral", not_built("restore_coral"), methods=["POST"]),
    Route("/v1/cancel_impact", not_built("cancel_impact"), methods=["POST"]),
    Route("/v1/track", not_built("track_impact"), methods=["GET"]),
    Route("/v1/customers", not_built("list_customers"), methods=["GET"]),
    Route("/v1/impact", not_built("get_impact"), methods=["GET"]),
    Route("/v1/impact/daily", not_built("get_daily_impact"), methods=["GET"]),
    Route("/v1/whoami", not_built("who_am_i"), methods=["GET"]),
    Route("/v1/projects", not_built("list_projects"), methods=["GET"]),
    Route("/v1/projects/{project_id}", not_built("get_project"), methods=["GET"]),
]


def say(request: Request, refusal: Refusal) -> Response:
    """A type and a message: the vendor's SDKs read the body of every status as JSON."""
    return reply(refusal.body(), refusal.status, refusal.headers)


def credentials(catalogue: Catalogue) -> dict[str, str]:
    return {"api_key": catalogue.first_key("sandbox"), "live_api_key": catalogue.first_key("production")}


PROVIDER = Provider(
    name="oneclickimpact",
    title="1ClickImpact",
    hosts=tuple(endpoints.HOSTS),
    version=1,
    app=provider_app(routes, say, errors.malformed, errors.plain),
    fixture=Fixture,
    vendor=OneClickImpact,
    credentials=credentials,
    say=say,
    plain=errors.plain,
)
