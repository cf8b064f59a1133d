"""The thread of a log across a network: a call that takes too long is cut off."""

import asyncio
from collections.abc import Callable
from typing import Any

from emulator.log.committer import Committer, Done
from emulator.log.log import SharedLog

CALL_SECONDS_MAX = 8.0
"""How long a call may take. A commit may wait for a replica that has ended."""

WATCH_SECONDS = 1.0


class SharedCommitter(Committer):
    """Runs jobs, and cuts off one that takes too long."""

    _log: SharedLog

    def __init__(self, log: SharedLog) -> None:
        self._time = asyncio.get_running_loop().time
        self._began: float | None = None
        super().__init__(log)
        self._watching = asyncio.get_running_loop().create_task(self._watch())

    def submit(self, job: Callable[[], Any], done: Done) -> None:
        super().submit(lambda: self._timed(job), done)

    def _timed(self, job: Callable[[], Any]) -> Any:
        self._began = self._time()
        try:
            return job()
        finally:
            self._began = None

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            began = self._began
            if began is not None and self._time() - began > CALL_SECONDS_MAX:
                self._log.interrupt()

    async def stop(self) -> None:
        await super().stop()
        self._watching.cancel()
