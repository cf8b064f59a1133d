"""The ASGI application: check the source and the target of a request, read its body, and send the reply."""

from collections.abc import Mapping
from typing import Protocol

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from emulator.core.names import NAME
from emulator.gateway.courier import Courier
from emulator.gateway.destinations import CONTROL, Destination, Destinations, Stray, is_cross_site
from emulator.gateway.messages import read_body, send_reply, send_stream
from emulator.gateway.turn import answer_under_faults, open_exchange, plain_answer, run_turn
from emulator.space.space import Space
from emulator.space.spaces import Spaces, TooManySpaces
from emulator.web.answer_now import Reply
from emulator.web.connection import ClientGone
from emulator.web.event_stream import EventStream
from emulator.web.exchange import Exchange
from emulator.web.headers import Headers, parsed_headers
from emulator.web.provider import Provider

REFUSED = 400
"""The lowest status of a refused request, which has changed nothing."""


class ControlApi(Protocol):
    """The control API. It may wait, unlike a vendor's API."""

    async def answer(
        self, scope: Scope, headers: Headers, body: bytes, space_name: str, prefix: str, receive: Receive
    ) -> Response:
        """Return the reply to a request whose body has been read. Raises ClientGone if the client disconnects."""
        ...


class Gateway:
    """The ASGI application. It reads whole bodies and sends whole replies, so that nothing below it waits."""

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
        self.destinations = Destinations(hosts, vendor_hosts, spaces.world.providers)
        self.body_bytes_max = spaces.world.limits.body_bytes_max
        self._last_headers = Headers(())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._other(scope, receive, send)
        headers = parsed_headers(scope) or self._parse_headers(scope)
        try:
            destination = self.destinations.find(headers.get(b"host") or "", scope["path"])
            name, provider, _, prefix = destination
            if provider is None:
                self.destinations.check_sender(scope["method"], headers)
            elif is_cross_site(headers):
                await self._check_exists(name)
            body = await read_body(receive, self.body_bytes_max)
        except Stray as stray:
            return await self._refuse(stray, headers, scope, receive, send)
        except ClientGone:
            return
        below = destination.below(scope, headers)
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
        headers = parsed_headers(scope) or self._parse_headers(scope)
        try:
            destination = self.destinations.find(headers.get(b"host") or "", scope["path"])
        except Stray:
            return None
        provider = destination.provider
        if provider is None or len(body) > self.body_bytes_max or is_cross_site(headers):
            return None
        exchange = self._at_once(destination, provider, scope, headers, body)
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
            space = self.spaces.visit(name, (scope["scheme"], headers.get(b"host")))
        if body is None or space.faults.by_id:
            exchange = await answer_under_faults(space, provider, scope, headers, body, receive, self.courier.look)
        else:
            exchange = self._run_turn(space, provider, scope, headers, body)
        if is_new:
            self.spaces.answered(space, refused=exchange.status >= REFUSED)
        await send_reply(exchange, scope, send)

    def _at_once(
        self, destination: Destination, provider: Provider, scope: Scope, headers: Headers, body: bytes
    ) -> Exchange | None:
        """Answer a request to a vendor; None if its space is new, or if a fault may delay the reply."""
        space = self.spaces.find(destination.space)
        if space is None or space.faults.by_id:
            return None
        destination.narrow(scope, headers)
        return self._run_turn(space, provider, scope, headers, body)

    def _run_turn(self, space: Space, provider: Provider, scope: Scope, headers: Headers, body: bytes) -> Exchange:
        exchange = run_turn(space, provider, open_exchange(space, provider, scope, headers, body))
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
        if headers.get(b"expect") is None:
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

    def _parse_headers(self, scope: Scope) -> Headers:
        """Parse the headers of a request. Clients usually repeat them, so equal ones are stored once."""
        raw = tuple(scope["headers"])
        if self._last_headers.raw != raw:
            self._last_headers = Headers(raw)
        return self._last_headers

    async def _check_exists(self, name: str) -> None:
        """Raise Stray when a web page of another site would create a space."""
        if not self.spaces.exists(name):
            raise Stray(403, f"unknown space {name!r}; a web page of another site cannot create it")


def _to_dashboard(stray: Stray, scope: Scope, headers: Headers) -> Response | None:
    """Return a redirect to the dashboard for a browser that opens the root of a space; None for anything else."""
    prefix = scope["path"].rstrip("/")
    if (
        stray.status != 404
        or scope["method"] not in ("GET", "HEAD")
        or "text/html" not in (headers.get(b"accept") or "")
    ):
        return None
    if prefix and not (prefix.startswith("/~") and NAME.fullmatch(prefix[2:])):
        return None
    return Response(status_code=307, headers={"Location": f"{prefix}/{CONTROL}/", "Vary": "Accept"})
