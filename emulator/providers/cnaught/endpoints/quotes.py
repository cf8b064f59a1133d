"""Quotes."""

from starlette.responses import Response

from emulator.providers.cnaught.endpoints.asking import backend, buyer_of
from emulator.providers.cnaught.wire import incoming, outgoing
from emulator.web.reading import read_body, require_json
from emulator.web.replies import reply
from emulator.web.request import Request


def quoted(request: Request, model: type[incoming.QuoteTerms]) -> Response:
    buyer = buyer_of(request)
    require_json(request)
    asked = read_body(model, request)
    quote = backend(request).offer.quote(buyer, asked.kg(), asked.portfolio_id, asked.source or "api")
    return reply(outgoing.quote(quote))


def get_quote(request: Request) -> Response:
    return quoted(request, incoming.MassQuote)


def get_ride_quote(request: Request) -> Response:
    return quoted(request, incoming.RideQuote)


def get_ground_transport_quote(request: Request) -> Response:
    return quoted(request, incoming.GroundTransportQuote)


def get_flight_quote(request: Request) -> Response:
    return quoted(request, incoming.FlightQuote)


def get_train_quote(request: Request) -> Response:
    return quoted(request, incoming.TrainQuote)


def get_air_freight_quote(request: Request) -> Response:
    return quoted(request, incoming.AirFreightQuote)


def get_ground_freight_quote(request: Request) -> Response:
    return quoted(request, incoming.GroundFreightQuote)


def get_office_space_quote(request: Request) -> Response:
    return quoted(request, incoming.OfficeSpaceQuote)
