"""Climate impact."""

from starlette.responses import Response

from emulator.providers.cnaught.endpoints.asking import backend, buyer_of
from emulator.providers.cnaught.wire import incoming, outgoing
from emulator.web.reading import read_query
from emulator.web.replies import reply
from emulator.web.request import Request


def get_impact_data(request: Request) -> Response:
    cnaught, buyer = backend(request), buyer_of(request)
    period = read_query(incoming.Period, request)
    impact = cnaught.orders.impact(buyer, period.since, period.until)
    return reply(outgoing.impact(buyer, period, impact, cnaught.catalogue))


def get_hosted_page_config(request: Request) -> Response:
    return reply(outgoing.impact_page(buyer_of(request).account.impact_page))
