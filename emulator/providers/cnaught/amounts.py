"""What activities come to in kilograms, and kilograms in US cents; all arithmetic is decimal."""

from collections.abc import Hashable, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Literal, TypeAlias, TypeVar

from emulator.providers.cnaught import errors
from emulator.providers.cnaught.memory import Fractions, Portfolio, Source

K = TypeVar("K", bound=Hashable)
Vehicle: TypeAlias = Literal["passenger_car_van_or_suv", "small_bus", "school_bus", "coach_bus"]

CAR_KG_PER_KM = Decimal("0.2411409")
"""8.887 kg of CO2 a US gallon / 22.9 miles a gallon / 1.609344 km a mile: what the vendor's sample application uses."""

VEHICLE_KG_PER_KM: Mapping[Vehicle, Decimal] = {
    "passenger_car_van_or_suv": CAR_KG_PER_KM,
    "small_bus": Decimal("0.634"),  # 10.21 kg a US gallon of diesel (US EPA) at 10 miles a gallon, which is assumed
    "school_bus": Decimal("0.745"),  # fitted: 1,000 km are 745 kg
    "coach_bus": Decimal("1.057"),  # the same diesel at 6 miles a gallon, which is assumed
}
"""The whole vehicle, whoever sits in it."""

FLIGHT_KG_PER_KM = Decimal("0.095")
"""A passenger's, in the vendor's sample application; 100 km are 10 kg."""

TRAIN_KG_PER_KM = Decimal("0.038")
"""A passenger's, fitted: 1,000 km are 38 kg."""

AIR_FREIGHT_KG_PER_TONNE_KM = Decimal("1.0459")
"""1.527 kg a short ton-mile (US EPA, 2011) / 1.45997; 10 kg over 100 km are 2 kg."""

GROUND_FREIGHT_KG_PER_TONNE_KM = Decimal("0.1384")
"""0.202 kg a short ton-mile (US EPA, about 2018) / 1.45997; 100 kg over 1,000 km are 14 kg."""

OFFICE_KG_PER_SQUARE_FOOT = Decimal("8.6")
"""Fitted: 1,000 square feet are 8,600 kg."""

KG_PER_TONNE = 1000


def activity_kg(extent: Decimal, kg_per_unit: Decimal) -> Decimal:
    """The mass of an activity, rounded up to whole kilograms: 30 km by car are 8 kg (seen on the vendor's sandbox)."""
    return (extent * kg_per_unit).to_integral_value(ROUND_CEILING)


def ride_kg(distance_km: Decimal) -> Decimal:
    """The mass of a car ride."""
    return activity_kg(distance_km, CAR_KG_PER_KM)


def bought_kg(total_price_usd_cents: int, portfolio: Portfolio) -> Decimal:
    """The mass that a total price buys."""
    amount_kg = total_price_usd_cents / portfolio.price_per_kg("api")
    return whole_kg(amount_kg, "total_price_usd_cents", "cnaught.orders.total-price-bounds")


def offered_kg(amount_kg: Decimal, fractions: Fractions) -> Decimal:
    """A mass as CNaught sells it: in whole kilograms, unless fractions are kept. Raises InvalidParameters."""
    if fractions == "keep":
        return amount_kg
    if fractions == "refuse" and amount_kg != amount_kg.to_integral_value():
        raise errors.InvalidParameters({"amount_kg": ["must be an integer"]})
    return whole_kg(amount_kg, "amount_kg", "cnaught.orders.amount-bounds")


def whole_kg(amount_kg: Decimal, field: str, rule: str) -> Decimal:
    """A mass without its fraction. Raises InvalidParameters for the field it came from if nothing is left."""
    whole = amount_kg.to_integral_value(ROUND_FLOOR)
    if whole == 0:
        raise errors.InvalidParameters({field: ["must come to at least 1 kg"]}, rule)
    return whole


def price(amount_kg: Decimal, portfolio: Portfolio, source: Source) -> int:
    """In whole cents: the nearest for an order by API, the next higher for a checkout (docs.cnaught.com, Quotes)."""
    rounding = ROUND_HALF_UP if source == "api" else ROUND_CEILING
    return int((amount_kg * portfolio.price_per_kg(source)).to_integral_value(rounding))


def equal_parts(amount_kg: Decimal, projects: Sequence[K]) -> Mapping[K, Decimal]:
    """An amount in grams' precision over projects; what does not divide goes to the last."""
    if len(projects) == 1:
        return {projects[0]: amount_kg}
    part = (amount_kg / len(projects)).quantize(Decimal("0.001"), ROUND_FLOOR)
    parts = dict.fromkeys(projects, part)
    parts[projects[-1]] += amount_kg - part * len(projects)
    return parts
