"""Treatments of waste water, which the legacy API creates and deletes."""

from starlette.responses import Response

from emulator.providers.dcycle.backend import Dcycle
from emulator.providers.dcycle.backend.records import sort
from emulator.providers.dcycle.endpoints.context import author, authorize, backend
from emulator.providers.dcycle.memory.wastes import WasteWaterTreatment
from emulator.providers.dcycle.wire.incoming import wastes as incoming
from emulator.providers.dcycle.wire.outgoing import wastes as outgoing
from emulator.providers.dcycle.wire.outgoing.pages import facility_page
from emulator.providers.dcycle.wire.outgoing.projects import linked_project
from emulator.web.replies import reply
from emulator.web.request import Request


def list_waste_water_treatments(request: Request) -> Response:
    organization, query = authorize(request, incoming.WasteWaterPage)
    dcycle, wanted = backend(request), query.filter
    facility, treatments = dcycle.facilities.get(organization, query.facility_id), dcycle.waste_water_treatments
    matching = treatments.belonging_to(facility, wanted)
    found = sort(dcycle.projects.narrow(matching, query.project_id, "invoices"), query.sort_members)
    by_status = treatments.by_status(facility)
    return reply(facility_page(by_status, found, query, lambda treatment: _treatment(dcycle, treatment)))


def get_waste_water_treatment(request: Request) -> Response:
    organization, path = authorize(request, incoming.WasteWaterPath)
    dcycle = backend(request)
    return reply(_treatment(dcycle, dcycle.waste_water_treatments.get(organization, path.wwt_id)))


def create_waste_water_treatments(request: Request) -> Response:
    organization, draft = authorize(request, incoming.NewWasteWaterTreatment)
    dcycle = backend(request)
    dcycle.facilities.get(organization, draft.facility_id)
    created = dcycle.waste_water_treatments.create(organization, draft.terms(), author(request))
    return reply(_treatment(dcycle, created))


def delete_waste_water_treatment(request: Request) -> Response:
    organization, path = authorize(request, incoming.LegacyWasteWaterPath)
    backend(request).waste_water_treatments.delete(organization, path.waste_water_treatment_id)
    return Response(status_code=204)


def _treatment(dcycle: Dcycle, treatment: WasteWaterTreatment) -> dict[str, object]:
    linked = [linked_project(*found) for found in dcycle.linked_projects(treatment.id)]
    return outgoing.treatment(treatment, dcycle.user(treatment.author_id), linked)
