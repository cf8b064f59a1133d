"""What activities come to in kilograms, and kilograms in US cents; all arithmetic is decimal."""

from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from emulator.providers.cnaught import errors
from emulator.providers.cnaught.memory import Portfolio, Source

CAR_KG_PER_KM = Decimal("0.2411409")
"""8.887 kg of CO2 a US gallon / 22.9 miles a gallon / 1.609344 km a mile: what the vendor's sample application uses."""


def ride_kg(distance_km: Decimal) -> Decimal:
    """The mass of a car ride, rounded up to whole kilograms: 30 km are 8 kg (seen on the vendor's sandbox)."""
    return (distance_km * CAR_KG_PER_KM).to_integral_value(ROUND_CEILING)


def bought_kg(total_price_usd_cents: int, portfolio: Portfolio) -> Decimal:
    """The mass that a total price buys."""
    amount_kg = total_price_usd_cents / portfolio.price_per_kg("api")
    return whole_kg(amount_kg, "total_price_usd_cents", "cnaught.orders.total-price-bounds")


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


def equal_parts(amount_kg: Decimal, projects: tuple[str, ...]) -> Mapping[str, Decimal]:
    """An amount in grams' precision over projects; what does not divide goes to the last."""
    part = (amount_kg / len(projects)).quantize(Decimal("0.001"), ROUND_FLOOR)
    parts = dict.fromkeys(projects, part)
    parts[projects[-1]] += amount_kg - part * len(projects)
    return parts
