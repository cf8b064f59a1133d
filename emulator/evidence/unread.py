"""Find what a client sent that no rule reads: unknown parameters and members, and misspelled headers."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from pydantic_core import from_json

from emulator.evidence import contracts
from emulator.web.exchange import Exchange
from emulator.web.reading import pairs

NAME_CHARACTERS_MAX = 100
"""A longer header name is not compared with the known ones, since it cannot be a misspelling of them."""


def unread(exchange: Exchange) -> list[str]:
    """Return the parameters, members and misspelled headers of a request that its operation does not read."""
    operation = contracts.operation(exchange.provider, exchange.operation)
    if operation is None:
        return []
    known = operation.parameters
    headers = [raw.decode("latin-1") for raw, _ in exchange.headers if len(raw) <= NAME_CHARACTERS_MAX]
    return [
        *(f"query {name}" for name in dict(_query(exchange)) if name not in known["query"]),
        *(f"header {name}" for name in headers if _is_misspelled(name, known["header"])),
        *(f"body {place}" for place in _unread_members(exchange, operation.description.get("requestBody"))),
    ]


def _query(exchange: Exchange) -> Sequence[tuple[str, str]]:
    return pairs(exchange.query.decode("latin-1"))


@lru_cache(maxsize=4096)
def _is_misspelled(name: str, known: frozenset[str]) -> bool:
    """Return whether a header name is close to one that the operation reads, but not equal: Idempotency_Key."""
    names = {name.lower() for name in known}
    return name not in names and bool(get_close_matches(name.replace("_", "-"), names, n=1, cutoff=0.85))


def _unread_members(exchange: Exchange, request_body: Mapping[str, Any] | None) -> Iterator[str]:
    try:
        body = from_json(exchange.body)
    except ValueError:
        return
    content = contracts.resolve(exchange.provider, request_body)["content"] if request_body else {}
    if "application/json" not in content:
        yield from body if isinstance(body, dict) else ()
        return
    schema = content["application/json"]["schema"]
    yield from _beyond(exchange.provider, schema, body, "")


def _beyond(provider: str, schema: Mapping[str, Any], value: Any, place: str) -> Iterator[str]:
    """Yield the places of members that a schema does not name. A schema without named members accepts any."""
    schema = contracts.resolve(provider, schema)
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            yield from _beyond(provider, schema["items"], item, f"{place}[{index}]")
    properties = _members(provider, schema)
    if isinstance(value, dict) and properties:
        for name, member in value.items():
            below = f"{place}.{name}" if place else name
            if name in properties:
                yield from _beyond(provider, properties[name], member, below)
            else:
                yield below


def _members(provider: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members that a schema or one of its alternatives names."""
    parts = [part for word in ("allOf", "anyOf", "oneOf") for part in schema.get(word, ())]
    below = [_members(provider, contracts.resolve(provider, part)) for part in parts]
    return {name: member for named in (*below, schema.get("properties", {})) for name, member in named.items()}
