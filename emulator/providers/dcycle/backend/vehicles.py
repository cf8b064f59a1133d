"""Vehicles, scope 1, and what they consumed (docs.dcycle.io, Vehicles)."""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Literal

from emulator.core.exact_json import decimal
from emulator.core.struct import replace
from emulator.providers.dcycle import errors
from emulator.providers.dcycle.backend.context import Context
from emulator.providers.dcycle.backend.drafts import VehicleFilter
from emulator.providers.dcycle.backend.records import Filter, Records, UniqueValue, sort
from emulator.providers.dcycle.backend.rounding import whole_grams
from emulator.providers.dcycle.memory.catalogue import Organization
from emulator.providers.dcycle.memory.vehicles import Consumption, ConsumptionTerms, Vehicle, VehicleTerms

NOT_YET_CALCULATED = ("loading", "error")


class Consumptions(Records[Consumption, ConsumptionTerms]):
    """The consumptions of every organization in one space, by vehicle."""

    kind = Consumption
    id_kind = "dcycle.consumption"
    not_found = errors.VehicleConsumptionNotFound

    def __init__(self, context: Context) -> None:
        super().__init__(context, context.memory.consumptions)

    def owner(self, record: Consumption) -> str | None:
        return record.terms.vehicle_id

    def amounts(self, record: Consumption) -> tuple[int, int]:
        """Return the grams that count, and whether the consumption is in error."""
        return record.co2e_grams or 0 if record.counts else 0, record.status == "error"

    def of_vehicle(self, vehicle: Vehicle, wanted: Filter[Consumption]) -> Collection[Consumption]:
        """Return what a vehicle consumed, oldest first."""
        return self.belonging_to(vehicle, wanted)

    def delete_of(
        self, organization: Organization, vehicle: Vehicle, ids: Iterable[str]
    ) -> tuple[list[str], list[str]]:
        """Delete the consumptions of a vehicle that exist; return their ids and all other ids, each once."""
        own = {found.id for found in self.belonging_to(vehicle)}
        known = [*dict.fromkeys(ids)]
        deleted, _ = self.delete_many(organization, [id for id in known if id in own])
        return deleted, [id for id in known if id not in own]

    def delete_of_file(self, organization: Organization, file_id: str) -> None:
        """Delete what an upload recorded, in the organization and its subsidiaries at any depth."""
        for member in organization.with_subsidiaries():
            for consumption in [found for found in self.find(member) if found.terms.file_id == file_id]:
                self.remove(consumption)

    def count_errors(self, vehicle: Vehicle) -> int:
        """Return how many consumptions of a vehicle are in error."""
        return next(reversed(self.sums(vehicle)), 0)


class Vehicles(Records[Vehicle, VehicleTerms]):
    """The vehicles of every organization in one space."""

    kind = Vehicle
    id_kind = "dcycle.vehicle"
    not_found = errors.VehicleNotFound

    def __init__(self, context: Context, consumptions: Consumptions) -> None:
        super().__init__(context, context.memory.vehicles)
        self._consumptions = consumptions
        self._types = {unknown.id: unknown.type for unknown in context.catalogue.unknown_vehicles}
        self._fuels = {fuel.id: fuel.fuel for fuel in context.catalogue.vehicle_fuels}
        self._factors = {
            fuel.id: {unit: Decimal(grams) for unit, grams in fuel.factors().items()}
            for fuel in context.catalogue.vehicle_fuels
        }

    def shared(self, record: Vehicle) -> Mapping[str, tuple[object, object]]:
        return {"file_id": (record.file_id, record.file_name), "created_at": (record.created_at, record.created_at)}

    # --- read

    def find_all(
        self, organization: Organization, wanted: VehicleFilter, include_children: bool, sorted_by: Iterable[str]
    ) -> Collection[Vehicle]:
        """Return the vehicles that a filter matches, sorted, or else oldest first.

        With ``include_children`` those of the subsidiaries follow, at any depth.
        """
        if not include_children:
            return sort(self.find(organization, wanted), sorted_by)
        members = organization.with_subsidiaries()
        return sort([vehicle for member in members for vehicle in self.find(member, wanted)], sorted_by)

    def grams(self, vehicle: Vehicle) -> int:
        """Return what everything that a vehicle consumed causes together."""
        return next(iter(self._consumptions.sums(vehicle)), 0)

    def fuel_name(self, vehicle: Vehicle) -> str | None:
        """Return the fuel of a vehicle in words; None if it has none that is listed."""
        return self._fuels.get(vehicle.terms.vehicle_fuel_id or "")

    def type_name(self, vehicle: Vehicle) -> str | None:
        """Return the type of a vehicle in words; None if its type is on no list."""
        return self._types.get(vehicle.terms.unknown_vehicle_id)

    def unique_values(
        self, organization: Organization, field: Literal["file_id", "created_at"]
    ) -> Collection[UniqueValue]:
        """Return how many vehicles share a file or a time, most first; those without a file come last."""
        return self.counted(organization.id, None, field)

    # --- change

    def update(self, record: Vehicle, terms: VehicleTerms) -> Vehicle:
        """Change a vehicle, and calculate again what it consumed."""
        vehicle = super().update(record, terms)
        for consumption in list(self._consumptions.belonging_to(vehicle)):
            self._consumptions.put(replace(consumption, co2e_grams=self._consumption_grams(vehicle, consumption)))
        return vehicle

    def consume(self, organization: Organization, vehicle: Vehicle, terms: ConsumptionTerms) -> Consumption:
        """Record what a vehicle consumed; in a unit that its fuel is not counted in the status is ``error``."""
        consumption = self._consumptions.new(organization, terms)
        grams = self._consumption_grams(vehicle, consumption)
        if grams is None:
            consumption = replace(consumption, terms=replace(terms, status="error"))
        return self._consumptions.put(replace(consumption, co2e_grams=grams))

    def delete(self, organization: Organization, id: str) -> None:
        """Delete a vehicle, what it consumed and the emissions. Raises VehicleNotFound."""
        vehicle = self.get(organization, id)

        for consumption in list(self._consumptions.belonging_to(vehicle)):
            self._consumptions.remove(consumption)
        self.remove(vehicle)

    def _consumption_grams(self, vehicle: Vehicle, consumption: Consumption) -> int | None:
        """Return the emissions of a consumption: by the vehicle's custom factor, or by that of its fuel in this unit.

        The age and the segment of a vehicle change nothing: the vendor only says that they matter.
        """
        terms = vehicle.terms
        factor = self.context.custom_grams(terms.custom_emission_factor_id, vehicle.organization_id)
        if terms.custom_emission_factor_id is None:
            factor = self._factors.get(terms.vehicle_fuel_id or "", {}).get(consumption.terms.unit_id)
        if factor is None or consumption.terms.status in NOT_YET_CALCULATED:
            return None
        return whole_grams(decimal(consumption.terms.quantity) * factor)
