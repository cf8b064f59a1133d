"""The rules by which CNaught's memory changes (docs.cnaught.com); all arithmetic is decimal."""

from collections.abc import Iterator
from datetime import datetime
from hmac import compare_digest
from itertools import chain

from emulator.core.clock import Clock, Event
from emulator.core.ids import Ids
from emulator.providers.cnaught import errors
from emulator.providers.cnaught.backend.answers import Answers
from emulator.providers.cnaught.backend.checkout import Checkout
from emulator.providers.cnaught.backend.offer import Offer
from emulator.providers.cnaught.backend.orders import Orders
from emulator.providers.cnaught.backend.subaccounts import Subaccounts
from emulator.providers.cnaught.memory import Account, Catalogue, Memory


class CNaught:
    """CNaught in one space."""

    def __init__(self, catalogue: Catalogue, memory: Memory, clock: Clock, ids: Ids) -> None:
        self.catalogue = catalogue
        self.memory = memory
        self.clock = clock
        self.offer = Offer(catalogue)
        self.answers = Answers(memory, clock)
        self.orders = Orders(self.offer, memory, clock, ids)
        self.subaccounts = Subaccounts(memory, self.orders, clock, ids)
        self.checkout = Checkout(self.offer, self.orders, memory, clock, ids)

    def account(self, api_key: str | None) -> Account:
        """The account of an API key. Raises Unauthorized."""
        for account in self.catalogue.accounts:
            if api_key is not None and compare_digest(account.api_key.encode(), api_key.encode()):
                return account
        raise errors.Unauthorized

    def due(self, since: datetime, until: datetime) -> Iterator[Event]:
        """Orders that are fulfilled, and checkout sessions that expire, in this span of time."""
        return chain(self.orders.due(since, until), self.checkout.due(since, until))
