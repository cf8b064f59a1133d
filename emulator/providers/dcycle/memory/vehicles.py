"""Vehicles, what they consumed, and the factors of their fuels."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from emulator.core.documents import Day, UtcTime
from emulator.core.struct import Struct
from emulator.providers.dcycle.memory.emissions import check_period
from emulator.providers.dcycle.memory.fields import GramsPerUnit, Quantity, Uuid, Year
from emulator.providers.dcycle.memory.records import EmittingRecord, Posting, Record

VehicleType: TypeAlias = Literal["passenger", "freight"]
VehicleStatus: TypeAlias = Literal["active", "archived", "error"]
Ownership: TypeAlias = Literal["owned", "rented"]
MarketSegment: TypeAlias = Literal[
    "mini", "supermini", "lower_medium", "upper_medium", "executive", "luxury", "sports", "dual_purpose_4x4", "mpv"
]
VehicleSize: TypeAlias = Literal["small_car", "medium", "large_car", "average_car"]
ConsumptionStatus: TypeAlias = Literal["active", "success", "loading", "error"]


class FuelUnit(Struct, frozen=True):
    """A unit in which a fuel is counted, and the grams of CO2e that one unit of the fuel causes."""

    id: Uuid
    name: str
    type: str
    grams_per_unit: GramsPerUnit = 0


class VehicleFuel(Struct, frozen=True):
    """A fuel of vehicles in a country."""

    id: Uuid
    fuel: str
    country: str
    fuel_units: tuple[FuelUnit, ...]
    created_at: UtcTime
    updated_at: UtcTime

    def factors(self) -> Mapping[str, int]:
        """Return the grams of CO2e per unit, by the id of the unit."""
        return {unit.id: unit.grams_per_unit for unit in self.fuel_units}


class UnknownVehicle(Struct, frozen=True):
    """A vehicle type, for vehicles of which nothing more is known."""

    id: Uuid
    type: str
    country: str
    created_at: UtcTime
    updated_at: UtcTime


class VehicleTerms(Struct, frozen=True):
    """The data that a client sends about a vehicle."""

    type: VehicleType
    ownership: Ownership
    license_plate: str
    country: str
    unknown_vehicle_id: Uuid
    name: str | None = None
    vehicle_fuel_id: Uuid | None = None
    custom_emission_factor_id: Uuid | None = None
    registration_year: Year | None = None
    market_segment: MarketSegment | None = None
    size: VehicleSize | None = None


class Vehicle(Record[VehicleTerms], frozen=True):
    """A vehicle of a fleet, which emits by what it consumes. ``file_id`` and ``file_name`` are of its upload."""

    terms: VehicleTerms
    status: VehicleStatus = "active"
    file_id: Uuid | None = None
    file_name: str | None = None


class ConsumptionTerms(Struct, frozen=True):
    """What an upload states about the consumption of a vehicle."""

    vehicle_id: Uuid
    quantity: Quantity
    unit_id: str
    start_date: Day
    end_date: Day
    status: ConsumptionStatus = "success"
    custom_id: str | None = None
    file_id: Uuid | None = None

    def __post_init__(self) -> None:
        check_period(self.start_date, self.end_date)


class Consumption(EmittingRecord[ConsumptionTerms], frozen=True):
    """Fuel that a vehicle used in a period."""

    counted_statuses = ("active", "success")

    terms: ConsumptionTerms

    @property
    def status(self) -> ConsumptionStatus:
        return self.terms.status

    def posting(self) -> Posting:
        return Posting("vehicles", self.terms.start_date, self.terms.end_date)
