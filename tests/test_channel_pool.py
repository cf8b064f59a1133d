"""Channels from one worker to another, and the requests that wait for one."""

import asyncio
import errno
import os
import socket
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from starlette.types import ASGIApp

from emulator.server import channel_pool, open_files
from emulator.server.channel_pool import OPENED_AT_ONCE, ChannelPool, NoChannel
from emulator.server.connection_pool import ConnectionPool
from emulator.server.forwarding import Forwarder, answer_forwarded
from emulator.server.inboxes import CALL, CONNECTION, Inbox
from emulator.server.request_cycle import RequestCycle
from emulator.server.worker_link import REPORTS_MAX, WorkerLink
from emulator.space.share import Share
from tests.test_protocol import GET, Client, measure, settled

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="workers need fork")

resource = pytest.importorskip("resource")


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """An inbox that is never emptied."""
    inbox = Inbox()
    yield inbox
    inbox.close()


def run(play: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(play(), 20))


def open_descriptors() -> int:
    return len(os.listdir("/dev/fd"))


def take(inbox: Inbox) -> socket.socket:
    """Take the other end of a channel."""
    delivery = inbox.receive()
    assert delivery
    return socket.socket(fileno=delivery.descriptor)


async def hold(pool: ChannelPool, opened: list[int], number: int) -> None:
    """Open a channel, and keep it until the other end closes."""
    async with pool.channel() as channel:
        opened.append(number)
        await channel.receive()


def test_channels_are_bounded(inbox: Inbox) -> None:
    """At the limit, requests wait in their order, without open files; each channel that ends lets the next begin."""

    async def play() -> None:
        pool, opened = ChannelPool(inbox, 2), list[int]()
        tasks = [asyncio.ensure_future(hold(pool, opened, number)) for number in range(40)]
        while len(opened) < 2:
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.01)  # no other one begins
        descriptors = open_descriptors()
        assert opened == [0, 1]
        for count in range(3, 40):
            take(inbox).close()
            while len(opened) < count:
                await asyncio.sleep(0.001)
            assert len(opened) == count
            assert open_descriptors() <= descriptors
        assert all(abs(number - place) < OPENED_AT_ONCE for place, number in enumerate(opened))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    run(play)


def test_a_full_inbox(inbox: Inbox) -> None:
    """As long as an inbox is full, requests wait without open files, and what comes later does not overtake them."""

    async def play() -> None:
        pool, opened = ChannelPool(inbox, 10_000), list[int]()
        tasks = [asyncio.ensure_future(hold(pool, opened, number)) for number in range(1500)]
        await asyncio.sleep(0.05)
        assert pool.lacks_room
        assert open_descriptors() < 1000
        room = len(opened)
        late = asyncio.ensure_future(hold(pool, opened, -1))
        for _ in range(2):
            take(inbox).close()
        while len(opened) < room + 2:
            await asyncio.sleep(0.001)
        assert -1 not in opened
        for task in (*tasks, late):
            task.cancel()
        await asyncio.gather(*tasks, late, return_exceptions=True)
        assert not pool.lacks_room

    run(play)


class Workers:
    """Lets another worker answer all requests of this one."""

    def __init__(self, channels: ChannelPool) -> None:
        self.channels = channels

    def hand_over(self, _transport: asyncio.Transport, _data: bytes) -> bool:
        return False

    def application(self, request: RequestCycle) -> ASGIApp:
        return Forwarder(self.channels, request.queued)


async def serve(inbox: Inbox) -> int:
    """Answer what is in an inbox, as its worker does, and return how many requests there were."""
    count = 0
    while delivery := inbox.receive():
        channel = await channel_pool.Channel.over(socket.socket(fileno=delivery.descriptor))
        if scope := await channel.receive():
            count += 1
            await answer_forwarded(measure, scope, channel)
            await channel.ended()
        channel.close()
        await asyncio.sleep(0.002)
    return count


def test_a_client_that_leaves_the_queue(inbox: Inbox) -> None:
    """A request whose client goes while it waits is dropped at once; that of a half-closed client is answered."""

    async def play() -> None:
        pool = ConnectionPool(measure, workers=Workers(ChannelPool(inbox, 1)))
        first, *others = clients = [Client(pool) for _ in range(9)]
        for client in clients:
            await client.send(GET)
        assert len(pool.tasks) == 9
        for client in others[:-1]:
            await (client.half_close() if client is others[0] else client.reset())
        assert len(pool.tasks) == 3
        assert await serve(inbox) == 3
        await settled()
        assert [client.statuses for client in clients] == [[200], [200], *[[]] * 6, [200]]
        assert first.protocol.queued is None
        assert not pool.tasks

    run(play)


def test_a_client_that_leaves_before_its_turn_is_needed(inbox: Inbox) -> None:
    """A request that need not wait is carried out although its client has gone, as in a server with one process."""

    async def play() -> None:
        pool = ConnectionPool(measure, workers=Workers(ChannelPool(inbox, 1)))
        client = Client(pool)
        client.protocol.data_received(GET)
        await client.reset()
        assert await serve(inbox) == 1

    run(play)


@contextmanager
def no_more_files() -> Iterator[None]:
    """Let this process open no file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("cause", ["files", "turn", "files of those that wait"])
def test_no_channel(
    inbox: Inbox, cause: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """If a channel cannot be opened, or not in time, the reply is 503 with the reason; nothing is logged."""
    reason = os.strerror(errno.EMFILE)
    if cause == "turn":
        monkeypatch.setattr(channel_pool, "TURN_SECONDS", 0.02)
        reason = "it is busy"

    async def play() -> None:
        channels = ChannelPool(inbox, 0 if cause == "turn" else 1)
        client = Client(ConnectionPool(measure, workers=Workers(channels)))
        if cause == "files of those that wait":
            holder = asyncio.ensure_future(hold(channels, [], 0))
            await settled()
            await client.send(GET)
            end = take(inbox)
            with no_more_files():
                end.close()
                await holder
                await client.replied()
        elif cause == "files":
            with no_more_files():
                await client.send(GET)
        else:
            await client.send(GET)
            await client.replied()
        [(status, _, body)] = client.replies
        assert (status, body) == (503, b'{"error":"cannot forward this request to its worker: %s"}' % reason.encode())
        assert not channels.lacks_room

    run(play)
    assert not caplog.records


def test_files_are_shared_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the limit of open files is, connections and channels in both directions stay within it."""
    for files in (512, 1024, 4224, open_files.FILES_MAX, 1_000_000):
        monkeypatch.setattr(resource, "getrlimit", lambda _, files=files: (files, files))
        channels = open_files.channels_max()
        connections = open_files.connections_max(channels)
        assert connections + 2 * channels + open_files.OTHERS_MAX <= files
        assert connections > 200
        assert channels >= 64
    assert (connections, channels) == (open_files.CONNECTIONS_MAX, open_files.CHANNELS_MAX)
    for workers in (2, 3, 8, 64):
        link = WorkerLink(Share(0, workers), [], open_files.CHANNELS_MAX)
        assert (workers - 1) * (link.forwarded_max + REPORTS_MAX) <= open_files.CHANNELS_MAX


def test_reports_do_not_wait_for_requests(inbox: Inbox) -> None:
    """When requests occupy all channels that they may, a worker is still asked for its report."""

    async def play() -> None:
        link = WorkerLink(Share(0, 2), [inbox, inbox], REPORTS_MAX + 1)
        pool = ConnectionPool(measure, workers=link)
        for _ in range(3):
            await Client(pool).send(GET[:3], GET[3:])
        asked = asyncio.ensure_future(link.reports(with_spaces=False))
        await asyncio.sleep(0.01)
        take(inbox).close()
        end = await channel_pool.Channel.over(take(inbox))
        assert (await end.receive())["type"] == "emulator.report"
        await end.send("report")
        assert await asked == ["report"]
        end.close()
        for task in pool.tasks:
            task.cancel()

    run(play)


def test_connections_are_handed_over_beside_waiting_requests(inbox: Inbox) -> None:
    """Requests that wait for a channel delay no connection; those that wait for room in the inbox go first."""

    class Transport:
        def get_extra_info(self, _: str) -> socket.socket:
            return near

    async def play() -> None:
        link = WorkerLink(Share(0, 2), [inbox, inbox], REPORTS_MAX + 2)
        pool = ConnectionPool(measure, workers=link)

        def hand_over() -> bool:
            return link.hand_over(Transport(), GET)  # type: ignore[arg-type]

        async def forward() -> None:
            await Client(pool).send(GET[:3], GET[3:])

        await forward()
        first = take(inbox)
        assert hand_over()
        while inbox.send(CONNECTION, b"", near.fileno()):
            """Fill the inbox."""
        await forward()
        take(inbox).close()
        assert not hand_over()
        await asyncio.sleep(0.01)
        for _ in range(5):
            take(inbox).close()
        await forward()
        assert len(pool.tasks) == 3
        assert hand_over()
        kinds = []
        while delivery := inbox.receive():
            kinds.append(delivery.kind)
            os.close(delivery.descriptor)
        assert kinds[-2:] == [CALL, CONNECTION]  # the third request is not among them
        first.close()
        for task in pool.tasks:
            task.cancel()

    near, far = socket.socketpair()
    with near, far:
        run(play)


def test_no_channel_for_a_report(inbox: Inbox) -> None:
    """A worker that cannot be asked is named, with the reason."""

    async def play() -> None:
        link = WorkerLink(Share(0, 2), [inbox, inbox], 64)
        with no_more_files():
            asked = (await asyncio.gather(link.reports(with_spaces=False), return_exceptions=True))[0]
        assert str(asked) == f"cannot ask worker 2 of 2: {os.strerror(errno.EMFILE)}"

    run(play)


def test_no_channel_is_an_answer_of_the_pool(inbox: Inbox) -> None:
    """The pool raises NoChannel, and counts no channel for it."""

    async def play() -> None:
        pool = ChannelPool(inbox, 1)
        with no_more_files(), pytest.raises(NoChannel):
            async with pool.channel():
                pass
        async with pool.channel() as channel:
            channel.close()

    run(play)
