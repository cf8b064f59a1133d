"""What Carbon Insights remembers: a catalogue that is the same in every space, and a memory that requests change.

Amounts are US dollars; emissions are kilograms a dollar here, and metric tonnes in answers. All are IEEE doubles.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from hmac import compare_digest
from math import inf
from typing import Literal, NamedTuple, TypeAlias

from emulator.core.documents import UtcTime

Kind: TypeAlias = Literal["access", "refresh"]

UNCATEGORIZED = "Uncategorized"
LIFETIME_SECONDS_MAX = 100 * 366 * 86400
REQUESTS_MAX = 1_000_000
USER_ID_MAX = 2**53


# --- the catalogue: what never changes --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GivenAccount:
    """An account that can log in from the start. Whoever registers its username first takes it over."""

    username: str
    password: str
    first_name: str
    last_name: str
    email: str


class Rates(NamedTuple):
    """What one dollar of a category causes: a row of the fixture, in this order.

    Kilograms of CO2e, square metres of land occupied for a year, litres of fresh water withdrawn; where the numbers
    come from; and how many of the kilograms come from electricity and from motor fuel. USEEIO is EPA's model v2.0.1-411
    in 2018 dollars at purchasers' prices; a number behind one of its sectors is a weight in a basket.
    """

    co2e_kg: float
    land_m2: float
    water_l: float
    source: str
    electric_kg: float = 0.0
    fuel_kg: float = 0.0


class MerchantCode(NamedTuple):
    """A merchant category code (ISO 18245): what it stands for, and the category that it counts as."""

    description: str
    category: str


class MerchantCodes(NamedTuple):
    """A range of codes, both ends included, that count as one category."""

    first: str
    last: str
    category: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What is the same in every space.

    ``categories`` are those the vendor lists; ``retired_categories`` were listed in 2020, and a setting brings them
    back. ``with_natural_gas`` has other rates for who heats and cooks with gas, ``food`` names the categories that a
    diet acts on, and ``aliases`` are further spellings.
    """

    accounts: tuple[GivenAccount, ...]
    offset_referral_link: str
    categories: Mapping[str, Rates]
    retired_categories: Mapping[str, Rates]
    with_natural_gas: Mapping[str, Rates]
    food: frozenset[str]
    aliases: Mapping[str, str]
    merchant_codes: Mapping[str, MerchantCode]
    merchant_code_ranges: tuple[MerchantCodes, ...]

    def __post_init__(self) -> None:
        if not self.accounts:
            raise ValueError("there is no account")
        if len({account.username for account in self.accounts}) < len(self.accounts):
            raise ValueError("two accounts have the same username")
        for table in (self.categories, self.retired_categories, self.with_natural_gas):
            for name, rates in table.items():
                _check_rates(name, rates)
        every = {**self.categories, **self.retired_categories}
        for name in (*self.with_natural_gas, *self.food, *self.aliases.values()):
            _check_listed(name, every)
        codes = [code.category for code in self.merchant_codes.values()]
        for name in (*codes, *(row.category for row in self.merchant_code_ranges), UNCATEGORIZED):
            _check_listed(name, self.categories)

    def rates(self, category: str, natural_gas: bool) -> Rates:
        """The rates of a category that is listed now, or was."""
        if natural_gas and category in self.with_natural_gas:
            return self.with_natural_gas[category]
        return self.categories.get(category) or self.retired_categories[category]

    def category_of_code(self, code: str) -> str | None:
        """The category that a merchant category code of four digits counts as."""
        if code in self.merchant_codes:
            return self.merchant_codes[code].category
        return next((row.category for row in self.merchant_code_ranges if row.first <= code <= row.last), None)


def _check_rates(name: str, rates: Rates) -> None:
    numbers = (rates.co2e_kg, rates.land_m2, rates.water_l, rates.electric_kg, rates.fuel_kg)
    if not all(0 <= number < inf for number in numbers) or rates.electric_kg + rates.fuel_kg > rates.co2e_kg:
        raise ValueError(f"the rates of {name!r} are below 0, without end, or less than their parts")


def _check_listed(name: str, categories: Mapping[str, Rates]) -> None:
    if name not in categories:
        raise ValueError(f"no category is called {name!r}")


# --- the memory: what a space makes of it -----------------------------------------------------------------------------


@dataclass(slots=True)
class Account:
    """Who may log in. Of the password there is a salted hash, so that no snapshot shows it."""

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

    def opens_with(self, password: str) -> bool:
        return compare_digest(self.password_hash, password_hash(password, self.salt))


def password_hash(password: str, salt: str) -> str:
    """Salted and fast: it keeps passwords out of sight, not out of reach of who can try millions of them."""
    return blake2b(password.encode(), digest_size=32, salt=bytes.fromhex(salt)).hexdigest()


@dataclass(slots=True)
class Token:
    """What was issued under one ``jti``: the facts, not the text, which follows from them and the seed."""

    kind: Kind
    user_id: int
    expires: UtcTime

    def claims(self, jti: str) -> dict[str, object]:
        """The claims of the token, in the vendor's order (seen in a client program of September 2021)."""
        return {"token_type": self.kind, "exp": int(self.expires.timestamp()), "jti": jti, "user_id": self.user_id}


@dataclass(slots=True)
class Settings:
    """What a user of the emulator may turn.

    How long tokens live; whether ``user_profile`` and ``options`` must be sent with all their members, as one notice of
    the documents has it; whether the categories retired in 2020 count; whether requests are limited, and to how many.
    """

    access_seconds: float = 300.0
    refresh_seconds: float = 86400.0
    all_children_required: bool = False
    retired_categories: bool = False
    throttled: bool = False
    requests_per_second: int = 30
    requests_per_minute: int = 400
    requests_per_day: int = 100_000

    def __post_init__(self) -> None:
        for seconds in (self.access_seconds, self.refresh_seconds):
            if not 0 < seconds <= LIFETIME_SECONDS_MAX:
                raise ValueError("a token lives more than 0 seconds and at most a hundred years")
        for requests in (self.requests_per_second, self.requests_per_minute, self.requests_per_day):
            if not 1 <= requests <= REQUESTS_MAX:
                raise ValueError(f"a limit lets from 1 to {REQUESTS_MAX} requests through")


@dataclass(slots=True)
class Memory:
    """Everything that requests and the clock change.

    ``accounts`` are the registered ones, by username: one that the catalogue gives is there once it is taken over.
    ``tokens`` are the issued ones, by ``jti``. ``admitted`` has for each user id the instants of the last day's
    requests, while they are limited.
    """

    accounts: dict[str, Account] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    admitted: dict[str, list[UtcTime]] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)

    def __post_init__(self) -> None:
        for name, account in self.accounts.items():
            if account.username != name:
                raise ValueError(f"the account called {name!r} has the username {account.username!r}")
        if len({account.id for account in self.accounts.values()}) < len(self.accounts):
            raise ValueError("two accounts have the same id")


@dataclass(frozen=True, slots=True)
class Fixture:
    """``fixtures/carboninsights.json``."""

    catalogue: Catalogue
    memory: Memory

    def __post_init__(self) -> None:
        given = {account.username: n for n, account in enumerate(self.catalogue.accounts, start=1)}
        for account in self.memory.accounts.values():
            wanted = given.get(account.username)
            if account.id <= len(given) if wanted is None else account.id != wanted:
                raise ValueError(f"account {account.username!r} has the id of another, {account.id}")
