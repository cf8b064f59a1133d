"""An event loop in a thread, which other threads use while it waits."""

import _signal  # what ``signal`` wraps: a wrapped call takes ten times as long
import asyncio
import signal
from collections.abc import Callable
from contextvars import Context
from selectors import DefaultSelector, SelectorKey
from threading import Lock, get_ident, main_thread
from types import FrameType
from typing import TypeVarTuple

from emulator.client.event_loop import RealTimeLoop

SIGINT = int(signal.SIGINT)

TIMERS = [int(getattr(signal, name)) for name in ("SIGALRM", "SIGVTALRM", "SIGPROF") if hasattr(signal, name)]
"""The signals of timers, by which tests are given a timeout; Windows has none."""

Ts = TypeVarTuple("Ts")


class SharedLoop(RealTimeLoop):
    """An event loop that runs in a thread of its own, and lets other threads run callbacks while it waits for events.

    A callback that another thread runs needs no switch between threads, which takes longer than most requests. At any
    time, one thread at most runs callbacks: it holds the lock. What such a callback schedules runs before another one
    does, so that threads that always have one cannot starve the loop. ``_scheduled_here`` is set when something is
    scheduled, ``_owes_turn`` until the loop has run that.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._context = Context()
        self._scheduled_here = self._owes_turn = False
        super().__init__(_SharedSelector(self._lock))

    def run_forever(self) -> None:
        with self._lock:
            super().run_forever()

    def run_here(self, callback: Callable[[], object]) -> bool:
        """Run a callback at once in the calling thread, in the loop's own context, if the loop waits for events.

        Return False if it does not, if it has yet to run what such a callback has scheduled, if it is in debug mode,
        which checks threads, or if a timer may interrupt the thread: then nothing has run. Ctrl-C in the main thread
        waits until the callback has ended.
        """
        if get_ident() != main_thread().ident:
            return self._run(callback)
        if _has_timer():
            return False
        interrupt, late = _signal.getsignal(SIGINT), list[tuple[int, FrameType | None]]()
        if not callable(interrupt):
            return self._run(callback)
        _signal.signal(SIGINT, lambda number, frame: late.append((number, frame)))
        try:
            return self._run(callback)
        finally:
            _signal.signal(SIGINT, interrupt)
            if late:
                interrupt(*late[0])

    def _run(self, callback: Callable[[], object]) -> bool:
        if self._owes_turn or not self._lock.acquire(blocking=False):
            return False
        try:
            if self.get_debug() or not self.is_running():
                return False
            own = asyncio._get_running_loop()
            self._scheduled_here = False
            asyncio._set_running_loop(self)
            try:
                self._context.run(callback)
            finally:
                asyncio._set_running_loop(own)
                if self._scheduled_here:
                    self._owes_turn = True
                    self.call_soon_threadsafe(self._take_turn)
            return True
        finally:
            self._lock.release()

    def call_soon(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        self._scheduled_here = True
        return super().call_soon(callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        self._scheduled_here = True
        return super().call_at(when, callback, *args, context=context)

    def _take_turn(self) -> None:
        """Record that the loop has run, as it does in order, what was scheduled before this."""
        self._owes_turn = False


class _SharedSelector(DefaultSelector):
    """A selector that releases a lock while it waits for events."""

    def __init__(self, lock: Lock) -> None:
        super().__init__()
        self._lock = lock

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        self._lock.release()
        try:
            return super().select(timeout)
        finally:
            self._lock.acquire()


def _has_timer() -> bool:
    """Return whether the handler of a timer may raise an exception anywhere in the main thread, which runs it."""
    return any(callable(_signal.getsignal(timer)) for timer in TIMERS)
