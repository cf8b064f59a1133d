"""1ClickImpact's JSON: the models of what comes in, and the objects that go out (docs.1clickimpact.com)."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from emulator.core.clock import millis
from emulator.core.http import Email, JsonInteger, QueryInteger
from emulator.core.models import Model
from emulator.providers.oneclickimpact import errors
from emulator.providers.oneclickimpact.history import CustomerPage, Page, Search
from emulator.providers.oneclickimpact.memory import (
    AMOUNT_MAX,
    KINDS,
    Account,
    Customer,
    Impact,
    Kind,
    Project,
    ProjectType,
)
from emulator.providers.oneclickimpact.totals import Totals
from emulator.providers.oneclickimpact.vendor import ImpactDraft

RESERVED_METADATA = frozenset({"gift", "widgetID"})


# --- in ---------------------------------------------------------------------------------------------------------------


def _unreserved(key: str) -> str:
    if key in RESERVED_METADATA:
        raise PydanticCustomError("reserved", "is a reserved key")
    return key


def _cents(value: object) -> object:
    """An amount of money; nothing else than an integer that is in bounds."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("cents", "is no number")
    if not 1 <= value <= AMOUNT_MAX["money_donated"] or value % 1:
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
    metadata: Annotated[dict[MetadataKey, MetadataValue], Field(max_length=20, default_factory=dict)]

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

    def draft(self) -> ImpactDraft:
        return replace(super().draft(), category=self.category or None)


class Donation(Making):
    """``POST /v1/donate_money``: in cents, for any cause. No amount is 0 here, which is refused."""

    amount: Annotated[int, BeforeValidator(_cents), Field(validate_default=True)] = 0
    category: NonEmpty = ""

    def draft(self) -> ImpactDraft:
        return replace(super().draft(), category=self.category or None)


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
        return None if self.cursor is None else _position(self.cursor, account)


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
        return Search(
            limit=self.limit,
            kinds=self.filter_by,
            since=self.start_date,
            until=self.end_date,
            after=None if self.cursor is None else _position(self.cursor, account),
            newest_first=self.sort_order == "desc",
        )


class CustomerRecordSearch(RecordSearch):
    """``GET /v1/customer_records``"""

    customer_email: Annotated[EmailInQuery | None, Once] = None


def _position(cursor: str, account: Account) -> datetime:
    """Where the page ended that had this cursor. Raises CursorRefused unless it was made for this account."""
    try:
        at = datetime.fromisoformat(urlsafe_b64decode(cursor).decode().partition("Z")[0]).replace(tzinfo=UTC)
    except ValueError:
        raise errors.CursorRefused from None
    if cursor != _cursor(at, account.id):
        raise errors.CursorRefused
    return at


# --- out --------------------------------------------------------------------------------------------------------------


def impact(impact: Impact, account: Account, customer: Customer | None) -> dict[str, object]:
    """A new impact; its metadata show in its record only."""
    made: dict[str, object] = {"user_id": account.user_id, impact.kind: impact.amount, **_category(impact)}
    if customer:
        made["customer"] = _customer(customer)
    made["time_utc"] = millis(impact.made_on)
    return made


def cancellation(impact: Impact, user_id: str, *, repeated: bool) -> dict[str, object]:
    """What was taken back, under the id that was asked for."""
    assert impact.cancelled_on
    why = {} if impact.cancellation_reason is None else {"reason": impact.cancellation_reason}
    return {
        "user_id": user_id,
        "time_utc": millis(impact.made_on),
        "cancelled_on": millis(impact.cancelled_on),
        "message": "impact was already cancelled" if repeated else "impact cancelled",
        **why,
        impact.kind: impact.amount,
        **_category(impact),
    }


def track(impact: Impact, user_id: str, account: Account) -> dict[str, object]:
    """The life of an impact so far, under the id that was asked for. What is not known yet is left out."""
    later: dict[str, object] = asdict(impact.progress)
    if impact.cancelled_on:
        later |= {"cancelled_on": millis(impact.cancelled_on), "cancellation_reason": impact.cancellation_reason}
    return {
        "tracking_id": f"{user_id}-{millis(impact.made_on)}",
        "impact_initiated": millis(impact.made_on),
        impact.kind: impact.amount,
        **_category(impact),
        "is_test_transaction": account.environment == "sandbox",
        "is_bonus_impact": impact.is_bonus,
        **{name: known for name, known in later.items() if known is not None},
    }


def who(account: Account) -> dict[str, object]:
    return {"user_id": account.user_id, "email": account.email}


def customers(page: CustomerPage, account: Account) -> dict[str, object]:
    """A page of those for whom an account made impact."""
    listed = [{**_customer(customer), "onboarded_on": millis(customer.onboarded_on)} for customer in page.customers]
    more = page.more and page.customers
    return {"customers": listed, **({"cursor": _cursor(page.customers[-1].onboarded_on, account.id)} if more else {})}


def totals(totals: Totals, account: Account) -> dict[str, object]:
    """The sums, and the two parts that they are made of."""
    sums: dict[str, object] = {kind: totals.own[kind] + totals.customers[kind] for kind in KINDS}
    return {"user_id": account.user_id, **sums, "user_impact": totals.own, "customer_impact": totals.customers}


def daily(totals: Totals, account: Account, first: date, last: date) -> dict[str, object]:
    """The sums of each day on which something was made."""
    listed: list[Mapping[str, object]] = [
        {"date": day.isoformat(), **{str(kind): sums[kind] for kind in KINDS}} for day, sums in totals.days(first, last)
    ]
    return {"user_id": account.user_id, "daily_impact": listed}


def project(project: Project) -> dict[str, object]:
    """No key is ever left out: the official Python SDK reads each of them."""
    told = asdict(project)
    return {"project_id": told.pop("id"), "sdgs": told.pop("goals"), **told}


def records(page: Page, account: Account) -> dict[str, object]:
    """A page of what an account made for itself."""
    listed = [_record(impact, {"user_id": account.user_id}) for impact in page.impacts]
    return {"user_records": listed, **_next(page, account)}


def customer_records(page: Page, account: Account, customers: Mapping[str, Customer]) -> dict[str, object]:
    """A page of what an account made for its customers, under their names of today."""
    listed = [
        _record(impact, {"user_id": account.user_id, "customer": _customer(customers[impact.customer_id or ""])})
        for impact in page.impacts
    ]
    return {"customer_records": listed, **_next(page, account)}


def _record(impact: Impact, whose: dict[str, object]) -> dict[str, object]:
    """The amount goes under the name of its kind. What an impact lacks is left out, never null."""
    record = {**whose, "time_utc": _listed_time(impact.made_on), impact.kind: impact.amount, **_category(impact)}
    if impact.metadata:
        record["metadata"] = impact.metadata
    return record


_listed_time = lru_cache(maxsize=4096)(millis)
"""A list tells the same times each time."""


def _category(impact: Impact) -> dict[str, str]:
    return {} if impact.category is None else {"category": impact.category}


def _customer(customer: Customer) -> dict[str, object]:
    told: dict[str, object] = {"customer_id": customer.id, "customer_email": customer.email}
    if customer.name is not None:
        told["customer_name"] = customer.name
    return told


def _next(page: Page, account: Account) -> dict[str, str]:
    """The cursor, while more remains after the last record of a page."""
    return {"cursor": _cursor(page.impacts[-1].made_on, account.id)} if page.more and page.impacts else {}


@lru_cache(maxsize=4096)
def _cursor(at: datetime, account_id: str) -> str:
    """A place in the lists of an account. The official Python SDK sends it back as it is, so it is fit for a URL."""
    return urlsafe_b64encode(f"{millis(at)} {account_id}".encode()).decode()
