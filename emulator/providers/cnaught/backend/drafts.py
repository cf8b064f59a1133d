"""Drafts: requests to CNaught before any rule has accepted them, and their buyers."""

from datetime import datetime
from decimal import Decimal

from emulator.core.struct import Struct
from emulator.providers.cnaught.memory.catalogue import Account, Source
from emulator.providers.cnaught.memory.records import Subaccount


class Buyer(Struct, frozen=True):
    """For whom a request acts: an account, or one of its subaccounts."""

    account: Account
    subaccount: Subaccount | None = None

    @property
    def began(self) -> datetime:
        return self.subaccount.created_on if self.subaccount else self.account.since


class Page(Struct, frozen=True):
    """A part of a list, newest first; at most one of the two cursors."""

    limit: int
    starting_after: str | None = None
    ending_before: str | None = None


class OrderDraft(Struct, frozen=True):
    """An order by mass, by total price, or by the kilometers of a ride."""

    amount_kg: Decimal | None = None
    total_price_usd_cents: int | None = None
    distance_km: Decimal | None = None
    portfolio_id: str | None = None
    metadata: str | None = None
    description: str | None = None
    callback_url: str | None = None


class QuoteDraft(Struct, frozen=True):
    """A mass, and the price list that it is priced from."""

    amount_kg: Decimal
    portfolio_id: str | None = None
    source: Source = "api"


class SessionDraft(Struct, frozen=True):
    """A checkout session."""

    amount_kg: Decimal
    success_url: str
    cancel_url: str
    portfolio_id: str | None = None
    description: str | None = None
    callback_url: str | None = None


class SubaccountDraft(Struct, frozen=True):
    """The details of a subaccount; ``logo_url`` only of a new one."""

    name: str
    email: str | None = None
    default_portfolio_id: str | None = None
    logo_url: str | None = None


class Period(Struct, frozen=True):
    """The orders of an impact: placed from ``since`` on and before ``until``, either of which may be open."""

    since: datetime | None = None
    until: datetime | None = None
