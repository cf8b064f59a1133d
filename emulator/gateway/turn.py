"""One request to a vendor, from arrival to reply: faults, the turn itself, and the history."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from starlette.responses import Response
from starlette.types import Receive, Scope

from emulator.core.errors import Refusal
from emulator.evidence import explanation
from emulator.evidence.operation_refusal import operation_refusal
from emulator.space.space import Space
from emulator.web.connection import ClientGone, while_connected
from emulator.web.effect import WITHOUT_BODY, Effect
from emulator.web.exchange import Exchange
from emulator.web.headers import Headers
from emulator.web.provider import Provider
from emulator.web.replies import reply
from emulator.web.request import Request

log = logging.getLogger("emulator")

CLIENT_GONE = Effect.model_construct(status=499, connection="close")
"""The effect on a request whose client disconnects before its turn; nginx logs such a request with this status."""

TOO_LARGE = Effect.model_construct(status=413)
"""The effect on a request whose body exceeds the limit: a 413 in the vendor's words. Skipping validation here saves the
start from building the validator."""


async def answer_under_faults(
    space: Space,
    provider: Provider,
    scope: Scope,
    headers: Headers,
    body: bytes | None,
    receive: Receive,
    committed: Callable[[Space], object],
) -> Exchange:
    """Answer a request on which faults may fire. A body of None exceeds the limit and is refused.

    Faults may delay the turn and the reply. A client that disconnects ends the delay: before its turn the request is
    canceled; after it, its changes stay. ``committed`` is called after the turn.
    """
    request = open_exchange(space, provider, scope, headers, body or b"")
    before, after = (TOO_LARGE, None) if body is None else strike(space, provider, request)
    if before and before.delay_seconds:
        try:
            await _hold(space, request, receive, before.delay_seconds)
        except ClientGone:
            before, after = CLIENT_GONE, None
    exchange = run_turn(space, provider, request, before, after)
    committed(space)
    if after and after.delay_seconds:
        with suppress(ClientGone):
            await while_connected(receive, asyncio.sleep(after.delay_seconds))
    return exchange


def open_exchange(space: Space, provider: Provider, scope: Scope, headers: Headers, body: bytes) -> Request:
    """Number a request and open its exchange."""
    space.requests = number = space.requests + 1
    exchange = Exchange(number, provider.name, scope, headers, body, space.clock.now)
    return Request(scope, exchange, headers, space.held)


def run_turn(
    space: Space, provider: Provider, request: Request, before: Effect | None = None, after: Effect | None = None
) -> Exchange:
    """Run one turn atomically: the operation, or the fault in its place, and the effects on its reply; record it."""
    exchange, webhooks = request.exchange, provider.webhooks
    # Only now, since the space may have been restored during a delay.
    request.backend = backend = space.backend(provider.name)
    exchange.at = space.clock.read()
    exchange.order = space.turns = space.turns + 1
    if space.held:
        exchange.held = tuple(held.exchange.number for held in space.held)
    if webhooks and webhooks.notices(backend):
        space.post(provider.name, backend, webhooks)  # what became due before this turn has the state before it
    if before and before.replaces:
        exchange.record_reply(_blank(200))
    else:
        _run_operation(provider, request)
    if webhooks and webhooks.notices(backend):
        space.post(provider.name, backend, webhooks)
    if before or after:
        exchange.effects = (before, after)
        for effect in filter(None, exchange.effects):
            _apply(effect, provider, request)
    if exchange.method == "HEAD":
        exchange.reply_body = b""  # its headers are those of GET
    if request.header(b"x-emulator-explain"):
        exchange.vendor_headers = (*exchange.vendor_headers, *explanation.headers(exchange))
    space.history.add(exchange)
    return exchange


# --- the operation ----------------------------------------------------------------------------------------------------


def _run_operation(provider: Provider, request: Request) -> None:
    exchange = request.exchange
    try:
        response = provider.app.respond(request)
    except Exception:
        log.exception("a bug of the emulator, at %s %s", exchange.method, exchange.path)
        return exchange.record_reply(plain_answer(500, "a bug of the emulator; its log has the traceback"))
    if response.status_code != 405 and (endpoint := request.scope.get("endpoint")):
        exchange.operation = endpoint.__name__
    exchange.record_reply(response)


def plain_answer(status: int, error: str) -> Response:
    """Return an error of the emulator itself, in no vendor's format."""
    return reply({"error": error}, status)


def _blank(status: int) -> Response:
    """Return a reply with a status only."""
    response = Response(status_code=status)
    response.raw_headers.clear()
    return response


# --- faults -----------------------------------------------------------------------------------------------------------


async def _hold(space: Space, request: Request, receive: Receive, seconds: float) -> None:
    """Delay a request before its turn, and list it as running meanwhile. Raises ClientGone."""
    space.held.append(request)
    try:
        await while_connected(receive, asyncio.sleep(seconds))
    finally:
        space.held.remove(request)


def strike(space: Space, provider: Provider, request: Request) -> tuple[Effect | None, Effect | None]:
    """Return the effects of the faults that fire: one before the turn, and one after it unless replaced."""
    exchange = request.exchange
    operation = partial(provider.operation, request.scope)
    exchange.operation = operation()
    before = space.faults.strike("before", request, operation)
    after = None if before and before.replaces else space.faults.strike("after", request, operation)
    return before, after


def _apply(effect: Effect, provider: Provider, request: Request) -> None:
    """Change a reply as a fault requires. A status of 400 and above without a body gets the vendor's envelope."""
    exchange = request.exchange
    if effect.status is not None and effect.status >= 400 and effect.body is None:
        exchange.record_reply(provider.render(request, _refusal(effect.status, provider, request)))
    elif effect.status is not None:
        exchange.record_reply(_blank(effect.status))
    if effect.body is not None and exchange.status in WITHOUT_BODY:
        exchange.status = 200  # the operation's own reply could not carry it
    if isinstance(effect.body, str):
        exchange.record_reply(Response(effect.body, exchange.status, media_type="text/plain"))
    elif effect.body is not None:
        exchange.record_reply(reply(effect.body, exchange.status))
    named = {name.lower().encode(): value.encode() for name, value in effect.headers.items()}
    kept = [(name, value) for name, value in exchange.vendor_headers if name not in named]
    exchange.vendor_headers = (*kept, *named.items())
    exchange.connection = effect.connection or exchange.connection


def _refusal(status: int, provider: Provider, request: Request) -> Refusal:
    """Return the vendor's refusal with a status, as the operation words it."""
    *_, record_id = None, *provider.app.routes.path_params(request.scope).values()
    bare = provider.http_refusal(status, None)
    return operation_refusal(provider.name, request.exchange.operation, record_id, bare)
