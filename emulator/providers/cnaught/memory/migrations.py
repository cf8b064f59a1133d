"""Bring memories of older versions up to date."""

from collections.abc import Mapping
from typing import Any

from emulator.core.migration import Steps


def _with_links(memory: Mapping[str, Any]) -> dict[str, Any]:
    """Keep links in replies as they were: version 2 had only CNaught's own."""
    return {**memory, "settings": {**memory["settings"], "links": "vendor"}}


MIGRATIONS: Steps = {2: _with_links}
