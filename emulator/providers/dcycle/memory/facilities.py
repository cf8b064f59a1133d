"""Facilities: offices, warehouses, factories."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from emulator.providers.dcycle.memory.fields import Fraction
from emulator.providers.dcycle.memory.records import Record

FacilityStatus: TypeAlias = Literal["active", "archived"]
FacilityCategory: TypeAlias = Literal["heat", "electricity", "water", "recharge"]


@dataclass(frozen=True, slots=True)
class FacilityTerms:
    """The data that a client sends about a facility; ``cups_list`` are supply points."""

    name: str
    type: str
    country: str
    address: str | None = None
    status: FacilityStatus = "active"
    logistic_factor: Fraction | None = 0.8
    categories: tuple[FacilityCategory, ...] | None = None
    cups_list: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Facility(Record[FacilityTerms]):
    """A site, which emits by its invoices. ``enabled`` is false once it is deleted."""

    terms: FacilityTerms
    facility_purpose_type: str | None = "facilities"
    enabled: bool = True
