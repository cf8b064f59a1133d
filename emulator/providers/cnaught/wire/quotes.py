"""The models of quotes (docs.cnaught.com). Each becomes a draft."""

from decimal import Decimal
from typing import Any

from emulator.providers.cnaught.backend import amounts, drafts
from emulator.providers.cnaught.memory.catalogue import Source
from emulator.providers.cnaught.wire.fields import Amount, exact_amount
from emulator.providers.cnaught.wire.incoming import Body
from emulator.web.fast_draft import FastBody, has_fast_body
from emulator.web.fields import Text


class Quote(Body):
    """What all quotes have in common: ``kg`` returns the mass to price, and ``source`` selects the price list."""

    portfolio_id: Text | None = None
    source: Source | None = None

    def kg(self) -> Decimal:
        raise NotImplementedError

    @property
    def draft(self) -> drafts.QuoteDraft:
        return drafts.QuoteDraft(self.kg(), self.portfolio_id, self.source or "api")


class FastQuote(FastBody, frozen=True):
    """A quote for a mass."""

    amount_kg: Any
    portfolio_id: Text | None = None
    source: Source | None = None

    @property
    def draft(self) -> drafts.QuoteDraft:
        return drafts.QuoteDraft(exact_amount(self.amount_kg), self.portfolio_id, self.source or "api")


@has_fast_body(FastQuote)
class MassQuote(Quote):
    """``POST /quotes``"""

    amount_kg: Amount

    def kg(self) -> Decimal:
        return self.amount_kg


class RideQuote(Quote):
    """``POST /quotes/ride``"""

    distance_km: Amount

    def kg(self) -> Decimal:
        return amounts.ride_kg(self.distance_km)


class GroundTransportQuote(Quote):
    """``POST /quotes/ground-transport``"""

    distance_km: Amount
    vehicle_type: amounts.Vehicle

    def kg(self) -> Decimal:
        return amounts.activity_kg(self.distance_km, amounts.VEHICLE_KG_PER_KM[self.vehicle_type])


class FlightQuote(Quote):
    """``POST /quotes/flight``"""

    distance_km: Amount

    def kg(self) -> Decimal:
        return amounts.activity_kg(self.distance_km, amounts.FLIGHT_KG_PER_KM)


class TrainQuote(Quote):
    """``POST /quotes/train``"""

    distance_km: Amount

    def kg(self) -> Decimal:
        return amounts.activity_kg(self.distance_km, amounts.TRAIN_KG_PER_KM)


class FreightQuote(Quote):
    """What both kinds of freight have in common."""

    freight_mass_kg: Amount
    distance_km: Amount

    def tonne_km(self) -> Decimal:
        return amounts.tonne_km(self.freight_mass_kg, self.distance_km)


class AirFreightQuote(FreightQuote):
    """``POST /quotes/air-freight``"""

    def kg(self) -> Decimal:
        return amounts.activity_kg(self.tonne_km(), amounts.AIR_FREIGHT_KG_PER_TONNE_KM)


class GroundFreightQuote(FreightQuote):
    """``POST /quotes/ground-freight``"""

    def kg(self) -> Decimal:
        return amounts.activity_kg(self.tonne_km(), amounts.GROUND_FREIGHT_KG_PER_TONNE_KM)


class OfficeSpaceQuote(Quote):
    """``POST /quotes/office-space``"""

    square_footage: Amount

    def kg(self) -> Decimal:
        return amounts.activity_kg(self.square_footage, amounts.OFFICE_KG_PER_SQUARE_FOOT)
