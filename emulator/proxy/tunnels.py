"""Tunnels of a proxy: CONNECT, and bytes in both directions."""

import asyncio
from asyncio import StreamReader, StreamReaderProtocol, StreamWriter
from contextlib import suppress

import orjson

from emulator.proxy.dialer import Connection, dial
from emulator.proxy.routes import PORTS, NoRoute, Routes, split_authority
from emulator.server import breaking
from emulator.server.reply_bytes import status_line

ESTABLISHED = b"HTTP/1.1 200 Connection Established\r\n\r\n"
READ_BYTES = 64 * 1024


class Tunnels:
    """The tunnels of a server. One to a vendor's host leads to a listener of the server itself."""

    def __init__(self, routes: Routes) -> None:
        self.routes = routes
        self._running: set[asyncio.Task[None]] = set()

    def tunnel(self, transport: asyncio.Transport, authority: bytes, data: bytes) -> None:
        """Take over a connection whose client asks for a tunnel to ``authority``, and has already sent ``data``."""
        loop = asyncio.get_running_loop()
        reader = StreamReader(limit=READ_BYTES)
        protocol = StreamReaderProtocol(reader)
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        if data:
            reader.feed_data(data)
        task = loop.create_task(self._run((reader, StreamWriter(transport, protocol, reader, loop)), authority))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def close(self) -> None:
        """End all tunnels."""
        for task in self._running:
            task.cancel()

    async def _run(self, client: Connection, authority: bytes) -> None:
        writer = client[1]
        try:
            host, port = split_authority(authority.decode("latin-1"), PORTS["https"])
            server = await dial(self.routes, "http" if port == PORTS["http"] else "https", host, port)
        except NoRoute as refused:
            writer.write(_refusal(refused))
            writer.close()
        except asyncio.CancelledError:
            writer.transport.abort()
        else:
            writer.write(ESTABLISHED)
            await _relay(client, server)


async def _relay(client: Connection, server: Connection) -> None:
    """Pass bytes on in both directions, until both have ended or one is reset."""
    try:
        async with asyncio.TaskGroup() as directions:
            directions.create_task(_copy(client[0], server[1]))
            directions.create_task(_copy(server[0], client[1]))
    except* OSError:
        for _, writer in (client, server):
            if not writer.transport.is_closing():
                breaking.reset(writer.transport)  # type: ignore[arg-type]
    except* asyncio.CancelledError:
        pass
    finally:
        for _, writer in (client, server):
            writer.close()


async def _copy(reader: StreamReader, writer: StreamWriter) -> None:
    while data := await reader.read(READ_BYTES):
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        with suppress(OSError):  # the other end has gone, which its own direction notices
            writer.write_eof()
    else:
        writer.close()


def _refusal(refused: NoRoute) -> bytes:
    document = orjson.dumps({"error": refused.reason})
    head = b"content-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(document)
    return status_line(refused.status) + head + document
