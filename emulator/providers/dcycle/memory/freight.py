"""Freight: shipment legs, the packages that they carry, and the factors by which they are calculated."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from msgspec import field
from pydantic import Field

from emulator.core.documents import Day
from emulator.core.exact_json import decimal
from emulator.core.struct import Struct
from emulator.providers.dcycle.memory.fields import Fraction, Uuid, Year
from emulator.providers.dcycle.memory.hubs import HubCategory
from emulator.providers.dcycle.memory.records import EmittingRecord, Posting, Record

Mode: TypeAlias = Literal["road", "rail", "maritime", "air"]
LoadUnit: TypeAlias = Literal["kg", "ton", "pallets", "teu", "feu"]
Location: TypeAlias = Literal["EU", "SA", "GLO"]
FreightStatus: TypeAlias = Literal["active", "error"]

LOAD_MAX = 10**8
DISTANCE_KM_MAX = 10**5
TKM_MAX = 10**14
GRAMS_PER_TKM_MAX = 4000
KG_PER_UNIT_MAX = 20_000
GRAMS_PER_TONNE_MAX = 10**6
"""Bounds within which neither a leg nor the handling of its load emits more than the highest mass."""

Load: TypeAlias = Annotated[float, Field(ge=0, le=LOAD_MAX, allow_inf_nan=False)]
DistanceKm: TypeAlias = Annotated[float, Field(ge=0, le=DISTANCE_KM_MAX, allow_inf_nan=False)]
Tkm: TypeAlias = Annotated[float, Field(ge=0, le=TKM_MAX, allow_inf_nan=False)]
GramsPerTkm: TypeAlias = Annotated[Decimal, Field(ge=0, le=GRAMS_PER_TKM_MAX, allow_inf_nan=False)]
KgPerUnit: TypeAlias = Annotated[int, Field(ge=0, le=KG_PER_UNIT_MAX)]
GramsPerTonne: TypeAlias = Annotated[Decimal, Field(ge=0, le=GRAMS_PER_TONNE_MAX, allow_inf_nan=False)]


class Toc(Struct, frozen=True):
    """A vehicle type ("transport operation category"): grams a tonne-kilometer, and where the number is from."""

    id: Uuid
    toc: str
    category: Mode
    vehicle: str
    type: str
    wtw_grams: GramsPerTkm
    default_load_kg: Load
    location: Location = "GLO"
    fuel_type: str = "diesel"
    source: str = "inferred"


class FreightFactors(Struct, frozen=True):
    """How legs are calculated: ``averages`` are the codes of the vehicle types of which only the mode is known.

    ``handling`` are the grams of CO2e of handling a tonne at a hub of another company, by the category of the hub.
    """

    tocs: tuple[Toc, ...] = ()
    averages: Mapping[Mode, str] = field(default_factory=dict)
    kg_per_unit: Mapping[LoadUnit, KgPerUnit] = field(default_factory=dict)
    cleaning: Annotated[Decimal, Field(ge=0, le=Decimal("0.25"))] = Decimal(0)
    handling: Mapping[HubCategory, GramsPerTonne] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = {toc.toc for toc in self.tocs}
        if unknown := sorted(set(self.averages.values()) - known):
            raise ValueError(f"no vehicle type has the code {unknown[0]!r}")

    def toc(self, code: str) -> Toc | None:
        """Return the vehicle type of a code; the vendor's pages write both ``artic_`` and ``articulated_``."""
        names = {code, code.replace("artic_", "articulated_")}
        return next((toc for toc in self.tocs if toc.toc in names), None)

    def toc_of(self, terms: "FreightTerms") -> Toc | None:
        """Return the vehicle type of a leg, or the average of its mode, which is the road if that is not stated."""
        return self.toc(terms.toc or self.averages.get(terms.category or "road", ""))


class FreightTerms(Struct, frozen=True):
    """The data that a client sends about a leg. ``tkm`` goes before what follows from load and distance."""

    origin: str | None = None
    destination: str | None = None
    distance_km: DistanceKm | None = None
    load: Load | None = None
    load_unit: LoadUnit = "kg"
    load_factor: Fraction = 1.0
    toc: str | None = None
    category: Mode | None = None
    origin_country: str = "GLO"
    year: Year | None = None
    cleaning: bool = False
    movement_id: str | None = None
    client: str | None = None
    shipment_date: Day | None = None
    movement_stretch: str | None = None
    movement_stage: str | None = None
    vehicle_license_plate: str | None = None
    trailer_license_plate: str | None = None
    subcontractor: bool | None = None
    tkm: Tkm | None = None
    hub_id: Uuid | None = None
    package_key: str | None = None

    def __post_init__(self) -> None:
        starts = self.origin is not None or self.hub_id is not None
        if self.distance_km is None and not (starts and self.destination is not None):
            raise ValueError("distance_km, or origin and destination, is required")
        if self.toc is None and self.category is None:
            raise ValueError("toc or category is required")


class FreightRequest(EmittingRecord[FreightTerms], frozen=True):
    """A leg of a shipment: the vendor calls it a logistics request."""

    terms: FreightTerms
    package_id: Uuid | None = None

    @property
    def status(self) -> FreightStatus:
        """``error`` if the emissions cannot be calculated."""
        return "error" if self.co2e_grams is None else "active"

    @property
    def shipment_date(self) -> date:
        return self.terms.shipment_date or self.created_at.date()

    @property
    def year(self) -> int:
        return self.terms.year or self.created_at.year

    def posting(self) -> Posting | None:
        """Return where the emissions count; None if the organization drove itself, since its fuel counts then."""
        return None if self.terms.subcontractor is False else Posting("goods_shipped", self.shipment_date)


class FreightWork(Struct, frozen=True):
    """The result of a leg; None where it cannot be calculated."""

    toc: Toc | None
    load_kg: Decimal | None
    distance_km: Decimal | None
    tkm: Decimal | None


def load_kg(terms: FreightTerms, toc: Toc, factors: FreightFactors) -> Decimal:
    """Return the load in kilograms: that stated, or else the default load of the vehicle type."""
    if terms.load is None:
        return decimal(toc.default_load_kg)
    return decimal(terms.load) * factors.kg_per_unit.get(terms.load_unit, 1) * decimal(terms.load_factor)


class PackageLoad(Struct, frozen=True):
    """What the legs of a package amount to; ``active`` says whether there is any."""

    active: bool
    weight_kg: Decimal
    distance_km: Decimal
    co2e_grams: int


class PackageTerms(Struct, frozen=True):
    """What legs state about the package that they carry."""

    package_key: str
    shipment_id: str | None = None
    client_billing_id: str | None = None


class Package(Record[PackageTerms], frozen=True):
    """A package, which legs carry one after the other."""

    terms: PackageTerms
