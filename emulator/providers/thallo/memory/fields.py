"""Types of fields. Their bounds keep every remembered value one that each operation can show."""

import re
from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Field, PlainSerializer

TONNE_GRAMS = 1_000_000

DIGITS_MAX = 100
"""How many digits an amount may have, in a request as well."""

_WHOLE_NUMBER = re.compile("-?[0-9]{1,4300}")
"""Python refuses to read an integer of more than 4,300 digits."""

GRAMS_MAX = CENTS_MAX = 10**DIGITS_MAX - 1


def _whole_number(value: object) -> object:
    return int(value) if isinstance(value, str) and _WHOLE_NUMBER.fullmatch(value) else value


_FROM_TEXT, _TO_TEXT = BeforeValidator(_whole_number), PlainSerializer(str)
"""A document may have an amount as text, and a snapshot does: many readers round JSON numbers of 100 digits."""

Grams: TypeAlias = Annotated[int, Field(ge=0, le=GRAMS_MAX), _FROM_TEXT, _TO_TEXT]
TradedGrams: TypeAlias = Annotated[int, Field(gt=0, le=GRAMS_MAX), _FROM_TEXT, _TO_TEXT]
RemainderGrams: TypeAlias = Annotated[int, Field(ge=0, lt=TONNE_GRAMS), _FROM_TEXT, _TO_TEXT]
Cents: TypeAlias = Annotated[int, Field(gt=0, le=CENTS_MAX), _FROM_TEXT, _TO_TEXT]
Month: TypeAlias = Annotated[str, Field(pattern=r"^[12][0-9]{3}-(0[1-9]|1[0-2])$")]
Year: TypeAlias = Annotated[int, Field(ge=1, le=9999)]
KeyHash: TypeAlias = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
TradeType: TypeAlias = Literal["BUY", "SELL"]
Status: TypeAlias = Literal["OPEN", "CLOSED", "IN_PROGRESS", "COMPLETE", "NOTHING_TO_PROCESS"]
