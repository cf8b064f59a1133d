"""The catalogue: what is the same in every space."""

from collections.abc import Iterator, Mapping

from msgspec import field

from emulator.core.integrity import check_known, check_unique
from emulator.core.struct import Struct
from emulator.providers.dcycle.memory.custom_factors import Gas
from emulator.providers.dcycle.memory.employees import CommutingFactors
from emulator.providers.dcycle.memory.factors import Factor
from emulator.providers.dcycle.memory.fields import Uuid
from emulator.providers.dcycle.memory.freight import FreightFactors
from emulator.providers.dcycle.memory.invoices import InvoiceType
from emulator.providers.dcycle.memory.places import Places
from emulator.providers.dcycle.memory.purchases import PurchaseFactors
from emulator.providers.dcycle.memory.recharges import FreightFuel
from emulator.providers.dcycle.memory.transports import TransportFactors
from emulator.providers.dcycle.memory.travels import TravelFactors
from emulator.providers.dcycle.memory.units import Unit
from emulator.providers.dcycle.memory.vehicles import UnknownVehicle, VehicleFuel
from emulator.providers.dcycle.memory.wastes import WasteFactors


class Organization(Struct, frozen=True):
    """A company. ``children`` are its subsidiaries, which may have their own."""

    id: Uuid
    name: str
    children: tuple["Organization", ...] = ()

    def with_subsidiaries(self) -> Iterator["Organization"]:
        """Yield the organization itself, and its subsidiaries at any depth."""
        yield self
        for child in self.children:
            yield from child.with_subsidiaries()


class Key(Struct, frozen=True):
    """An API key and the organization that made it, whose whole tree it reaches. Its changes count as the user's."""

    api_key: str
    organization_id: str
    user_id: Uuid | None = None


class User(Struct, frozen=True):
    """A user who may log in, and their organization. They reach the whole tree of it."""

    id: Uuid
    email: str
    password: str
    organization_id: str
    first_name: str | None = None
    last_name: str | None = None


class FacilityFuel(Struct, frozen=True):
    """A fuel of facilities. ``country`` is ES, or GLO for all others; ``ghg_type`` 1 for fossil, 2 for biogenic."""

    id: Uuid
    name: str
    country: str
    type: str
    ghg_type: int
    unit_ids: tuple[Uuid, ...] = ()


class Catalogue(Struct, frozen=True):
    """What is the same in every space.

    ``trees`` holds the root of each tree of organizations, and ``countries`` codes of countries by the names that
    addresses use, those of countries and of places.
    """

    keys: tuple[Key, ...]
    trees: tuple[Organization, ...]
    users: tuple[User, ...] = ()
    purchase_factors: PurchaseFactors = field(default_factory=PurchaseFactors)
    vehicle_fuels: tuple[VehicleFuel, ...] = ()
    unknown_vehicles: tuple[UnknownVehicle, ...] = ()
    countries: Mapping[str, str] = field(default_factory=dict)
    places: Places = field(default_factory=Places)
    commuting_factors: CommutingFactors = field(default_factory=CommutingFactors)
    travel_factors: TravelFactors = field(default_factory=TravelFactors)
    freight_factors: FreightFactors = field(default_factory=FreightFactors)
    freight_fuels: tuple[FreightFuel, ...] = ()
    units: tuple[Unit, ...] = ()
    facility_fuels: tuple[FacilityFuel, ...] = ()
    invoice_factors: Mapping[InvoiceType, Factor] = field(default_factory=dict)
    gas_factors: Mapping[Gas, Factor] = field(default_factory=dict)
    waste_factors: WasteFactors = field(default_factory=WasteFactors)
    transport_factors: TransportFactors = field(default_factory=TransportFactors)

    def __post_init__(self) -> None:
        if not self.keys:
            raise ValueError("the catalogue has no keys; it needs at least one")
        organization_ids = [organization.id for organization in self.organizations()]
        check_unique("organization ids", organization_ids)
        check_unique("API keys", (key.api_key for key in self.keys))
        check_unique("email addresses of users", (user.email.lower() for user in self.users))
        check_known("organization", (key.organization_id for key in self.keys), organization_ids)
        check_known("organization", (user.organization_id for user in self.users), organization_ids)

    def fuels_in(self, country: str | None) -> list[FacilityFuel]:
        """Return the fuels of a country: those of Spain, or else the global ones; all for None."""
        wanted = (None, "ES", "GLO") if country is None else ("ES",) if country == "ES" else ("GLO",)
        return [fuel for fuel in self.facility_fuels if fuel.country in wanted]

    def organizations(self) -> Iterator[Organization]:
        """Yield every organization of every tree."""
        for root in self.trees:
            yield from root.with_subsidiaries()
