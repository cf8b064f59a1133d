"""An access log: one line for each request."""

import asyncio
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from emulator.core.clock import Clock, millis


class AccessLog:
    """An ASGI application that writes a line for each request to another one.

    Queries are left out, because they may have secrets.
    """

    def __init__(self, app: ASGIApp, write: Callable[[str], None]) -> None:
        self.app = app
        self.write = write

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        request, client = f"{scope['method']} {scope['path']}", scope.get("client") or ("-", 0)
        loop, status = asyncio.get_running_loop(), "-"
        begun = loop.time()

        async def observe(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        try:
            await self.app(scope, receive, observe)
        finally:
            milliseconds = (loop.time() - begun) * 1000
            line = f"{millis(Clock().now)} {client[0]} {request} {status} {milliseconds:.1f}ms"
            self.write("".join(character if character.isprintable() else "?" for character in line))
