"""Custom emission groups and factors, of the legacy API."""

from starlette.responses import Response

from emulator.providers.dcycle.backend import Dcycle
from emulator.providers.dcycle.endpoints.context import authorize, backend
from emulator.providers.dcycle.errors import Forbidden
from emulator.providers.dcycle.wire.incoming import custom_factors as incoming
from emulator.providers.dcycle.wire.incoming.parts import Page
from emulator.providers.dcycle.wire.outgoing import legacy as outgoing
from emulator.providers.dcycle.wire.outgoing.pages import short_page
from emulator.web.replies import reply
from emulator.web.request import Request


def list_custom_emission_groups(request: Request) -> Response:
    organization, query = authorize(request, Page)
    groups = backend(request).custom_groups
    found = groups.find(organization)
    return reply(short_page(found, query, lambda group: outgoing.group(group, groups.factors(group))))


def create_custom_emission_group(request: Request) -> Response:
    organization, draft = authorize(request, incoming.NewGroup)
    return reply(outgoing.new_group(backend(request).custom_groups.create(organization, draft.terms())))


def get_custom_emission_group(request: Request) -> Response:
    organization, path = authorize(request, incoming.LegacyPath)
    groups = backend(request).custom_groups
    group = groups.get(organization, path.id)
    return reply(outgoing.group(group, groups.factors(group)))


def update_custom_emission_group(request: Request) -> Response:
    organization, path, changes = authorize(request, incoming.LegacyPath, incoming.GroupChanges)
    groups = backend(request).custom_groups
    group = groups.get(organization, path.id)
    changed = groups.update(group, changes.changed(group.terms))
    return reply(outgoing.group(changed, groups.factors(changed)))


def delete_custom_emission_group(request: Request) -> Response:
    organization, path = authorize(request, incoming.LegacyPath)
    backend(request).custom_groups.delete(organization, path.id)
    return Response(status_code=204)


def list_custom_emission_groups_of_category(request: Request) -> Response:
    organization, path = authorize(request, incoming.GroupsOfCategoryPath)
    if path.organization_id != organization.id:
        raise Forbidden("dcycle.groups.organization")
    groups = backend(request).custom_groups
    found = [group for group in groups.find(organization) if group.terms.category == path.category]
    shown = [outgoing.short_group(group, groups.factors(group)) for group in found]
    return reply({"organization_id": organization.id, "emission_groups": shown})


def list_organization_emission_data(request: Request) -> Response:
    organization, path, query = authorize(request, incoming.OrganizationPath, Page)
    if path.organization_id != organization.id:
        raise Forbidden("dcycle.groups.organization")
    groups = backend(request).custom_groups
    found = groups.find(organization)
    return reply(short_page(found, query, lambda group: outgoing.group_data(group, groups.factors(group))))


def list_custom_emission_factors(request: Request) -> Response:
    organization, path, query = authorize(request, incoming.LegacyPath, Page)
    dcycle = backend(request)
    found = dcycle.custom_groups.factors(dcycle.custom_groups.get(organization, path.id))
    return reply(
        short_page(found, query, lambda factor: outgoing.factor(factor, dcycle.units.get(factor.terms.unit_id)))
    )


def create_custom_emission_factor(request: Request) -> Response:
    organization, path, draft = authorize(request, incoming.LegacyPath, incoming.NewFactor)
    dcycle = backend(request)
    factor = dcycle.custom_groups.add_factor(organization, draft.terms(path.id))
    return reply(outgoing.factor(factor, dcycle.units.get(factor.terms.unit_id)))


def get_custom_emission_factor(request: Request) -> Response:
    organization, path = authorize(request, incoming.LegacyPath)
    dcycle = backend(request)
    factor = dcycle.custom_factors.get(organization, path.id)
    return reply(outgoing.factor(factor, dcycle.units.get(factor.terms.unit_id)))


def update_custom_emission_factor(request: Request) -> Response:
    organization, path, changes = authorize(request, incoming.LegacyPath, incoming.FactorChanges)
    dcycle = backend(request)
    factor = dcycle.custom_factors.get(organization, path.id)
    changed = dcycle.custom_factors.update(factor, changes.changed(factor.terms))
    return reply(outgoing.factor(changed, dcycle.units.get(changed.terms.unit_id)))


def delete_custom_emission_factor(request: Request) -> Response:
    organization, path = authorize(request, incoming.LegacyPath)
    backend(request).custom_factors.delete(organization, path.id)
    return Response(status_code=204)


def shown_factor(dcycle: Dcycle, factor_id: str | None, organization_id: str) -> dict[str, object] | None:
    """Return the custom emission factor of a record as its own operation shows it; None without one."""
    found = dcycle.context.custom_factor(factor_id, organization_id)
    return None if found is None else outgoing.factor(found, dcycle.units.get(found.terms.unit_id))
