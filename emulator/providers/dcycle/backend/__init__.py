"""The rules by which Dcycle's memory changes, and by which it adds up emissions (docs.dcycle.io).

All arithmetic is in whole grams.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from hmac import compare_digest

from emulator.core.clock import Clock, Event
from emulator.core.ids import Ids
from emulator.providers.dcycle import errors
from emulator.providers.dcycle.backend.facilities import Facilities
from emulator.providers.dcycle.backend.invoices import Invoices
from emulator.providers.dcycle.backend.ledgers import Group, GroupBy, Ledgers, parts
from emulator.providers.dcycle.backend.logins import Logins
from emulator.providers.dcycle.backend.purchases import Purchases
from emulator.providers.dcycle.backend.vehicles import Vehicles
from emulator.providers.dcycle.memory import Catalogue, Key, Memory, Organization, User

RANGE_DAYS_MAX = 730


class Dcycle:
    """Dcycle in one space."""

    def __init__(self, catalogue: Catalogue, memory: Memory, clock: Clock, ids: Ids) -> None:
        self.catalogue = catalogue
        self.memory = memory
        self.ledgers = Ledgers(memory.records.values())
        self.logins = Logins(catalogue.users, memory, clock, ids)
        self.purchases = Purchases(catalogue.purchase_factors, memory, self.ledgers, clock, ids)
        self.invoices = Invoices(memory, self.ledgers, clock)
        self.facilities = Facilities(catalogue.countries, self.invoices, memory, self.ledgers, clock, ids)
        self.vehicles = Vehicles(catalogue, memory, self.ledgers, clock, ids)
        self._organizations: dict[str, Organization] = {}
        self._roots: dict[str, Organization] = {}
        for root in catalogue.trees:
            for organization in root.and_below():
                self._organizations[organization.id] = organization
                self._roots[organization.id] = root

    # --- who asks, and about whom

    def key(self, api_key: str | None) -> Key:
        """The key of these characters. Raises InvalidApiKey."""
        if api_key is None:
            raise errors.InvalidApiKey("dcycle.auth.key-missing")
        for key in self.catalogue.keys:
            if compare_digest(key.api_key.encode(), api_key.encode()):
                return key
        raise errors.InvalidApiKey("dcycle.auth.key-unknown")

    def bearer(self, token: str) -> Key | User:
        """Whose bearer token this is: a key's, or that of a user who logged in. Raises InvalidApiKey."""
        return self.logins.user(token) or self.key(token)

    def organization(self, who: Key | User, organization_id: str) -> Organization:
        """An organization in the tree of who asks: their own, or any above, below or beside it. Raises Forbidden."""
        if organization_id not in self._organizations:
            raise errors.Forbidden("dcycle.organization.unknown")
        if self._roots[organization_id] is not self._roots[who.organization_id]:
            raise errors.Forbidden("dcycle.organization.other-tree")
        return self._organizations[organization_id]

    def root(self, organization: Organization) -> Organization:
        """The top of the tree that an organization is in."""
        return self._roots[organization.id]

    # --- emissions

    def total_impacts(
        self, organization: Organization, start_date: date, end_date: date, group_by: GroupBy, include_children: bool
    ) -> Mapping[Group, int]:
        """The grams of each group, in the vendor's order; a group that emitted nothing is not there.

        Both dates are included, and with ``include_children`` so are the subsidiaries, at any depth.
        Raises InvalidDateRange, DateRangeTooLarge.
        """
        if start_date > end_date:
            raise errors.InvalidDateRange
        if (end_date - start_date).days > RANGE_DAYS_MAX:
            raise errors.DateRangeTooLarge

        members = list(organization.and_below()) if include_children else [organization]
        impacts: dict[Group, int] = {}
        for group, category, first, last in parts(group_by, start_date, end_date):
            if grams := self.ledgers.grams(members, category, first, last):
                impacts[group] = impacts.get(group, 0) + grams
        return impacts

    # --- time

    def due(self, since: datetime, until: datetime) -> Iterator[Event]:
        """Tokens that expire in this span of time."""
        return self.logins.due(since, until)
