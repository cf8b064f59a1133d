"""CNaught's rules: how its memory changes (docs.cnaught.com). All arithmetic is decimal and exact."""

from collections.abc import Iterator
from datetime import datetime
from hmac import compare_digest
from itertools import chain

from emulator.core.clock import Clock, Event
from emulator.core.ids import Ids
from emulator.providers.cnaught import errors
from emulator.providers.cnaught.backend.checkout import Checkout
from emulator.providers.cnaught.backend.idempotency import Idempotency
from emulator.providers.cnaught.backend.offer import Offer
from emulator.providers.cnaught.backend.orders import Orders
from emulator.providers.cnaught.backend.subaccounts import Subaccounts
from emulator.providers.cnaught.memory.catalogue import Account, Catalogue
from emulator.providers.cnaught.memory.fixture import Memory


class CNaught:
    """CNaught in one space."""

    pages_url: str | None = None

    def __init__(self, catalogue: Catalogue, memory: Memory, clock: Clock, ids: Ids) -> None:
        self.catalogue = catalogue
        self.memory = memory
        self.clock = clock
        self._keys = [(account.api_key.encode(), account) for account in catalogue.accounts]
        self.offer = Offer(catalogue)
        self.idempotency = Idempotency(memory, clock)
        self.orders = Orders(self.offer, memory, clock, ids)
        self.subaccounts = Subaccounts(memory, self.orders, clock, ids)
        self.checkout = Checkout(self.offer, self.orders, memory, clock, ids)

    def account(self, api_key: str | None) -> Account:
        """Return the account of an API key. Raises Unauthorized."""
        if api_key is not None:
            encoded = api_key.encode()
            for key, account in self._keys:
                if compare_digest(key, encoded):
                    return account
        raise errors.Unauthorized("cnaught.auth.bearer-key-required" if api_key else "cnaught.auth.unusable-header")

    def due(self, since: datetime, until: datetime) -> Iterator[Event]:
        """Yield the orders that are fulfilled, and the sessions and idempotency keys that expire, in a span of time."""
        return chain(*(part.due(since, until) for part in (self.orders, self.checkout, self.idempotency)))
