"""What a user may turn in a vendor, while it runs."""

from collections.abc import Mapping
from typing import Any

from emulator.core.documents import BadDocument, document, write
from emulator.space.space import Change, Space


class BadSetting(Exception):
    """No such setting, or no such value for it; the message says which. Everything is as it was."""


def settings(space: Space, provider: str) -> dict[str, Any]:
    """The settings of a provider; of one in which nothing is to be turned, none."""
    current = getattr(space.backend(provider).memory, "settings", None)
    return write(current) if current else {}


def change_settings(space: Space, provider: str, changes: Mapping[str, Any]) -> None:
    """Change some of a provider's settings; those not named stay. Raises BadSetting."""
    memory = space.backend(provider).memory
    if not hasattr(memory, "settings"):
        raise BadSetting(f"{provider} has no settings")
    try:
        memory.settings = document(type(memory.settings)).read({**write(memory.settings), **changes})
    except BadDocument as error:
        raise BadSetting(str(error)) from None
    space.recording.changes.append(Change(space.turns, space.clock.read(), provider, settings=dict(changes)))
