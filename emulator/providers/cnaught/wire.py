"""CNaught's JSON: the models of what comes in, and the objects that go out (docs.cnaught.com)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from emulator.core.clock import micros
from emulator.core.errors import Malformed, Problem
from emulator.core.http import Email, JsonInteger, QueryInteger, Text
from emulator.providers.cnaught.memory import (
    Account,
    Catalogue,
    Category,
    ImpactPage,
    Order,
    Project,
    State,
    Subaccount,
)
from emulator.providers.cnaught.vendor import Buyer, Impact, OrderDraft, Quote, SubaccountDraft

MEASURES = ("amount_kg", "total_price_usd_cents")
ONE_MEASURE = "exactly one of amount_kg and total_price_usd_cents must be given"
AMOUNT_MAX = Decimal(1_000_000_000)
INSTANT = re.compile(
    r"(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}"
    r"(T([01][0-9]|2[0-3]):[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?)?"
)
"""The forms of ISO 8601 that are read; Python's own reading of more of them changes with its version."""
KG_PER_EQUIVALENT = {
    "cars_off_the_road": Decimal(4600),
    "trees_planted": Decimal(60),
    "homes_annual_energy_usage": Decimal(7940),
    "homes_annual_energy usages": Decimal(7940),  # so the documents print it; the SDK reads the one above
    "flights_lax_to_nyc": Decimal(378),
}
"""Kilograms for one of each: US EPA equivalencies, and 3,974 km at 95 g a passenger-kilometre."""


# --- in ---------------------------------------------------------------------------------------------------------------


def _number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("number_type", "Input should be a number")
    return Decimal(repr(value))


def _web_address(value: str) -> str:
    if not re.fullmatch(r"https?://[A-Za-z0-9][A-Za-z0-9._-]*(:[0-9]{1,5})?([/?#][!-~]*)?", value):
        raise PydanticCustomError("url", "must be an absolute http or https URL")
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


Amount = Annotated[Decimal, BeforeValidator(_number), Field(gt=0, le=AMOUNT_MAX)]
Cents = Annotated[JsonInteger, Field(gt=0, le=int(AMOUNT_MAX))]
Note = Annotated[Text, StringConstraints(max_length=512)]
WebAddress = Annotated[str, StringConstraints(max_length=2048), AfterValidator(_web_address)]
Instant = Annotated[datetime, BeforeValidator(_instant)]


class Page(BaseModel):
    """Which records of a list, newest first: at most one of the two cursors."""

    limit: Annotated[QueryInteger, Field(ge=1, le=100)] = 20
    starting_after: str | None = None
    ending_before: str | None = None


class NotificationConfig(BaseModel):
    url: WebAddress


class OrderNotes(BaseModel):
    """What every order may carry."""

    model_config = ConfigDict(strict=True)

    metadata: Note | None = None
    description: Note | None = None
    notification_config: NotificationConfig | None = None
    portfolio_id: Text | None = None

    def noted(self) -> OrderDraft:
        """An order of nothing yet, with these notes."""
        return OrderDraft(
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
        return replace(self.noted(), amount_kg=self.amount_kg, total_price_usd_cents=self.total_price_usd_cents)


class RideOrder(OrderNotes):
    """``POST /orders/ride``"""

    distance_km: Amount

    def draft(self) -> OrderDraft:
        return replace(self.noted(), distance_km=self.distance_km)


class QuoteTerms(BaseModel):
    """What every quote may ask for; ``source`` picks the price list."""

    model_config = ConfigDict(strict=True)

    portfolio_id: Text | None = None
    source: Literal["api", "checkout"] | None = None


class MassQuote(QuoteTerms):
    """``POST /quotes``"""

    amount_kg: Amount


class RideQuote(QuoteTerms):
    """``POST /quotes/ride``"""

    distance_km: Amount


class Period(BaseModel):
    """``GET /impact/data``: from, inclusive, to, exclusive."""

    since: Instant | None = Field(default=None, alias="from")
    until: Instant | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def in_order(self) -> Self:
        if self.since and self.until and self.since > self.until:
            raise Malformed(Problem(("query", "from"), "period", "must not be after to"))
        return self


class NewSubaccount(BaseModel):
    """``POST /subaccounts``. An empty text in an optional field counts as absent; the SDK's examples send some."""

    model_config = ConfigDict(strict=True)

    name: Annotated[Text, StringConstraints(min_length=1, max_length=512)]
    email: Annotated[Email | None, BeforeValidator(_absent_if_empty)] = None
    default_portfolio_id: Annotated[Text | None, BeforeValidator(_absent_if_empty)] = None
    logo_url: Annotated[WebAddress | None, BeforeValidator(_absent_if_empty)] = None

    def draft(self) -> SubaccountDraft:
        return SubaccountDraft(self.name, self.email, self.default_portfolio_id, self.logo_url)


# --- out --------------------------------------------------------------------------------------------------------------


def order(
    order: Order, state: State, allocations: Mapping[str, Mapping[str, Decimal]], catalogue: Catalogue
) -> dict[str, object]:
    """An order as it stands. Every field is there, null where it has no value; only rides have a distance."""
    page, pdf = _certificates(order.id) if state != "cancelled" else (None, None)
    ride = {} if order.distance_km is None else {"distance_km": _json(order.distance_km)}
    return {
        "id": order.id,
        "order_number": order.number,
        "created_on": micros(order.created_on),
        "amount_kg": _json(order.amount_kg),
        "price_usd_cents": order.price_usd_cents,
        "state": state,
        "type": "ride" if ride else "generic",
        **ride,
        "metadata": order.metadata,
        "description": order.description,
        "callback_url": order.callback_url,
        "certificate_public_url": page,
        "certificate_download_public_url": pdf,
        "subaccount_id": order.subaccount_id,
        "project_allocations": list(_allocations(order, allocations, catalogue)),
        "checkout_session_id": None,
    }


def _certificates(order_id: str) -> tuple[str, str]:
    """Where a certificate is shown, and where it is downloaded."""
    registry = "https://registry.cnaught.com"
    return f"{registry}/orders/{order_id}", f"{registry}/api/certificates/{order_id}/pdf"


def _allocations(
    order: Order, allocations: Mapping[str, Mapping[str, Decimal]], catalogue: Catalogue
) -> Iterable[dict[str, object]]:
    """The retirements; the form of their serial numbers is a guess."""
    parts = [
        (catalogue.projects[name], amount) for category in allocations.values() for name, amount in category.items()
    ]
    for n, (source, amount_kg) in enumerate(parts, start=1):
        yield {
            "project": project(source),
            "amount_kg": _json(amount_kg),
            "retirements": [{"serial_number_range": f"SANDBOX-{order.id}-{n}", "url": None}],
        }


def quote(quote: Quote) -> dict[str, object]:
    return {"amount_kg": _json(quote.amount_kg), "price_usd_cents": quote.price_usd_cents}


def project(project: Project) -> dict[str, object]:
    return {
        "id": project.id,
        "name": project.name,
        "type": project.type,
        "developer": project.developer,
        "registry_name": project.registry_name,
        "registry_id": project.registry_id,
        "registry_url": project.registry_url,
        "summary": project.summary,
        "description": project.description,
        "location_name": project.location_name,
        "location_latitude": _json(project.location_latitude),
        "location_longitude": _json(project.location_longitude),
        "primary_image_url": project.primary_image_url,
        "un_sdg_goals": project.un_sdg_goals,
    }


def impact(buyer: Buyer, period: Period, impact: Impact, catalogue: Catalogue) -> dict[str, object]:
    """Totals; without a period they begin on the day on which the account or subaccount did."""
    who: Account | Subaccount = buyer.subaccount or buyer.account
    began = who.created_on if isinstance(who, Subaccount) else who.since
    return {
        "name": who.name,
        "logo_url": who.logo_url,
        "total_offset_kgs": _json(impact.total_kg),
        "equivalents": {
            name: int((impact.total_kg / kg).to_integral_value(ROUND_HALF_UP)) for name, kg in KG_PER_EQUIVALENT.items()
        },
        "since_date": micros(period.since or began),
        "to_date": micros(period.until) if period.until else None,
        "categories": [
            {
                "category": _category(catalogue.categories[name]),
                "offset_kgs": _json(sum(retired.values(), Decimal(0))),
                "projects": [
                    {
                        "project": project(catalogue.projects[name]),
                        "offset_kgs": _json(amount_kg),
                        "vintages": catalogue.projects[name].vintages,
                    }
                    for name, amount_kg in retired.items()
                ],
            }
            for name, retired in impact.by_category.items()
        ],
    }


def _category(category: Category) -> dict[str, object]:
    return {
        "id": category.id,
        "name": category.name,
        "description": category.description,
        "primary_image_url": category.primary_image_url,
    }


def impact_page(page: ImpactPage) -> dict[str, object]:
    return {"enabled": page.enabled, "url": page.url, "enabled_equivalents": page.enabled_equivalents}


def subaccount(subaccount: Subaccount) -> dict[str, object]:
    return {
        "id": subaccount.id,
        "name": subaccount.name,
        "email": subaccount.email,
        "created_on": micros(subaccount.created_on),
        "default_portfolio_id": subaccount.default_portfolio_id,
        "logo_url": subaccount.logo_url,
    }


def _json(number: Decimal | None) -> int | float | None:
    """A decimal as JSON prints it: 100, not 100.0."""
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)
