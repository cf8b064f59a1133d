"""Replies leave in the order in which they were written: at once, or together at the end of a turn."""

import asyncio
from collections.abc import Callable
from typing import cast

from emulator.server.send_queue import PROBED, QUEUED_BYTES_MAX, TOGETHER_MAX, TOGETHER_MIN, SendQueue


class Transport:
    """A transport that lists what is sent on all transports."""

    def __init__(self, sent: list[bytes]) -> None:
        self.sent = sent
        self.closing = False

    def write(self, data: bytes) -> None:
        self.sent.append(data)

    def is_closing(self) -> bool:
        return self.closing


class Turns:
    """A queue in an event loop, and what it has sent."""

    def __init__(self) -> None:
        self.queue = SendQueue()
        self.sent: list[bytes] = []
        self.written: list[bytes] = []

    def write(self, count: int, size: int = 4) -> Transport:
        """Write replies to a new transport in this turn."""
        transport = Transport(self.sent)
        for _ in range(count):
            self.written.append(b"%0*d" % (size, len(self.written)))
            self.queue.write(cast(asyncio.Transport, transport), self.written[-1])
        return transport

    async def end(self) -> None:
        """End the turn: everything has been sent in order."""
        await asyncio.sleep(0)
        assert self.sent == self.written


def under_load(test: Callable[[Turns], object]) -> None:
    """Run a test in the turn after one in which many replies waited."""

    async def run() -> None:
        turns = Turns()
        turns.write(PROBED + TOGETHER_MIN)
        assert len(turns.sent) == PROBED
        await turns.end()
        turns.sent.clear()
        turns.written.clear()
        test(turns)
        await turns.end()

    asyncio.run(run())


def test_a_single_client_gets_its_replies_at_once() -> None:
    """While turns have few replies, only one in many waits, and no longer than its turn."""

    async def run() -> None:
        turns = Turns()
        waited = 0
        for _ in range(3 * (PROBED + 1)):
            turns.write(1)
            waited += len(turns.written) - len(turns.sent)
            await turns.end()
        assert waited == 3

    asyncio.run(run())


def test_the_replies_of_a_turn_leave_together() -> None:
    """Under load, replies wait for the end of their turn."""

    def test(turns: Turns) -> None:
        turns.write(1)
        turns.write(1)
        assert not turns.sent

    under_load(test)


def test_no_reply_waits_for_many_others() -> None:
    """A turn with very many replies sends those that wait now and then, and the next turn still queues."""

    def test(turns: Turns) -> None:
        turns.write(2 * TOGETHER_MAX + 1)
        assert len(turns.sent) == 2 * TOGETHER_MAX

    under_load(test)


def test_a_long_reply_does_not_wait() -> None:
    """What was written before it is sent before it."""

    def test(turns: Turns) -> None:
        turns.write(1)
        turns.write(1, size=QUEUED_BYTES_MAX + 1)
        assert turns.sent == turns.written

    under_load(test)


def test_what_waits_can_be_sent_now() -> None:
    """A connection that closes flushes the queue first."""

    def test(turns: Turns) -> None:
        transport = cast(asyncio.Transport, turns.write(1))
        assert turns.queue.holds(transport)
        turns.queue.flush()
        assert turns.sent == turns.written
        assert not turns.queue.holds(transport)

    under_load(test)


def test_nothing_is_sent_to_a_closed_connection() -> None:
    """A client that has gone gets nothing; the others get their replies."""

    def test(turns: Turns) -> None:
        turns.write(1).closing = True
        turns.written.pop()
        turns.write(1)

    under_load(test)
