"""Subaccounts (docs.cnaught.com, Subaccounts)."""

from emulator.core.clock import Clock
from emulator.core.ids import LETTERS, Ids
from emulator.core.paging import Timeline
from emulator.providers.cnaught import errors
from emulator.providers.cnaught.backend.drafts import Buyer, SubaccountDraft
from emulator.providers.cnaught.backend.orders import Orders
from emulator.providers.cnaught.memory.catalogue import Account
from emulator.providers.cnaught.memory.fixture import Memory
from emulator.providers.cnaught.memory.records import Subaccount


class Subaccounts:
    """The subaccounts of all accounts in one space."""

    def __init__(self, memory: Memory, orders: Orders, clock: Clock, ids: Ids) -> None:
        self.memory = memory
        self.orders = orders
        self.clock = clock
        self.ids = ids
        self._timelines: dict[str, Timeline[Subaccount]] = {}
        for subaccount in memory.subaccounts.values():
            self._list(subaccount)

    def buyer(self, account: Account, subaccount_id: str | None) -> Buyer:
        """Return the account, or one of its subaccounts. Raises SubaccountsNotAllowed, InvalidSubaccount."""
        if subaccount_id is None:
            return Buyer(account)
        if not account.subaccounts_allowed:
            raise errors.SubaccountsNotAllowed("cnaught.subaccounts.header-forbidden")
        subaccount = self._found(account, subaccount_id)
        if subaccount is None:
            raise errors.InvalidSubaccount
        return Buyer(account, subaccount)

    def of(self, account: Account) -> Timeline[Subaccount]:
        """Return all subaccounts of an account."""
        return self._timelines.get(account.id) or Timeline()

    def get(self, account: Account, subaccount_id: str) -> Subaccount:
        """Return a subaccount of an account. Raises SubaccountNotFound."""
        subaccount = self._found(account, subaccount_id)
        if subaccount is None:
            raise errors.SubaccountNotFound
        return subaccount

    def create(self, account: Account, draft: SubaccountDraft) -> Subaccount:
        """Create a subaccount. Raises SubaccountsNotAllowed, PortfolioInvalid."""
        if not account.subaccounts_allowed:
            raise errors.SubaccountsNotAllowed("cnaught.subaccounts.forbidden")
        _check_default_portfolio(account, draft)

        subaccount = Subaccount(
            id=self.ids.text("cnaught.subaccount", LETTERS, 8),
            account_id=account.id,
            created_on=self.clock.now,
            name=draft.name,
            email=draft.email,
            default_portfolio_id=draft.default_portfolio_id,
            logo_url=self._hosted_logo() if draft.logo_url else None,
        )
        self.memory.subaccounts[subaccount.id] = subaccount
        self._list(subaccount)
        return subaccount

    def update(self, account: Account, subaccount_id: str, draft: SubaccountDraft) -> Subaccount:
        """Replace everything except the logo. Raises SubaccountNotFound, PortfolioInvalid."""
        subaccount = self.get(account, subaccount_id)
        _check_default_portfolio(account, draft)

        subaccount.name = draft.name
        subaccount.email = draft.email
        subaccount.default_portfolio_id = draft.default_portfolio_id
        return subaccount

    def delete(self, account: Account, subaccount_id: str) -> None:
        """Delete a subaccount that has no orders. Raises SubaccountNotFound, SubaccountHasOrders."""
        subaccount = self.get(account, subaccount_id)
        if len(self.orders.of(Buyer(account, subaccount))):
            raise errors.SubaccountHasOrders

        self.memory.deleted_subaccounts[subaccount_id] = self.memory.subaccounts.pop(subaccount_id)
        self._timelines[account.id].remove(subaccount_id)

    def set_logo(self, account: Account, subaccount_id: str) -> Subaccount:
        """Replace the logo. Raises SubaccountNotFound."""
        subaccount = self.get(account, subaccount_id)

        subaccount.logo_url = self._hosted_logo()
        return subaccount

    def clear_logo(self, account: Account, subaccount_id: str) -> Subaccount:
        """Remove the logo, if there is one. Raises SubaccountNotFound."""
        subaccount = self.get(account, subaccount_id)

        subaccount.logo_url = None
        return subaccount

    # --- below the rules

    def _found(self, account: Account, subaccount_id: str) -> Subaccount | None:
        subaccount = self.memory.subaccounts.get(subaccount_id)
        return subaccount if subaccount and subaccount.account_id == account.id else None

    def _list(self, subaccount: Subaccount) -> None:
        self._timelines.setdefault(subaccount.account_id, Timeline()).add(subaccount)

    def _hosted_logo(self) -> str:
        """Return the address of the vendor's copy of a logo. Nothing is fetched, and no image is kept."""
        return f"https://customer-assets.cnaught.com/{self.ids.uuid('cnaught.logo')}/logo"


def _check_default_portfolio(account: Account, draft: SubaccountDraft) -> None:
    if draft.default_portfolio_id and draft.default_portfolio_id not in account.portfolios:
        raise errors.PortfolioInvalid("default_portfolio_id", "cnaught.subaccounts.portfolio-invalid")
