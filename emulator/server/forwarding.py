"""Forward a request to another worker: its ASGI messages, through a channel."""

import asyncio

from orjson import dumps
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from emulator.server.channel import Channel
from emulator.server.channel_pool import ChannelPool, NoChannel, Queue
from emulator.server.request_cycle import BUG, log_bug
from emulator.web.connection import BREAK
from emulator.web.replies import JSON_TYPE


class Forwarder:
    """An ASGI application that lets another worker answer. If that dies, there is no reply.

    In ``queue``, a request waits until there is a channel for it.
    """

    __slots__ = ("_channels", "_queue")

    def __init__(self, channels: ChannelPool, queue: Queue) -> None:
        self._channels = channels
        self._queue = queue

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with self._channels.channel(self._queue) as channel:
                await _forward(channel, scope, receive, send)
        except NoChannel as reason:
            await _answer(send, 503, dumps({"error": f"cannot forward this request to its worker: {reason}"}))


async def _forward(channel: Channel, scope: Scope, receive: Receive, send: Send) -> None:
    """Send a request, and what comes back."""
    await channel.send(scope)
    pump = asyncio.ensure_future(_pump(receive, channel))
    try:
        while (message := await channel.receive()) is not None:
            await send(message)
            if _is_last(message):
                break
    finally:
        pump.cancel()


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
        log_bug(scope)
        if not started:
            await _answer(channel.send, 500, BUG)


async def _answer(send: Send, status: int, document: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [JSON_TYPE]})
    await send({"type": "http.response.body", "body": document})
