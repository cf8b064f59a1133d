"""Business travels: ``/v1/business-travels``."""

from datetime import date
from typing import Annotated

from pydantic import Field

from emulator.core.cached_property import cached_property
from emulator.providers.dcycle.backend.drafts import TravelFilter
from emulator.providers.dcycle.memory.travels import (
    CabinClass,
    FlightType,
    TravelFuel,
    TravelSize,
    TravelStatus,
    TravelTerms,
    TravelTransport,
)
from emulator.providers.dcycle.wire.incoming.fields import Day, Id, JsonBoolean, Several
from emulator.providers.dcycle.wire.incoming.parts import Body, NewRecord, Page, Path
from emulator.web.fields import JSON_DOUBLE, JSON_INTEGER, Text

Kilometers = Annotated[float, Field(gt=0.0, le=1_000_000.0), JSON_DOUBLE]
TravelNumber = Annotated[int, Field(ge=1, le=1000), JSON_INTEGER]


class TravelPath(Path):
    business_travel_id: Id


class TravelPage(Page):
    """``GET /v1/business-travels``"""

    repeated = ("transport_type", "status")

    transport_type: Several[TravelTransport] = ()
    status: Several[TravelStatus] = ()
    start_date: Day | None = None
    end_date: Day | None = None

    @cached_property
    def filter(self) -> TravelFilter:
        return TravelFilter(self.transport_type, self.status, self.start_date, self.end_date)


class TravelChanges(Body):
    """``PATCH /v1/business-travels/{business_travel_id}``. Only members that are sent change."""

    travel_date: Day = date.min
    transport_type: TravelTransport = "car"
    distance_km: Kilometers | None = None
    origin: Text | None = None
    destination: Text | None = None
    travel_number: TravelNumber = 1
    round_trip: JsonBoolean = False
    vehicle_size: TravelSize | None = None
    fuel_type: TravelFuel | None = None
    flight_type: FlightType | None = None
    cabin_class: CabinClass | None = None


class NewTravel(TravelChanges, NewRecord):
    """``POST /v1/business-travels``"""

    travel_date: Day
    transport_type: TravelTransport

    def terms(self) -> TravelTerms:
        return TravelTerms(**self.sent())
