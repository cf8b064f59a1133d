"""Structs as JSON documents: fixtures and snapshots, read strictly."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Any, Generic, TypeAlias, TypeVar

import msgspec
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    SerializerFunctionWrapHandler,
    ValidationError,
    WrapSerializer,
    create_model,
)

from emulator.core.exact_json import dump, parse
from emulator.core.mistakes import Mistake, mistakes

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")


BEFORE, AFTER = b'{"content":', b"}"

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

RECORD_YEAR_MIN, RECORD_YEAR_MAX = 1000, 8999
"""Times of records are in these years, so that times calculated from them are in the calendar."""


def _utc(at: datetime) -> datetime:
    if MINYEAR < at.year < MAXYEAR:  # otherwise its conversion could fail
        if at.tzinfo is not UTC:
            at = at.astimezone(UTC)
        if RECORD_YEAR_MIN <= at.year <= RECORD_YEAR_MAX:
            return at
    raise ValueError(f"the year must be from {RECORD_YEAR_MIN} to {RECORD_YEAR_MAX}")


def _time(value: object) -> object:
    """Return the time that a text describes. Digits alone are refused, although pydantic accepts them."""
    if isinstance(value, str) and _DATE.match(value):
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            return value
        return at if at.tzinfo else value
    return value


def _day(value: object) -> object:
    if isinstance(value, str) and _DATE.fullmatch(value):
        with suppress(ValueError):
            return date.fromisoformat(value)
    return value


UtcTime = Annotated[datetime, AwareDatetime, BeforeValidator(_time), AfterValidator(_utc)]
"""A time in a document: it must have an offset, and is stored in UTC."""

Day = Annotated[date, BeforeValidator(_day)]
"""A day in a document."""


def _as_dict(mapping: Mapping[Any, Any], serialize: SerializerFunctionWrapHandler) -> Any:
    return serialize(dict(mapping))


AS_DICT = WrapSerializer(_as_dict)
"""Writes a mapping that may be immutable: pydantic knows how to write dicts only."""

FrozenMapping: TypeAlias = Annotated[Mapping[K, V], AfterValidator(MappingProxyType), AS_DICT]
"""An immutable JSON object, for models and drafts, which are cached and shared between spaces."""

EMPTY: Mapping[Any, Any] = MappingProxyType({})


def frozen(value: Any) -> Any:
    """Return a mapping as an immutable one, with those inside it; any other value as it is."""
    return MappingProxyType({key: frozen(each) for key, each in value.items()}) if isinstance(value, Mapping) else value


class BadDocument(Exception):
    """A document is invalid. ``mistakes`` holds all problems; ``place`` and ``fault`` are the first one's."""

    def __init__(self, *mistakes: Mistake) -> None:
        super().__init__(str(mistakes[0]))
        self.mistakes = mistakes
        self.place = mistakes[0].place
        self.fault = mistakes[0].fault


class Document(Generic[T]):
    """The JSON form of a struct. Reading rejects what is missing, unknown, or of the wrong JSON type.

    Dates are text and tuples are lists, since JSON has neither. Decimals may be text or numbers.
    """

    def __init__(self, kind: type[T]) -> None:
        self._kind = kind

    def prepare(self) -> None:
        """Build what is otherwise built when a document is first read or written."""
        _ = self._model, self._decoder

    @cached_property
    def _model(self) -> type[BaseModel]:
        return create_model("Document", __config__=ConfigDict(extra="forbid"), content=(self._kind, ...))

    def read(self, content: Mapping[str, Any]) -> T:
        """Return the struct that a JSON object describes. Raises BadDocument."""
        return self.read_json(_json(content))

    def read_json(self, text: bytes) -> T:
        """Return the struct that the text of a JSON object describes. Raises BadDocument."""
        try:
            read = self._model.model_validate_json(BEFORE + text + AFTER, strict=True)
            return read.content  # type: ignore[attr-defined, no-any-return]
        except ValidationError as error:
            whole = {"content": _parsed(text)}
            raise BadDocument(*mistakes(whole, self._json_schema, error)) from None

    def read_own(self, text: bytes) -> T:
        """Return the struct that ``write_json`` has described, checking its types only. Raises BadDocument."""
        try:
            return self._decoder.decode(text)
        except msgspec.DecodeError as error:
            raise BadDocument(Mistake("", str(error))) from None

    @cached_property
    def _decoder(self) -> msgspec.json.Decoder[T]:
        return msgspec.json.Decoder(self._kind, strict=False)

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the document, as pydantic words it."""
        schema = self._json_schema
        return {"$defs": schema["$defs"], **schema["properties"]["content"]}

    @cached_property
    def _json_schema(self) -> dict[str, Any]:
        return self._model.model_json_schema()

    def write(self, value: T) -> dict[str, Any]:
        """Return the JSON object that describes a struct."""
        content: dict[str, Any] = self._model.model_construct(content=value).model_dump(mode="json")["content"]
        return content

    def write_json(self, value: T) -> bytes:
        """Return the text of the JSON object that describes a struct: several times faster than ``write``."""
        whole = self._model.model_construct(content=value).model_dump_json().encode()
        return whole[len(BEFORE) : -len(AFTER)]


def _parsed(text: bytes) -> Any:
    try:
        return parse(text)
    except ValueError as error:
        raise BadDocument(Mistake("", f"not JSON: {error}")) from None


def _json(content: object) -> bytes:
    try:
        return dump(content)
    except (TypeError, ValueError):
        raise BadDocument(Mistake("", "a number has too many digits")) from None


def document(kind: type[T]) -> Document[T]:
    """Return the JSON form of a struct. It is cached: creating it takes longer than reading."""
    if kind not in _documents:
        _documents[kind] = Document(kind)
    return _documents[kind]


def write(value: Any) -> dict[str, Any]:
    """Return the JSON object that describes a struct."""
    return document(type(value)).write(value)


_documents: dict[type[Any], Document[Any]] = {}
