"""Numbers that come as text, and tonnes."""

import re

from emulator.providers.thallo import errors
from emulator.providers.thallo.memory.fields import TONNE_GRAMS

INTEGER = re.compile("-?[0-9]+")


def positive(
    text: str, not_a_number: type[errors.RetirementRefusal], not_positive: type[errors.RetirementRefusal]
) -> int:
    """Return a whole number above zero. Raises one of the two refusals."""
    if not INTEGER.fullmatch(text):
        raise not_a_number
    number = int(text)
    if number <= 0:
        raise not_positive
    return number


def whole_tonnes(grams: int) -> int:
    """Return the grams of the fewest whole tonnes that contain so many."""
    return -(-grams // TONNE_GRAMS) * TONNE_GRAMS
