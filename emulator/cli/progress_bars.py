"""Progress bars of a server, whose tasks may run at the same time, in several processes, on one terminal."""

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress

from emulator.cli.output import progress_bar

try:
    import fcntl
except ImportError:  # Windows, where there is one process
    fcntl = None  # type: ignore[assignment]


class ProgressBars:
    """Shows the progress of one task at a time: two bars would overwrite each other. Workers inherit it.

    The lock belongs to a process, and ends with it.
    """

    def __init__(self) -> None:
        self._lock, path = tempfile.mkstemp()
        os.unlink(path)
        self._shown = False

    def __call__(self, label: str, length: int) -> Callable[[int], object]:
        """Return the function to call with each step of a task."""
        if self._shown or not self._take():
            return lambda _: None
        self._shown = True
        return Shown(self, progress_bar(label, length), length)

    def _take(self) -> bool:
        if fcntl:
            try:
                fcntl.lockf(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return False
        return True

    def end(self) -> None:
        """Let another task be shown."""
        self._shown = False
        if fcntl:
            with suppress(OSError, ValueError):
                fcntl.lockf(self._lock, fcntl.LOCK_UN)


class Shown:
    """The task that is shown, until it is complete or forgotten."""

    def __init__(self, bars: ProgressBars, step: Callable[[int], object], length: int) -> None:
        self._bars: ProgressBars | None = bars
        self._step = step
        self._left = length

    def __call__(self, steps: int) -> None:
        self._step(steps)
        self._left -= steps
        if self._left <= 0:
            self._end()

    def _end(self) -> None:
        bars, self._bars = self._bars, None
        if bars:
            bars.end()

    def __del__(self) -> None:
        self._end()
