"""Work for a client, and the client's channel, of which only one task may read."""

import asyncio
from collections.abc import Callable

import pytest
from starlette.types import Message

from emulator.web.connection import ClientGone, while_connected


class Channel:
    """A client's channel, which takes one reader at a time. A reader that is cancelled leaves in a later turn."""

    def __init__(self) -> None:
        self.readers = 0
        self.gone = asyncio.Event()

    async def receive(self) -> Message:
        assert self.readers == 0
        self.readers += 1
        try:
            await self.gone.wait()
        finally:
            self.readers -= 1
        return {"type": "http.disconnect"}


async def work(seconds: float, ended: list[str]) -> str:
    """Do something, and end in a turn after the one that cancels it."""
    try:
        await asyncio.sleep(seconds)
        return "done"
    finally:
        await asyncio.sleep(0)
        ended.append("ended")


async def done(channel: Channel, ended: list[str]) -> None:
    assert await while_connected(channel.receive, work(0, ended)) == "done"


async def left(channel: Channel, ended: list[str]) -> None:
    asyncio.get_running_loop().call_soon(channel.gone.set)
    with pytest.raises(ClientGone):
        await while_connected(channel.receive, work(60, ended))


async def cancelled(channel: Channel, ended: list[str]) -> None:
    caller = asyncio.ensure_future(while_connected(channel.receive, work(60, ended)))
    await asyncio.sleep(0.01)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller


async def failed(channel: Channel, ended: list[str]) -> None:
    async def fail() -> None:
        try:
            await work(0, ended)
        finally:
            raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        await while_connected(channel.receive, fail())


@pytest.mark.parametrize("case", [done, left, cancelled, failed])
def test_nothing_runs_on(case: Callable[[Channel, list[str]], object]) -> None:
    """However it ends, the work has ended, and no task reads the channel any more: another one may, at once."""

    async def play() -> None:
        channel, ended = Channel(), list[str]()
        await case(channel, ended)  # type: ignore[misc]
        assert (channel.readers, ended) == (0, ["ended"])
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(play())
