"""Types of the fields of requests, read as Django REST Framework 3.12 reads them."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from math import isfinite
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainValidator,
    StringConstraints,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

from emulator.core.exact_json import decimal
from emulator.core.hosts import is_address
from emulator.web.fields import within_bounds

AMOUNT_MAX = 1e300
"""Above this, the impact of a purchase, or a sum of impacts, could exceed the range of a double."""
NUMBER_CHARACTERS_MAX = 1000
NAME_CHARACTERS_MAX = 255
"""How long an internationalized name may be: Python takes long to encode one."""
NUMBER = r"\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\s*"


def as_text(value: object) -> str:
    """Return trimmed text that is not blank; a number becomes its text."""
    text = _optional_text(value)
    if not text:
        raise PydanticCustomError("blank", "Input should not be blank")
    return text


def _optional_text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        raise PydanticCustomError("string_type", "Input should be text")
    text = (value if isinstance(value, str) else _digits(value)).strip()
    if "\x00" in text:
        raise PydanticCustomError("null_characters", "Input should not contain the character U+0000")
    return text


def _digits(number: float | Decimal) -> str:
    """Return the text of a number. 5 and 5.0 are one number."""
    exact = decimal(number)
    whole = exact.to_integral_value()
    return f"{whole:f}" if whole == exact else str(number)


def _number(value: object) -> float | Decimal:
    """Return a number or its text with all its digits. Text that only Python reads (``1_000``, ``nan``) is refused."""
    if type(value) is float:
        return value
    if isinstance(value, str) and len(value) > NUMBER_CHARACTERS_MAX:
        raise PydanticCustomError("number_too_long", "Input should be shorter")
    try:
        if isinstance(value, str) and re.fullmatch(NUMBER, value):
            value = Decimal(value.strip())
        if isinstance(value, int | Decimal) and not isinstance(value, bool) and isfinite(float(value)):
            return decimal(value)
    except (OverflowError, InvalidOperation):
        pass
    raise PydanticCustomError("number", "Input should be a number")


def _amount(value: object) -> float:
    """Return a number within bounds. A request may hold thousands: those that JSON gives as numbers take no detour."""
    number = value if type(value) is float or type(value) is int else _number(value)
    if not -AMOUNT_MAX <= number <= AMOUNT_MAX:
        raise PydanticCustomError("number", "Input should be a number of usual size")
    return float(number)


def _share(value: object, validate: ValidatorFunctionWrapHandler) -> Any:
    number = _number(value)
    return validate(number) if isinstance(number, float) else within_bounds(number, validate)


def _boolean(value: object) -> bool:
    if isinstance(value, (str, int, float, Decimal)) and value in BOOLEANS:
        return BOOLEANS[value]
    raise PydanticCustomError("boolean", "Input should be a boolean")


def _day(value: object) -> date:
    """Return a date, year first or day first: an older edition of the sample shows that 01-03-2020 is 1 March."""
    try:
        if not isinstance(value, str):
            raise ValueError
        return day_of(value)
    except ValueError:
        raise PydanticCustomError("date", "Input should be a date") from None


@lru_cache(maxsize=4096)
def day_of(text: str) -> date:
    """Return the day of a text. Raises ValueError."""
    found = re.fullmatch(_DAY, text)
    if found is None:
        raise ValueError
    first, second, third = (int(digits) for digits in found.groups() if digits)
    return date(first, second, third) if found[1] else date(third, second, first)


def _zip_code(value: object) -> str:
    """Return five digits. The sample sends an integer, which has no leading zeros."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 99999:
        return f"{value:05}"
    if isinstance(value, str) and re.fullmatch(r"\s*[0-9]{5}(-[0-9]{4})?\s*", value):
        return value.strip()[:5]
    raise PydanticCustomError("zip_code", "Input should be a ZIP code")


def _email(value: str) -> str:
    """Return an email address that Django 3.2 accepts."""
    local, at, domain = value.rpartition("@")
    if not (at and re.fullmatch(_LOCAL, local) and _is_domain(domain)):
        raise PydanticCustomError("email", "Input should be an email address")
    return value


def _is_domain(text: str) -> bool:
    """Return whether a text is a name, also an internationalized one, or an IP address in brackets."""
    if text == "localhost" or re.fullmatch(_DOMAIN, text):
        return True
    if re.fullmatch(r"\[[0-9A-Fa-f:.]+\]", text):
        return is_address(text[1:-1])
    if len(text) <= NAME_CHARACTERS_MAX:
        with suppress(UnicodeError):
            return re.fullmatch(_DOMAIN, text.encode("idna").decode("ascii")) is not None
    return False


_DAY = r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})|([0-9]{1,2})-([0-9]{1,2})-([0-9]{4})"
_ATOM = r"[-!#$%&'*+/=?^_`{}|~0-9A-Za-z]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_QUOTED = r'"(?:[^\x00\t\n\r "\\\x80-\U0010FFFF]|\\[^\x00\n\r\x80-\U0010FFFF])*"'
_LOCAL = rf"{_ATOM}(?:\.{_ATOM})*|{_QUOTED}"
_DOMAIN = rf"(?:{_LABEL}\.)+[A-Za-z0-9-]{{1,62}}[A-Za-z0-9]"

BOOLEANS: Mapping[str | float | Decimal, bool] = {
    **dict.fromkeys((1, "1", "t", "T", "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(
        (0, "0", "f", "F", "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False
    ),
}

Text = Annotated[str, BeforeValidator(as_text)]
OptionalText = Annotated[str, BeforeValidator(_optional_text)]
ShortText = Annotated[str, StringConstraints(max_length=49), BeforeValidator(as_text)]
LongText = Annotated[str, StringConstraints(min_length=8), BeforeValidator(as_text)]
Boolean = Annotated[bool, BeforeValidator(_boolean)]
Share = Annotated[float, Field(ge=0, le=1), WrapValidator(_share)]
Amount = Annotated[float, PlainValidator(_amount)]
Day = Annotated[date, PlainValidator(_day)]
ZipCode = Annotated[str, BeforeValidator(_zip_code)]
Email = Annotated[Text, AfterValidator(_email)]
