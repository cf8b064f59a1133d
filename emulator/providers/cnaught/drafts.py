"""What is asked of CNaught, and on whose behalf."""

from dataclasses import dataclass
from decimal import Decimal

from emulator.providers.cnaught.memory import Account, Subaccount


@dataclass(slots=True)
class Buyer:
    """On whose behalf a request acts: an account, or one of its subaccounts."""

    account: Account
    subaccount: Subaccount | None = None


@dataclass(slots=True)
class OrderDraft:
    """An order not yet accepted: by mass, by total price, or by the kilometres of a ride."""

    amount_kg: Decimal | None = None
    total_price_usd_cents: int | None = None
    distance_km: Decimal | None = None
    portfolio_id: str | None = None
    metadata: str | None = None
    description: str | None = None
    callback_url: str | None = None


@dataclass(slots=True)
class SubaccountDraft:
    """A subaccount not yet opened."""

    name: str
    email: str | None = None
    default_portfolio_id: str | None = None
    logo_url: str | None = None


@dataclass(slots=True)
class SessionDraft:
    """A checkout not yet opened."""

    amount_kg: Decimal
    success_url: str
    cancel_url: str
    portfolio_id: str | None = None
    description: str | None = None
    callback_url: str | None = None
