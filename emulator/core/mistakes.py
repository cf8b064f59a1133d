"""The problems of a document that a user has written: their places, reasons, and the names that were probably meant."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from pydantic import BaseModel, ValidationError

from emulator.core.errors import Malformed, Place, Problem
from emulator.core.nearest import nearest
from emulator.core.struct import Struct, replace

Schema: TypeAlias = Mapping[str, Any]

VALUE_CHARACTERS_MAX = 40
KEY = "[key]"
"""How pydantic names the place of a name in an object."""

UNKNOWN = "extra_forbidden"
OF_SIZE = ("too_short", "too_long")
WITHOUT_VALUE = ("missing", "value_error", "assertion_error", UNKNOWN)

PLURAL_OF_ONE = re.compile(r"\b1 (character|digit|item)s\b")

_INSTANT = "must be a date and time with its offset from UTC, such as 2026-01-01T00:00:00Z"
_DATE = "must be a date, such as 2026-01-01"
_NUMBER, _INTEGER, _OBJECT, _ARRAY = "must be a number", "must be an integer", "must be an object", "must be an array"

WORDS = {
    "missing": "missing, but required",
    "string_type": "must be a string",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "must match the pattern {pattern}",
    "int_type": _INTEGER,
    "int_parsing": _INTEGER,
    "int_from_float": _INTEGER,
    "int_parsing_size": "has too many digits",
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": "must be a finite number",
    "decimal_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "decimal_max_digits": "must have at most {max_digits} digits",
    "decimal_max_places": "must have at most {decimal_places} digits after the decimal point",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "literal_error": "must be {expected}",
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "model_type": _OBJECT,
    "dict_type": _OBJECT,
    "mapping_type": _OBJECT,
    "list_type": _ARRAY,
    "tuple_type": _ARRAY,
    "set_type": _ARRAY,
    "frozen_set_type": _ARRAY,
    "named_tuple_type": _ARRAY,
    "too_short": "must have at least {min_length} items",
    "too_long": "must have at most {max_length} items",
    "datetime_type": _INSTANT,
    "datetime_parsing": _INSTANT,
    "datetime_from_date_parsing": _INSTANT,
    "datetime_object_invalid": _INSTANT,
    "timezone_aware": _INSTANT,
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "none_required": "must be null",
    "uuid_type": "must be a UUID",
    "uuid_parsing": "must be a UUID",
}
"""The messages, by the kind of problem in pydantic's terms."""


class Mistake(Struct, frozen=True):
    """One problem: its place, dotted, and its message."""

    place: str
    fault: str

    def __str__(self) -> str:
        return f"at {self.place or 'the top'}: {self.fault}"


def mistakes(content: object, schema: Schema, error: ValidationError) -> Iterator[Mistake]:
    """Yield every problem of a document, in our words. ``content`` and ``schema`` are those that the error is about."""
    yield from _mistakes(content, schema, Malformed.found(None, error))


def first_mistake(content: object, model: type[BaseModel], error: ValidationError) -> Mistake:
    """Return the first problem of a document that does not become a model, in our words."""
    schema = model.model_json_schema()
    whole = {"$defs": schema.pop("$defs", {}), "properties": {"content": schema}}
    return next(_mistakes({"content": content}, whole, Malformed.found("content", error)))


def _mistakes(content: object, schema: Schema, malformed: Malformed) -> Iterator[Mistake]:
    for problem in malformed.problems:
        place = tuple(_places_in(content, problem.place))
        yield Mistake(".".join(map(str, place[1:])), _fault(problem, place, schema))


def _places_in(content: object, place: Place) -> Iterator[str | int]:
    """Yield the steps to a place, without those that name a branch of a union instead of something in the content."""
    for number, step in enumerate(place):
        last = number == len(place) - 1
        if isinstance(content, dict) and (step in content or last) and step != KEY:
            yield step
            content = content.get(step)
        elif isinstance(content, list) and isinstance(step, int):
            yield step
            content = content[step] if step < len(content) else None


def _fault(problem: Problem, place: Place, schema: Schema) -> str:
    return sentence(problem, _members(schema, place[:-1]) if problem.kind == UNKNOWN else ())


def sentence(problem: Problem, known: Iterable[str]) -> str:
    """Return what is wrong, in our words. ``known`` are the names that the object may have if the name is unknown."""
    if problem.kind == UNKNOWN:
        name = next(str(step) for step in reversed(problem.place) if step != KEY)
        return f"unknown member; {nearest(name, sorted(known))}"
    if problem.kind == "json_invalid":
        return f"not JSON: {problem.message}"
    fault = _worded(problem)
    if problem.place and problem.place[-1] == KEY and problem.kind not in WITHOUT_VALUE:
        return f"the name {fault}"
    return fault if problem.kind in (*WITHOUT_VALUE, *OF_SIZE) else f"{fault}, not {_shown(problem.sent)}"


def _worded(problem: Problem) -> str:
    limits = {name: _short(limit) for name, limit in problem.limits.items()}
    return PLURAL_OF_ONE.sub(r"1 \1", replace(problem, limits=limits).worded(WORDS))


def _short(limit: object) -> object:
    return int(limit) if isinstance(limit, float) and limit.is_integer() else limit


def _members(schema: Schema, place: Place) -> set[str]:
    """Return the names of the members that an object at a place may have."""
    found = [schema]
    for step in place:
        found = [below for each in found for below in _below(schema, each, step)]
    objects = [branch for each in found for branch in _branches(schema, each)]
    return {name for each in objects for name in each.get("properties", {})}


def _below(schema: Schema, node: Schema, step: str | int) -> Iterator[Schema]:
    for branch in _branches(schema, node):
        if isinstance(step, int):
            items = branch.get("prefixItems", [])
            yield from items[step : step + 1] or [branch.get("items", {})]
        elif step in branch.get("properties", {}):
            yield branch["properties"][step]
        elif isinstance(branch.get("additionalProperties"), dict):
            yield branch["additionalProperties"]
        else:
            patterns = branch.get("patternProperties", {})
            yield from (below for pattern, below in patterns.items() if re.search(pattern, step))


def _branches(schema: Schema, node: Schema) -> Iterator[Schema]:
    """Yield the schemas that a node represents: the one that it refers to, and each branch of a union."""
    if "$ref" in node:
        yield from _branches(schema, schema["$defs"][node["$ref"].rpartition("/")[2]])
    for branch in node.get("anyOf", node.get("oneOf", ())):
        yield from _branches(schema, branch)
    if "$ref" not in node:
        yield node


def _shown(value: object) -> str:
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "an array"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= VALUE_CHARACTERS_MAX else f"{text[:VALUE_CHARACTERS_MAX]}…"
