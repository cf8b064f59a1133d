"""Calling the emulator without a port: a transport for httpx and an adapter for requests, onto the same state."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import Future
from io import BytesIO
from typing import Any
from urllib.parse import unquote

import httpx
from starlette.types import ASGIApp, Message, Scope

from emulator.web.connection import BREAK

Headers = list[tuple[bytes, bytes]]
Reply = tuple[int, Headers, bytes]
Submit = Callable[[Coroutine[Any, Any, Any]], "Future[Any]"]


class Broken(Exception):
    """A fault broke the connection; ``how`` is ``reset``, ``close`` or ``truncate``."""

    def __init__(self, how: str) -> None:
        super().__init__(how)
        self.how = how

    def as_httpx(self, request: httpx.Request) -> httpx.TransportError:
        """Return what httpx raises over a socket."""
        match self.how:
            case "reset":
                return httpx.ReadError("a fault reset the connection", request=request)
            case "close":
                return httpx.RemoteProtocolError("a fault closed the connection without a reply", request=request)
        return httpx.RemoteProtocolError("a fault closed the connection in the middle of the reply", request=request)


class Transport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """An httpx transport, for ``Client`` and ``AsyncClient`` alike, that passes requests to an ASGI app in memory.

    ``submit`` runs a coroutine on the event loop of the app, whatever thread or loop the client is in. A client that
    stops waiting disconnects, as it would over a socket.
    """

    def __init__(self, app: ASGIApp, submit: Submit) -> None:
        self.app = app
        self.submit = submit

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        client = ClientSide()
        reply = self.submit(self._call(request, request.read(), client))
        try:
            return _response(reply.result(_seconds(request)))
        except Broken as broken:
            raise broken.as_httpx(request) from None
        except TimeoutError:
            raise httpx.ReadTimeout("timed out", request=request) from None
        finally:
            if not reply.done():
                self.submit(client.disconnect())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        client = ClientSide()
        reply = asyncio.wrap_future(self.submit(self._call(request, await request.aread(), client)))
        try:
            return _response(await asyncio.wait_for(asyncio.shield(reply), _seconds(request)))
        except Broken as broken:
            raise broken.as_httpx(request) from None
        except TimeoutError:
            raise httpx.ReadTimeout("timed out", request=request) from None
        finally:
            if not reply.done():
                self.submit(client.disconnect())

    async def _call(self, request: httpx.Request, body: bytes, client: "ClientSide") -> Reply:
        url, headers = request.url, [(name.lower(), value) for name, value in request.headers.raw]
        return await call(self.app, request.method, url.raw_path.decode("ascii"), headers, body, client)


class ClientSide:
    """What the app learns of its client: whether it has disconnected."""

    def __init__(self) -> None:
        self._gone = asyncio.Event()

    async def gone(self) -> None:
        await self._gone.wait()

    async def disconnect(self) -> None:
        self._gone.set()


async def call(
    app: ASGIApp, method: str, target: str, headers: Headers, body: bytes, client: ClientSide | None = None
) -> Reply:
    """Send one request to an ASGI app, and return its status, headers and whole body. Raises Broken.

    ``target`` is path and query as on the wire.
    """
    started: list[Message] = []
    parts: list[bytes] = []
    waiting, delivered = client or ClientSide(), False

    async def receive() -> Message:
        nonlocal delivered
        if delivered:
            await waiting.gone()
            return {"type": "http.disconnect"}
        delivered = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            started.append(message)
        elif message["type"] == BREAK:
            raise Broken(message["how"])
        else:
            parts.append(message.get("body", b""))

    await app(_scope(method, target, headers), receive, send)
    return started[0]["status"], list(started[0]["headers"]), b"".join(parts)


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


def _response(reply: Reply) -> httpx.Response:
    status, headers, body = reply
    return httpx.Response(status, headers=headers, content=body)


def _seconds(request: httpx.Request) -> float | None:
    """Return how long the client waits for a reply."""
    timeout: float | None = request.extensions.get("timeout", {}).get("read")
    return timeout


def requests_adapter(transport: Transport) -> Any:
    """An adapter for ``requests.Session.mount`` onto the same app."""
    from requests import PreparedRequest, Response, exceptions
    from requests.adapters import BaseAdapter, HTTPAdapter
    from urllib3 import HTTPResponse

    class Adapter(BaseAdapter):
        def send(self, request: PreparedRequest, *_: object, timeout: Any = None, **__: object) -> Response:
            seconds = timeout[1] if isinstance(timeout, tuple) else timeout
            try:
                answer = transport.handle_request(_from_requests(request, seconds))
            except httpx.ReadTimeout as error:
                raise exceptions.ReadTimeout(str(error), request=request) from None
            except httpx.TransportError as error:
                raise exceptions.ConnectionError(str(error), request=request) from None
            raw = HTTPResponse(
                BytesIO(answer.content),
                answer.headers,
                answer.status_code,
                reason=answer.reason_phrase,
                preload_content=False,
            )
            return HTTPAdapter().build_response(request, raw)

        def close(self) -> None:
            """Nothing is open."""

    return Adapter()


def _from_requests(request: Any, seconds: float | None) -> httpx.Request:
    body = request.body or b""
    content: bytes | Iterable[bytes] = body.encode() if isinstance(body, str) else body
    return httpx.Request(
        request.method,
        request.url,
        headers=dict(request.headers),
        content=content,
        extensions={"timeout": {"read": seconds}},
    )
