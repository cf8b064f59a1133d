"""Climate impact."""

from starlette.responses import Response

from emulator.core.http import read_query, reply
from emulator.core.request import Request
from emulator.providers.cnaught.endpoints.asking import buyer_of, vendor
from emulator.providers.cnaught.wire import incoming, outgoing


def get_impact_data(request: Request) -> Response:
    cnaught, buyer = vendor(request), buyer_of(request)
    period = read_query(incoming.Period, request)
    impact = cnaught.orders.impact(buyer, period.since, period.until)
    return reply(outgoing.impact(buyer, period, impact, cnaught.catalogue))


def get_hosted_page_config(request: Request) -> Response:
    return reply(outgoing.impact_page(buyer_of(request).account.impact_page))
