"""Facilities."""

from starlette.responses import Response

from emulator.core.http import reply
from emulator.core.request import Request
from emulator.providers.dcycle.endpoints.asking import ask, vendor
from emulator.providers.dcycle.wire import facilities as wire
from emulator.providers.dcycle.wire.parameters import page


def list_facilities(request: Request) -> Response:
    asked, organization = ask(wire.ListFacilities, request)
    facilities = vendor(request).facilities
    found = facilities.matching(organization, asked.query.filter())
    return reply(page(found, asked.query, lambda one: wire.facility(one, facilities.caused(one))))


def create_facility(request: Request) -> Response:
    asked, organization = ask(wire.CreateFacility, request)
    facilities = vendor(request).facilities
    facility = facilities.create(organization, asked.body.sent())
    return reply(wire.facility(facility, facilities.caused(facility)), 201)


def get_facility(request: Request) -> Response:
    asked, organization = ask(wire.OneFacility, request)
    facilities = vendor(request).facilities
    facility = facilities.get(organization, asked.path.facility_id)
    return reply(wire.facility(facility, facilities.caused(facility)))


def update_facility(request: Request) -> Response:
    asked, organization = ask(wire.UpdateFacility, request)
    facilities = vendor(request).facilities
    facility = facilities.update(organization, asked.path.facility_id, asked.body.sent())
    return reply(wire.facility(facility, facilities.caused(facility)))


def delete_facility(request: Request) -> Response:
    asked, organization = ask(wire.OneFacility, request)
    vendor(request).facilities.delete(organization, asked.path.facility_id)
    return Response(status_code=204)
