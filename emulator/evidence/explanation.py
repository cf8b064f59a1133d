"""Explain an exchange: the rule that decided it, and the evidence for everything that shaped it.

The contract is compared with the exchange on request only.
"""

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from emulator.core.struct import Struct
from emulator.evidence import contracts
from emulator.evidence.parts import Part, parts, possible_parts, refusals, webhook_parts
from emulator.evidence.rules import EVIDENCE
from emulator.web.exchange import Exchange

INFERRED_CHARACTERS_MAX = 1000
"""How long the list in ``X-Emulator-Inferred`` may be: clients limit the size of headers."""

WEBHOOKS_MAX = 2048
"""How many explanations of webhooks are kept, in all spaces: twice as many as a space lists."""


class Explanation(Struct, frozen=True):
    """The rule that refused, if any; the weakest evidence of all that shaped the exchange; and what weakened it.

    ``fields`` are the parts that rest on weaker evidence than the operation does.
    """

    rule: str | None
    evidence: str
    fields: tuple[Part, ...]


def explain(exchange: Exchange) -> Explanation:
    """Explain an exchange. Outside of every operation, its evidence is that of the rule that refused it."""
    operation = contracts.operation(exchange.provider, exchange.operation)
    deciding = next(refusals(exchange), None)
    rule = deciding.rule if deciding else None
    if operation is None:
        return Explanation(rule, deciding.evidence if deciding else "inferred", (deciding,) if deciding else ())
    fields = _weaker(parts(exchange, operation), operation.evidence)
    return Explanation(rule, weakest([operation.evidence, *(part.evidence for part in fields)]), fields)


def explain_webhook(provider: str, kind: str, attempts: Iterable[Mapping[str, str]], body: str) -> Explanation:
    """Explain a webhook, of which ``attempts`` has the headers of each attempt. All of its parts are listed."""
    return _explained_webhook(provider, kind, tuple(tuple(headers.items()) for headers in attempts), body)


@lru_cache(maxsize=WEBHOOKS_MAX)
def _explained_webhook(
    provider: str, kind: str, attempts: tuple[tuple[tuple[str, str], ...], ...], body: str
) -> Explanation:
    found = list(dict.fromkeys(webhook_parts(provider, kind, [dict(headers) for headers in attempts], body.encode())))
    ruled = {(part.place, part.field, part.evidence) for part in found if part.rule}
    fields = tuple(part for part in found if part.rule or (part.place, part.field, part.evidence) not in ruled)
    return Explanation(None, weakest(part.evidence for part in fields), fields)


def explain_event(provider: str, kind: str) -> Part:
    """Explain a change that time makes: the rule for its time, which the contract lists in ``x-events``."""
    rule = contracts.rule(provider, contracts.contract(provider).get("x-events", {}).get(kind))
    return Part("event", kind, rule["evidence"] if rule else "inferred", rule["id"] if rule else None)


@cache
def possible_fields(provider: str, operation: str) -> tuple[Part, ...]:
    """Return the parts of an operation that may rest on weaker evidence than the operation does."""
    known = contracts.operation(provider, operation)
    assert known is not None, operation
    return _weaker(possible_parts(provider, known), known.evidence)


def weakest(levels: Iterable[str]) -> str:
    """Return the weakest of some levels of evidence."""
    return max(levels, key=EVIDENCE.index)


def _weaker(found: Iterable[Part], evidence: str) -> tuple[Part, ...]:
    """Return the parts, each once, whose evidence is weaker than this."""
    floor = EVIDENCE.index(evidence)
    return tuple(part for part in dict.fromkeys(found) if EVIDENCE.index(part.evidence) > floor)


def headers(exchange: Exchange) -> list[tuple[bytes, bytes]]:
    """Return the explanation of a reply as headers; ``X-Emulator-Inferred`` lists what is a guess."""
    explained = explain(exchange)
    values = {
        "x-emulator-operation": exchange.operation or "none",
        "x-emulator-rule": explained.rule or "none",
        "x-emulator-evidence": explained.evidence,
    }
    if inferred := [_named(part) for part in explained.fields if part.evidence == "inferred"]:
        values["x-emulator-inferred"] = _joined(inferred)
    return [(name.encode(), value.encode()) for name, value in values.items()]


def _named(part: Part) -> str:
    """Return a part in words: ``price_usd_cents (cnaught.orders.price)``, ``query limit``."""
    name = part.field if part.place == "reply" else f"{part.place} {part.field}".strip()
    return f"{name} ({part.rule})" if part.rule else name


def _joined(names: list[str]) -> str:
    """Return the names in one line of bounded length, with the number of those that are left out."""
    kept: list[str] = []
    length = 0
    for name in names:
        length += len(name) + 2
        if length > INFERRED_CHARACTERS_MAX:
            return ", ".join([*kept, f"and {len(names) - len(kept)} more"])
        kept.append(name)
    return ", ".join(kept)


def evidence(provider: str) -> dict[str, object]:
    """Return the evidence of a provider: of its operations, of their fields that are weaker, and of its rules."""
    ids = [operation.id for operation in contracts.operations(provider)]
    return {
        "operations": {operation.id: operation.evidence for operation in contracts.operations(provider)},
        "fields": {id: [part.document() for part in possible_fields(provider, id)] for id in ids},
        "rules": [
            {key: rule[key] for key in ("id", "statement", "evidence", "source")} for rule in contracts.rules(provider)
        ],
    }
