"""The fixture: the catalogue, and the memory with which a space begins."""

from collections import Counter
from collections.abc import Iterator

from msgspec import field

from emulator.core.documents import UtcTime
from emulator.core.integrity import check_ids, check_known
from emulator.core.struct import Struct
from emulator.providers.thallo.memory.catalogue import Catalogue
from emulator.providers.thallo.memory.fields import DIGITS_MAX, GRAMS_MAX
from emulator.providers.thallo.memory.records import ApiKey, Invoice, RetirementRequest, SellOrder, Wallet
from emulator.providers.thallo.memory.settings import Settings


class Memory(Struct):
    """Everything that requests and the clock change.

    ``wallets`` are by tenant, then by vintage. ``api_keys`` are those that were created here; ``deactivated_keys`` has
    the ids of all inactive keys, with the time of their deactivation.
    """

    wallets: dict[str, dict[str, Wallet]] = field(default_factory=dict)
    sell_orders: dict[str, SellOrder] = field(default_factory=dict)
    retirement_requests: dict[str, RetirementRequest] = field(default_factory=dict)
    invoices: dict[str, Invoice] = field(default_factory=dict)
    api_keys: dict[str, ApiKey] = field(default_factory=dict)
    deactivated_keys: dict[str, UtcTime] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)

    def __post_init__(self) -> None:
        check_ids("sell order", self.sell_orders)
        check_ids("retirement request", self.retirement_requests)
        check_ids("invoice", self.invoices)
        check_ids("API key", self.api_keys)
        for vintage_id, grams in self.grams().items():
            if grams > GRAMS_MAX:
                raise ValueError(f"the grams of vintage {vintage_id} have more than {DIGITS_MAX} digits in all")

    def grams(self) -> Counter[str]:
        """Return the grams of each vintage on the market, in wallets, and requested for retirement.

        Requests do not change these sums, so their bound holds for good.
        """
        grams = Counter[str]()
        for order in self.sell_orders.values():
            grams[order.vintage_id] += order.quantity_grams
        for wallets in self.wallets.values():
            for vintage_id, wallet in wallets.items():
                grams[vintage_id] += wallet.quantity_grams
        for request in self.retirement_requests.values():
            grams[request.vintage_id] += sum(item.quantity_grams for item in request.items)
        return grams


class Fixture(Struct, frozen=True):
    """``fixtures/thallo.json``."""

    catalogue: Catalogue
    memory: Memory

    def __post_init__(self) -> None:
        tenants = {tenant.id for tenant in self.catalogue.tenants}
        check_known("tenant", _tenant_ids(self.memory), tenants)
        check_known("vintage", _vintage_ids(self.memory), self.catalogue.vintages)
        check_known("invoice", _invoice_ids(self.memory), self.memory.invoices)


def _tenant_ids(memory: Memory) -> Iterator[str]:
    yield from memory.wallets
    yield from (order.seller_id for order in memory.sell_orders.values() if order.seller_id is not None)
    yield from (request.tenant_id for request in memory.retirement_requests.values())
    yield from (invoice.tenant_id for invoice in memory.invoices.values())
    yield from (key.tenant_id for key in memory.api_keys.values())


def _vintage_ids(memory: Memory) -> Iterator[str]:
    yield from (vintage_id for wallets in memory.wallets.values() for vintage_id in wallets)
    yield from (order.vintage_id for order in memory.sell_orders.values())
    yield from (request.vintage_id for request in memory.retirement_requests.values())


def _invoice_ids(memory: Memory) -> Iterator[str]:
    items = (item for request in memory.retirement_requests.values() for item in request.items)
    yield from (item.invoice_id for item in items if item.invoice_id is not None)
