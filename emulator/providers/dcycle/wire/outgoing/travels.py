"""Business travels: ``/v1/business-travels``."""

from decimal import Decimal

from emulator.core.clock import seconds
from emulator.providers.dcycle.memory.travels import Travel
from emulator.providers.dcycle.wire.outgoing.amounts import kilograms


def travel(travel: Travel, distance_km: Decimal | None) -> dict[str, object]:
    terms = travel.terms
    return {
        "id": travel.id,
        "travel_date": terms.travel_date,
        "transport_type": terms.transport_type,
        "distance_km": None if distance_km is None else float(distance_km),
        "origin": terms.origin,
        "destination": terms.destination,
        "travel_number": terms.travel_number,
        "round_trip": terms.round_trip,
        "vehicle_size": terms.vehicle_size,
        "fuel_type": terms.fuel_type,
        "flight_type": terms.flight_type,
        "cabin_class": terms.cabin_class,
        "status": travel.status,
        "co2e": kilograms(travel.co2e_grams),
        "created_at": seconds(travel.created_at),
        "updated_at": seconds(travel.updated_at),
    }
