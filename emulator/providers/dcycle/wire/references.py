"""Reference lists: ``/v1/vehicle-fuels`` and ``/v1/unknown-vehicles``. Only replies: they are asked with nothing."""

from collections.abc import Iterable

from emulator.core.clock import seconds
from emulator.providers.dcycle.memory import UnknownVehicle, VehicleFuel


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


def unknown_vehicles(kinds: Iterable[UnknownVehicle]) -> list[dict[str, object]]:
    return [
        {
            "id": kind.id,
            "type": kind.type,
            "country": kind.country,
            "created_at": seconds(kind.created_at),
            "updated_at": seconds(kind.updated_at),
        }
        for kind in kinds
    ]
