"""Documents: types, and the times of records."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from emulator.core.documents import BadDocument, Day, UtcTime, document
from emulator.core.struct import Struct


class Record(Struct):
    at: UtcTime


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("1000-01-01T00:00:00Z", datetime(1000, 1, 1, tzinfo=UTC)),
        ("9000-01-01T13:59:59+14:00", datetime(8999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2024-02-05T10:51:12.319+01:00", datetime(2024, 2, 5, 9, 51, 12, 319000, tzinfo=UTC)),
    ],
)
def test_a_time_is_converted_to_utc(text: str, at: datetime) -> None:
    """A time with any offset is accepted and stored in UTC."""
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


class Typed(Struct):
    number: int
    share: float
    text: str
    flag: bool
    day: Day
    at: UtcTime
    parts: tuple[int, ...]
    by_name: dict[str, int]


GOOD = {
    "number": 1,
    "share": 0.5,
    "text": "a",
    "flag": True,
    "day": "2024-02-05",
    "at": "2024-02-05T10:51:12.319Z",
    "parts": [1],
    "by_name": {"a": 1},
}


def test_a_document_is_read_by_json_types() -> None:
    """A date is read from text and a tuple from an array, because JSON has neither; an integer is a valid Fraction."""
    at = datetime(2024, 2, 5, 10, 51, 12, 319000, tzinfo=UTC)
    assert document(Typed).read(GOOD) == Typed(1, 0.5, "a", True, date(2024, 2, 5), at, (1,), {"a": 1})
    assert document(Typed).read({**GOOD, "share": 1, "number": 10**400}).number == 10**400


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("number", "1"), ("number", True), ("number", 1.0), ("number", None),
        ("share", "0.5"), ("share", False), ("text", 1), ("text", True), ("flag", 1), ("flag", "true"),
        ("day", 1707091200), ("day", "1707091200"), ("day", ["2024-02-05"]), ("at", 1707091200),
        ("at", "1707091200"), ("at", "1707091200.5"), ("parts", "1"), ("parts", {"0": 1}),
        ("parts", ["1"]), ("by_name", [["a", 1]]), ("by_name", {"a": "1"}), ("by_name", {"a": True}),
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_refused(name: str, value: Any) -> None:
    """Types are not converted: neither "1" nor true is accepted for 1, nor a number for a date."""
    with pytest.raises(BadDocument):
        document(Typed).read({**GOOD, name: value})
