"""Quotes."""

from starlette.responses import Response

from emulator.providers.cnaught.endpoints.context import authenticate, backend, buyer_of
from emulator.providers.cnaught.wire import incoming, outgoing
from emulator.web.reading import read_draft, require_json
from emulator.web.replies import reply
from emulator.web.request import Request


def get_quote(request: Request) -> Response:
    return _quote(request, incoming.MassQuote)


def get_ride_quote(request: Request) -> Response:
    return _quote(request, incoming.RideQuote)


def get_ground_transport_quote(request: Request) -> Response:
    return _quote(request, incoming.GroundTransportQuote)


def get_flight_quote(request: Request) -> Response:
    return _quote(request, incoming.FlightQuote)


def get_train_quote(request: Request) -> Response:
    return _quote(request, incoming.TrainQuote)


def get_air_freight_quote(request: Request) -> Response:
    return _quote(request, incoming.AirFreightQuote)


def get_ground_freight_quote(request: Request) -> Response:
    return _quote(request, incoming.GroundFreightQuote)


def get_office_space_quote(request: Request) -> Response:
    return _quote(request, incoming.OfficeSpaceQuote)


def _quote(request: Request, model: type[incoming.Quote]) -> Response:
    """Reply to any quote; the kinds differ only in their models."""
    cnaught = backend(request)
    buyer = buyer_of(request, authenticate(request))
    require_json(request)
    draft = read_draft(model, request)
    return reply(outgoing.quote(cnaught.offer.quote(buyer, draft)))
