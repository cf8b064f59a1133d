"""One request to a vendor, from its arrival to the answer that is sent: faults, the turn itself, and the journal."""

import asyncio
import logging
from functools import partial

from starlette.responses import Response
from starlette.types import Scope

from emulator.evidence import explanation
from emulator.space.space import Space
from emulator.web.effect import Effect
from emulator.web.exchange import Exchange
from emulator.web.headers import Headers
from emulator.web.provider import Provider
from emulator.web.replies import reply
from emulator.web.request import Request

log = logging.getLogger("emulator")

TOO_LARGE = Effect.model_construct(status=413)
"""What happens to a request whose body is above the limit, in the vendor's words. Nothing of it needs validation, and a
start need not build what would do it."""


def answer(space: Space, provider: Provider, scope: Scope, headers: Headers, body: bytes) -> Exchange:
    """The exchange of a request whose body has been read, answered. Nothing is waited for."""
    request = open_exchange(space, provider, scope, headers, body)
    act(space, provider, request)
    return close_exchange(space, request)


async def answer_under_faults(
    space: Space, provider: Provider, scope: Scope, headers: Headers, body: bytes | None
) -> Exchange:
    """The same where faults may strike; None stands for a body above the limit, which is refused in the same way.

    Only delays that faults ask for are waited for, before the turn and after it.
    """
    request = open_exchange(space, provider, scope, headers, body or b"")
    before, after = (TOO_LARGE, None) if body is None else _strike(space, provider, request)
    if before and before.delay_seconds:
        await _hold(space, request, before.delay_seconds)
    act(space, provider, request, before, after)
    if after and after.delay_seconds:
        await asyncio.sleep(after.delay_seconds)
    return close_exchange(space, request)


def open_exchange(space: Space, provider: Provider, scope: Scope, headers: Headers, body: bytes) -> Request:
    """Give a request its number, and the exchange that is to become of it."""
    space.requests = number = space.requests + 1
    exchange = Exchange(number, provider.name, scope, headers, body, space.clock.now)
    return Request(scope, exchange, headers, space.held)


def act(
    space: Space, provider: Provider, request: Request, before: Effect | None = None, after: Effect | None = None
) -> None:
    """All that happens at one instant and alone: the turn or the fault in its place, and what faults make of it."""
    exchange, webhooks = request.exchange, provider.webhooks
    request.backend = space.backend(provider.name)  # of now: a delay may have seen the space restored
    exchange.at = space.clock.read()
    exchange.order = space.turns = space.turns + 1
    if space.held:
        exchange.held = tuple(held.exchange.number for held in space.held)
    if webhooks:
        space.post(provider.name, webhooks)  # in the words of before this turn
    if before and before.replaces:
        exchange.answered(_blank(200))
    else:
        _take_turn(space, provider, request)
    if webhooks:
        space.post(provider.name, webhooks)
    if before or after:
        exchange.effects = (before, after)
        for effect in filter(None, exchange.effects):
            _strike_reply(effect, provider, request)


def close_exchange(space: Space, request: Request) -> Exchange:
    """Put the exchange into the journal, and an explanation on the reply if one is asked for."""
    exchange = request.exchange
    if exchange.method == "HEAD":
        exchange.reply_body = b""  # its headers tell what GET would answer
    if request.header(b"x-emulator-explain"):
        exchange.vendor_headers = [*exchange.vendor_headers, *explanation.headers(exchange)]
    space.journal.add(exchange)
    return exchange


# --- the turn ---------------------------------------------------------------------------------------------------------


def _take_turn(space: Space, provider: Provider, request: Request) -> None:
    """Let the vendor answer."""
    exchange = request.exchange
    try:
        response = provider.app.respond(request)
    except Exception:
        log.exception("a bug of the emulator, at %s %s", exchange.method, exchange.path)
        return exchange.answered(plain_answer(500, "a bug of the emulator; its log has the traceback"))
    status = response.status_code
    if status != 405 and (endpoint := request.scope.get("endpoint")):
        exchange.operation = endpoint.__name__
    if not space.begun and status < 400 and exchange.method not in ("GET", "HEAD", "OPTIONS"):
        space.begun = True
    exchange.answered(response)


def plain_answer(status: int, error: str) -> Response:
    """What the emulator says in its own words."""
    return reply({"error": error}, status)


def _blank(status: int) -> Response:
    """A status, and nothing else."""
    response = Response(status_code=status)
    response.raw_headers.clear()
    return response


# --- faults -----------------------------------------------------------------------------------------------------------


async def _hold(space: Space, request: Request, seconds: float) -> None:
    """Hold a request up before its turn, where others can see that it is still running."""
    space.held.append(request)
    try:
        await asyncio.sleep(seconds)
    finally:
        space.held.remove(request)


def _strike(space: Space, provider: Provider, request: Request) -> tuple[Effect | None, Effect | None]:
    """The faults that strike a request: one before its turn, and one after, unless the first takes its place."""
    exchange = request.exchange
    operation = partial(provider.operation, request.scope)
    exchange.operation = operation()
    before = space.faults.strike("before", request, operation)
    after = None if before and before.replaces else space.faults.strike("after", request, operation)
    return before, after


def _strike_reply(effect: Effect, provider: Provider, request: Request) -> None:
    """Leave of a reply what a fault leaves of it. A bare status of 400 and up is in the vendor's own envelope."""
    exchange = request.exchange
    if effect.status is not None and effect.status >= 400 and effect.body is None:
        exchange.answered(provider.render(request, provider.http_refusal(effect.status, None)))
    elif effect.status is not None:
        exchange.answered(_blank(effect.status))
    if isinstance(effect.body, str):
        exchange.answered(Response(effect.body, exchange.status, media_type="text/plain"))
    elif effect.body is not None:
        exchange.answered(reply(effect.body, exchange.status))
    named = {name.lower().encode(): value.encode() for name, value in effect.headers.items()}
    kept = [(name, value) for name, value in exchange.vendor_headers if name not in named]
    exchange.vendor_headers = [*kept, *named.items()]
    exchange.connection = effect.connection or exchange.connection
