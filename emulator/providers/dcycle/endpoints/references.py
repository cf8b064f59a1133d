"""Reference lists, which need a key and no organization; the vendor's pages give two paths for each."""

from starlette.responses import Response

from emulator.core.http import reply
from emulator.core.request import Request
from emulator.providers.dcycle.endpoints.asking import vendor, who
from emulator.providers.dcycle.wire import references as wire


def list_vehicle_fuels(request: Request) -> Response:
    who(request)
    return reply(wire.vehicle_fuels(vendor(request).catalogue.vehicle_fuels))


def list_unknown_vehicles(request: Request) -> Response:
    who(request)
    return reply(wire.unknown_vehicles(vendor(request).catalogue.unknown_vehicles))


def list_vehicle_fuels_alias(request: Request) -> Response:
    return list_vehicle_fuels(request)


def list_unknown_vehicles_alias(request: Request) -> Response:
    return list_unknown_vehicles(request)
