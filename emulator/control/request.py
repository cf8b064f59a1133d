"""A request to the control API."""

from collections.abc import Coroutine
from typing import Any, TypeVar
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope

from emulator.core.nearest import nearest
from emulator.gateway.courier import Courier
from emulator.space.space import Space
from emulator.space.spaces import Address, Spaces
from emulator.web.connection import while_connected
from emulator.web.exchange import Exchange
from emulator.web.headers import Headers
from emulator.web.provider import Provider
from emulator.web.request import WholeRequest

T = TypeVar("T")

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class ControlRequest(WholeRequest):
    """A control request whose body has been read.

    ``space_name`` is the space that its path names, and ``prefix`` the part of the path that names it. A space that
    does not exist is created by a command that succeeds; a request that reads it sees it as it would be.
    """

    _space: Space | None = None

    def __init__(
        self,
        scope: Scope,
        first_values: Headers,
        content: bytes,
        *,
        space_name: str,
        prefix: str,
        spaces: Spaces,
        courier: Courier,
        receive: Receive,
    ) -> None:
        super().__init__(scope, first_values, content)
        self.space_name = space_name
        self.prefix = prefix
        self.spaces = spaces
        self.courier = courier
        self._channel = receive

    @property
    def space(self) -> Space:
        """The space that the path names. Raises TooManySpaces if a command would create it and cannot."""
        if self._space is None:
            if self.method not in SAFE_METHODS:
                self.spaces.check_room(self.space_name)
            self._space = self.spaces.visit(self.space_name, self.address)
        return self._space

    def keep_space(self) -> None:
        """Let the space exist from now on that a successful command has changed."""
        if self._space is not None and self.method not in SAFE_METHODS:
            self.spaces.keep(self._space)

    async def while_connected(self, work: Coroutine[Any, Any, T]) -> T:
        """Run ``work`` and return its result. Cancel it and raise ClientGone once the client disconnects."""
        return await while_connected(self._channel, work)

    async def send_again(self, recorded: Exchange) -> Exchange:
        """Send a recorded request to its vendor again, and return the new exchange. Raises ClientGone."""
        provider, headers = self.spaces.world.providers[recorded.provider], Headers(recorded.headers)
        scope = {
            **self.scope,
            "method": recorded.method,
            "path": recorded.path,
            "raw_path": quote(recorded.path).encode(),
            "query_string": recorded.query,
            "headers": headers.raw,
        }
        return await self.courier.writer.answer(self.space, provider, scope, headers, recorded.body, self._channel)

    @property
    def provider(self) -> Provider:
        """The provider that the path names. Raises HTTPException 404."""
        name, known = self.path_params["provider"], self.spaces.world.providers
        if name not in known:
            raise HTTPException(404, f"unknown provider {name!r}; {nearest(name, known)}")
        return known[name]

    @property
    def address(self) -> Address:
        """The scheme and the Host header with which the client calls the server."""
        return self.scope["scheme"], self.header(b"host")

    @property
    def space_url(self) -> str:
        """The URL of this server as the client wrote it, with the space's prefix."""
        return f"{self.scope['scheme']}://{self.header(b'host') or '127.0.0.1'}{self.prefix}"
