"""Drafts: requests to 1ClickImpact before any rule has accepted them."""

from datetime import datetime

from emulator.core.documents import EMPTY, FrozenMapping
from emulator.core.struct import Struct
from emulator.providers.oneclickimpact.memory.records import KINDS, Kind


class ImpactDraft(Struct, frozen=True):
    """An impact to make. A name must come with an email; ``notify`` asks for an email to the customer."""

    amount: int
    customer_email: str | None = None
    customer_name: str | None = None
    notify: bool = True
    metadata: FrozenMapping[str, str] = EMPTY
    category: str | None = None


class CancellationDraft(Struct, frozen=True):
    """An impact to cancel, by the id of its account's user or of its customer, and its time."""

    user_id: str
    made_on: datetime
    reason: str | None = None


class Search(Struct, frozen=True):
    """A part of a list. ``since`` and ``until`` are included; ``after`` is where the previous page ended."""

    limit: int
    kinds: tuple[Kind, ...] = KINDS
    since: datetime | None = None
    until: datetime | None = None
    after: datetime | None = None
    newest_first: bool = False


class CustomerSearch(Struct, frozen=True):
    """A part of the list of customers: with an email, only that customer."""

    limit: int
    email: str | None = None
    after: datetime | None = None
