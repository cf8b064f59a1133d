"""The pages, in front of the control API: they are static, need no token, and do everything through that API."""

from starlette.responses import Response
from starlette.types import Receive, Scope

from emulator.control.app import Control
from emulator.ui.assets import Assets
from emulator.web.headers import Headers


class Site:
    """Answers requests for pages and their files. Everything else below ``/_emulator`` is for the control API."""

    def __init__(self, control: Control) -> None:
        self.control = control
        self.assets = Assets()

    async def answer(
        self, scope: Scope, headers: Headers, body: bytes, space_name: str, prefix: str, receive: Receive
    ) -> Response:
        """Return a page, or the reply of the control API. Raises ClientGone as that does."""
        if asset := self.assets.find(scope):
            return asset.respond(headers)
        return await self.control.answer(scope, headers, body, space_name, prefix, receive)
