"""A fixture: a catalogue, the same in every space, and the memory that a space begins with."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from emulator.providers.dcycle.memory.facilities import Facility
from emulator.providers.dcycle.memory.invoices import Invoice
from emulator.providers.dcycle.memory.organizations import Key, Organization, Token, User, require_uuid
from emulator.providers.dcycle.memory.purchases import Purchase, PurchaseFactors
from emulator.providers.dcycle.memory.records import Record
from emulator.providers.dcycle.memory.vehicles import Consumption, UnknownVehicle, Vehicle, VehicleFuel


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What is the same in every space.

    ``trees`` holds the root of each tree of organizations, and ``countries`` codes by what addresses call a country.
    """

    keys: tuple[Key, ...]
    trees: tuple[Organization, ...]
    users: tuple[User, ...] = ()
    purchase_factors: PurchaseFactors = field(default_factory=PurchaseFactors)
    vehicle_fuels: tuple[VehicleFuel, ...] = ()
    unknown_vehicles: tuple[UnknownVehicle, ...] = ()
    countries: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = _distinct("organizations have the id", (organization.id for organization in self.organizations()))
        if not _distinct("keys are", (key.api_key for key in self.keys)):
            raise ValueError("there is no key")
        _distinct("users have the address", (user.email.lower() for user in self.users))
        for organization_id in (
            *(key.organization_id for key in self.keys),
            *(user.organization_id for user in self.users),
        ):
            if organization_id not in known:
                raise ValueError(f"no organization has the id {organization_id!r}")

    def organizations(self) -> Iterator[Organization]:
        """Every organization of every tree."""
        for root in self.trees:
            yield from root.and_below()


@dataclass(slots=True)
class Memory:
    """Everything that requests change. ``records`` are those that stand alone, ``tokens`` those not yet forgotten."""

    records: dict[str, Record] = field(default_factory=dict)
    purchases: dict[str, Purchase] = field(default_factory=dict)
    invoices: dict[str, Invoice] = field(default_factory=dict)
    vehicles: dict[str, Vehicle] = field(default_factory=dict)
    consumptions: dict[str, Consumption] = field(default_factory=dict)
    facilities: dict[str, Facility] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for things in self._kept().values():
            for id, thing in things.items():
                require_uuid(id)
                if thing.id != id:
                    raise ValueError(f"what is called {id} has the id {thing.id}")
        for consumption in self.consumptions.values():
            vehicle = self.vehicles.get(consumption.vehicle_id)
            if vehicle is None or vehicle.organization_id != consumption.organization_id:
                raise ValueError(f"consumption {consumption.id} is of no vehicle of its organization")

    def owners(self) -> Iterator[tuple[str, str]]:
        """What there is, in words, and the id of the organization that it is of."""
        yield from ((f"record {record.id}", record.organization_id) for record in self.records.values())
        for kind, things in self._kept().items():
            yield from ((f"{kind} {thing.id}", thing.organization_id) for thing in things.values())

    def _kept(self) -> Mapping[str, Mapping[str, Purchase | Invoice | Vehicle | Consumption | Facility]]:
        """All that belongs to an organization and has an id of its own, by what it is."""
        return {
            "purchase": self.purchases,
            "invoice": self.invoices,
            "vehicle": self.vehicles,
            "consumption": self.consumptions,
            "facility": self.facilities,
        }


@dataclass(frozen=True, slots=True)
class Fixture:
    """``fixtures/dcycle.json``."""

    catalogue: Catalogue
    memory: Memory

    def __post_init__(self) -> None:
        known = {organization.id for organization in self.catalogue.organizations()}
        for what, organization_id in self.memory.owners():
            if organization_id not in known:
                raise ValueError(f"{what} is of {organization_id!r}, which is no organization")


def _distinct(what: str, names: Iterable[str]) -> set[str]:
    """The names, none of which comes twice."""
    seen = set[str]()
    for name in names:
        if name in seen:
            raise ValueError(f"two {what} {name!r}")
        seen.add(name)
    return seen
