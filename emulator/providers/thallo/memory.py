"""What Thallo remembers: a catalogue that is the same in every space, and a memory that requests and the clock change.

Credits are whole grams, 1,000,000 to the tonne; prices are whole US cents a tonne. Both are of any size, so JSON has
them as text.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, PlainSerializer

from emulator.core.documents import UtcTime

Grams: TypeAlias = Annotated[int, Field(ge=0), PlainSerializer(str)]
Cents: TypeAlias = Annotated[int, Field(gt=0), PlainSerializer(str)]
Month: TypeAlias = Annotated[str, Field(pattern=r"^[12][0-9]{3}-(0[1-9]|1[0-2])$")]
TradeType: TypeAlias = Literal["BUY", "SELL"]
Status: TypeAlias = Literal["OPEN", "CLOSED", "IN_PROGRESS", "COMPLETE", "NOTHING_TO_PROCESS"]

TONNE_GRAMS = 1_000_000
SETTLEMENT = timedelta(days=7)
"""From the end of a month until its invoice is paid."""
REGISTRY = timedelta(days=3)
"""What a registry takes for a retirement: as long as in the documents' sample of a complete one."""


@dataclass(frozen=True, slots=True)
class Retiree:
    """In whose name credits are retired."""

    name: str
    tax_id: str
    country: str


# --- the catalogue: what never changes --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GivenKey:
    """The API key that a tenant holds from the start."""

    id: str
    api_key: str
    name: str
    created_at: UtcTime


@dataclass(frozen=True, slots=True)
class Tenant:
    """A company with one user; ``company`` is the retiree of what is retired in the tenant's own name.

    Tenants see nothing of each other but the sell orders on the market.
    """

    id: str
    key: GivenKey
    company: Retiree


@dataclass(frozen=True, slots=True)
class Registry:
    """Where the credits of a project are issued and retired."""

    id: str
    name: str
    project_url: str


@dataclass(frozen=True, slots=True)
class Project:
    """What saves carbon: ``type`` and ``sdgs`` are display names as the SDK lists them, ``location`` is a country."""

    name: str
    type: str
    location: str
    sdgs: tuple[str, ...] = ()
    registry: Registry | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Vintage:
    """The credits of one year of a project."""

    project_id: str
    year: int
    registry_url: str | None = None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What is the same in every space."""

    tenants: tuple[Tenant, ...]
    projects: Mapping[str, Project]
    vintages: Mapping[str, Vintage]

    def __post_init__(self) -> None:
        if not self.tenants:
            raise ValueError("there is no tenant")
        keys = [tenant.key for tenant in self.tenants]
        if min(len({key.id for key in keys}), len({key.api_key for key in keys})) < len(keys):
            raise ValueError("two tenants hold the same key")
        _check_known("project", (vintage.project_id for vintage in self.vintages.values()), self.projects)


# --- the memory: what a space makes of it -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is known of an API key. Of its text there is a hash, so that no snapshot shows it."""

    id: str
    tenant_id: str
    name: str
    created_at: UtcTime
    hash: str


def key_hash(api_key: str) -> str:
    """Without salt: nobody guesses 256 bits."""
    return sha256(api_key.encode()).hexdigest()


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
    """What a tenant pays for the purchases of a month (``2024-02``, in UTC). ``paid_at``: it was paid out of turn."""

    id: str
    tenant_id: str
    month: Month
    paid_at: UtcTime | None = None

    @property
    def settled_at(self) -> datetime:
        """When it is paid."""
        return self.paid_at or month_end(datetime.strptime(self.month, "%Y-%m").replace(tzinfo=UTC)) + SETTLEMENT


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


@dataclass(frozen=True, slots=True)
class Proof:
    """What a registry and Thallo give out for credits that are retired."""

    serial_numbers: tuple[str, ...]
    certificate_url: str


@dataclass(slots=True)
class RetirementRequest:
    """Grams of one vintage that are to be retired together; ``whole`` when they were asked for in whole tonnes.

    ``carried_grams`` came over from the months before. What becomes of a request follows from the clock. No ``proof``:
    it will be made up.
    """

    id: str
    tenant_id: str
    vintage_id: str
    whole: bool
    created_at: UtcTime
    items: list[RetirementItem] = field(default_factory=list)
    carried_grams: Grams = 0
    proof: Proof | None = None

    @property
    def closes_at(self) -> datetime:
        """From when on it takes nothing more: whole tonnes at once, fractions from the end of the month."""
        return self.created_at if self.whole else month_end(self.created_at)

    @property
    def remainder_grams(self) -> int:
        """What goes over to the next month: less than a tonne."""
        return self._asked_grams % TONNE_GRAMS

    def open(self, now: datetime) -> bool:
        return not self.whole and now < self.closes_at

    def quantity_grams(self, now: datetime) -> int:
        """What it holds: after the end of the month whole tonnes."""
        return self._asked_grams if self.open(now) else self._asked_grams - self.remainder_grams

    def starts_at(self, invoices: Iterable[Invoice]) -> datetime:
        """When it goes to the registry: it is closed, and all that was bought for it is paid."""
        return max([self.closes_at, *(invoice.settled_at for invoice in invoices)])

    def status(self, now: datetime, invoices: Iterable[Invoice]) -> Status:
        """What has become of it (docs.market.thallo.io, Retirement, for CLOSED; the SDK for the others)."""
        if self.open(now):
            return "OPEN"
        if self.quantity_grams(now) == 0:
            return "NOTHING_TO_PROCESS"
        starts_at = self.starts_at(invoices)
        if now < starts_at:
            return "CLOSED"
        return "IN_PROGRESS" if now < starts_at + REGISTRY else "COMPLETE"

    @property
    def _asked_grams(self) -> int:
        return self.carried_grams + sum(item.quantity_grams for item in self.items)


def month_end(at: datetime) -> datetime:
    """The first instant of the next month, in UTC."""
    first = at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)


@dataclass(slots=True)
class Settings:
    """What a user of the emulator may turn: whether the invoices of the running month take purchases."""

    invoices_live: bool = True


@dataclass(slots=True)
class Memory:
    """Everything that requests and the clock change.

    ``wallets`` are by tenant, then by vintage. ``api_keys`` are those made here, and ``deactivated_keys`` has the ids
    of all that no longer open anything, with the time since when.
    """

    wallets: dict[str, dict[str, Wallet]] = field(default_factory=dict)
    sell_orders: dict[str, SellOrder] = field(default_factory=dict)
    retirement_requests: dict[str, RetirementRequest] = field(default_factory=dict)
    invoices: dict[str, Invoice] = field(default_factory=dict)
    api_keys: dict[str, ApiKey] = field(default_factory=dict)
    deactivated_keys: dict[str, UtcTime] = field(default_factory=dict)
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
        _check_known("invoice", _invoices_named(self.memory), self.memory.invoices)


def _tenants_named(memory: Memory) -> Iterator[str]:
    yield from memory.wallets
    yield from (order.seller_id for order in memory.sell_orders.values() if order.seller_id is not None)
    yield from (request.tenant_id for request in memory.retirement_requests.values())
    yield from (invoice.tenant_id for invoice in memory.invoices.values())
    yield from (key.tenant_id for key in memory.api_keys.values())


def _vintages_named(memory: Memory) -> Iterator[str]:
    yield from (vintage_id for wallets in memory.wallets.values() for vintage_id in wallets)
    yield from (order.vintage_id for order in memory.sell_orders.values())
    yield from (request.vintage_id for request in memory.retirement_requests.values())


def _invoices_named(memory: Memory) -> Iterator[str]:
    items = (item for request in memory.retirement_requests.values() for item in request.items)
    yield from (item.invoice_id for item in items if item.invoice_id is not None)


def _check_known(kind: str, names: Iterable[str], known: Iterable[str]) -> None:
    if unknown := set(names).difference(known):
        raise ValueError(f"no {kind} is called {min(unknown)!r}")
