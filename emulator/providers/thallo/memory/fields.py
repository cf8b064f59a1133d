"""Types of fields. Their bounds keep every remembered value one that each operation can show."""

import re
from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

TONNE_GRAMS = 1_000_000

DIGITS_MAX = 100
"""How many digits an amount may have, in a request as well."""

GRAMS_MAX = CENTS_MAX = 10**DIGITS_MAX - 1


def _whole_number(value: object) -> object:
    if not isinstance(value, str) or not re.fullmatch(f"[0-9]{{1,{DIGITS_MAX}}}", value):
        raise PydanticCustomError("amount", f"Input should be a whole number as text, of at most {DIGITS_MAX} digits")
    return int(value)


WholeNumber: TypeAlias = Annotated[
    int,
    BeforeValidator(_whole_number),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "pattern": f"^[0-9]{{1,{DIGITS_MAX}}}$"}),
]
"""An amount, which a document has as text: grams and cents may have more digits than a JSON number keeps."""

Grams: TypeAlias = Annotated[WholeNumber, Field(ge=0, le=GRAMS_MAX)]
TradedGrams: TypeAlias = Annotated[WholeNumber, Field(gt=0, le=GRAMS_MAX)]
RemainderGrams: TypeAlias = Annotated[WholeNumber, Field(ge=0, lt=TONNE_GRAMS)]
Cents: TypeAlias = Annotated[WholeNumber, Field(gt=0, le=CENTS_MAX)]
Month: TypeAlias = Annotated[str, Field(pattern=r"^[12][0-9]{3}-(0[1-9]|1[0-2])$")]
Year: TypeAlias = Annotated[int, Field(ge=1, le=9999)]
KeyHash: TypeAlias = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
TradeType: TypeAlias = Literal["BUY", "SELL"]
Status: TypeAlias = Literal["OPEN", "CLOSED", "IN_PROGRESS", "COMPLETE", "NOTHING_TO_PROCESS"]
