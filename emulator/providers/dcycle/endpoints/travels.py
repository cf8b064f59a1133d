"""Business travels."""

from starlette.responses import Response

from emulator.providers.dcycle.endpoints.context import authorize, backend
from emulator.providers.dcycle.wire.incoming import travels as incoming
from emulator.providers.dcycle.wire.outgoing import travels as outgoing
from emulator.providers.dcycle.wire.outgoing.pages import page
from emulator.web.replies import reply
from emulator.web.request import Request


def list_business_travels(request: Request) -> Response:
    organization, query = authorize(request, incoming.TravelPage)
    travels = backend(request).travels
    found = travels.find(organization, query.filter)
    return reply(page(found, query, lambda travel: outgoing.travel(travel, travels.distance_km(travel.terms))))


def create_business_travel(request: Request) -> Response:
    organization, draft = authorize(request, incoming.NewTravel)
    travels = backend(request).travels
    travel = travels.create(organization, draft.terms())
    return reply(outgoing.travel(travel, travels.distance_km(travel.terms)), 201)


def get_business_travel(request: Request) -> Response:
    organization, path = authorize(request, incoming.TravelPath)
    travels = backend(request).travels
    travel = travels.get(organization, path.business_travel_id)
    return reply(outgoing.travel(travel, travels.distance_km(travel.terms)))


def update_business_travel(request: Request) -> Response:
    organization, path, changes = authorize(request, incoming.TravelPath, incoming.TravelChanges)
    travels = backend(request).travels
    travel = travels.get(organization, path.business_travel_id)
    changed = travels.update(travel, changes.changed(travel.terms))
    return reply(outgoing.travel(changed, travels.distance_km(changed.terms)))


def delete_business_travel(request: Request) -> Response:
    organization, path = authorize(request, incoming.TravelPath)
    backend(request).travels.delete(organization, path.business_travel_id)
    return Response(status_code=204)
