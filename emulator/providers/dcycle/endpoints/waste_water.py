"""Treatments of waste water, which the legacy API creates and deletes."""

from starlette.responses import Response

from emulator.providers.dcycle.backend.records import sort
from emulator.providers.dcycle.endpoints.context import authorize, backend
from emulator.providers.dcycle.wire.incoming import wastes as incoming
from emulator.providers.dcycle.wire.outgoing import wastes as outgoing
from emulator.providers.dcycle.wire.outgoing.pages import facility_page
from emulator.web.replies import reply
from emulator.web.request import Request


def list_waste_water_treatments(request: Request) -> Response:
    organization, query = authorize(request, incoming.WasteWaterPage)
    dcycle, wanted = backend(request), query.filter()
    of_facility = dcycle.waste_water_treatments.belonging_to(dcycle.facilities.get(organization, query.facility_id))
    found = [treatment for treatment in of_facility if wanted.matches(treatment)]
    return reply(facility_page(of_facility, sort(found, query.sort_members()), query, outgoing.treatment))


def get_waste_water_treatment(request: Request) -> Response:
    organization, path = authorize(request, incoming.WasteWaterPath)
    return reply(outgoing.treatment(backend(request).waste_water_treatments.get(organization, path.wwt_id)))


def create_waste_water_treatments(request: Request) -> Response:
    organization, draft = authorize(request, incoming.NewWasteWaterTreatment)
    dcycle = backend(request)
    dcycle.facilities.get(organization, draft.facility_id)
    return reply(outgoing.treatment(dcycle.waste_water_treatments.create(organization, draft.terms())))


def delete_waste_water_treatment(request: Request) -> Response:
    organization, path = authorize(request, incoming.LegacyWasteWaterPath)
    backend(request).waste_water_treatments.delete(organization, path.waste_water_treatment_id)
    return Response(status_code=204)
