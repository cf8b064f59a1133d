"""One request to a vendor, from its arrival to the answer that is sent: faults, the turn itself, and the journal."""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias, cast

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope

from emulator import explanation
from emulator.core.clock import http_date
from emulator.core.faults import Connection, Effect
from emulator.core.journal import Exchange
from emulator.core.provider import Provider
from emulator.space import Space

log = logging.getLogger("emulator")

Headers: TypeAlias = list[tuple[bytes, bytes]]

TOO_LARGE = Effect(status=413)
"""What happens to a request whose body is above the limit, in the vendor's words."""


@dataclass(slots=True)
class Answer:
    """A reply that is complete and not yet sent. ``connection`` is what a fault does to it on the way."""

    status: int
    headers: Headers = field(default_factory=list)
    body: bytes = b""
    connection: Connection | None = None


async def answer(space: Space, provider: Provider, scope: Scope, body: bytes | None) -> Answer:
    """The answer to a request whose body has been read; None for a body above the limit.

    Only delays that faults ask for are waited for, before the turn and after it.
    """
    exchange = open_exchange(space, provider, scope, body or b"")
    before, after = _strike(space, provider, scope) if space.faults and body is not None else (None, None)
    if body is None:
        before = TOO_LARGE
    if before and before.delay_seconds:
        await _hold(space, scope, before.delay_seconds)
    answered = act(space, provider, scope, before, after)
    if after and after.delay_seconds:
        await asyncio.sleep(after.delay_seconds)
    close_exchange(space, exchange, answered)
    return answered


def open_exchange(space: Space, provider: Provider, scope: Scope, body: bytes) -> Exchange:
    """Give a request its number, and its scope what the endpoints find there."""
    space.requests += 1
    exchange = Exchange(
        number=space.requests,
        provider=provider.name,
        method=scope["method"],
        path=scope["path"],
        query=scope["query_string"],
        headers=scope["headers"],
        body=body,
        at=space.clock.now,
    )
    scope.update(exchange=exchange, held=space.held)
    return exchange


def act(space: Space, provider: Provider, scope: Scope, before: Effect | None, after: Effect | None) -> Answer:
    """All that happens at one instant and alone: the turn or the fault in its place, and what faults make of it."""
    exchange: Exchange = scope["exchange"]
    scope["vendor"] = space.vendor(provider.name)  # of now: a delay may have seen the space restored
    exchange.at = space.clock.read()
    exchange.order = space.turns = space.turns + 1
    if space.held:
        exchange.held = tuple(held["exchange"].number for held in space.held)
    if provider.webhooks:
        space.post(provider.name)  # in the words of before this turn
    answered = Answer(200) if before and before.replaces else _turn(space, provider, scope)
    if provider.webhooks:
        space.post(provider.name)
    if before or after:
        exchange.effects = (before, after)
        for effect in filter(None, exchange.effects):
            answered = _struck(effect, answered, provider, scope)
    return answered


def close_exchange(space: Space, exchange: Exchange, answered: Answer) -> None:
    """Put our own headers on an answer, and the exchange into the journal."""
    exchange.status = answered.status
    if exchange.method == "HEAD":
        answered.body = b""  # its headers tell what GET would answer
    answered.headers += [
        (b"date", http_date(exchange.at)),
        (b"x-emulator-request-id", b"%d" % exchange.number),
        *(explanation.headers(exchange) if exchange.header(b"x-emulator-explain") else ()),
    ]
    exchange.reply_headers, exchange.reply_body = answered.headers, answered.body
    space.journal.add(exchange)


# --- the turn ---------------------------------------------------------------------------------------------------------


def _turn(space: Space, provider: Provider, scope: Scope) -> Answer:
    """Let the vendor answer."""
    exchange: Exchange = scope["exchange"]
    try:
        answered = _answer(_finished(provider.app.respond(Request(scope))))
    except Exception:
        log.exception("a bug of the emulator, at %s %s", exchange.method, exchange.path)
        return plain_answer(500, "a bug of the emulator; its log has the traceback")
    if (endpoint := scope.get("endpoint")) and answered.status != 405:
        exchange.operation = endpoint.__name__
    if answered.status < 400 and exchange.method not in ("GET", "HEAD", "OPTIONS"):
        space.begun = True
    return answered


def _finished(turn: Coroutine[Any, Any, Response]) -> Response:
    """What a coroutine answers, run to its end without the event loop; one that waits breaks the turn: a bug."""
    try:
        turn.send(None)
    except StopIteration as end:
        return cast(Response, end.value)
    turn.close()
    raise RuntimeError("a turn waited for something")


def whole(body: bytes) -> Receive:
    """A receive channel for a body that has been read."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


# --- faults -----------------------------------------------------------------------------------------------------------


async def _hold(space: Space, scope: Scope, seconds: float) -> None:
    """Hold a request up before its turn, where others can see that it is still running."""
    space.held.append(scope)
    try:
        await asyncio.sleep(seconds)
    finally:
        space.held.remove(scope)


def _strike(space: Space, provider: Provider, scope: Scope) -> tuple[Effect | None, Effect | None]:
    """The faults that strike a request: one before its turn, and one after, unless the first takes its place."""
    exchange: Exchange = scope["exchange"]
    operation = partial(provider.operation, scope)
    exchange.operation = operation()
    before = space.faults.strike("before", exchange, operation)
    after = None if before and before.replaces else space.faults.strike("after", exchange, operation)
    return before, after


def _struck(effect: Effect, answered: Answer, provider: Provider, scope: Scope) -> Answer:
    """An answer as a fault leaves it."""
    if effect.status is not None and effect.body is None:
        answered = _plain_refusal(provider, scope, effect.status)
    elif effect.status is not None:
        answered = Answer(effect.status)
    if effect.body is not None:
        text = isinstance(effect.body, str)
        answered.body = effect.body.encode() if text else orjson.dumps(effect.body)
        answered.headers = _content(answered.body, b"text/plain; charset=utf-8" if text else b"application/json")
    named = {name.lower().encode(): value.encode() for name, value in effect.headers.items()}
    answered.headers = [(name, value) for name, value in answered.headers if name not in named] + list(named.items())
    answered.connection = effect.connection or answered.connection
    return answered


def _plain_refusal(provider: Provider, scope: Scope, status: int) -> Answer:
    """A bare status in the vendor's own envelope."""
    if status < 400:
        return Answer(status)
    return _answer(provider.say(Request(scope), provider.plain(status, None)))


def _answer(response: Response) -> Answer:
    return Answer(response.status_code, response.raw_headers, bytes(response.body))


def plain_answer(status: int, error: str) -> Answer:
    body = orjson.dumps({"error": error})
    return Answer(status, _content(body, b"application/json"), body)


def _content(body: bytes, media_type: bytes) -> Headers:
    return [(b"content-type", media_type), (b"content-length", b"%d" % len(body))]
