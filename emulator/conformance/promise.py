"""The contract of a reply: its status, headers and body, and the differences of a reply from it."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from emulator.conformance.values import Mismatch, below, shown
from emulator.evidence import contracts
from emulator.evidence.matching import matches

OWN = ("type", "const", "enum", "pattern", "minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum")
OWN_KEYWORDS = (*OWN, "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
"""The keywords that are about a value by itself."""

ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


def broken_promises(
    provider: str, operation: str | None, status: int, headers: Mapping[str, str], body: Any, is_json: bool
) -> Iterator[Mismatch]:
    """Yield how a reply to an operation differs from the contract."""
    known = contracts.operation(provider, operation)
    if known is None:
        return
    responses = known.description["responses"]
    if str(status) not in responses:
        yield Mismatch("status", f"one of {', '.join(sorted(responses))}", str(status))
        return
    promised = contracts.resolve(provider, responses[str(status)])
    for name, described in promised.get("headers", {}).items():
        yield from _header_problems(provider, name, contracts.resolve(provider, described), headers)
    content = promised.get("content")
    if content:
        media_type = headers.get("content-type", "").partition(";")[0].strip()
        if media_type not in content:
            yield Mismatch("content-type", " or ".join(content), media_type or "nothing")
        elif is_json:
            yield from violations(provider, content[media_type].get("schema", {}), body)


def _header_problems(
    provider: str, name: str, described: Mapping[str, Any], headers: Mapping[str, str]
) -> Iterator[Mismatch]:
    value: Any = headers.get(name.lower())
    place = f"header {name}"
    if value is None:
        if described.get("required"):
            yield Mismatch(place, "a value", "nothing")
        return
    schema = contracts.resolve(provider, described["schema"])
    if schema.get("type") == "integer" and value.isdigit():
        value = int(value)
    yield from violations(provider, schema, value, place)


def violations(provider: str, schema: Any, value: Any, place: str = "") -> Iterator[Mismatch]:
    """Yield where a value violates a schema of the contract."""
    if isinstance(schema, bool):
        if not schema:
            yield Mismatch(place, "nothing", shown(value))
        return
    if "$ref" in schema:
        yield from violations(provider, contracts.target(provider, schema["$ref"]), value, place)
    yield from _own_violations(provider, schema, value, place)
    yield from _violations_below(provider, schema, value, place)
    for part in schema.get("allOf", ()):
        yield from violations(provider, part, value, place)
    yield from _violations_of_choices(provider, schema, value, place)


def _own_violations(provider: str, schema: Mapping[str, Any], value: Any, place: str) -> Iterator[Mismatch]:
    for word in OWN_KEYWORDS:
        if word in schema and not matches(provider, {word: schema[word]}, value):
            yield Mismatch(place, f"{word} {_words(schema[word])}", shown(value))
    if "format" in schema and isinstance(value, str) and not _has_format(schema["format"], value):
        yield Mismatch(place, f"a {schema['format']}", shown(value))
    if schema.get("uniqueItems") and isinstance(value, list):
        texts = [json.dumps(item, sort_keys=True) for item in value]
        if len(set(texts)) != len(texts):
            yield Mismatch(place, "no item twice", shown(value))


def _violations_below(provider: str, schema: Mapping[str, Any], value: Any, place: str) -> Iterator[Mismatch]:
    if isinstance(value, dict):
        yield from _violations_of_members(provider, schema, value, place)
    elif isinstance(value, list) and "items" in schema:
        for position, item in enumerate(value):
            yield from violations(provider, schema["items"], item, below(place, position))


def _violations_of_members(
    provider: str, schema: Mapping[str, Any], value: Mapping[str, Any], place: str
) -> Iterator[Mismatch]:
    properties, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    for name in schema.get("required", ()):
        if name not in value:
            yield Mismatch(below(place, name), "a value", "nothing")
    for name, member in value.items():
        found = _schema_of(name, properties, schema.get("patternProperties", {}), others)
        yield from violations(provider, found, member, below(place, name))
        yield from violations(provider, schema.get("propertyNames", True), name, below(place, f"name {name}"))
    if not schema.get("minProperties", 0) <= len(value) <= schema.get("maxProperties", len(value)):
        yield Mismatch(place, "another number of members", shown(value))


def _schema_of(name: str, properties: Mapping[str, Any], patterns: Mapping[str, Any], others: Any) -> Any:
    if name in properties:
        return properties[name]
    return next((found for pattern, found in patterns.items() if re.search(pattern, name)), others)


def _violations_of_choices(provider: str, schema: Mapping[str, Any], value: Any, place: str) -> Iterator[Mismatch]:
    for word in ("anyOf", "oneOf"):
        if word in schema:
            found = [list(violations(provider, part, value, place)) for part in schema[word]]
            if all(found):  # report the alternative that is nearest
                yield from min(found, key=lambda problems: (any(p.place == place for p in problems), len(problems)))
    if "not" in schema and not any(violations(provider, schema["not"], value, place)):
        yield Mismatch(place, f"not {_words(schema['not'])}", shown(value))
    if "if" in schema:
        holds = not any(violations(provider, schema["if"], value, place))
        yield from violations(provider, schema.get("then" if holds else "else", True), value, place)


@lru_cache(maxsize=4096)
def _has_format(name: str, value: str) -> bool:
    try:
        return FORMATS[name](value) if name in FORMATS else True
    except ValueError:
        return False


FORMATS: Mapping[str, Callable[[str], bool]] = {
    "date": lambda value: bool(date.fromisoformat(value)),
    "date-time": lambda value: bool(datetime.fromisoformat(value)),
    "uuid": lambda value: bool(UUID(value)),
    "uri": lambda value: bool(urlsplit(value).scheme),
    "email": lambda value: bool(ADDRESS.fullmatch(value)),
}


def _words(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def is_acceptable(provider: str, operation: contracts.Operation, body: Any) -> bool:
    """Return whether a body has the form that an operation accepts, apart from bounds of numbers and lengths."""
    request = contracts.resolve(provider, operation.description.get("requestBody", {}))
    schemas = [content.get("schema", {}) for content in request.get("content", {}).values()]
    return not schemas or any(not any(_form_problems(provider, schema, body)) for schema in schemas)


BOUNDS = re.compile(r"(min|max|exclusive|multiple|at (least|most))")


def _form_problems(provider: str, schema: Any, body: Any) -> Iterator[Mismatch]:
    for found in violations(provider, schema, body):
        if not BOUNDS.match(found.expected):
            yield found
