"""Replies on their way to the sockets: under load, those of one turn of the event loop are sent together."""

import asyncio

TOGETHER_MIN, TOGETHER_MAX = 3, 32
"""How many replies are worth a wait for the end of the turn, and how many wait at most for each other."""

PROBED = 64
"""After this many replies that were sent at once, one waits, to see how many others a turn has by now."""

QUEUED_BYTES_MAX = 16 * 1024
"""How long a reply may be to wait: a longer one gains nothing, and would need memory twice."""


class SendQueue:
    """Sends replies when the event loop has handled all requests that it found; at once while it finds only few.

    Each send wakes a client. One that runs at once takes caches, and often the core, from the requests that follow:
    with 16 clients, sending at once takes a third more CPU time for each request. A single client would gain nothing,
    and wait for the end of a turn, which takes a tenth of a request. ``_at_once`` counts the replies that are still
    sent at once, ``_queued`` those of this turn that were not.
    """

    __slots__ = ("_at_once", "_queued", "_waiting")

    def __init__(self) -> None:
        self._waiting: list[tuple[asyncio.Transport, bytes]] = []
        self._at_once = PROBED
        self._queued = 0

    def write(self, transport: asyncio.Transport, data: bytes) -> None:
        """Send data, now or soon, after what was written before."""
        if self._at_once:
            self._at_once -= 1
            return transport.write(data)
        if len(data) > QUEUED_BYTES_MAX:
            self.flush()
            return transport.write(data)
        if not self._queued:
            asyncio.get_running_loop().call_soon(self._end_turn)
        self._queued += 1
        self._waiting.append((transport, data))
        if len(self._waiting) == TOGETHER_MAX:
            self.flush()

    def holds(self, transport: asyncio.Transport) -> bool:
        """Return whether something waits to be sent on a transport."""
        return any(waiting is transport for waiting, _ in self._waiting)

    def flush(self) -> None:
        """Send everything that waits."""
        waiting, self._waiting = self._waiting, []
        for transport, data in waiting:
            if not transport.is_closing():
                transport.write(data)

    def _end_turn(self) -> None:
        if self._queued < TOGETHER_MIN:
            self._at_once = PROBED
        self._queued = 0
        self.flush()
