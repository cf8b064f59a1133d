"""The one layer that every request crosses: it checks the host, finds space and provider, reads the body, and sends."""

import socket
import struct
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, Protocol, TypeAlias
from urllib.parse import urlsplit

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from emulator.core.hosts import is_address, is_loopback
from emulator.gateway.courier import Courier
from emulator.gateway.turn import answer, answer_under_faults, plain_answer
from emulator.space.space import DEFAULT, NAME
from emulator.space.spaces import Spaces, TooManySpaces
from emulator.web.exchange import Exchange
from emulator.web.headers import Headers, RawHeaders
from emulator.web.provider import Provider

CONTROL = "_emulator"
DRAINED_BYTES_MAX = 64 * 1024 * 1024
"""How much of a body above the limit is read and dropped, so that its sender gets to see the answer."""

REMEMBERED_CHARACTERS_MAX = 512
"""Of host and path together. Tests ask for the same few again and again."""


class Stray(Exception):
    """A request that reaches no space or no provider. The words are ours, since no vendor was asked."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error


class ClientGone(Exception):
    """The client hung up before its request was complete."""


Destination: TypeAlias = tuple[str, Provider | None, str, str]
"""Where a request goes: a space, a provider (none: the control API), the path below it, and the prefix above it."""


class ControlApi(Protocol):
    """The control API, which is above the gateway: it waits where a test asks to wait."""

    async def answer(self, scope: Scope, headers: Headers, body: bytes, space_name: str, prefix: str) -> Response:
        """Return the reply to a request whose body has been read."""
        ...


class Gateway:
    """The ASGI application. It reads whole bodies and sends whole answers, so that what lies between never waits.

    ``hosts`` are the names that it may be called by; ``vendor_hosts`` are the vendors' own, each with its provider.
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
        self._remembered = lru_cache(maxsize=1024)(self._destination)
        self._headers = Headers(())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._other(scope, receive, send)
        headers = self._shared(scope["headers"])
        host, path = headers[b"host"] or "", scope["path"]
        find = self._remembered if len(host) + len(path) <= REMEMBERED_CHARACTERS_MAX else self._destination
        try:
            name, provider, scope["path"], prefix = find(host, path)
            if provider is None:
                self._check_origin(headers[b"origin"] or "", host)
            body = await _body(receive, self.body_bytes_max)
            space = self.spaces.get(name) if provider else None
        except ClientGone:
            return
        except TooManySpaces as error:
            return await plain_answer(409, str(error))(scope, receive, send)
        except Stray as stray:
            return await plain_answer(stray.status, stray.error)(scope, receive, send)
        scope["root_path"], scope["headers"] = "", headers.raw
        if provider and space:
            if body is None or space.faults.by_id:
                exchange = await answer_under_faults(space, provider, scope, headers, body)
            else:
                exchange = answer(space, provider, scope, headers, body)
            if exchange.connection:
                await _break(exchange, send)
            else:
                await send(_start(exchange))
                await send({"type": "http.response.body", "body": exchange.reply_body})
            if provider.webhooks:
                self.courier.look(space)
        else:
            await self._command(scope, headers, body, send, name, prefix)

    async def _command(
        self, scope: Scope, headers: Headers, body: bytes | None, send: Send, name: str, prefix: str
    ) -> None:
        """A request to the control API."""
        if body is None:
            response = plain_answer(413, "the body is too large")
        else:
            response = await self.control.answer(scope, headers, body, name, prefix)
        if scope["method"] == "HEAD":
            response.body = b""
        await send({"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers})
        await send({"type": "http.response.body", "body": response.body})
        if space := self.spaces.find(name):
            self.courier.look(space)

    async def _other(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A server begins and ends; in between, webhooks are delivered as they fall due. WebSockets are refused."""
        await receive()
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 1000})
        self.courier.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.courier.stop()
        await send({"type": "lifespan.shutdown.complete"})

    def _shared(self, raw: RawHeaders) -> Headers:
        """The headers of a request. A client sends the same ones as a rule, and they are kept once for all it asks."""
        if self._headers.raw != raw:
            self._headers = Headers(raw)
        return self._headers

    # --- where to

    def _destination(self, header: str, path: str) -> Destination:
        """The space, provider and path that a request names. Raises Stray."""
        host = self._check_host(header) if header else ""
        space, prefix = DEFAULT, ""
        if path.startswith("/~"):
            space, _, rest = path[2:].partition("/")
            prefix, path = f"/~{space}", f"/{rest}"
            if not NAME.fullmatch(space):
                raise Stray(400, "a space's name is 1 to 64 letters, digits, dots, hyphens or underscores")
        first, _, rest = path[1:].partition("/")
        if first == CONTROL:
            return space, None, f"/{rest}", prefix
        if host in self.vendor_hosts:
            return space, self.providers[self.vendor_hosts[host]], path, prefix
        if first in self.providers:
            return space, self.providers[first], f"/{rest}", prefix
        raise Stray(404, f"no provider is called {first!r}; there are: {', '.join(self.providers)}, and /{CONTROL}")

    def _check_host(self, header: str) -> str:
        """The name in a Host header. Raises Stray for a foreign one: a web page could point its own name here."""
        header = header.lower()
        host = header[: header.rfind("]") + 1].strip("[]") if header.startswith("[") else header.partition(":")[0]
        if "." not in host.rstrip(".") and ":" not in host:
            return host  # a name without a dot is this machine's, or its network's
        if host in self.vendor_hosts or host in self.hosts or is_address(host):
            return host
        raise Stray(421, f"this server does not answer for {host!r}; allow it with --allow-host")

    def _check_origin(self, origin: str, host: str) -> None:
        """Raises Stray for a command out of a web page of somebody else's.

        A browser tells whose page it sends for. Such a page sees no answer, and could still reset a space.
        """
        page = _name(origin)
        if origin and not (page and (page == _name("//" + host) or page in self.hosts or is_loopback(page))):
            raise Stray(403, "the control API takes no commands out of web pages of others")


def _name(url: str) -> str:
    """The host that a URL names; empty where it names none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


# --- the wire ---------------------------------------------------------------------------------------------------------


async def _body(receive: Receive, bytes_max: int) -> bytes | None:
    """The whole body of a request; None when it is above the limit. Raises ClientGone."""
    message = await receive()
    body: bytes = message.get("body", b"")
    if message.get("more_body"):
        body = await _joined(body, receive, bytes_max)
    elif message["type"] == "http.disconnect":
        raise ClientGone
    return body if len(body) <= bytes_max else None


async def _joined(first: bytes, receive: Receive, bytes_max: int) -> bytes:
    """A body that comes in parts; of one above the limit, only so much as shows that it is. Raises ClientGone."""
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


def _start(exchange: Exchange) -> Message:
    """The head of a reply."""
    return {"type": "http.response.start", "status": exchange.status, "headers": exchange.reply_headers()}


async def _break(exchange: Exchange, send: Send) -> None:
    """Send what a fault lets through of a reply."""
    if exchange.connection == "truncate":
        half = len(exchange.reply_body) // 2
        await send(_start(exchange))
        await send({"type": "http.response.body", "body": exchange.reply_body[:half], "more_body": True})
    await _cut("reset" if exchange.connection == "reset" else "close", send)


async def _cut(how: Literal["reset", "close"], send: Send) -> None:
    """Break the connection. ASGI has no word for it, so this reaches for uvicorn's transport; in memory it raises."""
    cycle = getattr(send, "__self__", None)
    transport = getattr(cycle, "transport", None)
    if cycle is None or transport is None:
        raise ConnectionResetError("a fault broke the connection")
    cycle.disconnected = True  # uvicorn says so only to the last of several requests on their way, and asks each
    if how == "reset" and not transport.is_closing():
        no_linger = struct.pack("ii", 1, 0)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_linger)
        transport.abort()
    else:
        transport.close()
