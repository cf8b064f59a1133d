"""Types of fields that several providers and the control API share."""

import re
from datetime import datetime
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

from emulator.core.clock import instant


def _json_integer(value: object) -> object:
    if type(value) is int:  # bool is a subclass, and is none
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise PydanticCustomError("int_type", "Input should be a valid integer")


def _query_integer(value: object) -> object:
    if not isinstance(value, str) or not re.fullmatch(r"-?[0-9]{1,300}", value):
        raise PydanticCustomError("int_parsing", "Input should be a valid integer")
    return int(value)


@lru_cache(maxsize=4096)
def _email(value: str) -> str:
    from email_validator import EmailNotValidError, validate_email  # it takes 40 ms, and many never send an address

    try:
        validate_email(value, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise PydanticCustomError("email", "{reason}", {"reason": str(error)}) from None
    return value


def _unicode(value: str) -> str:
    if "\x00" in value:
        raise PydanticCustomError("string_null", "Input should not hold the character U+0000")
    return value


JsonInteger = Annotated[int, BeforeValidator(_json_integer)]
"""A JSON number without a fraction (JSON Schema's ``integer``: 5 and 5.0, not true, not "5")."""

QueryInteger = Annotated[int, BeforeValidator(_query_integer)]
"""A whole number in a query: digits, with a minus sign or without."""

Text = Annotated[str, AfterValidator(_unicode)]
"""Text as vendors' databases take it: any characters but U+0000."""

Email = Annotated[str, AfterValidator(_email)]
"""An e-mail address by its syntax alone, kept as it was sent; no name is looked up, and test domains are fine."""

Instant = Annotated[datetime, BeforeValidator(instant)]
"""An instant of the years that a clock may be set to, as ISO 8601 text with its offset; kept in UTC."""
