"""What was asked and what was answered: the record of a space, bounded by count and by bytes."""

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

from starlette.responses import Response
from starlette.types import Scope

from emulator.core.clock import date_header

if TYPE_CHECKING:
    from emulator.core.errors import Problem
    from emulator.core.faults import Connection, Effect

RawHeaders: TypeAlias = Sequence[tuple[bytes, bytes]]


class Headers(dict[bytes, str | None]):
    """The headers of a request: of each the first value, by its lower-case name; None where there is no such header.

    Here are those that have been asked for. ``raw`` are all of them as they came, ``size`` how many bytes they are.
    """

    __slots__ = ("_first", "raw", "size")

    def __init__(self, raw: RawHeaders) -> None:
        self.raw = list(raw)
        self.size = len(b"".join(chain.from_iterable(self.raw)))
        self._first = dict(reversed(self.raw))

    def __missing__(self, name: bytes) -> str | None:
        value = self._first.get(name)
        self[name] = text = None if value is None else value.decode("latin-1")
        return text


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
    said_headers: RawHeaders = ()
    reply_body: bytes = b""
    connection: "Connection | None" = None
    rule: str | None = None
    problems: "tuple[Problem, ...]" = ()
    fault: str | None = None
    order: int = 0
    effects: "tuple[Effect | None, Effect | None]" = (None, None)
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
        self.said_headers = response.raw_headers
        body: Any = response.body  # bytes: nobody answers a view of something
        self.reply_body = body

    def reply_headers(self) -> list[tuple[bytes, bytes]]:
        """Those that were said, and our own two, which follow from what else is known."""
        return [*self.said_headers, date_header(self.at), (b"x-emulator-request-id", b"%d" % self.number)]


class Journal:
    """The last exchanges of a space, oldest first. ``dropped`` counts those that had to go."""

    def __init__(self, exchanges_max: int, bytes_max: int) -> None:
        self.exchanges_max = exchanges_max
        self.bytes_max = bytes_max
        self.dropped = 0
        self._kept: deque[Exchange] = deque()
        self._bytes = 0
        self._waiting: list[asyncio.Future[None]] = []

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self._kept)

    def add(self, exchange: Exchange) -> None:
        """Keep an exchange, and let the oldest go while there are too many of them or they hold too much."""
        exchange.size += len(exchange.reply_body)
        kept = self._kept
        kept.append(exchange)
        self._bytes += exchange.size
        while len(kept) > self.exchanges_max or self._bytes > self.bytes_max:
            self._bytes -= kept.popleft().size
            self.dropped += 1
        if self._waiting:
            for future in self._waiting:
                if not future.done():  # it is, when who waited gave up a moment ago
                    future.set_result(None)
            self._waiting.clear()

    async def changed(self, seconds: float) -> None:
        """Wait until an exchange is added. Raises TimeoutError."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        try:
            await asyncio.wait_for(future, seconds)
        finally:
            if future in self._waiting:
                self._waiting.remove(future)

    def clear(self) -> None:
        """Forget everything, the number dropped included."""
        self._kept.clear()
        self._bytes = 0
        self.dropped = 0
