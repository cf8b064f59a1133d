"""The recent exchanges of a space, bounded by count and by bytes."""

import asyncio
from collections import deque
from collections.abc import Iterator

from emulator.web.exchange import Exchange


class Journal:
    """The last exchanges of a space, oldest first. ``dropped`` counts those that had to go."""

    def __init__(self, exchanges_max: int, bytes_max: int) -> None:
        self.exchanges_max = exchanges_max
        self.bytes_max = bytes_max
        self.dropped = 0
        self._kept: deque[Exchange] = deque()
        self._bytes = 0
        self._waiting: list[asyncio.Future[None]] = []

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self._kept)

    def add(self, exchange: Exchange) -> None:
        """Keep an exchange, and let the oldest go while there are too many of them or they hold too much."""
        exchange.size += len(exchange.reply_body)
        kept = self._kept
        kept.append(exchange)
        self._bytes += exchange.size
        while len(kept) > self.exchanges_max or self._bytes > self.bytes_max:
            self._bytes -= kept.popleft().size
            self.dropped += 1
        if self._waiting:
            for future in self._waiting:
                if not future.done():  # it is, when who waited gave up a moment ago
                    future.set_result(None)
            self._waiting.clear()

    async def changed(self, seconds: float) -> None:
        """Wait until an exchange is added. Raises TimeoutError."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        try:
            await asyncio.wait_for(future, seconds)
        finally:
            if future in self._waiting:
                self._waiting.remove(future)

    def clear(self) -> None:
        """Forget everything, the number dropped included."""
        self._kept.clear()
        self._bytes = 0
        self.dropped = 0
