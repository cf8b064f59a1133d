"""Tokens of users who logged in."""

from dataclasses import dataclass

from emulator.core.documents import UtcTime


@dataclass(frozen=True, slots=True)
class Token:
    """A token that was issued to a user; its text is signed with a key that follows from the seed."""

    user_id: str
    issued: UtcTime
    expires: UtcTime
