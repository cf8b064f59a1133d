"""Quotes."""

from starlette.requests import Request
from starlette.responses import Response

from emulator.core.http import read_body, reply, require_json
from emulator.providers.cnaught.amounts import ride_kg
from emulator.providers.cnaught.endpoints.asking import buyer_of, vendor
from emulator.providers.cnaught.wire import incoming, outgoing


async def get_quote(request: Request) -> Response:
    buyer = buyer_of(request)
    require_json(request)
    asked = read_body(incoming.MassQuote, request)
    quote = vendor(request).quote(buyer, asked.amount_kg, asked.portfolio_id, asked.source or "api")
    return reply(outgoing.quote(quote))


async def get_ride_quote(request: Request) -> Response:
    buyer = buyer_of(request)
    require_json(request)
    asked = read_body(incoming.RideQuote, request)
    quote = vendor(request).quote(buyer, ride_kg(asked.distance_km), asked.portfolio_id, asked.source or "api")
    return reply(outgoing.quote(quote))
