"""Read ``contracts/<provider>``: what the vendors document, and the evidence for it. No reply depends on it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from emulator.core.resources import resource
from emulator.core.struct import Struct
from emulator.evidence.rules import InvalidRules, expanded

OWN_REFUSAL = "NotStored"
"""The response, in each contract, of a server that cannot store a request; no vendor has it."""

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class Operation(Struct, frozen=True):
    """One operation of a contract.

    ``missing`` is the reason why it is not implemented, or empty. ``parameters`` are the names that it reads, by place;
    ``all_parameters`` their OpenAPI objects. ``description`` is the OpenAPI object of the operation.
    """

    id: str
    method: str
    path: str
    evidence: str
    missing: str
    parameters: Mapping[str, frozenset[str]]
    all_parameters: tuple[Mapping[str, Any], ...]
    description: Mapping[str, Any]


class DocumentedOperation(Struct, frozen=True):
    """An operation on the list of ``operations.yaml``: the vendor's ``page``, and why it is ``missing``, if it is."""

    id: str
    method: str
    path: str
    page: str
    missing: str = ""


@cache
def documented(provider: str) -> tuple[DocumentedOperation, ...]:
    """Return every operation that the vendor documents; none for the control API."""
    if not (resource("contracts") / provider / "operations.yaml").is_file():
        return ()
    return tuple(DocumentedOperation(**listed) for listed in _load(provider, "operations.yaml")["operations"])


@cache
def contract(provider: str) -> dict[str, Any]:
    """Return the OpenAPI document of a provider, with the documented operations that are missing marked."""
    document: dict[str, Any] = _load(provider, "openapi.yaml")
    for listed in documented(provider):
        if listed.missing:
            stub = _stub(listed, document["paths"].values())
            described = document["paths"].setdefault(listed.path, {}).setdefault(listed.method.lower(), stub)
            described["x-missing"] = listed.missing
    return document


@cache
def served(provider: str) -> dict[str, Any]:
    """Return the contract as a server shows it: with the emulator's own refusal, which any operation can return."""
    document = contract(provider)
    if OWN_REFUSAL not in document["components"]["responses"]:
        return document
    refusal = {"503": {"$ref": f"#/components/responses/{OWN_REFUSAL}"}}
    return {**document, "paths": {path: _with(refusal, item) for path, item in document["paths"].items()}}


def _with(responses: Mapping[str, Any], item: Mapping[str, Any]) -> dict[str, Any]:
    """Return a path with further responses of its operations, except those that an operation has itself."""
    return {
        key: {**described, "responses": {**responses, **described["responses"]}} if key in METHODS else described
        for key, described in item.items()
    }


def _stub(listed: DocumentedOperation, others: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the contract of a missing operation: that it answers 501, and 401 as the others do."""
    parameters = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "x-evidence": "docs",
            "schema": {"type": "string"},
            "example": "x",
        }
        for name in re.findall(r"{(\w+)}", listed.path)
    ]
    responses = [described["responses"] for item in others for described in item.values() if "responses" in described]
    return {
        "operationId": listed.id,
        "summary": f"Not implemented; documented in {listed.page}.",
        "x-evidence": "docs",
        "parameters": parameters,
        "responses": {
            "401": next(promised["401"] for promised in responses if "$ref" in promised.get("401", {})),
            "413": {"$ref": "#/components/responses/TooLarge"},
            "501": {"$ref": "#/components/responses/NotBuilt"},
        },
    }


@cache
def rules(provider: str) -> list[dict[str, Any]]:
    """Return the documented rules of a provider, expanded: see ``emulator/evidence/rules.py``."""
    return expanded(_load(provider, "rules.yaml"), [operation.id for operation in operations(provider)])


def rule(provider: str, id: str | None) -> Mapping[str, Any] | None:
    """Return the documented rule of this id, if there is one."""
    return None if id is None else _rules_by_id(provider).get(id)


@cache
def _rules_by_id(provider: str) -> dict[str, dict[str, Any]]:
    return {found["id"]: found for found in rules(provider)}


def governs(rule: Mapping[str, Any], operation: str | None) -> bool:
    """Return whether a rule governs an operation; a rule without operations governs all."""
    return not rule["operations"] or operation in rule["operations"]


def refined(provider: str, operation: str | None, id: str) -> str:
    """Return the id of the rule that replaces a rule in an operation: itself, unless another one refines it there."""
    return _refinements(provider).get((id, operation), id)


@cache
def _refinements(provider: str) -> dict[tuple[str, str | None], str]:
    refining = [rule for rule in rules(provider) if "refines" in rule]
    return {(rule["refines"], operation): rule["id"] for rule in refining for operation in rule["operations"]}


def deciding(provider: str, operation: str | None, field: str, kind: str) -> str | None:
    """Return the id of the rule that decides a kind of problem in a field, if the contract names one.

    A rule for the field precedes one for all members above it (``metadata.*``), which precedes one for any field.
    """
    by_problem = _rules_by_problem(provider)
    above = [field[:position] for position in range(len(field)) if field[position] == "."]
    names = (field, *(f"{name}.*" for name in reversed(above)), None)
    return next((id for name in names if (id := by_problem.get((operation, name, kind)))), None)


@cache
def _rules_by_problem(provider: str) -> dict[tuple[str | None, str | None, str], str]:
    """Return the deciding rules, by operation, field (None: any field) and kind of problem: one each."""
    found: dict[tuple[str | None, str | None, str], str] = {}
    for rule in rules(provider):
        for key in _problems(provider, rule):
            if key in found:
                raise InvalidRules(f"{rule['id']}: {found[key]} also decides {key}")
            found[key] = rule["id"]
    return found


def _problems(provider: str, rule: Mapping[str, Any]) -> Iterator[tuple[str, str | None, str]]:
    governed = rule["operations"] or [operation.id for operation in operations(provider)]
    for operation in governed:
        for field in rule["fields"] or (None,):
            for kind in rule.get("kinds", ()):
                yield operation, field, kind


def resolve(provider: str, node: Any) -> Any:
    """Return a node of the contract, or what it refers to in the end."""
    while isinstance(node, dict) and "$ref" in node:
        node = target(provider, node["$ref"])
    return node


def target(provider: str, reference: str) -> Any:
    """Return the target of a reference in the contract, which may be a schema with another reference."""
    found: Any = contract(provider)
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found


@cache
def operations(provider: str) -> tuple[Operation, ...]:
    """Return every operation of a provider's contract, in the order of the document."""
    return tuple(_operations(provider))


@cache
def operation(provider: str, id: str | None) -> Operation | None:
    """Return the operation of this id, if there is one."""
    return next((found for found in operations(provider) if found.id == id), None)


def operation_of(provider: str, method: str, path: str) -> Operation | None:
    """Return the operation that a request for a vendor's path reaches, or None."""
    found = [known for known in operations(provider) if known.method == method and _fits(known.path, path)]
    return min(found, key=lambda operation: operation.path.count("{"), default=None)


def _fits(template: str, path: str) -> bool:
    return bool(re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template)), path))


def _operations(provider: str) -> Iterator[Operation]:
    for path, item in contract(provider)["paths"].items():
        for method, described in item.items():
            if method in METHODS:
                parameters = tuple(resolve(provider, entry) for entry in described.get("parameters", ()))
                yield Operation(
                    id=described["operationId"],
                    method=method.upper(),
                    path=path,
                    evidence=described["x-evidence"],
                    missing=described.get("x-missing", ""),
                    parameters=_names(parameters),
                    all_parameters=parameters,
                    description=described,
                )


def _names(parameters: Iterable[Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    return {
        place: frozenset(name for entry in parameters if entry["in"] == place for name in names_of(entry))
        for place in ("path", "query", "header")
    }


def names_of(parameter: Mapping[str, Any]) -> list[str]:
    """Return the names of a parameter: its own, and the one that the contract calls ``x-other-name``."""
    other = parameter.get("x-other-name")
    return [parameter["name"], *([other["name"]] if other else [])]


def _load(provider: str, name: str) -> Any:
    import yaml  # loaded only when a contract is requested

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((resource("contracts") / provider / name).read_bytes(), loader)  # noqa: S506  # a safe one
