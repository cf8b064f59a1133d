"""Types of fields."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, PlainSerializer

TONNE_GRAMS = 1_000_000

Grams: TypeAlias = Annotated[int, Field(ge=0), PlainSerializer(str)]
Cents: TypeAlias = Annotated[int, Field(gt=0), PlainSerializer(str)]
Month: TypeAlias = Annotated[str, Field(pattern=r"^[12][0-9]{3}-(0[1-9]|1[0-2])$")]
TradeType: TypeAlias = Literal["BUY", "SELL"]
Status: TypeAlias = Literal["OPEN", "CLOSED", "IN_PROGRESS", "COMPLETE", "NOTHING_TO_PROCESS"]
