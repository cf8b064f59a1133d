"""Purchases: ``/v1/purchases``."""

from dataclasses import fields
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from emulator.core.clock import seconds
from emulator.providers.dcycle.memory import (
    QUANTITY_MAX,
    ExpenseType,
    Purchase,
    PurchaseStatus,
    PurchaseTerms,
    PurchaseType,
)
from emulator.providers.dcycle.wire.parameters import (
    NO_NULL,
    Body,
    Country,
    Day,
    Fraction,
    Id,
    Name,
    OrganizationHeader,
    Page,
    kilograms,
)
from emulator.web.fields import JsonDouble, Text
from emulator.web.model import Model

TERMS = [field.name for field in fields(PurchaseTerms)]

Quantity = Annotated[JsonDouble, Field(ge=0.0, le=float(QUANTITY_MAX)), AfterValidator(float)]
Status = Literal["active", "pending", "in_progress", "in_review", "inactive"]


# --- in ---------------------------------------------------------------------------------------------------------------


class PurchaseChanges(Body):
    """``PATCH /v1/purchases/{purchase_id}``: null leaves a term open."""

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


class PurchasePage(Page):
    """``GET /v1/purchases``"""

    repeated = ("status[]", "purchase_type[]", "expense_type[]", "file_id[]", "file_name[]")

    status: list[PurchaseStatus] = Field([], alias="status[]")
    purchase_type: list[PurchaseType] = Field([], alias="purchase_type[]")
    expense_type: list[ExpenseType] = Field([], alias="expense_type[]")
    file_id: list[Id] = Field([], alias="file_id[]")
    file_name: list[str] = Field([], alias="file_name[]")


class PurchasePath(Model):
    purchase_id: Id


class ListPurchases(Model):
    query: PurchasePage
    header: OrganizationHeader


class CreatePurchase(Model):
    header: OrganizationHeader
    body: NewPurchase


class OnePurchase(Model):
    """A request to read or to delete."""

    path: PurchasePath
    header: OrganizationHeader


class UpdatePurchase(OnePurchase):
    body: PurchaseChanges


# --- out --------------------------------------------------------------------------------------------------------------


def purchase(purchase: Purchase) -> dict[str, object]:
    return {
        "id": purchase.id,
        "organization_id": purchase.organization_id,
        **{name: getattr(purchase.terms, name) for name in TERMS},
        "co2e": kilograms(purchase.co2e_grams),
        "created_at": seconds(purchase.created_at),
        "updated_at": seconds(purchase.updated_at),
    }
