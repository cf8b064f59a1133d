"""The records: accounts and tokens."""

from functools import lru_cache
from hashlib import blake2b
from hmac import compare_digest
from typing import Annotated, Literal, TypeAlias

from msgspec import field
from pydantic import Field

from emulator.core.documents import UtcTime
from emulator.core.struct import Struct

REMEMBERED_MAX, REMEMBERED_CHARACTERS_MAX = 256, 256
"""How many passwords are remembered with their hashes, and how long each may be: a client logs in many times."""

Kind: TypeAlias = Literal["access", "refresh"]
UserId: TypeAlias = Annotated[int, Field(ge=1, le=2**53)]
Salt: TypeAlias = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
Hash: TypeAlias = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Account(Struct, frozen=True):
    """An account. Only a salted hash of its password is kept, so that no snapshot contains the password."""

    id: UserId
    username: str
    salt: Salt
    password_hash: Hash
    first_name: str
    last_name: str
    email: str
    active: bool = True

    def has_password(self, password: str) -> bool:
        return compare_digest(self.password_hash, password_hash(password, self.salt))


def password_hash(password: str, salt: str) -> str:
    """Return a salted, fast hash: it keeps passwords out of snapshots, but does not resist guessing."""
    return _remembered(password, salt) if len(password) <= REMEMBERED_CHARACTERS_MAX else _hash(password, salt)


def _hash(password: str, salt: str) -> str:
    return blake2b(password.encode(), digest_size=32, salt=bytes.fromhex(salt)).hexdigest()


_remembered = lru_cache(maxsize=REMEMBERED_MAX)(_hash)


class Admissions(Struct):
    """The times of an account's requests, in order, by the limit that has admitted them: one may refuse what others do
    not.
    """

    second: list[UtcTime] = field(default_factory=list)
    minute: list[UtcTime] = field(default_factory=list)
    day: list[UtcTime] = field(default_factory=list)

    def __post_init__(self) -> None:
        for times in (self.second, self.minute, self.day):
            if times != sorted(times):
                raise ValueError("the requests of an account must be in the order of their times")


class Token(Struct, frozen=True):
    """An issued token: its facts. Its text follows from them and from the seed."""

    kind: Kind
    user_id: UserId
    expires: UtcTime

    def claims(self, jti: str) -> dict[str, object]:
        """Return the claims in the vendor's order, which a client program of September 2021 shows."""
        return {"token_type": self.kind, "exp": int(self.expires.timestamp()), "jti": jti, "user_id": self.user_id}
