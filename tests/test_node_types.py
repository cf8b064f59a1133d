"""The npm package, as far as it can be tested without Node: its types and its package files."""

import json
from pathlib import Path

import pytest

from emulator.core.version import __version__
from tests.support import node_types

PACKAGE = Path(__file__).parents[1] / "clients" / "node"


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({}, "unknown"),
        ({"type": "string"}, "string"),
        ({"type": ["integer", "null"]}, "number | null"),
        ({"enum": ["a", None]}, '"a" | null'),
        ({"const": 1}, "1"),
        ({"$ref": "#/components/schemas/Fault"}, "Fault"),
        ({"anyOf": [{"$ref": "#/components/schemas/Fault"}, {"type": "null"}]}, "Fault | null"),
        ({"type": "array", "items": {"type": "string"}}, "string[]"),
        ({"type": "array", "items": {"type": ["string", "integer"]}}, "Array<string | number>"),
        ({"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "string"}}, "[string, string]"),
        ({"type": "object"}, "Record<string, unknown>"),
        ({"type": "object", "additionalProperties": {"type": "boolean"}}, "Record<string, boolean>"),
        (
            {"type": "object", "required": ["a"], "properties": {"a": {}, "b": {}}},
            "{\n  a: unknown;\n  b?: unknown;\n}",
        ),
    ],
)
def test_the_type_of_a_schema(schema: dict[str, object], expected: str) -> None:
    """Each form of JSON Schema that the contract uses has its TypeScript type."""
    assert node_types.type_of(schema) == expected


def test_the_version_is_that_of_the_emulator() -> None:
    """The npm package and the wheel are released together."""
    assert json.loads((PACKAGE / "package.json").read_text())["version"] == __version__


@pytest.mark.parametrize(
    "lockfile",
    [(PACKAGE / "package-lock.json"), (PACKAGE / "tests" / "project" / "package-lock.json")],
    ids=lambda path: path.parent.name,
)
def test_lockfiles_name_no_registry(lockfile: Path) -> None:
    """A lockfile works with any registry."""
    assert "resolved" not in lockfile.read_text()


def test_nothing_is_installed_beside_the_package() -> None:
    """The package has no runtime dependency."""
    assert "dependencies" not in json.loads((PACKAGE / "package.json").read_text())
