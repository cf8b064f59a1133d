"""Tokens of users who logged in."""

from emulator.core.documents import UtcTime
from emulator.core.struct import Struct


class Token(Struct, frozen=True):
    """A token that was issued to a user; its text is signed with a key that follows from the seed."""

    user_id: str
    issued: UtcTime
    expires: UtcTime
