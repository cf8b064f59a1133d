"""The parts of a request that models read: path, query, headers and body."""

from typing import Any, ClassVar, Literal, Self, TypeAlias, TypeVar

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from emulator.core.errors import Malformed, Problem
from emulator.core.struct import replace
from emulator.providers.dcycle.wire.incoming.fields import Id, PageNumber, PageSize
from emulator.web import model
from emulator.web.model import Model

Place: TypeAlias = Literal["path", "query", "header", "body"]

T = TypeVar("T")


class Part(Model):
    """One part of a request, and what it becomes: a draft, or else itself."""

    place: ClassVar[Place]

    @property
    def draft(self) -> Self:
        return self


class Path(Part):
    place = "path"


class Query(Part, model.Query):
    """The parameters of the query; any value of a repeated one counts."""

    place = "query"


class Page(Query):
    """The query of a list: which page of it."""

    page: PageNumber = 1
    size: PageSize = 50


class Header(Part):
    """One header, whose name is the alias of the only field."""

    place = "header"
    name: ClassVar[str]


class OrganizationHeader(Header):
    """The header that names the organization."""

    name = "x-organization-id"

    organization_id: Id = Field(alias=name)


class Body(Part):
    """A JSON object."""

    place = "body"

    def sent(self) -> dict[str, Any]:
        """Return the members that were sent, and no others."""
        members = vars(self)
        return {name: members[name] for name in self.model_fields_set}

    def changed(self, terms: T) -> T:
        """Return terms with the members that were sent. Raises Malformed if they do not fit together."""
        try:
            return replace(terms, **self.sent())  # type: ignore[type-var]
        except ValueError as error:
            raise self.problem(str(error)) from None

    def problem(self, reason: str) -> Malformed:
        """Return the refusal of a body whose members do not fit together."""
        return Malformed(Problem((self.place,), "value_error", f"Value error, {reason}"))

    def require_one_of(self, first: str, second: str) -> None:
        """Raise PydanticCustomError unless the body has one of two members."""
        if reason := lacks(self, first, second):
            raise PydanticCustomError("value_error", f"Value error, {reason}")


def lacks(members: object, first: str, second: str) -> str | None:
    """Return the reason why a body or its terms are refused that have neither of two members; None if they have one."""
    if getattr(members, first) is None and getattr(members, second) is None:
        return f"{first} or {second} is required"
    return None


class Form(Part):
    """The fields of a form."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    place = "body"


class NewRecord(Body):
    """The body that creates a record. Its terms check themselves, as they do in a fixture and in a snapshot."""

    def terms(self) -> object:
        """Return the client's data about the record. Raises ValueError if it does not fit together."""
        raise NotImplementedError

    @model_validator(mode="after")
    def _terms_fit_together(self) -> "NewRecord":
        try:
            self.terms()
        except ValueError as error:
            raise PydanticCustomError("value_error", f"Value error, {error}") from None
        return self
