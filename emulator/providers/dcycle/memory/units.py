"""Units of measurement."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from emulator.core.struct import Struct
from emulator.providers.dcycle.memory.fields import KWH_MAX, Uuid


class Unit(Struct, frozen=True):
    """A unit. ``kg`` is what one of mass weighs, ``kwh`` the kilowatt-hours of one of energy, ``currency`` the code of
    one of money.
    """

    id: Uuid
    name: str
    type: str
    kg: Annotated[Decimal, Field(ge=0, le=1000)] | None = None
    currency: str | None = None
    kwh: Annotated[Decimal, Field(gt=0, le=KWH_MAX)] | None = None
