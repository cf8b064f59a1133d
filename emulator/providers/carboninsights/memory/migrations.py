"""Bring memories of older versions up to date."""

from collections.abc import Mapping
from typing import Any

from emulator.core.migration import Steps


def _with_a_log_of_each_limit(memory: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the requests of the last day for each limit: version 1 had one log, of what all limits had admitted."""
    logs = {id: {"second": times, "minute": times, "day": times} for id, times in memory.get("admitted", {}).items()}
    return {**memory, "admitted": logs}


MIGRATIONS: Steps = {1: _with_a_log_of_each_limit}
