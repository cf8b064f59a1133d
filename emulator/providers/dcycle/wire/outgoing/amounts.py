"""Masses as the vendor writes them."""

GRAMS_PER_KG = 1000
GRAMS_PER_TONNE = 1_000_000


def kilograms(grams: int | None) -> float | None:
    """Return kilograms as the nearest float, which prints as the same decimal."""
    return None if grams is None else grams / GRAMS_PER_KG


def tonnes(grams: int) -> float:
    """Return tonnes as the nearest float, which prints as the same decimal: 1550.8, not 1550.8000000000002."""
    return grams / GRAMS_PER_TONNE
