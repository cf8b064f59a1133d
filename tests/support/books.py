"""Read the books of a space, and damage the memories that they are computed from."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from emulator import Emulator
from emulator.client.handles import SpaceHandle
from tests.conftest import START

Damage: TypeAlias = Callable[[dict[str, Any]], object]
"""A function that damages a vendor's memory in a snapshot."""


def balances(space: SpaceHandle, provider: str, since: str | None = START) -> Mapping[str, str]:
    """Return the balances of entries since the start of the space, such as ``{"owned/mHvNvWbq/acme g": "10000"}``."""
    filters = {"provider": provider, "limit": 1000, **({"since": since} if since else {})}
    shown = space.ledger(**filters)["balances"]
    return {f"{line['account']} {line['unit']}": line["amount"] for line in shown if line["amount"] != "0"}


def damage_memory(space: SpaceHandle, provider: str, damage: Damage) -> None:
    """Restore a snapshot in which a vendor's memory is damaged."""
    snapshot = space.snapshot()
    damage(snapshot["memory"][provider])
    space.restore(snapshot)


def failures(space: SpaceHandle) -> Mapping[str, list[dict[str, str]]]:
    """Return the failures of checks, by the name of the check."""
    reply = space.verify_ledger()
    found = {check["name"]: check["failures"] for check in reply["checks"] if not check["holds"]}
    assert reply["holds"] == (not found)
    return found


def memory(emulator: Emulator, space: SpaceHandle, provider: str) -> Any:
    """Return a vendor's memory object, without going through its backend."""
    return emulator.app.spaces.get(space.name).backend(provider).memory
