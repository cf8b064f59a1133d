"""A SQLite database, which one process has open."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeAlias

from emulator.log.log import Damaged, LogFailure
from emulator.log.sqlite.sqlite_schema import SCHEMA, TABLES

Sync: TypeAlias = Literal["normal", "full"]

CHECKPOINT_PAGES = 4000
"""At how many pages SQLite moves the WAL into the database."""


class SqliteDatabase:
    """The database of one data directory, with a header. Raises LogFailure.

    The WAL makes a commit one write to the end of a file, which survives the end of the process (``normal``), and after
    an fsync also a power failure (``full``). There is one connection, because SQLite before 3.51.3 can corrupt a WAL
    that two connections reset; locked exclusively, it needs no shared memory either.
    """

    def __init__(self, file: Path, sync: Sync = "normal") -> None:
        with reported():
            self._connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
            self._connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._check_tables()
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute(f"PRAGMA synchronous = {sync}")
            self._connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
            self._connection.executescript(SCHEMA)
        self._path, self._identity = file, _identity(file)

    def _check_tables(self) -> None:
        """Raise LogFailure for a database of another program, which must not change."""
        tables = {row[0] for row in self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if foreign := sorted(name for name in tables - TABLES if not name.startswith("sqlite_")):
            self._connection.close()
            raise LogFailure(f"it is the database of another program, with the tables {', '.join(foreign)}")

    def execute(self, statement: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> sqlite3.Cursor:
        """Run a statement. Raises what SQLite reports: see ``reported``."""
        return self._connection.execute(statement, parameters)

    def meta(self) -> dict[str, str]:
        """Return what the header of the database says."""
        with reported():
            return dict(self._connection.execute("SELECT key, value FROM meta"))

    def set_meta(self, values: Mapping[str, str]) -> None:
        """Write the header, in a transaction."""
        self._connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", list(values.items()))

    def probe(self) -> None:
        """Store something without a meaning. Raises LogFailure if that is not possible."""
        with self.transaction():
            self._connection.execute("INSERT OR REPLACE INTO meta VALUES ('probe', ?)", ("x" * 4096,))
            self._connection.execute("DELETE FROM meta WHERE key = 'probe'")

    def problems(self) -> list[str]:
        """Return what SQLite finds wrong with the database."""
        with reported():
            found = [row[0] for row in self._connection.execute("PRAGMA integrity_check(20)")]
            return [] if found == ["ok"] else found

    def vacuum(self) -> None:
        """Give free space back to the file system."""
        with reported():
            self._connection.execute("VACUUM")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        with reported():
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what is written in it, or nothing. Raises LogFailure."""
        if _identity(self._path) != self._identity:
            raise LogFailure(f"{self._path} was moved, deleted or replaced")
        with reported():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise


def _identity(file: Path) -> tuple[int, int]:
    """Return the device and the inode of a file; zeros if there is none. Raises LogFailure."""
    try:
        found = file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return 0, 0
    except OSError as error:
        raise LogFailure(f"{file}: {error.strerror}") from None
    return found.st_dev, found.st_ino


@contextmanager
def reported() -> Iterator[None]:
    """Raise LogFailure for what SQLite reports."""
    try:
        yield
    except sqlite3.Error as error:
        damaged = getattr(error, "sqlite_errorname", "").startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB"))
        raise (Damaged if damaged else LogFailure)(str(error)) from None
