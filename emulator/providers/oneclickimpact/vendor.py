"""The rules by which 1ClickImpact's memory changes (docs.1clickimpact.com)."""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import merge
from hmac import compare_digest
from itertools import islice
from operator import attrgetter

from emulator.core.clock import Clock, Event
from emulator.core.ids import DIGITS, Ids
from emulator.providers.oneclickimpact import errors
from emulator.providers.oneclickimpact.memory import (
    KINDS,
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

OWN = "own"
CUSTOMERS = "customers"
"""The lists of an account besides those of its single customers, which are called by the customers' ids."""

MILLISECOND = timedelta(milliseconds=1)
MICROSECOND = timedelta(microseconds=1)
made_on = attrgetter("made_on")
onboarded_on = attrgetter("onboarded_on")


@dataclass(slots=True)
class ImpactDraft:
    """An impact not yet made. A name goes with an address only."""

    amount: int
    customer_email: str | None = None
    customer_name: str | None = None
    category: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Search:
    """Which part of a list is asked for: ``since`` and ``until`` are both included, ``after`` is where a page ended."""

    limit: int
    kinds: Sequence[Kind] = KINDS
    since: datetime | None = None
    until: datetime | None = None
    after: datetime | None = None
    newest_first: bool = False


@dataclass(slots=True)
class Page:
    """A part of a list, and whether it goes on."""

    impacts: Sequence[Impact]
    more: bool


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """A part of the list of customers, and whether it goes on."""

    customers: Sequence[Customer]
    more: bool


class OneClickImpact:
    """1ClickImpact in one space."""

    def __init__(self, catalogue: Catalogue, memory: Memory, clock: Clock, ids: Ids) -> None:
        self.catalogue = catalogue
        self.memory = memory
        self.clock = clock
        self.ids = ids
        self._customers = {(owned.account_id, owned.email.lower()): owned for owned in memory.customers.values()}
        self._keys = [(account.api_key.encode(), account) for account in catalogue.accounts]
        self._projects = {project.id: project for project in catalogue.projects}
        self._onboardings: dict[str, list[Customer]] = {}
        for customer in sorted(memory.customers.values(), key=onboarded_on):
            self._onboardings.setdefault(customer.account_id, []).append(customer)
        self._totals: defaultdict[str, Totals] = defaultdict(Totals)
        self._made = defaultdict[str, dict[datetime, Impact]](dict)
        self._taken: dict[str, tuple[datetime, datetime]] = {}
        self._lists = defaultdict[tuple[str, str, Kind], list[Impact]](list)
        for impact in sorted(memory.impacts, key=made_on):
            self._index(impact)

    # --- who asks

    def account(self, api_key: str | None, environment: Environment | None) -> Account:
        """The account of an API key; one of another environment is not known. Raises KeyMissing, KeyUnknown."""
        if not api_key:
            raise errors.KeyMissing
        given = api_key.encode()
        for known, account in self._keys:
            if compare_digest(known, given) and environment in (None, account.environment):
                return account
        raise errors.KeyUnknown

    # --- making impact

    def make_impact(self, account: Account, kind: Kind, draft: ImpactDraft) -> Impact:
        """Make an impact, for a customer if the draft names one. Raises NameWithoutEmail."""
        if draft.customer_name and not draft.customer_email:
            raise errors.NameWithoutEmail

        at, customer = self._free_time(account), None
        if draft.customer_email:
            customer = self._onboarded(account, draft.customer_email, draft.customer_name, at)
        impact = Impact(
            account_id=account.id,
            kind=kind,
            amount=draft.amount,
            made_on=at,
            customer_id=customer.id if customer else None,
            category=draft.category,
            metadata=draft.metadata,
        )
        self.memory.impacts.append(impact)
        self._index(impact)
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

        impact.cancelled_on = self._millisecond()
        impact.cancellation_reason = reason
        self._totals[account.id].take_back(impact)
        return impact, True

    # --- records

    def impact(self, account: Account, user_id: str, at: datetime) -> Impact:
        """What was made at that time, by the account's own id or that of its customer. Raises ImpactUnknown."""
        impact = self._made[account.id].get(at)
        if impact is None or user_id not in (account.user_id, impact.customer_id):
            raise errors.ImpactUnknown
        return impact

    def own_impacts(self, account: Account, search: Search) -> Page:
        """What the account made for itself."""
        return self._page(account, OWN, search)

    def customer_impacts(self, account: Account, email: str | None, search: Search) -> Page:
        """What the account made for the customer with this address, or for all; for a stranger, nothing."""
        if email is None:
            return self._page(account, CUSTOMERS, search)
        customer = self._customers.get((account.id, email.lower()))
        return self._page(account, customer.id, search) if customer else Page((), more=False)

    # --- the account, its customers and its totals

    def customers(self, account: Account, email: str | None, limit: int, after: datetime | None) -> CustomerPage:
        """Those for whom the account made impact, in the order of the first; with an address, that customer only."""
        customers = self._onboardings.get(account.id, [])
        if email is not None:
            customer = self._customers.get((account.id, email.lower()))
            customers = [customer] if customer else []
        start = bisect_right(customers, after, key=onboarded_on) if after else 0
        return CustomerPage(customers[start : start + limit], more=len(customers) > start + limit)

    def totals(self, account: Account) -> Totals:
        """What the account has made in all, without what it took back."""
        return self._totals.get(account.id) or Totals()

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
        customer = self._customers.get((account.id, email.lower()))
        if customer is None:
            customer = Customer(f"U{self.ids.text('oneclickimpact.customer', DIGITS, 8)}", account.id, email, at)
            insort(self._onboardings.setdefault(account.id, []), customer, key=onboarded_on)
            self.memory.customers[customer.id] = customer
            self._customers[account.id, email.lower()] = customer
        customer.name = name or customer.name
        return customer

    def _free_time(self, account: Account) -> datetime:
        """The clock's millisecond, or the next one after it at which the account made nothing.

        Of the stretch in which it was last looked for all is taken, so nothing there is looked at again.
        """
        at, made = self._millisecond(), self._made[account.id]
        begin, free = self._taken.get(account.id, (at, at))
        if not begin <= at < free:
            begin = free = at
        while free in made:
            free += MILLISECOND
        self._taken[account.id] = begin, free + MILLISECOND
        return free

    def _millisecond(self) -> datetime:
        """The clock's reading, without what is below a millisecond."""
        now = self.clock.now
        return now - now.microsecond % 1000 * MICROSECOND

    def _index(self, impact: Impact) -> None:
        self._made[impact.account_id][impact.made_on] = impact
        if not impact.cancelled_on:
            self._totals[impact.account_id].add(impact)
        for name in (CUSTOMERS, impact.customer_id) if impact.customer_id else (OWN,):
            _enter(self._lists[impact.account_id, name, impact.kind], impact)

    def _page(self, account: Account, name: str, search: Search) -> Page:
        """A page of a list; it costs as much as it holds, for each kind has a list of its own, in order of time."""
        lists = [self._lists.get((account.id, name, kind)) for kind in KINDS if kind in search.kinds]
        parts = [_part(impacts, search) for impacts in lists if impacts]
        in_order = parts[0] if len(parts) == 1 else merge(*parts, key=made_on, reverse=search.newest_first)
        found = list(islice(in_order, search.limit + 1))
        return Page(found[: search.limit], more=len(found) > search.limit)


def _enter(impacts: list[Impact], impact: Impact) -> None:
    """Put an impact into a list in order of time: as a rule at the end, where no place need be looked for."""
    if not impacts or impacts[-1].made_on <= impact.made_on:
        impacts.append(impact)
    else:
        insort(impacts, impact, key=made_on)


def _part(impacts: Sequence[Impact], search: Search) -> Iterator[Impact]:
    """Those impacts, out of some in order of time, that are asked for, in the order asked for."""
    start, end = 0, len(impacts)
    if search.since:
        start = bisect_left(impacts, search.since, key=made_on)
    if search.until:
        end = bisect_right(impacts, search.until, key=made_on)
    if search.after and search.newest_first:
        end = min(end, bisect_left(impacts, search.after, key=made_on))
    elif search.after:
        start = max(start, bisect_right(impacts, search.after, key=made_on))
    places = range(start, end)
    return (impacts[place] for place in (reversed(places) if search.newest_first else places))
