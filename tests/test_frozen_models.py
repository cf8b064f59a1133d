"""Cached models are shared between requests and spaces, so they are immutable."""

from typing import Any

import pytest
from pydantic import BaseModel

from emulator import Emulator
from emulator.client.embedded import SpaceHandle
from emulator.core.bounded_cache import RepeatedCache
from emulator.core.documents import write
from emulator.evidence import contracts
from emulator.providers import ALL
from emulator.space.fixtures import Fixtures
from emulator.space.initial_memory import InitialMemory
from emulator.web import reading
from tests.support.frozen import mutable_parts
from tests.test_bad_input import Prober, good_draft


class Retentive(RepeatedCache[Any, BaseModel]):
    """A cache that keeps what comes once, too."""

    def repeats(self, key: Any) -> bool:
        return True


@pytest.mark.parametrize("name", ALL)
def test_a_cached_model_is_frozen(
    emulator: Emulator, space: SpaceHandle, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cached model is frozen with its nested members: tuples and FrozenMappings, not lists and dicts."""
    cache = Retentive(count_max=1_000_000)
    monkeypatch.setattr(reading, "_known", cache)
    prober = Prober(emulator, space, name)
    for operation in contracts.operations(name):
        prober.send(operation.id, good_draft(name, operation), range(100, 600))

    cached = {type(model) for model in cache.values()}
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
