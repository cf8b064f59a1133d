"""End this process when the one that started it has ended."""

import os
import signal
import stat
import sys
import threading
from collections.abc import Callable

POLL_SECONDS = 0.5


def exit_with_parent(*, reads_input: bool = True) -> None:
    """Send this process SIGTERM when its parent has ended.

    Two signs count: standard input ends, if it is a pipe; or another process becomes the parent. The first also works
    through a launcher that outlives its own parent, such as ``uvx``; Windows has only the first. Without
    ``reads_input``, standard input is left to others, and the second sign alone counts.
    """
    waits = [_wait_for_another_parent]
    if reads_input and sys.stdin is not None and _is_pipe(sys.stdin.fileno()):
        waits.append(_wait_for_end_of_input)
    for wait in waits:
        _terminate_after(wait)


def _terminate_after(wait: Callable[[], None]) -> None:
    """Send this process SIGTERM when ``wait`` has returned, in a thread."""

    def terminate() -> None:
        wait()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=terminate, name="exit-with-parent", daemon=True).start()


def _is_pipe(descriptor: int) -> bool:
    mode = os.fstat(descriptor).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)  # Node's pipes are sockets


def _wait_for_end_of_input() -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass  # ignore what the parent writes


def _wait_for_another_parent() -> None:
    parent, poll = os.getppid(), threading.Event()
    while os.getppid() == parent:
        poll.wait(POLL_SECONDS)
