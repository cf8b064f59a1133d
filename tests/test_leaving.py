"""Freeing large structures: in portions, completely, and without objects that are still in use."""

import asyncio
from collections import deque
from collections.abc import Callable
from itertools import pairwise
from typing import Any
from weakref import ref

import pytest

from emulator.space.gradual_free import MANY, PORTION, free_slowly


class Record:
    """An object without references that can be watched."""

    __slots__ = ("__weakref__",)


class Holder:
    """An object with many records, in any structure."""

    def __init__(self, records: Any) -> None:
        self.records = records


HOLDINGS: list[Callable[[list[Record]], Any]] = [
    lambda records: records,
    lambda records: dict(enumerate(records)),
    lambda records: {number: [record] for number, record in enumerate(records)},
    lambda records: {"one": {"other": Holder({"a": [Holder(deque(records))]})}},
    lambda records: (set(records), list(records), dict.fromkeys(records)),
    lambda records: [Holder(records), *(Holder([]) for _ in range(MANY))],
]


def make_holder(holding: Callable[[list[Record]], Any], count: int) -> tuple[Holder, list[ref[Record]]]:
    """Return an object with many records, and weak references to them."""
    records = [Record() for _ in range(count)]
    return Holder(holding(records)), [ref(record) for record in records]


def count_alive(watched: list[ref[Record]]) -> int:
    return sum(record() is not None for record in watched)


@pytest.mark.parametrize("holding", HOLDINGS)
def test_freeing_is_spread_over_turns(holding: Callable[[list[Record]], Any]) -> None:
    """Never more than a portion and a rest are freed at once, the first with the object itself."""

    async def watch() -> list[int]:
        holder, watched = make_holder(holding, 5 * PORTION)
        free_slowly(holder)
        seen = [count_alive(watched)]
        del holder
        seen.append(count_alive(watched))
        while seen[-1]:
            await asyncio.sleep(0)
            seen.append(count_alive(watched))
        return seen

    seen = asyncio.run(watch())
    assert seen[0] == 5 * PORTION
    assert max(before - after for before, after in pairwise(seen)) <= PORTION + MANY


def test_a_portion_is_freed_at_once() -> None:
    """What a test's space holds is freed when nothing references it, without waiting for the event loop."""

    async def watch() -> int:
        holder, watched = make_holder(lambda records: [[record] for record in records], PORTION // 4)
        free_slowly(holder)
        del holder
        return count_alive(watched)

    assert asyncio.run(watch()) == 0


def test_referenced_objects_are_kept() -> None:
    """An object that a request still references stays whole, and so do its parts that are referenced elsewhere."""

    async def watch() -> None:
        shared = [Record() for _ in range(3)]
        holder, watched = make_holder(
            lambda records: {"own": records, "shared": shared, "again": [shared, {"x": shared}]}, 3
        )
        free_slowly(holder)
        await asyncio.sleep(0.001)
        assert count_alive(watched) == len(holder.records["own"]) == 3
        del holder
        while count_alive(watched):
            await asyncio.sleep(0)
        await asyncio.sleep(0.001)
        assert len(shared) == 3

    asyncio.run(watch())


def test_without_a_loop_freeing_is_immediate() -> None:
    """Without a running event loop, everything is freed at once."""
    holder, watched = make_holder(lambda records: records, 5 * PORTION)
    free_slowly(holder)
    del holder
    assert count_alive(watched) == 0


def test_the_end_of_the_loop_frees_the_rest() -> None:
    """What remains when the event loop ends is freed with it."""

    async def forget() -> list[ref[Record]]:
        holder, watched = make_holder(lambda records: records, 10 * PORTION)
        free_slowly(holder)
        return watched

    assert count_alive(asyncio.run(forget())) == 0
