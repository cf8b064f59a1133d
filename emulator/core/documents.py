"""Dataclasses as JSON documents: fixtures and snapshots. Read strictly, or not at all."""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Annotated, Any, Generic, TypeAlias, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, ValidationError, create_model

from emulator.core.errors import Malformed

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")


def _utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("in UTC, it is beyond the calendar") from None


UtcTime = Annotated[AwareDatetime, AfterValidator(_utc)]
"""A point in time in a document: it must say how far it is from UTC, and is kept in UTC."""

FrozenMapping: TypeAlias = Annotated[Mapping[K, V], AfterValidator(MappingProxyType)]
"""A JSON object that cannot change, for models and drafts: those are cached and shared between spaces."""

EMPTY: Mapping[Any, Any] = MappingProxyType({})


class BadDocument(Exception):
    """A document does not hold what it should. ``place`` says where, and ``fault`` what is wrong there."""

    def __init__(self, place: str, fault: str) -> None:
        super().__init__(f"at {place or 'the top'}: {fault}")
        self.place = place
        self.fault = fault


class Document(Generic[T]):
    """The JSON form of a dataclass. Reading refuses what is missing, unknown, or of the wrong type."""

    def __init__(self, kind: type[T]) -> None:
        self._model: type[BaseModel] = create_model(
            "Document", __config__=ConfigDict(extra="forbid"), content=(kind, ...)
        )

    def read(self, content: Mapping[str, Any]) -> T:
        """The dataclass that a JSON object describes. Raises BadDocument."""
        try:
            return self._model.model_validate({"content": content}).content  # type: ignore[attr-defined, no-any-return]
        except ValidationError as error:
            first = Malformed.found(None, error).problems[0]
            raise BadDocument(first.field, first.message) from None

    def write(self, thing: T) -> dict[str, Any]:
        """The JSON object that describes a dataclass."""
        content: dict[str, Any] = self._model.model_construct(content=thing).model_dump(mode="json")["content"]
        return content


def document(kind: type[T]) -> Document[T]:
    """The JSON form of a dataclass, worked out once: that takes longer than to read one."""
    if kind not in _documents:
        _documents[kind] = Document(kind)
    return _documents[kind]


def write(thing: Any) -> dict[str, Any]:
    """The JSON object that describes a dataclass."""
    return document(type(thing)).write(thing)


_documents: dict[type[Any], Document[Any]] = {}
