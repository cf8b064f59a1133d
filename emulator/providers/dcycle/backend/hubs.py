"""Logistic hubs (docs.dcycle.io, Logistic Hubs)."""

from emulator.core.struct import replace
from emulator.providers.dcycle import errors
from emulator.providers.dcycle.backend.context import Context
from emulator.providers.dcycle.backend.facilities import Facilities
from emulator.providers.dcycle.backend.handling import Handling
from emulator.providers.dcycle.backend.records import Records
from emulator.providers.dcycle.memory.catalogue import Organization
from emulator.providers.dcycle.memory.facilities import FacilityTerms
from emulator.providers.dcycle.memory.hubs import Hub, HubTerms


class Hubs(Records[Hub, HubTerms]):
    """The hubs of every organization in one space. ``handling`` has the emissions of handling goods there."""

    kind = Hub
    id_kind = "dcycle.hub"
    not_found = errors.LogisticHubNotFound

    def __init__(self, context: Context, facilities: Facilities) -> None:
        super().__init__(context, context.memory.hubs)
        self._facilities = facilities
        self.handling = Handling(context)

    def get(self, organization: Organization, id: str) -> Hub:
        """Return a hub of this organization. Raises LogisticHubNotFound, LogisticHubOfOtherOrganization."""
        hub = self.records.get(id)
        if hub is None:
            raise self.not_found(id)
        if hub.organization_id != organization.id:
            raise errors.LogisticHubOfOtherOrganization
        return hub

    def grams(self, hub: Hub) -> int | None:
        """Return the emissions of another company's hub from the goods of legs, or of a facility from its invoices."""
        if hub.terms.type == "subcontracted":
            return self.handling.grams(hub)
        facility = self._facilities.records.get(hub.terms.facility_id or "")
        return None if facility is None else self._facilities.grams(facility).co2e_grams

    def create_hub(self, organization: Organization, terms: HubTerms) -> Hub:
        """Create a hub. Raises LogisticHubNameTaken, FacilityNotFound, FacilityOfOtherOrganization."""
        self._check_name(organization, terms.name, None)
        self._check_facility(organization, terms)

        return self.create(organization, self._located(_of_its_company(terms)))

    def update_hub(self, organization: Organization, hub: Hub, terms: HubTerms) -> Hub:
        """Change a hub, which is in the country of its address; one that becomes owned gets a facility there.

        A hub that has a facility keeps it, even one that was deleted.
        Raises HubWithoutFacility, LogisticHubNameTaken, FacilityNotFound, FacilityOfOtherOrganization.
        """
        makes_facility = terms.type == "owned" and terms.facility_id is None
        if makes_facility and terms.address is None:
            raise errors.HubWithoutFacility
        self._check_name(organization, terms.name, hub.id)
        if (terms.type, terms.facility_id) != (hub.terms.type, hub.terms.facility_id):
            self._check_facility(organization, terms)

        located = _of_its_company(terms)
        if (terms.address, terms.country) != (hub.terms.address, hub.terms.country):
            located = self._located(located)
        if makes_facility:
            new = FacilityTerms(terms.name, "warehouse", located.country or "ES", terms.address)
            located = replace(located, facility_id=self._facilities.create(organization, new).id)
        changed = self.update(hub, located)
        if (located.type, located.category) != (hub.terms.type, hub.terms.category):
            self.handling.calculate_again(changed)
        return changed

    def delete(self, organization: Organization, id: str) -> None:
        """Delete a hub.

        Raises LogisticHubNotFound, LogisticHubOfOtherOrganization, LogisticHubInUse, LogisticHubHasInvoice.
        """
        hub = self.get(organization, id)
        if self.handling.legs(hub):
            raise errors.LogisticHubInUse
        facility = self._facilities.records.get(hub.terms.facility_id or "")
        if facility is not None and self._facilities.has_invoices(facility):
            raise errors.LogisticHubHasInvoice

        self.remove(hub)

    def _check_name(self, organization: Organization, name: str, own_id: str | None) -> None:
        for hub in self.find(organization):
            if hub.terms.name == name and hub.id != own_id:
                raise errors.LogisticHubNameTaken

    def _check_facility(self, organization: Organization, terms: HubTerms) -> None:
        if terms.type == "owned" and terms.facility_id is not None:
            self._facilities.get(organization, terms.facility_id)

    def _located(self, terms: HubTerms) -> HubTerms:
        return replace(terms, country=self.context.country(terms.address) or terms.country)


def _of_its_company(terms: HubTerms) -> HubTerms:
    """Return the terms, without a facility if the hub is another company's."""
    return terms if terms.type == "owned" else replace(terms, facility_id=None)
