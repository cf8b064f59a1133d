"""Wastes and waste water: ``/v1/wastes``, ``/v1/waste``, ``/v1/waste-water-treatments`` and the legacy API."""

from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import Field

from emulator.core.cached_property import cached_property
from emulator.providers.dcycle.backend.drafts.wastes import WasteFactorFilter, WasteFilter, WasteWaterFilter
from emulator.providers.dcycle.memory.wastes import (
    KILOGRAMS,
    WASTE_KM_MAX,
    WASTE_QUANTITY_MAX,
    WasteStatus,
    WasteTerms,
    WasteWaterTerms,
)
from emulator.providers.dcycle.wire.incoming.bulk import IDS_MAX
from emulator.providers.dcycle.wire.incoming.fields import (
    Calculated,
    Day,
    Id,
    Name,
    Several,
    Since,
    Until,
    is_calculated,
)
from emulator.providers.dcycle.wire.incoming.parts import Body, NewRecord, Page, Path, Query
from emulator.web.fields import JSON_DOUBLE, Text

WasteQuantity = Annotated[float, Field(gt=0.0, le=float(WASTE_QUANTITY_MAX)), JSON_DOUBLE]
WasteKm = Annotated[float, Field(ge=0.0, le=float(WASTE_KM_MAX)), JSON_DOUBLE]
Measure = Annotated[float, Field(ge=0.0, le=1e9), JSON_DOUBLE]
WasteSort = Literal["start_date", "-start_date", "identification_name", "-identification_name"]
WasteWaterSort = Literal["start_date", "-start_date", "invoice_id", "-invoice_id"]
DAYS_MAX = 31


class WastePath(Path):
    waste_id: Id


class WastePage(Page):
    """``GET /v1/wastes``"""

    repeated = ("status[]", "file_id[]", "identification_name[]", "ler_code[]", "rd_code[]")

    facility_id: Id
    status: Several[WasteStatus] = Field((), alias="status[]")
    file_id: Several[Id] = Field((), alias="file_id[]")
    co2e_status: Calculated | None = None
    identification_name: Several[str] = Field((), alias="identification_name[]")
    ler_code: Several[str] = Field((), alias="ler_code[]")
    rd_code: Several[str] = Field((), alias="rd_code[]")
    start_date: Day | None = None
    end_date: Day | None = None
    created_at_from: Since | None = None
    created_at_to: Until | None = None
    project_id: Id | None = None
    sort: WasteSort | None = None

    @cached_property
    def filter(self) -> WasteFilter:
        return WasteFilter(
            statuses=self.status,
            file_ids=self.file_id,
            calculated=is_calculated(self.co2e_status),
            names=self.identification_name,
            ler_codes=self.ler_code,
            rd_codes=self.rd_code,
            since=self.start_date,
            until=self.end_date,
            created_since=self.created_at_from,
            created_until=self.created_at_to,
        )

    @cached_property
    def sort_members(self) -> tuple[str, ...]:
        return () if self.sort is None else (self.sort,)


class WasteChanges(Body):
    """``PATCH /v1/wastes/{waste_id}``. Only members that are sent change, so no default is ever used."""

    identification_name: Name = ""
    start_date: Day = date.min
    end_date: Day = date.min
    base_quantity: WasteQuantity = 1.0
    description: Text | None = None
    destination: Text | None = None
    total_km_to_waste_center: WasteKm | None = None
    unit_id: Id = KILOGRAMS
    waste_efs_id: Id | None = None
    custom_emission_factor_id: Id | None = None


class NewWaste(WasteChanges, NewRecord):
    """``POST /v1/wastes``"""

    facility_id: Id
    identification_name: Name
    start_date: Day
    end_date: Day
    base_quantity: WasteQuantity

    def terms(self) -> WasteTerms:
        return WasteTerms(**self.sent())


class WasteIds(Body):
    """``POST /v1/waste/bulk-delete``"""

    waste_ids: Annotated[Several[Id], Field(min_length=1, max_length=IDS_MAX)]


class WasteValuesQuery(Query):
    """``GET /v1/waste/unique-values``"""

    field: Literal["file_id", "created_at", "identification_name", "ler_code", "rd_code"]
    facility_id: Id


class WasteFactorPage(Page):
    """``GET /v1/waste-efs``"""

    region: str | None = None
    low_code: str | None = None
    rd_code: str | None = None

    @cached_property
    def filter(self) -> WasteFactorFilter:
        return WasteFactorFilter(self.region, self.low_code, self.rd_code)


# --- waste water ------------------------------------------------------------------------------------------------------


class WasteWaterPath(Path):
    wwt_id: Id


class LegacyWasteWaterPath(Path):
    waste_water_treatment_id: Id


class WasteWaterPage(Page):
    """``GET /v1/waste-water-treatments``"""

    repeated = ("status[]",)

    facility_id: Id
    status: Several[WasteStatus] = Field((), alias="status[]")
    co2e_status: Calculated | None = None
    start_date: Day | None = None
    end_date: Day | None = None
    project_id: Id | None = None
    sort: WasteWaterSort | None = None

    @cached_property
    def filter(self) -> WasteWaterFilter:
        return WasteWaterFilter(self.status, is_calculated(self.co2e_status), self.start_date, self.end_date)

    @cached_property
    def sort_members(self) -> tuple[str, ...]:
        return () if self.sort is None else (self.sort.replace("invoice_id", "name"),)


class DailyMeasurement(Body):
    """The measurements of one day."""

    name: Name
    measurement_date: Day
    m3_water_in: Measure | None = None
    m3_water_out: Measure | None = None
    kg_sludge: Measure | None = None


class NewWasteWaterTreatment(NewRecord):
    """``POST /api/v1/bulk/waste_water_treatments``"""

    facility_id: Id
    daily_waste_water_treatment_data: Annotated[Several[DailyMeasurement], Field(min_length=1, max_length=DAYS_MAX)]

    def terms(self) -> WasteWaterTerms:
        days = sorted(self.daily_waste_water_treatment_data, key=lambda day: day.measurement_date)
        first, last = days[0], days[-1]
        if (last.measurement_date - first.measurement_date).days >= DAYS_MAX:
            raise ValueError("the measurements must be of at most 31 days")
        if None in (last.m3_water_in, last.m3_water_out):
            raise ValueError("the last day must be complete")
        return WasteWaterTerms(
            self.facility_id,
            first.name,
            first.measurement_date,
            last.measurement_date,
            _sum_of_days(days, "m3_water_in"),
            _sum_of_days(days, "m3_water_out"),
            _sum_of_days(days, "kg_sludge"),
        )


def _sum_of_days(days: list[DailyMeasurement], name: str) -> float:
    """Return the sum over every day of the period; days without a measurement are interpolated linearly."""
    known = {day.measurement_date: value for day in days if (value := getattr(day, name)) is not None}
    if not known:
        return 0.0
    first, last = days[0].measurement_date, days[-1].measurement_date
    every = [first + timedelta(n) for n in range((last - first).days + 1)]
    return round(sum(_on_line(known, day) for day in every), 6)


def _on_line(known: dict[date, float], day: date) -> float:
    before = max((known_day for known_day in known if known_day <= day), default=min(known))
    after = min((known_day for known_day in known if known_day >= day), default=max(known))
    if before >= after:
        return known[before]
    share = (day - before).days / (after - before).days
    return known[before] + (known[after] - known[before]) * share
