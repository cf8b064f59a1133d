"""A data directory: its lock, its database, and the header that says who wrote it."""

import errno
import logging
import os
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from threading import Event
from typing import IO, Any

from emulator.core.errors import BadData
from emulator.core.version import __version__
from emulator.log.committer import Committer
from emulator.log.header import adopt, check_format, check_world, header
from emulator.log.log import LogFailure, Summary
from emulator.log.numbers import GONE, Numbers
from emulator.log.sqlite.sqlite_database import Sync
from emulator.log.sqlite.sqlite_log import SqliteLog
from emulator.log.sqlite.sqlite_schema import FORMAT
from emulator.space.world import World

log = logging.getLogger("emulator")

DATABASE = "spaces.sqlite3"
LOCK = "lock"
NUMBERS = "numbers"

LOCK_SECONDS, LOCK_TRIALS = 1.0, 20
"""How long, and how often, to try to lock a directory that is in use."""


class DataDirectory:
    """An open data directory. ``written_by`` is the version that opened it last. Raises BadData.

    Nothing else opens it meanwhile. With ``create`` False it must exist.
    """

    is_shared = False

    def __init__(self, path: Path, sync: Sync = "normal", create: bool = True) -> None:
        self.path = self.temporary = path
        self.location = str(path)
        if not create and not (path / DATABASE).exists():
            raise BadData(f"{path} is not a data directory: it has no {DATABASE}")
        with ExitStack() as stack:
            self._open(path, sync, stack)
            self._close = stack.pop_all().close
        self.written_by = self.header.get("emulator", __version__)

    def _open(self, path: Path, sync: Sync, stack: ExitStack) -> None:
        """Open everything; what is open is on the stack. Raises BadData."""
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            stack.enter_context(_locked(path))
            for left in path.glob("*.tmp"):
                left.unlink()
            if not (path / DATABASE).exists():
                (path / DATABASE).touch(0o600)
            elif not os.access(path / DATABASE, os.R_OK | os.W_OK):
                raise PermissionError(errno.EACCES, f"{os.strerror(errno.EACCES)}: {DATABASE}")
            self.numbers = stack.enter_context(closing(Numbers(path / NUMBERS)))
        except OSError as error:
            raise BadData(f"cannot use {path} for data: {error.strerror}") from None
        try:
            self.log = stack.enter_context(closing(SqliteLog(path / DATABASE, sync)))
            self.header = self.log.meta()
            self._check_numbers()
        except LogFailure as error:
            raise BadData(f"cannot open {path / DATABASE}: {error}") from None
        check_format(path, self.header, FORMAT)

    def _check_numbers(self) -> None:
        """Compare the numbers of requests with the log, and complete them from it. Raises BadData, LogFailure."""
        newest = self.log.newest()
        if not self.numbers.is_plausible():
            raise BadData(
                f"{self.path / NUMBERS} is not a file of numbers as a server writes it; put the one back that belongs "
                f"to {DATABASE}, or delete it: then the numbers of requests follow from the log, which may lack reads"
            )
        if lost := self.numbers.count_after(newest):
            log.warning(
                "%s: %d spaces are missing that were created last; a file has been lost or cut off", self.path, lost
            )
        if not self.numbers.lacks(newest) or not (summaries := self.log.spaces().values()):
            return
        log.warning("%s has been lost or cut off; the numbers of requests follow from the log", self.path / NUMBERS)
        for summary in summaries:
            if self.numbers.lacks(summary.id):
                self.numbers.set(summary.id, int(str(summary.facts.get("requests", 0))), 0)

    def check(self, world: World) -> None:
        """Raise BadData if this world cannot serve the spaces: see ``check_world``."""
        check_world(self.path, self.header, world)

    def adopt(self, world: World, serves: bool = True) -> None:
        """Check that this world made the spaces, and note that this version writes from now on. Raises BadData.

        The settings of a server that ``serves`` them are noted, too.
        """
        self.check(world)
        try:
            adopt(self.log, self.header, world, header(world, FORMAT, serves))
        except LogFailure as error:
            raise BadData(f"cannot write to {self.path}: {error}") from None

    def is_gone(self, summary: Summary) -> bool:
        """Return whether a space was deleted, and its name stays in the log."""
        return self.numbers.get(summary.id) == GONE

    def requests(self, summary: Summary) -> int | None:
        """Return how many requests a space has had."""
        return self.numbers.get(summary.id)

    def problems(self) -> list[str]:
        """Return what is wrong with the database."""
        return self.log.problems()

    def vacuum(self) -> None:
        """Give free space back to the file system."""
        self.log.vacuum()

    def new_committer(self) -> Committer:
        """Return what runs the calls of the log for the running event loop."""
        return Committer(self.log)

    def close(self) -> None:
        """Close the database, and let others open the directory."""
        self._close()


def _locked(path: Path) -> IO[str]:
    """Lock a directory until the file is closed or the process ends. Raises BadData, OSError."""
    file = (path / LOCK).open("a+")
    try:
        _lock_soon(file)
    except OSError:
        file.seek(0)
        holder = file.read(20).strip()
        file.close()
        process = f"process {holder}" if holder else "another process"
        raise BadData(f"{path} is in use by {process}; a data directory has one user at a time") from None
    file.seek(0)
    file.truncate()
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


def _lock_soon(file: Any) -> None:
    """Lock a file. A child that a killed server has just forked lets go of it within a moment. Raises OSError."""
    for _ in range(LOCK_TRIALS):
        with suppress(OSError):
            return _lock(file)
        Event().wait(LOCK_SECONDS / LOCK_TRIALS)
    _lock(file)


def _lock(file: Any) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        file.seek(1024)  # beyond the text, which others may then still read
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        return
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
