"""Quotes."""

from starlette.responses import Response

from emulator.providers.cnaught.endpoints.context import authenticate, backend, buyer_of
from emulator.providers.cnaught.wire import outgoing, quotes
from emulator.web.reading import read_draft, require_json
from emulator.web.replies import reply
from emulator.web.request import Request


def get_quote(request: Request) -> Response:
    return _quote(request, quotes.MassQuote)


def get_ride_quote(request: Request) -> Response:
    return _quote(request, quotes.RideQuote)


def get_ground_transport_quote(request: Request) -> Response:
    return _quote(request, quotes.GroundTransportQuote)


def get_flight_quote(request: Request) -> Response:
    return _quote(request, quotes.FlightQuote)


def get_train_quote(request: Request) -> Response:
    return _quote(request, quotes.TrainQuote)


def get_air_freight_quote(request: Request) -> Response:
    return _quote(request, quotes.AirFreightQuote)


def get_ground_freight_quote(request: Request) -> Response:
    return _quote(request, quotes.GroundFreightQuote)


def get_office_space_quote(request: Request) -> Response:
    return _quote(request, quotes.OfficeSpaceQuote)


def _quote(request: Request, model: type[quotes.Quote]) -> Response:
    """Reply to any quote; the kinds differ only in their models."""
    cnaught = backend(request)
    buyer = buyer_of(request, authenticate(request))
    require_json(request)
    draft = read_draft(model, request)
    return reply(outgoing.quote(cnaught.offer.quote(buyer, draft)))
