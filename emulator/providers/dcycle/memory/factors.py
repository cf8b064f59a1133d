"""Emission factors, each with where its number is from."""

from decimal import Decimal
from typing import Annotated, TypeAlias

from pydantic import Field

from emulator.core.struct import Struct
from emulator.providers.dcycle.memory.fields import GRAMS_PER_UNIT_MAX

DecimalGrams: TypeAlias = Annotated[Decimal, Field(ge=0, le=GRAMS_PER_UNIT_MAX, allow_inf_nan=False)]


class Factor(Struct, frozen=True):
    """Grams of CO2e that one unit causes. ``source`` is the vendor's page, or ``inferred``."""

    grams: DecimalGrams
    source: str
