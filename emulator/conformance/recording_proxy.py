"""Pass requests on to a vendor and their replies back, and record them.

The server of the emulator reads the requests: in chunks, pipelined, after ``100 Continue``, of any size. httpx sends
them on and reads the replies. Both pass as they arrive, with their headers as they are, except those about one
connection.
"""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import httpx
from starlette.types import Receive, Scope, Send

from emulator.conformance.decoded_exchange import CODINGS
from emulator.conformance.recorder import Recorder
from emulator.core.hosts import is_loopback
from emulator.proxy.forward_app import origin_form
from emulator.proxy.pass_on import end_to_end
from emulator.server.server import uvicorn_server

RECORDED_BYTES_MAX = 32 * 1024 * 1024
"""A larger body is passed on, and its exchange is not recorded."""

WHOLE_BYTES_MAX = 1024 * 1024
"""A reply that declares at most so many bytes is sent whole, with its length; others in chunks, as they arrive."""

TIMEOUT_SECONDS = 60.0
"""How long the upstream may be silent."""

LEFT_SECONDS = 10.0
"""How long a reply may still take when its client does not send any more."""

REPLACED = frozenset({b"host", b"expect", b"accept-encoding"})
"""Headers of a request that depend on the upstream, on the connection, and on what the recorder can read."""

NO_WEIGHT = re.compile(r"q=0(\.0*)?")

TOO_LARGE = f"a body is larger than {RECORDED_BYTES_MAX // 1024 // 1024} MiB"
CUT = "its reply was cut"
CLIENT_LEFT = "its client has left"

RawHeaders = list[tuple[bytes, bytes]]


class RecordingServer:
    """A server on this machine that passes requests to an upstream, until a signal or ``stop``."""

    def __init__(self, upstream: str, recorder: Recorder) -> None:
        local = is_loopback(httpx.URL(upstream).host)
        client = httpx.AsyncClient(timeout=TIMEOUT_SECONDS, limits=httpx.Limits(), trust_env=not local)
        self._server = uvicorn_server(RecordingProxy(client, upstream, recorder, self._fail))
        self._failure: OSError | None = None

    def run(self, bound: socket.socket, ready: Callable[[str], None]) -> None:
        """Serve on a socket, and call ``ready`` with its URL. Raises OSError if the file cannot be written."""
        self._server.ready = ready
        self._server.run(sockets=[bound])
        if self._failure:
            raise self._failure

    def stop(self) -> None:
        self._server.should_exit = True

    def _fail(self, error: OSError) -> None:
        self._failure = error
        self.stop()


class _ClientLeft(Exception):
    """The client has disconnected before its request was complete."""


class RecordingProxy:
    """An ASGI application that passes everything on. ``failed`` is called if the file cannot be written."""

    def __init__(
        self, client: httpx.AsyncClient, upstream: str, recorder: Recorder, failed: Callable[[OSError], None]
    ) -> None:
        self._client = client
        self._upstream = httpx.URL(upstream)
        self._recorder = recorder
        self._failed = failed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await _Passing(self, scope, receive, send).run()

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._client.aclose()
        await send({"type": "lifespan.shutdown.complete"})

    def request(self, scope: Scope, content: AsyncIterator[bytes] | bytes) -> httpx.Request:
        """Return the request as it is sent on. Its target is the client's, which a URL of httpx would normalize."""
        target = self._upstream.raw_path.rstrip(b"/") + origin_form(scope)
        headers = [pair for pair in end_to_end(scope["headers"]) if pair[0] not in REPLACED]
        headers.append((b"accept-encoding", _accepted_codings(scope["headers"])))
        sized = any(name == b"content-length" for name, _ in headers)
        chunked = any(name == b"transfer-encoding" for name, _ in scope["headers"])
        return httpx.Request(
            scope["method"],
            self._upstream,
            headers=headers,
            content=content if sized or chunked or isinstance(content, bytes) else None,
            extensions={"target": target},
        )

    async def answer(self, request: httpx.Request) -> httpx.Response:
        return await self._client.send(request, stream=True)

    def record(self, request: httpx.Request, reply: httpx.Response) -> None:
        try:
            self._recorder.record(request, reply)
        except OSError as error:
            self._failed(error)

    def leave_out(self, reason: str) -> None:
        self._recorder.leave_out(reason)


class _Body:
    """What has passed of a body, as far as it can be recorded."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._bytes = 0

    def add(self, part: bytes) -> None:
        self._bytes += len(part)
        if not self.too_large:
            self._parts.append(part)
        else:
            self._parts.clear()

    @property
    def too_large(self) -> bool:
        return self._bytes > RECORDED_BYTES_MAX

    def content(self) -> bytes:
        return b"".join(self._parts)


class _Passing:
    """One request, on its way to the upstream, and its reply."""

    def __init__(self, proxy: RecordingProxy, scope: Scope, receive: Receive, send: Send) -> None:
        self._proxy = proxy
        self._scope = scope
        self._receive = receive
        self._send = send
        self._sent = _Body()
        self._received = _Body()
        self._complete = asyncio.Event()

    async def run(self) -> None:
        """Pass the request on, until its reply has passed or its client has left for a while."""
        passing = asyncio.ensure_future(self._pass())
        watching = asyncio.ensure_future(self._until_client_has_left())
        try:
            await asyncio.wait((passing, watching), return_when=asyncio.FIRST_COMPLETED)
            if not passing.done():
                self._proxy.leave_out(CLIENT_LEFT)
        finally:
            for task in (passing, watching):
                task.cancel()
            with suppress(asyncio.CancelledError, _ClientLeft):
                await passing

    async def _until_client_has_left(self) -> None:
        """Wait until the client has been gone for a while: it may still read after it has sent everything."""
        await self._complete.wait()
        await self._receive()
        await asyncio.sleep(LEFT_SECONDS)

    async def _pass(self) -> None:
        request = self._proxy.request(self._scope, self._content())
        if request.headers.get("content-length") is None and "transfer-encoding" not in request.headers:
            await self._receive()  # the end of a request without a body
            self._complete.set()
        try:
            reply = await self._proxy.answer(request)
        except httpx.HTTPError as error:
            return await self._refuse(f"no reply from the upstream: {type(error).__name__}")
        try:
            await self._pass_back(reply)
        except httpx.HTTPError:
            self._proxy.leave_out(CUT)  # without its last part, the server cuts the reply
        finally:
            await reply.aclose()

    async def _content(self) -> AsyncIterator[bytes]:
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self._proxy.leave_out(CLIENT_LEFT)
                raise _ClientLeft
            if message["body"]:
                self._sent.add(message["body"])
                yield message["body"]
            if not message["more_body"]:
                self._complete.set()
                return

    async def _refuse(self, reason: str) -> None:
        self._proxy.leave_out(reason)
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
        await self._send({"type": "http.response.start", "status": 502, "headers": headers})
        await self._send({"type": "http.response.body", "body": f"{reason}\n".encode()})

    async def _pass_back(self, reply: httpx.Response) -> None:
        headers = end_to_end([(name.lower(), value) for name, value in reply.headers.raw])
        await self._send({"type": "http.response.start", "status": reply.status_code, "headers": headers})
        declared = reply.headers.get("content-length", "")
        whole = self._scope["method"] == "HEAD" or (declared.isdecimal() and int(declared) <= WHOLE_BYTES_MAX)
        parts: list[bytes] = []
        async for part in reply.aiter_raw():
            self._received.add(part)
            if whole:
                parts.append(part)
            else:
                await self._send({"type": "http.response.body", "body": part, "more_body": True})
        self._record(reply)
        await self._send({"type": "http.response.body", "body": b"".join(parts)})

    def _record(self, reply: httpx.Response) -> None:
        if self._sent.too_large or self._received.too_large:
            return self._proxy.leave_out(TOO_LARGE)
        request = self._proxy.request(self._scope, self._sent.content())
        content = self._received.content()
        self._proxy.record(request, httpx.Response(reply.status_code, headers=reply.headers, content=content))


def _accepted_codings(headers: RawHeaders) -> bytes:
    """Return the codings that both the client and the recorder accept, as a header."""
    offered = ",".join(value.decode("latin-1").lower() for name, value in headers if name == b"accept-encoding")
    accepted = {
        coding.strip()
        for coding, _, weight in (each.partition(";") for each in offered.split(","))
        if not NO_WEIGHT.fullmatch(weight.strip())
    }
    return ", ".join(coding for coding in CODINGS if coding in accepted or coding == "identity").encode()
