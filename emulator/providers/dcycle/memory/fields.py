"""Types of fields, with the bounds within which every operation can show them."""

from typing import Annotated, TypeAlias

from pydantic import Field, StringConstraints

UUID = r"^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$"

GRAMS_MAX = 10**18
"""A trillion tonnes: more than the world emits in ten years."""

GRAMS_PER_UNIT_MAX = 10**6
"""A tonne per euro, liter or other unit."""

QUANTITY_MAX = 10**12
"""The largest quantity of anything: at the highest factor, it emits ``GRAMS_MAX``."""

KWH_MAX = 1000
"""The most kilowatt-hours that one unit of energy has: a megawatt-hour."""

Uuid: TypeAlias = Annotated[str, StringConstraints(pattern=UUID)]
Grams: TypeAlias = Annotated[int, Field(ge=0, le=GRAMS_MAX)]
GramsPerUnit: TypeAlias = Annotated[int, Field(ge=0, le=GRAMS_PER_UNIT_MAX)]
Quantity: TypeAlias = Annotated[float, Field(ge=0, le=QUANTITY_MAX, allow_inf_nan=False)]
Energy: TypeAlias = Annotated[float, Field(ge=0, le=QUANTITY_MAX * KWH_MAX, allow_inf_nan=False)]
"""Kilowatt-hours."""

Fraction: TypeAlias = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Year: TypeAlias = Annotated[int, Field(ge=1000, le=9999)]
