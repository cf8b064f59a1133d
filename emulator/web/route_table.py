"""Route tables: one for each provider, and one for the control API."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any, TypeAlias

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope

from emulator.web.request import Request, WholeRequest
from emulator.web.route import Route

Endpoint: TypeAlias = Callable[[Request], Response]

COMPARED_CHARACTERS_MAX = 200
"""The part of an unknown path that is compared with the routes: the cost grows with the square of its length."""


class RouteTable:
    """Routes, with paths without parameters looked up in a dict before any pattern.

    Such a path never matches a pattern, with any method: ``/orders/ride`` is not an order id, so it answers 405 where
    ``/orders/{id}`` would have answered. ``other_method``, if given, is the endpoint for a method that a path without
    parameters lacks; by default that is 405. Starlette's Router would try every route in turn, redirect slashes, and
    put only the first route's methods into ``Allow``.
    """

    def __init__(self, routes: Sequence[Route], other_method: Endpoint | None = None) -> None:
        self.routes = tuple(routes)
        self.other_method = other_method
        self._fixed: dict[str, dict[str, Route]] = {}
        self._patterns: list[tuple[str, Route]] = []
        """The routes with parameters, each after the part of its path before the first parameter."""
        for route in routes:
            if route.has_params:
                self._patterns.append((route.path.partition("{")[0], route))
            else:
                self._fixed.setdefault(route.path, {}).update(dict.fromkeys(route.methods, route))

    def on_path(self, scope: Scope) -> list[Route]:
        """Return the routes of a path, for all methods."""
        path = scope["path"]
        if fixed := self._fixed.get(path):
            return list(fixed.values())
        candidates = (route for prefix, route in self._patterns if path.startswith(prefix))
        return [route for route in candidates if route.matches(scope)[0] is not Match.NONE]

    def find(self, scope: Scope) -> Route | None:
        """Return the route of a path and method, if there is one."""
        return next((route for route in self.on_path(scope) if scope["method"] in route.methods), None)

    def path_params(self, scope: Scope) -> Mapping[str, str]:
        """Return the parameters in a path, which are empty for an unknown one."""
        route = self.find(scope)
        found: Mapping[str, str] = route.matches(scope)[1].get("path_params", {}) if route else {}
        return found

    def endpoint(self, scope: Scope) -> Callable[[Any], Any]:
        """Return the endpoint of a path and method; put it and the path's parameters into the scope.

        Raises HTTPException: 404 for an unknown path, 405 for a method that the path lacks.
        """
        path = scope["path"]
        fixed = self._fixed.get(path)
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
        for prefix, route in self._patterns:
            if not path.startswith(prefix):
                continue
            match, child = route.matches(scope)
            if match is Match.FULL:
                scope.update(child)
                return route.endpoint
            known = known or match is Match.PARTIAL
        raise HTTPException(405 if known else 404)

    def allowed_methods(self, scope: Scope) -> list[str]:
        """Return every method that a route of this path accepts, in alphabetical order."""
        return sorted({method for route in self.on_path(scope) for method in route.methods})

    def hint(self, request: WholeRequest, error: HTTPException) -> str:
        """Explain a 404, 405 or 501 in one line, for the developer."""
        if error.status_code == 405:
            return f"{request.method} is not a method of this path"
        from emulator.core.nearest import closest  # imported for mistakes only

        requested = f"{request.method} {request.scope['path'][:COMPARED_CHARACTERS_MAX]}"
        routes = [route for route in self.routes if is_implemented(route)]
        known = [f"{method} {route.path}" for route in routes for method in _own_methods(route)]
        reason = error.detail if error.status_code == 501 else "no such route"
        return f"{reason}; nearest: {closest(requested, known)}"


def not_implemented(operation: str, reason: str, authenticate: Callable[[Request], object]) -> Endpoint:
    """Return the endpoint of an operation that is documented but missing here.

    It refuses whom ``authenticate`` refuses, as every operation does, and answers others 501 with the reason.
    """

    def endpoint(request: Request) -> Response:
        authenticate(request)
        raise HTTPException(501, f"{operation} is not implemented: {reason}")

    endpoint.__name__ = operation
    return endpoint


class Endpoints:
    """The endpoints of a module, which the first request to one of them imports: many models take long to create."""

    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Endpoint:
        imported: Callable[[], Endpoint] = cache(lambda: getattr(import_module(self._module), name))

        def endpoint(request: Request) -> Response:
            return imported()(request)

        endpoint.__name__ = name
        return endpoint


def is_implemented(route: Route) -> bool:
    """Return whether a route's operation is implemented, instead of answering 501."""
    return not getattr(route.endpoint, "__qualname__", "").startswith("not_implemented.")


def _own_methods(route: Route) -> list[str]:
    """Return the methods of a route that its table names: HEAD comes with GET."""
    return sorted(route.methods - {"HEAD"})
