"""What an exchange rests on, and what of it nobody read: the contracts held against the journal, when somebody asks."""

import json
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any
from urllib.parse import parse_qsl

from emulator import contracts
from emulator.core.journal import Exchange

EVIDENCE = ("seed", "docs", "sdk", "inferred")
"""What a behaviour can rest on, the firmest first."""


def evidence(exchange: Exchange) -> str:
    """What the reply rests on: the weaker of the operation's evidence and that of the reply with this status."""
    operation = _operation(exchange)
    if operation is None:
        return "inferred"
    promised = contracts.resolve(exchange.provider, operation.description["responses"].get(str(exchange.status), {}))
    reply_evidence: str = promised.get("x-evidence", "inferred")
    return max(operation.evidence, reply_evidence, key=EVIDENCE.index)


def rule(exchange: Exchange) -> Mapping[str, Any] | None:
    """The documented rule that decided: the one of the first field at fault, or the one that the refusal names."""
    fields = [problem.field for problem in exchange.problems]
    for known in contracts.rules(exchange.provider):
        if known.get("field") in fields and exchange.operation in (*known["operations"], None):
            return known
    named = (known for known in contracts.rules(exchange.provider) if known["id"] == exchange.rule)
    return next(named, None)


def unread(exchange: Exchange) -> list[str]:
    """What the client sent that no rule of the operation reads: parameters, members, and headers that look misspelt."""
    operation = _operation(exchange)
    if operation is None:
        return []
    described = operation.description
    parameters = [contracts.resolve(exchange.provider, entry) for entry in described.get("parameters", ())]
    known = {place: {entry["name"] for entry in parameters if entry["in"] == place} for place in ("query", "header")}
    return [
        *(f"query {name}" for name in dict(_query(exchange)) if name not in known["query"]),
        *(f"header {name}" for name in _misspelt(exchange, known["header"])),
        *(f"body {place}" for place in _unread_members(exchange, described.get("requestBody"))),
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


def _operation(exchange: Exchange) -> contracts.Operation | None:
    found = (operation for operation in contracts.operations(exchange.provider) if operation.id == exchange.operation)
    return next(found, None)


def _query(exchange: Exchange) -> list[tuple[str, str]]:
    return parse_qsl(exchange.query.decode("latin-1"), keep_blank_values=True)


def _misspelt(exchange: Exchange, known: set[str]) -> Iterator[str]:
    """Headers that are nearly, but not quite, one that the operation reads: Idempotency_Key."""
    names = {name.lower() for name in known}
    for raw, _ in exchange.headers:
        name = raw.decode("latin-1")
        if name not in names and get_close_matches(name.replace("_", "-"), names, n=1, cutoff=0.85):
            yield name


def _unread_members(exchange: Exchange, request_body: Mapping[str, Any] | None) -> Iterator[str]:
    try:
        body = json.loads(exchange.body)
    except ValueError:
        return
    if request_body is None:
        yield from body if isinstance(body, dict) else ()
        return
    resolved = contracts.resolve(exchange.provider, request_body)
    schema = resolved["content"]["application/json"]["schema"]
    yield from _beyond(exchange.provider, schema, body, "")


def _beyond(provider: str, schema: Mapping[str, Any], value: Any, place: str) -> Iterator[str]:
    """The places of members that a schema does not name. A schema that names no members takes any."""
    schema = contracts.resolve(provider, schema)
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            yield from _beyond(provider, schema["items"], item, f"{place}[{index}]")
    properties = schema.get("properties")
    if isinstance(value, dict) and properties:
        for name, member in value.items():
            below = f"{place}.{name}" if place else name
            if name in properties:
                yield from _beyond(provider, properties[name], member, below)
            else:
                yield below
