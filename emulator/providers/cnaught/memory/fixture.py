"""The fixture: the catalogue, and the memory with which a space begins."""

from collections.abc import Iterator
from operator import attrgetter

from msgspec import field

from emulator.core.integrity import check_ids, check_known
from emulator.core.struct import Struct
from emulator.providers.cnaught.memory.catalogue import Catalogue
from emulator.providers.cnaught.memory.records import KeyedReply, Notice, Order, Session, Subaccount
from emulator.providers.cnaught.memory.settings import Settings


class Memory(Struct):
    """Everything that requests and the clock change. The notices are in the order of their times.

    A checkout session that was open when its subaccount was deleted can still be paid, and its order names that.
    """

    orders: dict[str, Order] = field(default_factory=dict)
    subaccounts: dict[str, Subaccount] = field(default_factory=dict)
    deleted_subaccounts: dict[str, Subaccount] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    keyed_replies: dict[str, KeyedReply] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    settings: Settings = field(default_factory=Settings)

    def __post_init__(self) -> None:
        check_ids("order", self.orders)
        check_ids("subaccount", self.subaccounts)
        check_ids("subaccount", self.deleted_subaccounts)
        check_ids("checkout session", self.sessions)
        session_ids = (order.checkout_session_id for order in self.orders.values())
        check_known("checkout session", (id for id in session_ids if id is not None), self.sessions)
        for reply in self.keyed_replies.values():
            reply.check()
            if reply.order_id is not None:
                check_known("order", [reply.order_id], self.orders)
        for notice in self.notices:
            check_known("order", [notice.order_id], self.orders)
            if self.orders[notice.order_id].callback_url is None:
                raise ValueError(f"there is a notice of order {notice.order_id}, which has no callback")
        if self.notices != sorted(self.notices, key=attrgetter("at")):
            raise ValueError("notices must be in the order of their times")

    def purchases(self) -> Iterator[Order | Session]:
        """Yield everything that is for an account, perhaps for a subaccount of it, from a portfolio."""
        yield from self.orders.values()
        yield from self.sessions.values()


class Fixture(Struct, frozen=True):
    """``fixtures/cnaught.json``."""

    catalogue: Catalogue
    memory: Memory

    def __post_init__(self) -> None:
        accounts = {account.id for account in self.catalogue.accounts}
        subaccounts = {**self.memory.deleted_subaccounts, **self.memory.subaccounts}
        purchases = [*self.memory.purchases()]
        check_known("account", (owned.account_id for owned in (*subaccounts.values(), *purchases)), accounts)
        check_known("portfolio", (purchase.portfolio_id for purchase in purchases), self.catalogue.portfolios)
        for purchase in purchases:
            if purchase.subaccount_id is not None:
                check_known("subaccount", [purchase.subaccount_id], subaccounts)
                if subaccounts[purchase.subaccount_id].account_id != purchase.account_id:
                    raise ValueError(f"{purchase.id} is for a subaccount of another account")
