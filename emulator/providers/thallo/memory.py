"""What Thallo remembers: a catalogue that is the same in every space, and a memory that requests and the clock change.

Credits are whole grams, 1,000,000 to the tonne; prices are whole US cents a tonne. Both are of any size, so JSON has
them as text.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, PlainSerializer

from emulator.core.documents import UtcTime

Grams: TypeAlias = Annotated[int, Field(ge=0), PlainSerializer(str)]
Cents: TypeAlias = Annotated[int, Field(gt=0), PlainSerializer(str)]
TradeType: TypeAlias = Literal["BUY", "SELL"]


@dataclass(frozen=True, slots=True)
class Retiree:
    """In whose name credits are retired."""

    name: str
    tax_id: str
    country: str


# --- the catalogue: what never changes --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tenant:
    """Who holds an API key; ``company`` is the retiree of what is retired in the tenant's own name.

    Tenants see nothing of each other but the sell orders on the market.
    """

    id: str
    api_key: str
    company: Retiree


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What is the same in every space; ``vintages`` maps each vintage to its project."""

    tenants: tuple[Tenant, ...]
    vintages: Mapping[str, str]

    def __post_init__(self) -> None:
        if not self.tenants:
            raise ValueError("there is no tenant")
        if len({tenant.api_key for tenant in self.tenants}) < len(self.tenants):
            raise ValueError("two tenants hold the same key")


# --- the memory: what a space makes of it -----------------------------------------------------------------------------


@dataclass(slots=True)
class SellOrder:
    """Credits on the market. No ``seller_id``: the seller is no tenant here. ``closes_at`` may be past or to come."""

    id: str
    vintage_id: str
    quantity_grams: Grams
    price_cents: Cents
    seller_id: str | None = None
    closes_at: UtcTime | None = None

    def live(self, now: datetime) -> bool:
        return self.quantity_grams > 0 and (self.closes_at is None or now < self.closes_at)


@dataclass(frozen=True, slots=True)
class Trade:
    """Credits bought or sold, and the price at that time."""

    id: str
    type: TradeType
    executed_at: UtcTime
    quantity_grams: Grams
    price_cents: Cents


@dataclass(slots=True)
class Wallet:
    """What a tenant owns of a vintage and has not retired; ``trades`` are oldest first."""

    quantity_grams: Grams = 0
    trades: list[Trade] = field(default_factory=list)

    def __post_init__(self) -> None:
        if any(later.executed_at < earlier.executed_at for earlier, later in pairwise(self.trades)):
            raise ValueError("the trades of a wallet are not oldest first")


@dataclass(frozen=True, slots=True)
class Invoice:
    """What a tenant pays for the purchases of a month (``2024-02``, in UTC)."""

    id: str
    tenant_id: str
    month: str


@dataclass(frozen=True, slots=True)
class RetirementItem:
    """One accepted call. No ``customer``: in the tenant's own name. No trade and invoice: nothing was bought."""

    id: str
    external_id: str
    created_at: UtcTime
    quantity_grams: Grams
    customer: Retiree | None = None
    external_retiree_id: str | None = None
    trade_id: str | None = None
    invoice_id: str | None = None


@dataclass(slots=True)
class RetirementRequest:
    """Grams of one vintage that are to be retired together; ``whole`` when they were asked for in whole tonnes."""

    id: str
    tenant_id: str
    vintage_id: str
    whole: bool
    created_at: UtcTime
    items: list[RetirementItem] = field(default_factory=list)

    @property
    def closes_at(self) -> datetime:
        """The end of the month, in UTC."""
        first = self.created_at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        return (first + timedelta(days=32)).replace(day=1)

    def open(self, now: datetime) -> bool:
        """Whether it takes more items: whole tonnes never do, fractions do until the month ends."""
        return not self.whole and now < self.closes_at


@dataclass(slots=True)
class Settings:
    """What a user of the emulator may turn: whether the invoices of the running month take purchases."""

    invoices_live: bool = True


@dataclass(slots=True)
class Memory:
    """Everything that requests and the clock change; ``wallets`` are by tenant, then by vintage."""

    wallets: dict[str, dict[str, Wallet]] = field(default_factory=dict)
    sell_orders: dict[str, SellOrder] = field(default_factory=dict)
    retirement_requests: dict[str, RetirementRequest] = field(default_factory=dict)
    invoices: dict[str, Invoice] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)


@dataclass(frozen=True, slots=True)
class Fixture:
    """``fixtures/thallo.json``."""

    catalogue: Catalogue
    memory: Memory

    def __post_init__(self) -> None:
        tenants = {tenant.id for tenant in self.catalogue.tenants}
        _check_known("tenant", _tenants_named(self.memory), tenants)
        _check_known("vintage", _vintages_named(self.memory), self.catalogue.vintages)


def _tenants_named(memory: Memory) -> Iterator[str]:
    yield from memory.wallets
    yield from (order.seller_id for order in memory.sell_orders.values() if order.seller_id is not None)
    yield from (request.tenant_id for request in memory.retirement_requests.values())
    yield from (invoice.tenant_id for invoice in memory.invoices.values())


def _vintages_named(memory: Memory) -> Iterator[str]:
    yield from (vintage_id for wallets in memory.wallets.values() for vintage_id in wallets)
    yield from (order.vintage_id for order in memory.sell_orders.values())
    yield from (request.vintage_id for request in memory.retirement_requests.values())


def _check_known(kind: str, names: Iterable[str], known: Iterable[str]) -> None:
    if unknown := set(names).difference(known):
        raise ValueError(f"no {kind} is called {min(unknown)!r}")
