"""Recharges: fuel that a freight fleet used."""

from emulator.core.documents import Day
from emulator.core.struct import Struct
from emulator.providers.dcycle.memory.factors import Factor
from emulator.providers.dcycle.memory.fields import Quantity, Uuid
from emulator.providers.dcycle.memory.records import EmittingRecord, Posting


class FreightFuel(Struct, frozen=True):
    """A fuel of freight vehicles, with what one unit causes: in the tank, or for electricity in the grid."""

    id: Uuid
    name: str
    unit_id: Uuid
    unit: str
    factor: Factor
    region: str = "EU"


class RechargeTerms(Struct, frozen=True):
    """The data that a client sends about a recharge. ``toc_id`` is the id or the code of a vehicle type."""

    fuel_id: Uuid
    country: str
    date: Day
    quantity: Quantity | None = None
    vehicle_license_plate: str | None = None
    toc_id: str | None = None
    project_id: Uuid | None = None


class Recharge(EmittingRecord[RechargeTerms], frozen=True):
    """Fuel that a vehicle was filled with on one day. ``file_id`` is of its upload."""

    terms: RechargeTerms
    file_id: Uuid | None = None

    def posting(self) -> Posting:
        return Posting("vehicles", self.terms.date)
