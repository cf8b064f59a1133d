"""Facilities: offices, warehouses, factories."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from emulator.core.documents import UtcTime

FacilityStatus: TypeAlias = Literal["active", "archived"]
FacilityCategory: TypeAlias = Literal["heat", "electricity", "water", "recharge"]


@dataclass(frozen=True, slots=True)
class Facility:
    """A site, which emits by its invoices. ``enabled`` is false once it is deleted; ``cups_list`` are supply points."""

    id: str
    organization_id: str
    name: str
    type: str
    country: str
    created_at: UtcTime
    updated_at: UtcTime
    address: str | None = None
    status: FacilityStatus = "active"
    logistic_factor: float | None = 0.8
    categories: Sequence[FacilityCategory] | None = None
    cups_list: Sequence[str] | None = None
    facility_purpose_type: str | None = "facilities"
    enabled: bool = True

    def record(self) -> None:
        """By itself it adds nothing to the emissions of its organization."""
