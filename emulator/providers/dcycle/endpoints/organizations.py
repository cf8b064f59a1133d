"""Total emissions, trees and logins."""

from starlette.responses import Response

from emulator.providers.dcycle.endpoints.context import authorize, backend, read_part
from emulator.providers.dcycle.wire.incoming import organizations as incoming
from emulator.providers.dcycle.wire.outgoing import organizations as outgoing
from emulator.web.replies import reply
from emulator.web.request import Request


def get_total_impacts(request: Request) -> Response:
    organization, draft = authorize(request, incoming.TotalImpactsQuery)
    impacts = backend(request).total_impacts(organization, draft)
    return reply(outgoing.total_impacts(organization, draft, impacts))


def get_organization_tree(request: Request) -> Response:
    organization = authorize(request)
    return reply(outgoing.tree(backend(request).root(organization)))


def log_in(request: Request) -> Response:
    draft = read_part(incoming.Credentials, request)
    token = backend(request).tokens.log_in(draft.email, draft.password)
    return reply(outgoing.token(token))
