"""Emissions that a vendor has measured, in one form for all vendors."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class MonthlyEmission:
    """Grams of CO2e that an organization emitted in one category and calendar month. ``month`` is its first day."""

    organization: str
    scope: int
    category: str
    month: date
    grams: int
