"""One request to a vendor and its reply, as they were sent."""

from datetime import datetime
from typing import Any

from starlette.responses import Response
from starlette.types import Scope

from emulator.core.clock import date_header
from emulator.core.errors import Problem
from emulator.web.effect import Connection, Effect
from emulator.web.headers import Headers, RawHeaders


class Exchange:
    """One request to a vendor and its reply, as they went over the wire; nothing here is interpreted.

    ``number`` counts the requests of a space and is never used twice. ``at`` is the clock's reading of the turn.
    ``said_headers`` are those of the vendor, or of a fault in its place, and ``reply_headers()`` all that are sent.
    ``connection`` is what a fault does to the reply on its way. ``fault`` names the fault that acted on it, ``rule``
    the rule that refused it. ``order`` counts the turns, which delays may have put in another order than the numbers.
    ``size`` is what it holds, in bytes of text: the request, and the reply too once a journal keeps it. ``effects`` are
    those of the faults before and after the turn, ``held`` the numbers of the requests that were held up meanwhile.
    """

    operation: str | None = None
    status: int = 0
    vendor_headers: RawHeaders = ()
    reply_body: bytes = b""
    connection: Connection | None = None
    rule: str | None = None
    problems: tuple[Problem, ...] = ()
    fault: str | None = None
    order: int = 0
    effects: tuple[Effect | None, Effect | None] = (None, None)
    held: tuple[int, ...] = ()

    def __init__(self, number: int, provider: str, scope: Scope, headers: Headers, body: bytes, at: datetime) -> None:
        self.number = number
        self.provider = provider
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: bytes = scope["query_string"]
        self.headers: RawHeaders = headers.raw
        self.body = body
        self.size = headers.size + len(self.path) + len(self.query) + len(body)
        self.at = at

    def answered(self, response: Response) -> None:
        """Take down the reply."""
        self.status = response.status_code
        self.vendor_headers = response.raw_headers
        body: Any = response.body  # bytes: nobody answers a view of something
        self.reply_body = body

    def reply_headers(self) -> list[tuple[bytes, bytes]]:
        """Those that were said, and our own two, which follow from what else is known."""
        return [*self.vendor_headers, date_header(self.at), (b"x-emulator-request-id", b"%d" % self.number)]
