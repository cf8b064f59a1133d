"""A log in one PostgreSQL database, which several nodes use at the same time.

An append locks the rows of its spaces, numbers the entries, and returns those of other nodes. All its statements travel
together (libpq's pipeline mode), so that a node that is paused between two of them holds no lock.

What only PostgreSQL has: the pipeline mode of its protocol, two session settings that end the transaction of a client
that is paused or cut off, and one that makes its planner look up entries in an index. Everything else is SQL that
CockroachDB and YugabyteDB understand as well.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from zlib import crc32

import orjson

from emulator.log.log import (
    Answer,
    Append,
    Due,
    History,
    Image,
    Proposal,
    Stored,
    Summary,
    intact,
)
from emulator.log.shared.postgres_connection import Connection, PostgresConnection, retried
from emulator.log.shared.postgres_sql import (
    ADD_ENTRIES,
    ADD_SPACES,
    CLAIM,
    ENTRIES_AFTER,
    FIRST_FIXTURES,
    KEEP_FIXTURES,
    LOAD_ENTRIES,
    LOAD_SNAPSHOT,
    LOCK_SPACES,
    MARK,
    OVERDUE,
    SAVE,
    SPACES,
    STATES,
)

ENTRIES_KEPT_SECONDS = 60.0
"""How long entries are kept after a snapshot: a node that repeats a proposal by then gets the entry that it became."""


class PostgresLog:
    """The log of the database at a URL. Without ``create``, it must be there already."""

    def __init__(self, url: str, create: bool = True) -> None:
        self._server = PostgresConnection(url, create)
        self._ids: dict[str, int] = {}
        self._digests: dict[int, str] = {}
        self._fixture_ids: dict[str, int] = {}

    # --- entries

    def append(self, appends: Sequence[Append]) -> Sequence[Answer]:
        """Store the proposals of all spaces in one transaction, and fetch the entries of other nodes."""
        names = [append.space for append in appends]
        own = {proposal.id: proposal for append in appends for proposal in append.proposals}
        with self._server.connected() as connection:
            return retried(lambda: self._append(connection, appends, names, own))

    def _append(
        self, connection: Connection, appends: Sequence[Append], names: list[str], own: Mapping[str, Proposal]
    ) -> Sequence[Answer]:
        changed = sorted(append.space for append in appends if append.proposals)
        columns = self._columns(connection, appends)
        with connection.pipeline():  # one implicit transaction, which ends with the pipeline
            if changed:
                if any(name not in self._ids for name in changed):
                    connection.execute(ADD_SPACES, [changed])
                connection.execute(LOCK_SPACES, [changed])
                connection.execute(ADD_ENTRIES, columns)
            states = connection.execute(STATES, [names], binary=True)
            applied = [append.applied for append in appends]
            entries = connection.execute(ENTRIES_AFTER, [list(own), names, applied], binary=True)
        found: dict[str, list[Stored]] = {name: [] for name in names}
        for name, *content, fixtures in entries:
            found[name].append(_stored(own, self._digest(connection, fixtures), *content))
        answers = {name: (id, last, pruned, snapshot, now) for name, id, last, pruned, snapshot, now in states}
        return [self._answer(append, found[append.space], answers.get(append.space)) for append in appends]

    def _answer(self, append: Append, entries: list[Stored], state: tuple[int, ...] | None) -> Answer:
        if state is None:
            return Answer(0, entries)
        id, _, pruned, snapshot, now = state
        self._ids[append.space] = id
        return Answer(id, None if append.applied < pruned else entries, snapshot, now)

    def last(self, space: str) -> int:
        row = self._state(space)
        return int(row[2]) if row else 0

    def id(self, space: str) -> int:
        if space not in self._ids:
            row = self._state(space)
            if row is None:
                return 0
            self._ids[space] = row[1]
        return self._ids[space]

    def _state(self, space: str) -> tuple[Any, ...] | None:
        with self._server.connected() as connection:
            return connection.execute(STATES, [[space]], binary=True).fetchone()

    # --- spaces

    def load(self, space: str) -> History:
        with self._server.connected() as connection, connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            row = connection.execute(LOAD_SNAPSHOT, [space], binary=True).fetchone()
            image = None
            if row:
                document = intact(row[1], row[3], "the snapshot")
                image = Image(row[0], document, orjson.loads(row[2]), self._digest(connection, row[4]))
            rows = connection.execute(LOAD_ENTRIES, [space, image.number if image else 0], binary=True).fetchall()
            return History(image, [_stored({}, self._digest(connection, row[-1]), *row[:-1]) for row in rows])

    def save(self, space: str, image: Image) -> None:
        about = {
            "name": space,
            "number": image.number,
            "facts": orjson.dumps(image.facts).decode(),
            "crc": crc32(image.document),
            "document": image.document,
            "kept": int(ENTRIES_KEPT_SECONDS * 10**6),
        }
        with self._server.connected() as connection:
            about["fixtures"] = self._fixture_id(connection, image.fixtures)
            retried(lambda: self._save(connection, about))

    def _save(self, connection: Connection, about: Mapping[str, Any]) -> None:
        with connection.transaction():
            for statement in SAVE:
                connection.execute(statement, about)

    def erase(self, space: str, number: int) -> None:
        """Delete a space for good. Only commands that have the database to themselves do this."""
        with self._server.connected() as connection, connection.transaction():
            row = connection.execute("SELECT id FROM carbon_spaces WHERE name = %s AND last <= %s", [space, number])
            if (found := row.fetchone()) is None:
                return
            for table, key in (("entries", "space"), ("snapshots", "space"), ("spaces", "id")):
                connection.execute(f"DELETE FROM carbon_{table} WHERE {key} = %s", found)  # noqa: S608, names of ours
        self._ids.pop(space, None)

    def spaces(self) -> Mapping[str, Summary]:
        with self._server.connected() as connection:
            rows = connection.execute(SPACES, binary=True).fetchall()
        return {
            name: Summary(id, last, count, size, orjson.loads(facts) if facts else {})
            for name, id, last, count, size, facts in rows
        }

    # --- fixtures

    def fixtures(self) -> Mapping[str, bytes]:
        with self._server.connected() as connection:
            rows = connection.execute("SELECT digest, document, crc FROM carbon_fixtures ORDER BY id").fetchall()
        return {digest: document for digest, document, crc in rows if crc32(document) == crc}

    def keep_fixtures(self, digest: str, document: bytes) -> None:
        with self._server.connected() as connection:
            connection.execute(KEEP_FIXTURES, [digest, crc32(document), document])

    def upgrade(self, digest: str, document: bytes) -> None:
        """Bring a store of format 1 to format 2: all its spaces were created from these fixtures."""
        with self._server.connected() as connection:
            connection.execute(FIRST_FIXTURES, [digest, crc32(document), document])

    def _digest(self, connection: Connection, id: int) -> str:
        """Return the digest of fixtures; an empty one if they are not stored."""
        if id not in self._digests:
            self._read_digests(connection)
        return self._digests.get(id, "")

    def _fixture_id(self, connection: Connection, digest: str) -> int:
        if digest and digest not in self._fixture_ids:
            self._read_digests(connection)
        return self._fixture_ids[digest] if digest else 0

    def _read_digests(self, connection: Connection) -> None:
        self._digests.update(connection.execute("SELECT id, digest FROM carbon_fixtures").fetchall())
        self._fixture_ids = {digest: id for id, digest in self._digests.items()}

    def _columns(self, connection: Connection, appends: Sequence[Append]) -> Mapping[str, list[Any]]:
        """Return the proposals of all spaces as one list for each column."""
        rows = [(append.space, append.applied, proposal) for append in appends for proposal in append.proposals]
        return {
            "names": [name for name, _, _ in rows],
            "applied": [applied for _, applied, _ in rows],
            "ids": [proposal.id for _, _, proposal in rows],
            "crcs": [crc32(proposal.payload) for _, _, proposal in rows],
            "payloads": [proposal.payload for _, _, proposal in rows],
            "checks": [proposal.checks for _, _, proposal in rows],
            "fixtures": [self._fixture_id(connection, proposal.fixtures) for _, _, proposal in rows],
        }

    # --- webhooks

    def claim(self, space: str, webhook: str, seconds: float) -> bool:
        with self._server.connected() as connection:
            about = {"space": space, "webhook": webhook, "duration": int(seconds * 10**6)}
            return retried(lambda: connection.execute(CLAIM, about).fetchone()) is not None

    def mark(self, dues: Mapping[str, Due]) -> None:
        if not dues:
            return
        names = sorted(dues)
        columns = [names, [dues[name].number for name in names], [dues[name].at for name in names]]
        with self._server.connected() as connection:
            retried(lambda: connection.execute(MARK, columns))

    def overdue(self, seconds: float) -> Sequence[str]:
        with self._server.connected() as connection:
            return [row[0] for row in connection.execute(OVERDUE, {"duration": int(seconds * 10**6)})]

    # --- the database

    def meta(self) -> dict[str, str]:
        """Return what the header says. Raises LogFailure."""
        with self._server.connected() as connection:
            return dict(connection.execute("SELECT key, value FROM carbon_meta").fetchall())

    def set_meta(self, values: Mapping[str, str]) -> None:
        """Write the header."""
        with self._server.connected() as connection, connection.transaction():
            for key in sorted(values):
                connection.execute(
                    "INSERT INTO carbon_meta VALUES (%s, %s) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                    [key, values[key]],
                )

    def probe(self) -> None:
        """Store the same value again, and wait for the replicas that a commit waits for."""
        self.set_meta({"probe": ""})

    def interrupt(self) -> None:
        """Cut the connection, from another thread: the running call fails, and it is not known what was stored."""
        self._server.interrupt()

    def close(self) -> None:
        self._server.close()


def _stored(
    own: Mapping[str, Proposal],
    fixtures: str,
    number: int,
    at: int,
    id: str,
    crc: int,
    payload: bytes | None,
    checks: bytes,
) -> Stored:
    """Return an entry; the payload of the node's own is not sent back to it. Raises Damaged."""
    payload = own[id].payload if payload is None else intact(payload, crc, f"entry {number}")
    return Stored(number, at, id, payload, checks, fixtures)
