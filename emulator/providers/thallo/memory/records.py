"""The records: keys, sell orders, wallets, invoices and retirement requests. A status follows from the clock."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise

from msgspec import field

from emulator.core.documents import UtcTime
from emulator.core.struct import Struct
from emulator.providers.thallo.memory.catalogue import Retiree
from emulator.providers.thallo.memory.fields import (
    TONNE_GRAMS,
    Cents,
    Grams,
    KeyHash,
    Month,
    RemainderGrams,
    Status,
    TradedGrams,
    TradeType,
)

SETTLEMENT = timedelta(days=7)
"""From the end of a month until its invoice is paid."""
REGISTRY = timedelta(days=3)
"""How long a registry takes for a retirement: as long as in the documents' sample of a complete one."""


class ApiKey(Struct, frozen=True):
    """An API key. Only a hash of its text is kept, so that no snapshot contains the key."""

    id: str
    tenant_id: str
    name: str
    created_at: UtcTime
    hash: KeyHash


@lru_cache(maxsize=1024)
def key_hash(api_key: str) -> str:
    """Return the hash of a key's text. 256 random bits need no salt."""
    return sha256(api_key.encode()).hexdigest()


class SellOrder(Struct):
    """Credits on the market. ``seller_id`` is set if the seller is a tenant; ``closes_at`` may be past or future."""

    id: str
    vintage_id: str
    quantity_grams: Grams
    price_cents: Cents
    seller_id: str | None = None
    closes_at: UtcTime | None = None

    def live(self, now: datetime) -> bool:
        return self.quantity_grams > 0 and (self.closes_at is None or now < self.closes_at)


class Trade(Struct, frozen=True):
    """A purchase or sale of credits, with the price at that time."""

    id: str
    type: TradeType
    executed_at: UtcTime
    quantity_grams: TradedGrams
    price_cents: Cents


class Wallet(Struct):
    """What a tenant owns of a vintage and has not retired; ``trades`` are oldest first.

    An ``archived`` wallet is empty. It is not listed until something is bought for it again.
    """

    quantity_grams: Grams = 0
    trades: list[Trade] = field(default_factory=list)
    archived: bool = False

    def __post_init__(self) -> None:
        if self.archived and self.quantity_grams:
            raise ValueError("an archived wallet must be empty")
        if any(later.executed_at < earlier.executed_at for earlier, later in pairwise(self.trades)):
            raise ValueError("the trades of a wallet must be in the order of their times")


class Invoice(Struct, frozen=True):
    """A tenant's purchases of a calendar month in UTC (``2024-02``). ``paid_at`` is set if it was paid early."""

    id: str
    tenant_id: str
    month: Month
    paid_at: UtcTime | None = None

    @property
    def settled_at(self) -> datetime:
        """The time of its payment."""
        return self.paid_at or month_end(datetime.strptime(self.month, "%Y-%m").replace(tzinfo=UTC)) + SETTLEMENT


class RetirementItem(Struct, frozen=True):
    """One accepted call. Without a ``customer`` it is in the tenant's own name; trade and invoice are of a purchase."""

    id: str
    external_id: str
    created_at: UtcTime
    quantity_grams: TradedGrams
    customer: Retiree | None = None
    external_retiree_id: str | None = None
    trade_id: str | None = None
    invoice_id: str | None = None


class Proof(Struct, frozen=True):
    """The serial numbers of retired credits, and the URL of Thallo's certificate."""

    serial_numbers: tuple[str, ...]
    certificate_url: str


class RetirementRequest(Struct):
    """Grams of one vintage that are retired together; ``whole`` if they were requested in whole tonnes.

    ``carried_grams`` come from earlier months. Without a ``proof`` one is made up on completion.
    """

    id: str
    tenant_id: str
    vintage_id: str
    whole: bool
    created_at: UtcTime
    items: list[RetirementItem] = field(default_factory=list)
    carried_grams: RemainderGrams = 0
    proof: Proof | None = None

    @property
    def closes_at(self) -> datetime:
        """The time from which nothing is added: at once for whole tonnes, the end of the month for fractions."""
        return self.created_at if self.whole else month_end(self.created_at)

    @property
    def remainder_grams(self) -> int:
        """The grams that the next month's request takes over: less than a tonne."""
        return self._requested_grams % TONNE_GRAMS

    def open(self, now: datetime) -> bool:
        return not self.whole and now < self.closes_at

    def quantity_grams(self, now: datetime) -> int:
        """Return what it holds: whole tonnes once its month has ended."""
        return self._requested_grams if self.open(now) else self._requested_grams - self.remainder_grams

    def starts_at(self, invoices: Iterable[Invoice]) -> datetime:
        """Return from when the registry's time counts: once it is closed and everything bought for it is paid."""
        return max([self.closes_at, *(invoice.settled_at for invoice in invoices)])

    def status(self, now: datetime, invoices: Iterable[Invoice]) -> Status:
        """Return its status (official Node SDK; when a closed one goes on is proposed).

        ``CLOSED`` is for fractions: their remainder has gone over to the next month. Whole tonnes, also those that
        fractions add up to, have none.
        """
        if self.open(now):
            return "OPEN"
        if self.quantity_grams(now) == 0:
            return "NOTHING_TO_PROCESS"
        starts_at = self.starts_at(invoices)
        if now < starts_at and self.remainder_grams:
            return "CLOSED"
        return "IN_PROGRESS" if now < starts_at + REGISTRY else "COMPLETE"

    @property
    def _requested_grams(self) -> int:
        return self.carried_grams + sum(item.quantity_grams for item in self.items)


@lru_cache(maxsize=1024)
def month_end(at: datetime) -> datetime:
    """Return the first instant of the next month, in UTC."""
    first = at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)
