"""What is mutable in a type: a model, a struct, a named tuple, or anything inside of them."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache, cached_property
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import AfterValidator, AwareDatetime, BaseModel, RootModel

from emulator.core.struct import Struct

IMMUTABLE = (str, int, float, bool, bytes, NoneType, Decimal, date, datetime, AwareDatetime)


@cache
def is_frozen(kind: type) -> bool:
    """Return whether a type is immutable with its nested members."""
    return not any(mutable_parts(kind, kind.__name__))


def mutable_parts(kind: Any, place: str) -> Iterator[str]:
    """Yield every mutable part of a type, by its place in the model."""
    if isinstance(kind, type) and not get_args(kind):
        return _parts_of_class(kind, place)
    return _parts_of_form(get_origin(kind), get_args(kind), kind, place)


def _parts_of_class(kind: type, place: str) -> Iterator[str]:
    if issubclass(kind, BaseModel):
        yield from _parts_of_model(kind, place)
    elif issubclass(kind, Struct):
        if not kind.__struct_config__.frozen:
            yield f"{place}: {kind} is not frozen"
        yield from _parts_of_members(kind, kind.__struct_fields__, place)
    elif issubclass(kind, tuple) and hasattr(kind, "_fields"):
        yield from _parts_of_members(kind, kind._fields, place)
    elif not issubclass(kind, IMMUTABLE):
        yield f"{place}: {kind} is mutable"


def _parts_of_members(kind: type, names: Sequence[str], place: str) -> Iterator[str]:
    hints = get_type_hints(kind, include_extras=True)
    for name in names:
        yield from mutable_parts(hints[name], f"{place}.{name}")


def _parts_of_form(origin: Any, parts: Sequence[Any], kind: object, place: str) -> Iterator[str]:
    if origin is Annotated:
        frozen = any(isinstance(extra, AfterValidator) and extra.func is MappingProxyType for extra in parts[1:])
        for part in get_args(parts[0]) if frozen else parts[:1]:
            yield from mutable_parts(part, place)
    elif origin in (Union, UnionType, tuple, frozenset):
        for part in parts:
            yield from mutable_parts(part, place)
    elif origin is not Literal and kind is not Ellipsis:
        yield f"{place}: {kind} is mutable"


def _parts_of_model(model: type[BaseModel], place: str) -> Iterator[str]:
    if not model.model_config.get("frozen"):
        yield f"{place}: {model} is not frozen"
    hints = get_type_hints(model, include_extras=True)
    if issubclass(model, RootModel):
        hints["root"] = model.model_fields["root"].annotation
    for name in model.model_fields:
        yield from mutable_parts(hints[name], f"{place}.{name}")
    for kind in model.__mro__:
        for name, member in vars(kind).items():
            if isinstance(member, cached_property):
                result = get_type_hints(member.func, include_extras=True)["return"]
                yield from mutable_parts(result, f"{place}.{name}")
