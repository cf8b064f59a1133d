"""The models of requests. Each becomes a draft; models are cached, and therefore frozen."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType
from pydantic import AliasChoices, ConfigDict, Field

from emulator.providers.thallo.backend import drafts
from emulator.providers.thallo.memory.catalogue import Retiree
from emulator.providers.thallo.memory.fields import TradeType
from emulator.providers.thallo.wire.fields import (
    SAFE_INTEGER_MAX,
    Country,
    Name,
    NumberText,
    PageNumber,
    PageSize,
    QueryGrams,
    TradesMax,
)
from emulator.web.fast_draft import FastQuery, has_fast_query
from emulator.web.model import Model, Query
from emulator.web.reading import read

PROJECT_IDS = ("project_ids[]", "project_ids")
"""Both spellings of the parameter; the SDK's has brackets."""


class Body(Model):
    model_config = ConfigDict(strict=True)


# --- queries ----------------------------------------------------------------------------------------------------------


class FastPage(FastQuery, frozen=True):
    """A page of the market."""

    page: PageNumber = 1
    per_page: PageSize = 20

    @property
    def draft(self) -> drafts.Page:
        return drafts.Page(self.page, self.per_page)


@has_fast_query(FastPage)
class PageQuery(Query):
    """``GET /api/market``. Pages count projects."""

    page: PageNumber = 1
    per_page: PageSize = 20

    @property
    def draft(self) -> drafts.Page:
        return drafts.Page(self.page, self.per_page)


class FastInventory(FastQuery, frozen=True):
    """A page of the inventory."""

    page: PageNumber = 1
    per_page: PageSize = 20
    trades_per_wallet: TradesMax | UnsetType = UNSET
    trade_type: TradeType | UnsetType = UNSET
    wallet_min_quantity: Annotated[int, Meta(ge=0, le=SAFE_INTEGER_MAX)] = 0

    @property
    def draft(self) -> drafts.InventoryQuery:
        page, trades_max = drafts.Page(self.page, self.per_page), self.trades_per_wallet
        return drafts.InventoryQuery(
            page, self.wallet_min_quantity, self.trade_type or None, None if trades_max is UNSET else trades_max
        )


@has_fast_query(FastInventory)
class InventoryQuery(Query):
    """``GET /api/inventory``"""

    page: PageNumber = 1
    per_page: PageSize = 20
    trades_per_wallet: TradesMax | None = None
    trade_type: TradeType | None = None
    wallet_min_quantity: QueryGrams = 0

    @property
    def draft(self) -> drafts.InventoryQuery:
        page = drafts.Page(self.page, self.per_page)
        return drafts.InventoryQuery(page, self.wallet_min_quantity, self.trade_type, self.trades_per_wallet)


class RetirementQuery(Query):
    """``GET /api/retirement``"""

    id: str


class ProjectsQuery(Query):
    """``GET /api/projects``. If both spellings are present, the one with brackets counts."""

    repeated = PROJECT_IDS

    project_ids: tuple[str, ...] = Field(validation_alias=AliasChoices(*PROJECT_IDS))


# --- bodies -----------------------------------------------------------------------------------------------------------


class NewKey(Body):
    """``POST /api/api-keys``"""

    name: Name
    deactivate_current: bool

    @property
    def draft(self) -> drafts.KeyDraft:
        return drafts.KeyDraft(self.name, self.deactivate_current)


class OwnRetirement(Body):
    """``POST /api/caas/request-retirement`` in the tenant's own name: the details of a customer are ignored."""

    vintage_id: str
    quantity_grams: NumberText
    external_id: Name
    external_retiree_id: str | None = None
    sell_order_id: str | None = None
    expected_price_cents: NumberText | None = None
    should_retire_external_customer: bool | None = None
    external_retiree_name: Any = None
    external_retiree_tax_id: Any = None
    external_retiree_location: Any = None

    @property
    def customer(self) -> Retiree | None:
        return None

    @property
    def draft(self) -> drafts.RetirementDraft:
        return drafts.RetirementDraft(
            vintage_id=self.vintage_id,
            quantity_grams=self.quantity_grams,
            external_id=self.external_id,
            external_retiree_id=self.external_retiree_id,
            sell_order_id=self.sell_order_id,
            expected_price_cents=self.expected_price_cents,
            customer=self.customer,
        )


class CustomerRetirement(OwnRetirement):
    """``POST /api/caas/request-retirement`` in the name of the tenant's customer, whose details are required."""

    should_retire_external_customer: Literal[True]
    external_retiree_name: Name
    external_retiree_tax_id: Name
    external_retiree_location: Country

    @property
    def customer(self) -> Retiree:
        return Retiree(self.external_retiree_name, self.external_retiree_tax_id, self.external_retiree_location)


def retirement_draft(body: object) -> drafts.RetirementDraft:
    """Return the draft in a body; its flag selects the model. Raises Malformed."""
    flag = isinstance(body, dict) and body.get("should_retire_external_customer")
    return read(CustomerRetirement if flag is True else OwnRetirement, body, "body").draft
