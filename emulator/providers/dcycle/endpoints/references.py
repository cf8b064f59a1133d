"""Reference lists, which need a key and no organization; the vendor's pages give two paths for each."""

from starlette.responses import Response

from emulator.providers.dcycle.endpoints.context import authenticate, backend
from emulator.providers.dcycle.wire.outgoing import references as outgoing
from emulator.web.replies import reply
from emulator.web.request import Request


def list_vehicle_fuels(request: Request) -> Response:
    authenticate(request)
    return reply(outgoing.vehicle_fuels(backend(request).catalogue.vehicle_fuels))


def list_unknown_vehicles(request: Request) -> Response:
    authenticate(request)
    return reply(outgoing.unknown_vehicles(backend(request).catalogue.unknown_vehicles))


def list_vehicle_fuels_alias(request: Request) -> Response:
    return list_vehicle_fuels(request)


def list_unknown_vehicles_alias(request: Request) -> Response:
    return list_unknown_vehicles(request)
