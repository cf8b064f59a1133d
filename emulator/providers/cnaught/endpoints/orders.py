"""Orders."""

from starlette.responses import Response

from emulator.providers.cnaught import errors
from emulator.providers.cnaught.backend.drafts import Buyer
from emulator.providers.cnaught.backend.lists import page_of
from emulator.providers.cnaught.endpoints.context import authenticate, backend, buyer_of
from emulator.providers.cnaught.endpoints.idempotency import Attempt
from emulator.providers.cnaught.memory.catalogue import Account
from emulator.providers.cnaught.wire import incoming, outgoing
from emulator.web.reading import read_draft, read_query_draft, require_json
from emulator.web.replies import reply
from emulator.web.request import Request


def list_orders(request: Request) -> Response:
    cnaught = backend(request)
    buyer = buyer_of(request, authenticate(request))
    page = read_query_draft(incoming.Page, request)
    return reply(outgoing.orders(cnaught, page_of(cnaught.orders.of(buyer), page)))


def place_order(request: Request) -> Response:
    return _place(request, incoming.MassOrPriceOrder)


def place_ride_order(request: Request) -> Response:
    return _place(request, incoming.RideOrder)


def _place(request: Request, model: type[incoming.OrderDetails]) -> Response:
    """Reply to both kinds of orders, which differ only in their models."""
    cnaught = backend(request)
    account = authenticate(request)
    attempt = Attempt(request, account)
    if replayed := attempt.replay():
        return replayed
    buyer = buyer_of(request, account)
    require_json(request)
    draft = read_draft(model, request)
    order = cnaught.orders.place(buyer, draft)
    return attempt.reply_with_order(order, 201, "placed")


def get_order(request: Request) -> Response:
    cnaught = backend(request)
    buyer = buyer_of(request, authenticate(request))
    order = cnaught.orders.get(buyer, request.path_params["id"])
    return reply(outgoing.order(cnaught, order))


def cancel_order(request: Request) -> Response:
    cnaught = backend(request)
    account = authenticate(request)
    attempt = Attempt(request, account)
    if replayed := attempt.replay():
        return replayed
    buyer = _canceller(request, account)
    order = cnaught.orders.cancel(buyer, request.path_params["id"])
    return attempt.reply_with_order(order, 200, "cancelled")


def _canceller(request: Request, account: Account) -> Buyer:
    """Return the buyer that cancels. Raises OrderNotFound for an unknown subaccount: no Bad Request is documented."""
    try:
        return buyer_of(request, account)
    except errors.InvalidSubaccount:
        raise errors.OrderNotFound("cnaught.cancel.unknown-subaccount") from None
