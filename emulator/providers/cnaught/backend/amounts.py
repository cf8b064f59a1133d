"""Arithmetic: activities in kilograms, and kilograms in US cents. It is decimal, and rounds only once, at the end."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation
from typing import Literal, TypeAlias, TypeVar

from emulator.providers.cnaught import errors
from emulator.providers.cnaught.memory.catalogue import Portfolio, Source
from emulator.providers.cnaught.memory.fields import AMOUNT_MAX
from emulator.providers.cnaught.memory.settings import Fractions

K = TypeVar("K", bound=Hashable)
Vehicle: TypeAlias = Literal["passenger_car_van_or_suv", "small_bus", "school_bus", "coach_bus"]

EXACT = Context(prec=100_000, traps=[Inexact, InvalidOperation])
"""Wide enough for every sum and product of amounts: a result that had to be rounded is a bug."""

CAR_KG_PER_KM = Decimal("0.2411409")
"""8.887 kg of CO2 per US gallon / 22.9 miles per gallon / 1.609344 km per mile, as in the vendor's sample app."""

VEHICLE_KG_PER_KM: Mapping[Vehicle, Decimal] = {
    "passenger_car_van_or_suv": CAR_KG_PER_KM,
    "small_bus": Decimal("0.634"),  # 10.21 kg per US gallon of diesel (US EPA) at an assumed 10 miles per gallon
    "school_bus": Decimal("0.745"),  # fitted: 1,000 km are 745 kg
    "coach_bus": Decimal("1.057"),  # the same diesel at an assumed 6 miles per gallon
}
"""Kilograms per kilometer of the whole vehicle, with any number of passengers."""

FLIGHT_KG_PER_KM = Decimal("0.095")
"""Per passenger, as in the vendor's sample app; 100 km are 10 kg."""

TRAIN_KG_PER_KM = Decimal("0.038")
"""Per passenger, fitted: 1,000 km are 38 kg."""

AIR_FREIGHT_KG_PER_TONNE_KM = Decimal("1.0459")
"""1.527 kg per short ton-mile (US EPA, 2011) / 1.45997; 10 kg over 100 km are 2 kg."""

GROUND_FREIGHT_KG_PER_TONNE_KM = Decimal("0.1384")
"""0.202 kg per short ton-mile (US EPA, about 2018) / 1.45997; 100 kg over 1,000 km are 14 kg."""

OFFICE_KG_PER_SQUARE_FOOT = Decimal("8.6")
"""Fitted: 1,000 square feet are 8,600 kg."""


def activity_kg(extent: Decimal, kg_per_unit: Decimal) -> Decimal:
    """Return the mass of an activity in kilograms, rounded up to whole ones (observed: 30 km by car are 8 kg)."""
    return EXACT.multiply(extent, kg_per_unit).to_integral_value(ROUND_CEILING)


def tonne_km(mass_kg: Decimal, distance_km: Decimal) -> Decimal:
    """Return the extent of a freight in tonne-kilometers."""
    return EXACT.scaleb(EXACT.multiply(mass_kg, distance_km), -3)


def ride_kg(distance_km: Decimal) -> Decimal:
    """Return the mass of a car ride in whole kilograms, rounded up."""
    return activity_kg(distance_km, CAR_KG_PER_KM)


def bought_kg(total_price_usd_cents: int, portfolio: Portfolio) -> Decimal:
    """Return the whole kilograms that a total price buys. Raises AmountOutOfBounds."""
    amount_kg = EXACT.divide_int(Decimal(total_price_usd_cents), portfolio.price_per_kg("api"))
    if not 1 <= amount_kg <= AMOUNT_MAX:
        raise errors.AmountOutOfBounds("total_price_usd_cents", "cnaught.orders.total-price-bounds")
    return amount_kg


def offered_kg(amount_kg: Decimal, fractions: Fractions, *, bounds_rule: str, fractions_rule: str) -> Decimal:
    """Return a mass as CNaught sells it: at least 1 kg, its fraction kept, dropped or refused.

    Raises AmountOutOfBounds and FractionRefused, with the rules given.
    """
    if amount_kg < 1:
        raise errors.AmountOutOfBounds("amount_kg", bounds_rule)
    whole = amount_kg.to_integral_value(ROUND_FLOOR)
    if fractions == "refuse" and amount_kg != whole:
        raise errors.FractionRefused(fractions_rule)
    return amount_kg if fractions == "keep" else whole


def price(amount_kg: Decimal, portfolio: Portfolio, source: Source) -> int:
    """Return a price in whole cents: the nearest for an order by API, the next higher for a checkout (docs, Quotes)."""
    rounding = ROUND_HALF_UP if source == "api" else ROUND_CEILING
    return int(EXACT.multiply(amount_kg, portfolio.price_per_kg(source)).to_integral_value(rounding))


def rest_of_parts(amount_kg: Decimal, count: int) -> Decimal:
    """Return what remains, in kilograms, when an amount is divided into equal parts of whole grams."""
    return EXACT.remainder(amount_kg, EXACT.scaleb(Decimal(count), -3))


def equal_parts(amount_kg: Decimal, rest_kg: Decimal, projects: Sequence[K]) -> Mapping[K, Decimal]:
    """Divide an amount, or the sum of several, equally among projects; the last one also gets the rest, or its sum."""
    if len(projects) == 1:
        return {projects[0]: amount_kg}
    divided_g = EXACT.scaleb(EXACT.subtract(amount_kg, rest_kg), 3)
    part = EXACT.scaleb(EXACT.divide_int(divided_g, Decimal(len(projects))), -3)
    return {**dict.fromkeys(projects, part), projects[-1]: EXACT.add(part, rest_kg)}


def exact_sum(amounts: Iterable[Decimal]) -> Decimal:
    """Add amounts without rounding."""
    total = Decimal(0)
    for amount in amounts:
        total = EXACT.add(total, amount)
    return total


def nearest_counts(total: Decimal, units: Mapping[str, int]) -> dict[str, int]:
    """Return how many times each unit fits into a total, to the nearest whole number, halves up."""
    doubled = int(EXACT.add(total, total))
    return {name: (doubled + unit) // (2 * unit) for name, unit in units.items()}
