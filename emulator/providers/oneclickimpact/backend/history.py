"""The impacts and customers of one account, found by time, by customer and by kind at a cost that does not grow."""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from heapq import merge
from itertools import islice
from operator import attrgetter

from emulator.core.clock import EPOCH
from emulator.core.struct import Struct
from emulator.providers.oneclickimpact.backend.drafts import CustomerSearch, Search
from emulator.providers.oneclickimpact.backend.totals import Totals
from emulator.providers.oneclickimpact.memory.records import KINDS, Customer, Impact, Kind, millisecond

OWN = "own"
CUSTOMERS = "customers"
"""The names of an account's two lists; a single customer's list has the customer's id as its name."""

MILLISECOND = timedelta(milliseconds=1)
made_on = attrgetter("made_on")
onboarded_on = attrgetter("onboarded_on")


class Page(Struct, frozen=True):
    """A part of a list, and whether more follows."""

    impacts: Sequence[Impact]
    more: bool

    @property
    def end(self) -> datetime | None:
        """Where the next page begins, if there is one."""
        return self.impacts[-1].made_on if self.more and self.impacts else None


class CustomerPage(Struct, frozen=True):
    """A part of the list of customers, and whether more follows."""

    customers: Sequence[Customer]
    more: bool

    @property
    def end(self) -> datetime | None:
        """Where the next page begins, if there is one."""
        return self.customers[-1].onboarded_on if self.more and self.customers else None


class History:
    """The impacts and customers of one account."""

    def __init__(self) -> None:
        self.totals = Totals()
        self._newest = EPOCH
        self._lists = defaultdict[tuple[str, Kind], list[Impact]](list)
        self._customers: dict[str, Customer] = {}
        self._onboarded: list[Customer] = []
        self._taken_from = self._taken_until = EPOCH

    # --- customers

    def customer(self, email: str) -> Customer | None:
        """Return the customer with this email, in any letter case."""
        return self._customers.get(email.lower())

    def onboard(self, customer: Customer) -> None:
        """Add a customer."""
        self._customers[customer.email.lower()] = customer
        if not self._onboarded or self._onboarded[-1].onboarded_on <= customer.onboarded_on:
            self._onboarded.append(customer)
        else:
            insort(self._onboarded, customer, key=onboarded_on)

    def customers(self, search: CustomerSearch) -> CustomerPage:
        """Return customers in the order of their first impacts."""
        customers: Sequence[Customer] = self._onboarded
        if search.email is not None:
            customer = self.customer(search.email)
            customers = (customer,) if customer else ()
        start = bisect_right(customers, search.after, key=onboarded_on) if search.after else 0
        end = start + search.limit
        return CustomerPage(customers[start:end], more=len(customers) > end)

    # --- impacts

    def take_time(self, now: datetime) -> datetime:
        """Return the first millisecond from now on that no impact has taken; from then on it is taken.

        Everything between the last two results is taken, so a run of impacts at one instant is not searched again.
        """
        if not self._taken_from <= now < self._taken_until:
            self._taken_from = self._taken_until = millisecond(now)
        while self._taken_until <= self._newest and self.made_at(self._taken_until):
            self._taken_until += MILLISECOND
        free = self._taken_until
        self._taken_until = free + MILLISECOND
        return free

    def made_at(self, at: datetime) -> Impact | None:
        """Return the impact made at this time, if there is one."""
        for impacts in (self._lists.get((name, kind), ()) for name in (OWN, CUSTOMERS) for kind in KINDS):
            index = bisect_left(impacts, at, key=made_on)
            if index < len(impacts) and impacts[index].made_on == at:
                return impacts[index]
        return None

    def add(self, impact: Impact) -> None:
        """Add an impact to the totals and to its lists."""
        if impact.cancelled_on is None:
            self.totals.add(impact)
        newest = self._newest <= impact.made_on
        put = list.append if newest else _insort  # usually the newest, whose index need not be searched
        self._newest = max(self._newest, impact.made_on)
        if impact.customer_id is None:
            put(self._lists[OWN, impact.kind], impact)
        else:
            put(self._lists[CUSTOMERS, impact.kind], impact)
            put(self._lists[impact.customer_id, impact.kind], impact)

    def page(self, name: str, search: Search) -> Page:
        """Return a page of a list. Each kind has its own list in order of time, so only the page's size costs."""
        lists = [self._lists.get((name, kind)) for kind in dict.fromkeys(search.kinds)]
        parts = [_part(impacts, search) for impacts in lists if impacts]
        if len(parts) == 1:
            (found,) = parts
        else:
            found = list(islice(merge(*parts, key=made_on, reverse=search.newest_first), search.limit + 1))
        return Page(found[: search.limit], len(found) > search.limit)


_insort = partial(insort, key=made_on)


def _part(impacts: Sequence[Impact], search: Search) -> Sequence[Impact]:
    """Return those of some impacts in order of time that a search finds, in its order: a page, and one more."""
    start, end = 0, len(impacts)
    if search.since:
        start = bisect_left(impacts, search.since, key=made_on)
    if search.until:
        end = bisect_right(impacts, search.until, key=made_on)
    if search.after and search.newest_first:
        end = min(end, bisect_left(impacts, search.after, key=made_on))
    elif search.after:
        start = max(start, bisect_right(impacts, search.after, key=made_on))
    if search.newest_first:
        return impacts[max(start, end - search.limit - 1) : end][::-1]
    stop = start + search.limit + 1
    return impacts[start : stop if stop < end else end]
