"""Business travels, scope 3 category 6 (docs.dcycle.io, Business Travels)."""

from decimal import Decimal

from emulator.core.exact_json import decimal
from emulator.providers.dcycle import errors
from emulator.providers.dcycle.backend.context import Context
from emulator.providers.dcycle.backend.records import EmittingRecords
from emulator.providers.dcycle.backend.rounding import whole_grams
from emulator.providers.dcycle.memory.travels import MOTORED, Travel, TravelTerms


class Travels(EmittingRecords[Travel, TravelTerms]):
    """The business travels of every organization in one space."""

    kind = Travel
    id_kind = "dcycle.travel"
    not_found = errors.BusinessTravelNotFound

    def __init__(self, context: Context) -> None:
        super().__init__(context, context.memory.travels)

    def distance_km(self, terms: TravelTerms) -> Decimal | None:
        """Return the distance stated, or else that between the places; None if a place is not known."""
        if terms.distance_km is not None:
            return decimal(terms.distance_km)
        return self.context.catalogue.places.distance_km(terms.origin, terms.destination)

    def grams(self, terms: TravelTerms) -> int | None:
        """Return the emissions of a travel: for each traveler, unless they share a vehicle; twice for a round trip."""
        distance = self.distance_km(terms)
        if distance is None:
            return None
        factor = self.context.catalogue.travel_factors.grams_per_km(terms, distance)
        if factor is None:
            return None
        travelers = 1 if terms.transport_type in MOTORED else terms.travel_number
        return whole_grams(distance * factor * travelers * (2 if terms.round_trip else 1))
