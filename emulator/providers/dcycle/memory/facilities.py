"""Facilities: offices, warehouses, factories."""

from typing import Literal, TypeAlias

from emulator.core.struct import Struct
from emulator.providers.dcycle.memory.fields import Fraction
from emulator.providers.dcycle.memory.records import Record

FacilityStatus: TypeAlias = Literal["active", "archived"]
FacilityCategory: TypeAlias = Literal["heat", "electricity", "water", "recharge"]


class FacilityTerms(Struct, frozen=True):
    """The data that a client sends about a facility; ``cups_list`` are supply points."""

    name: str
    type: str
    country: str
    address: str | None = None
    status: FacilityStatus = "active"
    logistic_factor: Fraction | None = 0.8
    categories: tuple[FacilityCategory, ...] | None = None
    cups_list: tuple[str, ...] | None = None


class Facility(Record[FacilityTerms], frozen=True):
    """A site, which emits by its invoices. ``enabled`` is false once it is deleted."""

    terms: FacilityTerms
    facility_purpose_type: str | None = "facilities"
    enabled: bool = True
