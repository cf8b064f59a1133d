"""Vehicles, scope 1, and what they consumed (docs.dcycle.io, Vehicles). Consumptions are uploaded by other ways."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from emulator.core.clock import Clock
from emulator.core.ids import Ids
from emulator.providers.dcycle import errors
from emulator.providers.dcycle.backend.book import Book, sort
from emulator.providers.dcycle.backend.ledgers import Ledgers
from emulator.providers.dcycle.memory import Catalogue, Consumption, Memory, Organization, Vehicle

NOT_YET_CALCULATED = ("loading", "error")


@dataclass(frozen=True, slots=True)
class VehicleFilter:
    """What a list of vehicles is narrowed to.

    ``values`` are wanted of members, ``text`` is a part of the name or of the plate, and ``sort`` names members, each
    after a minus sign for the greatest first.
    """

    values: Mapping[str, Collection[object]] = field(default_factory=dict)
    text: str | None = None
    sort: tuple[str, ...] = ()

    def takes(self, vehicle: Vehicle) -> bool:
        return all(getattr(vehicle, name) in values for name, values in self.values.items()) and (
            self.text is None
            or any(self.text.casefold() in text.casefold() for text in (vehicle.name or "", vehicle.license_plate))
        )


@dataclass(frozen=True, slots=True)
class Group:
    """Vehicles that share a value; ``label`` is what a person calls it."""

    value: object
    label: object
    count: int


class Vehicles:
    """The vehicles of every organization in one space, and what they consumed."""

    def __init__(self, catalogue: Catalogue, memory: Memory, ledgers: Ledgers, clock: Clock, ids: Ids) -> None:
        self.clock = clock
        self.ids = ids
        self._kinds = {kind.id: kind.type for kind in catalogue.unknown_vehicles}
        self._factors = {fuel.id: fuel.factors() for fuel in catalogue.vehicle_fuels}
        self._custom = catalogue.purchase_factors.custom
        self._book = Book(memory.vehicles, ledgers)
        self._consumptions = Book(memory.consumptions, ledgers, lambda consumption: consumption.vehicle_id)

    # --- read

    def matching(
        self, organization: Organization, wanted: VehicleFilter, include_children: bool = False
    ) -> Collection[Vehicle]:
        """The vehicles that a filter takes, sorted as it says, or else oldest first.

        With ``include_children`` those of the subsidiaries come after, at any depth.
        """
        if not include_children and wanted == VehicleFilter():
            return self._book.of(organization)
        members = organization.and_below() if include_children else [organization]
        found = [vehicle for member in members for vehicle in self._book.of(member, wanted.takes)]
        return sort(found, *wanted.sort)

    def get(self, organization: Organization, vehicle_id: str) -> Vehicle:
        """A vehicle of this organization. Raises VehicleNotFound."""
        vehicle = self._book.get(organization, vehicle_id)
        if vehicle is None:
            raise errors.VehicleNotFound(vehicle_id)
        return vehicle

    def grams(self, vehicle: Vehicle) -> int:
        """What everything that a vehicle consumed causes together."""
        return sum(consumption.co2e_grams or 0 for consumption in self._consumptions.parts_of(vehicle))

    def kind(self, vehicle: Vehicle) -> str | None:
        """What kind of vehicle it is; None where its kind is on no list."""
        return self._kinds.get(vehicle.unknown_vehicle_id)

    def groups(self, organization: Organization, by: Literal["file_id", "created_at"]) -> Collection[Group]:
        """How many vehicles share a file or a time, most first; those without a file come last."""
        vehicles = self._book.of(organization)
        labels = {vehicle.file_id: vehicle.file_name for vehicle in vehicles}
        counted = Counter(getattr(vehicle, by) for vehicle in vehicles).most_common()
        groups = [Group(value, labels[value] if by == "file_id" else value, count) for value, count in counted]
        return sorted(groups, key=lambda group: group.value is None)

    # --- change

    def create(self, organization: Organization, terms: Mapping[str, Any]) -> Vehicle:
        """Enter a vehicle; it emits nothing before it consumes."""
        now, id = self.clock.now, self.ids.uuid("dcycle.vehicle")
        return self._book.put(Vehicle(id, organization.id, created_at=now, updated_at=now, **terms))

    def update(self, organization: Organization, vehicle_id: str, changes: Mapping[str, Any]) -> Vehicle:
        """Change what is said of a vehicle, and calculate again what it consumed. Raises VehicleNotFound."""
        vehicle = replace(self.get(organization, vehicle_id), updated_at=self.clock.now, **changes)

        for consumption in list(self._consumptions.parts_of(vehicle)):
            self._consumptions.put(replace(consumption, co2e_grams=self._caused(vehicle, consumption)))
        return self._book.put(vehicle)

    def delete(self, organization: Organization, vehicle_id: str) -> None:
        """Forget a vehicle, what it consumed and what that caused. Raises VehicleNotFound."""
        vehicle = self.get(organization, vehicle_id)

        for consumption in list(self._consumptions.parts_of(vehicle)):
            self._consumptions.drop(consumption)
        self._book.drop(vehicle)

    def delete_many(self, organization: Organization, vehicle_ids: Iterable[str]) -> tuple[list[str], list[str]]:
        """Delete the vehicles that there are; the ids of these, and those of no vehicle. An id counts once."""
        known = {vehicle_id: self._book.get(organization, vehicle_id) is not None for vehicle_id in vehicle_ids}
        found = [vehicle_id for vehicle_id, is_there in known.items() if is_there]

        for vehicle_id in found:
            self.delete(organization, vehicle_id)
        return found, [vehicle_id for vehicle_id, is_there in known.items() if not is_there]

    # --- what they consumed

    def consumptions(
        self, organization: Organization, vehicle_id: str, statuses: Collection[str]
    ) -> Collection[Consumption]:
        """What a vehicle consumed, oldest first, of these statuses or, without any, of all. Raises VehicleNotFound."""
        found = self._consumptions.parts_of(self.get(organization, vehicle_id))
        return [consumption for consumption in found if consumption.status in statuses] if statuses else found

    def delete_consumption(self, organization: Organization, consumption_id: str) -> None:
        """Forget what a vehicle consumed, and what that caused. Raises VehicleConsumptionNotFound."""
        consumption = self._consumptions.get(organization, consumption_id)
        if consumption is None:
            raise errors.VehicleConsumptionNotFound(consumption_id)

        self._consumptions.drop(consumption)

    def _caused(self, vehicle: Vehicle, consumption: Consumption) -> int | None:
        """What a consumption causes: by the vehicle's own factor, or else by that of its fuel in this unit, if any.

        The age and the segment of a vehicle change nothing: the vendor only says that they matter.
        """
        factor = self._factors.get(vehicle.vehicle_fuel_id or "", {}).get(consumption.unit_id)
        if vehicle.custom_emission_factor_id is not None:
            factor = self._custom.get(vehicle.custom_emission_factor_id)
        if factor is None or consumption.status in NOT_YET_CALCULATED:
            return None
        return int((Decimal(repr(consumption.quantity)) * factor).to_integral_value(ROUND_HALF_UP))
