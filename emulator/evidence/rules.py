"""The format of ``contracts/<provider>/rules.yaml``: check a file, and expand its defaults and groups."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

EVIDENCE = ("observed", "seed", "docs", "sdk", "inferred")
"""What a behavior can rest on, strongest first."""

FILE_KEYS = frozenset({"source", "groups", "rules"})
REQUIRED_KEYS = frozenset({"id", "statement", "evidence"})
OPTIONAL_KEYS = frozenset({"source", "operations", "field", "kinds", "built"})


class InvalidRules(ValueError):
    """A rules file breaks its format. The message names the rule or the group."""


@dataclass(frozen=True, slots=True)
class RulesFile:
    """What the rules of a file share: the default source, and the operations that a name stands for."""

    source: str
    named: Mapping[str, tuple[str, ...]]


def expanded(document: Mapping[str, Any], operations: Iterable[str]) -> list[dict[str, Any]]:
    """Return every rule of a file with its source and its full list of operations, empty if it governs them all.

    Raise InvalidRules if the file breaks the format or names an operation that is not one of ``operations``.
    """
    _check_keys("rules file", document, FILE_KEYS, FILE_KEYS)
    file = RulesFile(document["source"], _named(document["groups"], operations))
    for position, rule in enumerate(document["rules"]):
        _check(rule.get("id", f"rule {position}"), rule)
    if repeated := _repeated(rule["id"] for rule in document["rules"]):
        raise InvalidRules(f"{', '.join(repeated)}: duplicate id")
    return [
        {"source": file.source, **rule, "operations": _members(rule["id"], rule.get("operations", ()), file.named)}
        for rule in document["rules"]
    ]


def _named(groups: Mapping[str, Sequence[str]], operations: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """What each name stands for: an operation for itself, a group for its operations and earlier groups."""
    named: dict[str, tuple[str, ...]] = {operation: (operation,) for operation in operations}
    for name, members in groups.items():
        if name in named:
            raise InvalidRules(f"group {name}: the name of an operation")
        named[name] = tuple(_members(f"group {name}", members, named))
    return named


def _members(owner: str, names: Sequence[str], named: Mapping[str, tuple[str, ...]]) -> list[str]:
    if unknown := [name for name in names if name not in named]:
        raise InvalidRules(f"{owner}: unknown operation or group {', '.join(unknown)}")
    members = [operation for name in names for operation in named[name]]
    if repeated := _repeated(members):
        raise InvalidRules(f"{owner}: lists {', '.join(repeated)} more than once")
    return members


def _check(id: str, rule: Mapping[str, Any]) -> None:
    _check_keys(id, rule, REQUIRED_KEYS, REQUIRED_KEYS | OPTIONAL_KEYS)
    if rule["evidence"] not in EVIDENCE:
        raise InvalidRules(f"{id}: unknown evidence {rule['evidence']!r}; known: {', '.join(EVIDENCE)}")
    if rule["evidence"] != "inferred" and "source" not in rule:
        raise InvalidRules(f"{id}: a rule whose evidence is {rule['evidence']!r} needs a source")
    if "kinds" in rule and "field" not in rule:
        raise InvalidRules(f"{id}: kinds without a field")


def _check_keys(owner: str, found: Mapping[str, Any], required: Collection[str], known: Collection[str]) -> None:
    if missing := sorted(required - found.keys()):
        raise InvalidRules(f"{owner}: missing {', '.join(missing)}")
    if unknown := sorted(found.keys() - known):
        raise InvalidRules(f"{owner}: unknown {', '.join(unknown)}; known: {', '.join(sorted(known))}")


def _repeated(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]
