"""Work that begins at once goes on in a task if it waits, and needs none if it does not."""

import asyncio

import pytest

from emulator.server.eager_task import begin


async def _work(done: list[str], *waits: float) -> None:
    done.append("begun")
    try:
        for seconds in waits:
            await asyncio.sleep(seconds)
            done.append("went on")
    finally:
        done.append("ended")


def test_work_that_does_not_wait_ends_at_once() -> None:
    """It needs no task."""

    async def check(done: list[str]) -> None:
        assert begin(_work(done)) is None
        assert done == ["begun", "ended"]

    asyncio.run(check([]))


def test_work_that_waits_goes_on_in_a_task() -> None:
    """It may wait for a turn of the event loop, and for a future."""

    async def check(done: list[str]) -> None:
        task = begin(_work(done, 0, 0.001))
        assert task
        assert done == ["begun"]
        await task
        assert done == ["begun", "went on", "went on", "ended"]

    asyncio.run(check([]))


@pytest.mark.parametrize("turns", [0, 1, 2])
def test_work_can_be_cancelled_whenever_it_waits(turns: int) -> None:
    """It ends in an orderly way, as in any task."""

    async def check(done: list[str]) -> None:
        task = begin(_work(done, 0, 60))
        assert task
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert done[-1] == "ended"

    asyncio.run(check([]))
