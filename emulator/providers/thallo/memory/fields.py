"""Types of fields. Their bounds keep every remembered value one that each operation can show."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, PlainSerializer

TONNE_GRAMS = 1_000_000

DIGITS_MAX = 100
"""How many digits an amount may have, in a request as well."""

GRAMS_MAX = CENTS_MAX = 10**DIGITS_MAX - 1

Grams: TypeAlias = Annotated[int, Field(ge=0, le=GRAMS_MAX), PlainSerializer(str)]
TradedGrams: TypeAlias = Annotated[int, Field(gt=0, le=GRAMS_MAX), PlainSerializer(str)]
RemainderGrams: TypeAlias = Annotated[int, Field(ge=0, lt=TONNE_GRAMS), PlainSerializer(str)]
Cents: TypeAlias = Annotated[int, Field(gt=0, le=CENTS_MAX), PlainSerializer(str)]
Month: TypeAlias = Annotated[str, Field(pattern=r"^[12][0-9]{3}-(0[1-9]|1[0-2])$")]
Year: TypeAlias = Annotated[int, Field(ge=1, le=9999)]
KeyHash: TypeAlias = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
TradeType: TypeAlias = Literal["BUY", "SELL"]
Status: TypeAlias = Literal["OPEN", "CLOSED", "IN_PROGRESS", "COMPLETE", "NOTHING_TO_PROCESS"]
