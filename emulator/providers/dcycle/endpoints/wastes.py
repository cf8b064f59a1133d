"""Wastes."""

from starlette.responses import Response

from emulator.providers.dcycle.backend import Dcycle
from emulator.providers.dcycle.backend.records import sort
from emulator.providers.dcycle.endpoints.context import author, authorize, backend
from emulator.providers.dcycle.endpoints.custom_factors import shown_factor
from emulator.providers.dcycle.memory.wastes import Waste
from emulator.providers.dcycle.wire.incoming import wastes as incoming
from emulator.providers.dcycle.wire.outgoing import wastes as outgoing
from emulator.providers.dcycle.wire.outgoing.pages import deletion, facility_page, filter_hash, page, unique_values
from emulator.providers.dcycle.wire.outgoing.projects import linked_project
from emulator.web.replies import reply
from emulator.web.request import Request


def list_wastes(request: Request) -> Response:
    organization, query = authorize(request, incoming.WastePage)
    dcycle, wanted = backend(request), query.filter
    facility = dcycle.facilities.get(organization, query.facility_id)
    matching = dcycle.wastes.of_facility(facility, wanted)
    found = sort(dcycle.projects.narrow(matching, query.project_id, "invoices"), query.sort_members)
    shown = facility_page(dcycle.wastes.by_status(facility), found, query, lambda waste: _listed(dcycle, waste))
    return reply({**shown, "filter_hash": filter_hash(wanted)})


def create_waste(request: Request) -> Response:
    organization, draft = authorize(request, incoming.NewWaste)
    dcycle = backend(request)
    dcycle.facilities.get(organization, draft.facility_id)
    return reply(outgoing.new_waste(dcycle.wastes.create(organization, draft.terms(), author(request))), 201)


def update_waste(request: Request) -> Response:
    organization, path, changes = authorize(request, incoming.WastePath, incoming.WasteChanges)
    wastes = backend(request).wastes
    waste = wastes.get(organization, path.waste_id)
    return reply(outgoing.changed_waste(wastes.update(waste, changes.changed(waste.terms))))


def delete_waste(request: Request) -> Response:
    organization, path = authorize(request, incoming.WastePath)
    backend(request).wastes.delete(organization, path.waste_id)
    return Response(status_code=204)


def bulk_delete_wastes(request: Request) -> Response:
    organization, draft = authorize(request, incoming.WasteIds)
    deleted, unknown = backend(request).wastes.delete_many(organization, draft.waste_ids)
    return reply(deletion(deleted, unknown, "wastes"))


def list_waste_unique_values(request: Request) -> Response:
    organization, query = authorize(request, incoming.WasteValuesQuery)
    dcycle = backend(request)
    facility = dcycle.facilities.get(organization, query.facility_id)
    return reply(unique_values(query.field, dcycle.wastes.unique_values(facility, query.field)))


def list_waste_emission_factors(request: Request) -> Response:
    _, query = authorize(request, incoming.WasteFactorPage)
    wanted = query.filter
    found = [factor for factor in backend(request).catalogue.waste_factors.efs if wanted.matches(factor)]
    return reply(page(found, query, outgoing.waste_factor))


def _listed(dcycle: Dcycle, waste: Waste) -> dict[str, object]:
    linked = [linked_project(*found) for found in dcycle.linked_projects(waste.id)]
    unit = dcycle.units.get(waste.terms.unit_id)
    custom = shown_factor(dcycle, waste.terms.custom_emission_factor_id, waste.organization_id)
    user = dcycle.user(waste.author_id)
    return outgoing.listed_waste(waste, dcycle.wastes.factor(waste), custom, unit, user, linked)
