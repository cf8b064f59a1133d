"""Checkout sessions, at the paths of the documents and at those of SDK 2.8.0."""

from starlette.responses import Response

from emulator.providers.cnaught.endpoints.context import authenticate, backend, buyer_of
from emulator.providers.cnaught.wire import incoming, outgoing
from emulator.web.reading import read_draft, require_json
from emulator.web.replies import reply
from emulator.web.request import Request


def create_checkout_session(request: Request) -> Response:
    cnaught = backend(request)
    buyer = buyer_of(request, authenticate(request))
    require_json(request)
    draft = read_draft(incoming.NewSession, request)
    session = cnaught.checkout.open(buyer, draft)
    return reply(outgoing.session(cnaught, session), 201)


def get_checkout_session(request: Request) -> Response:
    cnaught = backend(request)
    account = authenticate(request)
    session = cnaught.checkout.get(account, request.path_params["id"])
    return reply(outgoing.session(cnaught, session))


def create_order_checkout_session(request: Request) -> Response:
    return create_checkout_session(request)


def get_order_checkout_session(request: Request) -> Response:
    return get_checkout_session(request)
