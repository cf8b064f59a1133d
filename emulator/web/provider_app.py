"""A provider's application: its route table, and its vendor's error envelope."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from emulator.core.errors import Malformed, Refusal
from emulator.web.request import Request
from emulator.web.route_table import Endpoint, RouteTable, allowed_methods, hint

Render: TypeAlias = Callable[[Request, Refusal], Response]
SchemaRefusal: TypeAlias = Callable[[Malformed], Refusal]
HttpRefusal: TypeAlias = Callable[[int, str | None], Refusal]


class ProviderApp:
    """A vendor's routes, and its envelope for all three lanes of errors.

    ``say`` puts a refusal in the vendor's envelope; ``malformed`` and ``plain`` give the vendor's refusal for a request
    that breaks the schema and for a bare HTTP status. It is Starlette's application without what a turn has no use for
    (middleware, lifespan, a channel to send on), which would be a third of the cost of a request.
    """

    def __init__(
        self,
        routes: Sequence[Route],
        render: Render,
        schema_refusal: SchemaRefusal,
        http_refusal: HttpRefusal,
        other_method: Endpoint | None = None,
    ) -> None:
        self.router = RouteTable(routes, other_method)
        self.render = render
        self.schema_refusal = schema_refusal
        self.http_refusal = http_refusal

    def respond(self, request: Request) -> Response:
        """The vendor's reply, be it a refusal or not. No endpoint waits: what happens in a turn happens at once."""
        try:
            response: Response = self.router.reach(request.scope)(request)
            return response
        except Refusal as refusal:
            return self._refuse(request, refusal)
        except Malformed as broken:
            request.exchange.problems = broken.problems
            return self._refuse(request, self.schema_refusal(broken))
        except HTTPException as error:
            return self._reword(request, error)

    def _refuse(self, request: Request, refusal: Refusal) -> Response:
        request.exchange.rule = refusal.rule
        return self.render(request, refusal)

    def _reword(self, request: Request, error: HTTPException) -> Response:
        detail = error.detail if error.status_code == 501 else None
        answer = self._refuse(request, self.http_refusal(error.status_code, detail))
        if error.status_code == 405:
            answer.headers.setdefault("Allow", ", ".join(allowed_methods(self.router, request.scope)))
        if error.status_code in (404, 405, 501):
            answer.headers["X-Emulator-Hint"] = hint(self.router, request, error)
        return answer
