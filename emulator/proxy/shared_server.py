"""A server that others share, such as one in a container: it answers for the vendors' hosts in place of our own."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.types import Receive, Scope, Send

from emulator.core.struct import Struct
from emulator.gateway.turn import plain_answer
from emulator.proxy.dialer import Connection, dial_server
from emulator.proxy.forward_app import origin_form
from emulator.proxy.pass_on import RequestHead, end_to_end, pass_on
from emulator.proxy.routes import PORTS, Address, NoRoute


class SharedServer(Struct, frozen=True):
    """An ASGI application that passes requests on to a server: ``path`` is in front of all paths.

    ``dial`` opens the connections, given the address and whether they are TLS. It raises NoRoute.
    """

    address: Address
    secure: bool = False
    path: str = ""
    dial: Callable[[Address, bool], Awaitable[Connection]] = dial_server

    @classmethod
    def parse(cls, url: str) -> "SharedServer":
        """Return the server at a URL. Raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError(f"{url!r} is not an http or https URL")
        return cls((parts.hostname, parts.port or PORTS[parts.scheme]), parts.scheme == "https", parts.path.rstrip("/"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await _live(receive, send)
        try:
            connection = await self.dial(self.address, self.secure)
        except NoRoute as refused:
            return await plain_answer(refused.status, refused.reason)(scope, receive, send)
        target = self.path.encode() + origin_form(scope)
        await pass_on(RequestHead(scope["method"], target, end_to_end(scope["headers"])), connection, receive, send)


async def _live(receive: Receive, send: Send) -> None:
    """Start and stop with the server in front, without anything to do."""
    for event in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{event}.complete"})
