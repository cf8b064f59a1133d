"""A request whose body has been read: what endpoints of providers and of the control API receive."""

from collections.abc import Callable, Sequence
from typing import Any

from starlette import requests
from starlette.types import Scope

from emulator.web.exchange import Exchange
from emulator.web.headers import Headers


class WholeRequest(requests.Request):
    """Starlette's request without its channel: ``content`` is the whole body, ``parsed`` its JSON once it was read.

    ``header`` returns the first value of a header by its lower-case name; None if the request lacks it. It costs a
    tenth of Starlette's ``headers``.
    """

    header: Callable[[bytes], str | None]
    parsed: Any = None

    def __init__(self, scope: Scope, headers: Headers, content: bytes) -> None:
        self.scope = scope
        self.content = content
        self.header = headers.get


class Request(WholeRequest):
    """A request to a vendor.

    ``backend`` is the vendor's in this space, set when the turn begins. ``held`` are the requests of the space that
    faults delay at present.
    """

    backend: Any

    def __init__(self, scope: Scope, exchange: Exchange, headers: Headers, held: "Sequence[Request]") -> None:
        self.scope = scope
        self.content = exchange.body
        self.header = headers.get
        self.exchange = exchange
        self.held = held

    def earlier_held(self) -> "list[Request]":
        """Return the delayed requests to the same vendor that arrived before this one."""
        if not self.held:
            return []
        own = self.exchange
        others = ((other, other.exchange) for other in self.held)
        return [other for other, its in others if its.provider == own.provider and its.number < own.number]
