"""Thallo's JSON: the models of what comes in, and the objects that go out (docs.market.thallo.io)."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from emulator.core.clock import millis
from emulator.core.http import QueryInteger, read
from emulator.providers.thallo.memory import Retiree, Trade, TradeType, Wallet
from emulator.providers.thallo.vendor import Holding, Receipt, RetirementDraft

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


class InventoryQuery(BaseModel):
    """``GET /api/inventory``; pages count projects."""

    page: Annotated[QueryInteger, Field(ge=1, le=SAFE_INTEGER_MAX)] = 1
    per_page: Annotated[QueryInteger, Field(ge=1, le=100)] = 20
    trades_per_wallet: Annotated[QueryInteger, Field(ge=0, le=SAFE_INTEGER_MAX)] | None = None
    trade_type: TradeType | None = None
    wallet_min_quantity: QueryGrams = 0


class OwnRetirement(BaseModel):
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


def retirement(body: object) -> OwnRetirement:
    """The retirement that a body asks for; the flag says whose. Raises Malformed."""
    flag = isinstance(body, dict) and body.get("should_retire_external_customer")
    return read(CustomerRetirement if flag is True else OwnRetirement, body, "body")


# --- out --------------------------------------------------------------------------------------------------------------


def inventory(holdings: Sequence[Holding], asked: InventoryQuery) -> dict[str, object]:
    """One page of projects, and where it stands."""
    start = (asked.page - 1) * asked.per_page
    return {
        "projects": [
            {
                "project_id": holding.project_id,
                "vintages": [
                    {"vintage_id": vintage_id, "wallets": [_wallet(wallet, asked)]}
                    for vintage_id, wallet in holding.wallets
                ],
            }
            for holding in holdings[start : start + asked.per_page]
        ],
        "pagination": _pagination(len(holdings), asked.page, asked.per_page),
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


def _pagination(items: int, page: int, per_page: int) -> dict[str, object]:
    """Neighbours are real pages: the one before a page past the end is the last."""
    pages = -(-items // per_page)
    return {
        "per_page": per_page,
        "total_pages": pages,
        "total_items": items,
        "current_page": page,
        "previous_page": min(page - 1, pages) or None,
        "next_page": page + 1 if page < pages else None,
    }


def receipt(receipt: Receipt) -> dict[str, object]:
    return {
        "retirement_request_id": receipt.retirement_request_id,
        "external_id_already_processed": receipt.already_processed,
    }
