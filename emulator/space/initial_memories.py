"""The memories of the built-in fixtures, as snapshots have them: known without loading the vendors."""

import json
from functools import cache
from typing import Any

from emulator.core.resources import resource

DIRECTORY = "memories"


def version(provider: str) -> int:
    """Return the version of a provider's memory."""
    found: int = _file(provider)["version"]
    return found


def memory(provider: str) -> dict[str, Any]:
    """Return the initial memory of a provider. It is shared, so it must not be changed."""
    found: dict[str, Any] = _file(provider)["memory"]
    return found


@cache
def _file(provider: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((resource("fixtures") / DIRECTORY / f"{provider}.json").read_bytes())
    return content
