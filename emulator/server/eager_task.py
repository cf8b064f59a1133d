"""Begin a task at once: most requests end without waiting, and then need neither a task nor a turn of the event loop.

Python 3.12 can do this; for 3.11, a coroutine that has begun outside of a task goes on in one.
"""

import asyncio
import sys
from collections.abc import Coroutine, Generator
from typing import Any

Work = Coroutine[Any, Any, None]

if sys.version_info >= (3, 12):

    def begin(work: Work) -> asyncio.Task[None] | None:
        """Run a coroutine until it first waits. Return the task that continues it; None if it has ended."""
        task = asyncio.Task(work, loop=asyncio.get_running_loop(), eager_start=True)
        return None if task.done() else task

else:

    def begin(work: Work) -> asyncio.Task[None] | None:
        """Run a coroutine until it first waits. Return the task that continues it; None if it has ended.

        Until then it has no current task, and must not use ``asyncio.timeout``.
        """
        try:
            awaited = work.send(None)
        except StopIteration:
            return None
        return asyncio.get_running_loop().create_task(_Begun(work, awaited))

    class _Begun(Work):
        """A coroutine that has begun, and waits for what it has yielded: a task waits for that, and goes on."""

        def __init__(self, work: Work, awaited: object) -> None:
            self._work = work
            self._yielded = [awaited]

        def send(self, value: Any) -> Any:
            return self._yielded.pop() if self._yielded else self._work.send(value)

        def throw(self, *error: Any) -> Any:
            return self._work.throw(*error)

        def close(self) -> None:
            self._work.close()

        def __await__(self) -> Generator[Any, Any, None]:
            return self._work.__await__()
