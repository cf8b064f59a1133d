"""One worker's link to the others: it hands connections over, forwards requests, and asks for reports."""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from starlette.types import ASGIApp, Scope

from emulator.server.addressed_space import space_at, space_of
from emulator.server.channel import Channel
from emulator.server.channel_pool import ChannelPool, NoChannel
from emulator.server.connection_pool import ConnectionPool
from emulator.server.forwarding import Forwarder, answer_forwarded
from emulator.server.inboxes import CALL, CONNECTION, DATA_BYTES_MAX, Delivery, Inbox
from emulator.server.protocol import HttpProtocol
from emulator.server.request_cycle import RequestCycle
from emulator.space.report import Report, WorkerSilent
from emulator.space.share import Share

RECEIVED_AT_ONCE = 16
REPORTS_MAX = 4
"""How many reports to ask a worker for at a time. Their channels are reserved: forwarded requests wait for reports."""

REPORT = "emulator.report"
REPORT_SECONDS = 5.0
"""How long to wait for a report, which a worker that takes the place of another one gives too."""

Reporter = Callable[[bool], Report]


class WorkerLink:
    """Connects worker ``share.index`` with those that have the other ``inboxes``. It works after ``start()``."""

    def __init__(self, share: Share, inboxes: Sequence[Inbox], channels_max: int) -> None:
        self.share = share
        self.inboxes = inboxes
        self.reporter: Reporter
        self.channels_max = channels_max
        self.forwarded_max = max(1, channels_max // max(1, share.count - 1) - REPORTS_MAX)
        self._forwarding = [ChannelPool(inbox, self.forwarded_max) for inbox in inboxes]
        self._reporting = [ChannelPool(inbox, REPORTS_MAX) for inbox in inboxes]

    # --- to the others

    def hand_over(self, transport: asyncio.Transport, data: bytes) -> bool:
        space = space_at(data) if len(data) <= DATA_BYTES_MAX else None
        if space is None or self.share.owns(space):
            return False
        owner = self.share.owner(space)
        if self._forwarding[owner].lacks_room:
            return False
        descriptor = transport.get_extra_info("socket").fileno()
        return self.inboxes[owner].send(CONNECTION, data, descriptor)

    def is_own(self, scope: Scope) -> bool:
        return self.share.owns(space_of(scope["path"]))

    def application(self, request: RequestCycle) -> ASGIApp | None:
        owner = self.share.owner(space_of(request.scope["path"]))
        return None if owner == self.share.index else Forwarder(self._forwarding[owner], request.queued)

    async def reports(self, with_spaces: bool) -> Sequence[Report]:
        others = [index for index in range(self.share.count) if index != self.share.index]
        return await asyncio.gather(*(self._report(index, with_spaces) for index in others))

    async def _report(self, index: int, with_spaces: bool) -> Report:
        try:
            async with asyncio.timeout(REPORT_SECONDS):
                while (report := await self._one_report(index, with_spaces)) is None:
                    pass  # the worker has died; ask the one that replaces it
                return report
        except TimeoutError:
            raise WorkerSilent(f"worker {index + 1} of {self.share.count} does not answer") from None
        except NoChannel as reason:
            raise WorkerSilent(f"cannot ask worker {index + 1} of {self.share.count}: {reason}") from None

    async def _one_report(self, index: int, with_spaces: bool) -> Report | None:
        async with self._reporting[index].channel() as channel:
            await channel.send({"type": REPORT, "with_spaces": with_spaces})
            report: Report | None = await channel.receive()
            return report

    # --- from the others

    def start(self, pool: ConnectionPool) -> None:
        """Take from now on what the others send, for this pool."""
        self._pool = pool
        asyncio.get_running_loop().add_reader(self.inboxes[self.share.index].fileno(), self._receive)

    def stop(self) -> None:
        """Take nothing more."""
        asyncio.get_running_loop().remove_reader(self.inboxes[self.share.index].fileno())

    def _receive(self) -> None:
        inbox = self.inboxes[self.share.index]
        for _ in range(RECEIVED_AT_ONCE):
            delivery = inbox.receive()
            if delivery is None:
                return
            self._spawn(self._take_call(delivery) if delivery.kind == CALL else self._take_connection(delivery))

    def _spawn(self, work: Awaitable[None]) -> None:
        task: asyncio.Task[Any] = asyncio.ensure_future(work)
        self._pool.tasks.add(task)
        task.add_done_callback(self._pool.tasks.discard)

    async def _take_connection(self, delivery: Delivery) -> None:
        """Serve a connection. Its client may have gone meanwhile."""
        protocol = partial(HttpProtocol, self._pool, delivery.data)
        with suppress(OSError):
            connection = _socket(delivery.descriptor)
            try:
                await asyncio.get_running_loop().connect_accepted_socket(protocol, connection)
            except BaseException:
                connection.close()
                raise

    async def _take_call(self, delivery: Delivery) -> None:
        channel = await Channel.over(_socket(delivery.descriptor))
        try:
            scope = await channel.receive()
            if scope is None:
                return
            if scope["type"] == REPORT:
                return await channel.send(self.reporter(scope["with_spaces"]))
            await answer_forwarded(self._pool.app, scope, channel)
            await channel.ended()
        finally:
            channel.close()


def _socket(descriptor: int) -> socket.socket:
    """Return a received descriptor as a socket. Raises OSError."""
    try:
        found = socket.socket(fileno=descriptor)
    except OSError:
        os.close(descriptor)
        raise
    found.setblocking(False)
    return found
