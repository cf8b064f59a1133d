"""The history of a space: everything that happened to it, in order, bounded by count and by bytes."""

import asyncio
from collections import deque
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any, Protocol, TypeAlias, TypeVar

from emulator.core.struct import Struct
from emulator.web.exchange import Exchange

T_co = TypeVar("T_co", covariant=True)

COMMAND_BYTES = 1024
"""The size of a command, without its content."""

COMPARED_MIN = 4096
"""Above this size, an exchange is compared with the last one, which may have the same bodies."""


class Command(Protocol[T_co]):
    """A change that a control request, or the outcome of a webhook's attempt, makes to a space.

    Commands are frozen structs of facts. ``size`` is what they hold, in bytes.
    """

    @property
    def size(self) -> int: ...

    def apply(self, space: Any) -> T_co:
        """Make the change and return its result; or raise, and change nothing."""
        ...


class Change(Struct, frozen=True):
    """A command that was applied: the clock's reading, and how many turns came before."""

    at: datetime
    turns: int
    command: Command[object]

    @property
    def size(self) -> int:
        return COMMAND_BYTES + self.command.size


Entry: TypeAlias = Exchange | Change


class History:
    """The entries since ``origin``, oldest first: a snapshot, or None for the state of the fixtures.

    Above ``exchanges_max`` exchanges or ``bytes_max`` bytes the oldest entries are dropped. ``dropped`` counts the
    exchanges among them; ``complete`` is whether the entries still lead from the origin to the present state. ``added``
    counts all entries since the origin, ``restarts`` the origins, and ``closed`` is whether the space was deleted.
    """

    def __init__(self, exchanges_max: int, bytes_max: int) -> None:
        self.exchanges_max = exchanges_max
        self.bytes_max = bytes_max
        self.restarts = 0
        self.closed = False
        self._waiting: list[asyncio.Future[None]] = []
        self.restart(None)

    def restart(self, origin: dict[str, Any] | None) -> None:
        """Drop all entries, and start again with a snapshot."""
        self.origin = origin
        self.restarts += 1
        self.added = 0
        self.dropped = 0
        self.complete = True
        self._entries: deque[Entry] = deque()
        self._exchanges = 0
        self._bytes = 0
        self._last: dict[str | None, Exchange] = {}
        self._wake()

    def close(self) -> None:
        """End the history of a deleted space, for those who wait for more of it."""
        self.closed = True
        self._wake()

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def exchanges(self) -> list[Exchange]:
        """Return the stored exchanges, in the order of their turns."""
        return [entry for entry in self._entries if isinstance(entry, Exchange)]

    def changes(self) -> list[Change]:
        """Return the stored commands, in order."""
        return [entry for entry in self._entries if isinstance(entry, Change)]

    def after(self, number: int, count_max: int) -> list[Entry]:
        """Return the first stored entries after the first ``number`` of all entries."""
        start = max(0, number - self.first)
        return list(islice(self._entries, start, start + count_max))

    @property
    def first(self) -> int:
        """The number of entries that were added, and dropped, before the first stored one."""
        return self.added - len(self._entries)

    def add(self, entry: Entry) -> None:
        """Append an entry, and drop the oldest while there are too many or they are too large."""
        self._entries.append(entry)
        self.added += 1
        self._bytes += (size := entry.size)
        if type(entry) is Exchange:
            self._exchanges += 1
            if size > COMPARED_MIN:
                self._share_bodies(entry)
        if self._waiting:
            self._wake()
        while self._exchanges > self.exchanges_max or self._bytes > self.bytes_max:
            self._drop()

    def _share_bodies(self, exchange: Exchange) -> None:
        """Store the bodies of an exchange once if they are those of the last one at its endpoint: clients may poll."""
        last = self._last.get(exchange.operation)
        self._last[exchange.operation] = exchange
        if last is not None:
            if last.reply_body == exchange.reply_body:
                exchange.reply_body = last.reply_body
            if last.body == exchange.body:
                exchange.body = last.body

    async def changed(self, seconds: float) -> None:
        """Wait until an entry is added, or the history restarts or is closed. Raises TimeoutError."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        try:
            await asyncio.wait_for(future, seconds)
        finally:
            if future in self._waiting:
                self._waiting.remove(future)

    def _drop(self) -> None:
        """Drop the oldest entry."""
        self.complete = False
        oldest = self._entries.popleft()
        self._bytes -= (size := oldest.size)
        if type(oldest) is Exchange:
            self._exchanges -= 1
            self.dropped += 1
            if size > COMPARED_MIN and self._last.get(oldest.operation) is oldest:
                del self._last[oldest.operation]

    def _wake(self) -> None:
        for future in self._waiting:
            if not future.done():  # it is done if its waiter has just timed out
                future.set_result(None)
        self._waiting.clear()
