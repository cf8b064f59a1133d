"""Vehicles, what they consumed, and by which factors of their fuels that is calculated."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from emulator.core.documents import UtcTime
from emulator.providers.dcycle.memory.records import GRAMS_PER_UNIT_MAX, QUANTITY_MAX, Record

VehicleType: TypeAlias = Literal["passenger", "freight"]
VehicleStatus: TypeAlias = Literal["active", "archived", "error"]
Ownership: TypeAlias = Literal["owned", "rented"]
MarketSegment: TypeAlias = Literal[
    "mini", "supermini", "lower_medium", "upper_medium", "executive", "luxury", "sports", "dual_purpose_4x4", "mpv"
]
VehicleSize: TypeAlias = Literal["small_car", "medium", "large_car", "average_car"]
ConsumptionStatus: TypeAlias = Literal["active", "success", "loading", "error"]


@dataclass(frozen=True, slots=True)
class FuelUnit:
    """A unit in which a fuel is counted, and the grams of CO2e that so much of the fuel causes."""

    id: str
    name: str
    type: str
    grams_per_unit: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.grams_per_unit <= GRAMS_PER_UNIT_MAX:
            raise ValueError(f"the factor of unit {self.id} is not from 0 to {GRAMS_PER_UNIT_MAX} grams")


@dataclass(frozen=True, slots=True)
class VehicleFuel:
    """A fuel of vehicles in a country."""

    id: str
    fuel: str
    country: str
    fuel_units: tuple[FuelUnit, ...]
    created_at: UtcTime
    updated_at: UtcTime

    def factors(self) -> Mapping[str, int]:
        """Grams a unit, by the id of the unit."""
        return {unit.id: unit.grams_per_unit for unit in self.fuel_units}


@dataclass(frozen=True, slots=True)
class UnknownVehicle:
    """A kind of vehicle, for those of which nothing more is known."""

    id: str
    type: str
    country: str
    created_at: UtcTime
    updated_at: UtcTime


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle of a fleet. It emits by what it consumes; ``file_id`` and ``file_name`` are of the file it came in."""

    id: str
    organization_id: str
    type: VehicleType
    ownership: Ownership
    license_plate: str
    country: str
    unknown_vehicle_id: str
    created_at: UtcTime
    updated_at: UtcTime
    status: VehicleStatus = "active"
    name: str | None = None
    vehicle_fuel_id: str | None = None
    custom_emission_factor_id: str | None = None
    registration_year: int | None = None
    market_segment: MarketSegment | None = None
    size: VehicleSize | None = None
    file_id: str | None = None
    file_name: str | None = None

    def record(self) -> None:
        """By itself it adds nothing to the emissions of its organization."""


@dataclass(frozen=True, slots=True)
class Consumption:
    """Fuel that a vehicle used in a period. ``co2e_grams`` is what it causes, None where that is not calculated."""

    id: str
    organization_id: str
    vehicle_id: str
    quantity: float
    unit_id: str
    start_date: date
    end_date: date
    created_at: UtcTime
    updated_at: UtcTime
    status: ConsumptionStatus = "success"
    co2e_grams: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.quantity <= QUANTITY_MAX:
            raise ValueError(f"the quantity of consumption {self.id} is not from 0 to {QUANTITY_MAX}")
        self.record()

    def record(self) -> Record | None:
        """What it adds to the emissions of its organization: nothing when it is not calculated."""
        if self.co2e_grams is None:
            return None
        period = self.start_date, self.end_date
        return Record(self.id, self.organization_id, "vehicle_consumption", self.co2e_grams, *period)
