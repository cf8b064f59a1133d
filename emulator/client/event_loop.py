"""Event loops whose clock no test patches."""

import asyncio
import time


class RealTimeLoop(asyncio.SelectorEventLoop):
    """asyncio's own loop, with the monotonic clock as it was when this module was imported."""

    time = staticmethod(time.monotonic)


def new_event_loop() -> asyncio.AbstractEventLoop:
    """Return uvloop's loop, whose clock is libuv's; asyncio's own where uvloop is not installed."""
    try:
        import uvloop
    except ImportError:
        return RealTimeLoop()
    return uvloop.new_event_loop()
