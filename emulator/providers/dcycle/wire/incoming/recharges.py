"""Recharges of fuel for freight: ``/v1/logistics/recharges``."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PlainValidator
from pydantic_core import PydanticCustomError

from emulator.core.cached_property import cached_property
from emulator.core.countries import COUNTRIES
from emulator.providers.dcycle.backend.drafts.freight import RechargeFilter
from emulator.providers.dcycle.memory.recharges import RechargeTerms
from emulator.providers.dcycle.wire.incoming.bulk import RECORDS_MAX, Bulk, InvalidRecord, each
from emulator.providers.dcycle.wire.incoming.fields import (
    Country,
    Day,
    Id,
    Name,
    PageSize,
    Quantity,
    Several,
    Since,
    Until,
)
from emulator.providers.dcycle.wire.incoming.parts import NewRecord, Page, Path, Query


def _country(code: str) -> str:
    if code not in COUNTRIES:
        raise PydanticCustomError("country_alpha2", "Invalid country alpha2 code")
    return code


ListedCountry = Annotated[Country, AfterValidator(_country)]
"""A code of ISO 3166-1: the vendor refuses a bad one where it prices fuel by country."""


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
