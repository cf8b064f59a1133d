"""Give several workers the log that one process has open: they send their calls over sockets."""

import logging
import selectors
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

from emulator.log.log import Append, Log, LogFailure
from emulator.log.workers.frame_socket import FrameSocket

log = logging.getLogger("emulator")

BUG = "a bug of the emulator; its log has the traceback"


class LogEnds(NamedTuple):
    """A worker's ends of its connections: one for appends, which it makes on its event loop, and one for all else."""

    appends: socket.socket
    calls: socket.socket

    def close(self) -> None:
        """Close both."""
        self.appends.close()
        self.calls.close()


class LogServer:
    """Makes the calls of workers on a log, in the thread that watches the selector. Nothing here waits for a worker.

    The data of each socket in the selector is what to call when it is ready. Then ``run()`` makes the calls that have
    arrived: all appends in one transaction.
    """

    def __init__(self, log: Log, selector: selectors.BaseSelector) -> None:
        self._log = log
        self._selector = selector
        self._lines: dict[int, list[FrameSocket]] = {}
        self._appends: dict[FrameSocket, Sequence[Append]] = {}
        self._calls: dict[FrameSocket, tuple[str, Sequence[Any]]] = {}

    def attach(self, index: int) -> LogEnds:
        """Return the ends for a worker, which the caller closes once the worker has them."""
        lines, ends = [], []
        for _ in LogEnds._fields:
            near, far = socket.socketpair()
            line = FrameSocket(near)
            self._selector.register(near, selectors.EVENT_READ, partial(self._ready, line))
            lines.append(line)
            ends.append(far)
        self._lines[index] = lines
        return LogEnds(*ends)

    def detach(self, index: int) -> None:
        """Forget a worker that has ended, and its calls if they were not made yet."""
        for line in self._lines.pop(index):
            self._hang_up(line)

    def leave(self) -> None:
        """In a new worker: close what belongs to the process that has the log. The log itself is never touched."""
        for lines in self._lines.values():
            for line in lines:
                line.close()

    def run(self) -> None:
        """Make the calls that have arrived, and reply."""
        if self._appends:
            appends, self._appends = self._appends, {}
            self._append(appends)
        if self._calls:
            calls, self._calls = self._calls, {}
            for line, (name, arguments) in calls.items():
                self._reply(line, _result(getattr(self._log, name), *arguments))

    def _append(self, appends: Mapping[FrameSocket, Sequence[Append]]) -> None:
        """Store the appends of several workers, all or none. They are for different spaces."""
        answers = _result(self._log.append, [append for each in appends.values() for append in each])
        rest = iter(() if isinstance(answers, LogFailure) else answers)
        for line, each in appends.items():
            self._reply(line, answers if isinstance(answers, LogFailure) else list(islice(rest, len(each))))

    # --- sockets

    def _ready(self, line: FrameSocket, events: int) -> None:
        try:
            if events & selectors.EVENT_WRITE and line.flush():
                self._watch(line, selectors.EVENT_READ)
            if events & selectors.EVENT_READ and (call := line.receive()):
                self._take(line, *call)
        except OSError:
            self._hang_up(line)

    def _take(self, line: FrameSocket, name: str, arguments: Sequence[Any]) -> None:
        if name == "append":
            (self._appends[line],) = arguments
        else:
            self._calls[line] = name, arguments

    def _reply(self, line: FrameSocket, result: Any) -> None:
        try:
            if not line.send(result):
                self._watch(line, selectors.EVENT_READ | selectors.EVENT_WRITE)
        except OSError:
            self._hang_up(line)

    def _watch(self, line: FrameSocket, events: int) -> None:
        self._selector.modify(line.socket, events, self._selector.get_key(line.socket).data)

    def _hang_up(self, line: FrameSocket) -> None:
        """Close a connection to a worker that has ended."""
        with suppress(KeyError, ValueError):  # it was closed before
            self._selector.unregister(line.socket)
        line.close()
        self._appends.pop(line, None)
        self._calls.pop(line, None)


def _result(call: Callable[..., Any], *arguments: Any) -> Any:
    """Return what a call returns, or the LogFailure that it raises."""
    try:
        return call(*arguments)
    except LogFailure as failure:
        return failure
    except Exception:
        log.exception("a bug of the emulator, in its log")
        return LogFailure(BUG)
