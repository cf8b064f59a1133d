"""ASGI messages: read whole bodies; send replies, streams and broken connections."""

from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

from starlette.types import Receive, Scope, Send

from emulator.web.connection import BREAK, ClientGone, break_message, while_connected
from emulator.web.event_stream import EventStream
from emulator.web.exchange import Exchange

DRAINED_BYTES_MAX = 64 * 1024 * 1024
"""How much of a body above the limit is read and dropped, so that its sender sees the reply."""


async def read_body(receive: Receive, bytes_max: int) -> bytes | None:
    """Return the whole body of a request, None if it is above the limit. Raises ClientGone."""
    message = await receive()
    body: bytes = message.get("body", b"")
    if message.get("more_body"):
        body = await _joined(body, receive, bytes_max)
    elif message["type"] == "http.disconnect":
        raise ClientGone
    return body if len(body) <= bytes_max else None


async def _joined(first: bytes, receive: Receive, bytes_max: int) -> bytes:
    """Return a body that arrives in parts; of one above the limit, just enough to show that. Raises ClientGone."""
    parts, size, more = [first], len(first), True
    while more and size <= DRAINED_BYTES_MAX:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        part = message.get("body", b"")
        if size <= bytes_max:
            parts.append(part)
        size += len(part)
        more = message.get("more_body", False)
    return b"".join(parts)


async def send_stream(stream: EventStream, method: str, receive: Receive, send: Send) -> None:
    """Send the parts of a stream as they come, until they end or the client disconnects."""
    await send({"type": "http.response.start", "status": stream.status_code, "headers": stream.raw_headers})
    if method != "HEAD":
        with suppress(ClientGone):
            await while_connected(receive, _send_parts(stream.parts, send))
    await send({"type": "http.response.body", "body": b""})


async def _send_parts(parts: AsyncGenerator[bytes], send: Send) -> None:
    async with aclosing(parts):
        async for part in parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})


async def send_reply(exchange: Exchange, scope: Scope, send: Send) -> None:
    """Send the reply, or break the connection as a fault demands."""
    await send({"type": "http.response.start", "status": exchange.status, "headers": exchange.reply_headers()})
    if exchange.connection is None:
        return await send({"type": "http.response.body", "body": exchange.reply_body})
    if BREAK not in scope.get("extensions", ()):
        raise ConnectionAbortedError(f"this ASGI server lacks the extension {BREAK}, so no fault can break connections")
    await send(break_message(exchange.connection, exchange.reply_body))
