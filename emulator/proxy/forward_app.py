"""The application of a proxy: requests in absolute form that are for no vendor are passed on to their host."""

from urllib.parse import quote

from starlette.types import ASGIApp, Receive, Scope, Send

from emulator.gateway.turn import plain_answer
from emulator.proxy.dialer import dial_for_request
from emulator.proxy.pass_on import RequestHead, end_to_end, pass_on
from emulator.proxy.routes import PORTS, NoRoute, Routes, split_authority
from emulator.web.connection import ABSOLUTE
from emulator.web.headers import Headers


class ForwardApp:
    """An ASGI application: ``vendors`` answers requests to a vendor's host, ``app`` those to this server."""

    def __init__(self, app: ASGIApp, vendors: ASGIApp, routes: Routes) -> None:
        self.app = app
        self.vendors = vendors
        self.routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        authority = Headers(scope["headers"]).get(b"host")
        if not authority:
            return await self.app(scope, receive, send)
        try:
            host, port = split_authority(authority, PORTS.get(scope["scheme"], 0))
            if self.routes.is_vendor(host):
                return await self.vendors(scope, receive, send)
            if ABSOLUTE not in scope["extensions"]:
                return await self.app(scope, receive, send)
            await self._forward(scope, host, port, receive, send)
        except NoRoute as refused:
            await plain_answer(refused.status, refused.reason)(scope, receive, send)

    async def _forward(self, scope: Scope, host: str, port: int, receive: Receive, send: Send) -> None:
        """Pass a request on to its host, or to the user's proxy. Raises NoRoute."""
        if scope["scheme"] not in PORTS:
            raise NoRoute(501, f"{scope['scheme']} is not supported; known: {', '.join(PORTS)}")
        connection, upstream = await dial_for_request(self.routes, scope["scheme"], host, port)
        headers, target = end_to_end(scope["headers"]), origin_form(scope)
        if upstream:
            target = b"http://%s%s" % (Headers(scope["headers"]).get(b"host").encode("latin-1"), target)  # type: ignore[union-attr]
            if upstream.authorization:
                headers.append((b"proxy-authorization", upstream.authorization.encode()))
        await pass_on(RequestHead(scope["method"], target, headers), connection, receive, send)


class InSpace:
    """An ASGI application that answers requests without a space from one space."""

    def __init__(self, app: ASGIApp, space: str) -> None:
        self.app = app
        self.space = space

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not scope["path"].startswith("/~"):
            scope["path"] = f"/~{self.space}{scope['path']}"
            scope["raw_path"] = f"/~{quote(self.space)}".encode() + scope["raw_path"]
        await self.app(scope, receive, send)


def origin_form(scope: Scope) -> bytes:
    """Return path and query of a request as they were sent."""
    query: bytes = scope["query_string"]
    path: bytes = scope["raw_path"]
    return b"%s?%s" % (path, query) if query else path
