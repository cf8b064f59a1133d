"""What the models of several operations share: days, numbers, texts, the organization, pages."""

import re
from collections.abc import Callable, Collection
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Annotated, Any, ClassVar, TypeVar
from uuid import UUID

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    GetPydanticSchema,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError, PydanticKnownError
from pydantic_core.core_schema import no_info_after_validator_function

from emulator.web.fields import JsonDouble
from emulator.web.model import Model

GRAMS_PER_KG = 1000
GRAMS_PER_TONNE = 1_000_000
SAFE_INTEGER_MAX = 2**53 - 1
NO_NULL = r"^[^\x00]*$"

T = TypeVar("T")


# --- in ---------------------------------------------------------------------------------------------------------------


def _no_timestamp(value: object) -> object:
    """A date or date-time as written. Pydantic takes Unix timestamps too, which only the vendor's legacy API does."""
    if not isinstance(value, str):
        raise PydanticKnownError("date_type")
    if not re.match(r"[0-9]{4}-", value):
        fault = "input is too short" if len(value) < len("2025-01-01") else "invalid date separator, expected `-`"
        raise PydanticKnownError("date_from_datetime_parsing", {"error": fault})
    return value


def _text_of_uuid(value: object) -> object:
    """Only text is read as a UUID, in any of its forms."""
    if not isinstance(value, str):
        raise PydanticCustomError("uuid_type", "UUID input should be a string, bytes or UUID object")
    return value


Day = Annotated[date, BeforeValidator(_no_timestamp)]
Id = Annotated[
    str,
    GetPydanticSchema(lambda _, schema: no_info_after_validator_function(str, schema(UUID))),
    BeforeValidator(_text_of_uuid),
]
"""A UUID, kept as text in lower case."""

Fraction = Annotated[JsonDouble, Field(ge=0.0, le=1.0), AfterValidator(float)]
Name = Annotated[str, StringConstraints(max_length=255, pattern=NO_NULL)]
Country = Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")]


class OrganizationHeader(Model):
    """The organization that a request is about."""

    organization_id: Id = Field(alias="x-organization-id")


class InOrganization(Model):
    """A request about an organization and nothing else."""

    header: OrganizationHeader


class Sent(Model):
    """Members that may be left out."""

    def sent(self) -> dict[str, Any]:
        """The members that were sent, and no others."""
        return {name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set}


class Body(Sent):
    """A JSON object."""

    model_config = ConfigDict(from_attributes=True)

    @model_validator(mode="before")
    @classmethod
    def _number_without_attributes(cls, content: object) -> object:
        """Return a Decimal as the float that FastAPI reads: pydantic would look for the fields among its attributes."""
        return float(content) if isinstance(content, Decimal) else content


def either(body: Body, first: str, second: str) -> None:
    """What a body must have that may do with one of two members. Raises ValueError where it has neither."""
    if getattr(body, first) is None and getattr(body, second) is None:
        raise PydanticCustomError("value_error", f"Value error, {first} or {second} is required")


class Query(Sent):
    """A query; the parameters named in ``repeated`` may come several times, and any of the values will do."""

    repeated: ClassVar[tuple[str, ...]] = ()


class Page(Query):
    """Which part of a list."""

    page: Annotated[int, Field(ge=1, le=SAFE_INTEGER_MAX)] = 1
    size: Annotated[int, Field(ge=1, le=100)] = 50

    def wanted(self) -> dict[str, Any]:
        """What the list is narrowed to: the parameters that were sent, without those of the page."""
        return {name: values for name, values in self.sent().items() if name not in Page.model_fields}


# --- out --------------------------------------------------------------------------------------------------------------


def page(things: Collection[T], asked: Page, show: Callable[[T], object]) -> dict[str, object]:
    """One page of a list, and where it stands; past the end it is empty."""
    start = (asked.page - 1) * asked.size
    shown = islice(things, start, start + asked.size) if start < len(things) else ()
    return {
        "items": [show(thing) for thing in shown],
        "total": len(things),
        "page": asked.page,
        "size": asked.size,
        "pages": -(-len(things) // asked.size),
    }


def kilograms(grams: int | None) -> float | None:
    """The nearest float, which prints as the decimal it stands for."""
    return None if grams is None else grams / GRAMS_PER_KG


def tonnes(grams: int) -> float:
    """The nearest float, which prints as the decimal it stands for: 1550.8, not 1550.8000000000002."""
    return grams / GRAMS_PER_TONNE
