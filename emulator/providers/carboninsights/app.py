"""Carbon Insights' route table, and its envelope."""

from collections.abc import Callable, Mapping

from starlette.responses import Response
from starlette.routing import Route

from emulator.core.errors import Refusal
from emulator.core.ledger import NoBooks
from emulator.providers.carboninsights import HOSTS, endpoints, errors
from emulator.providers.carboninsights.backend import CarbonInsights
from emulator.providers.carboninsights.memory import Catalogue, Fixture
from emulator.web.provider import Provider
from emulator.web.provider_app import ProviderApp
from emulator.web.request import Request

routes = [
    Route("/register", endpoints.register, methods=["POST"]),
    Route("/token", endpoints.obtain_token, methods=["POST"]),
    Route("/token/refresh", endpoints.refresh_token, methods=["POST"]),
    Route("/calculateCarbonScore", endpoints.calculate_carbon_score, methods=["POST"]),
]


def render(request: Request, refusal: Refusal) -> Response:
    """A detail, or the fields at fault; each error on a path that there is tells its methods."""
    refusal = _at(request, refusal)
    allow = {"Allow": "POST, OPTIONS"} if request.scope["path"] in {route.path for route in routes} else {}
    return endpoints.answer(request, refusal.body(), refusal.status, {**allow, **refusal.headers})


def _at(request: Request, refusal: Refusal) -> Refusal:
    """A bare status in the words that the path or the method asks for."""
    match refusal:
        case errors.MethodNotAllowed():
            return errors.MethodNotAllowed(request.method)
        case errors.PlainStatus(status=401):
            return _UNAUTHORIZED.get(request.scope["path"], errors.TokenNotValid)()
    return refusal


_UNAUTHORIZED: Mapping[str, Callable[[], Refusal]] = {
    "/token": errors.NoActiveAccount,
    "/token/refresh": errors.RefreshTokenNotValid,
}


def credentials(catalogue: Catalogue) -> dict[str, str]:
    """The documented sample account."""
    return {"username": catalogue.accounts[0].username, "password": catalogue.accounts[0].password}


PROVIDER = Provider(
    name="carboninsights",
    title="Carbon Insights",
    hosts=HOSTS,
    version=1,
    app=ProviderApp(routes, render, errors.schema_refusal, errors.http_refusal, endpoints.other_method),
    fixture=Fixture,
    backend=CarbonInsights,
    books=NoBooks("It reckons what purchases cause, and keeps neither the purchases nor the result."),
    credentials=credentials,
    render=render,
    http_refusal=errors.http_refusal,
)
