"""HTTP/1.1 byte by byte, for misbehaving clients."""

import asyncio
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

REPLY_SECONDS_MAX = 30


class Lost(Exception):
    """The connection ended before the reply was complete."""


class Silence(Exception):
    """No reply arrived in half a minute, and the connection stayed open."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A status, the headers by lower-case name, and the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def message(method: str, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """Return a request as bytes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    lines += [f"Content-Length: {len(body)}"] if body else []
    return "\r\n".join([*lines, "", ""]).encode() + body


class Connection:
    """A connection to the server. Raises Lost if it breaks."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def open(cls, port: int) -> Self:
        try:
            return cls(*await asyncio.open_connection("127.0.0.1", port))
        except OSError as error:
            raise Lost from error

    async def send(self, content: bytes) -> None:
        try:
            self.writer.write(content)
            await self.writer.drain()
        except OSError as error:
            raise Lost from error

    async def reply(self) -> Reply:
        """Return the next reply. Raises Lost, Silence."""
        try:
            async with asyncio.timeout(REPLY_SECONDS_MAX):
                return await self._reply()
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise Lost from error
        except TimeoutError:
            raise Silence from None

    async def _reply(self) -> Reply:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.rstrip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await self.reader.readexactly(int(headers["content-length"])) if "content-length" in headers else b""
        return Reply(int(first.split()[1]), headers, body)

    def half_close(self) -> None:
        """Close the sending side; replies can still arrive."""
        self.writer.write_eof()

    def reset(self) -> None:
        """Reset the connection."""
        no_linger = struct.pack("ii", 1, 0)
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_linger)
        self.writer.transport.abort()

    def close(self) -> None:
        self.writer.close()
