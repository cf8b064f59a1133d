"""What an application can do with a client's connection: break it, and stop waiting after a disconnect."""

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

from starlette.types import Receive

from emulator.web.effect import Connection

T = TypeVar("T")

BREAK = "emulator.connection.break"
"""An ASGI extension, and the type of its one message.

A server that lists it in ``scope["extensions"]`` accepts ``{"type": BREAK, "how": ..., "body": ...}`` in place of
``http.response.body``. ``how`` is ``reset`` (TCP RST, no reply), ``close`` (orderly end, no reply) or ``truncate``:
send the head and half of ``body``, or half of the head if there is no body, and close.
"""

ABSOLUTE = "emulator.request.absolute"
"""An ASGI extension of requests whose target is in absolute form, as clients send them to a proxy."""


class ClientGone(Exception):
    """The client has disconnected, or at least closed its sending side."""


def break_message(how: Connection, body: bytes) -> dict[str, Any]:
    """Return the message that breaks the connection in place of a reply's body."""
    return {"type": BREAK, "how": how, "body": body}


async def while_connected(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """Run ``work`` and return its result. Cancel it and raise ClientGone once the client disconnects.

    ``receive`` is the channel of a request whose body has been read. Nothing waits for it any more afterwards: it may
    be read again, and only one task at a time may read it.
    """
    working, disconnected = asyncio.ensure_future(work), asyncio.ensure_future(_disconnected(receive))
    try:
        await asyncio.wait((working, disconnected), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise ClientGone
    finally:
        working.cancel()
        disconnected.cancel()
        await asyncio.wait((working, disconnected))


async def _disconnected(receive: Receive) -> None:
    """Wait for the client to disconnect."""
    message = await receive()
    if message["type"] != "http.disconnect":
        await _forever()  # the server cannot detect it, and would repeat the message


def _forever() -> Awaitable[None]:
    return asyncio.get_running_loop().create_future()
