"""Values of JSON documents: how they are compared, shown and reached."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from emulator.core.plural import plural
from emulator.core.struct import Struct

TYPES: Mapping[str, tuple[type, ...]] = {
    "text": (str,),
    "boolean": (bool,),
    "object": (dict,),
    "list": (list,),
    "null": (type(None),),
}


class _Absent:
    def __repr__(self) -> str:
        return "nothing"


ABSENT = _Absent()
"""The value of a missing member."""


class Mismatch(Struct, frozen=True):
    """A difference: its place, and the expected and the actual value."""

    place: str
    expected: str
    found: str


def same(expected: Any, found: Any) -> bool:
    """Return whether two JSON values are equal: 1 is 1.0, and neither is true or "1"."""
    if isinstance(expected, bool) or isinstance(found, bool):
        return expected is found
    return bool(expected == found)


def shown(value: Any) -> str:
    """Return a value for people, shortened."""
    text = repr(value) if not isinstance(value, bool | None) else {True: "true", False: "false", None: "null"}[value]
    return text if len(text) <= 160 else f"{text[:120]}… ({plural(len(text), 'character')})"


def below(place: str, name: object) -> str:
    """Return the place of a member or an item."""
    return f"{place}.{name}" if place else str(name)


def at(value: Any, path: str) -> Any:
    """Return the member of a value at a path such as ``order.id``, or ABSENT."""
    for name in path.split(".") if path else ():
        if isinstance(value, dict):
            value = value.get(name, ABSENT)
        elif isinstance(value, list) and name.lstrip("-").isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return ABSENT
    return value


def is_number(value: Any) -> bool:
    """Return whether a JSON value is a number."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def instant(value: Any) -> datetime | None:
    """Return the time that a text or a number of seconds since 1970 means, or None."""
    try:
        if is_number(value):
            return datetime.fromtimestamp(float(value), UTC)
        read = datetime.fromisoformat(value)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def is_of_type(wanted: str, found: Any) -> bool:
    """Return whether a value is of a type: a name of TYPES, ``number`` or ``integer``."""
    if wanted in ("number", "integer"):
        return is_number(found) and (wanted == "number" or found == int(found))
    return isinstance(found, TYPES[wanted])
