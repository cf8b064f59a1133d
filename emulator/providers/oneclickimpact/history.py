"""What one account has made: found by time, by customer and by kind, and summed, at a cost that does not grow."""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from heapq import merge
from itertools import islice
from operator import attrgetter

from emulator.core.clock import EPOCH
from emulator.providers.oneclickimpact.memory import KINDS, Customer, Impact, Kind
from emulator.providers.oneclickimpact.totals import Totals

OWN = "own"
CUSTOMERS = "customers"
"""The lists of an account besides those of its single customers, which are called by the customers' ids."""

MILLISECOND = timedelta(milliseconds=1)
MICROSECOND = timedelta(microseconds=1)
made_on = attrgetter("made_on")
onboarded_on = attrgetter("onboarded_on")


@dataclass(frozen=True, slots=True)
class Search:
    """Which part of a list is asked for: ``since`` and ``until`` are both included, ``after`` is where a page ended."""

    limit: int
    kinds: tuple[Kind, ...] = KINDS
    since: datetime | None = None
    until: datetime | None = None
    after: datetime | None = None
    newest_first: bool = False


@dataclass(slots=True)
class Page:
    """A part of a list, and whether it goes on."""

    impacts: Sequence[Impact]
    more: bool

    @property
    def end(self) -> datetime | None:
        """Where the next page goes on, if there is one."""
        return self.impacts[-1].made_on if self.more and self.impacts else None


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """A part of the list of customers, and whether it goes on."""

    customers: Sequence[Customer]
    more: bool

    @property
    def end(self) -> datetime | None:
        """Where the next page goes on, if there is one."""
        return self.customers[-1].onboarded_on if self.more and self.customers else None


class History:
    """The impacts and customers of one account."""

    def __init__(self) -> None:
        self.totals = Totals()
        self._impacts: list[Impact] = []
        self._lists: defaultdict[str, defaultdict[Kind, list[Impact]]] = defaultdict(partial(defaultdict, list))
        self._customers: dict[str, Customer] = {}
        self._onboarded: list[Customer] = []
        self._taken_from = self._untaken = EPOCH

    # --- customers

    def customer(self, email: str) -> Customer | None:
        """The one customer with this address, in any case."""
        return self._customers.get(email.lower())

    def onboard(self, customer: Customer) -> None:
        self._customers[customer.email.lower()] = customer
        insort(self._onboarded, customer, key=onboarded_on)

    def customers(self, email: str | None, limit: int, after: datetime | None) -> CustomerPage:
        """The customers in the order of their first impact; with an address, that one only."""
        customers: Sequence[Customer] = self._onboarded
        if email is not None:
            customer = self.customer(email)
            customers = (customer,) if customer else ()
        start = bisect_right(customers, after, key=onboarded_on) if after else 0
        return CustomerPage(customers[start : start + limit], more=len(customers) > start + limit)

    # --- impacts

    def free_time(self, at: datetime) -> datetime:
        """The millisecond of this instant, or the next one after it at which nothing was made; from now on it is taken.

        Of the stretch in which one was last looked for all is taken, so nothing there is looked at again.
        """
        if not self._taken_from <= at < self._untaken:
            self._taken_from = self._untaken = millisecond(at)
        while self._impacts and self._untaken <= self._impacts[-1].made_on and self.made_at(self._untaken):
            self._untaken += MILLISECOND
        free = self._untaken
        self._untaken = free + MILLISECOND
        return free

    def made_at(self, at: datetime) -> Impact | None:
        """What was made at this time: nothing, or one impact."""
        place = bisect_left(self._impacts, at, key=made_on)
        found = self._impacts[place : place + 1]
        return found[0] if found and found[0].made_on == at else None

    def enter(self, impact: Impact) -> None:
        """Count an impact, and put it into the lists that it belongs to."""
        if not impact.cancelled_on:
            self.totals.add(impact)
        newest = not self._impacts or self._impacts[-1].made_on <= impact.made_on
        put = list.append if newest else _insort  # as a rule it is, and its place need not be looked for
        put(self._impacts, impact)
        if impact.customer_id is None:
            put(self._lists[OWN][impact.kind], impact)
        else:
            put(self._lists[CUSTOMERS][impact.kind], impact)
            put(self._lists[impact.customer_id][impact.kind], impact)

    def page(self, name: str, search: Search) -> Page:
        """A page of a list; it costs as much as it holds, for each kind has a list of its own, in order of time."""
        by_kind: Mapping[Kind, list[Impact]] = self._lists.get(name, {})
        parts = [_part(impacts, search) for kind, impacts in by_kind.items() if kind in search.kinds]
        if len(parts) == 1:
            (found,) = parts
        else:
            found = list(islice(merge(*parts, key=made_on, reverse=search.newest_first), search.limit + 1))
        return Page(found[: search.limit], len(found) > search.limit)


_insort = partial(insort, key=made_on)


def millisecond(at: datetime) -> datetime:
    """An instant, without what is below a millisecond."""
    return at - at.microsecond % 1000 * MICROSECOND


def _part(impacts: Sequence[Impact], search: Search) -> Sequence[Impact]:
    """Of some impacts in order of time those that are asked for, in the order asked for: a page, and one more."""
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
