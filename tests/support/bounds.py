"""Break a request at every bound of a contract: one request for each bound and each way to break it."""

import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from emulator.evidence import contracts
from tests.support.contract_check import validator
from tests.support.drafts import Draft, example_of, good_draft, parameters, takes_json

Place: TypeAlias = tuple[str | int, ...]
Schema: TypeAlias = Mapping[str, Any]

VALUES = {"null": None, "boolean": True, "integer": 5, "number": 5.5, "string": "x", "array": [], "object": {}}
"""A value of each JSON type."""

STRANGE_TEXTS = ("!", "x", "\x00", "a b", "2024-02-30", "0")
"""Texts that break the patterns of the contracts: one of them breaks each."""

ABSENT = object()


@dataclass(frozen=True, eq=False)
class Violation:
    """A request that breaks one bound: ``keyword`` in the schema of ``field``, in the body, the query or a header."""

    operation: contracts.Operation
    place: str
    field: str
    keyword: str
    value: Any
    draft: Draft

    def __str__(self) -> str:
        value = repr(self.value)
        return f"{self.operation.id}, {self.place} {self.field}, {self.keyword}: {value[:40]}"


def violations(provider: str, operation: contracts.Operation) -> Iterator[Violation]:
    """Yield a request for every way to break every bound of an operation's parameters and JSON body."""
    good = good_draft(provider, operation)
    if takes_json(operation):
        schema = operation.description["requestBody"]["content"]["application/json"]["schema"]
        for place, keyword, value in broken(provider, schema):
            body = _put(example_of(operation), place, value)
            if _is_allowed(provider, schema, body):
                continue  # another alternative accepts it
            draft = replace(good, body=json.dumps(body).encode())
            yield Violation(operation, "body", _field_name(place), keyword, value, draft)
    for parameter in parameters(provider, operation):
        for keyword, value in _broken_parameter(provider, parameter):
            if draft := _with_parameter(good, operation.path, parameter, value):
                yield Violation(operation, parameter["in"], parameter["name"], keyword, value, draft)


def free_texts(provider: str, operation: contracts.Operation) -> Iterator[tuple[str, Draft, Draft]]:
    """Yield each member of the body whose text may be any, and requests with a text in it: plain, and with U+0000."""
    if takes_json(operation):
        schema = operation.description["requestBody"]["content"]["application/json"]["schema"]
        for place in _free_texts(provider, schema):
            plain, null = (_put(example_of(operation), place, text) for text in ("ab", "a\0b"))
            if _is_allowed(provider, schema, null):
                drafts = (
                    replace(good_draft(provider, operation), body=json.dumps(body).encode()) for body in (plain, null)
                )
                yield _field_name(place), *drafts


def _free_texts(provider: str, schema: Schema, place: Place = ()) -> Iterator[Place]:
    schema = contracts.resolve(provider, schema)
    if "string" in schema.get("type", ()) and not {"enum", "const", "format", "pattern"} & schema.keys():
        yield place
    for name, member in schema.get("properties", {}).items():
        yield from _free_texts(provider, member, (*place, name))
    if "items" in schema:
        yield from _free_texts(provider, schema["items"], (*place, 0))
    for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from _free_texts(provider, part, place)


def broken(provider: str, schema: Schema, place: Place = ()) -> Iterator[tuple[Place, str, Any]]:
    """Yield the place, keyword and value of every way to break a schema, its members and its items."""
    schema = contracts.resolve(provider, schema)
    yield from ((place, keyword, value) for keyword, value in _own(schema))
    required, properties = schema.get("required", ()), schema.get("properties", {})
    yield from (((*place, name), "required", ABSENT) for name in required)
    if schema.get("additionalProperties") is False:
        yield (*place, "no_such_member"), "additionalProperties", 1
    for name, member in properties.items():
        yield from broken(provider, member, (*place, name))
    if isinstance(schema.get("additionalProperties"), Mapping):
        yield from broken(provider, schema["additionalProperties"], (*place, "*"))
    if "items" in schema:
        yield from broken(provider, schema["items"], (*place, 0))
    for word in ("allOf", "anyOf", "oneOf"):
        for part in schema.get(word, ()):
            yield from ((below, "alternatives", value) for below, _, value in broken(provider, part, place))


def _own(schema: Schema) -> Iterator[tuple[str, Any]]:
    """Return the values that break the schema's own keywords."""
    types = [schema["type"]] if isinstance(schema.get("type"), str) else schema.get("type", VALUES)
    allowed = {*types, *(["integer"] if "number" in types else [])}
    yield from (("type", value) for name, value in VALUES.items() if name not in allowed)
    simple = {
        "enum": lambda _: "no such value",
        "minimum": lambda bound: bound - 1,
        "exclusiveMinimum": lambda bound: bound,
        "maximum": lambda bound: bound + 1,
        "exclusiveMaximum": lambda bound: bound,
        "minLength": lambda length: "x" * (length - 1),
        "maxLength": lambda length: _long_text(schema, length + 1),
        "pattern": lambda pattern: next(text for text in STRANGE_TEXTS if not re.search(pattern, text)),
        "format": lambda _: "no such form",
        "minItems": lambda _: [],
        "minProperties": lambda _: {},
        "maxProperties": lambda count: {f"k{number}": "x" for number in range(count + 1)},
        "propertyNames": lambda names: {"x" * (names.get("maxLength", 0) + 1): "x"},
    }
    for keyword, break_it in simple.items():
        if keyword in schema and (keyword, schema[keyword]) not in (("minLength", 0), ("format", "binary")):
            yield keyword, break_it(schema[keyword])


def _long_text(schema: Schema, length: int) -> str:
    """Return a text that is too long and otherwise has the right form, if its pattern is that of an address."""
    start = "https://a.example/" if "http" in schema.get("pattern", "") else ""
    return start.ljust(length, "x")


def _is_allowed(provider: str, schema: Schema, value: Any) -> bool:
    return bool(validator(provider, json.dumps(schema)).is_valid(value))


def _put(body: Any, place: Place, value: Any) -> Any:
    """Return a copy of a body with a value at a place, creating the objects and lists on the way."""
    if not place:
        return value
    name, *below = place
    copy = deepcopy(body) if isinstance(body, dict | list) else [] if isinstance(name, int) else {}
    if isinstance(copy, list):
        return [_put(copy[0] if copy else None, tuple(below), value), *copy[1:]]
    if value is ABSENT and not below:
        copy.pop(name, None)
        return copy
    return {**copy, name: _put(copy.get(name), tuple(below), value)}


def _field_name(place: Place) -> str:
    """Return a place in the notation of rules: ``items[].amount``."""
    name = ""
    for part in place:
        name += "[]" if isinstance(part, int) else f".{part}" if name else part
    return name or "body"


def _broken_parameter(provider: str, parameter: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the ways to break a parameter that text can express: every value of a text parameter is text."""
    schema = contracts.resolve(provider, parameter["schema"])
    item = contracts.resolve(provider, schema["items"]) if "items" in schema else schema
    is_text = item.get("type") in ("string", ["string", "null"])
    for place, keyword, value in broken(provider, item):
        if place or (keyword == "type" and (is_text or value is None)) or _is_allowed(provider, item, _text(value)):
            continue
        yield keyword, value
    if parameter["required"] and parameter["in"] != "path":
        yield "required", ABSENT


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is ABSENT else json.dumps(value)


def _with_parameter(good: Draft, path: str, parameter: Mapping[str, Any], value: Any) -> Draft | None:
    name, text = parameter["name"], _text(value)
    match parameter["in"]:
        case "query":
            others = {other: given for other, given in dict(good.query).items() if other != name}
            return replace(good, query=others if value is ABSENT else {**others, name: text})
        case "header":
            others = {other: given for other, given in good.headers.items() if other != name}
            return replace(good, headers=others if value is ABSENT else {**others, name: text})
        case _:
            usable = text and text.isprintable() and "/" not in text
            return replace(good, path=path.replace(f"{{{name}}}", text.replace(" ", "%20"))) if usable else None
