"""Types of the fields of requests."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

from msgspec import Meta
from pydantic import BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from emulator.providers.cnaught.memory.fields import AMOUNT_MAX
from emulator.web.fields import JSON_INTEGER, JSON_NUMBER, QUERY_INTEGER, TEXT, json_number

INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(T([01][0-9]|2[0-3]):[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?)?"
)
"""The supported forms of ISO 8601. Python's own parser accepts more of them with each version."""


def _instant(value: object) -> object:
    """Return the instant of an ISO 8601 date (midnight) or date and time, in UTC unless it has an offset."""
    try:
        if not isinstance(value, str) or not INSTANT.fullmatch(value):
            raise ValueError
        at = datetime.fromisoformat(value)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):  # an offset may lead out of the calendar
        raise PydanticCustomError("date", "must be an ISO 8601 date or date and time") from None


def _none_if_empty(value: object) -> object:
    return None if value == "" else value


def exact_amount(value: object) -> Decimal:
    """Return a JSON number with all its digits, within the bounds of ``Amount``. Raises ValueError for all else."""
    number = json_number(value)
    if not 0 < number <= AMOUNT_MAX:
        raise ValueError
    return number


Amount = Annotated[Decimal, Field(gt=0, le=AMOUNT_MAX), JSON_NUMBER]
Cents = Annotated[int, Field(gt=0, le=AMOUNT_MAX), JSON_INTEGER]
Note = Annotated[str, StringConstraints(max_length=512), Meta(max_length=512), TEXT]
Limit = Annotated[int, Field(ge=1, le=100), Meta(ge=1, le=100), QUERY_INTEGER]
Instant = Annotated[datetime, BeforeValidator(_instant)]

NoneIfEmpty = BeforeValidator(_none_if_empty)
"""An empty string in an optional field counts as absent; the SDK's examples send some."""
