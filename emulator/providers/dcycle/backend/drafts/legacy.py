"""The filters of the legacy API: ``field:value`` or ``field:operator:value``."""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Any, TypeVar

from emulator.core.clock import seconds
from emulator.core.struct import Struct
from emulator.providers.dcycle.backend.drafts.criteria import between, contains
from emulator.providers.dcycle.memory.records import Record

R = TypeVar("R", bound=Record[Any])

COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {"gt": gt, "gte": ge, "lt": lt, "lte": le}
NUMBER = re.compile(r"-?[0-9]{1,300}(\.[0-9]{1,300})?")


class LegacyFilter(Struct, frozen=True):
    """A condition that a record, or what a list shows of it, must fulfill."""

    condition: str | None = None

    def narrow(self, records: Collection[R], shown: Callable[[R], Mapping[str, object]]) -> Collection[R]:
        """Return the records that fulfill the condition; ``shown`` returns one as a list shows it."""
        if self.condition is None:
            return records
        member, *rest = self.condition.split(":", 2)
        operator, wanted = rest if len(rest) > 1 else ("eq", rest[0])
        return [record for record in records if _holds(operator, _text(_member(record, shown, member)), wanted)]


class LegacyNameFilter(Struct, frozen=True):
    """``name`` is a part of the name; ``since`` and ``until`` bound the creation."""

    name: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def matches(self, record: Record[Any]) -> bool:
        return contains(record.terms.name, self.name) and between(record.created_at, self.since, self.until)


def _holds(operator: str, text: str, wanted: str) -> bool:
    """Return whether a comparison holds. No text compares with an empty one, which stands for a missing member."""
    match operator:
        case "eq":
            return _equal(text, wanted)
        case "neq":
            return not _equal(text, wanted)
        case "in":
            return any(_equal(text, each) for each in wanted.split(","))
        case "nin":
            return not any(_equal(text, each) for each in wanted.split(","))
        case _:
            return text != "" and COMPARISONS[operator](*_comparable(text, wanted))


def _equal(text: str, wanted: str) -> bool:
    one, other = _comparable(text, wanted)
    return bool(one == other)


def _comparable(text: str, wanted: str) -> tuple[Any, Any]:
    """Return two texts as numbers, if both are: 5 equals 5.0."""
    if NUMBER.fullmatch(text) and NUMBER.fullmatch(wanted):
        return Decimal(text), Decimal(wanted)
    return text, wanted


def _member(record: R, shown: Callable[[R], Mapping[str, object]], name: str) -> object:
    """Return a member of a record, or else of what a list shows of it; None if there is none of this name."""
    if name.startswith("_"):
        return None
    kept = getattr(record, name, getattr(record.terms, name, None))
    return shown(record).get(name) if kept is None else kept


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}"
    return "" if value is None else seconds(value) if isinstance(value, datetime) else str(value)
