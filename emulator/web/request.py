"""A request to a vendor: Starlette's own, and what its turn knows about it."""

from collections.abc import Sequence
from typing import Any

from starlette import requests
from starlette.types import Scope

from emulator.web.exchange import Exchange
from emulator.web.headers import Headers


class Request(requests.Request):
    """Starlette's request. It has no channel, for its body has been read; that is in the exchange.

    ``vendor`` is the one that is asked, from the turn on. ``held`` are the requests of the space that faults hold up.
    """

    backend: Any

    def __init__(self, scope: Scope, exchange: Exchange, first_values: Headers, held: "Sequence[Request]") -> None:
        self.scope = scope
        self.exchange = exchange
        self._first_values = first_values
        self.held = held

    def header(self, name: bytes) -> str | None:
        """The first value of a header, by its lower-case name, at a tenth of what Starlette's ``headers`` cost."""
        return self._first_values[name]

    def earlier_held(self) -> "list[Request]":
        """The requests to the same vendor that came before this one and that a fault holds up."""
        own = self.exchange
        others = ((other, other.exchange) for other in self.held)
        return [other for other, its in others if its.provider == own.provider and its.number < own.number]
