"""1ClickImpact's JSON: the models of what comes in, and the objects that go out (docs.1clickimpact.com)."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from emulator.core.clock import millis
from emulator.core.http import Email, JsonInteger, QueryInteger
from emulator.providers.oneclickimpact import errors
from emulator.providers.oneclickimpact.memory import AMOUNT_MAX, KINDS, Account, Customer, Impact, Kind
from emulator.providers.oneclickimpact.vendor import ImpactDraft, Page, Search

RESERVED_METADATA = frozenset({"gift", "widgetID"})


# --- in ---------------------------------------------------------------------------------------------------------------


def _unreserved(key: str) -> str:
    if key in RESERVED_METADATA:
        raise PydanticCustomError("reserved", "is a reserved key")
    return key


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


def _with_plus(value: str) -> str:
    """The official Python SDK sends ``+`` as it is, and forms read it as a space, which no address has."""
    return value.replace(" ", "+")


MetadataKey = Annotated[str, StringConstraints(max_length=40), AfterValidator(_unreserved)]
MetadataValue = Annotated[str, StringConstraints(max_length=500)]
Once = BeforeValidator(_only_one)
FirstDay = Annotated[datetime, BeforeValidator(_begin_of)]
LastDay = Annotated[datetime, BeforeValidator(_end_of)]
EmailInQuery = Annotated[Email, BeforeValidator(_with_plus)]


class Capture(BaseModel):
    """``POST /v1/capture_carbon``. What is left out is empty here; null is refused, and so is empty text."""

    model_config = ConfigDict(strict=True)

    amount: Annotated[JsonInteger, Field(ge=1, le=AMOUNT_MAX["carbon_captured"])]
    customer_email: Email = ""
    customer_name: Annotated[str, StringConstraints(min_length=1)] = ""
    notify: bool = True
    metadata: Annotated[dict[MetadataKey, MetadataValue], Field(max_length=20)] = {}

    def draft(self) -> ImpactDraft:
        """``notify`` is not in it: nobody is sent a mail."""
        return ImpactDraft(self.amount, self.customer_email or None, self.customer_name or None, self.metadata)


class RecordSearch(BaseModel):
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
    if cursor != _cursor(at, account):
        raise errors.CursorRefused
    return at


# --- out --------------------------------------------------------------------------------------------------------------


def impact(impact: Impact, account: Account, customer: Customer | None) -> dict[str, object]:
    """A new impact; its metadata show in its record only."""
    whose = {} if customer is None else {"customer": _customer(customer)}
    return {"user_id": account.user_id, impact.kind: impact.amount, **whose, "time_utc": millis(impact.made_on)}


def records(page: Page, account: Account) -> dict[str, object]:
    """A page of what an account made for itself."""
    listed = [{"user_id": account.user_id, **_facts(impact)} for impact in page.impacts]
    return {"user_records": listed, **_next(page, account)}


def customer_records(page: Page, account: Account, customers: Mapping[str, Customer]) -> dict[str, object]:
    """A page of what an account made for its customers, under their names of today."""
    listed = [
        {"user_id": account.user_id, "customer": _customer(customers[impact.customer_id or ""]), **_facts(impact)}
        for impact in page.impacts
    ]
    return {"customer_records": listed, **_next(page, account)}


def _facts(impact: Impact) -> dict[str, object]:
    """The amount goes under the name of its kind. What an impact lacks is left out, never null."""
    category = {} if impact.category is None else {"category": impact.category}
    metadata = {"metadata": impact.metadata} if impact.metadata else {}
    return {"time_utc": millis(impact.made_on), impact.kind: impact.amount, **category, **metadata}


def _customer(customer: Customer) -> dict[str, object]:
    name = {} if customer.name is None else {"customer_name": customer.name}
    return {"customer_id": customer.id, "customer_email": customer.email, **name}


def _next(page: Page, account: Account) -> dict[str, str]:
    """The cursor, while more remains after the last record of a page."""
    return {"cursor": _cursor(page.impacts[-1].made_on, account)} if page.more and page.impacts else {}


def _cursor(at: datetime, account: Account) -> str:
    """A place in the lists of an account. The official Python SDK sends it back as it is, so it is fit for a URL."""
    return urlsafe_b64encode(f"{millis(at)} {account.id}".encode()).decode()
