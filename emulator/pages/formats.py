"""Amounts and times as people read them."""

from datetime import datetime
from decimal import Decimal

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
KG_PER_TONNE = 1000


def number(value: Decimal | int, places: int = 3) -> str:
    """Return ``1,234.5``: with separators, at most so many decimal places, and no zeros at the end."""
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def mass(kilograms: Decimal) -> tuple[str, str]:
    """Return ``("1,234.5", "kg")`` or ``("12.5", "tonnes")``: a number and its unit, tonnes from ten of them on."""
    if kilograms >= 10 * KG_PER_TONNE:
        return number(kilograms / KG_PER_TONNE), "tonnes"
    return number(kilograms), "kg"


def mass_text(kilograms: Decimal) -> str:
    """Return ``1,234.5 kg``."""
    return " ".join(mass(kilograms))


def dollars(cents: int) -> str:
    """Return ``$1,234.50``."""
    return f"${cents // 100:,}.{cents % 100:02}"


def day(at: datetime) -> str:
    """Return ``January 5, 2026``."""
    return f"{MONTHS[at.month - 1]} {at.day}, {at.year}"


def moment(at: datetime) -> str:
    """Return ``January 5, 2026, 18:30 UTC``."""
    return f"{day(at)}, {at:%H:%M} UTC"
