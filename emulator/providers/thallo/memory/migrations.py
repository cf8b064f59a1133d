"""Bring memories of older versions up to date."""

from collections.abc import Mapping
from typing import Any

from emulator.core.migration import Steps


def _with_links(memory: Mapping[str, Any]) -> dict[str, Any]:
    """Keep links to certificates as they were: version 1 had only addresses like Thallo's."""
    return {**memory, "settings": {**memory["settings"], "links": "vendor"}}


MIGRATIONS: Steps = {1: _with_links}
