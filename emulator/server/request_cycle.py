"""One request and its reply: the ASGI channels between a connection and the application."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from starlette.types import ASGIApp, Message, Scope

from emulator.server.reply_bytes import chunk, has_body, reply_head, whole_reply
from emulator.server.write_flow import WriteFlow
from emulator.web.connection import BREAK
from emulator.web.headers import RawHeaders
from emulator.web.replies import JSON_TYPE

log = logging.getLogger("emulator")

BUG = b'{"error":"bug in the emulator; its log has the traceback"}'
"""What a client gets in place of a reply if the emulator has a bug."""

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
BUFFERED_BYTES_MAX = 64 * 1024
"""How much of a body waits for the application before the connection stops reading."""


class Connection(Protocol):
    """What a request needs of its connection.

    ``queued`` is the task of a request that waits for its turn to be forwarded to another worker.
    """

    flow: WriteFlow
    lost: bool
    closing: bool
    queued: asyncio.Task[None] | None

    def write(self, data: bytes) -> None: ...

    def body_read(self) -> None:
        """Record that the application has emptied a request's buffer."""

    def replied(self, close: bool) -> None:
        """Go on after the reply to the first request, or close the connection."""

    def not_replied(self) -> None:
        """Close the connection, as the first request gets no reply."""

    def cut(self, reset: bool) -> None:
        """Break the connection."""


class RequestCycle:
    """A request on its way through the application.

    ``complete`` is set when the whole request has arrived, ``gone`` when the client has disconnected or the rest of the
    request cannot arrive any more.
    """

    __slots__ = (
        "_awaits_continue",
        "_body",
        "_chunked",
        "_connection",
        "_delivered",
        "_has_body",
        "_head_written",
        "_headers",
        "_status",
        "_waiter",
        "complete",
        "finished",
        "gone",
        "keep_alive",
        "scope",
    )

    def __init__(self, connection: Connection, scope: Scope, *, keep_alive: bool, awaits_continue: bool) -> None:
        self.scope = scope
        self.complete = False
        self.gone = False
        self.finished = False
        self._connection = connection
        self.keep_alive = keep_alive
        self._awaits_continue = awaits_continue
        self._body = b""
        self._delivered = False
        self._status = 0
        self._headers: RawHeaders = ()
        self._head_written = False
        self._has_body = self._chunked = False
        self._waiter: asyncio.Future[None] | None = None

    async def run(self, app: ASGIApp) -> None:
        """Let the application answer. Without a reply, the connection is closed. A shutdown cancels this silently."""
        try:
            await app(self.scope, self.receive, self.send)
        except asyncio.CancelledError:
            pass
        except Exception:
            log_bug(self.scope)
            if not (self.finished or self._head_written or self._connection.lost):
                self._begin(500, [JSON_TYPE])
                self._end(BUG)
        if not self.finished:
            self.finished = True
            self._connection.not_replied()

    @contextmanager
    def queued(self) -> Iterator[None]:
        """Wait inside for a turn. Once the client has gone, the request is dropped.

        A client that has closed only its sending side still gets its reply.
        """
        task = asyncio.current_task()
        assert task
        if self._connection.lost:
            task.cancel()
        self._connection.queued = task
        try:
            yield
        finally:
            self._connection.queued = None

    # --- what arrives

    @property
    def buffered_bytes(self) -> int:
        """How much of the body the application has not read."""
        return len(self._body)

    def add(self, part: bytes) -> None:
        """Take a part of the body."""
        if not self.finished:
            self._body = self._body + part if self._body else part
            if self._waiter:
                self._wake(self._waiter)

    def end(self) -> None:
        """Take the end of the body."""
        self.complete = True
        if self._waiter:
            self._wake(self._waiter)

    def disconnect(self) -> None:
        """Notify the application that the client has disconnected."""
        self.gone = True
        if self._waiter:
            self._wake(self._waiter)

    def _wake(self, waiter: "asyncio.Future[None]") -> None:
        if not waiter.done():
            waiter.set_result(None)

    async def receive(self) -> Message:
        """Return the body as it arrives; then ``http.disconnect``, once the client has gone or has its reply."""
        if self._awaits_continue:
            self._awaits_continue = False
            if not (self.complete or self._body):
                self._connection.write(CONTINUE)
        while True:
            if (self.complete and not self._delivered) or (self._body and not self.gone):
                body, self._body, self._delivered = self._body, b"", self.complete
                self._connection.body_read()
                return {"type": "http.request", "body": body, "more_body": not self.complete}
            if self.gone or self.finished:
                return {"type": "http.disconnect"}
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None

    # --- what is sent

    async def send(self, message: Message) -> None:
        """Send a reply. Its head is held back until its body is there, so that both leave in one packet."""
        if not self._status:
            assert message["type"] == "http.response.start", message["type"]
            return self._begin(message["status"], message["headers"])
        if self._connection.flow.paused:
            await self._connection.flow.wait()
        if self._connection.lost:
            self.finished = True
        if self.finished:
            return
        body = message.get("body", b"")
        if message["type"] == BREAK:
            self._break(message["how"], body)
        elif message.get("more_body"):
            self._connection.write(self._streamed(body))
        else:
            self._end(body)

    def _begin(self, status: int, headers: RawHeaders) -> None:
        self._status, self._headers = status, headers
        self._has_body = has_body(self.scope["method"], status)

    def _end(self, body: bytes) -> None:
        close = not self.keep_alive or not self.complete or self._connection.closing
        self._connection.write(self._last(body, close))
        self.finished = True
        self._connection.replied(close)

    def _last(self, body: bytes, close: bool) -> bytes:
        """Return a whole reply, or the last part of one that was streamed."""
        if self._chunked:
            return chunk(body) + b"0\r\n\r\n"
        if self._head_written:
            return body
        return whole_reply(self.scope["method"], self._status, self._headers, body, close=close)

    def _streamed(self, body: bytes) -> bytes:
        """Return a part of a reply that has more parts."""
        head = b""
        if not self._head_written:
            self._head_written = True
            self._chunked = self._has_body and self.scope["http_version"] == "1.1"
            self.keep_alive = self.keep_alive and (self._chunked or not self._has_body)
            head = self._head(None, close=not self.keep_alive)
        if not self._has_body:
            return head
        return head + (chunk(body) if self._chunked else body)

    def _head(self, length: int | None, close: bool) -> bytes:
        return reply_head(
            self._status, self._headers, length, with_body=self._has_body, chunked=self._chunked, close=close
        )

    def _break(self, how: str, body: bytes) -> None:
        """Break the connection, after what ``truncate`` lets through."""
        self.finished = True
        if how == "truncate":
            head = self._head(len(body), close=not self.keep_alive)
            whole = self._has_body and body
            self._connection.write(head + body[: len(body) // 2] if whole else head[: len(head) // 2])
        self._connection.cut(reset=how == "reset")


def log_bug(scope: Scope) -> None:
    """Log an exception of the application."""
    log.exception("bug in the emulator: %s %s", scope["method"], scope["path"])
