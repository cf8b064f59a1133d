"""The kinds of vehicles and their fuels."""

from dataclasses import dataclass

from emulator.core.documents import UtcTime


@dataclass(frozen=True, slots=True)
class FuelUnit:
    """A unit in which a fuel is counted."""

    id: str
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class VehicleFuel:
    """A fuel of vehicles in a country."""

    id: str
    fuel: str
    country: str
    fuel_units: tuple[FuelUnit, ...]
    created_at: UtcTime
    updated_at: UtcTime


@dataclass(frozen=True, slots=True)
class UnknownVehicle:
    """A kind of vehicle, for those of which nothing more is known."""

    id: str
    type: str
    country: str
    created_at: UtcTime
    updated_at: UtcTime
