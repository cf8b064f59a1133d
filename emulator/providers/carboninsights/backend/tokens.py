"""Tokens: issued in pairs, refreshed, checked and forgotten (simplejwt 4.8)."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import chain
from typing import Any

from emulator.core.agenda import Agenda
from emulator.core.clock import Clock, Event, span, whole_second
from emulator.core.ids import HEX, Ids
from emulator.core.struct import Struct
from emulator.core.tokens import signed, signed_claims, signing_key
from emulator.providers.carboninsights import errors
from emulator.providers.carboninsights.backend.accounts import Accounts
from emulator.providers.carboninsights.memory.fixture import Memory
from emulator.providers.carboninsights.memory.records import Account, Kind, Token


class TokenPair(Struct, frozen=True):
    access: str
    refresh: str


class Tokens:
    """The tokens of all accounts in one space."""

    def __init__(self, accounts: Accounts, memory: Memory, clock: Clock, ids: Ids) -> None:
        self.accounts = accounts
        self.memory = memory
        self.clock = clock
        self.ids = ids
        self._key = signing_key(ids.seed, "carboninsights")
        self._expiring: dict[Kind, Agenda[str]] = {"access": Agenda(), "refresh": Agenda()}
        for jti, token in memory.tokens.items():
            self._expiring[token.kind].add(token.expires, jti)

    def issue_pair(self, account: Account) -> TokenPair:
        """Issue an access token and a refresh token."""
        self._forget_expired()
        return TokenPair(access=self._issue("access", account.id), refresh=self._issue("refresh", account.id))

    def refresh(self, token: str) -> str:
        """Issue an access token for a refresh token, which stays valid. Raises RefreshTokenNotValid."""
        claims = self._claims(token.encode())
        if claims is None:
            raise errors.RefreshTokenNotValid
        if claims.get("token_type") != "refresh":
            raise errors.RefreshTokenNotValid(errors.WRONG_TYPE)
        user_id = self.memory.tokens[claims["jti"]].user_id

        self._forget_expired()
        return self._issue("access", user_id)

    def authenticate(self, token: bytes) -> Account:
        """Return the account of an access token. Raises Unauthorized, in one of its forms."""
        claims = self._claims(token)
        if claims is None:
            raise errors.TokenNotValid
        if claims.get("token_type") != "access":
            raise errors.TokenNotValid(errors.WRONG_TYPE)
        if "user_id" not in claims:
            raise errors.NoUserIdentification
        return self.accounts.active(claims["user_id"])

    def due(self, since: datetime, until: datetime) -> Iterator[Event]:
        """Yield the tokens that expire in a span of time."""
        for at, jti in sorted(chain(*(kind.between(since, until) for kind in self._expiring.values()))):
            yield Event(at, "carboninsights", "token.expired", jti)

    def _claims(self, token: bytes) -> Mapping[str, Any] | None:
        """Return the claims of a token that was issued in this space, has no other claims, and has not expired."""
        claims = signed_claims(token, self._key)
        if claims is None:
            return None
        jti = str(claims.get("jti"))
        issued = self.memory.tokens.get(jti)
        if issued is None or issued.expires <= self.clock.now or not claims.items() <= issued.claims(jti).items():
            return None
        return claims

    def _issue(self, kind: Kind, user_id: int) -> str:
        settings = self.memory.settings
        seconds = settings.access_seconds if kind == "access" else settings.refresh_seconds
        expires = whole_second(self.clock.now + span(0, seconds))
        jti, token = self.ids.text("carboninsights.token", HEX, 32), Token(kind, user_id, expires)
        self.memory.tokens[jti] = token
        self._expiring[kind].add(expires, jti)
        return signed(token.claims(jti), self._key)

    def _forget_expired(self) -> None:
        for kind in self._expiring.values():
            for _, jti in kind.forget(self.clock.now):
                del self.memory.tokens[jti]
