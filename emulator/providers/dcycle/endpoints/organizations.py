"""Emissions, trees and logins."""

from starlette.responses import Response

from emulator.core.http import reply
from emulator.core.request import Request
from emulator.providers.dcycle.endpoints.asking import ask, organization_of, read_whole, vendor
from emulator.providers.dcycle.wire import organizations as wire


def get_total_impacts(request: Request) -> Response:
    asked, organization = ask(wire.TotalImpactsRequest, request)
    impacts = vendor(request).total_impacts(organization, **dict(asked.query))
    return reply(wire.total_impacts(organization, asked.query, impacts))


def get_organization_tree(request: Request) -> Response:
    organization = organization_of(request)
    return reply(wire.tree(vendor(request).root(organization)))


def log_in(request: Request) -> Response:
    sent = read_whole(wire.LoginRequest, request).body
    return reply(wire.token(vendor(request).logins.log_in(sent.email, sent.password)))
