"""One request and its reply: the ASGI channels between a connection and the application."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Protocol

from starlette.types import ASGIApp, Message, Scope

from emulator.core.errors import phrase
from emulator.server.write_flow import WriteFlow
from emulator.web.answer_now import AnswerNow
from emulator.web.connection import BREAK
from emulator.web.headers import RawHeaders
from emulator.web.replies import JSON_TYPE, content_length

log = logging.getLogger("emulator")

BUG = b'{"error":"bug in the emulator; its log has the traceback"}'
"""What a client gets in place of a reply if the emulator has a bug."""

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
WITHOUT_BODY = frozenset({204, 304})
"""Statuses whose replies end with their head (RFC 9112, section 6.3)."""

BUFFERED_BYTES_MAX = 64 * 1024
"""How much of a body waits for the application before the connection stops reading."""


class Connection(Protocol):
    """What a request needs of its connection."""

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
            self._log_bug()
            if not (self.finished or self._head_written or self._connection.lost):
                self._reply(500, [JSON_TYPE], BUG)
        if not self.finished:
            self.finished = True
            self._connection.not_replied()

    def answered(self, answer_now: AnswerNow) -> bool:
        """Let the application answer at once, and return whether it has. The whole request must have arrived."""
        if self._connection.flow.paused:
            return False
        try:
            reply = answer_now(self.scope, self._body)
        except Exception:
            self._log_bug()
            reply = 500, [JSON_TYPE], BUG
        if reply is None:
            return False
        self._body = b""
        self._connection.body_read()
        self._reply(*reply)
        return True

    def _log_bug(self) -> None:
        log.exception("bug in the emulator: %s %s", self.scope["method"], self.scope["path"])

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

    def _reply(self, status: int, headers: RawHeaders, body: bytes) -> None:
        """Send a whole reply."""
        self._begin(status, headers)
        self._end(body)

    def _begin(self, status: int, headers: RawHeaders) -> None:
        self._status, self._headers = status, headers
        self._has_body = self.scope["method"] != "HEAD" and status not in WITHOUT_BODY

    def _end(self, body: bytes) -> None:
        close = not self.keep_alive or not self.complete or self._connection.closing
        self._connection.write(self._last(body, close))
        self.finished = True
        self._connection.replied(close)

    def _last(self, body: bytes, close: bool) -> bytes:
        """Return a whole reply, or the last part of one that was streamed."""
        if self._chunked:
            return _chunk(body) + b"0\r\n\r\n"
        if self._head_written:
            return body
        head = self._head(len(body), close)
        return head + body if self._has_body else head

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
        return head + (_chunk(body) if self._chunked else body)

    def _head(self, length: int | None, close: bool) -> bytes:
        """Return a reply's head. The server sets its framing: a length is always that of the body."""
        headers = self._headers
        if length is None or content_length(length) not in headers or not self._has_body:
            headers = self._framed(headers, length)
        lines = [*map(b": ".join, headers)]
        if close:
            lines.append(b"connection: close")
        return status_line(self._status) + b"\r\n".join([*lines, b"", b""])

    def _framed(self, headers: RawHeaders, length: int | None) -> RawHeaders:
        """Return the headers of a reply with those that the length of its body requires."""
        status, sized = self._status, not self._has_body
        framed = []
        for name, value in headers:
            if name == b"content-length":
                if status == 204 or length is None:
                    continue
                if not sized:
                    value = b"%d" % length
                    sized = True
            framed.append((name, value))
        if length is not None and not sized:
            framed.append(content_length(length))
        if self._chunked:
            framed.append((b"transfer-encoding", b"chunked"))
        return framed

    def _break(self, how: str, body: bytes) -> None:
        """Break the connection, after what ``truncate`` lets through."""
        self.finished = True
        if how == "truncate":
            head = self._head(len(body), close=not self.keep_alive)
            whole = self._has_body and body
            self._connection.write(head + body[: len(body) // 2] if whole else head[: len(head) // 2])
        self._connection.cut(reset=how == "reset")


@lru_cache(maxsize=1024)
def status_line(status: int) -> bytes:
    return b"HTTP/1.1 %d %s\r\n" % (status, phrase(status).encode())


def _chunk(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(body), body) if body else b""
