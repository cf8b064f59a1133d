"""What a client sends on a connection: parsed piece by piece, no faster than its requests are answered."""

import asyncio
from collections.abc import Collection

from emulator.server.request_cycle import BUFFERED_BYTES_MAX, RequestCycle
from emulator.server.request_parser import SLICE_BYTES, RequestParser

PIPELINED_MAX = 16
"""At this number of requests without replies, parsing stops, and further data stays unparsed."""


class Intake:
    """Passes what a client sends to a parser, and leaves the rest for later while too many requests wait.

    ``backlog`` has been read and not been parsed yet. Once ``stopped``, nothing more is parsed.
    """

    __slots__ = ("_parser", "_requests", "backlog", "paused", "stopped")

    def __init__(self, parser: RequestParser, requests: Collection[RequestCycle], received: bytes) -> None:
        self._parser = parser
        self._requests = requests
        self.paused = False
        self.backlog = received
        self.stopped = False

    def parse(self, data: bytes) -> bytes:
        """Parse data until it is stopped, and return what is behind that. Raises Refused."""
        if len(data) <= SLICE_BYTES and len(self._requests) < PIPELINED_MAX:
            self._parser.read(data)
            return b""
        view = memoryview(data)
        for start in range(0, len(data), SLICE_BYTES):
            if len(self._requests) >= PIPELINED_MAX:
                self.backlog = data[start:]
                break
            self._parser.feed(view[start : start + SLICE_BYTES])
            if self.stopped:
                return data[start + SLICE_BYTES :]
        return b""

    def stop(self) -> None:
        """Parse nothing more."""
        self.stopped = True
        self.backlog = b""

    def take_backlog(self) -> bytes:
        """Return what was left unparsed, once enough requests have their replies."""
        if len(self._requests) >= PIPELINED_MAX // 2:
            return b""
        data, self.backlog = self.backlog, b""
        return data

    def regulate(self, transport: asyncio.Transport, receiving: RequestCycle | None) -> None:
        """Stop reading while there is too much to do, and go on when there is not.

        ``receiving`` is the request whose body is arriving.
        """
        pause = bool(self.backlog) or (receiving is not None and receiving.buffered_bytes > BUFFERED_BYTES_MAX)
        if pause != self.paused and not transport.is_closing():
            self.paused = pause
            transport.pause_reading() if pause else transport.resume_reading()


def pass_on(transport: asyncio.Transport, data: bytes) -> None:
    """Pass on what has been read behind a request for a tunnel, to the protocol that has taken the connection over."""
    protocol = transport.get_protocol()
    if isinstance(protocol, asyncio.Protocol):
        protocol.data_received(data)
