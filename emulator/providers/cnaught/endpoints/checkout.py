"""Checkout sessions, at the paths of the documents and at those of SDK 2.8.0."""

from starlette.responses import Response

from emulator.providers.cnaught.endpoints.asking import account_of, backend, buyer_of
from emulator.providers.cnaught.wire import incoming, outgoing
from emulator.web.reading import read_body, require_json
from emulator.web.replies import reply
from emulator.web.request import Request


def create_checkout_session(request: Request) -> Response:
    cnaught, buyer = backend(request), buyer_of(request)
    require_json(request)
    session = cnaught.checkout.open(buyer, read_body(incoming.NewSession, request).draft())
    return reply(outgoing.session(session, session.state(cnaught.clock.now)), 201)


def get_checkout_session(request: Request) -> Response:
    cnaught = backend(request)
    session = cnaught.checkout.get(account_of(request), request.path_params["id"])
    return reply(outgoing.session(session, session.state(cnaught.clock.now)))


def create_order_checkout_session(request: Request) -> Response:
    return create_checkout_session(request)


def get_order_checkout_session(request: Request) -> Response:
    return get_checkout_session(request)
