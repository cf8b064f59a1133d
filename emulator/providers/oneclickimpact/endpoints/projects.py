"""Projects."""

from starlette.responses import Response

from emulator.providers.oneclickimpact.endpoints.context import authenticate, backend
from emulator.providers.oneclickimpact.wire import incoming, outgoing
from emulator.web.reading import read_query
from emulator.web.replies import reply
from emulator.web.request import Request


def list_projects(request: Request) -> Response:
    authenticate(request)
    query = read_query(incoming.ProjectQuery, request)
    return reply(outgoing.projects(backend(request).projects.list(query.type)))


def get_project(request: Request) -> Response:
    authenticate(request)
    read_query(incoming.LocaleQuery, request)
    return reply(outgoing.project(backend(request).projects.get(request.path_params["project_id"])))
