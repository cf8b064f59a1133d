"""Read and write JSON without rounding its numbers."""

import json
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any, TypeVar

import msgspec
import orjson
from pydantic_core import from_json

T = TypeVar("T")

DIGITS_MAX = 4300
"""The maximum number of digits of a number, written without an exponent. Python's limit for integers is the same."""

NESTING_MAX = 200
"""The maximum nesting depth: that of pydantic_core's parser, which allows one more level if it is empty."""

PLAIN_CHARACTERS_MAX = 15
"""A number of at most this many characters, without an exponent, is exact as a double."""

_strictly = partial(from_json, allow_inf_nan=False, cache_strings="keys")
"""The slower parser: it limits nesting, and refusals quote its reasons."""

PLAIN_DIGITS_MAX = 40
"""Canonical numbers with more digits before the point, or zeros behind it, have an exponent: it keeps them short."""

PLAIN_DOUBLE_MIN = 1e-4
"""Smaller doubles are written with an exponent by orjson."""


def parse(body: bytes) -> Any:
    """Return the content of a JSON document. Raises ValueError for anything else.

    A number is an int, a float where a float prints as the same number, or else a Decimal. ``NaN`` and ``Infinity``
    are not JSON; nesting is limited to NESTING_MAX levels.
    """
    if may_be_too_deep(body):
        _strictly(body)
    try:
        return _decode(body)
    except (msgspec.DecodeError, ValueError):
        _strictly(body)
        return json.loads(body, parse_float=_number)


def decoder(kind: type[T]) -> Callable[[bytes], T]:
    """Return a function that decodes JSON into a type; for ``object`` and ``Any``, as ``parse`` does.

    It does not limit nesting. It raises ValueError, msgspec.DecodeError or RecursionError.
    """
    return msgspec.json.Decoder(kind, float_hook=_number).decode


def may_be_too_deep(body: bytes) -> bool:
    """Return whether a document may be nested more deeply than NESTING_MAX."""
    return len(body) > NESTING_MAX and brackets(body) > NESTING_MAX


def brackets(body: bytes) -> int:
    """Return an upper bound of the nesting depth: the number of opening braces and brackets."""
    return len(body.translate(None, _OTHERS))


def dump(content: object) -> bytes:
    """Return a JSON document: integers of any size, and Decimals as numbers of all their digits.

    Raises TypeError or ValueError for what JSON cannot express, or a number of more than DIGITS_MAX digits.
    """
    try:
        return orjson.dumps(content, default=write_number)
    except TypeError:
        return orjson.dumps(_with_large_integers(content), default=write_number)


def fragment(content: object) -> orjson.Fragment:
    """Return a JSON document to be part of others: content that many replies have is written once."""
    return orjson.Fragment(dump(content))


def write_number(value: object) -> orjson.Fragment:
    """Return a Decimal as JSON: the ``default`` function for orjson. Raises TypeError for anything else."""
    if isinstance(value, Decimal) and value.is_finite():
        return orjson.Fragment(str(value))
    raise TypeError


def canonical(content: object) -> bytes:
    """Return one document for the same content: 5 and 5.0 are one number, and members have no order."""
    if type(content) is dict and _WRITTEN_ALIKE.issuperset(map(type, content.values())):  # most requests
        try:
            return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
        except TypeError:  # an integer of more than 64 bits
            pass
    return orjson.dumps(_canonical(content), default=write_number, option=orjson.OPT_SORT_KEYS)


def decimal(number: float | Decimal) -> Decimal:
    """Return the number that was written, as a Decimal."""
    return number if isinstance(number, Decimal) else Decimal(repr(number))


def _with_large_integers(content: Any) -> Any:
    """Return the same content with integers of more than 64 bits, which orjson rejects, written out."""
    match content:
        case dict():
            return {name: _with_large_integers(member) for name, member in content.items()}
        case list() | tuple():
            return [_with_large_integers(item) for item in content]
        case int() if not -(2**63) <= content < 2**64:
            return orjson.Fragment(str(content))
        case _:
            return content


def _canonical(content: Any) -> Any:
    kind = type(content)
    if kind is dict:
        return {name: member if type(member) in _CANONICAL else _canonical(member) for name, member in content.items()}
    if kind is list:
        return [item if type(item) in _CANONICAL else _canonical(item) for item in content]
    if kind in _CANONICAL or (kind is int and -(2**63) <= content < 2**64):  # orjson writes no larger ones
        return content
    if kind is float and PLAIN_DOUBLE_MIN <= abs(content) < 2**53:  # orjson writes these as _canonical_number does
        return int(content) if content.is_integer() else content
    return orjson.Fragment(_canonical_number(decimal(content)))


def _canonical_number(number: Decimal) -> str:
    """Return the same text for equal numbers, in a time that depends on its length as it was sent, not on its value."""
    if not number:
        return "0"
    if abs(number.adjusted()) > PLAIN_DIGITS_MAX:
        sign, digits, _ = number.as_tuple()
        return f"{'-' * sign}{''.join(map(str, digits)).rstrip('0')}e{number.adjusted()}"
    return str(int(number)) if number == number.to_integral_value() else f"{number:f}".rstrip("0")


_OTHERS = bytes(set(range(256)) - set(b"{["))

_CANONICAL = frozenset({str, bool, type(None)})
"""The types whose values are written in one way only."""

_WRITTEN_ALIKE = _CANONICAL | {int}
"""The types whose values orjson writes in that way, or not at all."""


def _number(text: str) -> float | Decimal:
    if len(text) <= PLAIN_CHARACTERS_MAX and "e" not in text and "E" not in text:
        return float(text)
    try:
        exact = Decimal(text)
    except InvalidOperation:  # an exponent of more than 18 digits
        raise ValueError("number out of range") from None
    if len(text) > DIGITS_MAX or abs(exact.adjusted()) > DIGITS_MAX:
        raise ValueError("number out of range")
    rounded = float(text)
    return rounded if exact == Decimal(repr(rounded)) else exact


_decode = decoder(object)
