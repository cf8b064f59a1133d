"""Orders."""

from starlette.responses import Response

from emulator.providers.cnaught.endpoints.asking import account_of, backend, buyer_of, page
from emulator.providers.cnaught.endpoints.idempotency import Attempt
from emulator.providers.cnaught.endpoints.showing import as_it_stands
from emulator.providers.cnaught.wire import incoming
from emulator.web.reading import read_body, read_query, require_json
from emulator.web.replies import reply
from emulator.web.request import Request


def list_orders(request: Request) -> Response:
    cnaught, buyer = backend(request), buyer_of(request)
    orders = page(cnaught.orders.of(buyer), read_query(incoming.Page, request))
    return reply({"data": [as_it_stands(cnaught, order) for order in orders]})


def place_order(request: Request) -> Response:
    return place(request, incoming.MassOrPriceOrder)


def place_ride_order(request: Request) -> Response:
    return place(request, incoming.RideOrder)


def place(request: Request, model: type[incoming.MassOrPriceOrder] | type[incoming.RideOrder]) -> Response:
    cnaught, account = backend(request), account_of(request)
    attempt = Attempt(request, account)
    if answer := attempt.first_answer():
        return answer
    buyer = buyer_of(request, account)
    require_json(request)
    order = cnaught.orders.place(buyer, read_body(model, request).draft())
    return attempt.answered_with(order, 201)


def get_order(request: Request) -> Response:
    cnaught, buyer = backend(request), buyer_of(request)
    order = cnaught.orders.get(buyer, request.path_params["id"])
    return reply(as_it_stands(cnaught, order))


def cancel_order(request: Request) -> Response:
    cnaught, account = backend(request), account_of(request)
    attempt = Attempt(request, account)
    if answer := attempt.first_answer():
        return answer
    order = cnaught.orders.cancel(buyer_of(request, account), request.path_params["id"])
    return attempt.answered_with(order, 200)
