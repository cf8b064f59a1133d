"""The connection to a PostgreSQL database: it is made when it is first needed, and again after each failure."""

import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, TypeAlias, TypeVar

import psycopg

from emulator.log.log import LogFailure, OutcomeUnknown
from emulator.log.shared.postgres_sql import ADD_FIXTURES, IS_UNUSED, SCHEMA, WITHOUT_FIXTURES

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]
T = TypeVar("T")

CONNECT_SECONDS = 3
SILENCE_MILLISECONDS = 5000
"""How long a peer may be silent, and how long a transaction may wait for its next statement."""

TRIALS = 4
"""How often to run a transaction that the database has ended for the sake of another one."""

CONFLICTS = (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected)

PAGE_COST = 0.01
"""The cost of a page, for PostgreSQL's planner. With its default, and until it has counted a space's entries, it reads
them all in place of a lookup in two pages."""

ALREADY_CREATED = (psycopg.errors.UniqueViolation, psycopg.errors.DuplicateTable, psycopg.errors.DuplicateObject)
"""What a node meets that creates a table at the same time as another one."""


def _is_news(record: logging.LogRecord) -> bool:
    """Return whether a message of psycopg says more than the error that it raises, which the log reports."""
    return not str(record.msg).startswith("error ignored")


logging.getLogger("psycopg").addFilter(_is_news)


class PostgresConnection:
    """A connection to the database at a URL, with the tables of the log.

    Without ``create``, a database without these tables stays as it is, and cannot be used.
    """

    def __init__(self, url: str, create: bool = True) -> None:
        self._url = url
        self._create = create
        self._connection: Connection | None = None

    def interrupt(self) -> None:
        """Cut the connection, from another thread: the running call fails, and it is not known what was stored."""
        connection = self._connection
        if connection is not None and not connection.closed:
            with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as open_socket:
                open_socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        """Yield a connection. Raises LogFailure, and OutcomeUnknown if the connection was lost meanwhile."""
        connection = self._connect()
        try:
            yield connection
        except psycopg.Error as error:
            lost = connection.broken
            self.close()
            raise (OutcomeUnknown if lost else LogFailure)(_sentence(error)) from None
        except BaseException:
            self.close()
            raise

    def _connect(self) -> Connection:
        if self._connection is None or self._connection.closed:
            try:
                self._connection = psycopg.connect(
                    self._url,
                    autocommit=True,
                    connect_timeout=CONNECT_SECONDS,
                    tcp_user_timeout=SILENCE_MILLISECONDS,
                    fallback_application_name="carbon-emulator",
                )
                if not self._create and self._connection.execute(IS_UNUSED).fetchone():
                    self.close()
                    raise LogFailure("no server has used this database")
                for statement in SCHEMA:
                    retried(partial(self._connection.execute, statement), ALREADY_CREATED)
                for (table,) in self._connection.execute(WITHOUT_FIXTURES).fetchall():
                    self._connection.execute(ADD_FIXTURES.format(table=table))
                self._connection.execute(f"SET random_page_cost = {PAGE_COST}")
                for setting in ("idle_in_transaction_session_timeout", "tcp_user_timeout"):
                    self._connection.execute(f"SET {setting} = {SILENCE_MILLISECONDS}")
            except psycopg.Error as error:
                self.close()
                raise LogFailure(_sentence(error)) from None
        return self._connection


def retried(work: Callable[[], T], conflicts: tuple[type[psycopg.Error], ...] = CONFLICTS) -> T:
    """Run a transaction, and again if the database ends it because of a conflict with another one."""
    for _ in range(TRIALS - 1):
        with suppress(*conflicts):
            return work()
    return work()


def _sentence(error: psycopg.Error) -> str:
    """Return the first line of what the database reports."""
    return str(error).strip().partition("\n")[0] or type(error).__name__
