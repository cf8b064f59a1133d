"""Emissions that a vendor has measured, in one form for all vendors."""

from datetime import date

from emulator.core.struct import Struct


class MonthlyEmission(Struct, frozen=True):
    """Grams of CO2e that an organization emitted in one category and calendar month. ``month`` is its first day."""

    organization: str
    scope: int
    category: str
    month: date
    grams: int
