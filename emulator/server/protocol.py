"""HTTP/1.1 on a connection: requests in, replies out, in order.

Everything that a client can make grow has a bound, and every wait for a client has a deadline.
"""

import asyncio
from collections import deque
from typing import Any

import orjson
from starlette.types import Scope

from emulator.server import breaking
from emulator.server.connection_pool import ConnectionPool, OtherWorkers
from emulator.server.request_cycle import BUFFERED_BYTES_MAX, RequestCycle, status_line
from emulator.server.request_parser import SLICE_BYTES, Refused, RequestParser, Target, no_proxy
from emulator.web.connection import ABSOLUTE, BREAK

PIPELINED_MAX = 16
"""At this number of requests without replies, parsing stops, and further data stays unparsed."""

IDLE_SECONDS = 15.0
"""How long the server waits for a client: for a request, the rest of a head, more of a body, or to read a reply."""

LINGER_SECONDS = 2.0
"""How long a refused client may continue to send. If the connection were closed at once, it could lose the reply."""

ASGI = {"version": "3.0", "spec_version": "2.3"}
EXTENSIONS: dict[str, dict[object, object]] = {BREAK: {}}
EXTENSIONS_IF_ABSOLUTE = EXTENSIONS | {ABSOLUTE: {}}


class HttpProtocol(asyncio.Protocol):
    """One connection of a client.

    ``_requests`` have no complete reply yet, oldest first; only the first one runs. ``_receiving`` is the one whose
    body is still arriving, always the last of them. ``_deaf`` means that nothing more is read, ``closing`` that nothing
    more is written. ``received`` is what another worker has read of a connection that it has handed over.
    """

    __slots__ = (
        "_admitted",
        "_backlog",
        "_client",
        "_deaf",
        "_ended",
        "_farewell",
        "_loop",
        "_parser",
        "_pool",
        "_read_paused",
        "_receiving",
        "_requests",
        "_scheme",
        "_server",
        "_since",
        "_transport",
        "_unsent",
        "_writable",
        "closing",
        "lost",
        "write_paused",
    )

    def __init__(self, pool: ConnectionPool, received: bytes = b"") -> None:
        self._pool = pool
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport = None  # type: ignore[assignment]
        self._parser = RequestParser(self)
        self._requests: deque[RequestCycle] = deque()
        self._receiving: RequestCycle | None = None
        self._backlog, self._farewell = received, b""
        self._read_paused = self._deaf = self._ended = False
        self._admitted = True
        self._since = self._loop.time()
        self._unsent = 0
        self._writable: asyncio.Future[None] | None = None
        self.closing = self.lost = self.write_paused = False

    # --- the connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        self._server = _address(transport.get_extra_info("sockname"))
        self._client = _address(transport.get_extra_info("peername"))
        self._scheme = "https" if transport.get_extra_info("sslcontext") else "http"
        self._admitted = self._pool.admit(self)
        if self._backlog:
            self._loop.call_soon(self._go_on)

    def connection_lost(self, _: Exception | None) -> None:
        self.lost = self._deaf = True
        self._pool.connections.discard(self)
        self._drop_requests()
        self.resume_writing()
        self._parser.close()

    def eof_received(self) -> bool:
        """Keep the connection open for the replies to complete requests."""
        self._ended = True
        if self.closing:
            return False
        for request in self._requests:
            request.disconnect()
        return bool(self._requests or self._backlog)

    def pause_writing(self) -> None:
        self.write_paused = True

    def resume_writing(self) -> None:
        self.write_paused = False
        self._since = self._loop.time()
        if self._writable and not self._writable.done():
            self._writable.set_result(None)
        self._writable = None

    async def writable(self) -> None:
        if self._writable is None:
            self._writable = self._loop.create_future()
        await self._writable

    def write(self, data: bytes) -> None:
        if not self.lost:
            self._transport.write(data)

    # --- deadlines

    def waits_for_client(self) -> bool:
        """Return whether it is the client's turn: to send a request, or the rest of one."""
        return not self._requests or self._requests[0] is self._receiving

    def idle_since(self) -> float:
        return self._since

    def expire(self, now: float) -> None:
        """Close the connection if the client has kept the server waiting for too long."""
        if now - self._since < IDLE_SECONDS:
            return
        unsent = self._transport.get_write_buffer_size()
        if unsent and unsent != self._unsent:  # the client reads, however slowly
            self._unsent, self._since = unsent, now
        elif unsent or self.closing:
            self._transport.abort()
        elif self.waits_for_client() and (self._parser.in_head or self._receiving):
            self._refuse(Refused(408, f"the request was not complete after {IDLE_SECONDS:g} seconds"))
        elif not self._requests:
            self._transport.close()

    def give_way(self) -> None:
        """Close the connection in favor of a new one."""
        self._deaf = self.closing = True
        self._transport.close()

    def shutdown(self) -> None:
        """Take no further request. The server cancels those that run."""
        self._deaf = self.closing = True
        if not self._requests:
            self._transport.close()

    def abort(self) -> None:
        """End the connection without sending the rest."""
        self._transport.abort()

    # --- bytes from the client

    def data_received(self, data: bytes) -> None:
        if self._deaf:
            return
        if self._backlog:
            self._backlog += data
        elif (workers := self._pool.workers) and self._hand_over(workers, data):
            return
        else:
            self._parse(data)
        if self._receiving or self._backlog:
            self._regulate()

    def _hand_over(self, workers: OtherWorkers, data: bytes) -> bool:
        """Hand the connection over if a request begins here that is for another worker, and no reply is on its way."""
        busy = self._requests or self._parser.in_head or self._transport.get_write_buffer_size()
        if busy or self._scheme != "http" or self._transport.is_closing():
            return False
        if not workers.hand_over(self._transport, data):
            return False
        self._deaf = self.closing = True
        self._transport.abort()
        return True

    def _parse(self, data: bytes) -> None:
        """Parse data, and run the first request if none is running: at once if all of it has arrived.

        Those behind it run later, each in a turn of the event loop of its own.
        """
        idle = not self._requests
        self._parse_slices(data)
        if idle and self._requests:
            request = self._requests[0]
            self._pool.run(request, self._admitted, at_once=request.complete)

    def _parse_slices(self, data: bytes) -> None:
        """Parse data in slices, and leave the rest for later when too many requests wait for their replies."""
        try:
            if len(data) <= SLICE_BYTES and len(self._requests) < PIPELINED_MAX:
                return self._parser.feed(data)
            view = memoryview(data)
            for start in range(0, len(data), SLICE_BYTES):
                if len(self._requests) >= PIPELINED_MAX:
                    self._backlog = data[start:]
                    return
                self._parser.feed(view[start : start + SLICE_BYTES])
                if self._deaf:
                    return self._pass_on(data[start + SLICE_BYTES :])
        except Refused as refused:
            if not self._deaf:
                self._refuse(refused)

    def _pass_on(self, data: bytes) -> None:
        """Pass on what has been read behind a request for a tunnel, to the protocol that took the connection over."""
        protocol = self._transport.get_protocol()
        if protocol is not self and isinstance(protocol, asyncio.Protocol):
            protocol.data_received(data)

    def _regulate(self) -> None:
        """Stop reading while there is too much to do, and go on when there is not."""
        receiving = self._receiving
        pause = bool(self._backlog) or (receiving is not None and receiving.buffered_bytes > BUFFERED_BYTES_MAX)
        if pause != self._read_paused and not self._transport.is_closing():
            self._read_paused = pause
            self._transport.pause_reading() if pause else self._transport.resume_reading()

    def body_read(self) -> None:
        if self._read_paused:
            self._regulate()

    # --- what the parser finds

    def message_begun(self) -> None:
        self._since = self._loop.time()

    def head_parsed(self, parser: RequestParser, target: Target) -> None:
        scope: Scope = {
            "type": "http",
            "asgi": ASGI,
            "http_version": parser.version,
            "server": self._server,
            "client": self._client,
            "scheme": self._scheme,
            "method": parser.method,
            "root_path": "",
            "path": target.path,
            "raw_path": target.raw_path,
            "query_string": target.query,
            "headers": parser.headers,
            "extensions": EXTENSIONS,
        }
        if target.authority:
            _address_absolutely(scope, target)
        keep_alive = self._admitted and parser.keep_alive
        request = RequestCycle(self, scope, keep_alive=keep_alive, awaits_continue=parser.awaits_continue)
        self._receiving = request
        self._requests.append(request)

    def body_parsed(self, body: bytes) -> None:
        if self._receiving:
            self._since = self._loop.time()
            self._receiving.add(body)

    def message_ended(self) -> None:
        request, self._receiving = self._receiving, None
        if request:
            self._deaf = not request.keep_alive
            request.end()
            if self._ended:
                request.disconnect()

    def last_request(self) -> None:
        if self._receiving:
            self._receiving.keep_alive = False

    def tunnel_requested(self, authority: bytes, data: bytes) -> None:
        """Hand the connection over to the proxy, if this server is one and owes no reply."""
        if self._pool.proxy is None or self._requests or not self._admitted:
            raise no_proxy()
        self._deaf = True
        self._pool.connections.discard(self)
        self._parser.close()
        self._pool.proxy.tunnel(self._transport, authority, data)

    # --- replies, in the order of the requests

    def replied(self, close: bool) -> None:
        self._requests.popleft()
        self._since = self._loop.time()
        if close:
            self._hang_up()
        elif self._requests:
            self._next()
        elif self._backlog or self._farewell or self._ended:
            self._go_on()

    def not_replied(self) -> None:
        if not self.lost:
            self._hang_up()

    def _next(self) -> None:
        """Run the next request, unless the rest of it will never come."""
        request = self._requests[0]
        if request.gone and not request.complete:
            self._hang_up()
        else:
            self._pool.run(request, self._admitted)
            self._go_on()

    def _go_on(self) -> None:
        """Parse what has been left unparsed, and end the connection when there is nothing more to do."""
        if self._backlog and len(self._requests) < PIPELINED_MAX // 2:
            data, self._backlog = self._backlog, b""
            self._parse(data)
            self._regulate()
        if not self._requests and not self.closing and (self._farewell or self._ended):
            self._hang_up()

    def _refuse(self, refused: Refused) -> None:
        """Read nothing more, and say why after the replies to earlier requests."""
        self._deaf = True
        self._backlog = b""
        document = orjson.dumps({"error": refused.reason})
        head = b"content-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(document)
        self._farewell = status_line(refused.status) + head + document
        if self._receiving:
            self._receiving.disconnect()
        if not self._requests:
            self._hang_up()

    def cut(self, reset: bool) -> None:
        self._deaf = self.closing = True
        self._drop_requests()
        if reset:
            breaking.reset(self._transport)
        else:
            self._transport.close()

    def _hang_up(self) -> None:
        """End the connection after what has been written. A client that may still be sending gets time to read it."""
        still_sends = not self._ended and bool(self._farewell or self._receiving)
        self._deaf = self.closing = True
        self._drop_requests()
        if self._farewell:
            self.write(self._farewell)
        if still_sends and breaking.end_sending(self._transport):
            self._regulate()
            self._loop.call_later(LINGER_SECONDS, self._transport.abort)
        else:
            self._transport.close()

    def _drop_requests(self) -> None:
        for request in self._requests:
            request.disconnect()
        self._requests.clear()
        self._receiving = None
        self._backlog = b""


def _address_absolutely(scope: Scope, target: Target) -> None:
    """Let the target of a request in absolute form replace its Host header (RFC 9112, section 3.2.2)."""
    others = [header for header in scope["headers"] if header[0] != b"host"]
    scope["headers"] = [(b"host", target.authority), *others]
    scope["scheme"] = target.scheme
    scope["extensions"] = EXTENSIONS_IF_ABSOLUTE


def _address(info: Any) -> tuple[str, int] | None:
    return (str(info[0]), int(info[1])) if isinstance(info, tuple | list) else None
