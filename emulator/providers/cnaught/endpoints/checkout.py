"""Checkout sessions, at the paths of the documents and at those of SDK 2.8.0."""

from starlette.responses import Response

from emulator.core.http import read_body, reply, require_json
from emulator.core.request import Request
from emulator.providers.cnaught.endpoints.asking import account_of, buyer_of, vendor
from emulator.providers.cnaught.wire import incoming, outgoing


def create_checkout_session(request: Request) -> Response:
    cnaught, buyer = vendor(request), buyer_of(request)
    require_json(request)
    session = cnaught.checkout.open(buyer, read_body(incoming.NewSession, request).draft())
    return reply(outgoing.session(session, session.state(cnaught.clock.now)), 201)


def get_checkout_session(request: Request) -> Response:
    cnaught = vendor(request)
    session = cnaught.checkout.get(account_of(request), request.path_params["id"])
    return reply(outgoing.session(session, session.state(cnaught.clock.now)))


def create_order_checkout_session(request: Request) -> Response:
    return create_checkout_session(request)


def get_order_checkout_session(request: Request) -> Response:
    return get_checkout_session(request)
