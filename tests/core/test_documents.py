"""Documents: the times of records."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from emulator.core.documents import BadDocument, UtcTime, document


@dataclass
class Record:
    at: UtcTime


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("1000-01-01T00:00:00Z", datetime(1000, 1, 1, tzinfo=UTC)),
        ("9000-01-01T13:59:59+14:00", datetime(8999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2024-02-05T10:51:12.319+01:00", datetime(2024, 2, 5, 9, 51, 12, 319000, tzinfo=UTC)),
    ],
)
def test_a_time_is_kept_in_utc(text: str, at: datetime) -> None:
    """A time with any offset is accepted, and kept in UTC."""
    assert document(Record).read({"at": text}).at == at


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00:00+14:00",
        "0999-12-31T23:59:59Z",
        "9000-01-01T00:00:00Z",
        "8999-12-31T23:59:59-14:00",
        "9999-12-31T23:59:59-14:00",
        "2024-02-05T10:51:12",
        "2024-02-05",
        "",
    ],
)
def test_a_time_near_the_ends_of_the_calendar_is_refused(text: str) -> None:
    """A time without an offset, or from which no other time can be calculated, is refused."""
    with pytest.raises(BadDocument):
        document(Record).read({"at": text})
