"""Emissions of handling goods at hubs of other companies, scope 3 category 4 (docs.dcycle.io, guide to GLEC step 2)."""

from collections.abc import Collection

from msgspec import field

from emulator.core.struct import Struct
from emulator.providers.dcycle.backend.context import Context
from emulator.providers.dcycle.backend.rounding import whole_grams
from emulator.providers.dcycle.memory.emissions import Emission
from emulator.providers.dcycle.memory.freight import FreightRequest, load_kg
from emulator.providers.dcycle.memory.hubs import Hub


class Handled(Struct):
    """The legs that start at a hub, how many of them are calculated, and the grams of these together."""

    legs: dict[str, FreightRequest] = field(default_factory=dict)
    calculated: int = 0
    grams: int = 0


class Handling:
    """The emissions of handling goods in one space: one for each leg whose hub has a factor."""

    def __init__(self, context: Context) -> None:
        self._factors = context.catalogue.freight_factors
        self._hubs = context.memory.hubs
        self._emissions = context.memory.emissions
        self._totals = context.totals
        self._at: dict[str, Handled] = {}
        for leg in context.memory.freight_requests.values():
            self._count(leg)

    def legs(self, hub: Hub) -> Collection[FreightRequest]:
        """Return the legs that start at a hub, oldest first."""
        return [*self._at[hub.id].legs.values()] if hub.id in self._at else []

    def grams(self, hub: Hub) -> int | None:
        """Return the grams of handling the loads of all legs of a hub there; None if no leg is calculated."""
        handled = self._at.get(hub.id)
        return handled.grams if handled and handled.calculated else None

    def add(self, leg: FreightRequest) -> None:
        """Add a leg, and the emissions of handling its load at its hub, if they are known."""
        grams = self._leg_grams(leg)
        if grams is not None:
            emission = Emission(_id(leg), leg.organization_id, "goods_shipped", grams, leg.shipment_date)
            self._emissions[emission.id] = emission
            self._totals.add_emission(emission)
        self._count(leg)

    def remove(self, leg: FreightRequest) -> None:
        """Undo ``add`` of a leg."""
        handled = self._at.get(leg.terms.hub_id or "")
        if handled is None:
            return
        del handled.legs[leg.id]
        emission = self._emissions.pop(_id(leg), None)
        if emission is not None:
            handled.calculated -= 1
            handled.grams -= emission.co2e_grams
            self._totals.subtract_emission(emission)

    def calculate_again(self, hub: Hub) -> None:
        """Calculate the legs of a hub whose type or category changed."""
        for leg in self.legs(hub):
            self.remove(leg)
            self.add(leg)

    def _leg_grams(self, leg: FreightRequest) -> int | None:
        """Return the grams of handling a load at a hub of another company; None if its category has no factor."""
        hub = self._hubs.get(leg.terms.hub_id or "")
        if hub is None or hub.terms.type == "owned" or hub.terms.category is None or leg.status == "error":
            return None
        toc, grams_per_tonne = self._factors.toc_of(leg.terms), self._factors.handling.get(hub.terms.category)
        if toc is None or grams_per_tonne is None:
            return None
        return whole_grams(load_kg(leg.terms, toc, self._factors) / 1000 * grams_per_tonne)

    def _count(self, leg: FreightRequest) -> None:
        if leg.terms.hub_id is None:
            return
        handled = self._at.setdefault(leg.terms.hub_id, Handled())
        handled.legs[leg.id] = leg
        emission = self._emissions.get(_id(leg))
        if emission is not None:
            handled.calculated += 1
            handled.grams += emission.co2e_grams


def _id(leg: FreightRequest) -> str:
    return f"handling-{leg.id}"
