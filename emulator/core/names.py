"""What spaces and snapshots may be called."""

import re

NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")


def space_name(text: str) -> str:
    """Return the name of a space. Raises ValueError."""
    return _name(text, "space")


def snapshot_name(text: str) -> str:
    """Return the name of a snapshot. Raises ValueError."""
    return _name(text, "snapshot")


def _name(text: str, of: str) -> str:
    if not NAME.fullmatch(text):
        raise ValueError(f"{text!r} is not the name of a {of}: 1 to 64 letters, digits, '.', '_' and '-'")
    return text
