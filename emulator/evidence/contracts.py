"""Reading ``contracts/<provider>``: what the vendors promise, and on what evidence. No reply obeys them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from emulator.core.resources import resource
from emulator.evidence.rules import expanded

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a contract.

    ``missing`` says why it is not built, if so; ``parameters`` are the names that it reads, by where they stand;
    ``description`` is its OpenAPI object.
    """

    id: str
    method: str
    path: str
    evidence: str
    missing: str
    parameters: Mapping[str, frozenset[str]]
    description: Mapping[str, Any]


@cache
def contract(provider: str) -> dict[str, Any]:
    """The OpenAPI document of a provider."""
    return _load(provider, "openapi.yaml")  # type: ignore[no-any-return]


@cache
def rules(provider: str) -> list[dict[str, Any]]:
    """Return the documented rules of a provider, expanded: see ``emulator/evidence/rules.py``."""
    return expanded(_load(provider, "rules.yaml"), [operation.id for operation in operations(provider)])


@cache
def rule(provider: str, id: str | None) -> Mapping[str, Any] | None:
    """The documented rule of this id, if there is one."""
    return next((found for found in rules(provider) if found["id"] == id), None)


def resolve(provider: str, node: Any) -> Any:
    """What a node of the contract stands for: itself, or what it refers to."""
    while isinstance(node, dict) and "$ref" in node:
        found: Any = contract(provider)
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


@cache
def operations(provider: str) -> tuple[Operation, ...]:
    """Every operation of a provider's contract, in the order of the document."""
    return tuple(_operations(provider))


@cache
def operation(provider: str, id: str | None) -> Operation | None:
    """The operation of this id, if there is one."""
    return next((found for found in operations(provider) if found.id == id), None)


def _operations(provider: str) -> Iterator[Operation]:
    for path, item in contract(provider)["paths"].items():
        for method, described in item.items():
            if method in METHODS:
                yield Operation(
                    id=described["operationId"],
                    method=method.upper(),
                    path=path,
                    evidence=described["x-evidence"],
                    missing=described.get("x-missing", ""),
                    parameters=_parameters(provider, described),
                    description=described,
                )


def _parameters(provider: str, described: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    parameters = [resolve(provider, entry) for entry in described.get("parameters", ())]
    return {
        place: frozenset(entry["name"] for entry in parameters if entry["in"] == place)
        for place in ("path", "query", "header")
    }


def evidence(provider: str) -> dict[str, Any]:
    """What the operations and the rules of a provider rest on."""
    return {
        "operations": {operation.id: operation.evidence for operation in operations(provider)},
        "rules": [{key: rule[key] for key in ("id", "statement", "evidence", "source")} for rule in rules(provider)],
    }


def _load(provider: str, name: str) -> Any:
    import yaml  # a server that is never asked for its contracts does not need it

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((resource("contracts") / provider / name).read_bytes(), loader)  # noqa: S506  # a safe one
