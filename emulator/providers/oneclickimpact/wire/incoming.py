"""The models of requests (docs.1clickimpact.com)."""

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from emulator.core.cached_property import cached_property
from emulator.core.documents import EMPTY, FrozenMapping
from emulator.providers.oneclickimpact.backend.drafts import CancellationDraft, CustomerSearch, ImpactDraft, Search
from emulator.providers.oneclickimpact.memory.catalogue import Account, ProjectType
from emulator.providers.oneclickimpact.memory.fields import (
    METADATA_PAIRS_MAX,
    MetadataKey,
    MetadataValue,
    NonEmpty,
    Reason,
)
from emulator.providers.oneclickimpact.memory.records import AMOUNT_MAX, KINDS, Kind
from emulator.providers.oneclickimpact.wire.cursors import position
from emulator.web.fields import JSON_INTEGER, QUERY_INTEGER, Email
from emulator.web.model import Model

# --- fields -----------------------------------------------------------------------------------------------------------


def _cents(value: object) -> object:
    """Return an amount of a donation. One kind of problem says all: its bounds are not those of other amounts."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise PydanticCustomError("cents", "must be a number")
    if not 1 <= value <= AMOUNT_MAX["money_donated"] or value != int(value):
        raise PydanticCustomError("cents", "must be an integer within the bounds of a donation")
    return int(value)


def _food(value: object) -> object:
    if value != "food":
        raise PydanticCustomError("food", "must be food")
    return value


def _once(values: list[str]) -> str:
    """Return the value of a parameter; a query comes with the list of its values."""
    if len(values) > 1:
        raise PydanticCustomError("repeated", "must be given only once")
    return values[0]


def _start_of_day(value: str) -> datetime:
    return datetime.combine(_day(value), time.min, UTC)


def _end_of_day(value: str) -> datetime:
    return datetime.combine(_day(value), time.max, UTC)


def _day(value: str) -> date:
    try:
        if not _DAY.fullmatch(value):
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("date", "must be a date in the form yyyy-mm-dd") from None


def _moment(value: object) -> datetime:
    try:
        if not isinstance(value, str) or not _MOMENT.fullmatch(value):
            raise ValueError
        return datetime.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("moment", "must be a time in UTC with milliseconds") from None


def _with_plus(value: str) -> str:
    """Return an email with its plus signs: the official Python SDK does not encode them, and forms decode a space."""
    return value.replace(" ", "+")


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(_DAY.pattern + r"T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
UserId = Annotated[str, StringConstraints(pattern=r"^U[0-9]+$")]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Once = BeforeValidator(_once)
FirstDay = Annotated[datetime, BeforeValidator(_start_of_day)]
LastDay = Annotated[datetime, BeforeValidator(_end_of_day)]
EmailInQuery = Annotated[Email, BeforeValidator(_with_plus)]
Limit = Annotated[int, Field(ge=0, le=1000), QUERY_INTEGER, Once]


# --- bodies -----------------------------------------------------------------------------------------------------------


class NewImpact(Model):
    """``POST /v1/capture_carbon``, ``/v1/clean_ocean`` and ``/v1/restore_coral``.

    A field that is left out is empty here; null and empty text are refused.
    """

    model_config = ConfigDict(strict=True)

    amount: Annotated[int, Field(ge=1, le=AMOUNT_MAX["carbon_captured"]), JSON_INTEGER]
    customer_email: Email = ""
    customer_name: NonEmpty = ""
    notify: bool = True
    metadata: Annotated[
        FrozenMapping[MetadataKey, MetadataValue], Field(max_length=METADATA_PAIRS_MAX, default_factory=lambda: EMPTY)
    ]

    @cached_property
    def draft(self) -> ImpactDraft:
        customer = self.customer_email or None, self.customer_name or None
        return ImpactDraft(self.amount, *customer, self.notify, self.metadata)


class NewTrees(NewImpact):
    """``POST /v1/plant_tree``: the only category is food."""

    category: Annotated[str, BeforeValidator(_food)] = ""

    @cached_property
    def draft(self) -> ImpactDraft:
        return super().draft._replace(category=self.category or None)


class NewDonation(NewImpact):
    """``POST /v1/donate_money``: US cents, for any cause. A missing amount is 0, which is refused."""

    amount: Annotated[int, BeforeValidator(_cents), Field(validate_default=True)] = 0
    category: NonEmpty = ""

    @cached_property
    def draft(self) -> ImpactDraft:
        return super().draft._replace(category=self.category or None)


class Cancellation(Model):
    """``POST /v1/cancel_impact``"""

    model_config = ConfigDict(strict=True)

    user_id: UserId
    time_utc: Moment
    reason: Reason = ""

    @cached_property
    def draft(self) -> CancellationDraft:
        return CancellationDraft(self.user_id, self.time_utc, self.reason or None)


# --- queries ----------------------------------------------------------------------------------------------------------


class TrackQuery(Model):
    """``GET /v1/track``"""

    user_id: Annotated[UserId, Once]
    time_utc: Annotated[Moment, Once]


class CustomerQuery(Model):
    """``GET /v1/customers``"""

    customer_email: Annotated[EmailInQuery | None, Once] = None
    limit: Limit = 10
    cursor: Annotated[str | None, Once] = None

    def search(self, account: Account) -> CustomerSearch:
        """Return the search. Raises CursorRefused."""
        after = None if self.cursor is None else position(self.cursor, account)
        return CustomerSearch(self.limit, self.customer_email, after)


class DailyQuery(Model):
    """``GET /v1/impact/daily``: whole UTC days, both included."""

    start_date: Annotated[FirstDay | None, Once] = None
    end_date: Annotated[LastDay | None, Once] = None

    @property
    def first(self) -> date:
        return self.start_date.date() if self.start_date else date.min

    @property
    def last(self) -> date:
        return self.end_date.date() if self.end_date else date.max


class LocaleQuery(Model):
    """``GET /v1/projects/{project_id}``. The texts are in English for every locale."""

    locale: Annotated[Literal["en", "de", "es", "fr", "nl"], Once] = "en"


class ProjectQuery(LocaleQuery):
    """``GET /v1/projects``"""

    type: Annotated[ProjectType | None, Once] = None


class RecordQuery(Model):
    """``GET /v1/records``: whole UTC days, both included. Every parameter comes as the list of its values."""

    filter_by: tuple[Kind, ...] = KINDS
    start_date: Annotated[FirstDay | None, Once] = None
    end_date: Annotated[LastDay | None, Once] = None
    limit: Limit = 10
    cursor: Annotated[str | None, Once] = None
    sort_order: Annotated[Literal["asc", "desc"], Once] = "asc"

    def search(self, account: Account) -> Search:
        """Return the search. Raises CursorRefused."""
        if self.cursor is None:
            return self.first_page
        return self.first_page._replace(after=position(self.cursor, account))

    @cached_property
    def first_page(self) -> Search:
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
