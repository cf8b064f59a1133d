"""Run a command as a child: forward signals to it, end with it, and leave nothing behind."""

import errno
import os
import pickle
import resource
import shutil
import signal
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

FORWARDED = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2}
RESTORED = [signal.SIGPIPE, signal.SIGXFSZ]
"""Signals that Python ignores, and its children would ignore, too."""

FROM_TERMINAL = {signal.SIGINT, signal.SIGQUIT}

CLEANER = """
trap '' INT TERM HUP QUIT
child=
while read -r line; do child=$line; done
if [ -n "$child" ] && kill -TERM "$child" 2>/dev/null; then
    tries=0
    while kill -0 "$child" 2>/dev/null && [ $tries -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
    kill -KILL "$child" 2>/dev/null
fi
rm -rf -- "$1"
"""
"""What runs beside us. Its input is the id of the child, then an empty line; it ends when we have, even if killed."""


class CannotRun(Exception):
    """The command cannot be started; ``missing`` if it does not exist."""

    def __init__(self, reason: str, *, missing: bool) -> None:
        super().__init__(reason)
        self.missing = missing


class Cleaner:
    """A process that deletes a directory, and ends the child, when this process has ended in any way."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        reading, self._writing = os.pipe()
        null = os.open(os.devnull, os.O_RDWR)
        copies = [(os.POSIX_SPAWN_DUP2, source, target) for source, target in ((reading, 0), (null, 1), (null, 2))]
        command = ["/bin/sh", "-c", CLEANER, "carbon-emulator-cleaner", str(directory)]
        self._pid = os.posix_spawn("/bin/sh", command, {"PATH": os.defpath}, file_actions=copies, setpgroup=0)
        os.close(reading)
        os.close(null)

    def watch(self, child: int | None) -> None:
        """End this child if we are killed; None for no child."""
        with suppress(BrokenPipeError):  # the process was killed
            os.write(self._writing, f"{child or ''}\n".encode())

    def close(self) -> None:
        """Delete the directory."""
        os.close(self._writing)
        os.waitpid(self._pid, 0)
        shutil.rmtree(self._directory, ignore_errors=True)  # in case the process was killed


@contextmanager
def temporary_directory() -> Iterator[tuple[Path, Cleaner]]:
    """Yield a private directory that is deleted even if this process is killed."""
    directory = Path(tempfile.mkdtemp(prefix="carbon-emulator-"))
    try:
        cleaner = Cleaner(directory)
    except OSError:
        shutil.rmtree(directory)
        raise
    try:
        yield directory, cleaner
    finally:
        cleaner.close()


@contextmanager
def signals_held() -> Iterator[set[signal.Signals]]:
    """Hold back the signals that are forwarded, in this thread and those that it starts. Yield those held before."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # ignored, it would take the exit code away
    before = signal.pthread_sigmask(signal.SIG_BLOCK, FORWARDED | {signal.SIGCHLD})
    try:
        yield {signal.Signals(number) for number in before}
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Child:
    """The process of a command: forked before this process has threads, and known to the cleaner before it starts.

    If this process is killed before the command starts, or leaves the ``with`` block without starting one, the child
    ends. Signals that are forwarded must be held back; ``held`` are those that the command holds back itself.
    """

    def __init__(self, cleaner: Cleaner, held: set[signal.Signals]) -> None:
        self._cleaner = cleaner
        start, self._start = os.pipe()
        self._failure, failure = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.close(self._start)
                _become_command(start, failure, held)
            finally:
                os._exit(127)
        os.close(start)
        os.close(failure)
        self._ended = False
        cleaner.watch(self.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        os.close(self._start)
        os.close(self._failure)
        if not self._ended:
            os.waitpid(self.pid, 0)
            self._cleaner.watch(None)

    def run(self, command: Sequence[str], environment: Mapping[str, str]) -> int:
        """Run a command to its end, and return its wait status. Raises CannotRun."""
        with suppress(BrokenPipeError), os.fdopen(os.dup(self._start), "wb") as start:  # a signal may have ended it
            pickle.dump((list(command), dict(environment)), start)
        if failed := os.read(self._failure, 16):
            raise _cannot_run(command[0], int(failed))
        while True:
            number, sent = _next_signal()
            if number != signal.SIGCHLD and sent:
                with suppress(ProcessLookupError):
                    os.kill(self.pid, number)
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            if ended:
                self._ended = True
                self._cleaner.watch(None)
                return status


def _become_command(start: int, failure: int, held: set[signal.Signals]) -> None:
    """Run the command that arrives in place of this process, or report the error. Return if none arrives."""
    with os.fdopen(start, "rb") as arriving:
        try:
            command, environment = pickle.load(arriving)  # noqa: S301, of the process that forked this one
        except (EOFError, pickle.UnpicklingError):
            return
    for number in RESTORED:
        signal.signal(number, signal.SIG_DFL)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, held)
    try:
        os.execvpe(command[0], command, environment)  # noqa: S606, what exec is for
    except OSError as error:
        os.write(failure, str(error.errno).encode())


def _cannot_run(program: str, number: int) -> CannotRun:
    missing = number == errno.ENOENT
    return CannotRun(f"{program}: {'command not found' if missing else os.strerror(number)}", missing=missing)


def end_as(status: int) -> int:
    """End this process by the signal that ended a command; otherwise return the command's exit code."""
    if not os.WIFSIGNALED(status):
        return os.waitstatus_to_exitcode(status)
    number = os.WTERMSIG(status)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if number not in (signal.SIGKILL, signal.SIGSTOP):
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    return 128 + number  # the first process of a container ignores signals


def _next_signal() -> tuple[int, bool]:
    """Wait for a signal. Return it, and whether only this process received it: a terminal also sends to the child."""
    awaited = FORWARDED | {signal.SIGCHLD}
    if hasattr(signal, "sigwaitinfo"):
        found = signal.sigwaitinfo(awaited)
        return found.si_signo, found.si_code <= 0
    number = signal.sigwait(awaited)
    return number, number not in FROM_TERMINAL or not _has_terminal()


def _has_terminal() -> bool:
    """Return whether we are in the foreground of a terminal, whose keys then send signals to the child, too."""
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False
