"""Facilities."""

from starlette.responses import Response

from emulator.providers.dcycle.endpoints.context import authorize, backend
from emulator.providers.dcycle.wire.incoming import facilities as incoming
from emulator.providers.dcycle.wire.outgoing import facilities as outgoing
from emulator.providers.dcycle.wire.outgoing.pages import page
from emulator.web.replies import reply
from emulator.web.request import Request


def list_facilities(request: Request) -> Response:
    organization, query = authorize(request, incoming.FacilityPage)
    facilities = backend(request).facilities
    found = facilities.find(organization, query.filter)
    return reply(page(found, query, lambda facility: outgoing.facility(facility, facilities.grams(facility))))


def create_facility(request: Request) -> Response:
    organization, draft = authorize(request, incoming.NewFacility)
    facilities = backend(request).facilities
    facility = facilities.create(organization, draft.terms())
    return reply(outgoing.facility(facility, facilities.grams(facility)), 201)


def get_facility(request: Request) -> Response:
    organization, path = authorize(request, incoming.FacilityPath)
    facilities = backend(request).facilities
    facility = facilities.get(organization, path.facility_id)
    return reply(outgoing.facility(facility, facilities.grams(facility)))


def update_facility(request: Request) -> Response:
    organization, path, changes = authorize(request, incoming.FacilityPath, incoming.FacilityChanges)
    facilities = backend(request).facilities
    facility = facilities.get(organization, path.facility_id)
    changed = facilities.update(facility, changes.changed(facility.terms))
    return reply(outgoing.facility(changed, facilities.grams(changed)))


def delete_facility(request: Request) -> Response:
    organization, path = authorize(request, incoming.FacilityPath)
    backend(request).facilities.delete(organization, path.facility_id)
    return Response(status_code=204)
