"""The appends of one of several workers: sent on the event loop to the process that has the log."""

import asyncio
from collections.abc import Sequence
from typing import Any

from emulator.log.committer import Committer, Done
from emulator.log.log import Append, LogFailure
from emulator.log.workers.frame_socket import FrameSocket
from emulator.log.workers.remote_log import RemoteLog, end_with_log


class WorkerCommitter(Committer):
    """Runs jobs in a thread, except appends: to wait for those in a thread costs as much as to store them."""

    def __init__(self, log: RemoteLog) -> None:
        super().__init__(log)
        self._line = FrameSocket(log.ends.appends)
        self._loop.add_reader(self._line.socket, self._receive)
        self._done: Done | None = None

    def append(self, appends: Sequence[Append], done: Done) -> None:
        self._done = done
        try:
            if not self._line.send(("append", (appends,))):
                self._loop.add_writer(self._line.socket, self._flush)
        except OSError:
            end_with_log()

    def _flush(self) -> None:
        try:
            if self._line.flush():
                self._loop.remove_writer(self._line.socket)
        except OSError:
            end_with_log()

    def _receive(self) -> None:
        try:
            answer = self._line.receive()
        except OSError:
            end_with_log()
        if answer is not None:
            self._answer(answer)

    def _answer(self, answer: Any) -> None:
        done, self._done = self._done, None
        assert done
        done(*((None, answer) if isinstance(answer, LogFailure) else (answer, None)))

    async def stop(self) -> None:
        while self._done:
            await asyncio.sleep(0.001)
        self._loop.remove_reader(self._line.socket)
        await super().stop()
