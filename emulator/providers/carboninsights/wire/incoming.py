"""The models of what comes in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    PlainValidator,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from emulator.core.errors import Malformed
from emulator.providers.carboninsights import errors
from emulator.providers.carboninsights.backend import COUNTRY, AccountDraft, CarbonInsights, Options
from emulator.providers.carboninsights.footprint import ANYWHERE, Diet, FuelGrade, Listing, Profile, Purchase
from emulator.providers.carboninsights.wire.values import (
    Address,
    Amount,
    Boolean,
    Day,
    LongText,
    Share,
    ShortText,
    Text,
    ZipCode,
    as_text,
)
from emulator.web.model import Model

M = TypeVar("M", bound=BaseModel)


# --- what the vendor's lists decide -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reading:
    """What it takes to read a body besides the body: the vendor's lists and settings, and if categories are codes."""

    backend: CarbonInsights
    by_code: bool


def _free(value: str, info: ValidationInfo) -> str:
    if _reading(info).backend.taken(value):
        raise PydanticCustomError("taken", "Input should be a username that nobody has")
    return value


def _distinct(value: str, info: ValidationInfo) -> str:
    if value == info.data.get("username"):
        raise PydanticCustomError("same_as_username", "Input should be another text than the username")
    return value


def _listing(value: object, info: ValidationInfo) -> Listing:
    reading = _reading(info)
    listing = reading.backend.listing(as_text(value), reading.by_code)
    if listing is None:
        kind = "merchant_code" if reading.by_code else "category"
        raise PydanticCustomError(kind, "Input should be listed")
    return listing


def _reading(info: ValidationInfo) -> Reading:
    assert isinstance(info.context, Reading)
    return info.context


# --- bodies -----------------------------------------------------------------------------------------------------------


class Registration(Model):
    """``POST /register``"""

    username: Annotated[ShortText, AfterValidator(_free)]
    password: Annotated[LongText, AfterValidator(_distinct)]
    first_name: ShortText
    last_name: ShortText
    email: Address

    def draft(self) -> AccountDraft:
        return AccountDraft(self.username, self.password, self.first_name, self.last_name, self.email)


class Credentials(Model):
    """``POST /token``"""

    username: Text
    password: Text


class RefreshRequest(Model):
    """``POST /token/refresh``"""

    refresh: Text


class Transaction(Model):
    """A purchase, or with a negative amount a refund. Its date changes nothing."""

    date: Day
    amount: Amount
    category: Annotated[Listing, PlainValidator(_listing)]
    description: Text = ""
    original_description: Text = ""


class Part(Model):
    """Members of which one that is left out takes its default, unless the setting asks for all of them."""

    defaults: ClassVar[Mapping[str, Any]]

    @model_validator(mode="before")
    @classmethod
    def filled(cls, sent: object, info: ValidationInfo) -> object:
        if isinstance(sent, dict) and not _reading(info).backend.memory.settings.all_children_required:
            return {**cls.defaults, **sent}
        return sent


class UserProfile(Part):
    defaults = {
        "diet": "typical",
        "renewable_energy": 0.0,
        "natural_gas": False,
        "shared_account": False,
        "zip_code": ANYWHERE,
        "fuel_grade": "regular",
    }
    diet: Diet
    renewable_energy: Share
    natural_gas: Boolean
    shared_account: Boolean
    zip_code: ZipCode
    fuel_grade: FuelGrade


class ScoreOptions(Part):
    defaults = {
        "offsets": False,
        "recommendations": False,
        "CO2e": True,
        "land": False,
        "water": False,
        "category_type": "category",
        "country": COUNTRY,
        "aggregate": False,
    }
    offsets: Boolean
    recommendations: Boolean
    co2e: Boolean = Field(alias="CO2e")
    land: Boolean
    water: Boolean
    category_type: Literal["category", "mcc"]
    country: Text
    aggregate: Boolean


USUAL_PROFILE = UserProfile.model_construct(**UserProfile.defaults)
USUAL_OPTIONS = ScoreOptions.model_construct(**ScoreOptions.defaults)


class ScoreRequest(Model):
    """``POST /calculateCarbonScore``. What is left out whole is the same for everybody, and not copied each time."""

    transactions: list[Transaction]
    user_profile: UserProfile = Field(default_factory=lambda: USUAL_PROFILE)
    options: ScoreOptions = Field(default_factory=lambda: USUAL_OPTIONS)

    def purchases(self) -> list[Purchase]:
        return [Purchase(transaction.amount, transaction.category) for transaction in self.transactions]

    def profile(self) -> Profile:
        return Profile(**dict(self.user_profile))

    def chosen(self) -> Options:
        return Options(**dict(self.options))


def read(model: type[M], content: object, backend: CarbonInsights) -> M:
    """A body as a model; all that is wrong with it is told at once. Raises MalformedBody."""
    try:
        return model.model_validate(content, context=Reading(backend, _by_code(content)))
    except ValidationError as error:
        problems = Malformed.found("body", error).problems
        raise errors.MalformedBody(*problems, rows=_rows(content)) from None


def _by_code(content: object) -> bool:
    """Whether categories are codes, which another part of the body says than the one that has them."""
    match content:
        case {"options": {"category_type": "mcc"}}:
            return True
    return False


def _rows(content: object) -> int:
    match content:
        case {"transactions": list(transactions)}:
            return len(transactions)
    return 0
