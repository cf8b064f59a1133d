"""A request to the control API."""

from starlette.exceptions import HTTPException
from starlette.types import Scope

from emulator.gateway.courier import Courier
from emulator.space.space import Space
from emulator.space.spaces import Spaces
from emulator.web.headers import Headers
from emulator.web.provider import Provider
from emulator.web.request import WholeRequest


class ControlRequest(WholeRequest):
    """A control request whose body has been read.

    ``space_name`` is the space that its path names, and ``prefix`` the part of the path that names it.
    """

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
    ) -> None:
        super().__init__(scope, first_values, content)
        self.space_name = space_name
        self.prefix = prefix
        self.spaces = spaces
        self.courier = courier

    @property
    def space(self) -> Space:
        """The space that the path names, made when first used. Raises TooManySpaces."""
        return self.spaces.get(self.space_name)

    @property
    def provider(self) -> Provider:
        """The provider that the path names. Raises HTTPException 404."""
        name, known = self.path_params["provider"], self.spaces.world.providers
        if name not in known:
            raise HTTPException(404, f"unknown provider {name!r}; known: {', '.join(known)}")
        return known[name]

    @property
    def space_url(self) -> str:
        """The URL of this server as the client wrote it, with the space's prefix."""
        return f"{self.scope['scheme']}://{self.header(b'host') or '127.0.0.1'}{self.prefix}"
