"""The models of what comes in (docs.1clickimpact.com)."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from emulator.core.documents import EMPTY, FrozenMapping
from emulator.providers.oneclickimpact.backend import ImpactDraft
from emulator.providers.oneclickimpact.history import Search
from emulator.providers.oneclickimpact.memory import AMOUNT_MAX, KINDS, Account, Kind, ProjectType
from emulator.providers.oneclickimpact.wire.cursors import position
from emulator.web.fields import Email, JsonInteger, QueryInteger
from emulator.web.model import Model

RESERVED_METADATA = frozenset({"gift", "widgetID"})


def _unreserved(key: str) -> str:
    if key in RESERVED_METADATA:
        raise PydanticCustomError("reserved", "is a reserved key")
    return key


def _cents(value: object) -> object:
    """An amount of money; nothing else than an integer that is in bounds."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise PydanticCustomError("cents", "is no number")
    if not 1 <= value <= AMOUNT_MAX["money_donated"] or value != int(value):
        raise PydanticCustomError("cents", "is no amount of cents that is in bounds")
    return int(value)


def _food(value: object) -> object:
    if value != "food":
        raise PydanticCustomError("food", "is no category of trees")
    return value


def _only_one(values: list[str]) -> str:
    """The value of a parameter, out of the list of all that were given."""
    if len(values) > 1:
        raise PydanticCustomError("repeated", "is given more than once")
    return values[0]


def _begin_of(value: str) -> datetime:
    return datetime.combine(_day(value), time.min, UTC)


def _end_of(value: str) -> datetime:
    return datetime.combine(_day(value), time.max, UTC)


def _day(value: str) -> date:
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("date", "is no date in the form yyyy-mm-dd") from None


def _moment(value: object) -> datetime:
    try:
        if not isinstance(value, str) or not re.fullmatch(_MOMENT, value):
            raise ValueError
        return datetime.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("moment", "is no time in UTC with milliseconds") from None


def _with_plus(value: str) -> str:
    """The official Python SDK sends ``+`` as it is, and forms read it as a space, which no address has."""
    return value.replace(" ", "+")


_MOMENT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z"
NonEmpty = Annotated[str, StringConstraints(min_length=1)]
UserId = Annotated[str, StringConstraints(pattern=r"^U[0-9]+$")]
Moment = Annotated[datetime, BeforeValidator(_moment)]
MetadataKey = Annotated[str, StringConstraints(max_length=40), AfterValidator(_unreserved)]
MetadataValue = Annotated[str, StringConstraints(max_length=500)]
Once = BeforeValidator(_only_one)
FirstDay = Annotated[datetime, BeforeValidator(_begin_of)]
LastDay = Annotated[datetime, BeforeValidator(_end_of)]
EmailInQuery = Annotated[Email, BeforeValidator(_with_plus)]


class Making(Model):
    """``POST /v1/capture_carbon``, ``/v1/clean_ocean`` and ``/v1/restore_coral``.

    What is left out is empty here; null is refused, and so is empty text.
    """

    model_config = ConfigDict(strict=True)

    amount: Annotated[JsonInteger, Field(ge=1, le=AMOUNT_MAX["carbon_captured"])]
    customer_email: Email = ""
    customer_name: NonEmpty = ""
    notify: bool = True
    metadata: Annotated[FrozenMapping[MetadataKey, MetadataValue], Field(max_length=20, default_factory=lambda: EMPTY)]

    @cached_property
    def draft(self) -> ImpactDraft:
        """``notify`` is not in it: nobody is sent a mail."""
        return ImpactDraft(
            amount=self.amount,
            customer_email=self.customer_email or None,
            customer_name=self.customer_name or None,
            metadata=self.metadata,
        )


class Planting(Making):
    """``POST /v1/plant_tree``: of trees, only those that bear food are a category."""

    category: Annotated[str, BeforeValidator(_food)] = ""

    @cached_property
    def draft(self) -> ImpactDraft:
        return replace(super().draft, category=self.category or None)


class Donation(Making):
    """``POST /v1/donate_money``: in cents, for any cause. No amount is 0 here, which is refused."""

    amount: Annotated[int, BeforeValidator(_cents), Field(validate_default=True)] = 0
    category: NonEmpty = ""

    @cached_property
    def draft(self) -> ImpactDraft:
        return replace(super().draft, category=self.category or None)


class Cancellation(Model):
    """``POST /v1/cancel_impact``"""

    model_config = ConfigDict(strict=True)

    user_id: UserId
    time_utc: Moment
    reason: Annotated[str, StringConstraints(max_length=200)] = ""


class TrackSearch(Model):
    """``GET /v1/track``"""

    user_id: Annotated[UserId, Once]
    time_utc: Annotated[Moment, Once]


class CustomerSearch(Model):
    """``GET /v1/customers``"""

    customer_email: Annotated[EmailInQuery | None, Once] = None
    limit: Annotated[QueryInteger, Field(ge=0, le=1000), Once] = 10
    cursor: Annotated[str | None, Once] = None

    def after(self, account: Account) -> datetime | None:
        """Where the page before ended. Raises CursorRefused."""
        return None if self.cursor is None else position(self.cursor, account)


class DaySearch(Model):
    """``GET /v1/impact/daily``: whole UTC days, both included."""

    start_date: Annotated[FirstDay | None, Once] = None
    end_date: Annotated[LastDay | None, Once] = None

    @property
    def first(self) -> date:
        return self.start_date.date() if self.start_date else date.min

    @property
    def last(self) -> date:
        return self.end_date.date() if self.end_date else date.max


class LocaleSearch(Model):
    """``GET /v1/projects/{project_id}``. The texts are in English, whatever the locale."""

    locale: Annotated[Literal["en", "de", "es", "fr", "nl"], Once] = "en"


class ProjectSearch(LocaleSearch):
    """``GET /v1/projects``"""

    type: Annotated[ProjectType | None, Once] = None


class RecordSearch(Model):
    """``GET /v1/records``: whole UTC days, both included. Every parameter comes as the list of its values."""

    filter_by: tuple[Kind, ...] = KINDS
    start_date: Annotated[FirstDay | None, Once] = None
    end_date: Annotated[LastDay | None, Once] = None
    limit: Annotated[QueryInteger, Field(ge=0, le=1000), Once] = 10
    cursor: Annotated[str | None, Once] = None
    sort_order: Annotated[Literal["asc", "desc"], Once] = "asc"

    def search(self, account: Account) -> Search:
        """Raises CursorRefused."""
        if self.cursor is None:
            return self.first_page
        return replace(self.first_page, after=position(self.cursor, account))

    @cached_property
    def first_page(self) -> Search:
        """Where no cursor leads."""
        return Search(
            limit=self.limit,
            kinds=self.filter_by,
            since=self.start_date,
            until=self.end_date,
            newest_first=self.sort_order == "desc",
        )


class CustomerRecordSearch(RecordSearch):
    """``GET /v1/customer_records``"""

    customer_email: Annotated[EmailInQuery | None, Once] = None
