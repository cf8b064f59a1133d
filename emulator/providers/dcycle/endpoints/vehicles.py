"""Vehicles, and what they consumed."""

from starlette.responses import Response

from emulator.providers.dcycle.endpoints.asking import ask, backend
from emulator.providers.dcycle.wire import vehicles as wire
from emulator.providers.dcycle.wire.parameters import page
from emulator.web.replies import reply
from emulator.web.request import Request


def list_vehicles(request: Request) -> Response:
    asked, organization = ask(wire.ListVehicles, request)
    vehicles = backend(request).vehicles
    found = vehicles.matching(organization, asked.query.filter(), asked.query.include_children)
    return reply(
        page(found, asked.query, lambda one: wire.listed_vehicle(one, vehicles.grams(one), vehicles.kind(one)))
    )


def create_vehicle(request: Request) -> Response:
    asked, organization = ask(wire.CreateVehicle, request)
    vehicles = backend(request).vehicles
    vehicle = vehicles.create(organization, asked.body.sent())
    return reply(wire.vehicle(vehicle, vehicles.grams(vehicle)), 201)


def get_vehicle(request: Request) -> Response:
    asked, organization = ask(wire.OneVehicle, request)
    vehicles = backend(request).vehicles
    vehicle = vehicles.get(organization, asked.path.vehicle_id)
    return reply(wire.vehicle(vehicle, vehicles.grams(vehicle)))


def update_vehicle(request: Request) -> Response:
    asked, organization = ask(wire.UpdateVehicle, request)
    vehicles = backend(request).vehicles
    vehicle = vehicles.update(organization, asked.path.vehicle_id, asked.body.sent())
    return reply(wire.vehicle(vehicle, vehicles.grams(vehicle)))


def delete_vehicle(request: Request) -> Response:
    asked, organization = ask(wire.OneVehicle, request)
    backend(request).vehicles.delete(organization, asked.path.vehicle_id)
    return Response(status_code=204)


def bulk_delete_vehicles(request: Request) -> Response:
    asked, organization = ask(wire.DeleteVehicles, request)
    return reply(wire.deletion(*backend(request).vehicles.delete_many(organization, asked.body.vehicle_ids)))


def list_vehicle_unique_values(request: Request) -> Response:
    asked, organization = ask(wire.ListUniqueValues, request)
    groups = backend(request).vehicles.groups(organization, asked.query.field)
    return reply(wire.unique_values(asked.query.field, groups))


def list_vehicle_consumptions(request: Request) -> Response:
    asked, organization = ask(wire.ListConsumptions, request)
    found = backend(request).vehicles.consumptions(organization, asked.path.vehicle_id, asked.query.status)
    return reply(page(found, asked.query, wire.consumption))


def delete_vehicle_consumption(request: Request) -> Response:
    asked, organization = ask(wire.OneConsumption, request)
    backend(request).vehicles.delete_consumption(organization, asked.path.vehicle_consumption_id)
    return Response(status_code=204)
