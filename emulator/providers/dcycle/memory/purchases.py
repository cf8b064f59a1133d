"""Purchases, and the factors by which they are calculated."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal, TypeAlias

from msgspec import field

from emulator.core.documents import Day
from emulator.core.struct import Struct
from emulator.providers.dcycle.memory.fields import GRAMS_PER_UNIT_MAX, Fraction, GramsPerUnit, Quantity, Uuid
from emulator.providers.dcycle.memory.records import EmittingRecord, Posting

PurchaseStatus: TypeAlias = Literal["active", "pending", "in_progress", "in_review", "inactive", "error"]
PurchaseType: TypeAlias = Literal["spend_based", "supplier_specific"]
ExpenseType: TypeAlias = Literal["capex", "opex"]


class PurchaseFactors(Struct, frozen=True):
    """Grams of CO2e that purchases cause.

    ``sectors`` and ``other_sectors`` are grams a euro, ``currencies`` what one unit of each is in euros, and ``custom``
    grams a unit of any good of a supplier, by the id of the factor.
    """

    sectors: Mapping[str, GramsPerUnit] = field(default_factory=dict)
    other_sectors: GramsPerUnit = 0
    currencies: Mapping[str, Decimal] = field(default_factory=dict)
    custom: Mapping[str, GramsPerUnit] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rates: list[Decimal] = [Decimal(1), *self.currencies.values()]
        grams: list[int] = [*self.sectors.values(), self.other_sectors, *self.custom.values()]
        if min(rates) < 0 or max(grams) * max(rates) > GRAMS_PER_UNIT_MAX:
            raise ValueError(f"the factors of purchases are not from 0 to {GRAMS_PER_UNIT_MAX} grams a unit")

    def grams_per_unit(self, sector: str | None, currency: str | None) -> Decimal | None:
        """Return the emissions of a unit of money spent in a sector; None for an unknown currency."""
        euros = self.currencies.get(currency or "")
        return None if euros is None else self.sectors.get(sector or "", self.other_sectors) * euros


class PurchaseTerms(Struct, frozen=True):
    """The data that a client sends about a purchase. The quantity counts units: of money if it is spend-based."""

    product_name: str | None = None
    description: str | None = None
    sector: str | None = None
    country: str | None = None
    quantity: Quantity | None = None
    unit_id: str | None = None
    purchase_date: Day | None = None
    purchase_type: PurchaseType | None = "spend_based"
    expense_type: ExpenseType | None = None
    status: PurchaseStatus | None = "active"
    recycled: Fraction | None = None
    supplier_id: str | None = None
    custom_emission_factor_id: Uuid | None = None
    file_id: Uuid | None = None
    file_name: str | None = None
    file_url: str | None = None
    frequency: Literal["once"] | None = None


class Purchase(EmittingRecord[PurchaseTerms], frozen=True):
    """Goods or services bought."""

    terms: PurchaseTerms

    @property
    def status(self) -> PurchaseStatus | None:
        return self.terms.status

    def posting(self) -> Posting | None:
        """Return where the emissions count; None without a date."""
        day = self.terms.purchase_date
        return None if day is None else Posting("purchases", day)
