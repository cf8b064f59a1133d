"""The inventory: what tenants own and have not retired, in wallets by project and vintage."""

from bisect import bisect_left, insort
from collections.abc import Sequence
from operator import attrgetter, itemgetter

from emulator.core.clock import Clock
from emulator.core.ids import LOWER, Ids
from emulator.core.struct import Struct
from emulator.providers.thallo.backend.market import Purchase
from emulator.providers.thallo.memory.catalogue import Catalogue
from emulator.providers.thallo.memory.fixture import Memory
from emulator.providers.thallo.memory.records import Trade, Wallet


class Holding(Struct, frozen=True):
    """A tenant's wallets with credits of one project, each with its vintage, in the order of the vintages."""

    project_id: str
    wallets: list[tuple[str, Wallet]]

    def at_least(self, quantity_grams: int) -> "Holding":
        """Return the holding without the wallets that hold less."""
        full = [(vintage_id, wallet) for vintage_id, wallet in self.wallets if wallet.quantity_grams >= quantity_grams]
        return Holding(self.project_id, full)


class Inventory:
    """The wallets of all tenants in one space."""

    def __init__(self, catalogue: Catalogue, memory: Memory, clock: Clock, ids: Ids) -> None:
        self.catalogue = catalogue
        self.memory = memory
        self.clock = clock
        self.ids = ids
        self._holdings: dict[str, list[Holding]] = {}
        for tenant_id, wallets in memory.wallets.items():
            for vintage_id, wallet in wallets.items():
                if not wallet.archived:
                    self._index(tenant_id, vintage_id, wallet)

    def holdings(self, tenant_id: str, quantity_grams_min: int) -> Sequence[Holding]:
        """Return what a tenant owns, by project, in wallets that hold at least so many grams."""
        holdings = self._holdings.get(tenant_id, [])
        if quantity_grams_min == 0:
            return holdings
        full = (holding.at_least(quantity_grams_min) for holding in holdings)
        return [holding for holding in full if holding.wallets]

    def owned_grams(self, tenant_id: str, vintage_id: str) -> int:
        """Return what a tenant owns of a vintage."""
        wallet = self.memory.wallets.get(tenant_id, {}).get(vintage_id)
        return wallet.quantity_grams if wallet else 0

    def buy(self, tenant_id: str, purchase: Purchase) -> Trade:
        """Put the credits of a purchase into a tenant's wallet, which is created or listed again if need be."""
        wallet = self._listed_wallet(tenant_id, purchase.order.vintage_id)
        order, grams = purchase.order, purchase.quantity_grams
        trade_id = "00g" + self.ids.text("thallo.trade", LOWER, 15)
        trade = Trade(trade_id, "BUY", self.clock.now, grams, order.price_cents)
        insort(wallet.trades, trade, key=attrgetter("executed_at"))
        wallet.quantity_grams += grams
        return trade

    def take(self, tenant_id: str, vintage_id: str, quantity_grams: int) -> None:
        """Take credits that a tenant owns out of the wallet."""
        self.memory.wallets[tenant_id][vintage_id].quantity_grams -= quantity_grams

    def _listed_wallet(self, tenant_id: str, vintage_id: str) -> Wallet:
        wallets = self.memory.wallets.setdefault(tenant_id, {})
        wallet = wallets.get(vintage_id)
        if wallet is None or wallet.archived:
            wallet = wallets[vintage_id] = wallet or Wallet()
            wallet.archived = False
            self._index(tenant_id, vintage_id, wallet)
        return wallet

    def _index(self, tenant_id: str, vintage_id: str, wallet: Wallet) -> None:
        project_id = self.catalogue.vintages[vintage_id].project_id
        holdings = self._holdings.setdefault(tenant_id, [])
        position = bisect_left(holdings, project_id, key=attrgetter("project_id"))
        if position == len(holdings) or holdings[position].project_id != project_id:
            holdings.insert(position, Holding(project_id, []))
        insort(holdings[position].wallets, (vintage_id, wallet), key=itemgetter(0))
