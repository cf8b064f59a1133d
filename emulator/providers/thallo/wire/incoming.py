"""The models of what comes in."""

import re
from collections.abc import Sequence
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, AliasChoices, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from emulator.providers.thallo.backend import RetirementDraft
from emulator.providers.thallo.memory import Retiree, TradeType
from emulator.web.fields import QueryInteger
from emulator.web.model import Model
from emulator.web.reading import read

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

    project_ids: tuple[str, ...] = Field(validation_alias=AliasChoices(*PROJECT_IDS))


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
