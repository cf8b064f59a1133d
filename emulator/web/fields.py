"""Types of fields that several providers and the control API share.

Numbers arrive with all the digits that were sent (see ``core.exact_json``). Bounds compare exact values; whatever
rounds a number does so after its bounds.
"""

import re
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from math import inf, nextafter
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import PydanticCustomError, PydanticKnownError

from emulator.core.clock import instant
from emulator.core.exact_json import decimal

_QUERY_INTEGER = re.compile(r"-?[0-9]{1,300}")
_QUERY_NUMBER = re.compile(r"-?[0-9]{1,300}(\.[0-9]{1,300})?([eE][-+]?[0-9]{1,3})?")

_EXACT_MAX = 2**53
"""Every integer up to this is a double."""

ADDRESS_CHARACTERS_MAX = 254
"""How long an email address may be (RFC 5321, as email-validator counts): longer texts are not remembered."""

_BEYOND_BOUNDS = Decimal(10) ** 40
"""Stands for all larger integers, which no bound accepts: 1e4299 takes a millisecond to become an int."""


def _json_integer(value: object) -> int:
    if type(value) is int:  # bool is a subclass, but not a number
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value if abs(value) < _BEYOND_BOUNDS else _BEYOND_BOUNDS.copy_sign(value))
    raise PydanticCustomError("int_type", "Input should be a valid integer")


def json_number(value: object) -> Decimal:
    """Return a JSON number with all its digits, and 0 for one below the range of a double, as clients read it."""
    if type(value) is int:
        return Decimal(value)
    if isinstance(value, bool) or not isinstance(value, float | Decimal):
        raise PydanticKnownError("float_type")
    number = decimal(value)
    return number if not number or float(number) else Decimal(0)


def _json_double(value: object, validate: ValidatorFunctionWrapHandler) -> Any:
    if type(value) is float or (type(value) is int and -_EXACT_MAX <= value <= _EXACT_MAX):
        return validate(value)
    return within_bounds(json_number(value), validate)


def within_bounds(number: Decimal, validate: ValidatorFunctionWrapHandler) -> Any:
    """Return the nearest double of a number within bounds, which are doubles themselves.

    A number is within them if the doubles on both sides of it are.
    """
    nearest = float(number)
    if number != nearest:
        validate(nextafter(nearest, inf if number > nearest else -inf))
    return validate(nearest)


def _query_integer(value: object) -> int:
    if not isinstance(value, str) or not _QUERY_INTEGER.fullmatch(value):
        raise PydanticCustomError("int_parsing", "Input should be a valid integer")
    return int(value)


def _query_double(value: object, validate: ValidatorFunctionWrapHandler) -> Any:
    if not isinstance(value, str) or not _QUERY_NUMBER.fullmatch(value):
        raise PydanticKnownError("float_parsing")
    return within_bounds(Decimal(value), validate)


def email_fault(value: str) -> str | None:
    """Return the reason why a text is not an email address, by its syntax only; None if it is one."""
    return _remembered_fault(value) if len(value) <= ADDRESS_CHARACTERS_MAX else _fault(value)


def _fault(value: str) -> str | None:
    if _PLAIN_ADDRESS.fullmatch(value):
        return None
    from email_validator import EmailNotValidError, validate_email  # takes 40 ms; many users send no address

    try:
        validate_email(value, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        return str(error)
    return None


_remembered_fault = lru_cache(maxsize=256)(_fault)


def _email(value: str) -> str:
    if (fault := email_fault(value)) is not None:
        raise PydanticCustomError("email", "{reason}", {"reason": fault})
    return value


_PLAIN_ADDRESS = re.compile(
    r"(?=.{6,254}\Z)(?=[^@]{1,64}@)[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@"
    r"(?:(?=[^.]{1,63}\.)[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.)+"
    r"(?!(?i:arpa|invalid|local|localhost|onion)\Z)[A-Za-z]{2,63}"
)
"""Addresses that email-validator accepts, and that need not wait for it: it takes 40 microseconds for each."""


def _without_null(value: str) -> str:
    if "\x00" in value:
        raise PydanticCustomError("string_null", "Input should not contain the character U+0000")
    return value


JSON_INTEGER = BeforeValidator(_json_integer)
"""A JSON number without a fraction (JSON Schema's ``integer``: 5 and 5.0, not true, not "5").

Its bounds come first, ``Annotated[int, Field(ge=1), JSON_INTEGER]``: pydantic compares them without Python's help.
"""

JSON_NUMBER = BeforeValidator(json_number)
"""A JSON number with all its digits, for a Decimal."""

JSON_DOUBLE = WrapValidator(_json_double)
"""A JSON number that is kept as a double. Its bounds come first, as JSON_INTEGER's do; they compare all digits."""

QUERY_INTEGER = BeforeValidator(_query_integer)
"""A whole number in a query: digits, with a minus sign or without. Its bounds come first, as JSON_INTEGER's do."""

QUERY_DOUBLE = WrapValidator(_query_double)
"""A number in a query that is kept as a double. Its bounds come first, as JSON_DOUBLE's do."""

TEXT = AfterValidator(_without_null)
Text = Annotated[str, TEXT]
"""Text as vendors' databases take it: any characters but U+0000."""

Email = Annotated[str, AfterValidator(_email)]
"""An email address, checked by its syntax only and kept as sent; test domains are accepted."""

Instant = Annotated[datetime, BeforeValidator(instant)]
"""An instant of the years that a clock may be set to, as ISO 8601 text with its offset; kept in UTC."""
