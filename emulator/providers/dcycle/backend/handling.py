"""What goods cause at the hubs of other companies, scope 3 category 4 (docs.dcycle.io, guide to GLEC step 2)."""

from collections.abc import Collection
from dataclasses import dataclass, field

from emulator.providers.dcycle.backend.records import Context
from emulator.providers.dcycle.memory.emissions import Emission
from emulator.providers.dcycle.memory.freight import FreightRequest
from emulator.providers.dcycle.memory.hubs import Hub


@dataclass(slots=True)
class Handled:
    """The legs that start at a hub, how many of them are calculated, and the grams of these together."""

    legs: dict[str, FreightRequest] = field(default_factory=dict)
    calculated: int = 0
    grams: int = 0


class Handling:
    """The emissions of handling goods in one space: one for each leg whose hub has a factor."""

    def __init__(self, context: Context) -> None:
        self._emissions = context.memory.emissions
        self._totals = context.totals
        self._at: dict[str, Handled] = {}
        for leg in context.memory.freight_requests.values():
            self._count(leg)

    def legs(self, hub: Hub) -> Collection[FreightRequest]:
        """Return the legs that start at a hub, oldest first."""
        return [*self._at[hub.id].legs.values()] if hub.id in self._at else []

    def grams(self, hub: Hub) -> int | None:
        """Return what the goods of all legs of a hub cause there; None if that is known of none."""
        handled = self._at.get(hub.id)
        return handled.grams if handled and handled.calculated else None

    def add(self, leg: FreightRequest, grams: int | None) -> None:
        """Add a leg, and what its goods cause at its hub, if that is known."""
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
