"""The rules by which Carbon Insights' memory changes (Carbon Insights API reference; simplejwt 4.8 for the tokens)."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any, NamedTuple

from emulator.core.agenda import Agenda
from emulator.core.clock import Clock, Event
from emulator.core.ids import HEX, Ids
from emulator.core.tokens import signed, signed_claims, signing_key
from emulator.providers.carboninsights import errors
from emulator.providers.carboninsights.footprint import Footprint, Impact, Listing, Profile, Purchase
from emulator.providers.carboninsights.memory import (
    UNCATEGORIZED,
    Account,
    Catalogue,
    GivenAccount,
    Kind,
    Memory,
    Token,
    password_hash,
)

COUNTRY = "United States"
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AccountDraft:
    """An account not yet registered."""

    username: str
    password: str
    first_name: str
    last_name: str
    email: str


class TokenPair(NamedTuple):
    access: str
    refresh: str


@dataclass(frozen=True, slots=True)
class Options:
    """What a score is to show, and how its transactions are to be read."""

    offsets: bool
    recommendations: bool
    co2e: bool
    land: bool
    water: bool
    category_type: str
    country: str
    aggregate: bool


@dataclass(frozen=True, slots=True)
class Score:
    """Titled rows: what was caused and, if asked for, what could be saved; an offset link; and notes on the data."""

    footprint: Sequence[tuple[str, Impact]]
    savings: Sequence[tuple[str, Impact]] | None
    offset_link: str | None
    notes: Sequence[str]


class CarbonInsights:
    """Carbon Insights in one space."""

    def __init__(self, catalogue: Catalogue, memory: Memory, clock: Clock, ids: Ids) -> None:
        self.catalogue = catalogue
        self.memory = memory
        self.clock = clock
        self.ids = ids
        self._key = signing_key(ids.seed, "carboninsights")
        self._given = {given.username: _account(n, given) for n, given in enumerate(catalogue.accounts, start=1)}
        self._users = {account.id: account for account in (*self._given.values(), *memory.accounts.values())}
        self._last_id = max(self._users)
        self._expiring = Agenda[str]()
        for jti, token in memory.tokens.items():
            self._expiring.add(token.expires, jti)

    # --- accounts

    def taken(self, username: str) -> bool:
        """Whether somebody has registered this username. A given account is free until then."""
        return username in self.memory.accounts

    def register(self, draft: AccountDraft) -> Account:
        """Open an account, or take over a given one. The username is not taken."""
        assert not self.taken(draft.username)

        given = self._given.get(draft.username)
        salt = self.ids.text("carboninsights.salt", HEX, 32)
        account = Account(
            id=given.id if given else self._last_id + 1,
            username=draft.username,
            salt=salt,
            password_hash=password_hash(draft.password, salt),
            first_name=draft.first_name,
            last_name=draft.last_name,
            email=draft.email,
        )
        self.memory.accounts[account.username] = account
        self._users[account.id] = account
        self._last_id = max(self._last_id, account.id)
        return account

    # --- tokens

    def log_in(self, username: str, password: str) -> TokenPair:
        """A new pair of tokens. Raises NoActiveAccount."""
        account = self.memory.accounts.get(username) or self._given.get(username)
        if account is None or not account.active or not account.opens_with(password):
            raise errors.NoActiveAccount

        self._forget_expired()
        return TokenPair(access=self._issue("access", account.id), refresh=self._issue("refresh", account.id))

    def refresh(self, token: str) -> str:
        """A new access token for a refresh token, which stays good. Raises RefreshTokenNotValid."""
        claims = self._claims(token.encode())
        if claims is None:
            raise errors.RefreshTokenNotValid
        if claims.get("token_type") != "refresh":
            raise errors.RefreshTokenNotValid(errors.WRONG_TYPE)
        user_id = self.memory.tokens[claims["jti"]].user_id

        self._forget_expired()
        return self._issue("access", user_id)

    def account(self, token: bytes) -> Account:
        """Whose access token this is. Raises TokenNotValid, NoUserIdentification, UserNotFound, UserInactive."""
        claims = self._claims(token)
        if claims is None:
            raise errors.TokenNotValid
        if claims.get("token_type") != "access":
            raise errors.TokenNotValid(errors.WRONG_TYPE)
        if "user_id" not in claims:
            raise errors.NoUserIdentification
        account = self._users.get(claims["user_id"])
        if account is None:
            raise errors.UserNotFound
        if not account.active:
            raise errors.UserInactive
        return account

    def _claims(self, token: bytes) -> Mapping[str, Any] | None:
        """The claims of a token that was issued in this space, with no others, and has not expired."""
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
        expires = (self.clock.now + timedelta(seconds=seconds)).replace(microsecond=0)
        jti, token = self.ids.text("carboninsights.token", HEX, 32), Token(kind, user_id, expires)
        self.memory.tokens[jti] = token
        self._expiring.add(expires, jti)
        return signed(token.claims(jti), self._key)

    def _forget_expired(self) -> None:
        for _, jti in self._expiring.forget(self.clock.now):
            del self.memory.tokens[jti]

    # --- throttling (Carbon Insights API reference, Throttling)

    def admit(self, account: Account) -> None:
        """Let a request in, and count it if the setting says so. Raises Throttled, with the longest wait."""
        if not self.memory.settings.throttled:
            return
        log, now = self.memory.admitted.get(str(account.id), []), self.clock.now
        if waits := [wait for limit, window in self._limits() if (wait := _wait(log, limit, window, now))]:
            raise errors.Throttled(ceil(max(waits).total_seconds()))

        del log[: bisect_right(log, now - DAY)]
        self.memory.admitted[str(account.id)] = log
        log.append(now)

    def _limits(self) -> Sequence[tuple[int, timedelta]]:
        settings = self.memory.settings
        return (
            (settings.requests_per_second, timedelta(seconds=1)),
            (settings.requests_per_minute, timedelta(minutes=1)),
            (settings.requests_per_day, DAY),
        )

    # --- scores

    def listing(self, category: str, by_code: bool) -> Listing | None:
        """Where a purchase of this category, or of this merchant category code, is entered; None if there is none."""
        if by_code:
            return self._listing_of_code(category)
        name = self.catalogue.aliases.get(category, category)
        retired = self.catalogue.retired_categories if self.memory.settings.retired_categories else {}
        return Listing(category, name) if name in self.catalogue.categories or name in retired else None

    def _listing_of_code(self, text: str) -> Listing | None:
        if not re.fullmatch(r"[0-9]{1,4}", text):
            return None
        code = text.zfill(4)
        category = self.catalogue.category_of_code(code)
        return Listing(code, category or UNCATEGORIZED, unmapped=category is None)

    def score(self, purchases: Sequence[Purchase], profile: Profile, options: Options) -> Score:
        """What purchases cause, and what is to be said about it."""
        footprint = Footprint(purchases, profile, self.catalogue)
        return Score(
            footprint=footprint.groups() if options.aggregate else footprint.rows(),
            savings=footprint.savings() if options.recommendations else None,
            offset_link=self.catalogue.offset_referral_link if options.offsets else None,
            notes=list(_notes(purchases, options)),
        )

    # --- time

    def due(self, since: datetime, until: datetime) -> Iterator[Event]:
        """Tokens that expire in this span of time."""
        for at, jti in sorted(self._expiring.between(since, until)):
            yield Event(at, "carboninsights", "token.expired", jti)


def _account(number: int, given: GivenAccount) -> Account:
    salt = "0" * 32  # the fixture shows the password anyway
    return Account(
        id=number,
        username=given.username,
        salt=salt,
        password_hash=password_hash(given.password, salt),
        first_name=given.first_name,
        last_name=given.last_name,
        email=given.email,
    )


def _wait(log: Sequence[datetime], limit: int, window: timedelta, now: datetime) -> timedelta | None:
    """How long until there is room for another request; None when there is."""
    if len(log) < limit or log[-limit] + window <= now:
        return None
    return log[-limit] + window - now


def _notes(purchases: Sequence[Purchase], options: Options) -> Iterator[str]:
    for code in dict.fromkeys(purchase.listing.shown for purchase in purchases if purchase.listing.unmapped):
        yield f"No category is known for the merchant category code {code}; it counts as {UNCATEGORIZED}."
    if options.country != COUNTRY:
        yield f"No data for {options.country}; calculated with data for the {COUNTRY}."
