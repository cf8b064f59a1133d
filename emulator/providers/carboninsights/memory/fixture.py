"""The fixture: the catalogue, and the memory with which a space begins."""

from msgspec import field

from emulator.core.integrity import check_unique
from emulator.core.struct import Struct
from emulator.providers.carboninsights.memory.catalogue import Catalogue
from emulator.providers.carboninsights.memory.records import Account, Admissions, Token
from emulator.providers.carboninsights.memory.settings import Settings


class Memory(Struct):
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


class Fixture(Struct, frozen=True):
    """``fixtures/carboninsights.json``."""

    catalogue: Catalogue
    memory: Memory

    def __post_init__(self) -> None:
        given = {account.username: n for n, account in enumerate(self.catalogue.accounts, start=1)}
        for account in self.memory.accounts.values():
            wanted = given.get(account.username)
            if account.id <= len(given) if wanted is None else account.id != wanted:
                raise ValueError(f"account {account.username!r} has the id of another account, {account.id}")
