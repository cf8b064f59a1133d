"""Calls without a port: a transport for httpx and an adapter for requests that behave as a connection would."""

import asyncio
import concurrent.futures
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import unquote

import httpx
import orjson
from starlette.types import ASGIApp, Message, Scope

from emulator.core.errors import phrase
from emulator.server.request_cycle import WITHOUT_BODY
from emulator.server.request_parser import HEAD_BYTES_MAX, HEAD_TOO_LARGE, HEADERS_MAX
from emulator.web.connection import BREAK

Headers = list[tuple[bytes, bytes]]
Reply = tuple[int, Headers, bytes]
Submit = Callable[[Coroutine[Any, Any, Any]], "Future[Any]"]

RESET = "a fault reset the connection"
CLOSED = "a fault closed the connection without a reply"
TRUNCATED = "a fault closed the connection in the middle of the reply"
STOPPED = "the emulator was stopped"


class Broken(Exception):
    """A fault broke the connection, by a ``reset`` or otherwise. ``arrived`` is what a truncated reply delivered."""

    def __init__(self, reason: str, *, reset: bool = False, arrived: Reply | None = None) -> None:
        super().__init__(reason)
        self.reset = reset
        self.arrived = arrived

    def as_httpx(self, request: httpx.Request) -> httpx.TransportError:
        """Return what httpx raises over a socket."""
        return (httpx.ReadError if self.reset else httpx.RemoteProtocolError)(str(self), request=request)


class Arrived(NamedTuple):
    """What arrived of a reply: its head, and its body or half of it."""

    status: int
    headers: Headers
    body: bytes
    truncated: bool


class Transport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """An httpx transport, for ``Client`` and ``AsyncClient`` alike, that passes requests to an ASGI app in memory.

    ``submit`` runs a coroutine on the event loop of the app, from any thread or loop of the client, or raises
    RuntimeError if that has ended. A client that stops waiting disconnects, as it would over a socket.
    """

    def __init__(self, app: ASGIApp, submit: Submit) -> None:
        self.app = app
        self.submit = submit

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return _response(self.exchange(request, _seconds(request)), request)

    def exchange(self, request: httpx.Request, seconds: float | None) -> Arrived:
        """Send a request, and return what arrives of the reply. Raises httpx.TransportError."""
        client = ClientSide()
        future = self._start(request, request.read(), client)
        try:
            reply: Reply = future.result(seconds)
            return Arrived(*reply, truncated=False)
        except Broken as broken:
            return _truncated(broken, request)
        except TimeoutError:
            raise httpx.ReadTimeout("timed out", request=request) from None
        except concurrent.futures.CancelledError:
            raise httpx.ReadError(STOPPED, request=request) from None
        finally:
            self._leave(future, client)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        client = ClientSide()
        future = self._start(request, await request.aread(), client)
        waiting = asyncio.wrap_future(future)
        try:
            reply: Reply = await asyncio.wait_for(asyncio.shield(waiting), _seconds(request))
            arrived = Arrived(*reply, truncated=False)
        except Broken as broken:
            arrived = _truncated(broken, request)
        except TimeoutError:
            raise httpx.ReadTimeout("timed out", request=request) from None
        except asyncio.CancelledError:
            if not waiting.cancelled():
                raise  # the client's own task is cancelled
            raise httpx.ReadError(STOPPED, request=request) from None
        finally:
            self._leave(future, client)
        return _response(arrived, request)

    def _start(self, request: httpx.Request, body: bytes, client: "ClientSide") -> "Future[Any]":
        target, headers = request.url.raw_path, [(name.lower(), value) for name, value in request.headers.raw]
        try:
            return self.submit(call(self.app, request.method, target.decode("ascii"), headers, body, client))
        except RuntimeError as error:
            raise httpx.ConnectError(str(error), request=request) from None

    def _leave(self, future: "Future[Any]", client: "ClientSide") -> None:
        """Disconnect from a request that is still running, unless it ends with the emulator."""
        if not future.done():
            with suppress(RuntimeError):
                self.submit(client.disconnect())


class ClientSide:
    """The client's side, as the app sees it: whether it has disconnected."""

    def __init__(self) -> None:
        self._gone = asyncio.Event()

    async def gone(self) -> None:
        await self._gone.wait()

    async def disconnect(self) -> None:
        self._gone.set()


class DirectTransport(httpx.BaseTransport):
    """An httpx transport that passes requests to an ASGI app in memory, without a thread or an event loop.

    It serves requests that never wait, as a turn does. Raises RuntimeError for one that has to, and Broken.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        headers = [(name.lower(), value) for name, value in request.headers.raw]
        turn = call(self.app, request.method, request.url.raw_path.decode("ascii"), headers, request.read())
        try:
            turn.send(None)
        except StopIteration as end:
            status, reply_headers, body = end.value
            return httpx.Response(status, headers=reply_headers, content=body)
        raise RuntimeError("a request had to wait")


async def call(
    app: ASGIApp, method: str, target: str, headers: Headers, body: bytes, client: ClientSide | None = None
) -> Reply:
    """Send one request to an ASGI app, and return what a connection would receive. Raises Broken.

    ``target`` is path and query as on the wire.
    """
    head_bytes = len(method) + len(target) + sum(len(name) + len(value) + 4 for name, value in headers) + 14
    if head_bytes > HEAD_BYTES_MAX or len(headers) > HEADERS_MAX:
        many = f"a request may have {HEADERS_MAX} headers"
        return _refusal(431, many if head_bytes <= HEAD_BYTES_MAX else HEAD_TOO_LARGE)
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

    await app(_scope(method, target, headers), receive, send)
    return _reply(method, sent)


def _reply(method: str, sent: list[Message]) -> Reply:
    """Return what arrives of the messages of an app. Raises Broken."""
    if not sent:
        raise Broken("the server closed the connection without a reply")  # because the client has disconnected
    start, *rest = sent
    status, headers = start["status"], list(start["headers"])
    whole = b"".join(message.get("body", b"") for message in rest)
    body = b"" if method == "HEAD" or status in WITHOUT_BODY else whole
    how = next((message["how"] for message in rest if message["type"] == BREAK), None)
    if how == "reset":
        raise Broken(RESET, reset=True)
    if how == "truncate" and body:
        raise Broken(TRUNCATED, arrived=(status, headers, body[: len(body) // 2]))
    if how:
        raise Broken(CLOSED)
    return status, headers, body


def _refusal(status: int, reason: str) -> Reply:
    """Return a reply of the server itself, which closes the connection."""
    body = orjson.dumps({"error": reason})
    length = (b"content-length", str(len(body)).encode())
    return status, [(b"content-type", b"application/json"), length, (b"connection", b"close")], body


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


# --- httpx ------------------------------------------------------------------------------------------------------------


class _Stream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """The body of a reply. Reading it fails if the reply is truncated."""

    def __init__(self, arrived: Arrived, request: httpx.Request) -> None:
        self._arrived = arrived
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        yield self._arrived.body
        if self._arrived.truncated:
            raise httpx.RemoteProtocolError(TRUNCATED, request=self._request)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self:
            yield part


def _response(arrived: Arrived, request: httpx.Request) -> httpx.Response:
    extensions = {"http_version": b"HTTP/1.1", "reason_phrase": phrase(arrived.status).encode()}
    stream = _Stream(arrived, request)
    return httpx.Response(arrived.status, headers=arrived.headers, stream=stream, extensions=extensions)


def _truncated(broken: Broken, request: httpx.Request) -> Arrived:
    """Return what arrived of a truncated reply. Raises httpx.TransportError if its head did not."""
    if broken.arrived is None:
        raise broken.as_httpx(request) from None
    return Arrived(*broken.arrived, truncated=True)


def _seconds(request: httpx.Request) -> float | None:
    """Return how long the client waits for a reply."""
    timeout: float | None = request.extensions.get("timeout", {}).get("read")
    return timeout


# --- requests ---------------------------------------------------------------------------------------------------------


def requests_adapter(transport: Transport) -> Any:
    """Return an adapter for ``requests.Session.mount``."""
    from requests import PreparedRequest, Response, exceptions
    from requests.adapters import BaseAdapter, HTTPAdapter
    from urllib3 import HTTPHeaderDict, HTTPResponse

    class Adapter(BaseAdapter):
        def send(self, request: PreparedRequest, *_: object, timeout: Any = None, **__: object) -> Response:
            try:
                arrived = transport.exchange(_from_requests(request), _read_timeout(timeout))
            except httpx.ReadTimeout as error:
                raise exceptions.ReadTimeout(str(error), request=request) from None
            except httpx.TransportError as error:
                raise exceptions.ConnectionError(str(error), request=request) from None
            raw = HTTPResponse(
                BytesIO(arrived.body),
                HTTPHeaderDict((name.decode("latin-1"), value.decode("latin-1")) for name, value in arrived.headers),
                arrived.status,
                reason=phrase(arrived.status),
                version=11,
                preload_content=False,
                request_method=request.method,  # a reply to HEAD has a length, and no body
            )
            return HTTPAdapter().build_response(request, raw)

        def close(self) -> None:
            """Do nothing: no connection is open."""

    return Adapter()


def _read_timeout(timeout: Any) -> float | None:
    """Return how long to wait for a reply, from what requests accepts. Raises ValueError as it does."""
    from urllib3.util import Timeout

    if isinstance(timeout, tuple):
        try:
            connect, read = timeout
        except ValueError:
            raise ValueError(f"invalid timeout {timeout}: it is a number, or a tuple of connect and read") from None
        timeout = Timeout(connect=connect, read=read)
    elif not isinstance(timeout, Timeout):
        timeout = Timeout(connect=timeout, read=timeout)
    running = timeout.clone()
    running.start_connect()
    seconds = running.read_timeout
    return float(seconds) if isinstance(seconds, int | float) else None


def _from_requests(request: Any) -> httpx.Request:
    body = request.body or b""
    content: bytes | Iterable[bytes] = body.encode() if isinstance(body, str) else body
    return httpx.Request(request.method, request.url, headers=dict(request.headers), content=content)
