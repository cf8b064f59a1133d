"""1ClickImpact's rules: how its memory changes (docs.1clickimpact.com)."""

from collections.abc import Iterator
from datetime import datetime
from hmac import compare_digest
from typing import get_args

from emulator.core.clock import Clock, Event
from emulator.core.ids import Ids
from emulator.providers.oneclickimpact import errors
from emulator.providers.oneclickimpact.backend.customers import Customers
from emulator.providers.oneclickimpact.backend.history import History
from emulator.providers.oneclickimpact.backend.impacts import Impacts
from emulator.providers.oneclickimpact.backend.notices import Notices
from emulator.providers.oneclickimpact.backend.projects import Projects
from emulator.providers.oneclickimpact.memory.catalogue import Account, Catalogue, Environment
from emulator.providers.oneclickimpact.memory.fixture import Memory


class OneClickImpact:
    """1ClickImpact in one space."""

    pages_url: str | None = None

    def __init__(self, catalogue: Catalogue, memory: Memory, clock: Clock, ids: Ids) -> None:
        self.catalogue = catalogue
        self.memory = memory
        self.clock = clock
        self.accounts = {account.id: account for account in catalogue.accounts}
        histories = {account.id: History() for account in catalogue.accounts}
        self.notices = Notices(memory, histories, clock, ids)
        self.customers = Customers(catalogue, memory, histories, ids)
        self.impacts = Impacts(memory, histories, self.customers, self.notices, clock)
        self.projects = Projects(catalogue)
        self._keys = {environment: _keys(catalogue, environment) for environment in (None, *get_args(Environment))}

    def account(self, api_key: str | None, environment: Environment | None) -> Account:
        """Return the account of an API key; of an environment, if one is given.

        Raises KeyMissing, KeyUnknown, KeyOfOtherEnvironment.
        """
        if not api_key:
            raise errors.KeyMissing
        if account := self._owner(api_key, environment):
            return account
        if environment and (other := self._owner(api_key, None)):
            raise errors.KeyOfOtherEnvironment(other.environment, environment)
        raise errors.KeyUnknown

    def _owner(self, api_key: str, environment: Environment | None) -> Account | None:
        encoded = api_key.encode()
        for key, account in self._keys[environment]:
            if compare_digest(key, encoded):
                return account
        return None

    def due(self, since: datetime, until: datetime) -> Iterator[Event]:
        """Yield the stages that impacts reach over time in this span."""
        return self.impacts.due(since, until)


def _keys(catalogue: Catalogue, environment: Environment | None) -> list[tuple[bytes, Account]]:
    """Return the API keys of an environment, or all keys, each with its account."""
    accounts = [account for account in catalogue.accounts if environment in (None, account.environment)]
    return [(account.api_key.encode(), account) for account in accounts]
