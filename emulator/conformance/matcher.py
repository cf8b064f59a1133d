"""What must hold of a value: a matcher, and the differences that it finds.

A scalar must be equal, a list must match item by item, and an object must have the members that are listed, and may
have others. An object with one key that starts with ``$`` is a matcher:

* ``$type: text`` (or number, integer, boolean, object, list, null), ``$matches: REGEX``, ``$is: VALUE``,
  ``$not: MATCHER``
* ``$least``, ``$most``, ``$above``, ``$below``: bounds of a number, or of a text's order
* ``$about: [VALUE, TOLERANCE]``, ``$one_of: [VALUES]``, ``$all: [MATCHERS]``, ``$any: true``, ``$absent: true``
* ``$keys: [NAMES]``: exactly these members; ``$length: MATCHER`` of a text, list or object
* ``$each``, ``$some``, ``$none: MATCHER`` of the items of a list; ``$sorted: {by: PATH, descending: true,
  numbers: true}``; ``$distinct: PATH``; ``$total: {of: PATH, is: MATCHER}``
* ``$number: MATCHER`` of the number that a text holds; ``$decimals: MATCHER`` of how many a number
  has; ``$claims: MATCHER`` of a token; ``$seconds_from_now: [LEAST, MOST]`` of a time, or of seconds since 1970
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from emulator.conformance.expression import claims

TYPES: Mapping[str, tuple[type, ...]] = {
    "text": (str,),
    "boolean": (bool,),
    "object": (dict,),
    "list": (list,),
    "null": (type(None),),
}


class BadMatcher(ValueError):
    """A matcher is not one of those above."""


class _Absent:
    def __repr__(self) -> str:
        return "nothing"


ABSENT = _Absent()
"""The value of a missing member."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A difference: its place, and the expected and the actual value."""

    place: str
    expected: str
    found: str


Found: TypeAlias = Iterator[Mismatch]


def mismatches(expected: Any, found: Any, now: datetime, place: str = "") -> Found:
    """Yield the differences of a value from the expected one."""
    if (word := word_of(expected)) is not None:
        yield from _MATCHERS[word](expected[word], found, now, place)
    elif found is ABSENT:
        yield Mismatch(place, shown(expected), "nothing")
    elif isinstance(expected, Mapping):
        if not isinstance(found, dict):
            yield Mismatch(place, "an object", shown(found))
            return
        for name, member in expected.items():
            yield from mismatches(member, found.get(name, ABSENT), now, below(place, name))
    elif isinstance(expected, list | tuple):
        if not isinstance(found, list) or len(found) != len(expected):
            yield Mismatch(place, f"{len(expected)} items", shown(found))
            return
        for position, item in enumerate(expected):
            yield from mismatches(item, found[position], now, below(place, position))
    elif not same(expected, found):
        yield Mismatch(place, shown(expected), shown(found))


def check_matcher(expected: Any) -> None:
    """Raise BadMatcher for a word that is not a matcher's."""
    if isinstance(expected, Mapping):
        words = [name for name in expected if isinstance(name, str) and name.startswith("$") and name[:2] != "${"]
        if words and (len(expected) != 1 or words[0] not in _MATCHERS):
            raise BadMatcher(f"unknown matcher {', '.join(expected)}; known: {', '.join(sorted(_MATCHERS))}")
        for value in expected.values():
            check_matcher(value)
    elif isinstance(expected, list | tuple):
        for item in expected:
            check_matcher(item)


def word_of(expected: Any) -> str | None:
    """Return the word of a matcher; None for anything else."""
    if isinstance(expected, Mapping) and len(expected) == 1:
        word = next(iter(expected))
        if isinstance(word, str) and word in _MATCHERS:
            return word
    return None


def same(expected: Any, found: Any) -> bool:
    """Return whether two JSON values are equal: 1 is 1.0, and neither is true or "1"."""
    if isinstance(expected, bool) or isinstance(found, bool):
        return expected is found
    return bool(expected == found)


def shown(value: Any) -> str:
    """Return a value for people, shortened."""
    text = repr(value) if not isinstance(value, bool | None) else {True: "true", False: "false", None: "null"}[value]
    return text if len(text) <= 160 else f"{text[:120]}… ({len(text)} characters)"


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


# --- matchers ---------------------------------------------------------------------------------------------------------


def _holds(words: str, check: Callable[[Any, Any], bool]) -> Callable[..., Found]:
    """Return a matcher from a check and how it is put in words."""

    def match(wanted: Any, found: Any, now: datetime, place: str) -> Found:
        if found is ABSENT or not check(wanted, found):
            yield Mismatch(place, words.format(shown(wanted)), shown(found))

    return match


def _bound(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def check(wanted: Any, found: Any) -> bool:
        alike = (is_number(wanted) and is_number(found)) or (isinstance(wanted, str) and isinstance(found, str))
        return alike and compare(found, wanted)

    return check


def _is_of_type(wanted: str, found: Any) -> bool:
    if wanted in ("number", "integer"):
        return is_number(found) and (wanted == "number" or found == int(found))
    return isinstance(found, TYPES[wanted])


def _is_about(wanted: Any, found: Any) -> bool:
    return is_number(found) and abs(float(found) - float(wanted[0])) <= float(wanted[1])


def _absent(wanted: Any, found: Any, now: datetime, place: str) -> Found:
    if (found is ABSENT) != wanted:
        yield Mismatch(place, "nothing" if wanted else "a value", shown(found))


def _not(wanted: Any, found: Any, now: datetime, place: str) -> Found:
    if not any(True for _ in mismatches(wanted, found, now, place)):
        yield Mismatch(place, f"not {shown(wanted)}", shown(found))


def _all(wanted: Any, found: Any, now: datetime, place: str) -> Found:
    for matcher in wanted:
        yield from mismatches(matcher, found, now, place)


def _each(wanted: Any, found: Any, now: datetime, place: str) -> Found:
    if not isinstance(found, list):
        yield Mismatch(place, "a list", shown(found))
        return
    for position, item in enumerate(found):
        yield from mismatches(wanted, item, now, below(place, position))


def _some(wanted: Any, found: Any, now: datetime, place: str) -> Found:
    if not isinstance(found, list) or not any(not any(mismatches(wanted, item, now)) for item in found):
        yield Mismatch(place, f"an item such as {shown(wanted)}", shown(found))


def _none(wanted: Any, found: Any, now: datetime, place: str) -> Found:
    if not isinstance(found, list) or any(not any(mismatches(wanted, item, now)) for item in found):
        yield Mismatch(place, f"no item such as {shown(wanted)}", shown(found))


def _keys(wanted: Any, found: Any, now: datetime, place: str) -> Found:
    if not isinstance(found, dict) or found.keys() != set(wanted):
        yield Mismatch(
            place, f"the members {', '.join(wanted)}", shown(list(found) if isinstance(found, dict) else found)
        )


def _length(wanted: Any, found: Any, now: datetime, place: str) -> Found:
    length = len(found) if isinstance(found, str | list | dict) else ABSENT
    yield from mismatches(wanted, length, now, below(place, "length"))


def _sorted(wanted: Any, found: Any, now: datetime, place: str) -> Found:
    if not isinstance(found, list):
        yield Mismatch(place, "a list", shown(found))
        return
    values = [at(item, wanted.get("by", "")) for item in found]
    if any(value is ABSENT for value in values):
        yield Mismatch(below(place, wanted["by"]), "a value", "nothing")
        return
    if wanted.get("numbers"):
        values = [Decimal(str(value)) for value in values]
    elif any(isinstance(value, str) for value in values) and all(instant(value) for value in values):
        values = [instant(value) for value in values]
    ordered = sorted(values, reverse=wanted.get("descending", False))
    if ordered != values:
        direction = "descending" if wanted.get("descending") else "ascending"
        yield Mismatch(place, f"sorted by {wanted.get('by') or 'value'}, {direction}", shown([str(v) for v in values]))


def _distinct(wanted: str, found: Any, now: datetime, place: str) -> Found:
    values = [repr(at(item, wanted)) for item in found] if isinstance(found, list) else []
    if len(set(values)) != len(values):
        yield Mismatch(place, f"no {wanted} twice", shown(values))


def _total(wanted: Any, found: Any, now: datetime, place: str) -> Found:
    values = [at(item, wanted["of"]) for item in found] if isinstance(found, list) else [ABSENT]
    if not all(is_number(value) for value in values):
        yield Mismatch(place, f"numbers in {wanted['of']}", shown(values))
        return
    total = sum((Decimal(str(value)) for value in values), Decimal(0))
    yield from mismatches(wanted["is"], float(total), now, below(place, f"total of {wanted['of']}"))


def _number(wanted: Any, found: Any, now: datetime, place: str) -> Found:
    try:
        value = Decimal(found) if isinstance(found, str) else None
    except InvalidOperation:
        value = None
    if value is None:
        yield Mismatch(place, "digits as text", shown(found))
        return
    yield from mismatches(wanted, int(value) if value == int(value) else float(value), now, place)


def _decimals(wanted: Any, found: Any, now: datetime, place: str) -> Found:
    exponent = Decimal(str(found)).as_tuple().exponent if is_number(found) else 0
    yield from mismatches(wanted, max(0, -int(exponent)), now, below(place, "decimals"))


def _seconds_from_now(wanted: Any, found: Any, now: datetime, place: str) -> Found:
    read = instant(found)
    seconds = None if read is None else (read - now).total_seconds()
    if seconds is None or not wanted[0] <= seconds <= wanted[1]:
        away = shown(found) if seconds is None else f"{seconds:.0f} seconds from now"
        yield Mismatch(place, f"a time {wanted[0]} to {wanted[1]} seconds from now", away)


_MATCHERS: Mapping[str, Callable[..., Found]] = {
    "$type": _holds("a value of the type {}", _is_of_type),
    "$matches": _holds(
        "text such as {}", lambda p, found: isinstance(found, str) and bool(re.fullmatch(p, found, re.S))
    ),
    "$is": _holds("{}", same),
    "$least": _holds("at least {}", _bound(lambda found, bound: found >= bound)),
    "$most": _holds("at most {}", _bound(lambda found, bound: found <= bound)),
    "$above": _holds("above {}", _bound(lambda found, bound: found > bound)),
    "$below": _holds("below {}", _bound(lambda found, bound: found < bound)),
    "$about": _holds("about {}", _is_about),
    "$one_of": _holds("one of {}", lambda wanted, found: any(same(value, found) for value in wanted)),
    "$any": _holds("a value", lambda _wanted, _found: True),
    "$absent": _absent,
    "$not": _not,
    "$all": _all,
    "$each": _each,
    "$some": _some,
    "$none": _none,
    "$keys": _keys,
    "$length": _length,
    "$sorted": _sorted,
    "$distinct": _distinct,
    "$total": _total,
    "$number": _number,
    "$decimals": _decimals,
    "$claims": lambda wanted, found, now, place: mismatches(wanted, claims(found), now, place),
    "$seconds_from_now": _seconds_from_now,
}
