"""The format of ``contracts/<provider>/rules.yaml``: check a file, and expand its defaults and groups.

A file has a default ``source``, named ``groups`` of operations, named ``kinds`` of problems (pydantic's error types)
and the ``rules``. A rule has an ``id``, a ``statement`` and its ``evidence``, and may have

* ``source``, where it is not the default; of an observation its date, the vendor's address, and the recording
* ``operations``, the operations or groups that it governs; without it, all
* ``field``, the request field that it is about, or a list of them: ``notification_config.url``, ``items[].amount``
* ``kinds``, the kinds of problems, or groups of kinds, that it decides in that field, or in any field that no other
  rule decides
* ``refines``, the rule that it replaces in its own operations, because the evidence differs there
* ``built: false``, for a rule that the emulator does not follow
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from emulator.core.struct import Struct

EVIDENCE = ("observed", "seed", "docs", "sdk", "inferred")
"""The levels of evidence, strongest first."""

OBSERVED = re.compile(r"observed on \d{4}-\d\d-\d\d at \S+, exchange \d+ of \S.*")
OBSERVED_EXAMPLE = "observed on 2026-03-01 at https://api.cnaught.com, exchange 2 of session.jsonl"

FILE_KEYS = frozenset({"source", "groups", "rules"})
OPTIONAL_FILE_KEYS = frozenset({"kinds"})
REQUIRED_KEYS = frozenset({"id", "statement", "evidence"})
OPTIONAL_KEYS = frozenset({"source", "operations", "field", "kinds", "refines", "built"})


class InvalidRules(ValueError):
    """A rules file breaks its format. The message names the rule or the group."""


class RulesFile(Struct, frozen=True):
    """What the rules of a file share: the default source, and what names of operations and of kinds stand for."""

    source: str
    operations: Mapping[str, Sequence[str]]
    kinds: Mapping[str, Sequence[str]]


def expanded(document: Mapping[str, Any], operations: Iterable[str]) -> list[dict[str, Any]]:
    """Return every rule of a file with its ``source``, its ``operations`` (none: all), ``fields`` and ``kinds``.

    Raises InvalidRules if the file breaks the format or names an operation that is not one of ``operations``.
    """
    _check_keys("rules file", document, FILE_KEYS, FILE_KEYS | OPTIONAL_FILE_KEYS)
    file = RulesFile(document["source"], _named(document["groups"], operations), document.get("kinds", {}))
    for position, rule in enumerate(document["rules"]):
        _check(rule.get("id", f"rule {position}"), rule)
    ids = [rule["id"] for rule in document["rules"]]
    if repeated := _repeated(ids):
        raise InvalidRules(f"{', '.join(repeated)}: duplicate id")
    if unknown := {rule["refines"] for rule in document["rules"] if "refines" in rule} - set(ids):
        raise InvalidRules(f"{', '.join(sorted(unknown))}: unknown rule to refine")
    return [_expanded(rule, file) for rule in document["rules"]]


def _expanded(rule: Mapping[str, Any], file: RulesFile) -> dict[str, Any]:
    field = rule.get("field", ())
    return {
        "source": file.source,
        **{key: value for key, value in rule.items() if key != "field"},
        "operations": _members(rule["id"], rule.get("operations", ()), file.operations),
        "fields": [field] if isinstance(field, str) else list(field),
        "kinds": [kind for name in rule.get("kinds", ()) for kind in file.kinds.get(name, (name,))],
    }


def _named(groups: Mapping[str, Sequence[str]], operations: Iterable[str]) -> dict[str, Sequence[str]]:
    """Return what each name means: an operation itself, a group its operations and earlier groups."""
    named: dict[str, Sequence[str]] = {operation: (operation,) for operation in operations}
    for name, members in groups.items():
        if name in named:
            raise InvalidRules(f"group {name}: the name of an operation")
        named[name] = _members(f"group {name}", members, named)
    return named


def _members(owner: str, names: Sequence[str], named: Mapping[str, Sequence[str]]) -> list[str]:
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
    check_source(id, rule["evidence"], rule.get("source", ""))


def check_source(owner: str, evidence: str, source: str) -> None:
    """Raise InvalidRules if an observation has no date, or does not say where its recording is."""
    if evidence == "observed" and not OBSERVED.fullmatch(source):
        raise InvalidRules(f"{owner}: the source of an observation is such as {OBSERVED_EXAMPLE!r}, not {source!r}")


def _check_keys(owner: str, found: Mapping[str, Any], required: Collection[str], known: Collection[str]) -> None:
    if missing := sorted(required - found.keys()):
        raise InvalidRules(f"{owner}: missing {', '.join(missing)}")
    if unknown := sorted(found.keys() - known):
        raise InvalidRules(f"{owner}: unknown {', '.join(unknown)}; known: {', '.join(sorted(known))}")


def _repeated(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]
