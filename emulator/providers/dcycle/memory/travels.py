"""Business travels."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from msgspec import field
from pydantic import Field

from emulator.core.documents import Day
from emulator.core.struct import Struct
from emulator.providers.dcycle.memory.factors import Factor
from emulator.providers.dcycle.memory.records import EmittingRecord, Posting

TravelTransport: TypeAlias = Literal["car", "metro", "train", "trolleybus", "bus", "motorbike", "aircraft", "ferry"]
TravelSize: TypeAlias = Literal["small", "medium", "large", "average"]
TravelFuel: TypeAlias = Literal[
    "petrol", "diesel", "cng", "lpg", "unknown", "plug_in_hybrid_electric", "battery_electric"
]
FlightType: TypeAlias = Literal["domestic", "short_haul_international", "long_haul_international"]
CabinClass: TypeAlias = Literal["economy", "premium_economy", "business", "first", "average"]
TravelStatus: TypeAlias = Literal["active", "pending", "error"]
TravelKm: TypeAlias = Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)]
TravelNumber: TypeAlias = Annotated[int, Field(ge=1, le=1000)]
Multiplier: TypeAlias = Annotated[Decimal, Field(ge=0, le=100, allow_inf_nan=False)]

MOTORED = ("car", "motorbike")
"""Means of transport that emit by the vehicle, not by the passenger."""


class FlightBand(Struct, frozen=True):
    """Flights of at most ``up_to_km`` kilometers; None for the last band, which has no upper limit."""

    factor: Factor
    up_to_km: Annotated[int, Field(ge=0, le=100_000)] | None = None


class TravelFactors(Struct, frozen=True):
    """Grams a kilometer: by means of transport, by size (``car.small``) or fuel (``fuel.battery_electric``).

    Flights are by ``bands`` of distance, shortest first, and a cabin class multiplies them.
    """

    per_km: Mapping[str, Factor] = field(default_factory=dict)
    bands: tuple[FlightBand, ...] = ()
    cabins: Mapping[str, Multiplier] = field(default_factory=dict)

    def grams_per_km(self, terms: "TravelTerms", distance_km: Decimal) -> Decimal | None:
        """Return the emissions of a kilometer; None if no factor is listed."""
        if terms.transport_type == "aircraft":
            factor = next(
                (band.factor for band in self.bands if band.up_to_km is None or distance_km <= band.up_to_km), None
            )
            return (
                None if factor is None else factor.grams * self.cabins.get(terms.cabin_class or "economy", Decimal(1))
            )
        names = (
            f"fuel.{terms.fuel_type}",
            f"{terms.transport_type}.{terms.vehicle_size or 'average'}",
            terms.transport_type,
        )
        return next((self.per_km[name].grams for name in names if name in self.per_km), None)


class TravelTerms(Struct, frozen=True):
    """The data that a client sends about a business travel of ``travel_number`` travelers."""

    travel_date: Day
    transport_type: TravelTransport
    distance_km: TravelKm | None = None
    origin: str | None = None
    destination: str | None = None
    travel_number: TravelNumber = 1
    round_trip: bool = False
    vehicle_size: TravelSize | None = None
    fuel_type: TravelFuel | None = None
    flight_type: FlightType | None = None
    cabin_class: CabinClass | None = None

    def __post_init__(self) -> None:
        if self.distance_km is None and (self.origin is None or self.destination is None):
            raise ValueError("distance_km, or origin and destination, is required")
        if self.transport_type not in MOTORED and (self.vehicle_size or self.fuel_type):
            raise ValueError("vehicle_size and fuel_type are for car and motorbike only")
        if self.transport_type != "aircraft" and (self.flight_type or self.cabin_class):
            raise ValueError("flight_type and cabin_class are for aircraft only")


class Travel(EmittingRecord[TravelTerms], frozen=True):
    """A business travel."""

    terms: TravelTerms

    @property
    def status(self) -> TravelStatus:
        """``error`` if the distance is unknown, or there is no factor for it."""
        return "error" if self.co2e_grams is None else "active"

    def posting(self) -> Posting:
        return Posting("travels", self.terms.travel_date)
