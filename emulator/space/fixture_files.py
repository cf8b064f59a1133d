"""The built-in fixtures as files, each with its JSON Schema: a start for your own, and to serve.

What is made of a fixture lies beside it, so that it need not be made again: its schema, and its memory as snapshots
show it, with everything that the fixture leaves out.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from emulator.core.resources import resource
from emulator.space.fixtures import SCHEMA

SCHEMAS, MEMORIES = "schemas", "memories"


@cache
def schema(provider: str) -> bytes:
    """Return the JSON Schema of a provider's fixture."""
    return _schema_file(provider).read_bytes()


def initial_memory(provider: str) -> dict[str, Any]:
    """Return the memory of a provider's built-in fixture, as a snapshot shows it."""
    memory: dict[str, Any] = json.loads((resource("fixtures") / MEMORIES / f"{provider}.json").read_bytes())
    return memory


def contents(directory: Path, providers: Iterable[str]) -> Mapping[Path, str]:
    """Return the files of a directory with all fixtures: the fixture and the schema of each provider."""
    return {file: text for name in providers for file, text in _files(directory, name)}


def _files(directory: Path, provider: str) -> Iterable[tuple[Path, str]]:
    fixture = (resource("fixtures") / f"{provider}.json").read_text()
    place = f"{SCHEMAS}/{_schema_file(provider).name}"
    yield directory / f"{provider}.json", fixture.replace("{", f'{{\n  "{SCHEMA}": "{place}",', 1)
    yield directory / place, schema(provider).decode()


def _schema_file(provider: str) -> Path:
    return resource("fixtures") / SCHEMAS / f"{provider}.schema.json"
