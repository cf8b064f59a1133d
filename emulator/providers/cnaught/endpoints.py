"""CNaught's operations: read, ask, reply. The order of the lines is the order in which CNaught checks things."""

from hashlib import blake2b
from typing import TypeVar, cast

import orjson
from starlette.requests import Request
from starlette.responses import Response

from emulator.core.errors import Malformed
from emulator.core.http import exchange_of, held_requests, json_body, read_body, read_query, reply, require_json
from emulator.core.paging import Timeline
from emulator.providers.cnaught import errors, wire
from emulator.providers.cnaught.memory import Account, Order
from emulator.providers.cnaught.vendor import Buyer, CNaught, ride_kg

IDEMPOTENCY_KEY_CHARACTERS_MAX = 512
T = TypeVar("T")


# --- orders -----------------------------------------------------------------------------------------------------------


async def list_orders(request: Request) -> Response:
    cnaught, buyer = vendor(request), buyer_of(request)
    orders = page(cnaught.orders(buyer), read_query(wire.Page, request))
    return reply({"data": [as_it_stands(cnaught, order) for order in orders]})


async def place_order(request: Request) -> Response:
    return place(request, wire.MassOrPriceOrder)


async def place_ride_order(request: Request) -> Response:
    return place(request, wire.RideOrder)


def place(request: Request, model: type[wire.MassOrPriceOrder] | type[wire.RideOrder]) -> Response:
    cnaught, account = vendor(request), account_of(request)
    if answer := first_answer(request, account):
        return answer
    buyer = buyer_of(request)
    require_json(request)
    order = cnaught.place_order(buyer, read_body(model, request).draft())
    return remembered(request, account, reply(as_it_stands(cnaught, order), 201))


async def get_order(request: Request) -> Response:
    cnaught, buyer = vendor(request), buyer_of(request)
    order = cnaught.order(buyer, request.path_params["id"])
    return reply(as_it_stands(cnaught, order))


async def cancel_order(request: Request) -> Response:
    cnaught, account = vendor(request), account_of(request)
    if answer := first_answer(request, account):
        return answer
    order = cnaught.cancel_order(buyer_of(request), request.path_params["id"])
    return remembered(request, account, reply(as_it_stands(cnaught, order)))


# --- quotes -----------------------------------------------------------------------------------------------------------


async def get_quote(request: Request) -> Response:
    buyer = buyer_of(request)
    require_json(request)
    asked = read_body(wire.MassQuote, request)
    quote = vendor(request).quote(buyer, asked.amount_kg, asked.portfolio_id, asked.source or "api")
    return reply(wire.quote(quote))


async def get_ride_quote(request: Request) -> Response:
    buyer = buyer_of(request)
    require_json(request)
    asked = read_body(wire.RideQuote, request)
    quote = vendor(request).quote(buyer, ride_kg(asked.distance_km), asked.portfolio_id, asked.source or "api")
    return reply(wire.quote(quote))


# --- impact -----------------------------------------------------------------------------------------------------------


async def get_impact_data(request: Request) -> Response:
    cnaught, buyer = vendor(request), buyer_of(request)
    period = read_query(wire.Period, request)
    impact = cnaught.impact(buyer, period.since, period.until)
    return reply(wire.impact(buyer, period, impact, cnaught.catalogue))


async def get_hosted_page_config(request: Request) -> Response:
    return reply(wire.impact_page(buyer_of(request).account.impact_page))


# --- subaccounts ------------------------------------------------------------------------------------------------------


async def list_subaccounts(request: Request) -> Response:
    account = account_of(request)
    subaccounts = page(vendor(request).subaccounts(account), read_query(wire.Page, request))
    return reply({"data": [wire.subaccount(subaccount) for subaccount in subaccounts]})


async def create_subaccount(request: Request) -> Response:
    account = account_of(request)
    if answer := first_answer(request, account):
        return answer
    require_json(request)
    draft = read_body(wire.NewSubaccount, request).draft()
    subaccount = vendor(request).create_subaccount(account, draft)
    return remembered(request, account, reply(wire.subaccount(subaccount), 201))


async def get_subaccount(request: Request) -> Response:
    subaccount = vendor(request).subaccount(account_of(request), request.path_params["id"])
    return reply(wire.subaccount(subaccount))


# --- who asks, and which part of a list -------------------------------------------------------------------------------


def vendor(request: Request) -> CNaught:
    return cast(CNaught, request.scope["vendor"])


def account_of(request: Request) -> Account:
    """The account of the bearer key. Raises Unauthorized."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return vendor(request).account(key.strip() if scheme.lower() == "bearer" else None)


def buyer_of(request: Request) -> Buyer:
    """The account, narrowed by ``X-Subaccount-Id``. Raises Unauthorized, SubaccountsNotAllowed, InvalidSubaccount."""
    return vendor(request).buyer(account_of(request), request.headers.get("x-subaccount-id"))


def as_it_stands(cnaught: CNaught, order: Order) -> dict[str, object]:
    """An order with what the clock has made of it."""
    return wire.order(order, order.state(cnaught.clock.now), cnaught.allocations(order), cnaught.catalogue)


def page(things: Timeline[T], asked: wire.Page) -> list[T]:
    """The part of a list that was asked for (docs.cnaught.com, Pagination). Raises InvalidPagination."""
    if asked.starting_after is not None and asked.ending_before is not None:
        raise errors.InvalidPagination(
            "Only one of starting_after and ending_before may be given", "cnaught.lists.both-cursors"
        )
    try:
        if asked.starting_after is not None:
            return things.older(asked.starting_after, asked.limit)
        if asked.ending_before is not None:
            return things.newer(asked.ending_before, asked.limit)
    except KeyError as unknown:
        raise errors.InvalidPagination(f"No record has the id {unknown}", "cnaught.lists.unknown-cursor") from None
    return things.newest(asked.limit)


# --- idempotency (docs.cnaught.com, Idempotency) ----------------------------------------------------------------------


def first_answer(request: Request, account: Account) -> Response | None:
    """What the first request with this ``Idempotency-Key`` was answered; None when this is the first, or has no key.

    Raises IdempotencyKeyTooLong, ConcurrentRequests while the first is still running, ChangedPayload.
    """
    key = request.headers.get("idempotency-key")
    if not key:
        return None
    if len(key) > IDEMPOTENCY_KEY_CHARACTERS_MAX:
        raise errors.IdempotencyKeyTooLong
    if any(_same_attempt(other, request) for other in held_requests(request)):
        raise errors.ConcurrentRequests
    first = vendor(request).first_answer(account, key, _fingerprint(request))
    if first is None:
        return None
    return Response(first.body, first.status, {"X-Idempotent-Replay": "true"}, "application/json")


def remembered(request: Request, account: Account, answer: Response) -> Response:
    """The answer, kept for later requests with the same ``Idempotency-Key``."""
    if key := request.headers.get("idempotency-key"):
        body = bytes(answer.body).decode()
        vendor(request).remember_answer(account, key, _fingerprint(request), answer.status_code, body)
    return answer


def _same_attempt(other: Request, request: Request) -> bool:
    names = ("authorization", "idempotency-key")
    return all(other.headers.get(name) == request.headers.get(name) for name in names)


def _fingerprint(request: Request) -> str:
    """Of what was asked: method, path, subaccount and JSON body, whatever the order of its members and white space."""
    try:
        body = orjson.dumps(json_body(request), option=orjson.OPT_SORT_KEYS)
    except (Malformed, TypeError):  # no JSON, or an integer beyond 64 bits: then white space does count
        body = exchange_of(request).body
    asked = [request.method, request.scope["path"], request.headers.get("x-subaccount-id")]
    return blake2b(orjson.dumps(asked) + body, digest_size=16).hexdigest()
