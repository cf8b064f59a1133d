"""Purchases: ``/v1/purchases``."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from emulator.core.cached_property import cached_property
from emulator.providers.dcycle.backend.drafts import PurchaseFilter
from emulator.providers.dcycle.memory.purchases import ExpenseType, PurchaseStatus, PurchaseTerms, PurchaseType
from emulator.providers.dcycle.wire.incoming.fields import (
    NO_NULL,
    Country,
    Day,
    Fraction,
    Id,
    Name,
    Quantity,
    Several,
)
from emulator.providers.dcycle.wire.incoming.parts import Body, Page, Path
from emulator.web.fields import Text

Status = Literal["active", "pending", "in_progress", "in_review", "inactive"]


class PurchasePath(Path):
    purchase_id: Id


class PurchasePage(Page):
    """``GET /v1/purchases``"""

    repeated = ("status[]", "purchase_type[]", "expense_type[]", "file_id[]", "file_name[]")

    status: Several[PurchaseStatus] = Field((), alias="status[]")
    purchase_type: Several[PurchaseType] = Field((), alias="purchase_type[]")
    expense_type: Several[ExpenseType] = Field((), alias="expense_type[]")
    file_id: Several[Id] = Field((), alias="file_id[]")
    file_name: Several[str] = Field((), alias="file_name[]")

    @cached_property
    def filter(self) -> PurchaseFilter:
        return PurchaseFilter(self.status, self.purchase_type, self.expense_type, self.file_id, self.file_name)


class PurchaseChanges(Body):
    """``PATCH /v1/purchases/{purchase_id}``: null removes a term."""

    product_name: Name | None = None
    sector: Name | None = None
    country: Country | None = None
    quantity: Quantity | None = None
    unit_id: Name | None = None
    purchase_date: Day | None = None
    expense_type: ExpenseType | None = None
    description: Annotated[str, StringConstraints(max_length=500, pattern=NO_NULL)] | None = None
    purchase_type: PurchaseType | None = None
    status: Status | None = None
    recycled: Fraction | None = None
    supplier_id: Name | None = None
    custom_emission_factor_id: Id | None = None
    frequency: Literal["once"] | None = None
    file_id: Id | None = None
    file_name: Name | None = None
    file_url: Text | None = None


class NewPurchase(PurchaseChanges):
    """``POST /v1/purchases``"""

    product_name: Name
    sector: Name
    country: Country
    quantity: Quantity
    unit_id: Name
    purchase_date: Day
    expense_type: ExpenseType

    def terms(self) -> PurchaseTerms:
        return PurchaseTerms(**self.sent())
