"""Drafts: requests to Thallo before any rule has accepted them."""

from collections.abc import Sequence
from typing import TypeVar

from emulator.core.struct import Struct
from emulator.providers.thallo.memory.catalogue import Retiree
from emulator.providers.thallo.memory.fields import TradeType

T = TypeVar("T")


class Page(Struct, frozen=True):
    """A page of a list of projects, counted from 1."""

    number: int
    size: int

    def of(self, items: Sequence[T]) -> Sequence[T]:
        """Return the items on this page."""
        start = (self.number - 1) * self.size
        return items[start : start + self.size]


class InventoryQuery(Struct, frozen=True):
    """A page of the inventory: wallets that hold at least so many grams, and their newest trades of a type."""

    page: Page
    quantity_grams_min: int = 0
    trade_type: TradeType | None = None
    trades_max: int | None = None


class RetirementDraft(Struct, frozen=True):
    """A retirement; its numbers are still text. Without a ``customer`` it is in the tenant's own name."""

    vintage_id: str
    quantity_grams: str
    external_id: str
    external_retiree_id: str | None = None
    sell_order_id: str | None = None
    expected_price_cents: str | None = None
    customer: Retiree | None = None


class KeyDraft(Struct, frozen=True):
    """A new API key, which may replace the key of the request."""

    name: str
    deactivate_current: bool
