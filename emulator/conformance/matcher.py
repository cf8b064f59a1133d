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
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from emulator.conformance.expression import claims
from emulator.conformance.values import (
    ABSENT,
    Mismatch,
    at,
    below,
    instant,
    is_number,
    is_of_type,
    same,
    shown,
)
from emulator.core.plural import plural


class BadMatcher(ValueError):
    """A matcher is not one of those above."""


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
            yield Mismatch(place, plural(len(expected), "item"), shown(found))
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
        yield Mismatch(place, "an array", shown(found))
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
        yield Mismatch(place, "an array", shown(found))
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
        away = shown(found) if seconds is None else f"{plural(round(seconds), 'second')} from now"
        yield Mismatch(place, f"a time {wanted[0]} to {plural(wanted[1], 'second')} from now", away)


_MATCHERS: Mapping[str, Callable[..., Found]] = {
    "$type": _holds("a value of the type {}", is_of_type),
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
