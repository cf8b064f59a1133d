"""The models of requests (docs.cnaught.com), except those of quotes. Each becomes a draft."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from msgspec import UNSET, UnsetType, field
from pydantic import ConfigDict, Field, StringConstraints

from emulator.core.clock import start_of_day
from emulator.core.errors import Malformed, Problem
from emulator.providers.cnaught import errors
from emulator.providers.cnaught.backend import drafts
from emulator.providers.cnaught.memory.fields import CallbackAddress, SecureWebAddress, WebAddress
from emulator.providers.cnaught.wire.fields import Amount, Cents, Instant, Limit, NoneIfEmpty, Note, exact_amount
from emulator.web.fast_draft import FastBody, FastQuery, NonEmpty, has_fast_body, has_fast_query
from emulator.web.fields import TEXT, Email, Text
from emulator.web.model import Model, Query

MEASURES = ("amount_kg", "total_price_usd_cents")
ONE_MEASURE = "exactly one of amount_kg and total_price_usd_cents must be given"
IMAGE_TYPES = ("image/png", "image/jpeg", "image/webp", "image/svg+xml")


class Body(Model):
    model_config = ConfigDict(strict=True)


# --- lists ------------------------------------------------------------------------------------------------------------


class FastPage(FastQuery, frozen=True):
    """A page of a list."""

    limit: Limit = 20
    starting_after: NonEmpty | UnsetType = UNSET
    ending_before: NonEmpty | UnsetType = UNSET

    @property
    def draft(self) -> drafts.Page:
        return drafts.Page(self.limit, self.starting_after or None, self.ending_before or None)


@has_fast_query(FastPage)
class Page(Query):
    """The query of a list."""

    limit: Limit = 20
    starting_after: str | None = None
    ending_before: str | None = None

    @property
    def draft(self) -> drafts.Page:
        return drafts.Page(self.limit, self.starting_after, self.ending_before)


# --- orders -----------------------------------------------------------------------------------------------------------


class NotificationConfig(Body):
    url: CallbackAddress


class OrderDetails(Body):
    """What all orders have in common; a kind of order adds how it is measured."""

    metadata: Note | None = None
    description: Note | None = None
    notification_config: NotificationConfig | None = None
    portfolio_id: Text | None = None

    @property
    def draft(self) -> drafts.OrderDraft:
        raise NotImplementedError

    def _draft(
        self, kg: Decimal | None = None, usd_cents: int | None = None, km: Decimal | None = None
    ) -> drafts.OrderDraft:
        url = self.notification_config.url if self.notification_config else None
        return drafts.OrderDraft(kg, usd_cents, km, self.portfolio_id, self.metadata, self.description, url)


class FastOrder(FastBody, frozen=True):
    """An order by mass, without callbacks."""

    amount_kg: Any
    metadata: Note | None = None
    description: Note | None = None
    portfolio_id: Text | None = None

    @property
    def draft(self) -> drafts.OrderDraft:
        kg = exact_amount(self.amount_kg)
        return drafts.OrderDraft(kg, None, None, self.portfolio_id, self.metadata, self.description)


@has_fast_body(FastOrder)
class MassOrPriceOrder(OrderDetails):
    """``POST /orders``: exactly one of mass and total price."""

    amount_kg: Amount | None = None
    total_price_usd_cents: Cents | None = None

    @property
    def draft(self) -> drafts.OrderDraft:
        """The order. Raises Malformed unless it has exactly one measure."""
        by_mass, by_price = (name in self.model_fields_set for name in MEASURES)
        if by_mass == by_price or (self.amount_kg is None and self.total_price_usd_cents is None):
            raise Malformed(*(Problem(("body", name), "one_measure", ONE_MEASURE) for name in MEASURES))
        return self._draft(self.amount_kg, self.total_price_usd_cents)


class RideOrder(OrderDetails):
    """``POST /orders/ride``"""

    distance_km: Amount

    @property
    def draft(self) -> drafts.OrderDraft:
        return self._draft(km=self.distance_km)


# --- checkout, impact and subaccounts ---------------------------------------------------------------------------------


class NewSession(Body):
    """``POST /checkout/sessions``. SDK 2.4 to 2.8 send an email address, which is not kept."""

    email: Text | None = None
    amount_kg: Amount
    success_url: SecureWebAddress
    cancel_url: SecureWebAddress
    portfolio_id: Text | None = None
    description: Note | None = None
    notification_config: NotificationConfig | None = None

    @property
    def draft(self) -> drafts.SessionDraft:
        return drafts.SessionDraft(
            amount_kg=self.amount_kg,
            success_url=self.success_url,
            cancel_url=self.cancel_url,
            portfolio_id=self.portfolio_id,
            description=self.description,
            callback_url=self.notification_config.url if self.notification_config else None,
        )


class FastPeriod(FastQuery, frozen=True):
    """A period of days."""

    since: date | UnsetType = field(name="from", default=UNSET)
    until: date | UnsetType = field(name="to", default=UNSET)

    @property
    def draft(self) -> drafts.Period:
        since, until = self.since, self.until
        return _period(start_of_day(since) if since else None, start_of_day(until) if until else None)


@has_fast_query(FastPeriod)
class Period(Query):
    """The query of ``GET /impact/data``: from, inclusive, to, exclusive."""

    since: Instant | None = Field(default=None, alias="from")
    until: Instant | None = Field(default=None, alias="to")

    @property
    def draft(self) -> drafts.Period:
        return _period(self.since, self.until)


def _period(since: datetime | None, until: datetime | None) -> drafts.Period:
    if since and until and since > until:
        raise Malformed(Problem(("query", "from"), "period", "must not be after to"))
    return drafts.Period(since, until)


class SubaccountDetails(Body):
    """``PUT /subaccounts/{id}``"""

    name: Annotated[str, StringConstraints(min_length=1, max_length=512), TEXT]
    email: Annotated[Email | None, NoneIfEmpty] = None
    default_portfolio_id: Annotated[Text | None, NoneIfEmpty] = None

    @property
    def draft(self) -> drafts.SubaccountDraft:
        return drafts.SubaccountDraft(self.name, self.email, self.default_portfolio_id)


class NewSubaccount(SubaccountDetails):
    """``POST /subaccounts``"""

    logo_url: Annotated[WebAddress | None, NoneIfEmpty] = None

    @property
    def draft(self) -> drafts.SubaccountDraft:
        return drafts.SubaccountDraft(self.name, self.email, self.default_portfolio_id, self.logo_url)


class LogoAddress(Body):
    """``POST /subaccounts/{id}/logo``"""

    logo_url: WebAddress


def check_image(media_type: str, image: bytes) -> None:
    """Check the body of ``PUT /subaccounts/{id}/logo``: any bytes of an image's type. Raises NotAnImage."""
    if media_type not in IMAGE_TYPES or not image:
        raise errors.NotAnImage(IMAGE_TYPES)
