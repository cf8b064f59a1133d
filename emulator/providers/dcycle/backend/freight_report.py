"""Reports on freight by ISO 14083 (docs.dcycle.io, Generate Report)."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Literal

from emulator.core.struct import Struct
from emulator.providers.dcycle import errors
from emulator.providers.dcycle.backend.drafts.freight import FreightFilter
from emulator.providers.dcycle.backend.freight import FreightRequests
from emulator.providers.dcycle.memory.catalogue import Organization
from emulator.providers.dcycle.memory.freight import FreightRequest


class FreightSum(Struct):
    """What shipments amount to."""

    items: int = 0
    grams: int = 0
    distance_km: Decimal = Decimal(0)
    load_kg: Decimal = Decimal(0)

    def average(self, amount: Decimal) -> Decimal:
        """Return an amount per item; zero without any."""
        return amount / self.items if self.items else Decimal(0)

    def share(self, grams: int) -> Decimal:
        """Return the percentage of the emissions that some grams are; zero if there are no emissions."""
        return Decimal(100 * grams) / self.grams if self.grams else Decimal(0)


class FreightReport(Struct, frozen=True):
    """The shipments of a period, all together and by group; ``source`` is what the items are."""

    source: Literal["packages", "requests"]
    total: FreightSum
    groups: Mapping[str, FreightSum]


class FreightReports:
    """The reports on the legs of every organization in one space."""

    def __init__(self, freight: FreightRequests) -> None:
        self._freight = freight

    def by_mode(self, organization: Organization, since: date, until: date, client: str | None) -> FreightReport:
        """Return a report by mode: on packages, if a leg carries one, and else on legs. Raises InvalidDateRange."""
        legs = self._legs(organization, since, until, client)
        packed = [leg for leg in legs if leg.package_id is not None]
        sums = self._sums(packed or legs, self._mode)
        return FreightReport("packages" if packed else "requests", self._sum(packed or legs), sums)

    def by_toc(self, organization: Organization, since: date, until: date, client: str) -> FreightReport:
        """Return a report on the legs of a client by vehicle type. Raises InvalidDateRange."""
        legs = self._legs(organization, since, until, client)
        sums = self._sums(legs, self._toc, packed=False)
        return FreightReport("requests", self._sum(legs, packed=False), sums)

    def clients(self, organization: Organization) -> Collection[str]:
        """Return the clients that legs name, each once, in the order in which they were named first."""
        return [*dict.fromkeys(leg.terms.client for leg in self._freight.find(organization) if leg.terms.client)]

    def _legs(
        self, organization: Organization, since: date, until: date, client: str | None
    ) -> Collection[FreightRequest]:
        if since > until:
            raise errors.InvalidDateRange("dcycle.reports.dates")
        clients = () if client is None else (client,)
        return self._freight.find(organization, FreightFilter(clients=clients, since=since, until=until))

    def _mode(self, leg: FreightRequest) -> str:
        toc = self._freight.work(leg.terms).toc
        return toc.category if toc else leg.terms.category or "road"

    def _toc(self, leg: FreightRequest) -> str:
        toc = self._freight.work(leg.terms).toc
        return toc.toc if toc else leg.terms.toc or ""

    def _sums(
        self, legs: Iterable[FreightRequest], group: Callable[[FreightRequest], str], packed: bool = True
    ) -> Mapping[str, FreightSum]:
        """Return what the legs of each group amount to, by the group's name."""
        groups: dict[str, list[FreightRequest]] = {}
        for leg in legs:
            groups.setdefault(group(leg), []).append(leg)
        return {name: self._sum(groups[name], packed) for name in sorted(groups)}

    def _sum(self, legs: Iterable[FreightRequest], packed: bool = True) -> FreightSum:
        """Return what legs amount to; the legs of one package count as one item, if ``packed``."""
        total, packages = FreightSum(), set[str]()
        for leg in legs:
            work = self._freight.work(leg.terms)
            total.items += not packed or leg.package_id is None or leg.package_id not in packages
            packages.add(leg.package_id or "")
            total.grams += leg.co2e_grams or 0
            total.distance_km += work.distance_km or 0
            total.load_kg += work.load_kg or 0
        return total
