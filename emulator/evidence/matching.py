"""Match a JSON value against a schema, by the keywords that conditions and alternatives of the contracts use."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeAlias

from emulator.core.exact_json import canonical
from emulator.evidence import contracts

Schema: TypeAlias = Mapping[str, Any]


def matches(provider: str, schema: Schema | bool, value: Any) -> bool:
    """Return whether a value satisfies a schema. Keywords that are not listed below are ignored."""
    if isinstance(schema, bool):
        return schema
    if "$ref" in schema and not matches(provider, contracts.target(provider, schema["$ref"]), value):
        return False
    return (
        _is_plausible(schema, value)
        and _has_matching_members(provider, schema, value)
        and all(matches(provider, part, value) for part in schema.get("allOf", ()))
        and _has_matching_alternative(provider, schema, value)
        and not ("not" in schema and matches(provider, schema["not"], value))
    )


def _is_plausible(schema: Schema, value: Any) -> bool:
    """Return whether a value by itself, without its members, satisfies a schema."""
    if "type" in schema and not _is_of_type(schema["type"], value):
        return False
    if "const" in schema and not _is_same(schema["const"], value):
        return False
    if "enum" in schema and not any(_is_same(allowed, value) for allowed in schema["enum"]):
        return False
    return all(check(schema[word], value) for word, check in _checks(value).items() if word in schema)


def _has_matching_members(provider: str, schema: Schema, value: Any) -> bool:
    if isinstance(value, list) and "items" in schema:
        return all(matches(provider, schema["items"], item) for item in value)
    if not isinstance(value, dict):
        return True
    properties, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    return all(name in value for name in schema.get("required", ())) and all(
        matches(provider, properties.get(name, others), member) for name, member in value.items()
    )


def _has_matching_alternative(provider: str, schema: Schema, value: Any) -> bool:
    return all(
        any(matches(provider, part, value) for part in schema[word]) for word in ("anyOf", "oneOf") if word in schema
    )


def _is_of_type(names: str | list[str], value: Any) -> bool:
    return any(_json_type(name, value) for name in ([names] if isinstance(names, str) else names))


def _json_type(name: str, value: Any) -> bool:
    match name:
        case "null":
            return value is None
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return _is_number(value) and value == int(value)
        case "number":
            return _is_number(value)
        case _:
            return isinstance(value, {"string": str, "array": list, "object": dict}[name])


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_same(expected: Any, value: Any) -> bool:
    """Return whether two JSON values are equal; true is not 1."""
    return bool(expected == value) and isinstance(expected, bool) == isinstance(value, bool)


def _checks(value: Any) -> Mapping[str, Callable[[Any, Any], bool]]:
    """Return the keywords that apply to a value of this type."""
    if isinstance(value, str):
        return _TEXT
    if isinstance(value, list):
        return _LIST
    if isinstance(value, dict):
        return _OBJECT
    return _NUMBER if _is_number(value) else {}


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


_TEXT: Mapping[str, Callable[[Any, str], bool]] = {
    "pattern": lambda pattern, value: _compiled(pattern).search(value) is not None,
    "minLength": lambda least, value: len(value) >= least,
    "maxLength": lambda most, value: len(value) <= most,
}
_LIST: Mapping[str, Callable[[Any, list[Any]], bool]] = {
    "minItems": lambda least, value: len(value) >= least,
    "maxItems": lambda most, value: len(value) <= most,
    "uniqueItems": lambda wanted, value: not wanted or len({canonical(item) for item in value}) == len(value),
}
_OBJECT: Mapping[str, Callable[[Any, dict[str, Any]], bool]] = {
    "minProperties": lambda least, value: len(value) >= least,
    "maxProperties": lambda most, value: len(value) <= most,
}
_NUMBER: Mapping[str, Callable[[Any, Any], bool]] = {
    "minimum": lambda least, value: value >= least,
    "maximum": lambda most, value: value <= most,
    "exclusiveMinimum": lambda bound, value: value > bound,
    "exclusiveMaximum": lambda bound, value: value < bound,
    "multipleOf": lambda step, value: Decimal(str(value)) % Decimal(str(step)) == 0,
}
KEYWORDS = frozenset(
    {"$ref", "type", "const", "enum", "items", "properties", "additionalProperties", "required"}
    | {"allOf", "anyOf", "oneOf", "not"}
    | _TEXT.keys()
    | _LIST.keys()
    | _OBJECT.keys()
    | _NUMBER.keys()
)
"""The keywords that matter to a match."""
