"""The models of requests. Each becomes a draft. All problems of a body are reported at once."""

from collections.abc import Iterator
from typing import Annotated, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    PlainValidator,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError

from emulator.core.errors import Malformed, Problem
from emulator.providers.carboninsights.backend import CarbonInsights, drafts
from emulator.providers.carboninsights.backend.drafts import COUNTRY, US_AVERAGE_ZIP_CODE, Listing
from emulator.providers.carboninsights.wire.context import Context, context_of
from emulator.providers.carboninsights.wire.fields import (
    Amount,
    Boolean,
    Day,
    Email,
    LongText,
    OptionalText,
    Share,
    ShortText,
    Text,
    ZipCode,
)
from emulator.web.model import Model

M = TypeVar("M", bound=BaseModel)


def _free(value: str, info: ValidationInfo) -> str:
    context = context_of(info)
    if context.backend.accounts.is_taken(value, context.password()):
        raise PydanticCustomError("taken", "Input should be a username that is not taken")
    return value


def _distinct(value: str, info: ValidationInfo) -> str:
    if value == info.data.get("username"):
        raise PydanticCustomError("same_as_username", "Input should differ from the username")
    return value


def _listing(value: object, info: ValidationInfo) -> Listing:
    return context_of(info).listing(value)


# --- accounts and tokens ----------------------------------------------------------------------------------------------


class Registration(Model):
    """``POST /register``"""

    username: Annotated[ShortText, AfterValidator(_free)]
    password: Annotated[LongText, AfterValidator(_distinct)]
    first_name: ShortText
    last_name: ShortText
    email: Email

    @property
    def draft(self) -> drafts.AccountDraft:
        return drafts.AccountDraft(self.username, self.password, self.first_name, self.last_name, self.email)


class Credentials(Model):
    """``POST /token``"""

    username: Text
    password: Text

    @property
    def draft(self) -> drafts.Credentials:
        return drafts.Credentials(self.username, self.password)


class RefreshRequest(Model):
    """``POST /token/refresh``"""

    refresh: Text


# --- scores -----------------------------------------------------------------------------------------------------------


class Transaction(Model):
    """A purchase, or with a negative amount a refund. Its date and descriptions change nothing."""

    date: Day
    amount: Amount
    category: Annotated[Listing, PlainValidator(_listing)]
    description: OptionalText = ""
    original_description: OptionalText = ""


class UserProfile(Model):
    diet: drafts.Diet = "typical"
    renewable_energy: Share = 0.0
    natural_gas: Boolean = False
    shared_account: Boolean = False
    zip_code: ZipCode = US_AVERAGE_ZIP_CODE
    fuel_grade: drafts.FuelGrade = "regular"

    @property
    def draft(self) -> drafts.Profile:
        return drafts.Profile(
            diet=self.diet,
            renewable_energy=self.renewable_energy,
            natural_gas=self.natural_gas,
            shared_account=self.shared_account,
            zip_code=self.zip_code,
            fuel_grade=self.fuel_grade,
        )


class Options(Model):
    offsets: Boolean = False
    recommendations: Boolean = False
    co2e: Boolean = Field(default=True, alias="CO2e")
    land: Boolean = False
    water: Boolean = False
    category_type: drafts.CategoryType = "category"
    country: Text = COUNTRY
    aggregate: Boolean = False

    @property
    def draft(self) -> drafts.Options:
        return drafts.Options(
            offsets=self.offsets,
            recommendations=self.recommendations,
            metrics=tuple(metric for metric, shown in enumerate((self.co2e, self.land, self.water)) if shown),
            category_type=self.category_type,
            country=self.country,
            aggregate=self.aggregate,
        )


DEFAULT_PROFILE = UserProfile.model_construct()
DEFAULT_OPTIONS = Options.model_construct()


class ScoreRequest(Model):
    """``POST /calculateCarbonScore``"""

    transactions: tuple[Transaction, ...]
    user_profile: UserProfile = DEFAULT_PROFILE
    options: Options = DEFAULT_OPTIONS

    @property
    def draft(self) -> drafts.ScoreDraft:
        rows = self.transactions
        purchases = drafts.Purchases(tuple(row.amount for row in rows), tuple(row.category for row in rows))
        return drafts.ScoreDraft(purchases, self.user_profile.draft, self.options.draft)


PARTS: dict[Literal["user_profile", "options"], type[Model]] = {"user_profile": UserProfile, "options": Options}


# --- bodies -----------------------------------------------------------------------------------------------------------


class MalformedBody(Malformed):
    """A body that breaks the schema. Each of its ``rows`` transactions has a position in the refusal."""

    def __init__(self, *problems: Problem, rows: int) -> None:
        super().__init__(*problems)
        self.rows = rows


def read(model: type[M], content: object, backend: CarbonInsights) -> M:
    """Return a body as a model. Raises MalformedBody with all its problems."""
    complete = model is ScoreRequest and backend.memory.settings.all_children_required
    missing = list(_missing_children(content)) if complete else []
    try:
        body: M = model.__pydantic_validator__.validate_python(content, context=Context(backend, content))
    except ValidationError as error:
        problems = Malformed.found("body", error).problems
        raise MalformedBody(*problems, *missing, rows=_rows(content)) from None
    if missing:
        raise MalformedBody(*missing, rows=_rows(content))
    return body


def _missing_children(content: object) -> Iterator[Problem]:
    """Yield the missing members of ``user_profile`` and ``options``."""
    if not isinstance(content, dict):
        return
    for part, model in PARTS.items():
        children = content.get(part)
        if isinstance(children, dict):
            names = (field.alias or name for name, field in model.model_fields.items())
            yield from (
                Problem(("body", part, name), "missing", "Field required") for name in names if name not in children
            )


def _rows(content: object) -> int:
    match content:
        case {"transactions": list(transactions)}:
            return len(transactions)
    return 0
