"""A provider's application: its route table, and its vendor's error envelope."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from starlette.exceptions import HTTPException
from starlette.responses import Response

from emulator.core.errors import Malformed, Refusal
from emulator.web.request import Request
from emulator.web.route import Route
from emulator.web.route_table import Endpoint, RouteTable

Render: TypeAlias = Callable[[Request, Refusal], Response]
SchemaRefusal: TypeAlias = Callable[[Malformed], Refusal]
HttpRefusal: TypeAlias = Callable[[int, str | None], Refusal]


HINT = "X-Emulator-Hint"
UNAUTHORIZED = 401


class ProviderApp:
    """A vendor's routes, and its envelope for all three kinds of errors.

    ``render`` puts a refusal into the vendor's envelope; ``schema_refusal`` and ``http_refusal`` return the vendor's
    refusal for a request that breaks the schema and for a bare HTTP status. This is Starlette's application without the
    parts that a turn has no use for (middleware, lifespan, channels), which cost a third of a request.
    """

    def __init__(
        self,
        routes: Sequence[Route],
        render: Render,
        schema_refusal: SchemaRefusal,
        http_refusal: HttpRefusal,
        other_method: Endpoint | None = None,
    ) -> None:
        self.routes = RouteTable(routes, other_method)
        self.render = render
        self.schema_refusal = schema_refusal
        self.http_refusal = http_refusal

    def respond(self, request: Request) -> Response:
        """Return the vendor's reply or refusal. Endpoints are plain functions: a turn never waits."""
        try:
            response: Response = self.routes.endpoint(request.scope)(request)
            return response
        except Refusal as refusal:
            return self._refuse(request, refusal)
        except Malformed as malformed:
            request.exchange.problems = malformed.problems
            return self._refuse(request, self.schema_refusal(malformed))
        except HTTPException as error:
            return self._refuse_http(request, error)

    def _refuse(self, request: Request, refusal: Refusal) -> Response:
        request.exchange.rule = refusal.rule
        response = self.render(request, refusal)
        if hint := refusal.hint or _hint(request, response.status_code):
            response.headers[HINT] = hint
        return response

    def _refuse_http(self, request: Request, error: HTTPException) -> Response:
        detail = error.detail if error.status_code == 501 else None
        response = self._refuse(request, self.http_refusal(error.status_code, detail))
        if error.status_code == 405:
            response.headers.setdefault("Allow", ", ".join(self.routes.allowed_methods(request.scope)))
        if error.status_code in (404, 405, 501):
            response.headers[HINT] = self.routes.hint(request, error)
        return response


def _hint(request: Request, status: int) -> str | None:
    """Return where to find credentials, for a request whose own ones are missing, unknown or expired."""
    if status != UNAUTHORIZED:
        return None
    return f"accepted credentials: GET /_emulator/providers/{request.exchange.provider}"
