"""Freight, recharges and hubs: ``/v1/logistics``, ``/v2/logistics`` and ``/v1/logistic-hubs``."""

from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PlainValidator, StringConstraints
from pydantic_core import PydanticCustomError

from emulator.core.countries import COUNTRIES
from emulator.providers.dcycle.backend.drafts.freight import FreightFilter, HubFilter, PackageFilter, RechargeFilter
from emulator.providers.dcycle.memory.freight import (
    DISTANCE_KM_MAX,
    LOAD_MAX,
    TKM_MAX,
    FreightStatus,
    FreightTerms,
    LoadUnit,
    Mode,
)
from emulator.providers.dcycle.memory.hubs import HubCategory, HubStatus, HubTerms, HubType
from emulator.providers.dcycle.memory.recharges import RechargeTerms
from emulator.providers.dcycle.wire.incoming.bulk import RECORDS_MAX, Bulk, InvalidRecord, each
from emulator.providers.dcycle.wire.incoming.fields import (
    Country,
    Day,
    Fraction,
    Id,
    JsonBoolean,
    Name,
    PageSize,
    Quantity,
    Several,
    Since,
    Until,
    Year,
)
from emulator.providers.dcycle.wire.incoming.parts import Body, NewRecord, Page, Path, Query
from emulator.web.fields import JsonDouble, Text

Load = Annotated[JsonDouble, Field(ge=0.0, le=float(LOAD_MAX)), AfterValidator(float)]
DistanceKm = Annotated[JsonDouble, Field(ge=0.0, le=float(DISTANCE_KM_MAX)), AfterValidator(float)]
Tkm = Annotated[JsonDouble, Field(ge=0.0, le=float(TKM_MAX)), AfterValidator(float)]
Origin = Annotated[str, StringConstraints(pattern="^[A-Z]{2,3}$")]


def _country(code: str) -> str:
    if code not in COUNTRIES:
        raise PydanticCustomError("country_alpha2", "Invalid country alpha2 code")
    return code


ListedCountry = Annotated[Country, AfterValidator(_country)]
"""A code of ISO 3166-1: the vendor refuses a bad one where it prices fuel by country."""


# --- requests ---------------------------------------------------------------------------------------------------------


class FreightPath(Path):
    request_id: Id


class FreightPage(Page):
    """``GET /v1/logistics/requests``"""

    repeated = ("client", "clients", "vehicle_type", "status", "uploaded_by", "file_id")

    size: PageSize = 10
    search: str | None = None
    movement_id: str | None = None
    client: Several[str] = ()
    clients: Several[str] = ()
    vehicle_type: Several[str] = ()
    status: Several[FreightStatus] = ()
    uploaded_by: Several[Id] = ()
    file_id: Several[Id] = ()
    trip_date_from: Day | None = None
    trip_date_until: Day | None = None
    created_at_from: Since | None = None
    created_at_to: Until | None = None
    project_id: Id | None = None

    @cached_property
    def filter(self) -> FreightFilter:
        return FreightFilter(
            text=self.search,
            movement_id=self.movement_id,
            clients=(*self.client, *self.clients),
            tocs=self.vehicle_type,
            statuses=self.status,
            uploaders=self.uploaded_by,
            file_ids=self.file_id,
            since=self.trip_date_from,
            until=self.trip_date_until,
            created_since=self.created_at_from,
            created_until=self.created_at_to,
        )


class ReportQuery(Query):
    """``GET /v1/logistics/report``: the days from the first to the last, both included."""

    start_date: Day
    end_date: Day
    client: str | None = None


class ClientReportQuery(ReportQuery):
    """``GET /api/v1/logistics/clients/report``"""

    client: str


class NewFreightRequest(NewRecord):
    """``POST /v1/logistics/requests`` and ``POST /v2/logistics/requests``"""

    origin: Text | None = None
    destination: Text | None = None
    distance_km: DistanceKm | None = None
    load: Load | None = None
    load_unit: LoadUnit = "kg"
    load_factor: Fraction = 1.0
    toc: Name | None = None
    category: Mode | None = None
    origin_country: Origin = "GLO"
    year: Year | None = None
    cleaning: JsonBoolean = False
    movement_id: Name | None = None
    client: Name | None = None
    shipment_date: Day | None = None
    movement_stretch: Name | None = None
    movement_stage: Name | None = None
    vehicle_license_plate: Name | None = None
    trailer_license_plate: Name | None = None
    subcontractor: JsonBoolean | None = None
    tkm: Tkm | None = None
    hub_id: Id | None = None
    package_key: Name | None = None

    def terms(self) -> FreightTerms:
        return FreightTerms(**self.sent())


FreightRecord = Annotated[NewFreightRequest | InvalidRecord, PlainValidator(each(NewFreightRequest))]


class FreightBulk(Bulk):
    """``POST /v1/logistics/requests/bulk`` and ``POST /v2/logistics/requests/bulk``"""

    records: Annotated[Several[FreightRecord], Field(min_length=1, max_length=RECORDS_MAX)]


class FreightIds(Body):
    """``POST /v1/logistics/requests/batch-delete``"""

    request_ids: Annotated[Several[Id], Field(min_length=1, max_length=RECORDS_MAX)]


# --- packages ---------------------------------------------------------------------------------------------------------


class PackagePath(Path):
    package_id: Id


class PackagePage(Page):
    """``GET /v1/logistics/packages``"""

    size: PageSize = 10
    movement_id: str | None = None
    client: str | None = None
    package_key: str | None = None

    @cached_property
    def filter(self) -> PackageFilter:
        return PackageFilter(self.package_key, self.movement_id, self.client)


class SummaryQuery(Query):
    """``GET /v1/logistics/summary``"""

    project_id: Id | None = None


# --- recharges --------------------------------------------------------------------------------------------------------


class RechargePath(Path):
    recharge_id: Id


class RechargePage(Page):
    """``GET /v1/logistics/recharges``"""

    repeated = ("vehicle_type", "fuel_id", "vehicle_license_plate", "file_id", "status")

    size: PageSize = 10
    search: str | None = None
    vehicle_type: Several[str] = ()
    fuel_id: Several[Id] = ()
    vehicle_license_plate: Several[str] = ()
    file_id: Several[Id] = ()
    status: Several[Literal["active"]] = ()
    date_from: Day | None = None
    date_until: Day | None = None
    created_at_from: Since | None = None
    created_at_to: Until | None = None
    created_at_until: Until | None = None
    project_id: Id | None = None

    @cached_property
    def filter(self) -> RechargeFilter:
        return RechargeFilter(
            text=self.search,
            tocs=self.vehicle_type,
            fuel_ids=self.fuel_id,
            plates=self.vehicle_license_plate,
            file_ids=self.file_id,
            since=self.date_from,
            until=self.date_until,
            created_since=self.created_at_from,
            created_until=min(filter(None, (self.created_at_to, self.created_at_until)), default=None),
        )


class NewRecharge(NewRecord):
    """``POST /v1/logistics/recharges``"""

    fuel_id: Id
    country: ListedCountry
    date: Day
    quantity: Quantity | None = None
    vehicle_license_plate: Name | None = None
    toc_id: Name | None = None
    project_id: Id | None = None

    def terms(self) -> RechargeTerms:
        return RechargeTerms(**self.sent())


RechargeRecord = Annotated[NewRecharge | InvalidRecord, PlainValidator(each(NewRecharge))]


class RechargeBulk(Bulk):
    """``POST /v1/logistics/recharges/bulk``"""

    records: Annotated[Several[RechargeRecord], Field(min_length=1, max_length=RECORDS_MAX)]


class RechargeValuesQuery(Query):
    """``GET /v1/logistics/recharges/unique-values``"""

    field: Literal["fuel_name", "file_id"]


# --- hubs -------------------------------------------------------------------------------------------------------------


class HubPath(Path):
    hub_id: Id


class FreightHubPage(Page):
    """``GET /v1/logistics/hubs``"""

    size: PageSize = 10
    name: str | None = None
    type: HubType | None = None
    category: HubCategory | None = None

    @cached_property
    def filter(self) -> HubFilter:
        return HubFilter(self.name, self.type, self.category)


class HubPage(FreightHubPage):
    """``GET /v1/logistic-hubs``"""

    repeated = ("status[]",)

    status: Several[HubStatus] = Field((), alias="status[]")

    @cached_property
    def filter(self) -> HubFilter:
        return HubFilter(self.name, self.type, self.category, self.status)


class HubChanges(Body):
    """``PUT /v1/logistic-hubs/{hub_id}``. Only members that are sent change, so no default is ever used."""

    name: Name = ""
    type: HubType = "owned"
    category: HubCategory | None = None
    address: Text | None = None
    country: Country | None = None
    facility_id: Id | None = None
    supercharger: JsonBoolean = False


class NewHub(NewRecord):
    """``POST /v1/logistic-hubs``"""

    name: Name
    type: HubType
    category: HubCategory | None = None
    address: Text | None = None
    supercharger: JsonBoolean = False
    facility_id: Id | None = None

    def terms(self) -> HubTerms:
        if self.type == "owned" and self.facility_id is None:
            raise ValueError("facility_id is required for an owned hub")
        return HubTerms(**self.sent())
