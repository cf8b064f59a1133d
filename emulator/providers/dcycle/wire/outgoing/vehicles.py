"""Vehicles and what they consumed: ``/v1/vehicles``."""

from emulator.core.clock import seconds
from emulator.providers.dcycle.memory.vehicles import Consumption, Vehicle
from emulator.providers.dcycle.wire.outgoing.amounts import kilograms


def vehicle(vehicle: Vehicle, grams: int) -> dict[str, object]:
    """Return a vehicle by itself."""
    terms = vehicle.terms
    return {
        "id": vehicle.id,
        "name": terms.name,
        "type": terms.type,
        "ownership": terms.ownership,
        "license_plate": terms.license_plate,
        "country": terms.country,
        "status": vehicle.status,
        "co2e": kilograms(grams),
        "vehicle_fuel_id": terms.vehicle_fuel_id,
        "registration_year": terms.registration_year,
        "market_segment": terms.market_segment,
        "size": terms.size,
        "created_at": seconds(vehicle.created_at),
        "updated_at": seconds(vehicle.updated_at),
    }


def listed_vehicle(shown: Vehicle, grams: int, type_name: str | None) -> dict[str, object]:
    """Return a vehicle as an item of a list: with its type in words."""
    return {**vehicle(shown, grams), "unknown_vehicle_type": type_name}


def consumption(consumption: Consumption) -> dict[str, object]:
    """Return what a vehicle consumed. The members of ``data`` are those of the legacy API."""
    terms = consumption.terms
    return {
        "id": consumption.id,
        "vehicle_id": terms.vehicle_id,
        "status": terms.status,
        "data": {
            "quantity": terms.quantity,
            "unit_id": terms.unit_id,
            "start_date": terms.start_date,
            "end_date": terms.end_date,
            "co2e": kilograms(consumption.co2e_grams),
        },
        "created_at": seconds(consumption.created_at),
        "updated_at": seconds(consumption.updated_at),
    }
