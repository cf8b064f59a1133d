"""Facilities, which emit by their invoices (docs.dcycle.io, Facilities)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from emulator.core.clock import Clock
from emulator.core.ids import Ids
from emulator.providers.dcycle import errors
from emulator.providers.dcycle.backend.book import Book
from emulator.providers.dcycle.backend.invoices import Invoices
from emulator.providers.dcycle.backend.ledgers import Ledgers
from emulator.providers.dcycle.memory import Facility, Memory, Organization

ELSEWHERE = "ES"
"""Where an address is that names no country: the vendor would look it up on a map."""


@dataclass(frozen=True, slots=True)
class FacilityFilter:
    """What a list of facilities is narrowed to; ``name`` is a part of the facility's own."""

    name: str | None = None
    country: str | None = None
    type: str | None = None
    statuses: Collection[str] = ()

    def takes(self, facility: Facility) -> bool:
        return (
            facility.enabled
            and (self.name is None or self.name.casefold() in facility.name.casefold())
            and (self.country is None or self.country == facility.country)
            and (self.type is None or self.type == facility.type)
            and (not self.statuses or facility.status in self.statuses)
        )


class Caused(NamedTuple):
    """Grams of CO2e, and of those from biomass; None where nothing was calculated."""

    co2e_grams: int | None
    co2e_biomass_grams: int | None


class Facilities:
    """The facilities of every organization in one space."""

    def __init__(
        self,
        countries: Mapping[str, str],
        invoices: Invoices,
        memory: Memory,
        ledgers: Ledgers,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self.memory = memory
        self.clock = clock
        self.ids = ids
        self._invoices = invoices
        self._countries = {name.casefold(): code for name, code in countries.items()}
        self._book = Book(memory.facilities, ledgers)

    def matching(self, organization: Organization, wanted: FacilityFilter) -> Collection[Facility]:
        """The facilities that a filter takes, oldest first."""
        return self._book.of(organization, wanted.takes)

    def get(self, organization: Organization, facility_id: str) -> Facility:
        """A facility of this organization. Raises FacilityNotFound, FacilityOfAnother."""
        facility = self.memory.facilities.get(facility_id)
        if facility is None or not facility.enabled:
            raise errors.FacilityNotFound(facility_id)
        if facility.organization_id != organization.id:
            raise errors.FacilityOfAnother
        return facility

    def caused(self, facility: Facility) -> Caused:
        """What the invoices of a facility cause together."""
        counted = [invoice for invoice in self._invoices.of_facility(facility) if invoice.counts]
        return Caused(
            _sum(invoice.co2e_grams for invoice in counted), _sum(invoice.co2e_biomass_grams for invoice in counted)
        )

    def name(self, organization: Organization, facility_id: str | None) -> str | None:
        """What a facility of this organization is called, if it has it."""
        facility = self._book.get(organization, facility_id) if facility_id else None
        return facility.name if facility and facility.enabled else None

    def create(self, organization: Organization, terms: Mapping[str, Any]) -> Facility:
        """Enter a facility, in the country of its address or else in the one given."""
        now, id = self.clock.now, self.ids.uuid("dcycle.facility")
        located = {"country": ELSEWHERE, **self._located(terms)}
        return self._book.put(Facility(id, organization.id, created_at=now, updated_at=now, **located))

    def update(self, organization: Organization, facility_id: str, changes: Mapping[str, Any]) -> Facility:
        """Change what is said of a facility. Raises FacilityNotFound, FacilityOfAnother."""
        facility = self.get(organization, facility_id)
        return self._book.put(replace(facility, updated_at=self.clock.now, **self._located(changes)))

    def delete(self, organization: Organization, facility_id: str) -> None:
        """Disable a facility and its invoices, which count no more. Raises FacilityNotFound, FacilityOfAnother."""
        facility = self.get(organization, facility_id)

        self._invoices.disable(facility)
        self._book.put(replace(facility, updated_at=self.clock.now, enabled=False))

    def _located(self, terms: Mapping[str, Any]) -> Mapping[str, Any]:
        """The terms, with the country that the last part of the address names; without one, as they are."""
        last_part = (terms.get("address") or "").rpartition(",")[2].strip()
        country = self._countries.get(last_part.casefold(), terms.get("country"))
        others = {name: value for name, value in terms.items() if name != "country"}
        return {**others, "country": country} if country else others


def _sum(grams: Iterable[int | None]) -> int | None:
    """The sum of what is known; None where nothing is."""
    known = [amount for amount in grams if amount is not None]
    return sum(known) if known else None
