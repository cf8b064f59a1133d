"""The thread of a log across a network: a call that takes too long is cut off."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from emulator.log.committer import Committer, Done
from emulator.log.log import Answer, Append, LogFailure, OutcomeUnknown, SharedLog

CALL_SECONDS_MAX = 8.0
"""How long a call may take. A commit may wait for a replica that has ended."""

WATCH_SECONDS = 1.0
"""How often to look whether a call takes too long."""


class SharedCommitter(Committer):
    """Runs jobs, and cuts off one that takes too long. ``learn`` reads fixtures by their digests."""

    _log: SharedLog
    learn: Callable[[set[str]], None]

    def __init__(self, log: SharedLog) -> None:
        self._time = asyncio.get_running_loop().time
        self._began: float | None = None
        super().__init__(log)
        self._watching = asyncio.get_running_loop().create_task(self._watch())

    def append(self, appends: Sequence[Append], done: Done) -> None:
        self.submit(partial(self._append, appends), done)

    def _append(self, appends: Sequence[Append]) -> Sequence[Answer]:
        """Append, and read the fixtures that entries of other nodes name. Raises OutcomeUnknown if that fails."""
        answers = self._log.append(appends)
        try:
            self.learn({stored.fixtures for answer in answers for stored in answer.entries or ()})
        except LogFailure as failure:
            raise OutcomeUnknown(str(failure)) from None
        return answers

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
