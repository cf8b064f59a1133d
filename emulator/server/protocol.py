"""HTTP/1.1 on a connection: requests in, replies out, in order.

Everything that a client can make grow has a bound, and every wait for a client has a deadline.
"""

import asyncio
from collections import deque

from starlette.types import Scope

from emulator.server import breaking
from emulator.server.connection_pool import ConnectionPool
from emulator.server.connection_scope import ConnectionScope
from emulator.server.intake import Intake, pass_on
from emulator.server.reply_bytes import whole_reply
from emulator.server.request_cycle import RequestCycle
from emulator.server.request_head import Head
from emulator.server.request_parser import Refused, RequestParser, no_proxy
from emulator.server.write_flow import WriteFlow

IDLE_SECONDS = 15.0
"""How long the server waits for a client: for a request, the rest of a head, more of a body, or to read a reply."""


class HttpProtocol(asyncio.Protocol):
    """One connection of a client.

    ``_requests`` have no complete reply yet, oldest first; only the first one runs. ``_receiving`` is the one whose
    body is still arriving, always the last of them. ``_is_prompt`` is whether a request may be answered at once: only
    the first of a turn may. ``closing`` means that the connection ends. ``received`` is what another worker has read of
    a connection that it has handed over.
    """

    __slots__ = (
        "_admitted",
        "_ended",
        "_farewell",
        "_intake",
        "_is_prompt",
        "_loop",
        "_parser",
        "_pool",
        "_receiving",
        "_requests",
        "_scope",
        "_transport",
        "_unsent",
        "active_at",
        "closing",
        "flow",
        "lost",
        "queued",
    )

    def __init__(self, pool: ConnectionPool, received: bytes = b"") -> None:
        self._pool = pool
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport = None  # type: ignore[assignment]
        self._parser = RequestParser(self)
        self._requests: deque[RequestCycle] = deque()
        self._receiving: RequestCycle | None = None
        self._intake = Intake(self._parser, self._requests, received)
        self._farewell = b""
        self._admitted, self._ended, self._is_prompt = True, False, False
        self.active_at = self._loop.time()
        self._unsent = 0
        self.flow = WriteFlow()
        self.closing = self.lost = False
        self.queued: asyncio.Task[None] | None = None

    # --- the connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        self._scope = ConnectionScope.of(transport)
        self._admitted = self._pool.admit(self)
        if self._intake.backlog:
            self._loop.call_soon(self._go_on)

    def connection_lost(self, _: Exception | None) -> None:
        self.lost = True
        self._pool.connections.discard(self)
        self._stop()
        if self.queued:
            self.queued.cancel()
        self.flow.resume()
        self._parser.close()

    def eof_received(self) -> bool:
        """Keep the connection open for the replies to complete requests."""
        self._ended = True
        if not self.closing:
            for request in self._requests:
                request.disconnect()
            if self._requests or self._intake.backlog:
                return True
        self._pool.sends.flush()  # the transport closes now
        return False

    def pause_writing(self) -> None:
        self.flow.paused = True

    def resume_writing(self) -> None:
        self.active_at = self._loop.time()
        self.flow.resume()

    def write(self, data: bytes) -> None:
        if not self.lost:
            self._pool.sends.write(self._transport, data)

    # --- deadlines

    def waits_for_client(self) -> bool:
        """Return whether it is the client's turn: to send a request, or the rest of one."""
        return not self._requests or self._requests[0] is self._receiving

    def expire(self, now: float) -> None:
        """Close the connection if the client has kept the server waiting for too long."""
        if now - self.active_at < IDLE_SECONDS:
            return
        unsent = self._transport.get_write_buffer_size()
        if unsent and unsent != self._unsent:  # the client reads, however slowly
            self._unsent, self.active_at = unsent, now
        elif unsent or self.closing:
            self._transport.abort()
        elif self.waits_for_client() and (self._parser.in_head or self._receiving):
            self._refuse(Refused(408, f"the request was not complete after {IDLE_SECONDS:g} seconds"))
        elif not self._requests:
            self._close()

    def give_way(self) -> None:
        """Close the connection in favor of a new one."""
        self._intake.stopped = self.closing = True
        self._close()

    def shutdown(self) -> None:
        """Take no further request. The server cancels those that run."""
        self._intake.stopped = self.closing = True
        if not self._requests:
            self._close()

    def abort(self) -> None:
        """End the connection without sending the rest."""
        self._transport.abort()

    def _close(self) -> None:
        """Close the connection after what has been written."""
        self._pool.sends.flush()
        self._transport.close()

    # --- bytes from the client

    def data_received(self, data: bytes) -> None:
        intake = self._intake
        if intake.stopped:
            return
        if intake.backlog:
            intake.backlog += data
        elif self._pool.workers and self._hand_over(data):
            return
        else:
            self._parse(data)
        if self._receiving or intake.backlog:
            intake.regulate(self._transport, self._receiving)

    def _hand_over(self, data: bytes) -> bool:
        """Hand the connection over if a request begins here that is for another worker, and no reply is on its way."""
        if self._requests or self._parser.in_head or not self._pool.hand_over(self._transport, data):
            return False
        self._stop()
        self._transport.abort()
        return True

    def _parse(self, data: bytes) -> None:
        """Parse data, and run the first request if none is running: at once if all of it has arrived.

        Those behind it run later, each in a turn of the event loop of its own.
        """
        idle = not self._requests
        self._is_prompt = idle and self._admitted and not (self._ended or self.flow.paused)
        try:
            if behind := self._intake.parse(data):
                pass_on(self._transport, behind)
        except Refused as refused:
            if not self._intake.stopped:
                self._refuse(refused)
        if idle and self._requests:
            request = self._requests[0]
            self._pool.run(request, self._admitted, at_once=request.complete and self._is_prompt)

    def body_read(self) -> None:
        if self._intake.paused:
            self._intake.regulate(self._transport, self._receiving)

    # --- what the parser finds

    def message_begun(self) -> None:
        self.active_at = self._loop.time()

    def request_parsed(self, head: Head, body: bytes) -> None:
        self.active_at = self._loop.time()
        scope = self._scope.request(head)
        may_answer = self._is_prompt and head.keep_alive and not self._requests
        if may_answer and (reply := self._pool.answer_now(scope, body)):
            self._is_prompt = False
            return self.write(whole_reply(head.method, *reply))
        request = self._begin(head, scope)
        request.add(body)
        self._end(request)

    def head_parsed(self, head: Head) -> None:
        self._receiving = self._begin(head, self._scope.request(head))

    def body_parsed(self, body: bytes) -> None:
        if self._receiving:
            self.active_at = self._loop.time()
            self._receiving.add(body)

    def message_ended(self) -> None:
        request, self._receiving = self._receiving, None
        if request:
            self._end(request)

    def last_request(self) -> None:
        if self._receiving:
            self._receiving.keep_alive = False

    def tunnel_requested(self, authority: bytes, data: bytes) -> None:
        """Hand the connection over to the proxy, if this server is one and owes no reply."""
        if self._pool.proxy is None or self._requests or not self._admitted:
            raise no_proxy()
        self._intake.stopped = True
        self._pool.connections.discard(self)
        self._parser.close()
        self._pool.sends.flush()
        self._pool.proxy.tunnel(self._transport, authority, data)

    def _begin(self, head: Head, scope: Scope) -> RequestCycle:
        keep_alive = self._admitted and head.keep_alive
        request = RequestCycle(self, scope, keep_alive=keep_alive, awaits_continue=head.awaits_continue)
        self._requests.append(request)
        return request

    def _end(self, request: RequestCycle) -> None:
        self._intake.stopped = not request.keep_alive
        request.end()
        if self._ended:
            request.disconnect()

    # --- replies, in the order of the requests

    def replied(self, close: bool) -> None:
        self._requests.popleft()
        self.active_at = self._loop.time()
        if close:
            self._hang_up()
        elif self._requests:
            self._next()
        elif self._intake.backlog or self._farewell or self._ended:
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
        if data := self._intake.take_backlog():
            self._parse(data)
            self._intake.regulate(self._transport, self._receiving)
        if not self._requests and not self.closing and (self._farewell or self._ended):
            self._hang_up()

    def _refuse(self, refused: Refused) -> None:
        """Read nothing more, and say why after the replies to earlier requests."""
        self._intake.stop()
        self._farewell = refused.reply
        if self._receiving:
            self._receiving.disconnect()
        if not self._requests:
            self._hang_up()

    def cut(self, reset: bool) -> None:
        self._stop()
        if reset:
            self._pool.sends.flush()
            breaking.reset(self._transport)
        else:
            self._close()

    def _hang_up(self) -> None:
        """End the connection after what has been written. A client that may still be sending gets time to read it."""
        still_sends = not self._ended and bool(self._farewell or self._receiving)
        self._stop()
        if self._farewell:
            self.write(self._farewell)
        self._pool.sends.flush()
        if still_sends and breaking.linger(self._transport):
            self._intake.regulate(self._transport, self._receiving)
        else:
            self._transport.close()

    def _stop(self) -> None:
        """Take nothing more, and drop the requests that have no complete reply."""
        self._intake.stop()
        self.closing = True
        for request in self._requests:
            request.disconnect()
        self._requests.clear()
        self._receiving = None
