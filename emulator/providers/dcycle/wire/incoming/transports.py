"""Transport routes: ``/v1/transports``."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PlainValidator, StringConstraints
from pydantic_core import PydanticKnownError

from emulator.core.cached_property import cached_property
from emulator.providers.dcycle.backend.drafts.transports import CombinationFilter, TransportFilter
from emulator.providers.dcycle.memory.freight import DISTANCE_KM_MAX
from emulator.providers.dcycle.memory.transports import (
    SECTIONS_MAX,
    TRANSPORTED_MAX,
    Section,
    SectionType,
    TransportDirection,
    TransportStatus,
    TransportTerms,
    TravelMethod,
)
from emulator.providers.dcycle.memory.wastes import KILOGRAMS
from emulator.providers.dcycle.wire.incoming.bulk import IDS_MAX
from emulator.providers.dcycle.wire.incoming.fields import (
    Calculated,
    Day,
    Id,
    JsonBoolean,
    Name,
    Several,
    Since,
    Until,
    is_calculated,
)
from emulator.providers.dcycle.wire.incoming.parts import Body, NewRecord, Page, Path, Query
from emulator.web.fields import JSON_DOUBLE, Text, json_number

DECIMALS_MAX = 3


def _with_few_decimals(number: Decimal) -> Decimal:
    """Refuse digits after the third decimal, except zeros."""
    fraction = f"{number:f}".partition(".")[2].rstrip("0")
    if len(fraction) > DECIMALS_MAX:
        raise PydanticKnownError("decimal_max_places", {"decimal_places": DECIMALS_MAX})
    return number


Transported = Annotated[
    float,
    PlainValidator(json_number),
    Field(gt=0.0, le=Decimal(str(TRANSPORTED_MAX))),  # no double is exactly this number
    AfterValidator(_with_few_decimals),
    AfterValidator(float),
]
DistanceKm = Annotated[float, Field(ge=0.0, le=float(DISTANCE_KM_MAX)), JSON_DOUBLE]
SearchText = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Sort = Literal[
    "name", "start_date", "quantity_transported", "created_at",
    "-name", "-start_date", "-quantity_transported", "-created_at",
]  # fmt: skip
SORTED_BY = {"start_date": "transport_date", "-start_date": "-transport_date"}


class TransportPath(Path):
    transport_route_id: Id


class VersionPage(Page):
    """``GET /v1/transports/{transport_route_id}/versions``"""


class TransportQuery(Query):
    """The filters of routes, with ``status`` written both ways, as those of vehicles."""

    repeated = ("status", "status[]", "file_id")

    search: SearchText | None = None
    start_date: Day | None = None
    end_date: Day | None = None
    status: Several[TransportStatus] = ()
    statuses: Several[TransportStatus] = Field((), alias="status[]")
    transport_direction: TransportDirection | None = None
    file_id: Several[Id] = ()
    created_at_from: Since | None = None
    created_at_to: Until | None = None
    co2e_status: Calculated | None = None

    @cached_property
    def filter(self) -> TransportFilter:
        return TransportFilter(
            text=self.search,
            since=self.start_date,
            until=self.end_date,
            statuses=(*self.status, *self.statuses),
            direction=self.transport_direction,
            file_ids=self.file_id,
            created_since=self.created_at_from,
            created_until=self.created_at_to,
            calculated=is_calculated(self.co2e_status),
        )


class TransportPage(TransportQuery, Page):
    """``GET /v1/transports``"""

    sort: Sort | None = None

    @cached_property
    def sort_members(self) -> tuple[str, ...]:
        return () if self.sort is None else (SORTED_BY.get(self.sort, self.sort),)


class CountsQuery(Query):
    """``GET /v1/transports/counts``"""

    repeated = ("file_id",)

    transport_direction: TransportDirection | None = None
    file_id: Several[Id] = ()

    @cached_property
    def filter(self) -> TransportFilter:
        return TransportFilter(direction=self.transport_direction, file_ids=self.file_id)


class CombinationsQuery(Query):
    """``GET /v1/transports/combinations``"""

    transport_type: SectionType | None = None
    travel_method: TravelMethod | None = None
    refrigerated: bool | None = None
    electric: bool | None = None
    detail: str | None = None

    @cached_property
    def filter(self) -> CombinationFilter:
        return CombinationFilter(self.transport_type, self.travel_method, self.refrigerated, self.electric, self.detail)


class NewSection(Body):
    transport_type: SectionType
    origin: Text
    destination: Text
    travel_method: TravelMethod | None = None
    electric: JsonBoolean = False
    refrigerated: JsonBoolean = False
    detail: Name | None = None
    kms_manual: DistanceKm | None = None

    def section(self) -> Section:
        return Section(**self.sent())


Sections = Annotated[Several[NewSection], Field(min_length=1, max_length=SECTIONS_MAX)]


class TransportChanges(Body):
    """``PUT /v1/transports/{transport_route_id}``. Only members that are sent change, so no default is ever used."""

    name: Name | None = None
    transport_date: Day = date.min
    supplier: Name | None = None
    quantity_transported: Transported = 1.0
    unit_id: Id = KILOGRAMS
    sections: Sections = ()
    transport_frequency: Name | None = None

    def sent(self) -> dict[str, object]:
        sent = super().sent()
        if "sections" in sent:
            sent["sections"] = tuple(section.section() for section in self.sections)
        return sent


class NewTransport(TransportChanges, NewRecord):
    """``POST /v1/transports``"""

    transport_date: Day
    quantity_transported: Transported
    transport_direction: TransportDirection
    unit_id: Id
    sections: Sections

    def terms(self) -> TransportTerms:
        return TransportTerms(**self.sent())  # type: ignore[arg-type]


class TransportIds(Body):
    """``POST /v1/transports/bulk-delete``"""

    transport_ids: Annotated[Several[Id], Field(min_length=1, max_length=IDS_MAX)]
