"""The records: orders, subaccounts, checkout sessions, notices and keyed replies. A state follows from the clock."""

import re
from datetime import datetime
from typing import Literal, TypeAlias

from emulator.core.documents import UtcTime
from emulator.core.struct import Struct
from emulator.providers.cnaught.memory.fields import Cents, Kilograms, Kilometers, SecureWebAddress, WebAddress

SessionState: TypeAlias = Literal["open", "complete", "expired"]
State: TypeAlias = Literal["placed", "fulfilled", "cancelled"]

FIVES = re.compile(r".{1,5}")


class Order(Struct, eq=False):  # compared by identity, so that caches can hold it
    """An order. It is fulfilled from ``fulfils_on`` on unless it was canceled; without that it stays placed."""

    id: str
    account_id: str
    subaccount_id: str | None
    portfolio_id: str
    created_on: UtcTime
    fulfils_on: UtcTime | None
    amount_kg: Kilograms
    price_usd_cents: Cents
    distance_km: Kilometers | None = None
    metadata: str | None = None
    description: str | None = None
    callback_url: WebAddress | None = None
    cancelled_on: UtcTime | None = None
    checkout_session_id: str | None = None

    def state(self, now: datetime) -> State:
        if self.cancelled_on is not None:
            return "cancelled"
        return "fulfilled" if self.fulfils_on is not None and self.fulfils_on <= now else "placed"

    @property
    def number(self) -> str:
        """The number on the certificate: the id's ASCII bytes in hexadecimal, in groups of five."""
        return "-".join(FIVES.findall(self.id.encode().hex()))


class Subaccount(Struct):
    """A part of an account that places its own orders. Without a default portfolio it uses the account's."""

    id: str
    account_id: str
    created_on: UtcTime
    name: str
    email: str | None = None
    default_portfolio_id: str | None = None
    logo_url: str | None = None


class Notice(Struct):
    """A change of an order that its callback must still report: from when on, and the state it reports."""

    at: UtcTime
    order_id: str
    state: State


class Session(Struct):
    """A checkout session: open until it is paid or expires."""

    id: str
    account_id: str
    subaccount_id: str | None
    portfolio_id: str
    created_on: UtcTime
    expires_on: UtcTime
    amount_kg: Kilograms
    price_usd_cents: Cents
    success_url: SecureWebAddress
    cancel_url: SecureWebAddress
    order_description: str | None = None
    order_webhook_url: WebAddress | None = None
    completed_on: UtcTime | None = None

    def state(self, now: datetime) -> SessionState:
        if self.completed_on is not None:
            return "complete"
        return "expired" if self.expires_on <= now else "open"


class KeyedReply(Struct):
    """The reply to a request with an idempotency key, and the fingerprint of that request.

    It showed an order in a state, or a subaccount with the details it had then.
    """

    at: UtcTime
    fingerprint: str
    status: Literal[200, 201]
    order_id: str | None = None
    state: State | None = None
    subaccount: Subaccount | None = None

    def check(self) -> None:
        """Raise ValueError for a reply that no request could have had."""
        if (self.order_id is None) != (self.state is None) or (self.order_id is None) == (self.subaccount is None):
            raise ValueError("a keyed reply shows either an order in a state, or a subaccount")
