"""Vehicles and what they consumed: ``/v1/vehicles`` and ``/v1/vehicle_consumptions``."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints, model_validator

from emulator.core.cached_property import cached_property
from emulator.providers.dcycle.backend.drafts import ConsumptionFilter, VehicleFilter
from emulator.providers.dcycle.memory.vehicles import (
    ConsumptionStatus,
    MarketSegment,
    Ownership,
    VehicleSize,
    VehicleStatus,
    VehicleTerms,
    VehicleType,
)
from emulator.providers.dcycle.wire.incoming.bulk import IDS_MAX
from emulator.providers.dcycle.wire.incoming.fields import Id, Name, Several, Year
from emulator.providers.dcycle.wire.incoming.parts import Body, Page, Path, Query, lacks

Sort = Literal[
    "name", "license_plate", "created_at", "updated_at", "-name", "-license_plate", "-created_at", "-updated_at"
]
FACTORS = ("vehicle_fuel_id", "custom_emission_factor_id")
"""A vehicle emits by one of them."""

CountryOfVehicle = Annotated[str, StringConstraints(pattern="^[A-Z]{2,3}$")]


class VehiclePath(Path):
    vehicle_id: Id


class ConsumptionPath(Path):
    vehicle_consumption_id: Id


class ConsumptionFilePath(Path):
    file_id: Id


class VehicleQuery(Query):
    """The filters of vehicles. The older pages write ``status``, the newest ``status[]``."""

    repeated: ClassVar[tuple[str, ...]] = ("status", "status[]", "ownership", "unknown_vehicle_id", "vehicle_fuel_id")

    search: str | None = None
    status: Several[VehicleStatus] = ()
    statuses: Several[VehicleStatus] = Field((), alias="status[]")
    ownership: Several[Ownership] = ()
    unknown_vehicle_id: Several[Id] = ()
    vehicle_fuel_id: Several[Id] = ()

    @cached_property
    def filter(self) -> VehicleFilter:
        statuses = (*self.status, *self.statuses)
        return VehicleFilter(statuses, self.ownership, self.unknown_vehicle_id, self.vehicle_fuel_id, text=self.search)


class VehiclePage(VehicleQuery, Page):
    """``GET /v1/vehicles``"""

    repeated = (*VehicleQuery.repeated, "sort")

    include_children: bool = False
    sort: Several[Sort] = ()


class ConsumptionQuery(Query):
    """The filters of consumptions, with ``status`` written both ways, too."""

    repeated = ("status", "status[]")

    status: Several[ConsumptionStatus] = ()
    statuses: Several[ConsumptionStatus] = Field((), alias="status[]")

    @cached_property
    def filter(self) -> ConsumptionFilter:
        return ConsumptionFilter((*self.status, *self.statuses))


class ConsumptionPage(ConsumptionQuery, Page):
    """``GET /v1/vehicles/{vehicle_id}/consumptions``"""


class UniqueValuesQuery(Query):
    """``GET /v1/vehicles/unique-values``"""

    field: Literal["file_id", "created_at"]


class VehicleIds(Body):
    """``POST /v1/vehicles/bulk-delete``"""

    vehicle_ids: Annotated[Several[Id], Field(min_length=1, max_length=IDS_MAX)]


class ConsumptionIds(Body):
    """``POST /v1/vehicles/{vehicle_id}/consumptions/bulk-delete``"""

    consumption_ids: Annotated[Several[Id], Field(min_length=1, max_length=IDS_MAX)]


class VehicleChanges(Body):
    """``PATCH /v1/vehicles/{vehicle_id}``. Only members that are sent change, so no default is ever used."""

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

    def terms_after(self, terms: VehicleTerms) -> VehicleTerms:
        """Return terms with the members that were sent. Raises Malformed if no fuel and no factor is left."""
        changed = self.changed(terms)
        if reason := lacks(changed, *FACTORS):
            raise self.problem(reason)
        return changed


class NewVehicle(VehicleChanges):
    """``POST /v1/vehicles``"""

    type: VehicleType
    ownership: Ownership
    license_plate: Name
    country: CountryOfVehicle
    unknown_vehicle_id: Id

    @model_validator(mode="after")
    def _has_a_factor(self) -> "NewVehicle":
        self.require_one_of(*FACTORS)
        return self

    def terms(self) -> VehicleTerms:
        return VehicleTerms(**self.sent())
