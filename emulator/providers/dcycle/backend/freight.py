"""Freight, scope 3 categories 4 and 9, and the packages that it carries (docs.dcycle.io, Logistics)."""

from collections.abc import Collection, Iterable
from decimal import Decimal

from emulator.core.exact_json import decimal
from emulator.core.struct import replace
from emulator.providers.dcycle import errors
from emulator.providers.dcycle.backend.context import Context
from emulator.providers.dcycle.backend.drafts.freight import FreightFilter
from emulator.providers.dcycle.backend.hubs import Hubs
from emulator.providers.dcycle.backend.records import EmittingRecords, Filter, Records
from emulator.providers.dcycle.backend.rounding import whole_grams
from emulator.providers.dcycle.memory.catalogue import Organization
from emulator.providers.dcycle.memory.freight import (
    FreightRequest,
    FreightTerms,
    FreightWork,
    Package,
    PackageLoad,
    PackageTerms,
    load_kg,
)

NANOMETERS_PER_KM = 10**12


class Packages(Records[Package, PackageTerms]):
    """The packages of every organization in one space."""

    kind = Package
    id_kind = "dcycle.package"
    not_found = errors.PackageNotFound

    def __init__(self, context: Context) -> None:
        super().__init__(context, context.memory.packages)
        self._ids = {(found.organization_id, found.terms.package_key): found.id for found in self.records.values()}

    def of(self, organization: Organization, terms: FreightTerms) -> Package | None:
        """Return the package that a leg carries, which is created if it is new; None if the leg names none."""
        if terms.package_key is None:
            return None
        key = organization.id, terms.package_key
        if key in self._ids:
            return self.records[self._ids[key]]
        package = self.create(organization, PackageTerms(terms.package_key, terms.movement_id, terms.client))
        self._ids[key] = package.id
        return package


class FreightRequests(EmittingRecords[FreightRequest, FreightTerms]):
    """The legs of every organization in one space, by package."""

    kind = FreightRequest
    id_kind = "dcycle.freight_request"
    not_found = errors.LogisticsRequestNotFound

    def __init__(self, context: Context, packages: Packages, hubs: Hubs) -> None:
        self._factors = context.catalogue.freight_factors
        self._packages = packages
        self._hubs = hubs
        self._handling = hubs.handling
        super().__init__(context, context.memory.freight_requests)

    def put(self, record: FreightRequest) -> FreightRequest:
        """Keep a leg, and count the emissions of handling its load at the hub of another company."""
        earlier = self.records.get(record.id)
        if earlier is not None:
            self._handling.remove(earlier)
        self._handling.add(record)
        return super().put(record)

    def remove(self, record: FreightRequest) -> None:
        super().remove(record)
        self._handling.remove(record)

    def owner(self, record: FreightRequest) -> str | None:
        return record.package_id

    def amounts(self, record: FreightRequest) -> tuple[int, ...]:
        """Return the grams and the nanometers of a leg that carries a package."""
        if record.package_id is None:
            return ()
        return record.co2e_grams or 0, round((self._distance_km(record.terms) or 0) * NANOMETERS_PER_KM)

    # --- read

    def find(
        self, organization: Organization, wanted: Filter[FreightRequest] | None = None
    ) -> Collection[FreightRequest]:
        """Return the legs that a filter matches, oldest first; the vehicle type of a leg may be its mode's average."""
        if not isinstance(wanted, FreightFilter) or not wanted.tocs:
            return super().find(organization, wanted)
        tocs = {toc for code in wanted.tocs if (toc := self._factors.toc(code))}
        legs = super().find(organization, replace(wanted, tocs=()))
        return [leg for leg in legs if self._factors.toc_of(leg.terms) in tocs]

    def work(self, terms: FreightTerms) -> FreightWork:
        """Return the result of a leg."""
        toc = self._factors.toc_of(terms)
        load = None if toc is None else load_kg(terms, toc, self._factors)
        distance = self._distance_km(terms)
        if terms.tkm is not None:
            return FreightWork(toc, load, distance, decimal(terms.tkm))
        tkm = None if load is None or distance is None else load * distance / 1000
        return FreightWork(toc, load, distance, tkm)

    def _distance_km(self, terms: FreightTerms) -> Decimal | None:
        if terms.distance_km is not None:
            return decimal(terms.distance_km)
        return self.context.catalogue.places.distance_km(terms.origin, terms.destination)

    def grams(self, terms: FreightTerms) -> int | None:
        """Return the emissions of the tonne-kilometers of a leg, and of cleaning the vehicle."""
        work = self.work(terms)
        if work.toc is None or work.tkm is None:
            return None
        return whole_grams(work.tkm * work.toc.wtw_grams * (1 + self._factors.cleaning * terms.cleaning))

    # --- change

    def checked(self, organization: Organization, terms: FreightTerms) -> FreightTerms:
        """Return the terms, with the address of the hub as the origin. Raises TocNotFound, LogisticHubNotFound."""
        if terms.toc is not None and self._factors.toc(terms.toc) is None:
            raise errors.TocNotFound
        if terms.hub_id is None:
            return terms
        address = self._hubs.get(organization, terms.hub_id).terms.address
        return terms if address is None else replace(terms, origin=address)

    def create(self, organization: Organization, terms: FreightTerms) -> FreightRequest:
        """Create a leg, calculated at once. Raises TocNotFound, LogisticHubNotFound, DistanceUnknown."""
        located = self.checked(organization, terms)
        if self.grams(located) is None:
            raise errors.DistanceUnknown

        return self._create(organization, located)

    def create_later(self, organization: Organization, terms: FreightTerms) -> FreightRequest:
        """Create a leg that the vendor calculates later. Raises TocNotFound, LogisticHubNotFound."""
        located = self.checked(organization, terms)

        return self._create(organization, located)

    def _create(self, organization: Organization, terms: FreightTerms) -> FreightRequest:
        package = self._packages.of(organization, terms)
        leg = replace(self.new(organization, terms), package_id=package.id if package else None)
        return self.put(self.calculated(leg))

    def delete_all(self, organization: Organization, ids: Iterable[str]) -> None:
        """Delete all legs of these ids. Raises LogisticsRequestNotFound, and deletes none, if one is unknown."""
        found = {id: self.get(organization, id) for id in ids}

        for leg in found.values():
            self.remove(leg)

    # --- packages

    def legs(self, package: Package) -> Collection[FreightRequest]:
        """Return the legs that carry a package, oldest first."""
        return self.belonging_to(package)

    def load(self, package: Package) -> PackageLoad:
        """Return the result of the legs of a package: what the first one carries, and the sums of all."""
        first = next(iter(self.legs(package)), None)
        grams, nanometers = self.sums(package) or (0, 0)
        weight = None if first is None else self.work(first.terms).load_kg
        return PackageLoad(first is not None, weight or Decimal(0), Decimal(nanometers) / NANOMETERS_PER_KM, grams)
