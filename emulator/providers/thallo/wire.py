"""Thallo's JSON: the models of what comes in, and the objects that go out (docs.market.thallo.io)."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, AliasChoices, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from emulator.core.clock import millis
from emulator.core.http import QueryInteger, read
from emulator.core.models import Model
from emulator.providers.thallo.market import Offer, OnSale
from emulator.providers.thallo.memory import ApiKey, Retiree, RetirementItem, Trade, TradeType, Wallet
from emulator.providers.thallo.projects import Details
from emulator.providers.thallo.vendor import Holding, Receipt, Retirement, RetirementDraft

PROJECT_IDS = ("project_ids[]", "project_ids")
"""How clients write the parameter: the SDK with brackets."""

T = TypeVar("T")

SAFE_INTEGER_MAX = 2**53 - 1
COUNTRIES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC
CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD
GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH
KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW
MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC
SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY
UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""
"""The codes of ISO 3166-1 alpha-2, as the SDK lists them."""


# --- in ---------------------------------------------------------------------------------------------------------------


def _grams(value: object) -> object:
    if not isinstance(value, str) or not re.fullmatch("[0-9]{1,100}", value):
        raise PydanticCustomError("grams", "must be a whole number of at most 100 digits")
    return int(value)


def _country(value: str) -> str:
    if value not in COUNTRIES.split():
        raise PydanticCustomError("country", "must be a valid ISO31661 Alpha2 code")
    return value


QueryGrams = Annotated[int, BeforeValidator(_grams)]
Name = Annotated[str, StringConstraints(min_length=1)]
Country = Annotated[str, AfterValidator(_country)]
NumberText = Annotated[str, StringConstraints(max_length=100)]
"""A whole number as text. Other characters are for the rules to refuse."""


class PageQuery(Model):
    """``GET /api/market``; pages count projects."""

    page: Annotated[QueryInteger, Field(ge=1, le=SAFE_INTEGER_MAX)] = 1
    per_page: Annotated[QueryInteger, Field(ge=1, le=100)] = 20

    def cut(self, items: Sequence[T]) -> Sequence[T]:
        """One page of items."""
        start = (self.page - 1) * self.per_page
        return items[start : start + self.per_page]


class InventoryQuery(PageQuery):
    """``GET /api/inventory``."""

    trades_per_wallet: Annotated[QueryInteger, Field(ge=0, le=SAFE_INTEGER_MAX)] | None = None
    trade_type: TradeType | None = None
    wallet_min_quantity: QueryGrams = 0


class RetirementQuery(Model):
    """``GET /api/retirement``"""

    id: str


class ProjectsQuery(Model):
    """``GET /api/projects``; given in both ways, those in brackets count."""

    project_ids: list[str] = Field(validation_alias=AliasChoices(*PROJECT_IDS))


class KeyDraft(Model):
    """``POST /api/api-keys``"""

    model_config = ConfigDict(strict=True)

    name: Name
    deactivate_current: bool


class OwnRetirement(Model):
    """``POST /api/caas/request-retirement`` in the tenant's own name: whatever is said of a customer is ignored."""

    model_config = ConfigDict(strict=True)

    vintage_id: str
    quantity_grams: NumberText
    external_id: Name
    external_retiree_id: str | None = None
    sell_order_id: str | None = None
    expected_price_cents: NumberText | None = None
    should_retire_external_customer: bool | None = None
    external_retiree_name: str | None = None
    external_retiree_tax_id: str | None = None
    external_retiree_location: str | None = None

    @property
    def customer(self) -> Retiree | None:
        return None

    def draft(self) -> RetirementDraft:
        return RetirementDraft(
            vintage_id=self.vintage_id,
            quantity_grams=self.quantity_grams,
            external_id=self.external_id,
            external_retiree_id=self.external_retiree_id,
            sell_order_id=self.sell_order_id,
            expected_price_cents=self.expected_price_cents,
            customer=self.customer,
        )


class CustomerRetirement(OwnRetirement):
    """The same in the name of the tenant's customer, of whom everything must be said."""

    should_retire_external_customer: Literal[True]
    external_retiree_name: Name
    external_retiree_tax_id: Name
    external_retiree_location: Country

    @property
    def customer(self) -> Retiree:
        return Retiree(self.external_retiree_name, self.external_retiree_tax_id, self.external_retiree_location)


def retirement_draft(body: object) -> RetirementDraft:
    """The retirement that a body asks for; the flag says whose. Raises Malformed."""
    flag = isinstance(body, dict) and body.get("should_retire_external_customer")
    return read(CustomerRetirement if flag is True else OwnRetirement, body, "body").draft()


# --- out --------------------------------------------------------------------------------------------------------------


def inventory(holdings: Sequence[Holding], asked: InventoryQuery) -> dict[str, object]:
    """One page of projects, and where it stands."""
    return {
        "projects": [
            {
                "project_id": holding.project_id,
                "vintages": [
                    {"vintage_id": vintage_id, "wallets": [_wallet(wallet, asked)]}
                    for vintage_id, wallet in holding.wallets
                ],
            }
            for holding in asked.cut(holdings)
        ],
        "pagination": _pagination(len(holdings), asked),
    }


def _wallet(wallet: Wallet, asked: InventoryQuery) -> dict[str, object]:
    """``CAAS`` is the only type of wallet there is so far."""
    return {
        "type": "CAAS",
        "quantity_grams": str(wallet.quantity_grams),
        "trades": [_trade(trade) for trade in islice(_newest_first(wallet, asked.trade_type), asked.trades_per_wallet)],
    }


def _newest_first(wallet: Wallet, trade_type: TradeType | None) -> Iterator[Trade]:
    return (trade for trade in reversed(wallet.trades) if trade_type in (None, trade.type))


def _trade(trade: Trade) -> dict[str, object]:
    return {
        "execution_date": millis(trade.executed_at),
        "quantity_grams": str(trade.quantity_grams),
        "price_cents": str(trade.price_cents),
        "type": trade.type,
    }


def market(sales: Sequence[OnSale], asked: PageQuery) -> dict[str, object]:
    """One page of projects, and where it stands."""
    return {
        "projects": [
            {"project_id": sale.project_id, "vintages": [_offer(offer) for offer in sale.offers]}
            for sale in asked.cut(sales)
        ],
        "pagination": _pagination(len(sales), asked),
    }


def _offer(offer: Offer) -> dict[str, object]:
    return {
        "vintage_id": offer.vintage_id,
        "vintage_year": offer.year,
        "sell_orders": [
            {
                "sell_order_id": order.id,
                "quantity_grams": str(order.quantity_grams),
                "price_cents": str(order.price_cents),
            }
            for order in offer.orders
        ],
    }


def _pagination(items: int, asked: PageQuery) -> dict[str, object]:
    """Neighbours are real pages: the one before a page past the end is the last."""
    pages = -(-items // asked.per_page)
    return {
        "per_page": asked.per_page,
        "total_pages": pages,
        "total_items": items,
        "current_page": asked.page,
        "previous_page": min(asked.page - 1, pages) or None,
        "next_page": asked.page + 1 if asked.page < pages else None,
    }


def projects(found: Sequence[Details]) -> dict[str, object]:
    """All of them: projects have no pages."""
    return {"projects": [_project(details) for details in found]}


def _project(details: Details) -> dict[str, object]:
    project, registry = details.project, details.project.registry
    return {
        "project_id": details.project_id,
        "project_name": project.name,
        "type": project.type,
        "location": project.location,
        **({"registry_project_url": registry.project_url} if registry else {}),
        "sdgs": project.sdgs,
        **({"registry_id": registry.id, "registry_name": registry.name} if registry else {}),
        **({} if project.description is None else {"description": project.description}),
        "vintages": [
            {
                "vintage_id": vintage_id,
                "vintage_year": vintage.year,
                **({} if vintage.registry_url is None else {"registry_vintage_url": vintage.registry_url}),
            }
            for vintage_id, vintage in details.vintages.items()
        ],
    }


def receipt(receipt: Receipt) -> dict[str, object]:
    return {
        "retirement_request_id": receipt.retirement_request_id,
        "external_id_already_processed": receipt.already_processed,
    }


def retirement(found: Retirement) -> dict[str, object]:
    """What is not there yet is null, as the first README of the SDK had it."""
    request, proof = found.request, found.proof
    return {
        "id": request.id,
        "status": found.status,
        "total_quantity": str(found.quantity_grams),
        "type": "WHOLE" if request.whole else "FRACTIONALISED",
        "project_id": found.project_id,
        "vintage_id": request.vintage_id,
        "created_at": millis(request.created_at),
        "retired_at": millis(found.retired_at) if found.retired_at else None,
        "retired_serial_numbers": proof.serial_numbers if proof else None,
        "thallo_proof_of_retirement_certificate_url": proof.certificate_url if proof else None,
        "should_retire_external_customer": any(item.customer for item in request.items),
        "all_invoices_settled": found.invoices_settled,
        "retirement_request_items": [_item(item, item.customer or found.company) for item in request.items],
    }


def _item(item: RetirementItem, retiree: Retiree) -> dict[str, object]:
    return {
        "id": item.id,
        "quantity": str(item.quantity_grams),
        "created_at": millis(item.created_at),
        "retiree_name": retiree.name,
        "retiree_tax_id": retiree.tax_id,
        "retiree_country": retiree.country,
        "invoice_id": item.invoice_id,
        "trade_id": item.trade_id,
    }


def api_keys(keys: Sequence[ApiKey], is_active: Callable[[str], bool]) -> dict[str, object]:
    """All but the keys themselves."""
    return {
        "api_keys": [
            {"id": key.id, "name": key.name, "created_at": millis(key.created_at), "is_active": is_active(key.id)}
            for key in keys
        ]
    }
