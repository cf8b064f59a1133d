"""What is forgotten: it goes a little at a time, all of it, and nothing that somebody else has."""

import asyncio
from collections import deque
from collections.abc import Callable
from itertools import pairwise
from typing import Any
from weakref import ref

import pytest

from emulator.space.gradual_free import MANY, PORTION, free_slowly


class Record:
    """Something that can be watched as it goes, and has no attributes that lead on."""

    __slots__ = ("__weakref__",)


class Holder:
    """Something with many records, however it holds them."""

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


def held(holding: Callable[[list[Record]], Any], count: int) -> tuple[Holder, list[ref[Record]]]:
    """Many records, and how to see which of them are left."""
    records = [Record() for _ in range(count)]
    return Holder(holding(records)), [ref(record) for record in records]


def left(watched: list[ref[Record]]) -> int:
    return sum(record() is not None for record in watched)


@pytest.mark.parametrize("holding", HOLDINGS)
def test_it_goes_between_the_turns_of_others(holding: Callable[[list[Record]], Any]) -> None:
    """At first all is there, then less and less, and never more goes at once than a portion and what is left over."""

    async def watch() -> list[int]:
        thing, watched = held(holding, 5 * PORTION)
        free_slowly(thing)
        del thing
        seen = [left(watched)]
        while seen[-1]:
            await asyncio.sleep(0)
            seen.append(left(watched))
        return seen

    seen = asyncio.run(watch())
    assert seen[0] == 5 * PORTION
    assert max(before - after for before, after in pairwise(seen)) <= PORTION + MANY


def test_it_stays_as_long_as_somebody_has_it() -> None:
    """A thing that a request still has is whole; so is what of it somebody else has, after it is gone."""

    async def watch() -> None:
        shared = [Record() for _ in range(3)]
        thing, watched = held(lambda records: {"own": records, "shared": shared, "again": [shared, {"x": shared}]}, 3)
        free_slowly(thing)
        await asyncio.sleep(0.001)
        assert left(watched) == len(thing.records["own"]) == 3
        del thing
        while left(watched):
            await asyncio.sleep(0)
        await asyncio.sleep(0.001)
        assert len(shared) == 3

    asyncio.run(watch())


def test_without_a_loop_it_goes_at_once() -> None:
    """Where no event loop runs, nothing is put off."""
    thing, watched = held(lambda records: records, 5 * PORTION)
    free_slowly(thing)
    del thing
    assert left(watched) == 0


def test_it_does_not_outlive_its_loop() -> None:
    """What is left when the event loop ends goes with it."""

    async def forget() -> list[ref[Record]]:
        thing, watched = held(lambda records: records, 10 * PORTION)
        free_slowly(thing)
        return watched

    assert left(asyncio.run(forget())) == 0
