"""One request to a vendor and its reply, as they were sent."""

from datetime import datetime
from typing import Any

from starlette.responses import Response
from starlette.types import Scope

from emulator.core.clock import date_header
from emulator.core.errors import Problem
from emulator.web.effect import Connection, Effect
from emulator.web.headers import Headers, RawHeaders

EXCHANGE_BYTES = 1024
"""The size of an exchange's objects, without its text."""


class Exchange:
    """One request to a vendor and its reply; nothing here is interpreted.

    Request: ``number`` counts the requests of a space and is never reused. ``at`` is the clock's reading at the turn;
    ``order`` counts the turns, which delays may put in another order than the numbers. ``held`` are the numbers of the
    requests that faults delayed meanwhile.

    Reply: ``vendor_headers`` come from the vendor, or from a fault in its place; ``reply_headers()`` are all that are
    sent. ``connection`` is what a fault does to the reply in transit.

    Explanation: ``operation`` is the endpoint's name, ``rule`` the rule that refused it, ``problems`` what broke the
    schema, ``fault`` the fault that fired, ``effects`` those of the faults before and after the turn.
    """

    __slots__ = (
        "__weakref__",
        "at",
        "body",
        "connection",
        "effects",
        "fault",
        "headers",
        "held",
        "method",
        "number",
        "operation",
        "order",
        "path",
        "problems",
        "provider",
        "query",
        "reply_body",
        "request_size",
        "rule",
        "status",
        "vendor_headers",
    )

    def __init__(self, number: int, provider: str, scope: Scope, headers: Headers, body: bytes, at: datetime) -> None:
        self.number = number
        self.provider = provider
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: bytes = scope["query_string"]
        self.headers: RawHeaders = headers.raw
        self.body = body
        self.request_size = EXCHANGE_BYTES + headers.size + len(self.path) + len(self.query) + len(body)
        self.at = at
        self.order = 0
        self.held: tuple[int, ...] = ()
        self.status = 0
        self.vendor_headers: tuple[tuple[bytes, bytes], ...] = ()
        self.reply_body = b""
        self.connection: Connection | None = None
        self.operation: str | None = None
        self.rule: str | None = None
        self.problems: tuple[Problem, ...] = ()
        self.fault: str | None = None
        self.effects: tuple[Effect | None, Effect | None] = (None, None)

    @property
    def size(self) -> int:
        """The size in bytes."""
        return self.request_size + len(self.reply_body)

    def record_reply(self, response: Response) -> None:
        """Store the status, headers and body of a reply."""
        self.status = response.status_code
        self.vendor_headers = tuple(response.raw_headers)
        body: Any = response.body  # bytes: no reply holds a memoryview
        self.reply_body = body

    def reply_headers(self) -> list[tuple[bytes, bytes]]:
        """Return the vendor's headers and the emulator's two, which are derived from the other fields."""
        return [*self.vendor_headers, date_header(self.at), (b"x-emulator-request-id", b"%d" % self.number)]
