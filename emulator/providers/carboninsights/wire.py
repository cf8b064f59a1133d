"""Carbon Insights' JSON: the models of what comes in, read as Django REST Framework 3.12 reads, and what goes out."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import isfinite
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    PlainValidator,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from emulator.core.errors import Malformed
from emulator.core.models import Model
from emulator.providers.carboninsights import errors
from emulator.providers.carboninsights.footprint import ANYWHERE, Diet, FuelGrade, Impact, Listing, Profile, Purchase
from emulator.providers.carboninsights.memory import Account
from emulator.providers.carboninsights.vendor import COUNTRY, AccountDraft, CarbonInsights, Options, Score, TokenPair

AMOUNT_MAX = 1e300
"""Above this, what a purchase causes, or a sum of such, could leave the range of a double."""
NUMBER_CHARACTERS_MAX = 1000
TITLES = ("CO2e Emissions [tonne]", "Land Use [m2]", "Water Use [litre]")
"""The columns in the order of ``Impact``; only the first is documented."""

M = TypeVar("M", bound=BaseModel)


# --- in: values -------------------------------------------------------------------------------------------------------


def _text(value: object) -> str:
    """Trimmed; a number is taken as its text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise PydanticCustomError("string_type", "Input should be text")
    text = str(value).strip()
    if not text:
        raise PydanticCustomError("blank", "Input should not be blank")
    if "\x00" in text:
        raise PydanticCustomError("null_characters", "Input should not hold the character U+0000")
    return text


def _number(value: object) -> float:
    """A number or its text, as a double: a text that Python reads beyond that (``1_000``, ``nan``) is none."""
    if isinstance(value, str):
        if len(value) > NUMBER_CHARACTERS_MAX:
            raise PydanticCustomError("number_too_long", "Input should be shorter")
        value = value if re.fullmatch(r"\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\s*", value) else None
    try:
        if isinstance(value, bool) or not isinstance(value, str | int | float) or not isfinite(number := float(value)):
            raise ValueError
    except (ValueError, OverflowError):
        raise PydanticCustomError("number", "Input should be a number") from None
    return number


def _amount(value: float) -> float:
    if abs(value) > AMOUNT_MAX:
        raise PydanticCustomError("number", "Input should be a number of usual size")
    return value


def _boolean(value: object) -> bool:
    if isinstance(value, str | int | float) and value in BOOLEANS:
        return BOOLEANS[value]
    raise PydanticCustomError("boolean", "Input should be a boolean")


def _day(value: object) -> date:
    """Year first or day first: 01-03-2020 is the first of March, as an older edition of the documented sample shows."""
    try:
        if not isinstance(value, str):
            raise ValueError
        return _date(value)
    except ValueError:
        raise PydanticCustomError("date", "Input should be a date") from None


@lru_cache(maxsize=4096)
def _date(text: str) -> date:
    found = re.fullmatch(_DAY, text)
    if found is None:
        raise ValueError
    first, second, third = (int(digits) for digits in found.groups() if digits)
    return date(first, second, third) if found[1] else date(third, second, first)


def _zip_code(value: object) -> str:
    """Five digits. The sample sends an integer, which knows no leading zeros."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 99999:
        return f"{value:05}"
    if isinstance(value, str) and re.fullmatch(r"\s*[0-9]{5}(-[0-9]{4})?\s*", value):
        return value.strip()[:5]
    raise PydanticCustomError("zip_code", "Input should be a ZIP code")


def _address(value: str) -> str:
    """An e-mail address as Django 3.2 takes it, quoted local parts and bare IP addresses apart."""
    if not re.fullmatch(_ADDRESS, value):
        raise PydanticCustomError("email", "Input should be an e-mail address")
    return value


_DAY = r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})|([0-9]{1,2})-([0-9]{1,2})-([0-9]{4})"
_ATOM = r"[-!#$%&'*+/=?^_`{}|~0-9A-Za-z]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = rf"{_ATOM}(?:\.{_ATOM})*@(?:localhost|(?:{_LABEL}\.)+[A-Za-z0-9-]{{1,62}}[A-Za-z0-9])"

BOOLEANS: Mapping[str | int | float, bool] = {
    **dict.fromkeys((1, "1", "t", "T", "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(
        (0, "0", "f", "F", "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False
    ),
}


# --- in: what the vendor's lists decide -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reading:
    """What it takes to read a body besides the body: the vendor's lists and settings, and if categories are codes."""

    vendor: CarbonInsights
    by_code: bool


def _free(value: str, info: ValidationInfo) -> str:
    if _reading(info).vendor.taken(value):
        raise PydanticCustomError("taken", "Input should be a username that nobody has")
    return value


def _distinct(value: str, info: ValidationInfo) -> str:
    if value == info.data.get("username"):
        raise PydanticCustomError("same_as_username", "Input should be another text than the username")
    return value


def _listing(value: object, info: ValidationInfo) -> Listing:
    reading = _reading(info)
    listing = reading.vendor.listing(_text(value), reading.by_code)
    if listing is None:
        kind = "merchant_code" if reading.by_code else "category"
        raise PydanticCustomError(kind, "Input should be listed")
    return listing


def _reading(info: ValidationInfo) -> Reading:
    assert isinstance(info.context, Reading)
    return info.context


# --- in: bodies -------------------------------------------------------------------------------------------------------

Text = Annotated[str, BeforeValidator(_text)]
ShortText = Annotated[str, StringConstraints(max_length=49), BeforeValidator(_text)]
LongText = Annotated[str, StringConstraints(min_length=8), BeforeValidator(_text)]
Boolean = Annotated[bool, BeforeValidator(_boolean)]


class Registration(Model):
    """``POST /register``"""

    username: Annotated[ShortText, AfterValidator(_free)]
    password: Annotated[LongText, AfterValidator(_distinct)]
    first_name: ShortText
    last_name: ShortText
    email: Annotated[Text, AfterValidator(_address)]

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

    date: Annotated[date, PlainValidator(_day)]
    amount: Annotated[float, BeforeValidator(_number), AfterValidator(_amount)]
    category: Annotated[Listing, PlainValidator(_listing)]
    description: Text = ""
    original_description: Text = ""


class Part(Model):
    """Members of which one that is left out takes its default, unless the setting asks for all of them."""

    defaults: ClassVar[Mapping[str, Any]]

    @model_validator(mode="before")
    @classmethod
    def filled(cls, sent: object, info: ValidationInfo) -> object:
        if isinstance(sent, dict) and not _reading(info).vendor.memory.settings.all_children_required:
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
    renewable_energy: Annotated[float, Field(ge=0, le=1), BeforeValidator(_number)]
    natural_gas: Boolean
    shared_account: Boolean
    zip_code: Annotated[str, BeforeValidator(_zip_code)]
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


def read(model: type[M], content: object, vendor: CarbonInsights) -> M:
    """A body as a model; all that is wrong with it is told at once. Raises MalformedBody."""
    try:
        return model.model_validate(content, context=Reading(vendor, _by_code(content)))
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


# --- out --------------------------------------------------------------------------------------------------------------


def registered(account: Account) -> dict[str, object]:
    created = f"Account with username {account.username} created successfully."
    return {"message": f"{created} Use credentials to generate authorization token."}


def token_pair(pair: TokenPair) -> dict[str, object]:
    return {"access": pair.access, "refresh": pair.refresh}


def access_token(token: str) -> dict[str, object]:
    return {"access": token}


def score(score: Score, options: Options) -> dict[str, object]:
    """Recommendations and offsets are there if asked for."""
    details: dict[str, object] = {"footprint": _table(score.footprint, options)}
    if score.savings is not None:
        details["recommendations"] = _table(score.savings, options)
    if score.offset_link is not None:
        details["offsets"] = {"referral_link": score.offset_link}
    return {"messages": score.notes, "details": details}


def _table(rows: Sequence[tuple[str, Impact]], options: Options) -> dict[str, object]:
    """By columns, the rows numbered in text: a pandas DataFrame as a dictionary."""
    table: dict[str, object] = {"category": _column(title for title, _ in rows)}
    for metric, asked in enumerate((options.co2e, options.land, options.water)):
        if asked:
            table[TITLES[metric]] = _column(impact[metric] for _, impact in rows)
    return table


def _column(values: Iterable[object]) -> dict[str, object]:
    return {str(row): value for row, value in enumerate(values)}


def view(name: str) -> dict[str, object]:
    """What OPTIONS tells of a path."""
    return {"name": name, "description": "", "renders": ["application/json"], "parses": ["application/json"]}
