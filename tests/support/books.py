"""Looking into the books of a space, and spoiling the memories that they are read off."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from emulator import Emulator
from emulator.client.handles import SpaceHandle
from tests.conftest import START

Damage: TypeAlias = Callable[[dict[str, Any]], object]
"""What spoils the memory of a vendor, as a snapshot has it."""


def balances(space: SpaceHandle, provider: str, since: str | None = START) -> Mapping[str, str]:
    """What accounts hold by what happened since the space began: ``{"owned/mHvNvWbq/acme g": "10000"}``."""
    asked = {"provider": provider, "limit": 1000, **({"since": since} if since else {})}
    shown = space.ledger(**asked)["balances"]
    return {f"{line['account']} {line['unit']}": line["amount"] for line in shown if line["amount"] != "0"}


def spoil(space: SpaceHandle, provider: str, damage: Damage) -> None:
    """Restore a snapshot in which a vendor remembers something else."""
    snapshot = space.snapshot()
    damage(snapshot["memory"][provider])
    space.restore(snapshot)


def failures(space: SpaceHandle) -> Mapping[str, list[dict[str, str]]]:
    """What does not hold, by the name of the check."""
    told = space.verify_ledger()
    found = {check["name"]: check["failures"] for check in told["checks"] if not check["holds"]}
    assert told["holds"] == (not found)
    return found


def memory(emulator: Emulator, space: SpaceHandle, provider: str) -> Any:
    """A vendor's memory itself, behind the back of whatever the vendor keeps beside it."""
    return emulator.app.spaces.get(space.name).backend(provider).memory
