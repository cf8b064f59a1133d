"""Vendors' route tables: Starlette's Router, what a path takes, and what is documented and not built."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from starlette import requests
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match, Route, Router
from starlette.types import Receive, Scope, Send

from emulator.web.request import Request

Endpoint: TypeAlias = Callable[[Request], Response]

COMPARED_CHARACTERS_MAX = 200
"""How much of an unknown path is held against the route table: the comparison grows with the square of its length."""


class RouteTable(Router):
    """A router in which a path without parameters is found at once, and is never taken for an id.

    ``/orders/ride`` is no order, whatever the method: it answers 405 where ``/orders/{id}`` would have answered.
    ``other_method`` is an endpoint for the methods that a path without parameters has not; as a rule that is 405.
    """

    def __init__(self, routes: Sequence[Route], other_method: Endpoint | None = None) -> None:
        super().__init__(routes, redirect_slashes=False)
        self.other_method = other_method
        self.table = list(routes)
        self._fixed: dict[str, dict[str, Route]] = {}
        for route in routes:
            if not route.param_convertors:
                self._fixed.setdefault(route.path, {}).update(dict.fromkeys(route.methods or (), route))
        self._patterns = [route for route in routes if route.param_convertors]

    def on_path(self, scope: Scope) -> list[Route]:
        """The routes of a path, whatever their methods."""
        fixed = self._fixed.get(scope["path"], {})
        return list(fixed.values()) or [route for route in self._patterns if route.matches(scope)[0] is not Match.NONE]

    def find(self, scope: Scope) -> Route | None:
        """The route of a path and method."""
        return next((route for route in self.on_path(scope) if scope["method"] in (route.methods or ())), None)

    def reach(self, scope: Scope) -> Callable[[Any], Any]:
        """The endpoint of a path and method; what it needs to know is put into the scope.

        Raises HTTPException: 404 for an unknown path, 405 for a method that a path has not.
        """
        fixed = self._fixed.get(scope["path"])
        if fixed is not None:
            route = fixed.get(scope["method"])
            if route:
                scope["endpoint"] = endpoint = route.endpoint
                return endpoint
            scope["endpoint"] = next(iter(fixed.values())).endpoint
            if self.other_method:
                return self.other_method
            raise HTTPException(405)
        known = False
        for route in self._patterns:
            match, child = route.matches(scope)
            if match is Match.FULL:
                scope.update(child)
                return route.endpoint
            known = known or match is Match.PARTIAL
        raise HTTPException(405 if known else 404)

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self.reach(scope)(requests.Request(scope, receive))
        await response(scope, receive, send)


def not_implemented(operation: str) -> Endpoint:
    """The endpoint of an operation that the vendor documents and that is not built: 501, naming itself."""

    def endpoint(request: Request) -> Response:
        raise HTTPException(501, f"{operation} is documented by the vendor and not built in this emulator")

    endpoint.__name__ = operation
    return endpoint


def is_implemented(route: Route) -> bool:
    """Tell whether a route's operation does what the vendor documents, in place of answering 501."""
    return not getattr(route.endpoint, "__qualname__", "").startswith("not_implemented.")


def allowed_methods(router: RouteTable, scope: Scope) -> list[str]:
    """Every method that a route of this path takes, in alphabetical order."""
    return sorted({method for route in router.on_path(scope) for method in route.methods or ()})


def hint(router: RouteTable, request: Request, error: HTTPException) -> str:
    """One line for the developer, in a header of ours, since the body is the vendor's."""
    if error.status_code == 405:
        return f"{request.method} is not a method of this path"
    from difflib import SequenceMatcher  # only a mistake pays for it

    asked = f"{request.method} {request.scope['path'][:COMPARED_CHARACTERS_MAX]}"
    table = [route for route in router.table if is_implemented(route)]
    built = [f"{method} {route.path}" for route in table for method in _own(route)]
    nearest = max(built, key=lambda name: SequenceMatcher(None, asked, name).ratio())
    said = error.detail if error.status_code == 501 else "no such route"
    return f"{said}; nearest: {nearest}"


def _own(route: Route) -> list[str]:
    return sorted((route.methods or set()) - {"HEAD"})
