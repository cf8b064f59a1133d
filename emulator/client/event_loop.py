"""Event loops whose clock no test patches, and their end."""

import asyncio
import time
from collections.abc import Callable, Collection
from functools import partial


def _monotonic() -> Callable[[], float]:
    """Return the machine's monotonic clock, even if this module is imported while a test patches ``time.monotonic``."""
    if hasattr(time, "clock_gettime"):  # not on Windows
        return partial(time.clock_gettime, time.CLOCK_MONOTONIC)
    return time.monotonic


class RealTimeLoop(asyncio.SelectorEventLoop):
    """asyncio's own loop, with the machine's monotonic clock."""

    time = staticmethod(_monotonic())


async def cancel_other_tasks(unlisted: Collection[asyncio.Task[None]] = ()) -> None:
    """Cancel all tasks of the running loop but this one, and wait for their end.

    ``unlisted`` are those that began in another thread: from Python 3.14 on, asyncio does not list them.
    """
    tasks = {*unlisted, *asyncio.all_tasks()} - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def new_event_loop() -> asyncio.AbstractEventLoop:
    """Return uvloop's loop, whose clock is libuv's; asyncio's own where uvloop is not installed."""
    try:
        import uvloop
    except ImportError:
        return RealTimeLoop()
    return uvloop.new_event_loop()
