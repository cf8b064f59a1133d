"""Tokens of users, as JSON Web Tokens that are valid for an hour (docs.dcycle.io, Authentication)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any

from emulator.core.agenda import Agenda
from emulator.core.clock import Event, whole_second
from emulator.core.tokens import signed, signed_claims, signing_key
from emulator.providers.dcycle import errors
from emulator.providers.dcycle.backend.context import Context
from emulator.providers.dcycle.memory.catalogue import User
from emulator.providers.dcycle.memory.tokens import Token

TOKEN_SECONDS = 3600


class Tokens:
    """The tokens of users in one space."""

    def __init__(self, context: Context) -> None:
        self.memory = context.memory
        self.clock = context.clock
        self.ids = context.ids
        self._key = signing_key(context.ids.seed, "dcycle")
        self._users = {user.id: user for user in context.catalogue.users}
        self._by_email = {user.email.lower(): user for user in context.catalogue.users}
        self._expiring = Agenda[str]()
        for jti, token in self.memory.tokens.items():
            self._expiring.add(token.expires, jti)

    def log_in(self, email: str, password: str) -> str:
        """Issue a token to a user; earlier ones stay valid. Raises InvalidCredentials."""
        user = self._by_email.get(email.lower())
        if user is None or not compare_digest(user.password.encode(), password.encode()):
            raise errors.InvalidCredentials

        self._forget_expired()
        issued = whole_second(self.clock.now)
        jti, token = self.ids.uuid("dcycle.token"), Token(user.id, issued, issued + timedelta(seconds=TOKEN_SECONDS))
        self.memory.tokens[jti] = token
        self._expiring.add(token.expires, jti)
        return signed(_claims(jti, token), self._key)

    def user(self, text: str) -> User | None:
        """Return the user of a token; None if the text is not a token. Raises InvalidApiKey for an expired one."""
        claims = signed_claims(text.encode(), self._key)
        if claims is None:
            return None
        jti = str(claims.get("jti"))
        token = self.memory.tokens.get(jti)
        if token is None or token.expires <= self.clock.now:
            raise errors.InvalidApiKey("dcycle.login.expires")
        return self._users.get(token.user_id) if claims == _claims(jti, token) else None

    def due(self, since: datetime, until: datetime) -> Iterator[Event]:
        """Yield the tokens that expire after ``since`` and up to ``until``."""
        for at, jti in sorted(self._expiring.between(since, until)):
            yield Event(at, "dcycle", "token.expired", jti)

    def _forget_expired(self) -> None:
        for _, jti in self._expiring.forget(self.clock.now):
            del self.memory.tokens[jti]


def _claims(jti: str, token: Token) -> dict[str, Any]:
    issued, expires = int(token.issued.timestamp()), int(token.expires.timestamp())
    return {"sub": token.user_id, "iat": issued, "exp": expires, "jti": jti}
