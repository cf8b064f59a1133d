"""Facilities, which emit by their invoices (docs.dcycle.io, Facilities)."""

from collections.abc import Collection
from typing import Any

from emulator.core.struct import Struct, replace
from emulator.providers.dcycle import errors
from emulator.providers.dcycle.backend.context import Context
from emulator.providers.dcycle.backend.invoices import Invoices
from emulator.providers.dcycle.backend.records import Filter, Records
from emulator.providers.dcycle.backend.wastes import Wastes, WasteWaterTreatments
from emulator.providers.dcycle.memory.catalogue import Organization
from emulator.providers.dcycle.memory.facilities import Facility, FacilityTerms


class FacilityGrams(Struct, frozen=True):
    """Grams of CO2e, and of those from biomass; None if nothing was calculated."""

    co2e_grams: int | None
    co2e_biomass_grams: int | None


class Facilities(Records[Facility, FacilityTerms]):
    """The facilities of every organization in one space."""

    kind = Facility
    id_kind = "dcycle.facility"
    not_found = errors.FacilityNotFound

    def __init__(
        self, context: Context, invoices: Invoices, wastes: Wastes, waste_water_treatments: WasteWaterTreatments
    ) -> None:
        super().__init__(context, context.memory.facilities)
        self._invoices = invoices
        self._owned: tuple[Records[Any, Any], ...] = invoices, wastes, waste_water_treatments

    def find(self, organization: Organization, wanted: Filter[Facility] | None = None) -> Collection[Facility]:
        """Return the facilities that a filter matches and that were not deleted, oldest first."""
        return [facility for facility in super().find(organization, wanted) if facility.enabled]

    def get(self, organization: Organization, id: str) -> Facility:
        """Return a facility of this organization. Raises FacilityNotFound, FacilityOfOtherOrganization."""
        facility = self.context.memory.facilities.get(id)
        if facility is None or not facility.enabled:
            raise self.not_found(id)
        if facility.organization_id != organization.id:
            raise errors.FacilityOfOtherOrganization
        return facility

    def grams(self, facility: Facility) -> FacilityGrams:
        """Return the emissions of the invoices of a facility."""
        stated, grams, biomass_stated, biomass = self._invoices.sums(facility) or (0, 0, 0, 0)
        return FacilityGrams(grams if stated else None, biomass if biomass_stated else None)

    def name(self, organization: Organization, facility_id: str | None) -> str | None:
        """Return the name of a facility of this organization; None if there is none of this id."""
        if facility_id is None or not self.has(organization, facility_id):
            return None
        facility = self.context.memory.facilities[facility_id]
        return facility.terms.name if facility.enabled else None

    def create(self, organization: Organization, terms: FacilityTerms) -> Facility:
        """Create a facility in the country of its address, or else in the one stated."""
        return super().create(organization, self._located(terms))

    def update(self, record: Facility, terms: FacilityTerms) -> Facility:
        """Change a facility, which is in the country of its address, whichever country is sent."""
        moved = (terms.address, terms.country) != (record.terms.address, record.terms.country)
        return super().update(record, self._located(terms) if moved else terms)

    def delete(self, organization: Organization, id: str) -> None:
        """Disable a facility, its invoices, wastes and treatments of waste water.

        Raises FacilityNotFound, FacilityOfOtherOrganization.
        """
        facility = self.get(organization, id)

        for records in self._owned:
            records.disable(facility)
        self.put(replace(facility, updated_at=self.clock.now, enabled=False))

    def has_invoices(self, facility: Facility) -> bool:
        """Return whether any invoice is one of this facility."""
        return bool(self._invoices.belonging_to(facility))

    def _located(self, terms: FacilityTerms) -> FacilityTerms:
        return replace(terms, country=self.context.country(terms.address) or terms.country)
