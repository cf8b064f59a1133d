"""Facilities."""

from starlette.responses import Response

from emulator.providers.dcycle.endpoints.asking import ask, backend
from emulator.providers.dcycle.wire import facilities as wire
from emulator.providers.dcycle.wire.parameters import page
from emulator.web.replies import reply
from emulator.web.request import Request


def list_facilities(request: Request) -> Response:
    asked, organization = ask(wire.ListFacilities, request)
    facilities = backend(request).facilities
    found = facilities.matching(organization, asked.query.filter())
    return reply(page(found, asked.query, lambda one: wire.facility(one, facilities.caused(one))))


def create_facility(request: Request) -> Response:
    asked, organization = ask(wire.CreateFacility, request)
    facilities = backend(request).facilities
    facility = facilities.create(organization, asked.body.sent())
    return reply(wire.facility(facility, facilities.caused(facility)), 201)


def get_facility(request: Request) -> Response:
    asked, organization = ask(wire.OneFacility, request)
    facilities = backend(request).facilities
    facility = facilities.get(organization, asked.path.facility_id)
    return reply(wire.facility(facility, facilities.caused(facility)))


def update_facility(request: Request) -> Response:
    asked, organization = ask(wire.UpdateFacility, request)
    facilities = backend(request).facilities
    facility = facilities.update(organization, asked.path.facility_id, asked.body.sent())
    return reply(wire.facility(facility, facilities.caused(facility)))


def delete_facility(request: Request) -> Response:
    asked, organization = ask(wire.OneFacility, request)
    backend(request).facilities.delete(organization, asked.path.facility_id)
    return Response(status_code=204)
