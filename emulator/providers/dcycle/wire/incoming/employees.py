"""Employees and how they commute: ``/v1/employees`` and ``/v1/employee-historic``."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from emulator.core.cached_property import cached_property
from emulator.providers.dcycle.backend.drafts import EmployeeFilter
from emulator.providers.dcycle.memory.employees import (
    CommutingFuel,
    CommutingSize,
    CommutingTerms,
    CommutingTransport,
    CommutingType,
    EmployeeStatus,
    EmployeeTerms,
    RenewableEnergy,
    ResponseMedium,
    Situation,
)
from emulator.providers.dcycle.wire.incoming.fields import Day, Id, JsonBoolean, Name, NonEmptyName, Several
from emulator.providers.dcycle.wire.incoming.parts import Body, NewRecord, Page, Path
from emulator.web.fields import JSON_DOUBLE, JSON_INTEGER, Text, email_fault


def _email(value: str) -> str:
    """Return an email address, or refuse it in the words of FastAPI."""
    if (fault := email_fault(value)) is not None:
        raise PydanticCustomError("value_error", "value is not a valid email address: {reason}", {"reason": fault})
    return value


EmployeeEmail = Annotated[Name, AfterValidator(_email)]
Kilometers = Annotated[float, Field(ge=0.0, le=100_000.0), JSON_DOUBLE]
Weekday = Annotated[int, Field(ge=0, le=6), JSON_INTEGER]
DailyTrips = Annotated[int, Field(ge=0, le=100), JSON_INTEGER]


class EmployeePath(Path):
    employee_id: Id


class EmployeePage(Page):
    """``GET /v1/employees``"""

    repeated = ("situation", "status", "transport_type", "response_medium")

    search: str | None = None
    situation: Several[Situation] = ()
    status: Several[EmployeeStatus] = ()
    transport_type: Several[CommutingTransport] = ()
    response_medium: Several[ResponseMedium] = ()

    @cached_property
    def filter(self) -> EmployeeFilter:
        return EmployeeFilter(self.situation, self.status, self.search, self.transport_type, self.response_medium)


class EmployeeChanges(Body):
    """``PATCH /v1/employees/{employee_id}``. Only members that are sent change, so no default is ever used."""

    name: NonEmptyName | None = None
    email: EmployeeEmail | None = None
    situation: Situation = "active"
    status: EmployeeStatus = "uploaded"


class NewEmployee(EmployeeChanges, NewRecord):
    """``POST /v1/employees``"""

    situation: Situation
    status: EmployeeStatus

    def terms(self) -> EmployeeTerms:
        return EmployeeTerms(**self.sent())


class CommutingPage(Page):
    """``GET /v1/employee-historic``"""

    employee_id: Id


class CommutingPath(Path):
    employee_historic_id: Id


class CommutingChanges(Body):
    """``PATCH /v1/employee-historic/{employee_historic_id}``. Only members that are sent change."""

    start_date: Day = date.min
    end_date: Day = date.max
    commuting_type: CommutingType = "in_itinere"
    transport_type: CommutingTransport = "car"
    total_km: Kilometers | None = None
    weekly_travels: Annotated[Several[Weekday], Field(max_length=7)] | None = None
    daily_trips: DailyTrips | None = None
    vehicle_size: CommutingSize | None = None
    fuel_type: CommutingFuel | None = None
    renewable_energy: RenewableEnergy | None = None
    carpool: JsonBoolean | None = None
    situation: Situation | None = None
    response_medium: ResponseMedium | None = None
    origin: Text | None = None
    destination: Text | None = None


class NewCommutingPeriod(CommutingChanges, NewRecord):
    """``POST /v1/employee-historic``"""

    employee_id: Id
    start_date: Day
    end_date: Day
    commuting_type: CommutingType
    transport_type: CommutingTransport

    def terms(self) -> CommutingTerms:
        return CommutingTerms(**self.sent())
