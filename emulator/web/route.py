"""A route, which costs little until it is used."""

from collections.abc import Callable, Collection
from functools import cached_property
from typing import Any

from starlette import routing
from starlette.types import Scope


class Route:
    """A path and its methods lead to an endpoint. A route for GET also answers HEAD.

    Starlette's own route compiles its path at once. There are 300 routes, of which most servers need a few, so this one
    becomes Starlette's when the path of a request is first compared with it.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], *, methods: Collection[str]) -> None:
        self.path = path
        self.endpoint = endpoint
        self.name: str = endpoint.__name__
        self.methods = frozenset(methods) | ({"HEAD"} if "GET" in methods else set())

    @property
    def has_params(self) -> bool:
        """Whether the path has parameters: ``/orders/{id}``."""
        return "{" in self.path

    @cached_property
    def pattern(self) -> routing.Route:
        """The same route, as Starlette's."""
        return routing.Route(self.path, self.endpoint, methods=self.methods)

    def matches(self, scope: Scope) -> tuple[routing.Match, Scope]:
        """Return whether a request matches, fully or but for its method, and what that adds to its scope."""
        return self.pattern.matches(scope)
