"""The settings of a provider in one space."""

from collections.abc import Mapping
from typing import Any

from emulator.core.documents import BadDocument, document, write


class BadSetting(Exception):
    """A setting is unknown, or its value is not allowed; the message says which. Nothing has changed."""


def read(memory: Any) -> dict[str, Any]:
    """Return the settings in a backend's memory; empty if it has none."""
    settings = getattr(memory, "settings", None)
    return write(settings) if settings else {}


def change(memory: Any, provider: str, changes: Mapping[str, Any]) -> None:
    """Change some settings in a backend's memory; the others stay. Raises BadSetting."""
    if not hasattr(memory, "settings"):
        raise BadSetting(f"{provider} has no settings")
    try:
        settings = document(type(memory.settings)).read({**write(memory.settings), **changes})
    except BadDocument as error:
        raise BadSetting(str(error)) from None

    memory.settings = settings
