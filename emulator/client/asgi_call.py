"""One request to an ASGI app in memory, and what a connection would deliver of the reply."""

import asyncio
from typing import TypeAlias
from urllib.parse import unquote

from starlette.types import ASGIApp, Message, Scope

from emulator.server.reply_bytes import has_body
from emulator.server.request_head import head_bytes
from emulator.server.request_parser import HEAD_BYTES_MAX, HEAD_TOO_LARGE, HEADERS_MAX, TOO_MANY_HEADERS, Refused
from emulator.web.answer_now import Reply, answer_now
from emulator.web.connection import BREAK
from emulator.web.headers import RawHeaders

Headers: TypeAlias = list[tuple[bytes, bytes]]

RESET = "a fault reset the connection"
CLOSED = "a fault closed the connection without a reply"
TRUNCATED = "a fault closed the connection in the middle of the reply"


class Broken(Exception):
    """A fault broke the connection, by a ``reset`` or otherwise. ``arrived`` is what a truncated reply delivered."""

    def __init__(self, reason: str, *, reset: bool = False, arrived: Reply | None = None) -> None:
        super().__init__(reason)
        self.reset = reset
        self.arrived = arrived


class ClientSide:
    """The client's side, as the app sees it: whether it has disconnected."""

    def __init__(self) -> None:
        self._gone = asyncio.Event()

    async def gone(self) -> None:
        await self._gone.wait()

    async def disconnect(self) -> None:
        self._gone.set()


async def call(
    app: ASGIApp, method: str, target: str, headers: Headers, body: bytes, client: ClientSide | None = None
) -> Reply:
    """Send one request to an ASGI app, and return what a connection would receive. Raises Broken.

    ``target`` is path and query as on the wire.
    """
    if head_bytes(method, target, headers) > HEAD_BYTES_MAX:
        return _refusal(Refused(431, HEAD_TOO_LARGE))
    if len(headers) > HEADERS_MAX:
        return _refusal(Refused(431, TOO_MANY_HEADERS))
    scope = _scope(method, target, headers)
    if (answer := answer_now(app)) and (reply := answer(scope, body)):
        return _delivered(method, *reply)
    sent: list[Message] = []
    waiting, delivered = client or ClientSide(), False

    async def receive() -> Message:
        nonlocal delivered
        if delivered:
            await waiting.gone()
            return {"type": "http.disconnect"}
        delivered = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return _reply(method, sent)


def _reply(method: str, sent: list[Message]) -> Reply:
    """Return what arrives of the messages of an app. Raises Broken."""
    if not sent:
        raise Broken("the server closed the connection without a reply")  # because the client has disconnected
    start, *rest = sent
    sent_body = b"".join([message.get("body", b"") for message in rest])
    status, headers, body = _delivered(method, start["status"], start["headers"], sent_body)
    how = sent[-1].get("how")  # the last message breaks the connection, or none does
    if how == "reset":
        raise Broken(RESET, reset=True)
    if how == "truncate" and body:
        raise Broken(TRUNCATED, arrived=(status, headers, body[: len(body) // 2]))
    if how:
        raise Broken(CLOSED)
    return status, headers, body


def _delivered(method: str, status: int, headers: RawHeaders, body: bytes) -> Reply:
    """Return what arrives of a whole reply."""
    return status, headers, body if has_body(method, status) else b""


def _refusal(refused: Refused) -> Reply:
    """Return a reply of the server itself, which closes the connection."""
    body = refused.document
    length = (b"content-length", str(len(body)).encode())
    return refused.status, [(b"content-type", b"application/json"), length, (b"connection", b"close")], body


def _scope(method: str, target: str, headers: Headers) -> Scope:
    path, _, query = target.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode("ascii"),
        "query_string": query.encode("ascii"),
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 80),
        "extensions": {BREAK: {}},
    }
