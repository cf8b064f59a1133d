"""Channels between workers: objects on a pair of sockets, in frames."""

import asyncio
import socket
from contextlib import suppress
from typing import Any

from emulator.core.frames import LENGTH, content, frame

DROPPED_BYTES = 64 * 1024
"""How much is read at a time to be dropped."""


class Channel:
    """Frames on a stream: an object each. Both ends are processes of one server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def over(cls, end: socket.socket) -> "Channel":
        """Return the channel over one end of a pair of sockets, which it closes."""
        try:
            end.setblocking(False)
            return cls(*await asyncio.open_unix_connection(sock=end))
        except BaseException:
            end.close()
            raise

    async def send(self, message: Any) -> None:
        """Send a frame, when those before it have left. One that the other end cannot take is dropped."""
        self._writer.write(frame(message))
        with suppress(ConnectionError):
            await self._writer.drain()

    async def receive(self) -> Any:
        """Return the next frame; None at the end."""
        try:
            (length,) = LENGTH.unpack(await self._reader.readexactly(LENGTH.size))
            return content(await self._reader.readexactly(length))
        except (asyncio.IncompleteReadError, ConnectionError):
            return None

    async def ended(self) -> None:
        """Wait until the other end closes, and drop what it still sends.

        To close first could cost the other end frames that it has not read: it loses them if it is sending meanwhile.
        """
        with suppress(ConnectionError):
            while await self._reader.read(DROPPED_BYTES):
                pass

    def close(self) -> None:
        """Let the other end know that nothing more comes."""
        self._writer.close()
