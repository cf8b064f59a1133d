"""Vehicles, and what they consumed."""

from starlette.responses import Response

from emulator.providers.dcycle.endpoints.bulk import confirmed
from emulator.providers.dcycle.endpoints.context import authorize, backend
from emulator.providers.dcycle.wire.incoming import vehicles as incoming
from emulator.providers.dcycle.wire.incoming.bulk import FilterHash
from emulator.providers.dcycle.wire.outgoing import vehicles as outgoing
from emulator.providers.dcycle.wire.outgoing.pages import deletion, filter_hash, page, unique_values
from emulator.web.replies import reply
from emulator.web.request import Request


def list_vehicles(request: Request) -> Response:
    organization, query = authorize(request, incoming.VehiclePage)
    vehicles, wanted = backend(request).vehicles, query.filter
    shown = page(
        vehicles.find_all(organization, wanted, query.include_children, query.sort),
        query,
        lambda vehicle: outgoing.listed_vehicle(vehicle, vehicles.grams(vehicle), vehicles.type_name(vehicle)),
    )
    return reply({**shown, "filter_hash": filter_hash(wanted, query.include_children)})


def create_vehicle(request: Request) -> Response:
    organization, draft = authorize(request, incoming.NewVehicle)
    vehicles = backend(request).vehicles
    vehicle = vehicles.create(organization, draft.terms())
    return reply(outgoing.vehicle(vehicle, vehicles.grams(vehicle)), 201)


def get_vehicle(request: Request) -> Response:
    organization, path = authorize(request, incoming.VehiclePath)
    vehicles = backend(request).vehicles
    vehicle = vehicles.get(organization, path.vehicle_id)
    return reply(outgoing.vehicle(vehicle, vehicles.grams(vehicle)))


def update_vehicle(request: Request) -> Response:
    organization, path, changes = authorize(request, incoming.VehiclePath, incoming.VehicleChanges)
    vehicles = backend(request).vehicles
    vehicle = vehicles.get(organization, path.vehicle_id)
    changed = vehicles.update(vehicle, changes.terms_after(vehicle.terms))
    return reply(outgoing.vehicle(changed, vehicles.grams(changed)))


def delete_vehicle(request: Request) -> Response:
    organization, path = authorize(request, incoming.VehiclePath)
    backend(request).vehicles.delete(organization, path.vehicle_id)
    return Response(status_code=204)


def bulk_delete_vehicles(request: Request) -> Response:
    organization, draft = authorize(request, incoming.VehicleIds)
    deleted, unknown = backend(request).vehicles.delete_many(organization, draft.vehicle_ids)
    return reply(deletion(deleted, unknown, "vehicles"))


def bulk_delete_vehicles_by_filters(request: Request) -> Response:
    organization, query, draft = authorize(request, incoming.VehicleQuery, FilterHash)
    vehicles = backend(request).vehicles
    ids = [vehicle.id for vehicle in vehicles.find(organization, confirmed(query.filter, draft))]
    return reply(deletion(*vehicles.delete_many(organization, ids), "vehicles"))


def list_vehicle_unique_values(request: Request) -> Response:
    organization, query = authorize(request, incoming.UniqueValuesQuery)
    values = backend(request).vehicles.unique_values(organization, query.field)
    return reply(unique_values(query.field, values))


def list_vehicle_consumptions(request: Request) -> Response:
    organization, path, query = authorize(request, incoming.VehiclePath, incoming.ConsumptionPage)
    dcycle, wanted = backend(request), query.filter
    found = dcycle.consumptions.of_vehicle(dcycle.vehicles.get(organization, path.vehicle_id), wanted)
    return reply({**page(found, query, outgoing.consumption), "filter_hash": filter_hash(wanted)})


def bulk_delete_vehicle_consumptions_by_filters(request: Request) -> Response:
    organization, path, query, draft = authorize(request, incoming.VehiclePath, incoming.ConsumptionQuery, FilterHash)
    dcycle, wanted = backend(request), confirmed(query.filter, draft)
    vehicle = dcycle.vehicles.get(organization, path.vehicle_id)
    ids = [found.id for found in dcycle.consumptions.of_vehicle(vehicle, wanted)]
    return reply(deletion(*dcycle.consumptions.delete_many(organization, ids), "consumptions"))


def bulk_delete_vehicle_consumptions(request: Request) -> Response:
    organization, path, draft = authorize(request, incoming.VehiclePath, incoming.ConsumptionIds)
    dcycle = backend(request)
    vehicle = dcycle.vehicles.get(organization, path.vehicle_id)
    deleted, unknown = dcycle.consumptions.delete_of(organization, vehicle, draft.consumption_ids)
    return reply(deletion(deleted, unknown, "consumptions"))


def delete_vehicle_consumptions_of_file(request: Request) -> Response:
    organization, path = authorize(request, incoming.ConsumptionFilePath)
    backend(request).consumptions.delete_of_file(organization, path.file_id)
    return Response(status_code=204)


def delete_vehicle_consumption(request: Request) -> Response:
    organization, path = authorize(request, incoming.ConsumptionPath)
    backend(request).consumptions.delete(organization, path.vehicle_consumption_id)
    return Response(status_code=204)
