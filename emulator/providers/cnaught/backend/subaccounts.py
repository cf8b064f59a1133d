"""Subaccounts (docs.cnaught.com, Subaccounts)."""

from emulator.core.clock import Clock
from emulator.core.ids import LETTERS, Ids
from emulator.core.paging import Chain
from emulator.providers.cnaught import errors
from emulator.providers.cnaught.backend.orders import Orders
from emulator.providers.cnaught.drafts import Buyer, SubaccountDraft
from emulator.providers.cnaught.memory import Account, Memory, Subaccount


class Subaccounts:
    """The subaccounts of every account in one space."""

    def __init__(self, memory: Memory, orders: Orders, clock: Clock, ids: Ids) -> None:
        self.memory = memory
        self.orders = orders
        self.clock = clock
        self.ids = ids
        self._listed: dict[str, Chain[Subaccount]] = {}
        for subaccount in memory.subaccounts.values():
            self._of(subaccount.account_id).add(subaccount.id, subaccount)

    def buyer(self, account: Account, subaccount_id: str | None) -> Buyer:
        """The account, or the named subaccount of it. Raises SubaccountsNotAllowed, InvalidSubaccount."""
        if subaccount_id is None:
            return Buyer(account)
        if not account.subaccounts_allowed:
            raise errors.SubaccountsNotAllowed("cnaught.subaccounts.header-forbidden")
        subaccount = self.memory.subaccounts.get(subaccount_id)
        if subaccount is None or subaccount.account_id != account.id:
            raise errors.InvalidSubaccount
        return Buyer(account, subaccount)

    def of(self, account: Account) -> Chain[Subaccount]:
        """All subaccounts of this account."""
        return self._listed.get(account.id, Chain())

    def get(self, account: Account, subaccount_id: str) -> Subaccount:
        """A subaccount of this account. Raises NotFound."""
        subaccount = self.memory.subaccounts.get(subaccount_id)
        if subaccount is None or subaccount.account_id != account.id:
            raise errors.NotFound("subaccount", "cnaught.subaccounts.unknown-id")
        return subaccount

    def create(self, account: Account, draft: SubaccountDraft) -> Subaccount:
        """Open a subaccount. Raises SubaccountsNotAllowed, InvalidParameters for an unknown portfolio."""
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
        self._of(account.id).add(subaccount.id, subaccount)
        return subaccount

    def update(self, account: Account, subaccount_id: str, draft: SubaccountDraft) -> Subaccount:
        """Replace everything but the logo. Raises NotFound, InvalidParameters for an unknown portfolio."""
        subaccount = self.get(account, subaccount_id)
        _check_default_portfolio(account, draft)

        subaccount.name = draft.name
        subaccount.email = draft.email
        subaccount.default_portfolio_id = draft.default_portfolio_id
        return subaccount

    def delete(self, account: Account, subaccount_id: str) -> None:
        """Close a subaccount for which nothing was ever ordered. Raises NotFound, SubaccountHasOrders."""
        subaccount = self.get(account, subaccount_id)
        if len(self.orders.of(Buyer(account, subaccount))):
            raise errors.SubaccountHasOrders

        del self.memory.subaccounts[subaccount_id]
        self._of(account.id).remove(subaccount_id)

    def set_logo(self, account: Account, subaccount_id: str) -> Subaccount:
        """Put a new logo in the place of any other. Raises NotFound."""
        subaccount = self.get(account, subaccount_id)

        subaccount.logo_url = self._hosted_logo()
        return subaccount

    def clear_logo(self, account: Account, subaccount_id: str) -> Subaccount:
        """Take a logo away, if there is one. Raises NotFound."""
        subaccount = self.get(account, subaccount_id)

        subaccount.logo_url = None
        return subaccount

    def _hosted_logo(self) -> str:
        """Where the vendor would keep its copy of a logo. Nothing is fetched, and no image is kept."""
        return f"https://customer-assets.cnaught.com/{self.ids.uuid('cnaught.logo')}/logo"

    def _of(self, account_id: str) -> Chain[Subaccount]:
        return self._listed.setdefault(account_id, Chain())


def _check_default_portfolio(account: Account, draft: SubaccountDraft) -> None:
    if draft.default_portfolio_id and draft.default_portfolio_id not in account.portfolios:
        wrong = {"default_portfolio_id": ["is not available"]}
        raise errors.InvalidParameters(wrong, "cnaught.subaccounts.portfolio-invalid")
