"""Which space a request is for, from its path or from the first bytes of it."""

import re

from emulator.space.space import DEFAULT

DELETED = "/_emulator/spaces/"
"""What precedes the name of a space in the path that deletes it, whichever space the request names otherwise."""

REQUEST_LINE = re.compile(rb"[A-Z]+ (/[^\s%?#]*)[ ?]")
"""The beginning of a request in the form that clients use, as far as its path, which needs no decoding."""


def space_of(path: str) -> str:
    """Return the space whose worker answers a request."""
    space, rest = DEFAULT, path
    if path.startswith("/~"):
        space, slash, rest = path[2:].partition("/")
        rest = slash + rest
    if rest.startswith(DELETED):
        return rest.removeprefix(DELETED)
    return space


def space_at(data: bytes) -> str | None:
    """Return the space that a request is for that begins with these bytes; None if they do not show it."""
    found = REQUEST_LINE.match(data)
    return space_of(found[1].decode("latin-1")) if found else None
