"""Emission arithmetic: decimal, and rounded once, to whole grams."""

from decimal import ROUND_HALF_UP, Decimal


def whole_grams(grams: Decimal) -> int:
    """Round to whole grams, half a gram up."""
    return int(grams.to_integral_value(ROUND_HALF_UP))
