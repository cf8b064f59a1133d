"""Climate impact."""

from starlette.responses import Response

from emulator.providers.cnaught.endpoints.context import authenticate, backend, buyer_of
from emulator.providers.cnaught.wire import incoming, outgoing
from emulator.web.reading import read_query_draft
from emulator.web.replies import reply
from emulator.web.request import Request


def get_impact_data(request: Request) -> Response:
    cnaught = backend(request)
    buyer = buyer_of(request, authenticate(request))
    period = read_query_draft(incoming.Period, request)
    impact = cnaught.orders.impact(buyer, period)
    return reply(outgoing.impact(buyer, period, impact, cnaught.catalogue))


def get_hosted_page_config(request: Request) -> Response:
    cnaught = backend(request)
    buyer = buyer_of(request, authenticate(request))
    return reply(outgoing.impact_page(cnaught, buyer))
