"""Units of measurement."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from emulator.providers.dcycle.memory.fields import Uuid


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit. ``kg`` is what one unit of mass weighs, and ``currency`` the code of a unit of money."""

    id: Uuid
    name: str
    type: str
    kg: Annotated[Decimal, Field(ge=0, le=1000)] | None = None
    currency: str | None = None
