"""Emissions, trees and logins."""

from starlette.responses import Response

from emulator.providers.dcycle.endpoints.asking import ask, backend, organization_of, read_whole
from emulator.providers.dcycle.wire import organizations as wire
from emulator.web.replies import reply
from emulator.web.request import Request


def get_total_impacts(request: Request) -> Response:
    asked, organization = ask(wire.TotalImpactsRequest, request)
    impacts = backend(request).total_impacts(organization, **dict(asked.query))
    return reply(wire.total_impacts(organization, asked.query, impacts))


def get_organization_tree(request: Request) -> Response:
    organization = organization_of(request)
    return reply(wire.tree(backend(request).root(organization)))


def log_in(request: Request) -> Response:
    sent = read_whole(wire.LoginRequest, request).body
    return reply(wire.token(backend(request).logins.log_in(sent.email, sent.password)))
