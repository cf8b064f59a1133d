"""The models of what comes in (docs.cnaught.com)."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from emulator.core.errors import Malformed, Problem
from emulator.providers.cnaught import amounts, errors
from emulator.providers.cnaught.drafts import OrderDraft, SessionDraft, SubaccountDraft
from emulator.web.fields import Email, JsonInteger, JsonNumber, QueryInteger, Text
from emulator.web.model import Model

MEASURES = ("amount_kg", "total_price_usd_cents")
ONE_MEASURE = "exactly one of amount_kg and total_price_usd_cents must be given"
AMOUNT_MAX = Decimal(1_000_000_000)
IMAGE_TYPES = ("image/png", "image/jpeg", "image/webp", "image/svg+xml")
INSTANT = re.compile(
    r"(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}"
    r"(T([01][0-9]|2[0-3]):[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?)?"
)
"""The forms of ISO 8601 that are read; Python's own reading of more of them changes with its version."""


def _web_address(value: str) -> str:
    if not re.fullmatch(r"https?://[A-Za-z0-9][A-Za-z0-9._-]*(:[0-9]{1,5})?([/?#][!-~]*)?", value):
        raise PydanticCustomError("url", "must be an absolute http or https URL")
    return value


def _secure_web_address(value: str) -> str:
    if not value.startswith("https://"):
        raise PydanticCustomError("url", "must be an absolute https URL")
    return value


def _instant(value: object) -> object:
    """An ISO 8601 date (midnight) or date and time; UTC unless it says otherwise."""
    try:
        if not isinstance(value, str) or not INSTANT.fullmatch(value):
            raise ValueError
        at = datetime.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("date", "must be an ISO 8601 date or date and time") from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _absent_if_empty(value: object) -> object:
    return None if value == "" else value


Amount = Annotated[JsonNumber, Field(gt=0, le=AMOUNT_MAX)]
Cents = Annotated[JsonInteger, Field(gt=0, le=int(AMOUNT_MAX))]
Note = Annotated[Text, StringConstraints(max_length=512)]
WebAddress = Annotated[str, StringConstraints(max_length=2048), AfterValidator(_web_address)]
SecureWebAddress = Annotated[WebAddress, AfterValidator(_secure_web_address)]
Instant = Annotated[datetime, BeforeValidator(_instant)]


class Page(Model):
    """Which records of a list, newest first: at most one of the two cursors."""

    limit: Annotated[QueryInteger, Field(ge=1, le=100)] = 20
    starting_after: str | None = None
    ending_before: str | None = None


class NotificationConfig(Model):
    url: WebAddress


class OrderNotes(Model):
    """What every order may carry."""

    model_config = ConfigDict(strict=True)

    metadata: Note | None = None
    description: Note | None = None
    notification_config: NotificationConfig | None = None
    portfolio_id: Text | None = None

    def noted(self, *, kg: Decimal | None = None, cents: int | None = None, km: Decimal | None = None) -> OrderDraft:
        """An order by mass, by total price or by the kilometres of a ride, with these notes."""
        return OrderDraft(
            amount_kg=kg,
            total_price_usd_cents=cents,
            distance_km=km,
            portfolio_id=self.portfolio_id,
            metadata=self.metadata,
            description=self.description,
            callback_url=self.notification_config.url if self.notification_config else None,
        )


class MassOrPriceOrder(OrderNotes):
    """``POST /orders``: exactly one of the mass and the total price."""

    amount_kg: Amount | None = None
    total_price_usd_cents: Cents | None = None

    @model_validator(mode="after")
    def one_measure(self) -> Self:
        given = self.model_fields_set.intersection(MEASURES)
        if len(given) != 1 or getattr(self, *given) is None:
            raise Malformed(*(Problem(("body", name), "one_measure", ONE_MEASURE) for name in MEASURES))
        return self

    def draft(self) -> OrderDraft:
        return self.noted(kg=self.amount_kg, cents=self.total_price_usd_cents)


class RideOrder(OrderNotes):
    """``POST /orders/ride``"""

    distance_km: Amount

    def draft(self) -> OrderDraft:
        return self.noted(km=self.distance_km)


class QuoteTerms(Model):
    """What every quote may ask for; ``source`` picks the price list, and ``kg`` says what mass is to be priced."""

    model_config = ConfigDict(strict=True)

    portfolio_id: Text | None = None
    source: Literal["api", "checkout"] | None = None

    def kg(self) -> Decimal:
        raise NotImplementedError


class MassQuote(QuoteTerms):
    """``POST /quotes``"""

    amount_kg: Amount

    def kg(self) -> Decimal:
        return self.amount_kg


class RideQuote(QuoteTerms):
    """``POST /quotes/ride``"""

    distance_km: Amount

    def kg(self) -> Decimal:
        return amounts.ride_kg(self.distance_km)


class GroundTransportQuote(QuoteTerms):
    """``POST /quotes/ground-transport``"""

    distance_km: Amount
    vehicle_type: amounts.Vehicle

    def kg(self) -> Decimal:
        return amounts.activity_kg(self.distance_km, amounts.VEHICLE_KG_PER_KM[self.vehicle_type])


class FlightQuote(QuoteTerms):
    """``POST /quotes/flight``"""

    distance_km: Amount

    def kg(self) -> Decimal:
        return amounts.activity_kg(self.distance_km, amounts.FLIGHT_KG_PER_KM)


class TrainQuote(QuoteTerms):
    """``POST /quotes/train``"""

    distance_km: Amount

    def kg(self) -> Decimal:
        return amounts.activity_kg(self.distance_km, amounts.TRAIN_KG_PER_KM)


class FreightQuote(QuoteTerms):
    """What both kinds of freight ask for."""

    freight_mass_kg: Amount
    distance_km: Amount

    @property
    def tonne_km(self) -> Decimal:
        return self.freight_mass_kg / amounts.KG_PER_TONNE * self.distance_km


class AirFreightQuote(FreightQuote):
    """``POST /quotes/air-freight``"""

    def kg(self) -> Decimal:
        return amounts.activity_kg(self.tonne_km, amounts.AIR_FREIGHT_KG_PER_TONNE_KM)


class GroundFreightQuote(FreightQuote):
    """``POST /quotes/ground-freight``"""

    def kg(self) -> Decimal:
        return amounts.activity_kg(self.tonne_km, amounts.GROUND_FREIGHT_KG_PER_TONNE_KM)


class OfficeSpaceQuote(QuoteTerms):
    """``POST /quotes/office-space``"""

    square_footage: Amount

    def kg(self) -> Decimal:
        return amounts.activity_kg(self.square_footage, amounts.OFFICE_KG_PER_SQUARE_FOOT)


class NewSession(Model):
    """``POST /checkout/sessions``. The e-mail address that SDK 2.8.0 sends is not looked at."""

    model_config = ConfigDict(strict=True)

    amount_kg: Amount
    success_url: SecureWebAddress
    cancel_url: SecureWebAddress
    portfolio_id: Text | None = None
    description: Note | None = None
    notification_config: NotificationConfig | None = None

    def draft(self) -> SessionDraft:
        return SessionDraft(
            amount_kg=self.amount_kg,
            success_url=self.success_url,
            cancel_url=self.cancel_url,
            portfolio_id=self.portfolio_id,
            description=self.description,
            callback_url=self.notification_config.url if self.notification_config else None,
        )


class Period(Model):
    """``GET /impact/data``: from, inclusive, to, exclusive."""

    since: Instant | None = Field(default=None, alias="from")
    until: Instant | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def in_order(self) -> Self:
        if self.since and self.until and self.since > self.until:
            raise Malformed(Problem(("query", "from"), "period", "must not be after to"))
        return self


class SubaccountDetails(Model):
    """``PUT /subaccounts/{id}``. An empty text in an optional field counts as absent; the SDK's examples send some."""

    model_config = ConfigDict(strict=True)

    name: Annotated[Text, StringConstraints(min_length=1, max_length=512)]
    email: Annotated[Email | None, BeforeValidator(_absent_if_empty)] = None
    default_portfolio_id: Annotated[Text | None, BeforeValidator(_absent_if_empty)] = None

    def draft(self) -> SubaccountDraft:
        return SubaccountDraft(self.name, self.email, self.default_portfolio_id)


class NewSubaccount(SubaccountDetails):
    """``POST /subaccounts``"""

    logo_url: Annotated[WebAddress | None, BeforeValidator(_absent_if_empty)] = None

    def draft(self) -> SubaccountDraft:
        return replace(super().draft(), logo_url=self.logo_url)


class LogoAddress(Model):
    """``POST /subaccounts/{id}/logo``"""

    model_config = ConfigDict(strict=True)

    logo_url: WebAddress


def check_image(media_type: str, image: bytes) -> None:
    """The body of ``PUT /subaccounts/{id}/logo``, of which any bytes will do. Raises InvalidParameters."""
    if media_type not in IMAGE_TYPES or not image:
        wrong = {"logo": [f"must be an image, of one of these types: {', '.join(IMAGE_TYPES)}"]}
        raise errors.InvalidParameters(wrong, "cnaught.subaccounts.logo-image")
