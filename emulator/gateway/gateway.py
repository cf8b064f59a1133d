"""The ASGI application: check the source and the target of a request, read its body, and send the reply."""

from collections.abc import Mapping
from typing import Protocol, TypeAlias
from urllib.parse import urlsplit

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from emulator.core.bounded_cache import BoundedCache
from emulator.core.hosts import host_name, is_address, is_loopback
from emulator.core.names import NAME, space_name
from emulator.gateway.courier import DELIVERY_HEADER, Courier
from emulator.gateway.messages import read_body, send_reply, send_stream
from emulator.gateway.turn import answer, answer_under_faults, plain_answer
from emulator.space.space import DEFAULT, Space
from emulator.space.spaces import Spaces, TooManySpaces
from emulator.web.answer_now import Reply
from emulator.web.connection import ClientGone
from emulator.web.event_stream import EventStream
from emulator.web.exchange import Exchange
from emulator.web.headers import Headers, RawHeaders
from emulator.web.provider import Provider

CONTROL = "_emulator"
REFUSED = 400
"""The lowest status of a refused request, which has changed nothing."""

REMEMBERED_MAX = 1024
"""How many destinations are remembered: tests use the same few again and again."""

REMEMBERED_CHARACTERS_MAX = 512
"""How long the host and the path of such a destination may be together."""


class Stray(Exception):
    """A request for no space or provider. The emulator words the reply, as no vendor is involved."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error


Destination: TypeAlias = tuple[str, Provider | None, str, str]
"""Where a request leads: the space, the provider (None: the control API), the path below it, the prefix above it."""


class ControlApi(Protocol):
    """The control API. It may wait, unlike a vendor's API."""

    async def answer(
        self, scope: Scope, headers: Headers, body: bytes, space_name: str, prefix: str, receive: Receive
    ) -> Response:
        """Return the reply to a request whose body has been read. Raises ClientGone if the client disconnects."""
        ...


class Gateway:
    """The ASGI application. It reads whole bodies and sends whole replies, so that nothing below it waits.

    ``hosts`` are additional names of this server; ``vendor_hosts`` map each production host to its provider.
    """

    def __init__(
        self,
        spaces: Spaces,
        control: ControlApi,
        hosts: frozenset[str],
        vendor_hosts: Mapping[str, str],
        courier: Courier,
    ) -> None:
        self.spaces = spaces
        self.control = control
        self.courier = courier
        self.hosts = hosts
        self.vendor_hosts = vendor_hosts
        self.providers = spaces.world.providers
        self.body_bytes_max = spaces.world.limits.body_bytes_max
        self._destinations = BoundedCache[tuple[str, str], Destination](REMEMBERED_MAX)
        self._headers = Headers(())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._other(scope, receive, send)
        headers = self._shared(tuple(scope["headers"]))
        host, path = headers[b"host"] or "", scope["path"]
        try:
            name, provider, path, prefix = self._destination(host, path)
            if provider is None:
                self._check_sender(scope["method"], headers, host)
            elif _is_cross_site(headers):
                await self._check_exists(name)
            body = await read_body(receive, self.body_bytes_max)
        except Stray as stray:
            return await self._refuse(stray, headers, scope, receive, send)
        except ClientGone:
            return
        below = _below(scope, path, headers)
        try:
            if provider is None:
                await self._command(name, prefix, below, headers, body, receive, send)
            else:
                await self._request(name, provider, below, headers, body, receive, send)
        except TooManySpaces as error:
            await plain_answer(409, str(error))(scope, receive, send)

    def answer_now(self, scope: Scope, body: bytes) -> Reply | None:
        """Answer a whole request to a vendor; None for any other request, or if something may delay the reply.

        Source: ``emulator/web/answer_now.py``.
        """
        headers = self._shared(tuple(scope["headers"]))
        host, path = headers[b"host"] or "", scope["path"]
        try:
            name, provider, path, _ = self._destination(host, path)
        except Stray:
            return None
        if provider is None or len(body) > self.body_bytes_max or _is_cross_site(headers):
            return None
        exchange = self._at_once(name, provider, _below(scope, path, headers), headers, body)
        return (exchange.status, exchange.reply_headers(), exchange.reply_body) if exchange else None

    async def _request(
        self,
        name: str,
        provider: Provider,
        scope: Scope,
        headers: Headers,
        body: bytes | None,
        receive: Receive,
        send: Send,
    ) -> None:
        """Answer a request to a vendor. Its webhook is scheduled first: a fault or the client may delay the reply."""
        space = self.spaces.find(name)
        is_new = space is None
        if space is None:
            self.spaces.check_room(name)
            space = self.spaces.visit(name, (scope["scheme"], headers[b"host"]))
        if body is None or space.faults.by_id:
            exchange = await answer_under_faults(space, provider, scope, headers, body, receive, self.courier.look)
        else:
            exchange = self._run_turn(space, provider, scope, headers, body)
        if is_new:
            self.spaces.answered(space, refused=exchange.status >= REFUSED)
        await send_reply(exchange, scope, send)

    def _at_once(self, name: str, provider: Provider, scope: Scope, headers: Headers, body: bytes) -> Exchange | None:
        """Answer a request to a vendor; None if its space is new, or if a fault may delay the reply."""
        space = self.spaces.find(name)
        if space is None or space.faults.by_id:
            return None
        return self._run_turn(space, provider, scope, headers, body)

    def _run_turn(self, space: Space, provider: Provider, scope: Scope, headers: Headers, body: bytes) -> Exchange:
        exchange = answer(space, provider, scope, headers, body)
        if space.may_call(provider):
            self.courier.look(space)
        return exchange

    async def _command(
        self,
        name: str,
        prefix: str,
        scope: Scope,
        headers: Headers,
        body: bytes | None,
        receive: Receive,
        send: Send,
    ) -> None:
        """Answer a request to the control API. A client that disconnects ends it, if it waits."""
        if body is None:
            response = plain_answer(413, "the body is too large")
        else:
            try:
                response = await self.control.answer(scope, headers, body, name, prefix, receive)
            except ClientGone:
                return
        if isinstance(response, EventStream):
            return await send_stream(response, scope["method"], receive, send)
        if scope["method"] == "HEAD":
            response.body = b""
        await send({"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers})
        await send({"type": "http.response.body", "body": response.body})
        if space := self.spaces.find(name):
            self.courier.look(space)

    async def _refuse(self, stray: Stray, headers: Headers, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a stray request after reading its body, unless the client waits for permission to send that."""
        if headers[b"expect"] is None:
            try:
                await read_body(receive, self.body_bytes_max)
            except ClientGone:
                return
        await (_to_dashboard(stray, scope, headers) or plain_answer(stray.status, stray.error))(scope, receive, send)

    async def _other(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Deliver webhooks between the start and the end of a server. Refuse WebSockets."""
        await receive()
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 1000})
        await self.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def start(self) -> None:
        """Start what a server needs."""
        self.courier.start()

    async def stop(self) -> None:
        """Stop what a server needs."""
        await self.courier.stop()

    def _shared(self, raw: RawHeaders) -> Headers:
        """Return the headers of a request. Clients usually repeat them, so equal ones are stored once."""
        if self._headers.raw != raw:
            self._headers = Headers(raw)
        return self._headers

    # --- the target of a request

    def _destination(self, header: str, path: str) -> Destination:
        """Return where a request leads, and remember it. Raises Stray."""
        if known := self._destinations.get((header, path)):
            return known
        found = self._find(header, path)
        if len(header) + len(path) <= REMEMBERED_CHARACTERS_MAX:
            self._destinations.put((header, path), found)
        return found

    def _find(self, header: str, path: str) -> Destination:
        """Return the space, provider and path that a request names. Raises Stray."""
        host = self._check_host(header) if header else ""
        space, prefix = DEFAULT, ""
        if path.startswith("/~"):
            space, _, rest = path[2:].partition("/")
            prefix, path = f"/~{space}", f"/{rest}"
            try:
                space_name(space)
            except ValueError as error:
                raise Stray(400, str(error)) from None
        first, _, rest = path[1:].partition("/")
        if first == CONTROL:
            return space, None, f"/{rest}", prefix
        if host in self.vendor_hosts:
            return space, self.providers[self.vendor_hosts[host]], path, prefix
        if first in self.providers:
            return space, self.providers[first], f"/{rest}", prefix
        reason = f"unknown provider {first!r}" if first else "the path must begin with a provider"
        raise Stray(404, f"{reason}; known: {', '.join(self.providers)}, and /{CONTROL}")

    # --- the source of a request

    def _check_host(self, header: str) -> str:
        """Return the name in a Host header. Raises Stray for a foreign one: a web page can make its own name lead here.

        A name without a dot belongs to this machine or its network.
        """
        host = host_name(header)
        if "." not in host and ":" not in host:
            return host
        if host in self.vendor_hosts or host in self.hosts or is_address(host):
            return host
        raise Stray(421, f"unknown host {host!r}; allow it with --allow-host")

    def _check_sender(self, method: str, headers: Headers, host: str) -> None:
        """Check who sends a request to the control API. Raises Stray for a foreign web page and for a webhook.

        A browser names the page that it sends for. Such a page cannot read the reply, but a request could still reset a
        space. Only following a link to a page of the emulator is allowed.
        """
        if headers[DELIVERY_HEADER] is not None:
            raise Stray(403, "the control API takes no webhooks: one that delivers itself again would never end")
        if origin := headers[b"origin"]:
            page = _name(origin)
            if not (page and (page == _name("//" + host) or page in self.hosts or is_loopback(page))):
                raise Stray(403, "the control API takes no requests from web pages of other sites")
        elif _is_cross_site(headers):
            follows_link = (headers[b"sec-fetch-mode"], headers[b"sec-fetch-dest"]) == ("navigate", "document")
            if method != "GET" or not follows_link:
                raise Stray(403, "the control API takes no requests from web pages of other sites")

    async def _check_exists(self, name: str) -> None:
        """Raise Stray when a web page of another site would create a space."""
        if not self.spaces.exists(name):
            raise Stray(403, f"unknown space {name!r}; a web page of another site cannot create it")


def _to_dashboard(stray: Stray, scope: Scope, headers: Headers) -> Response | None:
    """Return a redirect to the dashboard for a browser that opens the root of a space; None for anything else."""
    prefix = scope["path"].rstrip("/")
    if stray.status != 404 or scope["method"] not in ("GET", "HEAD") or "text/html" not in (headers[b"accept"] or ""):
        return None
    if prefix and not (prefix.startswith("/~") and NAME.fullmatch(prefix[2:])):
        return None
    return Response(status_code=307, headers={"Location": f"{prefix}/{CONTROL}/", "Vary": "Accept"})


def _below(scope: Scope, path: str, headers: Headers) -> Scope:
    """Return the scope of a request below the prefix of its space and provider."""
    return {**scope, "path": path, "root_path": "", "headers": headers.raw}


def _is_cross_site(headers: Headers) -> bool:
    """Return whether a browser sends a request for a web page of another site."""
    return headers[b"sec-fetch-site"] == "cross-site"


def _name(url: str) -> str:
    """Return the host that a URL names; empty if it names none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
