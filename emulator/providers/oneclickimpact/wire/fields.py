"""Types of the fields of requests."""

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Annotated

from msgspec import Meta
from pydantic import BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from emulator.core.clock import start_of_day
from emulator.providers.oneclickimpact.memory.records import AMOUNT_MAX
from emulator.web.fields import JSON_INTEGER, QUERY_INTEGER, Email

POUNDS_MAX, CENTS_MAX = AMOUNT_MAX["carbon_captured"], AMOUNT_MAX["money_donated"]


def _cents(value: object) -> object:
    """Return an amount of a donation. One kind of problem says all: its bounds are not those of other amounts."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise PydanticCustomError("cents", "must be a number")
    if not 1 <= value <= CENTS_MAX or value != int(value):
        raise PydanticCustomError("cents", "must be an integer within the bounds of a donation")
    return int(value)


def _food(value: object) -> object:
    if value != "food":
        raise PydanticCustomError("food", "must be food")
    return value


def _once(values: list[str]) -> str:
    """Return the value of a parameter; a query comes with the list of its values."""
    if len(values) > 1:
        raise PydanticCustomError("repeated", "must be given only once")
    return values[0]


def end_of_day(day: date) -> datetime:
    """Return the last instant of a UTC day."""
    return datetime.combine(day, time.max, UTC)


def _first_instant(value: str) -> datetime:
    return start_of_day(_day(value))


def _last_instant(value: str) -> datetime:
    return end_of_day(_day(value))


def _day(value: str) -> date:
    try:
        if not _DAY.fullmatch(value):
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("date", "must be a date in the form yyyy-mm-dd") from None


def _instant(value: object) -> datetime:
    try:
        if not isinstance(value, str) or not _INSTANT.fullmatch(value):
            raise ValueError
        return datetime.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("instant", "must be a time in UTC with milliseconds") from None


def _with_plus(value: str) -> str:
    """Return an email with its plus signs: the official Python SDK does not encode them, and forms decode a space."""
    return value.replace(" ", "+")


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(_DAY.pattern + r"T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
UserId = Annotated[str, StringConstraints(pattern=r"^U[0-9]+$")]
Instant = Annotated[datetime, BeforeValidator(_instant)]
Once = BeforeValidator(_once)
FirstDay = Annotated[datetime, BeforeValidator(_first_instant)]
LastDay = Annotated[datetime, BeforeValidator(_last_instant)]
EmailInQuery = Annotated[Email, BeforeValidator(_with_plus)]
Amount = Annotated[int, Field(ge=1, le=POUNDS_MAX), Meta(ge=1, le=POUNDS_MAX), JSON_INTEGER]
Cents = Annotated[int, BeforeValidator(_cents), Meta(ge=1, le=CENTS_MAX)]
Food = Annotated[str, BeforeValidator(_food)]
Limit = Annotated[int, Field(ge=0, le=1000), Meta(ge=0, le=1000), QUERY_INTEGER]
