"""Forward a request to another worker: its ASGI messages, through a pair of sockets, in frames."""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from emulator.core.frames import LENGTH, content, frame
from emulator.web.connection import BREAK

log = logging.getLogger("emulator")

JSON_TYPE = (b"content-type", b"application/json")
BUG = b'{"error":"bug in the emulator; its log has the traceback"}'

DROPPED_BYTES = 64 * 1024
"""How much is read at a time to be dropped."""

Connect = Callable[[socket.socket], Awaitable[None]]
"""Gives the other end of a stream to a worker."""


class Channel:
    """Frames on a stream: an object each. Both ends are processes of one server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def over(cls, end: socket.socket) -> "Channel":
        """Return the channel over one end of a pair of sockets."""
        end.setblocking(False)
        return cls(*await asyncio.open_unix_connection(sock=end))

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


async def open_channel(connect: Connect) -> Channel:
    """Return a channel whose other end a worker has."""
    near, far = socket.socketpair()
    try:
        with far:
            await connect(far)
        return await Channel.over(near)
    except BaseException:
        near.close()
        raise


class Forwarder:
    """An ASGI application that lets another worker answer. If that dies, there is no reply."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        channel = await open_channel(self._connect)
        await channel.send(scope)
        pump = asyncio.ensure_future(_pump(receive, channel))
        try:
            while (message := await channel.receive()) is not None:
                await send(message)
                if _is_last(message):
                    break
        finally:
            pump.cancel()
            channel.close()


async def _pump(receive: Receive, channel: Channel) -> None:
    """Send what the client sends, until it disconnects."""
    while True:
        message = await receive()
        await channel.send(message)
        if message["type"] == "http.disconnect":
            return


def _is_last(message: Message) -> bool:
    return message["type"] == BREAK or (message["type"] == "http.response.body" and not message.get("more_body"))


async def answer_forwarded(app: ASGIApp, scope: Scope, channel: Channel) -> None:
    """Let the application answer a request of another worker's client. A bug is answered as on a connection."""
    started = False

    async def receive() -> Message:
        return await channel.receive() or {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        nonlocal started
        started = True
        await channel.send(message)

    try:
        await app(scope, receive, send)
    except Exception:
        log.exception("bug in the emulator: %s %s", scope["method"], scope["path"])
        if not started:
            await channel.send({"type": "http.response.start", "status": 500, "headers": [JSON_TYPE]})
            await channel.send({"type": "http.response.body", "body": BUG})
