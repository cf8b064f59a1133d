"""What an exchange rests on, and what of it nobody read: the contracts held against the journal, when somebody asks."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from pydantic_core import from_json

from emulator.evidence import contracts
from emulator.evidence.rules import EVIDENCE
from emulator.web.exchange import Exchange

NAME_CHARACTERS_MAX = 100
"""A longer name is not held against those that are known: it is nearly none of them."""


def evidence(exchange: Exchange) -> str:
    """What the reply rests on: the weaker of the operation's evidence and that of the reply with this status."""
    operation = contracts.operation(exchange.provider, exchange.operation)
    if operation is None:
        return "inferred"
    promised = contracts.resolve(exchange.provider, operation.description["responses"].get(str(exchange.status), {}))
    reply_evidence: str = promised.get("x-evidence", "inferred")
    return max(operation.evidence, reply_evidence, key=EVIDENCE.index)


def rule(exchange: Exchange) -> Mapping[str, Any] | None:
    """The documented rule that decided: one of the first field at fault, or the one that the refusal names."""
    rules = contracts.rules(exchange.provider)
    for problem in exchange.problems:
        of_field = [known for known in rules if known.get("field") == problem.field and _governs(known, exchange)]
        fitting = [known for known in of_field if ("required" in known["id"]) == (problem.kind == "missing")]
        if of_field:
            return (fitting or of_field)[0]
    return contracts.rule(exchange.provider, exchange.rule)


def _governs(known: Mapping[str, Any], exchange: Exchange) -> bool:
    """Whether a rule governs the operation; one that names no operations governs all."""
    return not known["operations"] or exchange.operation in known["operations"]


def unread(exchange: Exchange) -> list[str]:
    """What the client sent that no rule of the operation reads: parameters, members, and headers that look misspelt."""
    operation = contracts.operation(exchange.provider, exchange.operation)
    if operation is None:
        return []
    known = operation.parameters
    headers = [raw.decode("latin-1") for raw, _ in exchange.headers if len(raw) <= NAME_CHARACTERS_MAX]
    return [
        *(f"query {name}" for name in dict(_query(exchange)) if name not in known["query"]),
        *(f"header {name}" for name in headers if _is_misspelt(name, known["header"])),
        *(f"body {place}" for place in _unread_members(exchange, operation.description.get("requestBody"))),
    ]


def headers(exchange: Exchange) -> list[tuple[bytes, bytes]]:
    """The explanation of a reply as headers."""
    decided = rule(exchange)
    explained = {
        "x-emulator-operation": exchange.operation or "none",
        "x-emulator-rule": decided["id"] if decided else "none",
        "x-emulator-evidence": decided["evidence"] if decided else evidence(exchange),
    }
    return [(name.encode(), value.encode()) for name, value in explained.items()]


def _query(exchange: Exchange) -> list[tuple[str, str]]:
    return parse_qsl(exchange.query.decode("latin-1"), keep_blank_values=True)


@lru_cache(maxsize=4096)
def _is_misspelt(name: str, known: frozenset[str]) -> bool:
    """Whether a header is nearly, but not quite, one that the operation reads: Idempotency_Key."""
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
    """The places of members that a schema does not name. A schema that names no members takes any."""
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
    """The members that a schema names, itself or in one of its alternatives."""
    parts = [part for word in ("allOf", "anyOf", "oneOf") for part in schema.get(word, ())]
    below = [_members(provider, contracts.resolve(provider, part)) for part in parts]
    return {name: member for named in (*below, schema.get("properties", {})) for name, member in named.items()}
