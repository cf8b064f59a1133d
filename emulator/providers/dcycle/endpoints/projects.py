"""Projects, and the records that are linked to them."""

from starlette.responses import Response

from emulator.providers.dcycle.endpoints.context import authorize, backend
from emulator.providers.dcycle.wire.incoming import projects as incoming
from emulator.providers.dcycle.wire.outgoing import projects as outgoing
from emulator.web.replies import reply
from emulator.web.request import Request


def list_projects(request: Request) -> Response:
    organization = authorize(request)
    dcycle = backend(request)
    return reply(
        [outgoing.project(found, dcycle.responsible(found)) for found in dcycle.projects.visible(organization)]
    )


def list_extended_projects(request: Request) -> Response:
    organization = authorize(request)
    dcycle = backend(request)
    found = dcycle.projects.visible(organization)
    return reply(
        [
            outgoing.extended_project(project, dcycle.responsible(project), dcycle.files.count(project))
            for project in found
        ]
    )


def create_project(request: Request) -> Response:
    organization, draft = authorize(request, incoming.NewProject)
    dcycle = backend(request)
    project = dcycle.projects.create(organization, draft.terms())
    return reply(outgoing.project(project, dcycle.responsible(project)), 201)


def get_project(request: Request) -> Response:
    organization, path = authorize(request, incoming.ProjectPath)
    dcycle = backend(request)
    project = dcycle.projects.get(organization, path.project_id)
    return reply(outgoing.project(project, dcycle.responsible(project)))


def update_project(request: Request) -> Response:
    organization, path, draft = authorize(request, incoming.ProjectPath, incoming.ProjectReplacement)
    dcycle = backend(request)
    project = dcycle.projects.get(organization, path.project_id)
    changed = dcycle.projects.update(project, draft.terms(project.terms))
    return reply(outgoing.project(changed, dcycle.responsible(changed)))


def delete_project(request: Request) -> Response:
    organization, path = authorize(request, incoming.ProjectPath)
    backend(request).projects.delete(organization, path.project_id)
    return Response(status_code=204)


def link_project_entities(request: Request) -> Response:
    organization, path, draft = authorize(request, incoming.ProjectPath, incoming.Entities)
    projects = backend(request).projects
    project = projects.get(organization, path.project_id)
    created, skipped = projects.link(organization, project, draft.entity_type, draft.entity_ids)
    return reply({"created": created, "skipped": skipped})


def unlink_project_entities(request: Request) -> Response:
    organization, path, draft = authorize(request, incoming.ProjectPath, incoming.Entities)
    projects = backend(request).projects
    project = projects.get(organization, path.project_id)
    deleted = projects.unlink_entities(organization, project, draft.entity_type, draft.entity_ids)
    return reply({"deleted": deleted})


def link_project_entities_by_filters(request: Request) -> Response:
    organization, path, draft = authorize(request, incoming.ProjectPath, incoming.EntityFilters)
    dcycle = backend(request)
    project = dcycle.projects.get(organization, path.project_id)
    found = dcycle.linkable(organization, draft.entity_type, draft.filter)
    created, skipped = dcycle.projects.link(organization, project, draft.entity_type, found)
    return reply({"created": created, "skipped": skipped})
