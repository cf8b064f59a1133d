"""Starlette's Router, for vendors' route tables."""

from collections.abc import Sequence

from starlette.routing import Match, Route, Router
from starlette.types import Receive, Scope, Send


class FixedPathsFirst(Router):
    """A router in which a path without parameters is found at once, and is never taken for an id.

    ``/orders/ride`` is no order, whatever the method: it answers 405 where ``/orders/{id}`` would have answered.
    """

    def __init__(self, routes: Sequence[Route]) -> None:
        super().__init__(routes, redirect_slashes=False)
        self.table = list(routes)
        self._fixed: dict[str, list[Route]] = {}
        for route in routes:
            if not route.param_convertors:
                self._fixed.setdefault(route.path, []).append(route)
        self._patterns = [route for route in routes if route.param_convertors]

    def on_path(self, scope: Scope) -> list[Route]:
        """The routes of a path, whatever their methods."""
        fixed = self._fixed.get(scope["path"])
        return fixed or [route for route in self._patterns if route.matches(scope)[0] is not Match.NONE]

    def find(self, scope: Scope) -> Route | None:
        """The route of a path and method."""
        return next((route for route in self.on_path(scope) if _takes(route, scope["method"])), None)

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        fixed = self._fixed.get(scope["path"])
        if fixed is None:
            await super().app(scope, receive, send)
            return
        route = next((route for route in fixed if _takes(route, scope["method"])), fixed[0])
        scope.update(route=route, endpoint=route.endpoint, path_params={})
        await route.handle(scope, receive, send)


def _takes(route: Route, method: str) -> bool:
    return method in (route.methods or ())
