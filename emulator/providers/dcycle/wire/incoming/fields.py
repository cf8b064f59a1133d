"""Types of the fields of requests that several operations share."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal, TypeAlias, TypeVar, get_args

from msgspec import Meta
from pydantic import BeforeValidator, Field, GetPydanticSchema, PlainValidator, StringConstraints
from pydantic_core import PydanticCustomError, PydanticKnownError
from pydantic_core.core_schema import CoreSchema, no_info_after_validator_function

from emulator.providers.dcycle.memory.fields import QUANTITY_MAX
from emulator.web.fields import JSON_DOUBLE, JSON_INTEGER, QUERY_INTEGER
from emulator.web.forms import FormFile

SAFE_INTEGER_MAX = 2**53 - 1
NO_NULL = r"^[^\x00]*$"
HYPHENATED = re.compile(r"[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}")

_DAY_OR_INSTANT = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt].+)?", re.DOTALL)
_YEAR = re.compile(r"[0-9]{4}-")

T = TypeVar("T")


def _day(value: object) -> object:
    """Return YYYY-MM-DD, or a date-time at midnight: pydantic would also accept Unix timestamps."""
    if not isinstance(value, str):
        raise PydanticKnownError("date_type")
    if not _YEAR.match(value):
        fault = "input is too short" if len(value) < len("2025-01-01") else "invalid date separator, expected `-`"
        raise PydanticKnownError("date_from_datetime_parsing", {"error": fault})
    return value


def _uuid(value: object) -> str:
    """Return a UUID, in the form with hyphens only: pydantic would also accept URNs, braces and bare digits."""
    if not isinstance(value, str):
        raise PydanticCustomError("uuid_type", "UUID input should be a string, bytes or UUID object")
    if not HYPHENATED.fullmatch(value):
        fault = _uuid_fault(value)
        raise PydanticCustomError("uuid_parsing", "Input should be a valid UUID, {error}", {"error": fault})
    return value.lower()


def _uuid_fault(value: str) -> str:
    """Return the reason why a text is not a UUID."""
    strange = re.search(r"[^0-9A-Fa-f-]", value)
    if strange:
        return f"invalid character: found `{strange[0]}` at {strange.start() + 1}"
    return "expected 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12, separated by hyphens"


def _instant(value: object) -> datetime:
    """Return the instant of an ISO 8601 text with an offset, or the beginning of a day in UTC."""
    try:
        if isinstance(value, str) and _DAY_OR_INSTANT.fullmatch(value):
            at = datetime.fromisoformat(value.upper() if len(value) > len("2025-01-01") else f"{value}T00:00:00Z")
            if at.tzinfo is not None:
                return at
    except ValueError:
        pass
    raise PydanticKnownError("datetime_from_date_parsing", {"error": "expected a day or an instant with its offset"})


def _last_instant(value: object) -> datetime:
    """Return the instant of an ISO 8601 text with an offset, or the end of a day in UTC."""
    at = _instant(value)
    return at + timedelta(days=1, microseconds=-1) if len(str(value)) == len("2025-01-01") else at


def _file(value: object) -> FormFile:
    """Return a file of a form. A text in its place is refused as FastAPI refuses it."""
    if not isinstance(value, FormFile):
        raise PydanticCustomError(
            "value_error", "Value error, Expected UploadFile, received: <class 'str'>", {"error": {}}
        )
    return value


def _list_as_tuple(source: Any, schema_of: Callable[[Any], CoreSchema]) -> CoreSchema:
    return no_info_after_validator_function(tuple, schema_of(list[get_args(source)[0]]))  # type: ignore[misc]


Day: TypeAlias = Annotated[date, BeforeValidator(_day)]
Id: TypeAlias = Annotated[str, BeforeValidator(_uuid)]
"""A UUID, kept in lower case."""

Several: TypeAlias = Annotated[tuple[T, ...], GetPydanticSchema(_list_as_tuple)]
"""A list, which the model keeps as a tuple."""

Since: TypeAlias = Annotated[datetime, PlainValidator(_instant)]
Until: TypeAlias = Annotated[datetime, PlainValidator(_last_instant)]
"""An instant from which, or until which, something was created; a day counts as a whole."""

UploadFile: TypeAlias = Annotated[FormFile, PlainValidator(_file)]

Year: TypeAlias = Annotated[int, Field(ge=1000, le=9999), JSON_INTEGER]
Quantity: TypeAlias = Annotated[float, Field(ge=0.0, le=float(QUANTITY_MAX)), JSON_DOUBLE]
Fraction: TypeAlias = Annotated[float, Field(ge=0.0, le=1.0), JSON_DOUBLE]
Name: TypeAlias = Annotated[str, StringConstraints(max_length=255, pattern=NO_NULL)]
NonEmptyName: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=NO_NULL)]
Country: TypeAlias = Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")]
Calculated: TypeAlias = Literal["calculated", "not_calculated"]
PageNumber: TypeAlias = Annotated[int, Field(ge=1, le=SAFE_INTEGER_MAX), Meta(ge=1, le=SAFE_INTEGER_MAX), QUERY_INTEGER]
PageSize: TypeAlias = Annotated[int, Field(ge=1, le=100), Meta(ge=1, le=100), QUERY_INTEGER]
JsonBoolean: TypeAlias = Annotated[bool, Field(strict=True)]
"""true or false: pydantic would also accept numbers and texts."""


def is_calculated(co2e_status: Calculated | None) -> bool | None:
    """Return what a filter by calculation wants; None if it wants either."""
    return None if co2e_status is None else co2e_status == "calculated"
