"""Types of the fields of requests."""

import re
from typing import Annotated

from msgspec import Meta
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from emulator.core.countries import COUNTRIES
from emulator.providers.thallo.memory.fields import DIGITS_MAX
from emulator.web.fields import QUERY_INTEGER

SAFE_INTEGER_MAX = 2**53 - 1
DIGITS = re.compile(f"[0-9]{{1,{DIGITS_MAX}}}")


def _grams(value: object) -> object:
    if not isinstance(value, str) or not DIGITS.fullmatch(value):
        raise PydanticCustomError("grams", f"must be a whole number of at most {DIGITS_MAX} digits")
    return int(value)


def _country(value: str) -> str:
    if value not in COUNTRIES:
        raise PydanticCustomError("country", "must be a valid ISO31661 Alpha2 code")
    return value


PageNumber = Annotated[int, Field(ge=1, le=SAFE_INTEGER_MAX), Meta(ge=1, le=SAFE_INTEGER_MAX), QUERY_INTEGER]
PageSize = Annotated[int, Field(ge=1, le=100), Meta(ge=1, le=100), QUERY_INTEGER]
TradesMax = Annotated[int, Field(ge=0, le=SAFE_INTEGER_MAX), Meta(ge=0, le=SAFE_INTEGER_MAX), QUERY_INTEGER]
QueryGrams = Annotated[int, BeforeValidator(_grams)]
Name = Annotated[str, StringConstraints(min_length=1)]
Country = Annotated[str, AfterValidator(_country)]

NumberText = Annotated[str, StringConstraints(max_length=DIGITS_MAX)]
"""A number as text. The rules of a retirement refuse other characters."""
