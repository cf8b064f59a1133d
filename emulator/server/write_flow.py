"""Whether a client reads what is written to it."""

import asyncio


class WriteFlow:
    """Lets replies wait while ``paused``: the client has not read enough of what was written."""

    __slots__ = ("_resumed", "paused")

    def __init__(self) -> None:
        self.paused = False
        self._resumed: asyncio.Future[None] | None = None

    def resume(self) -> None:
        """Let replies go on: the client has read, or is gone."""
        self.paused = False
        if self._resumed and not self._resumed.done():
            self._resumed.set_result(None)
        self._resumed = None

    async def wait(self) -> None:
        """Wait until the client has read enough of what was written, or is gone."""
        if self._resumed is None:
            self._resumed = asyncio.get_running_loop().create_future()
        await self._resumed
