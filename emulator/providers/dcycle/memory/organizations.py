"""Organizations and who may ask about them: keys, users, tokens."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from emulator.core.documents import UtcTime

UUID = r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}"


@dataclass(frozen=True, slots=True)
class Organization:
    """A company. ``children`` are its subsidiaries, which may have their own."""

    id: str
    name: str
    children: tuple["Organization", ...] = ()

    def __post_init__(self) -> None:
        require_uuid(self.id)

    def and_below(self) -> Iterator["Organization"]:
        """The organization itself, and its subsidiaries at any depth."""
        yield self
        for child in self.children:
            yield from child.and_below()


@dataclass(frozen=True, slots=True)
class Key:
    """An API key, and the organization it was made in. It reaches the whole tree of that organization."""

    api_key: str
    organization_id: str


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may log in, and the organization they belong to. They reach the whole tree of it."""

    id: str
    email: str
    password: str
    organization_id: str


@dataclass(frozen=True, slots=True)
class Token:
    """A token that a user was given; its text is signed with a key that follows from the seed."""

    user_id: str
    issued: UtcTime
    expires: UtcTime


def require_uuid(id: str) -> None:
    if not re.fullmatch(UUID, id):
        raise ValueError(f"{id!r} is not a UUID in lower case")
