"""Customers: onboarded by their first impact (docs.1clickimpact.com, Customers)."""

from collections.abc import Mapping
from datetime import datetime

from emulator.core.ids import DIGITS, Ids
from emulator.providers.oneclickimpact.backend.drafts import CustomerSearch
from emulator.providers.oneclickimpact.backend.history import CustomerPage, History
from emulator.providers.oneclickimpact.memory.catalogue import Account, Catalogue
from emulator.providers.oneclickimpact.memory.fixture import Memory
from emulator.providers.oneclickimpact.memory.records import Customer, Impact


class Customers:
    """The customers of every account in one space."""

    def __init__(self, catalogue: Catalogue, memory: Memory, histories: Mapping[str, History], ids: Ids) -> None:
        self.catalogue = catalogue
        self.memory = memory
        self._histories = histories
        self._ids = ids
        for customer in memory.customers.values():
            histories[customer.account_id].onboard(customer)

    def onboard(self, account: Account, email: str, name: str | None, at: datetime) -> Customer:
        """Return the customer with this email, a new one if there is none. A name replaces the last one."""
        history = self._histories[account.id]
        customer = history.customer(email)
        if customer is None:
            customer = Customer(self._new_id(email), account.id, email, at)
            self.memory.customers[customer.id] = customer
            history.onboard(customer)
        customer.name = name or customer.name
        return customer

    def of(self, impact: Impact) -> Customer | None:
        """Return the customer for whom an impact was made; None for one of the account's own."""
        return None if impact.customer_id is None else self.memory.customers[impact.customer_id]

    def list(self, account: Account, search: CustomerSearch) -> CustomerPage:
        """Return an account's customers in the order of their first impacts."""
        return self._histories[account.id].customers(search)

    def _new_id(self, email: str) -> str:
        known = self.catalogue.customer_ids.get(email.lower())
        if known is not None and known not in self.memory.customers:
            return known
        while (customer_id := f"U{self._ids.text('oneclickimpact.customer', DIGITS, 8)}") in self.memory.customers:
            pass  # a fixture or a snapshot may hold any id
        return customer_id
