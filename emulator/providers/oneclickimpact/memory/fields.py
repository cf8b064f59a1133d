"""Types of fields. Their bounds keep every remembered value one that each operation can show."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from msgspec import Meta
from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from emulator.core.clock import YEAR_MAX, YEAR_MIN
from emulator.core.documents import AS_DICT, UtcTime

DELAY_SECONDS_MAX = 10 * 366 * 86400
METADATA_PAIRS_MAX = 20
METADATA_KEY_CHARACTERS_MAX = 40
METADATA_VALUE_CHARACTERS_MAX = 500
REASON_CHARACTERS_MAX = 200
RESERVED_METADATA = frozenset({"gift", "widgetID"})


def _whole_milliseconds(at: datetime) -> datetime:
    if at.microsecond % 1000:
        raise PydanticCustomError("time", "must be in whole milliseconds")
    if not YEAR_MIN <= at.year <= YEAR_MAX + 100:  # an impact may be scheduled beyond the clock's last year
        raise PydanticCustomError("time", "must be in the years of the clock")
    return at


def _unreserved(key: str) -> str:
    if key in RESERVED_METADATA:
        raise PydanticCustomError("reserved", "must not be a reserved key")
    return key


UserId = Annotated[str, StringConstraints(pattern=r"^U[0-9]{1,50}$")]
"""The id of an account's user or of a customer."""

Time = Annotated[UtcTime, AfterValidator(_whole_milliseconds)]
"""An instant in whole milliseconds, as the vendor writes it."""

NonEmpty = Annotated[str, StringConstraints(min_length=1), Meta(min_length=1)]
Email = Annotated[str, StringConstraints(min_length=3, max_length=320, pattern="@")]
Reason = Annotated[str, StringConstraints(max_length=REASON_CHARACTERS_MAX)]
DelaySeconds = Annotated[int, Field(ge=0, le=DELAY_SECONDS_MAX)]

MetadataKey = Annotated[str, StringConstraints(max_length=METADATA_KEY_CHARACTERS_MAX), AfterValidator(_unreserved)]
MetadataValue = Annotated[str, StringConstraints(max_length=METADATA_VALUE_CHARACTERS_MAX)]
Metadata = Annotated[Mapping[MetadataKey, MetadataValue], Field(max_length=METADATA_PAIRS_MAX), AS_DICT]
