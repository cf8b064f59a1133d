"""Vehicles and what they consumed: ``/v1/vehicles`` and ``/v1/vehicle_consumptions``."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from emulator.core.clock import seconds
from emulator.providers.dcycle.backend.vehicles import Group, VehicleFilter
from emulator.providers.dcycle.memory import (
    Consumption,
    ConsumptionStatus,
    MarketSegment,
    Ownership,
    Vehicle,
    VehicleSize,
    VehicleStatus,
    VehicleType,
)
from emulator.providers.dcycle.wire.parameters import Body, Id, Name, OrganizationHeader, Page, Query, either, kilograms
from emulator.web.fields import JsonInteger
from emulator.web.model import Model

Sort = Literal[
    "name", "license_plate", "created_at", "updated_at", "-name", "-license_plate", "-created_at", "-updated_at"
]
CountryOfVehicle = Annotated[str, StringConstraints(pattern="^[A-Z]{2,3}$")]
Year = Annotated[JsonInteger, Field(ge=1000, le=9999)]
IDS_MAX = 100_000


# --- in ---------------------------------------------------------------------------------------------------------------


class VehicleChanges(Body):
    """``PATCH /v1/vehicles/{vehicle_id}``; what is not sent stays, so no default is ever used."""

    type: VehicleType = "passenger"
    ownership: Ownership = "owned"
    license_plate: Name = ""
    country: CountryOfVehicle = ""
    unknown_vehicle_id: Id = ""
    name: Name | None = None
    vehicle_fuel_id: Id | None = None
    custom_emission_factor_id: Id | None = None
    registration_year: Year | None = None
    market_segment: MarketSegment | None = None
    size: VehicleSize | None = None


class NewVehicle(VehicleChanges):
    """``POST /v1/vehicles``"""

    type: VehicleType
    ownership: Ownership
    license_plate: Name
    country: CountryOfVehicle
    unknown_vehicle_id: Id

    @model_validator(mode="after")
    def _has_a_factor(self) -> "NewVehicle":
        either(self, "vehicle_fuel_id", "custom_emission_factor_id")
        return self


class VehiclePage(Page):
    """``GET /v1/vehicles``"""

    repeated = ("status", "ownership", "unknown_vehicle_id", "vehicle_fuel_id", "sort")

    include_children: bool = False
    search: str | None = None
    status: list[VehicleStatus] = []
    ownership: list[Ownership] = []
    unknown_vehicle_id: list[Id] = []
    vehicle_fuel_id: list[Id] = []
    sort: list[Sort] = []

    def filter(self) -> VehicleFilter:
        names = ("status", "ownership", "unknown_vehicle_id", "vehicle_fuel_id")
        values = {name: wanted for name, wanted in self.sent().items() if name in names}
        return VehicleFilter(values, self.search, tuple(self.sort))


class ConsumptionPage(Page):
    """``GET /v1/vehicles/{vehicle_id}/consumptions``"""

    repeated = ("status",)

    status: list[ConsumptionStatus] = []


class UniqueValuesQuery(Query):
    """``GET /v1/vehicles/unique-values``"""

    field: Literal["file_id", "created_at"]


class VehicleIds(Body):
    """``POST /v1/vehicles/bulk-delete``"""

    vehicle_ids: Annotated[list[Id], Field(min_length=1, max_length=IDS_MAX)]


class VehiclePath(Model):
    vehicle_id: Id


class ConsumptionPath(Model):
    vehicle_consumption_id: Id


class ListVehicles(Model):
    query: VehiclePage
    header: OrganizationHeader


class CreateVehicle(Model):
    header: OrganizationHeader
    body: NewVehicle


class OneVehicle(Model):
    """A request to read or to delete."""

    path: VehiclePath
    header: OrganizationHeader


class UpdateVehicle(OneVehicle):
    body: VehicleChanges


class DeleteVehicles(Model):
    header: OrganizationHeader
    body: VehicleIds


class ListUniqueValues(Model):
    query: UniqueValuesQuery
    header: OrganizationHeader


class ListConsumptions(Model):
    path: VehiclePath
    query: ConsumptionPage
    header: OrganizationHeader


class OneConsumption(Model):
    """A request to delete."""

    path: ConsumptionPath
    header: OrganizationHeader


# --- out --------------------------------------------------------------------------------------------------------------


def vehicle(vehicle: Vehicle, grams: int) -> dict[str, object]:
    """A vehicle by itself."""
    return {
        "id": vehicle.id,
        "name": vehicle.name,
        "type": vehicle.type,
        "ownership": vehicle.ownership,
        "license_plate": vehicle.license_plate,
        "country": vehicle.country,
        "status": vehicle.status,
        "co2e": kilograms(grams),
        "vehicle_fuel_id": vehicle.vehicle_fuel_id,
        "registration_year": vehicle.registration_year,
        "market_segment": vehicle.market_segment,
        "size": vehicle.size,
        "created_at": seconds(vehicle.created_at),
        "updated_at": seconds(vehicle.updated_at),
    }


def listed_vehicle(shown: Vehicle, grams: int, kind: str | None) -> dict[str, object]:
    """A vehicle as a list shows it: with its kind in words."""
    return {**vehicle(shown, grams), "unknown_vehicle_type": kind}


def deletion(deleted: Collection[str], unknown: Collection[str]) -> dict[str, object]:
    """What became of many vehicles."""
    return {
        "success_count": len(deleted),
        "success_ids": deleted,
        "failed_count": len(unknown),
        "failed_ids": unknown,
        "message": f"Deleted {len(deleted)} of {len(deleted) + len(unknown)} vehicles",
    }


def unique_values(field: str, groups: Collection[Group]) -> dict[str, object]:
    return {
        "field": field,
        "total_count": len(groups),
        "values": [
            {"value": _text(group.value), "label": _text(group.label), "count": group.count} for group in groups
        ],
    }


def consumption(consumption: Consumption) -> dict[str, object]:
    """What a vehicle consumed. The members of ``data`` are those that the legacy API shows."""
    return {
        "id": consumption.id,
        "vehicle_id": consumption.vehicle_id,
        "status": consumption.status,
        "data": {
            "quantity": consumption.quantity,
            "unit_id": consumption.unit_id,
            "start_date": consumption.start_date,
            "end_date": consumption.end_date,
            "co2e": kilograms(consumption.co2e_grams),
        },
        "created_at": seconds(consumption.created_at),
        "updated_at": seconds(consumption.updated_at),
    }


def _text(value: Any) -> Any:
    return seconds(value) if isinstance(value, datetime) else value
