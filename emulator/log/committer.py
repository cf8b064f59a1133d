"""The thread that a log works in: one job after the other, so that neither the log nor the event loop waits."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from functools import partial
from queue import SimpleQueue
from typing import Any, TypeAlias, TypeVar

from emulator.log.log import Append, Log

T = TypeVar("T")

Done: TypeAlias = Callable[[Any, BaseException | None], object]
"""What is called with a result, or with None and an error."""

Job: TypeAlias = tuple[Callable[[], Any], Done]


class Committer:
    """Runs jobs in a thread, in the order in which they come, and reports their results on the event loop."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._loop = asyncio.get_running_loop()
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="carbon-emulator-log", daemon=True)
        self._thread.start()

    def append(self, appends: Sequence[Append], done: Done) -> None:
        """Append to the log, then call ``done`` with the answers. One such call is on its way at a time."""
        self.submit(partial(self._log.append, appends), done)

    def submit(self, job: Callable[[], Any], done: Done) -> None:
        """Run a job, then call ``done`` with its result, or with None and what it raised."""
        self._jobs.put((job, done))

    async def run(self, job: Callable[[], T]) -> T:
        """Run a job and return its result. A caller that is canceled leaves the job running."""
        future: asyncio.Future[T] = self._loop.create_future()

        def done(result: T, error: BaseException | None) -> None:
            if future.cancelled():
                return
            if error is None:
                future.set_result(result)
            else:
                future.set_exception(error)

        self.submit(job, done)
        return await future

    async def stop(self) -> None:
        """Run what has been submitted, and end the thread."""
        self._jobs.put(None)
        await self._loop.run_in_executor(None, self._thread.join)

    def _work(self) -> None:
        while job := self._jobs.get():
            work, done = job
            try:
                result, error = work(), None
            except BaseException as raised:
                result, error = None, raised
            self._loop.call_soon_threadsafe(done, result, error)
