"""Give several workers the log that one process has open: each sends its calls over a socket of its own."""

import logging
import selectors
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any

from emulator.core.frames import LENGTH, content, frame
from emulator.log.log import Append, Log, LogFailure

log = logging.getLogger("emulator")

RECEIVED_AT_ONCE = 1024 * 1024

BUG = "a bug of the emulator; its log has the traceback"


@dataclass(slots=True, eq=False)
class Line:
    """The connection to one worker: the part of a call that has arrived, and the part of a reply that has not left."""

    end: socket.socket
    arrived: bytearray = field(default_factory=bytearray)
    leaving: memoryview = field(default_factory=lambda: memoryview(b""))


class LogServer:
    """Makes the calls of workers on a log, in the thread that watches the selector. Nothing here waits for a worker.

    The data of each socket in the selector is what to call when it is ready. Then ``run()`` makes the calls that have
    arrived: all appends in one transaction.
    """

    def __init__(self, log: Log, selector: selectors.BaseSelector) -> None:
        self._log = log
        self._selector = selector
        self._lines: dict[int, Line] = {}
        self._calls: dict[int, tuple[str, Sequence[Any]]] = {}

    def attach(self, index: int) -> socket.socket:
        """Return a socket for a worker, which the caller closes once the worker has it."""
        near, far = socket.socketpair()
        near.setblocking(False)
        line = self._lines[index] = Line(near)
        self._selector.register(near, selectors.EVENT_READ, partial(self._ready, index, line))
        return far

    def detach(self, index: int) -> None:
        """Forget a worker that has ended, and its call if that was not made yet."""
        if line := self._lines.get(index):
            self._hang_up(index, line)

    def leave(self) -> None:
        """In a new worker: close what belongs to the process that has the log. The log itself is never touched."""
        for line in self._lines.values():
            line.end.close()

    def run(self) -> None:
        """Make the calls that have arrived, and reply."""
        calls, self._calls = self._calls, {}
        appends = {index: arguments[0] for index, (name, arguments) in calls.items() if name == "append"}
        if appends:
            self._append(appends)
        for index, (name, arguments) in calls.items():
            if name != "append":
                self._reply(index, _result(getattr(self._log, name), *arguments))

    def _append(self, appends: Mapping[int, Sequence[Append]]) -> None:
        """Store the appends of several workers, all or none. They are for different spaces."""
        answers = _result(self._log.append, [append for each in appends.values() for append in each])
        rest = iter(() if isinstance(answers, LogFailure) else answers)
        for index, each in appends.items():
            self._reply(index, answers if isinstance(answers, LogFailure) else list(islice(rest, len(each))))

    # --- sockets

    def _ready(self, index: int, line: Line, events: int) -> None:
        try:
            if events & selectors.EVENT_WRITE:
                self._send(line)
            if events & selectors.EVENT_READ:
                self._receive(index, line)
        except BlockingIOError:
            pass
        except OSError:
            self._hang_up(index, line)

    def _receive(self, index: int, line: Line) -> None:
        received = line.end.recv(RECEIVED_AT_ONCE)
        if not received:
            return self._hang_up(index, line)
        line.arrived += received
        if len(line.arrived) < LENGTH.size:
            return
        (length,) = LENGTH.unpack_from(line.arrived)
        if len(line.arrived) == LENGTH.size + length:  # a worker makes one call at a time
            self._calls[index] = content(memoryview(line.arrived)[LENGTH.size :])
            line.arrived = bytearray()

    def _reply(self, index: int, result: Any) -> None:
        if line := self._lines.get(index):
            line.leaving = memoryview(frame(result))
            self._ready(index, line, selectors.EVENT_WRITE)

    def _send(self, line: Line) -> None:
        """Send what the socket takes. The rest follows when it takes more."""
        line.leaving = line.leaving[line.end.send(line.leaving) :]
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if line.leaving else 0)
        key = self._selector.get_key(line.end)
        if key.events != wanted:
            self._selector.modify(line.end, wanted, key.data)

    def _hang_up(self, index: int, line: Line) -> None:
        """Close the connection to a worker that has ended."""
        if self._lines.get(index) is line:
            self._selector.unregister(line.end)
            line.end.close()
            del self._lines[index]
            self._calls.pop(index, None)


def _result(call: Callable[..., Any], *arguments: Any) -> Any:
    """Return what a call returns, or the LogFailure that it raises."""
    try:
        return call(*arguments)
    except LogFailure as failure:
        return failure
    except Exception:
        log.exception("a bug of the emulator, in its log")
        return LogFailure(BUG)
