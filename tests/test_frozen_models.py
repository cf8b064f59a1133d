"""Cached models are shared between requests and spaces, so they are immutable."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
from pydantic import AfterValidator, AwareDatetime, BaseModel, RootModel

from emulator import Emulator
from emulator.client.embedded import SpaceHandle
from emulator.core.bounded_cache import BoundedCache
from emulator.core.documents import write
from emulator.evidence import contracts
from emulator.providers import ALL
from emulator.space.fixtures import Fixtures
from emulator.space.initial_memory import InitialMemory
from emulator.web import reading
from tests.test_bad_input import Prober, good_draft

IMMUTABLE = (str, int, float, bool, bytes, NoneType, Decimal, date, datetime, AwareDatetime)


@pytest.mark.parametrize("name", ALL)
def test_a_cached_model_is_frozen(
    emulator: Emulator, space: SpaceHandle, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cached model is frozen with its nested members: tuples and FrozenMappings, not lists and dicts."""
    caches = [BoundedCache[Any, BaseModel](count_max=1_000_000) for _ in range(2)]
    monkeypatch.setattr(reading, "_bodies", caches[0])
    monkeypatch.setattr(reading, "_queries", caches[1])
    prober = Prober(emulator, space, name)
    for operation in contracts.operations(name):
        prober.send(operation.id, good_draft(name, operation), range(100, 600))

    cached = {type(model) for cache in caches for model in cache.values()}
    assert [found for model in cached for found in mutable_parts(model, model.__name__)] == []


@pytest.mark.parametrize("name", ALL)
def test_a_shared_record_is_frozen(name: str) -> None:
    """Frozen records of a fixture are shared between spaces, so their members are immutable, too."""
    memory = Fixtures(ALL)[name].memory
    shared = {type(record) for record in InitialMemory(memory).records}
    assert [found for kind in shared for found in mutable_parts(kind, kind.__name__)] == []


def test_a_copy_of_a_memory_is_independent() -> None:
    """A change of one copy, of its containers or of a record that can change, appears in no other."""
    memory = Fixtures(ALL)["oneclickimpact"].memory
    original, written = InitialMemory(memory), write(memory)
    first, second = original.copy(), original.copy()
    assert write(first) == write(second) == written
    first.customers.clear()
    first.impacts[0].amount += 1
    assert write(first) != written
    assert write(second) == write(original.copy()) == write(memory) == written


def mutable_parts(kind: Any, place: str) -> Iterator[str]:
    """Yield every mutable part of a type, by its place in the model."""
    origin, parts = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield from _parts_of_model(kind, place)
    elif is_dataclass(kind):
        if kind.__setattr__ is object.__setattr__:
            yield f"{place}: {kind} is not frozen"
        hints = get_type_hints(kind, include_extras=True)
        for field in fields(kind):
            yield from mutable_parts(hints[field.name], f"{place}.{field.name}")
    elif origin is Annotated:
        frozen = any(isinstance(extra, AfterValidator) and extra.func is MappingProxyType for extra in parts[1:])
        for part in get_args(parts[0]) if frozen else parts[:1]:
            yield from mutable_parts(part, place)
    elif origin in (Union, UnionType, tuple, frozenset):
        for part in parts:
            yield from mutable_parts(part, place)
    elif (
        origin is not Literal and kind is not Ellipsis and not (isinstance(kind, type) and issubclass(kind, IMMUTABLE))
    ):
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
