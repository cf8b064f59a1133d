"""The models of requests (docs.1clickimpact.com). The models of bodies become drafts, those of lists searches."""

from datetime import date
from types import MappingProxyType
from typing import Annotated, Literal, TypeAlias

from msgspec import UNSET, Meta, UnsetType
from pydantic import ConfigDict, Field

from emulator.core.clock import start_of_day
from emulator.core.documents import EMPTY, FrozenMapping
from emulator.core.struct import Struct, replace
from emulator.providers.oneclickimpact.backend.drafts import CancellationDraft, CustomerSearch, ImpactDraft, Search
from emulator.providers.oneclickimpact.memory.catalogue import Account, ProjectType
from emulator.providers.oneclickimpact.memory.fields import (
    METADATA_KEY_CHARACTERS_MAX,
    METADATA_PAIRS_MAX,
    METADATA_VALUE_CHARACTERS_MAX,
    RESERVED_METADATA,
    MetadataKey,
    MetadataValue,
    NonEmpty,
    Reason,
)
from emulator.providers.oneclickimpact.memory.records import KINDS, Kind
from emulator.providers.oneclickimpact.wire.cursors import position
from emulator.providers.oneclickimpact.wire.fields import (
    Amount,
    Cents,
    EmailInQuery,
    FirstDay,
    Food,
    Instant,
    LastDay,
    Limit,
    Once,
    UserId,
    end_of_day,
)
from emulator.web.fast_draft import FastBody, FastQuery, has_fast_body, has_fast_query
from emulator.web.fields import Email, email_fault
from emulator.web.model import Model, Query

# --- bodies -----------------------------------------------------------------------------------------------------------


FastMetadata: TypeAlias = Annotated[
    dict[
        Annotated[str, Meta(max_length=METADATA_KEY_CHARACTERS_MAX)],
        Annotated[str, Meta(max_length=METADATA_VALUE_CHARACTERS_MAX)],
    ],
    Meta(max_length=METADATA_PAIRS_MAX),
]


class FastImpact(FastBody, frozen=True):
    """An impact."""

    amount: Amount
    customer_email: NonEmpty | UnsetType = UNSET
    customer_name: NonEmpty | UnsetType = UNSET
    notify: bool = True
    metadata: FastMetadata | UnsetType = UNSET

    @property
    def draft(self) -> ImpactDraft:
        return self._draft(None)

    def _draft(self, category: str | None) -> ImpactDraft:
        email = self.customer_email or None
        if email and email_fault(email):
            raise ValueError
        metadata = MappingProxyType(self.metadata) if self.metadata else EMPTY
        if not RESERVED_METADATA.isdisjoint(metadata):
            raise ValueError
        return ImpactDraft(self.amount, email, self.customer_name or None, self.notify, metadata, category)


@has_fast_body(FastImpact)
class NewImpact(Model):
    """``POST /v1/capture_carbon``, ``/v1/clean_ocean`` and ``/v1/restore_coral``.

    A field that is left out is empty here; null and empty text are refused.
    """

    model_config = ConfigDict(strict=True)

    amount: Amount
    customer_email: Email = ""
    customer_name: NonEmpty = ""
    notify: bool = True
    metadata: Annotated[
        FrozenMapping[MetadataKey, MetadataValue], Field(max_length=METADATA_PAIRS_MAX, default_factory=lambda: EMPTY)
    ]

    @property
    def draft(self) -> ImpactDraft:
        return self._draft(None)

    def _draft(self, category: str | None) -> ImpactDraft:
        customer = self.customer_email or None, self.customer_name or None
        return ImpactDraft(self.amount, *customer, self.notify, self.metadata, category)


class FastTrees(FastImpact, frozen=True):
    """Trees."""

    category: Literal["food"] | UnsetType = UNSET

    @property
    def draft(self) -> ImpactDraft:
        return self._draft(self.category or None)


@has_fast_body(FastTrees)
class NewTrees(NewImpact):
    """``POST /v1/plant_tree``: the only category is food."""

    category: Food = ""

    @property
    def draft(self) -> ImpactDraft:
        return self._draft(self.category or None)


class FastDonation(FastImpact, frozen=True):
    """A donation."""

    amount: Cents
    category: NonEmpty | UnsetType = UNSET

    @property
    def draft(self) -> ImpactDraft:
        return self._draft(self.category or None)


@has_fast_body(FastDonation)
class NewDonation(NewImpact):
    """``POST /v1/donate_money``: US cents, for any cause. A missing amount is 0, which is refused."""

    amount: Annotated[Cents, Field(validate_default=True)] = 0
    category: NonEmpty = ""

    @property
    def draft(self) -> ImpactDraft:
        return self._draft(self.category or None)


class Cancellation(Model):
    """``POST /v1/cancel_impact``"""

    model_config = ConfigDict(strict=True)

    user_id: UserId
    time_utc: Instant
    reason: Reason = ""

    @property
    def draft(self) -> CancellationDraft:
        return CancellationDraft(self.user_id, self.time_utc, self.reason or None)


# --- queries ----------------------------------------------------------------------------------------------------------


class RepeatableQuery(Query):
    """A query whose parameters may all be repeated; a field that takes only one value says so (``Once``)."""

    repeated = None


class TrackQuery(RepeatableQuery):
    """``GET /v1/track``"""

    user_id: Annotated[UserId, Once]
    time_utc: Annotated[Instant, Once]


class CustomerQuery(RepeatableQuery):
    """``GET /v1/customers``"""

    customer_email: Annotated[EmailInQuery | None, Once] = None
    limit: Annotated[Limit, Once] = 10
    cursor: Annotated[str | None, Once] = None

    def search(self, account: Account) -> CustomerSearch:
        """Return the search. Raises CursorRefused."""
        after = None if self.cursor is None else position(self.cursor, account)
        return CustomerSearch(self.limit, self.customer_email, after)


class DailyQuery(RepeatableQuery):
    """``GET /v1/impact/daily``: whole UTC days, both included."""

    start_date: Annotated[FirstDay | None, Once] = None
    end_date: Annotated[LastDay | None, Once] = None

    @property
    def first(self) -> date:
        return self.start_date.date() if self.start_date else date.min

    @property
    def last(self) -> date:
        return self.end_date.date() if self.end_date else date.max


class LocaleQuery(RepeatableQuery):
    """``GET /v1/projects/{project_id}``. The texts are in English for every locale."""

    locale: Annotated[Literal["en", "de", "es", "fr", "nl"], Once] = "en"


class ProjectQuery(LocaleQuery):
    """``GET /v1/projects``"""

    type: Annotated[ProjectType | None, Once] = None


class RecordPage(Struct, frozen=True):
    """A page of records: its search, but for the position of the cursor, which belongs to an account."""

    first_page: Search
    cursor: str | None = None
    customer_email: str | None = None

    def search(self, account: Account) -> Search:
        """Return the search. Raises CursorRefused."""
        if self.cursor is None:
            return self.first_page
        return replace(self.first_page, after=position(self.cursor, account))


class FastRecords(FastQuery, frozen=True):
    """A page of records of one kind, or of all."""

    filter_by: Kind | UnsetType = UNSET
    start_date: date | UnsetType = UNSET
    end_date: date | UnsetType = UNSET
    limit: Limit = 10
    cursor: NonEmpty | UnsetType = UNSET
    sort_order: Literal["asc", "desc"] = "asc"

    @property
    def draft(self) -> RecordPage:
        search = Search(
            limit=self.limit,
            kinds=(self.filter_by,) if self.filter_by else KINDS,
            since=start_of_day(self.start_date) if self.start_date else None,
            until=end_of_day(self.end_date) if self.end_date else None,
            newest_first=self.sort_order == "desc",
        )
        return RecordPage(search, self.cursor or None)


@has_fast_query(FastRecords)
class RecordQuery(RepeatableQuery):
    """``GET /v1/records``: whole UTC days, both included."""

    filter_by: tuple[Kind, ...] = KINDS
    start_date: Annotated[FirstDay | None, Once] = None
    end_date: Annotated[LastDay | None, Once] = None
    limit: Annotated[Limit, Once] = 10
    cursor: Annotated[str | None, Once] = None
    sort_order: Annotated[Literal["asc", "desc"], Once] = "asc"

    @property
    def draft(self) -> RecordPage:
        return RecordPage(self._first_page(), self.cursor)

    def _first_page(self) -> Search:
        return Search(
            limit=self.limit,
            kinds=self.filter_by,
            since=self.start_date,
            until=self.end_date,
            newest_first=self.sort_order == "desc",
        )


class CustomerRecordQuery(RecordQuery):
    """``GET /v1/customer_records``"""

    customer_email: Annotated[EmailInQuery | None, Once] = None

    @property
    def draft(self) -> RecordPage:
        return RecordPage(self._first_page(), self.cursor, self.customer_email)
