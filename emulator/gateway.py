"""The one layer that every request crosses: it finds space and provider, keeps turns apart, and writes it all down."""

import asyncio
import logging
import socket
import struct
from dataclasses import dataclass, field
from functools import partial
from ipaddress import ip_address
from typing import Any, Literal, NamedTuple, TypeAlias

import orjson
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from emulator import explanation
from emulator.core.clock import http_date
from emulator.core.faults import Connection, Effect
from emulator.core.journal import Exchange
from emulator.core.provider import Provider
from emulator.space import NAME, Space, Spaces, TooManySpaces

log = logging.getLogger("emulator")

CONTROL = "_emulator"
DRAINED_BYTES_MAX = 64 * 1024 * 1024
"""How much of a body above the limit is read and dropped, so that its sender gets to see the answer."""

Headers: TypeAlias = list[tuple[bytes, bytes]]


class Stray(Exception):
    """A request that reaches no space or no provider. The words are ours, since no vendor was asked."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error


class ClientGone(Exception):
    """The client hung up before its request was complete."""


@dataclass(slots=True)
class Answer:
    """A reply that is complete and not yet sent. ``connection`` is what a fault does to it on the way."""

    status: int
    headers: Headers = field(default_factory=list)
    body: bytes = b""
    connection: Connection | None = None


class Destination(NamedTuple):
    """Where a request goes: a space, a provider (none: the control API), and the path below it."""

    space: str
    provider: Provider | None
    path: str
    prefix: str


class Gateway:
    """The ASGI application.

    A turn, from the clock's reading to the reply, runs alone: the body is read before it, and nothing in it waits.
    """

    def __init__(self, spaces: Spaces, control: ASGIApp, hosts: frozenset[str]) -> None:
        self.spaces = spaces
        self.control = control
        self.hosts = hosts
        self.providers = spaces.world.providers
        self.vendor_hosts = {host: provider for provider in self.providers.values() for host in provider.hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1000})
        else:
            await self._http(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            destination = self._destination(scope)
            space = self.spaces.get(destination.space)
            body = await _body(receive, self.spaces.world.limits.body_bytes_max)
        except ClientGone:
            return
        except TooManySpaces as error:
            return await _send(_plain_answer(409, str(error)), receive, send)
        except Stray as stray:
            return await _send(_plain_answer(stray.status, stray.error), receive, send)
        below = {**scope, "path": destination.path, "root_path": "", "space": space, "prefix": destination.prefix}
        if destination.provider:
            await _send(await self._vendor(space, destination.provider, below, body), receive, send)
        elif body is None:
            await _send(_plain_answer(413, "the body is too large"), receive, send)
        else:
            await self.control({**below, "spaces": self.spaces}, _whole(body), send)

    # --- where to

    def _destination(self, scope: Scope) -> Destination:
        """The space, provider and path that a request names. Raises Stray."""
        host = self._host(scope)
        space, prefix, path = "default", "", scope["path"]
        if path.startswith("/~"):
            space, _, rest = path[2:].partition("/")
            prefix, path = f"/~{space}", f"/{rest}"
            if not NAME.fullmatch(space):
                raise Stray(400, "a space's name is 1 to 64 letters, digits, dots, hyphens or underscores")
        first, _, rest = path[1:].partition("/")
        if first == CONTROL:
            return Destination(space, None, f"/{rest}", prefix)
        if host in self.vendor_hosts:
            return Destination(space, self.vendor_hosts[host], path, prefix)
        if first in self.providers:
            return Destination(space, self.providers[first], f"/{rest}", prefix)
        raise Stray(404, f"no provider is called {first!r}; there are: {', '.join(self.providers)}, and /{CONTROL}")

    def _host(self, scope: Scope) -> str:
        """The name in the Host header. Raises Stray for a foreign one: a web page could point its own name here."""
        for key, value in scope["headers"]:
            if key == b"host":
                return self._checked_host(value.decode("latin-1").lower())
        return ""

    def _checked_host(self, header: str) -> str:
        host = header[: header.rfind("]") + 1].strip("[]") if header.startswith("[") else header.partition(":")[0]
        if "." not in host.rstrip(".") and ":" not in host:
            return host  # a name without a dot is this machine's, or its network's
        if host in self.vendor_hosts or host in self.hosts or _is_address(host):
            return host
        raise Stray(421, f"this server does not answer for {host!r}; allow it with --allow-host")

    # --- one request to a vendor

    async def _vendor(self, space: Space, provider: Provider, scope: Scope, body: bytes | None) -> Answer:
        exchange = _opened(space, provider, scope, body)
        scope.update(exchange=exchange, vendor=space.vendor(provider.name), held=space.held)
        if body is None:
            answer = _plain_refusal(provider, scope, 413)
        elif space.faults:
            answer = await self._faulty(space, provider, scope)
        else:
            answer = self._turn(space, provider, scope)
        _close(space, exchange, answer)
        return answer

    async def _faulty(self, space: Space, provider: Provider, scope: Scope) -> Answer:
        """A turn in a space that has faults: one may act before it, and one after."""
        exchange: Exchange = scope["exchange"]
        operation = partial(provider.operation, scope)
        exchange.operation = operation()
        before = space.faults.strike("before", exchange, operation)
        after = None if before and before.replaces else space.faults.strike("after", exchange, operation)
        if before and before.delay_seconds:
            space.held.append(scope)
            await asyncio.sleep(before.delay_seconds)
            space.held.remove(scope)
        if before and before.replaces:
            exchange.at = space.clock.read()
            return _struck(before, Answer(200), provider, scope)
        answer = self._turn(space, provider, scope)
        for effect in (before, after):
            answer = _struck(effect, answer, provider, scope) if effect else answer
        if after:
            await asyncio.sleep(after.delay_seconds)
        return answer

    def _turn(self, space: Space, provider: Provider, scope: Scope) -> Answer:
        """Read the clock and let the vendor answer, all at one instant and alone."""
        exchange: Exchange = scope["exchange"]
        exchange.at = space.clock.read()
        scope["vendor"] = space.vendor(provider.name)  # another one, if the space was restored during a delay
        try:
            answer = _run(provider.app, scope, exchange.body)
        except Exception:
            log.exception("a bug of the emulator, at %s %s", exchange.method, exchange.path)
            return _plain_answer(500, "a bug of the emulator; its log has the traceback")
        if endpoint := scope.get("endpoint"):
            exchange.operation = endpoint.__name__
        if answer.status < 400 and exchange.method not in ("GET", "HEAD", "OPTIONS"):
            space.begun = True
        return answer


def _opened(space: Space, provider: Provider, scope: Scope, body: bytes | None) -> Exchange:
    space.requests += 1
    return Exchange(
        number=space.requests,
        provider=provider.name,
        method=scope["method"],
        path=scope["path"],
        query=scope["query_string"],
        headers=scope["headers"],
        body=body or b"",
        at=space.clock.now,
    )


def _close(space: Space, exchange: Exchange, answer: Answer) -> None:
    """Put our own headers on an answer, and the exchange into the journal."""
    exchange.status = answer.status
    answer.headers += [
        (b"date", http_date(int(exchange.at.timestamp()))),
        (b"x-emulator-request-id", b"%d" % exchange.number),
        *(explanation.headers(exchange) if exchange.header(b"x-emulator-explain") else ()),
    ]
    exchange.reply_headers, exchange.reply_body = answer.headers, answer.body
    space.journal.add(exchange)


def _run(app: ASGIApp, scope: Scope, body: bytes) -> Answer:
    """Call an ASGI app that never waits, and take its whole reply."""
    answer = Answer(500)

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status, answer.headers = message["status"], list(message["headers"])
        else:
            answer.body += message.get("body", b"")

    _finish(app(scope, _whole(body), send))
    return answer


def _finish(turn: Any) -> None:
    """Run a coroutine to its end without the event loop. One that waits breaks the turn, which is a bug."""
    try:
        turn.send(None)
    except StopIteration:
        return
    turn.close()
    raise RuntimeError("a turn waited for something")


def _struck(effect: Effect, answer: Answer, provider: Provider, scope: Scope) -> Answer:
    """An answer as a fault leaves it."""
    if effect.status is not None and effect.body is None:
        answer = _plain_refusal(provider, scope, effect.status)
    elif effect.status is not None:
        answer = Answer(effect.status)
    if effect.body is not None:
        text = isinstance(effect.body, str)
        answer.body = effect.body.encode() if text else orjson.dumps(effect.body)
        answer.headers = _content(answer.body, b"text/plain; charset=utf-8" if text else b"application/json")
    named = {name.lower().encode(): value.encode() for name, value in effect.headers.items()}
    answer.headers = [(name, value) for name, value in answer.headers if name not in named] + list(named.items())
    answer.connection = effect.connection or answer.connection
    return answer


def _plain_refusal(provider: Provider, scope: Scope, status: int) -> Answer:
    """A bare status in the vendor's own envelope."""
    if status < 400:
        return Answer(status)
    response = provider.say(Request(scope), provider.plain(status, None))
    return Answer(response.status_code, list(response.raw_headers), bytes(response.body))


def _plain_answer(status: int, error: str) -> Answer:
    body = orjson.dumps({"error": error})
    return Answer(status, _content(body, b"application/json"), body)


def _content(body: bytes, media_type: bytes) -> Headers:
    return [(b"content-type", media_type), (b"content-length", b"%d" % len(body))]


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


# --- the wire ---------------------------------------------------------------------------------------------------------


async def _body(receive: Receive, bytes_max: int) -> bytes | None:
    """The whole body of a request; None when it is above the limit. Raises ClientGone."""
    body, size = b"", 0
    while size <= DRAINED_BYTES_MAX:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        part = message.get("body", b"")
        size += len(part)
        if size <= bytes_max:
            body += part
        if not message.get("more_body"):
            break
    return body if size <= bytes_max else None


def _whole(body: bytes) -> Receive:
    """A receive channel for a body that has been read."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _send(answer: Answer, receive: Receive, send: Send) -> None:
    if answer.connection in ("reset", "close"):
        return await _cut(answer.connection, receive, send)
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    if answer.connection == "truncate":
        await send({"type": "http.response.body", "body": answer.body[: len(answer.body) // 2], "more_body": True})
        return await _cut("close", receive, send)
    await send({"type": "http.response.body", "body": answer.body})


async def _cut(how: Literal["reset", "close"], receive: Receive, send: Send) -> None:
    """Break the connection. ASGI has no word for it, so this reaches for uvicorn's transport; in memory it raises."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionResetError("a fault broke the connection")
    if how == "reset":
        no_linger = struct.pack("ii", 1, 0)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_linger)
        transport.abort()
    else:
        transport.close()
    await receive()  # until the server has noticed that the connection is gone


async def _lifespan(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
