"""Accounts: registered, or given by the catalogue (Carbon Insights API reference, Register for an account)."""

from itertools import count

from emulator.core.ids import HEX, Ids
from emulator.providers.carboninsights import errors
from emulator.providers.carboninsights.backend.drafts import AccountDraft, Credentials
from emulator.providers.carboninsights.memory.catalogue import Catalogue, GivenAccount
from emulator.providers.carboninsights.memory.fixture import Memory
from emulator.providers.carboninsights.memory.records import Account, password_hash


class Accounts:
    """All accounts in one space, those of the catalogue included."""

    def __init__(self, catalogue: Catalogue, memory: Memory, ids: Ids) -> None:
        self.memory = memory
        self.ids = ids
        self._given = {given.username: _account(n, given) for n, given in enumerate(catalogue.accounts, start=1)}
        self._by_id = {account.id: account for account in (*self._given.values(), *memory.accounts.values())}

    def is_taken(self, username: str, password: str | None) -> bool:
        """Return whether a username is taken. An account of the catalogue can be registered once, with its password."""
        given = self._given.get(username)
        foreign = given is not None and (password is None or not given.has_password(password))
        return username in self.memory.accounts or foreign

    def register(self, draft: AccountDraft) -> Account:
        """Create an account, or register one of the catalogue. Its username must not be taken."""
        assert not self.is_taken(draft.username, draft.password)

        given = self._given.get(draft.username)
        salt = self.ids.text("carboninsights.salt", HEX, 32)
        account = Account(
            id=given.id if given else self._new_id(),
            username=draft.username,
            salt=salt,
            password_hash=password_hash(draft.password, salt),
            first_name=draft.first_name,
            last_name=draft.last_name,
            email=draft.email,
        )
        self.memory.accounts[account.username] = account
        self._by_id[account.id] = account
        return account

    def log_in(self, credentials: Credentials) -> Account:
        """Return the active account with these credentials. Raises NoActiveAccount."""
        account = self.memory.accounts.get(credentials.username) or self._given.get(credentials.username)
        if account is None or not account.active or not account.has_password(credentials.password):
            raise errors.NoActiveAccount
        return account

    def active(self, user_id: int) -> Account:
        """Return the account with this id. Raises UserNotFound, UserInactive."""
        account = self._by_id.get(user_id)
        if account is None:
            raise errors.UserNotFound
        if not account.active:
            raise errors.UserInactive
        return account

    def _new_id(self) -> int:
        """Return the next id that is free: the number of all accounts and this one, unless a fixture gave it away."""
        return next(id for id in count(len(self._by_id) + 1) if id not in self._by_id)


def _account(number: int, given: GivenAccount) -> Account:
    salt = "0" * 32  # the fixture contains the password anyway
    return Account(
        id=number,
        username=given.username,
        salt=salt,
        password_hash=password_hash(given.password, salt),
        first_name=given.first_name,
        last_name=given.last_name,
        email=given.email,
    )
