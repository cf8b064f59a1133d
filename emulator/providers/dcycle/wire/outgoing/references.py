"""Reference lists: ``/v1/vehicle-fuels`` and ``/v1/unknown-vehicles``."""

from collections.abc import Iterable

from emulator.core.clock import seconds
from emulator.providers.dcycle.memory.vehicles import UnknownVehicle, VehicleFuel


def vehicle_fuels(fuels: Iterable[VehicleFuel]) -> list[dict[str, object]]:
    return [
        {
            "id": fuel.id,
            "fuel": fuel.fuel,
            "country": fuel.country,
            "fuel_units": [{"id": unit.id, "name": unit.name, "type": unit.type} for unit in fuel.fuel_units],
            "created_at": seconds(fuel.created_at),
            "updated_at": seconds(fuel.updated_at),
        }
        for fuel in fuels
    ]


def unknown_vehicles(types: Iterable[UnknownVehicle]) -> list[dict[str, object]]:
    return [
        {
            "id": unknown.id,
            "type": unknown.type,
            "country": unknown.country,
            "created_at": seconds(unknown.created_at),
            "updated_at": seconds(unknown.updated_at),
        }
        for unknown in types
    ]
