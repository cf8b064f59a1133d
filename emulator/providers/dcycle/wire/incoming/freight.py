"""Freight and its packages: ``/v1/logistics`` and ``/v2/logistics``."""

from typing import Annotated

from pydantic import Field, PlainValidator, StringConstraints

from emulator.core.cached_property import cached_property
from emulator.providers.dcycle.backend.drafts.freight import FreightFilter, PackageFilter
from emulator.providers.dcycle.memory.freight import (
    DISTANCE_KM_MAX,
    LOAD_MAX,
    TKM_MAX,
    FreightStatus,
    FreightTerms,
    LoadUnit,
    Mode,
)
from emulator.providers.dcycle.wire.incoming.bulk import RECORDS_MAX, Bulk, InvalidRecord, each
from emulator.providers.dcycle.wire.incoming.fields import (
    Day,
    Fraction,
    Id,
    JsonBoolean,
    Name,
    PageSize,
    Several,
    Since,
    Until,
    Year,
)
from emulator.providers.dcycle.wire.incoming.parts import Body, NewRecord, Page, Path, Query
from emulator.web.fields import JSON_DOUBLE, Text

Load = Annotated[float, Field(ge=0.0, le=float(LOAD_MAX)), JSON_DOUBLE]
DistanceKm = Annotated[float, Field(ge=0.0, le=float(DISTANCE_KM_MAX)), JSON_DOUBLE]
Tkm = Annotated[float, Field(ge=0.0, le=float(TKM_MAX)), JSON_DOUBLE]
OriginCountry = Annotated[str, StringConstraints(pattern="^([A-Z]{2}|GLO)$")]
"""A code of two letters, or the whole world."""


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
    origin_country: OriginCountry = "GLO"
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
