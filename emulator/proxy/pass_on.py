"""Pass one HTTP request on over a new connection, and its reply back."""

import asyncio
from asyncio import StreamReader, StreamWriter
from contextlib import suppress
from typing import NamedTuple

import httptools
from starlette.types import Receive, Send

from emulator.web.connection import break_message

HOP_BY_HOP = frozenset(
    {
        *(b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"proxy-connection"),
        *(b"te", b"trailer", b"transfer-encoding", b"upgrade"),
    }
)
"""Headers about one connection, which are not passed on (RFC 9110, section 7.6.1)."""

WHOLE_BYTES_MAX = 1024 * 1024
"""A reply that declares at most so many bytes is sent whole, with its length; others as they arrive."""

READ_BYTES = 64 * 1024

RawHeaders = list[tuple[bytes, bytes]]


class RequestHead(NamedTuple):
    """The head of a request as it is passed on."""

    method: str
    target: bytes
    headers: RawHeaders


def end_to_end(headers: RawHeaders) -> RawHeaders:
    """Return the headers without those about one connection."""
    named = {name.strip().lower() for key, value in headers if key == b"connection" for name in value.split(b",")}
    return [header for header in headers if header[0] not in HOP_BY_HOP and header[0] not in named]


async def pass_on(
    request: RequestHead, connection: tuple[StreamReader, StreamWriter], receive: Receive, send: Send
) -> None:
    """Send a request, and the reply to it. A connection that breaks breaks the client's in the same way."""
    reader, writer = connection
    sending = asyncio.create_task(_send_request(request, writer, receive))
    reply = _Reply(request.method)
    try:
        await _pass_back(reader, reply, send)
    except ConnectionResetError:
        await _break(reply, "reset", send)
    except (OSError, httptools.HttpParserError):
        await _break(reply, "close", send)
    finally:
        sending.cancel()
        with suppress(asyncio.CancelledError, OSError):
            await sending
        writer.close()


async def _send_request(request: RequestHead, writer: StreamWriter, receive: Receive) -> None:
    """Send a request; then wait, and end the connection if the client leaves."""
    sized = any(name == b"content-length" for name, _ in request.headers)
    message = await receive()
    chunked = not sized and bool(message.get("body") or message.get("more_body"))
    lines = [b"%s %s HTTP/1.1" % (request.method.encode(), request.target)]
    lines += [name + b": " + value for name, value in request.headers if name != b"expect"]
    lines += [b"transfer-encoding: chunked"] if chunked else []
    writer.write(b"\r\n".join([*lines, b"connection: close", b"", b""]))
    while message["type"] == "http.request":
        body = message.get("body", b"")
        if body:
            writer.write(b"%x\r\n%s\r\n" % (len(body), body) if chunked else body)
        if not message.get("more_body"):
            writer.write(b"0\r\n\r\n" if chunked else b"")
        await writer.drain()
        message = await receive()
    writer.transport.abort()


async def _pass_back(reader: StreamReader, reply: "_Reply", send: Send) -> None:
    """Send the reply as it arrives."""
    while not reply.complete:
        data = await reader.read(READ_BYTES)
        if not data:
            return await _end(reply, send)
        reply.parser.feed_data(data)
        if reply.streamed and not reply.complete:
            await _stream(reply, send)
    await _finish(reply, send)


async def _end(reply: "_Reply", send: Send) -> None:
    """End a reply with its connection: one without a length is then complete."""
    if reply.streamed and not reply.framed:
        await _finish(reply, send)
    else:
        await _break(reply, "close", send)


async def _stream(reply: "_Reply", send: Send) -> None:
    if not reply.started:
        reply.started = True
        await send({"type": "http.response.start", "status": reply.status, "headers": reply.passed_headers()})
    await send({"type": "http.response.body", "body": reply.take(), "more_body": True})


async def _finish(reply: "_Reply", send: Send) -> None:
    if not reply.started:
        await send({"type": "http.response.start", "status": reply.status, "headers": reply.passed_headers()})
    await send({"type": "http.response.body", "body": reply.take()})


async def _break(reply: "_Reply", how: str, send: Send) -> None:
    """Break the client's connection; a reply that has begun to arrive is cut where it was."""
    if reply.started:
        return  # without its last part, the server cuts it
    await send({"type": "http.response.start", "status": reply.status or 502, "headers": reply.passed_headers()})
    if reply.length and reply.status and how == "close":
        arrived = reply.take()  # a reply is truncated in its middle
        await send(break_message("truncate", arrived + bytes(max(0, reply.length - len(arrived)))))
    else:
        await send(break_message("reset" if how == "reset" else "close", b""))


class _Reply:
    """A reply as httptools parses it. ``streamed`` if it is passed on as it arrives."""

    def __init__(self, method: str) -> None:
        self.parser = httptools.HttpResponseParser(self)
        self._method = method
        self._body: list[bytes] = []
        self.headers: RawHeaders = []
        self.status = 0
        self.length: int | None = None
        self.framed = self.streamed = self.started = self.complete = False

    def passed_headers(self) -> RawHeaders:
        """Return the headers to pass on: a reply that is sent as it arrives is framed by the server."""
        return end_to_end(self.headers)

    def take(self) -> bytes:
        """Return what has arrived of the body since the last call."""
        body = b"".join(self._body)
        self._body.clear()
        return body

    # --- callbacks of httptools

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.status:
            self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Record the framing. A reply to HEAD has no body, even if its headers announce one."""
        self.status = self.parser.get_status_code()
        if self.status < 200:
            return
        values = dict(self.headers)
        self.length = int(values[b"content-length"]) if b"content-length" in values else None
        self.framed = self.length is not None or b"transfer-encoding" in values
        self.streamed = self.length is None or self.length > WHOLE_BYTES_MAX
        self.complete = self._method == "HEAD"

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        if self.status < 200:  # informational: the final reply follows
            self.status = 0
            self.headers.clear()
        else:
            self.complete = True
