"""Employees, and how they commute."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from msgspec import field
from pydantic import Field

from emulator.core.documents import Day
from emulator.core.exact_json import decimal
from emulator.core.struct import Struct
from emulator.providers.dcycle.memory.emissions import check_period
from emulator.providers.dcycle.memory.factors import Factor
from emulator.providers.dcycle.memory.fields import Uuid
from emulator.providers.dcycle.memory.records import EmittingRecord, Posting, Record

Situation: TypeAlias = Literal["active", "inactive", "terminated"]
EmployeeStatus: TypeAlias = Literal["uploaded", "loading"]
CommutingType: TypeAlias = Literal["in_itinere", "in_labore"]
CommutingTransport: TypeAlias = Literal[
    "car", "bus", "train", "metro", "tram", "motorbike", "bicycle", "walking", "telecommuting",
    "electric_kick_scooter", "trolleybus",
]  # fmt: skip
CommutingSize: TypeAlias = Literal["small", "medium", "large"]
CommutingFuel: TypeAlias = Literal[
    "petrol", "diesel", "electric", "hybrid", "lpg", "natural_gas", "not_fuel_based", "do_not_know"
]
RenewableEnergy: TypeAlias = Literal["yes", "no", "do_not_know"]
ResponseMedium: TypeAlias = Literal["manual", "qr", "form"]
Weekday: TypeAlias = Annotated[int, Field(ge=0, le=6)]
CommutingKm: TypeAlias = Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]
DailyTrips: TypeAlias = Annotated[int, Field(ge=0, le=100)]

FUELED = ("car", "bus", "motorbike")
"""Means of transport whose fuel must be stated."""


class EmployeeTerms(Struct, frozen=True):
    """The data that a client sends about an employee."""

    situation: Situation
    status: EmployeeStatus
    name: str | None = None
    email: str | None = None

    def __post_init__(self) -> None:
        if self.name is None and self.email is None:
            raise ValueError("name or email is required")


class Employee(Record[EmployeeTerms], frozen=True):
    """An employee, who emits by commuting."""

    terms: EmployeeTerms


class CommutingFactors(Struct, frozen=True):
    """Grams a kilometer.

    ``per_km`` is by means of transport, and for cars by size (``car.small``); ``by_fuel`` multiplies those of cars.
    ``electric_car`` replaces both, and ``passengers`` share a car pool.
    """

    per_km: Mapping[str, Factor] = field(default_factory=dict)
    by_fuel: Mapping[str, Annotated[Decimal, Field(ge=0, le=10)]] = field(default_factory=dict)
    electric_car: Factor = field(default_factory=lambda: Factor(Decimal(0), "inferred"))
    passengers: Annotated[int, Field(ge=1, le=100)] = 2

    def grams_per_km(self, terms: "CommutingTerms") -> Decimal:
        """Return the emissions of a kilometer; zero for means of transport that are not listed."""
        if terms.transport_type != "car":
            return self._listed(terms.transport_type)
        if terms.fuel_type == "electric":
            grams = Decimal(0) if terms.renewable_energy == "yes" else self.electric_car.grams
        else:
            grams = self._listed(f"car.{terms.vehicle_size}") * self.by_fuel.get(terms.fuel_type or "", Decimal(1))
        return grams / self.passengers if terms.carpool else grams

    def _listed(self, name: str) -> Decimal:
        return self.per_km[name].grams if name in self.per_km else Decimal(0)


class CommutingTerms(Struct, frozen=True):
    """The data that a client sends about a commute. ``total_km`` is one way, and ``weekly_travels`` days."""

    employee_id: Uuid
    start_date: Day
    end_date: Day
    commuting_type: CommutingType
    transport_type: CommutingTransport
    total_km: CommutingKm | None = None
    weekly_travels: tuple[Weekday, ...] | None = None
    daily_trips: DailyTrips | None = None
    vehicle_size: CommutingSize | None = None
    fuel_type: CommutingFuel | None = None
    renewable_energy: RenewableEnergy | None = None
    carpool: bool | None = None
    situation: Situation | None = None
    response_medium: ResponseMedium | None = None
    origin: str | None = None
    destination: str | None = None

    def __post_init__(self) -> None:
        if self.end_date <= self.start_date:
            raise ValueError("end_date must be after start_date")
        check_period(self.start_date, self.end_date)
        if self.transport_type != "telecommuting" and (self.total_km is None or self.weekly_travels is None):
            raise ValueError("total_km and weekly_travels are required")
        if self.transport_type in FUELED and self.fuel_type is None:
            raise ValueError("fuel_type is required for car, bus and motorbike")
        if self.transport_type == "car" and (self.vehicle_size is None or self.carpool is None):
            raise ValueError("vehicle_size and carpool are required for car")
        if self.transport_type != "car" and self.carpool:
            raise ValueError("carpool must be false for anything but a car")

    def commuting_days(self) -> int:
        """Return how many days of the period are days of commuting."""
        weekdays, days = set(self.weekly_travels or ()), (self.end_date - self.start_date).days + 1
        rest = [(self.start_date + timedelta(n)).weekday() for n in range(days % 7)]
        return len(weekdays) * (days // 7) + sum(weekday in weekdays for weekday in rest)

    def kilometers(self) -> Decimal:
        """Return what is traveled in the whole period, both ways."""
        trips = 1 if self.daily_trips is None else self.daily_trips
        return 2 * decimal(self.total_km or 0.0) * trips * self.commuting_days()


class CommutingPeriod(EmittingRecord[CommutingTerms], frozen=True):
    """How an employee commutes from one day to another."""

    terms: CommutingTerms

    def posting(self) -> Posting:
        return Posting("employees", self.terms.start_date, self.terms.end_date)
