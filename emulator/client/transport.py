"""Calling the emulator without a port: a transport for httpx and an adapter for requests, onto the same state."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import Future
from io import BytesIO
from typing import Any
from urllib.parse import unquote

import httpx
from starlette.types import ASGIApp, Message

Headers = list[tuple[bytes, bytes]]
Reply = tuple[int, Headers, bytes]
Submit = Callable[[Coroutine[Any, Any, Any]], "Future[Any]"]


class Transport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """An httpx transport, for ``Client`` and ``AsyncClient`` alike, that hands requests to an ASGI app in memory.

    ``submit`` runs a coroutine on the event loop of the app, whatever thread or loop the client is in.
    """

    def __init__(self, app: ASGIApp, submit: Submit) -> None:
        self.app = app
        self.submit = submit

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return _response(self.submit(self._call(request, request.read())).result(_seconds(request)))
        except ConnectionResetError as error:
            raise httpx.ReadError(str(error), request=request) from None
        except TimeoutError:
            raise httpx.ReadTimeout("timed out", request=request) from None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        asked = asyncio.wrap_future(self.submit(self._call(request, await request.aread())))
        try:
            return _response(await asyncio.wait_for(asyncio.shield(asked), _seconds(request)))
        except ConnectionResetError as error:
            raise httpx.ReadError(str(error), request=request) from None
        except TimeoutError:
            raise httpx.ReadTimeout("timed out", request=request) from None

    async def _call(self, request: httpx.Request, body: bytes) -> Reply:
        url, headers = request.url, [(name.lower(), value) for name, value in request.headers.raw]
        return await call(self.app, request.method, url.raw_path.decode("ascii"), headers, body)


async def call(app: ASGIApp, method: str, target: str, headers: Headers, body: bytes) -> Reply:
    """One request to an ASGI app: its status, headers and whole body. ``target`` is path and query as on the wire."""
    path, _, query = target.partition("?")
    started: list[Message] = []
    parts: list[bytes] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            started.append(message)
        else:
            parts.append(message.get("body", b""))

    scope = {
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
    }
    await app(scope, receive, send)
    return started[0]["status"], list(started[0]["headers"]), b"".join(parts)


def _response(reply: Reply) -> httpx.Response:
    status, headers, body = reply
    return httpx.Response(status, headers=headers, content=body)


def _seconds(request: httpx.Request) -> float | None:
    """How long the client waits for an answer."""
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
