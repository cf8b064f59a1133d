"""Waste, and the treatment of waste water."""

from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from msgspec import field
from pydantic import Field

from emulator.core.documents import Day
from emulator.core.struct import Struct
from emulator.providers.dcycle.memory.emissions import check_period
from emulator.providers.dcycle.memory.factors import Factor
from emulator.providers.dcycle.memory.fields import Quantity, Uuid
from emulator.providers.dcycle.memory.records import AuthoredRecord, Posting

WasteStatus: TypeAlias = Literal["uploaded", "active", "loading", "error"]

WASTE_QUANTITY_MAX = 10**9
WASTE_KM_MAX = 10**5
WasteQuantity: TypeAlias = Annotated[float, Field(gt=0, le=WASTE_QUANTITY_MAX, allow_inf_nan=False)]
WasteKm: TypeAlias = Annotated[float, Field(ge=0, le=WASTE_KM_MAX, allow_inf_nan=False)]
GramsPerKg: TypeAlias = Annotated[Decimal, Field(ge=0, le=100_000, allow_inf_nan=False)]

KILOGRAMS = "61743a63-ff70-459c-9567-5eee8f7dfd5c"
CUBIC_METERS = "5f3ab3d4-6c0e-4d8e-9a56-7b1f2c3d4e5f"


class WasteFactor(Struct, frozen=True):
    """A kind of waste (``low``) and how it is treated (``rd``), with grams a kilogram; ``source`` is of the grams."""

    id: Uuid
    low_code: str
    rd_code: str | None
    region: str
    grams_per_kg: GramsPerKg
    low_name: str | None = None
    low_description: str | None = None
    rd_name: str | None = None
    rd_description: str | None = None
    source: str = "inferred"


class WasteFactors(Struct, frozen=True):
    """How waste is calculated: by its factor or else by ``unknown``, and by its way, grams a tonne-kilometer."""

    efs: tuple[WasteFactor, ...] = ()
    unknown: GramsPerKg = Decimal(0)
    transport: Factor = field(default_factory=lambda: Factor(Decimal(0), "inferred"))
    waste_water_per_m3: GramsPerKg = Decimal(0)


class WasteTerms(Struct, frozen=True):
    """The data that a client sends about a waste."""

    facility_id: Uuid
    identification_name: str
    start_date: Day
    end_date: Day
    base_quantity: WasteQuantity
    description: str | None = None
    destination: str | None = None
    total_km_to_waste_center: WasteKm | None = None
    unit_id: Uuid = KILOGRAMS
    waste_efs_id: Uuid | None = None
    custom_emission_factor_id: Uuid | None = None

    def __post_init__(self) -> None:
        check_period(self.start_date, self.end_date)


class Waste(AuthoredRecord[WasteTerms], frozen=True):
    """Waste of a facility. ``file_id`` is of its upload; ``enabled`` is false once the facility is deleted."""

    counted_statuses = ("active", "uploaded")

    terms: WasteTerms
    file_id: Uuid | None = None
    enabled: bool = True

    @property
    def status(self) -> WasteStatus:
        """``error`` if the emissions cannot be calculated."""
        return "error" if self.co2e_grams is None else "active"

    def posting(self) -> Posting:
        return Posting("wastes", self.terms.start_date, self.terms.end_date)


class WasteWaterTerms(Struct, frozen=True):
    """What measurements of a facility amount to in a period."""

    facility_id: Uuid
    name: str
    start_date: Day
    end_date: Day
    m3_water_in: Quantity = 0.0
    m3_water_out: Quantity = 0.0
    kg_sludge: Quantity = 0.0

    def __post_init__(self) -> None:
        check_period(self.start_date, self.end_date)


class WasteWaterTreatment(AuthoredRecord[WasteWaterTerms], frozen=True):
    """Waste water that a facility treated; ``enabled`` is false once the facility is deleted."""

    counted_statuses = ("active", "uploaded")

    terms: WasteWaterTerms
    enabled: bool = True

    @property
    def status(self) -> WasteStatus:
        return "error" if self.co2e_grams is None else "active"

    def posting(self) -> Posting:
        return Posting("wastes", self.terms.start_date, self.terms.end_date)
