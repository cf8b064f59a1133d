"""The channels from one worker to another: a bounded number, opened in the order in which they are requested."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext

from emulator.server.channel import Channel
from emulator.server.inboxes import CALL, Inbox

OPENED_AT_ONCE = 16
"""How many look for room in the inbox at the same time: as many as a worker takes out of its inbox in one turn."""

RETRY_SECONDS = 0.001
"""How long to wait for room in an inbox, or for the end of another channel."""

TURN_SECONDS = 10.0
"""How long to wait for a turn, which includes the start of a worker that takes the place of another one."""

Queue = Callable[[], AbstractContextManager[object]]
"""Makes the context in which a request waits for its turn."""


class NoChannel(Exception):
    """No channel can be opened at present; the message says why."""


class ChannelPool:
    """The channels to the worker that has ``inbox``. One that waits for its turn needs no file."""

    def __init__(self, inbox: Inbox, channels_max: int) -> None:
        self._inbox = inbox
        self._channels_max = channels_max
        self._channels = 0
        self._waiting = 0
        self._turns = asyncio.Semaphore(OPENED_AT_ONCE)

    @property
    def lacks_room(self) -> bool:
        """Whether requests wait for room in the inbox, which nothing else may take first."""
        return self._waiting > 0 and self._channels < self._channels_max

    @asynccontextmanager
    async def channel(self, queue: Queue = nullcontext) -> AsyncIterator[Channel]:
        """Open a channel, after a wait in ``queue`` if necessary. Raises NoChannel."""
        try:
            end = (None if self._waiting else self._connect()) or await self._wait(queue)
        except TimeoutError:
            raise NoChannel("it is busy") from None
        except OSError as error:
            raise NoChannel(error.strerror) from None
        try:
            channel = await Channel.over(end)
            try:
                yield channel
            finally:
                channel.close()
        finally:
            self._channels -= 1

    def _connect(self) -> socket.socket | None:
        """Give one end of a new channel to the other worker, and return this end; None if there is no room."""
        if self._channels == self._channels_max:
            return None
        near, far = socket.socketpair()
        with far:
            if self._inbox.send(CALL, b"", far.fileno()):
                self._channels += 1
                return near
        near.close()
        return None

    async def _wait(self, queue: Queue) -> socket.socket:
        """Return this end of a new channel when it is its turn."""
        self._waiting += 1
        try:
            with queue():
                async with asyncio.timeout(TURN_SECONDS), self._turns:
                    while (end := self._connect()) is None:
                        await asyncio.sleep(RETRY_SECONDS)
                    return end
        finally:
            self._waiting -= 1
