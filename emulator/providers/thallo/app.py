"""Thallo's route table, and its envelope."""

from starlette.responses import Response
from starlette.routing import Route

from emulator.core.clock import millis
from emulator.core.errors import Refusal
from emulator.providers.thallo import HOSTS, endpoints, errors
from emulator.providers.thallo.backend import Thallo
from emulator.providers.thallo.books import BOOKS
from emulator.providers.thallo.memory import Catalogue, Fixture
from emulator.web.provider import Provider
from emulator.web.provider_app import ProviderApp
from emulator.web.replies import reply
from emulator.web.request import Request

routes = [
    Route("/api/inventory", endpoints.get_inventory, methods=["GET"]),
    Route("/api/caas/request-retirement", endpoints.request_retirement, methods=["POST"]),
    Route("/api/market", endpoints.get_market, methods=["GET"]),
    Route("/api/retirement", endpoints.get_retirement, methods=["GET"]),
    Route("/api/projects", endpoints.get_projects, methods=["GET"]),
    Route("/api/api-keys", endpoints.list_api_keys, methods=["GET"]),
    Route("/api/api-keys", endpoints.create_api_key, methods=["POST"]),
    Route("/api/api-keys/{api_key_id}", endpoints.deactivate_api_key, methods=["DELETE"]),
]


def render(request: Request, refusal: Refusal) -> Response:
    """All five fields, always: without any one of them the vendor's SDK hides the code from its user."""
    assert isinstance(refusal, errors.ThalloRefusal)
    body = {
        "statusCode": refusal.status,
        "url": request.scope["path"],
        "timestamp": millis(endpoints.backend(request).clock.now),
        **refusal.body(),
    }
    return reply(body, refusal.status, refusal.headers)


def credentials(catalogue: Catalogue) -> dict[str, str]:
    return {"api_key": catalogue.tenants[0].key.api_key}


PROVIDER = Provider(
    name="thallo",
    title="Thallo",
    hosts=HOSTS,
    version=1,
    app=ProviderApp(routes, render, errors.schema_refusal, errors.http_refusal),
    fixture=Fixture,
    backend=Thallo,
    books=BOOKS,
    credentials=credentials,
    render=render,
    http_refusal=errors.http_refusal,
)
