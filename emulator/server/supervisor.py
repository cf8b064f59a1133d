"""Several workers on one port: start them, start those again that end, and stop them all."""

import logging
import os
import selectors
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from emulator.core.struct import Struct
from emulator.log.log import Log
from emulator.log.workers.log_server import LogEnds, LogServer
from emulator.server.inboxes import Inbox
from emulator.space.census import Census
from emulator.space.share import Share
from emulator.space.space import DEFAULT

log = logging.getLogger("emulator")

RESTART_SECONDS = 1.0
"""A worker that did not live for this long is not started again before it has passed."""

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Seat(Struct, frozen=True):
    """What a worker begins with: its share, the inboxes of all workers, and the census.

    It writes to ``ready`` when it serves. ``life`` ends with the process that started it, which has the log at the
    other side of ``log_ends``, if there is one.
    """

    share: Share
    inboxes: list[Inbox]
    census: Census
    ready: int
    life: int
    log_ends: LogEnds | None


Work = Callable[[Seat], None]


class Running(Struct):
    """A worker that was started."""

    index: int
    started_at: float
    ready_end: int


class Supervisor:
    """The process that starts the workers and serves no request itself. ``lost`` says what a worker takes with it.

    With a ``log``, this process alone has it open, and the workers use it.
    """

    def __init__(self, count: int, work: Work, lost: str, log: Log | None = None) -> None:
        self.count = count
        self.work = work
        self.lost = lost
        self.census = Census(count)
        self.inboxes = [Inbox() for _ in range(count)]
        self._running: dict[int, Running] = {}
        self._waiting: dict[int, float] = {}
        self._ready: set[int] = set()
        self._stopping = self._failed = False
        self._selector = selectors.DefaultSelector()
        self._log = LogServer(log, self._selector) if log else None

    def run(self, ready: Callable[[], None]) -> bool:
        """Run the workers until a signal, and call ``ready`` once all of them serve. Return False if they cannot."""
        self._life_end, self._life = os.pipe()
        wakeup_end, self._wakeup = os.pipe()
        os.set_blocking(self._wakeup, False)
        os.set_blocking(wakeup_end, False)
        self._wakeup_end = wakeup_end
        self._selector.register(wakeup_end, selectors.EVENT_READ, partial(_drain, wakeup_end))
        signal.set_wakeup_fd(self._wakeup, warn_on_full_buffer=False)
        for number in SIGNALS:
            signal.signal(number, self._stop)
        signal.signal(signal.SIGCHLD, _wake)
        for index in range(self.count):
            self._start(index)
        self._watch(ready)
        for inbox in self.inboxes:
            inbox.close()
        return not self._failed

    def _watch(self, ready: Callable[[], None]) -> None:
        announced = False
        while self._running or self._waiting:
            for key, events in self._selector.select(self._next_start()):
                key.data(events)
            if self._log:
                self._log.run()
            if len(self._ready) == self.count and not announced and not self._stopping:
                announced = True
                ready()
            self._reap(announced)
            self._start_due()

    # --- start

    def _start(self, index: int) -> None:
        ready_end, ready = os.pipe()
        log_ends = self._log.attach(index) if self._log else None
        seat = Seat(Share(index, self.count), self.inboxes, self.census, ready, self._life_end, log_ends)
        sys.stdout.flush()
        sys.stderr.flush()
        pid = _fork()
        if pid == 0:
            self._become_worker(seat, ready_end)
        os.close(ready)
        if log_ends:
            log_ends.close()
        running = self._running[pid] = Running(index, time.monotonic(), ready_end)
        self._selector.register(ready_end, selectors.EVENT_READ, partial(self._is_ready, running))

    def _is_ready(self, running: Running, _: int) -> None:
        """Note that a worker serves, or has ended before it could."""
        if os.read(running.ready_end, 1):
            self._ready.add(running.index)
        self._forget_ready_end(running)

    def _become_worker(self, seat: Seat, ready_end: int) -> None:
        """In the child: work, and end without any of what the parent does at its end."""
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all processes; the parent decides
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._selector.close()
            if self._log:
                self._log.leave()
            for end in (self._life, self._wakeup, self._wakeup_end, ready_end):
                os.close(end)
            for running in self._running.values():
                if running.ready_end >= 0:
                    os.close(running.ready_end)
            self.work(seat)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def _start_due(self) -> None:
        now = time.monotonic()
        for index in [index for index, at in self._waiting.items() if at <= now]:
            del self._waiting[index]
            self._start(index)

    def _next_start(self) -> float | None:
        """Return in how many seconds a worker is to be started."""
        return max(0.0, min(self._waiting.values()) - time.monotonic()) if self._waiting else None

    # --- end

    def _reap(self, announced: bool) -> None:
        """Take note of the workers that have ended, and let others take their places."""
        while self._running:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            if (running := self._running.pop(pid, None)) is None:
                continue
            self._forget_ready_end(running)
            self._empty(running.index)
            if self._log:
                self._log.detach(running.index)
            if self._stopping:
                continue
            if not announced:  # the reason is on standard error
                self._failed = True
                self._stop()
                continue
            log.error("worker %d (process %d) %s; %s", running.index + 1, pid, _ended(status), self.lost)
            self._waiting[running.index] = running.started_at + RESTART_SECONDS

    def _empty(self, index: int) -> None:
        """Take the spaces of a worker out of the census."""
        self.census.publish(index, 0, False if Share(index, self.count).owns(DEFAULT) else None)

    def _forget_ready_end(self, running: Running) -> None:
        if running.ready_end >= 0:
            self._selector.unregister(running.ready_end)
            os.close(running.ready_end)
            running.ready_end = -1

    def _stop(self, *_: object) -> None:
        """Let the workers end; at a second signal, at once."""
        number = signal.SIGKILL if self._stopping else signal.SIGTERM
        self._stopping = True
        self._waiting.clear()
        for pid in self._running:
            with suppress(ProcessLookupError):
                os.kill(pid, number)


def _drain(end: int, _: int) -> None:
    with suppress(BlockingIOError):
        os.read(end, 4096)


def _wake(*_: object) -> None:
    """Let ``select`` return: the number of the signal has been written to the pipe."""


def _ended(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"


def _fork() -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads: the one that watches our parent holds no lock
        return os.fork()
