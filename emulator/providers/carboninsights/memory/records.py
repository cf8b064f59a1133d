"""The records: accounts and tokens."""

import re
from dataclasses import dataclass
from hashlib import blake2b
from hmac import compare_digest
from typing import Literal, TypeAlias

from emulator.core.documents import UtcTime

Kind: TypeAlias = Literal["access", "refresh"]

USER_ID_MAX = 2**53


@dataclass(frozen=True, slots=True)
class Account:
    """An account. Only a salted hash of its password is kept, so that no snapshot contains the password."""

    id: int
    username: str
    salt: str
    password_hash: str
    first_name: str
    last_name: str
    email: str
    active: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.id <= USER_ID_MAX:
            raise ValueError(f"the id of account {self.username!r} is not from 1 to {USER_ID_MAX}")
        if not re.fullmatch("[0-9a-f]{32}", self.salt):
            raise ValueError(f"the salt of account {self.username!r} is not 32 hexadecimal digits")

    def has_password(self, password: str) -> bool:
        return compare_digest(self.password_hash.encode(), password_hash(password, self.salt).encode())


def password_hash(password: str, salt: str) -> str:
    """Return a salted, fast hash: it keeps passwords out of sight, but does not resist guessing."""
    return blake2b(password.encode(), digest_size=32, salt=bytes.fromhex(salt)).hexdigest()


@dataclass(frozen=True, slots=True)
class Token:
    """An issued token: its facts. Its text follows from them and from the seed."""

    kind: Kind
    user_id: int
    expires: UtcTime

    def claims(self, jti: str) -> dict[str, object]:
        """Return the claims in the vendor's order, which a client program of September 2021 shows."""
        return {"token_type": self.kind, "exp": int(self.expires.timestamp()), "jti": jti, "user_id": self.user_id}
