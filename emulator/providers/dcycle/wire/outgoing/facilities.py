"""Facilities: ``/v1/facilities``."""

from emulator.core.clock import seconds
from emulator.providers.dcycle.backend.facilities import FacilityGrams
from emulator.providers.dcycle.memory.facilities import Facility
from emulator.providers.dcycle.wire.outgoing.amounts import kilograms


def facility(facility: Facility, grams: FacilityGrams) -> dict[str, object]:
    terms = facility.terms
    return {
        "id": facility.id,
        "name": terms.name,
        "address": terms.address,
        "country": terms.country,
        "type": terms.type,
        "status": terms.status,
        "co2e": kilograms(grams.co2e_grams),
        "co2e_biomass": kilograms(grams.co2e_biomass_grams),
        "logistic_factor": terms.logistic_factor,
        "categories": terms.categories,
        "cups_list": terms.cups_list,
        "facility_purpose_type": facility.facility_purpose_type,
        "created_at": seconds(facility.created_at),
        "updated_at": seconds(facility.updated_at),
    }
