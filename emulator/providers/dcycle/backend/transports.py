"""Transport routes, scope 3 categories 4 and 9 (docs.dcycle.io, Transport)."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal

from emulator.core.exact_json import decimal
from emulator.providers.dcycle import errors
from emulator.providers.dcycle.backend.context import Context
from emulator.providers.dcycle.backend.drafts.transports import CombinationFilter
from emulator.providers.dcycle.backend.records import AuthoredRecords, Filter
from emulator.providers.dcycle.backend.rounding import whole_grams
from emulator.providers.dcycle.backend.transport_versions import TransportVersions
from emulator.providers.dcycle.memory.catalogue import Organization
from emulator.providers.dcycle.memory.transports import (
    Combination,
    Section,
    SectionType,
    TransportRoute,
    TransportTerms,
    TransportVersion,
)


class Transports(AuthoredRecords[TransportRoute, TransportTerms]):
    """The transport routes of every organization in one space."""

    kind = TransportRoute
    id_kind = "dcycle.transport"
    not_found = errors.TransportRouteNotFound

    def __init__(self, context: Context) -> None:
        super().__init__(context, context.memory.transports)
        self._versions = TransportVersions(context)
        self._factors = context.catalogue.transport_factors
        self._combinations = {combination.key() for combination in self._factors.combinations}
        self._kg = {unit.id: unit.kg for unit in context.catalogue.units}

    def combinations(self, wanted: CombinationFilter) -> Collection[Combination]:
        """Return the ways to transport that a filter matches."""
        return [combination for combination in self._factors.combinations if wanted.matches(combination)]

    def count(self, organization: Organization, wanted: Filter[TransportRoute]) -> Counter[str]:
        """Return how many routes have each status."""
        return Counter(route.status for route in self.find(organization, wanted))

    def distance_km(self, section: Section) -> Decimal | None:
        """Return the distance stated, or else that between the places; None if a place is not known."""
        if section.kms_manual is not None:
            return decimal(section.kms_manual)
        return self.context.catalogue.places.distance_km(section.origin, section.destination)

    def section_grams(self, terms: TransportTerms, section: Section) -> Decimal | None:
        """Return the emissions of a section; None if its distance or the mass of the goods is not known."""
        distance, kg = self.distance_km(section), self._kg.get(terms.unit_id)
        if distance is None or kg is None:
            return None
        kind = self._type(section)
        electric = section.electric and kind in ("road", "rail")
        grams = self._factors.electric if electric else self._factors.per_tkm.get(kind, Decimal(0))
        cooled = self._factors.refrigerated if section.refrigerated else 1
        return decimal(terms.quantity_transported) * kg / 1000 * distance * grams * cooled

    def _type(self, section: Section) -> SectionType:
        """Return the type of a section: if not known, by road within a known country, and otherwise by air."""
        if section.transport_type != "do_not_know":
            return section.transport_type
        start, end = self.context.country(section.origin), self.context.country(section.destination)
        return "road" if start is not None and start == end else "air"

    def grams(self, terms: TransportTerms) -> int | None:
        found = [self.section_grams(terms, section) for section in terms.sections]
        known = [grams for grams in found if grams is not None]
        return None if len(known) < len(found) else whole_grams(sum(known, Decimal(0)))

    def check(self, terms: TransportTerms) -> None:
        """Raise InvalidTransportCombination unless every section is a listed way to transport."""
        if not all(section.key() in self._combinations for section in terms.sections):
            raise errors.InvalidTransportCombination

    def versions(self, organization: Organization, id: str) -> Sequence[TransportVersion]:
        """Return the changes of a route, newest first, even if it was deleted. Raises TransportRouteNotFound."""
        found = self._versions.of(organization, id)
        if not found:
            self.get(organization, id)
        return found

    # --- change; ``author`` is the id of the user

    def create(self, organization: Organization, terms: TransportTerms, author: str | None = None) -> TransportRoute:
        """Create a route. Raises InvalidTransportCombination."""
        self.check(terms)

        route = super().create(organization, terms, author)
        self._versions.record(None, route, author)
        return route

    def update(self, record: TransportRoute, terms: TransportTerms, author: str | None = None) -> TransportRoute:
        """Change a route. Raises InvalidTransportCombination."""
        self.check(terms)

        route = super().update(record, terms)
        self._versions.record(record, route, author)
        return route

    def delete(self, organization: Organization, id: str, author: str | None = None) -> None:
        """Delete a route and its emissions. Raises TransportRouteNotFound."""
        route = self.get(organization, id)

        self.remove(route)
        self._versions.record(route, None, author)

    def delete_many(
        self, organization: Organization, ids: Iterable[str], author: str | None = None
    ) -> tuple[list[str], list[str]]:
        """Delete the routes that exist; return their ids and the unknown ids, each once."""
        found, unknown = self.known(organization, ids)

        for id in found:
            self.delete(organization, id, author)
        return found, unknown
