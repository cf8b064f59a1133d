"""The fixture: the catalogue, and the memory with which a space begins."""

from dataclasses import dataclass, field

from emulator.core.integrity import check_unique
from emulator.providers.carboninsights.memory.catalogue import Catalogue
from emulator.providers.carboninsights.memory.records import Account, Admissions, Token

LIFETIME_SECONDS_MAX = 100 * 366 * 86400
REQUESTS_MAX = 1_000_000


@dataclass(slots=True)
class Settings:
    """Settings that users can change.

    The lifetimes of tokens; whether ``user_profile`` and ``options`` must have all their members, as a notice in the
    documents requires; whether the categories retired in 2020, and other spellings of categories, are accepted; whether
    requests are limited, and to how many.
    """

    access_seconds: float = 300.0
    refresh_seconds: float = 86400.0
    all_children_required: bool = False
    retired_categories: bool = False
    category_aliases: bool = True
    throttled: bool = False
    requests_per_second: int = 30
    requests_per_minute: int = 400
    requests_per_day: int = 100_000

    def __post_init__(self) -> None:
        for seconds in (self.access_seconds, self.refresh_seconds):
            if not 0 < seconds <= LIFETIME_SECONDS_MAX:
                raise ValueError("the lifetime of a token must be more than 0 seconds and at most a hundred years")
        for requests in (self.requests_per_second, self.requests_per_minute, self.requests_per_day):
            if not 1 <= requests <= REQUESTS_MAX:
                raise ValueError(f"a limit is from 1 to {REQUESTS_MAX} requests")


@dataclass(slots=True)
class Memory:
    """Everything that requests and the clock change.

    ``accounts`` are the registered ones, by username; one of the catalogue is added when it is registered. ``tokens``
    are the issued ones, by ``jti``. ``admitted`` has the times of each user's requests, by user id, while requests are
    limited.
    """

    accounts: dict[str, Account] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    admitted: dict[str, Admissions] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)

    def __post_init__(self) -> None:
        for name, account in self.accounts.items():
            if account.username != name:
                raise ValueError(f"the account stored as {name!r} has the username {account.username!r}")
        check_unique("account ids", (account.id for account in self.accounts.values()))


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
                raise ValueError(f"account {account.username!r} has the id of another account, {account.id}")
