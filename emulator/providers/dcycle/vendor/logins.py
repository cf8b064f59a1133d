"""Tokens of users, as JSON Web Tokens that live for an hour (docs.dcycle.io, Authentication)."""

from bisect import bisect_right, insort
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from hmac import compare_digest
from typing import Any

import jwt

from emulator.core.clock import Clock, Event
from emulator.core.ids import Ids
from emulator.providers.dcycle import errors
from emulator.providers.dcycle.memory import Memory, Token, User

TOKEN_SECONDS = 3600
TOKEN_BYTES_MAX = 1000
"""No token of ours is as long; what is longer need not be decoded."""


class Logins:
    """Who logged in, in one space."""

    def __init__(self, users: Sequence[User], memory: Memory, clock: Clock, ids: Ids) -> None:
        self.memory = memory
        self.clock = clock
        self.ids = ids
        self._key = blake2b(f"{ids.seed}/dcycle.signing-key".encode(), digest_size=64).digest()
        self._users = {user.id: user for user in users}
        self._by_email = {user.email.lower(): user for user in users}
        self._expiring = sorted((token.expires, jti) for jti, token in memory.tokens.items())

    def log_in(self, email: str, password: str) -> str:
        """A new token for a user, whose earlier ones stay good. Raises InvalidCredentials."""
        user = self._by_email.get(email.lower())
        if user is None or not compare_digest(user.password.encode(), password.encode()):
            raise errors.InvalidCredentials

        self._forget_expired()
        issued = self.clock.now.replace(microsecond=0)
        jti, token = self.ids.uuid("dcycle.token"), Token(user.id, issued, issued + timedelta(seconds=TOKEN_SECONDS))
        self.memory.tokens[jti] = token
        insort(self._expiring, (token.expires, jti))
        return jwt.encode(_claims(jti, token), self._key, algorithm="HS256")

    def user(self, text: str) -> User | None:
        """Whose token this is. Raises InvalidApiKey for one that has expired; for a text that is none, None."""
        claims = _signed_claims(text, self._key) if len(text) <= TOKEN_BYTES_MAX else None
        if claims is None:
            return None
        jti = str(claims.get("jti"))
        token = self.memory.tokens.get(jti)
        if token is None or token.expires <= self.clock.now:
            raise errors.InvalidApiKey("dcycle.login.expires")
        return self._users.get(token.user_id) if claims == _claims(jti, token) else None

    def due(self, since: datetime, until: datetime) -> Iterator[Event]:
        """Tokens that expire in this span of time."""
        start = bisect_right(self._expiring, since, key=lambda entry: entry[0])
        end = bisect_right(self._expiring, until, key=lambda entry: entry[0])
        for at, jti in self._expiring[start:end]:
            yield Event(at, "dcycle", "token.expired", jti)

    def _forget_expired(self) -> None:
        gone = bisect_right(self._expiring, self.clock.now, key=lambda entry: entry[0])
        for _, jti in self._expiring[:gone]:
            del self.memory.tokens[jti]
        del self._expiring[:gone]


def _claims(jti: str, token: Token) -> dict[str, Any]:
    issued, expires = int(token.issued.timestamp()), int(token.expires.timestamp())
    return {"sub": token.user_id, "iat": issued, "exp": expires, "jti": jti}


@lru_cache(maxsize=1024)
def _signed_claims(text: str, key: bytes) -> Mapping[str, Any] | None:
    """The claims of a token that was signed with this key. Its times are left to the space's clock."""
    options: Any = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
    try:
        return jwt.decode(text.encode(), key, algorithms=["HS256"], options=options)
    except (jwt.PyJWTError, RecursionError):
        return None
