"""uvicorn's protocol on httptools, with what it lacks.

A head has a limit, a reply goes out in one piece, an offer of another protocol is overlooked, and one look at all
connections now and then finds those that nobody uses any more.
"""

import asyncio
import re
from http import HTTPStatus
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES_MAX = 64 * 1024
"""For a request line and its headers together; h11, the other parser of uvicorn, has the same limit."""

LINGER_SECONDS = 2.0
"""For so long a client that is refused may go on sending; a connection closed at once would lose it the answer."""

OFFER = re.compile(rb"\r\nupgrade:[^\r\n]*", re.IGNORECASE)
"""A header by which a client offers to go on in another protocol, as Java's own does by default."""


class HeadTooLarge(Exception):
    """A request line and headers that are longer than allowed."""


class Joined:
    """A transport on which the head of a reply waits for its body: one write and one packet in the place of two.

    uvicorn's own writes are the head first, and then the body, be it empty; what it writes to HEAD is a head alone.
    """

    __slots__ = ("_head", "_transport")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._head: bytes | None = None

    def write(self, data: bytes) -> None:
        if self._head is None:
            self._head = data
        else:
            self._transport.write(self._head + data)
            self._head = b""

    def close(self) -> None:
        if self._head:
            self._transport.write(self._head)
        self._transport.close()

    def abort(self) -> None:
        self._transport.abort()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)


class BoundedHead(HttpToolsProtocol):
    """Answers 431 to a head above the limit: nothing grows with what a client sends before a body.

    It hands out joined transports, save where a head is all there is, or a client waits for leave to go on. What every
    request runs through names uvicorn's class: ``super()`` would be a hundredth of a request.
    """

    _at_least = _at_most = 0
    """How long a head is that is not complete: another request may end in the piece of data in which it begins."""
    _refused = False

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        before = self.scope
        self._at_most += len(data)
        HttpToolsProtocol.data_received(self, self._without_offer(data))
        if not self._in_head():
            self._at_most = 0
            return
        self._at_least = self._at_least + len(data) if self.scope is before else self._read()
        if self._at_least > HEAD_BYTES_MAX and not self._refused:
            self._refuse()

    def _without_offer(self, data: bytes) -> bytes:
        """What came, less any offer in its head, which a server may ignore (RFC 9110, section 7.8).

        The parser cannot: it takes what follows such a head for the other protocol, and a body would be lost.
        """
        if data.find(b"pgrade:") < 0 > data.find(b"PGRADE:"):
            return data
        if self.cycle is not None and self.cycle.more_body and not self._in_head():
            return data
        head, end, rest = data.partition(b"\r\n\r\n")
        return OFFER.sub(b"", head) + end + rest

    def on_headers_complete(self) -> None:
        if self._at_most > HEAD_BYTES_MAX and self._read() > HEAD_BYTES_MAX:
            self._refuse()
            raise HeadTooLarge  # stops the parser
        HttpToolsProtocol.on_headers_complete(self)
        if not self.expect_100_continue and self.scope["method"] != "HEAD":
            self.cycle.transport = cast(asyncio.Transport, Joined(self.transport))

    def on_response_complete(self) -> None:
        """As uvicorn's, but without a timer for each reply, which would be a twentieth of a request."""
        if self.pipeline or self.transport.is_closing():
            return HttpToolsProtocol.on_response_complete(self)
        self.server_state.total_requests += 1
        self.flow.resume_reading()

    def is_idle(self) -> bool:
        """Whether the last request has been answered, and no other one has begun."""
        return self.cycle is not None and self.cycle.response_complete and not self._in_head()

    def _in_head(self) -> bool:
        """Whether a head has begun and is not complete: only then a request's scope is made and its cycle is not."""
        return self.scope is not (self.cycle and self.cycle.scope)

    def _read(self) -> int:
        """How much of a head has been read."""
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)

    def send_400_response(self, msg: str) -> None:
        if not self._refused:
            super().send_400_response(msg)

    def _refuse(self) -> None:
        self._refused = True
        if self.cycle is None or self.cycle.response_complete:  # else the answer would come before another one
            status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            text = f"a request line and its headers may have {HEAD_BYTES_MAX} bytes together"
            head = f"HTTP/1.1 {status} {status.phrase}\r\nContent-Length: {len(text)}\r\nConnection: close\r\n\r\n"
            self.transport.write(f"{head}{text}".encode())
        self.loop.call_later(LINGER_SECONDS, self.transport.close)
