"""The rules by which 1ClickImpact's memory changes (docs.1clickimpact.com)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hmac import compare_digest
from typing import get_args

from emulator.core.clock import Clock, Event
from emulator.core.documents import EMPTY, FrozenMapping
from emulator.core.ids import DIGITS, Ids
from emulator.providers.oneclickimpact import errors
from emulator.providers.oneclickimpact.history import (
    CUSTOMERS,
    OWN,
    CustomerPage,
    History,
    Page,
    Search,
    made_on,
    millisecond,
)
from emulator.providers.oneclickimpact.memory import (
    Account,
    Catalogue,
    Customer,
    Environment,
    Impact,
    Kind,
    Memory,
    Project,
    ProjectType,
)
from emulator.providers.oneclickimpact.totals import Totals


@dataclass(frozen=True, slots=True)
class ImpactDraft:
    """An impact not yet made. A name goes with an address only."""

    amount: int
    customer_email: str | None = None
    customer_name: str | None = None
    category: str | None = None
    metadata: FrozenMapping[str, str] = field(default_factory=lambda: EMPTY)


class OneClickImpact:
    """1ClickImpact in one space."""

    def __init__(self, catalogue: Catalogue, memory: Memory, clock: Clock, ids: Ids) -> None:
        self.catalogue = catalogue
        self.memory = memory
        self.clock = clock
        self.ids = ids
        self._keys = {environment: _keys(catalogue, environment) for environment in (None, *get_args(Environment))}
        self._projects = {project.id: project for project in catalogue.projects}
        self._histories = {account.id: History() for account in catalogue.accounts}
        for customer in memory.customers.values():
            self._histories[customer.account_id].onboard(customer)
        for impact in sorted(memory.impacts, key=made_on):
            self._histories[impact.account_id].enter(impact)

    # --- who asks

    def account(self, api_key: str | None, environment: Environment | None) -> Account:
        """The account of an API key; one of another environment is not known. Raises KeyMissing, KeyUnknown."""
        if not api_key:
            raise errors.KeyMissing
        given = api_key.encode()
        for known, account in self._keys[environment]:
            if compare_digest(known, given):
                return account
        raise errors.KeyUnknown

    # --- making impact

    def make_impact(self, account: Account, kind: Kind, draft: ImpactDraft) -> Impact:
        """Make an impact, for a customer if the draft names one. Raises NameWithoutEmail."""
        if draft.customer_name and not draft.customer_email:
            raise errors.NameWithoutEmail

        history = self._histories[account.id]
        at, customer_id = history.free_time(self.clock.now), None
        if draft.customer_email:
            customer_id = self._onboarded(account, draft.customer_email, draft.customer_name, at).id
        impact = Impact(account.id, kind, draft.amount, at, customer_id, draft.category, dict(draft.metadata))
        self.memory.impacts.append(impact)
        history.enter(impact)
        return impact

    def cancel_impact(self, account: Account, user_id: str, at: datetime, reason: str | None) -> tuple[Impact, bool]:
        """Take an impact back, and whether this call did it: a repeated one changes nothing.

        Raises ImpactUnknown, AlreadyProcessed.
        """
        impact = self.impact(account, user_id, at)
        if impact.cancelled_on:
            return impact, False
        if impact.processed:
            raise errors.AlreadyProcessed

        impact.cancelled_on = millisecond(self.clock.now)
        impact.cancellation_reason = reason
        self.totals(account).take_back(impact)
        return impact, True

    # --- records

    def impact(self, account: Account, user_id: str, at: datetime) -> Impact:
        """What was made at that time, by the account's own id or that of its customer. Raises ImpactUnknown."""
        impact = self._histories[account.id].made_at(at)
        if impact is None or user_id not in (account.user_id, impact.customer_id):
            raise errors.ImpactUnknown
        return impact

    def own_impacts(self, account: Account, search: Search) -> Page:
        """What the account made for itself."""
        return self._histories[account.id].page(OWN, search)

    def customer_impacts(self, account: Account, email: str | None, search: Search) -> Page:
        """What the account made for the customer with this address, or for all; for a stranger, nothing."""
        history = self._histories[account.id]
        if email is None:
            return history.page(CUSTOMERS, search)
        customer = history.customer(email)
        return history.page(customer.id, search) if customer else Page((), more=False)

    # --- the account, its customers and its totals

    def customers(self, account: Account, email: str | None, limit: int, after: datetime | None) -> CustomerPage:
        """Those for whom the account made impact, in the order of the first; with an address, that customer only."""
        return self._histories[account.id].customers(email, limit, after)

    def totals(self, account: Account) -> Totals:
        """What the account has made in all, without what it took back."""
        return self._histories[account.id].totals

    # --- projects

    def projects(self, type: ProjectType | None) -> Sequence[Project]:
        """The catalogue, or what of it is of one type."""
        return [project for project in self.catalogue.projects if type in (None, project.type)]

    def project(self, id: str) -> Project:
        """Raises ProjectUnknown."""
        if project := self._projects.get(id):
            return project
        raise errors.ProjectUnknown

    # --- time

    def due(self, since: datetime, until: datetime) -> Iterator[Event]:  # noqa: ARG002
        """Nothing falls due by time alone."""
        return iter(())

    # --- below the rules

    def _onboarded(self, account: Account, email: str, name: str | None, at: datetime) -> Customer:
        """The one customer with this address, new if need be, under the last name given."""
        history = self._histories[account.id]
        customer = history.customer(email)
        if customer is None:
            customer = Customer(f"U{self.ids.text('oneclickimpact.customer', DIGITS, 8)}", account.id, email, at)
            self.memory.customers[customer.id] = customer
            history.onboard(customer)
        customer.name = name or customer.name
        return customer


def _keys(catalogue: Catalogue, environment: Environment | None) -> list[tuple[bytes, Account]]:
    """The keys that an environment knows, or all keys, each with its account."""
    known = [account for account in catalogue.accounts if environment in (None, account.environment)]
    return [(account.api_key.encode(), account) for account in known]
