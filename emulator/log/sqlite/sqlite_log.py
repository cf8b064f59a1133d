"""A log in one SQLite database, which one process has open."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import orjson

from emulator.core.clock import LogTime
from emulator.log.log import Answer, Append, Damaged, History, Image, Stored, Summary, intact
from emulator.log.sqlite.sqlite_database import SqliteDatabase, Sync, reported
from emulator.log.sqlite.sqlite_schema import ADD_FIXTURES, DROP_FIXTURES, DROP_PIECES, DROP_REST, FORMAT, SUMMARIES

COLUMNS = 8
PIECES = "pieces"
"""The fact of a snapshot that says how many pieces it has."""

PIECES_DROPPED = 4
"""How many pieces of older snapshots to delete at a time."""

ROWS_PER_STATEMENT = 100
"""SQLite takes 999 parameters in its older versions."""


class SqliteLog:
    """The log of one data directory."""

    def __init__(self, file: Path, sync: Sync = "normal") -> None:
        self._database = SqliteDatabase(file, sync)
        self._known: dict[str, tuple[int, int]] = {}
        self._claims: dict[tuple[str, str], datetime] = {}
        self._time = LogTime()
        with reported():
            columns = {row[1] for row in self._database.execute("PRAGMA table_info(entries)")}
            self._fixtures = "fixtures" if "fixtures" in columns else "0"
            self._read_digests()

    # --- entries

    def append(self, appends: Sequence[Append]) -> Sequence[Answer]:
        """Store the proposals of all spaces in one transaction."""
        rows: list[Any] = []
        with self._transaction():
            answers = [self._answer(append, rows) for append in appends]
            self._insert(rows)
        return answers

    def _answer(self, append: Append, rows: list[Any]) -> Answer:
        id, last = self._find(append.space, create=bool(append.proposals))
        entries = self._entries(id, append.applied) if append.applied < last else []
        if append.applied + len(entries) < last:
            return Answer(id, None)
        self._number(append, rows, id, last, entries)
        return Answer(id, entries)

    def _number(self, append: Append, rows: list[Any], id: int, last: int, answer: list[Stored]) -> None:
        """Give the proposals of a space their numbers, except those that became entries before; add them to both."""
        there = {stored.id for stored in answer}
        at = answer[-1].at if answer else 0
        for proposal in append.proposals:
            if proposal.id in there:
                continue
            last += 1
            at = max(at, proposal.at)
            _, _, payload, checks, fixtures = proposal
            answer.append(Stored(last, at, proposal.id, payload, checks, fixtures))
            rows += id, last, at, proposal.id, crc32(payload), payload, checks, self._fixture_ids[fixtures]
        if append.proposals:
            self._known[append.space] = id, last

    def _insert(self, rows: list[Any]) -> None:
        """Insert rows a hundred at a time: each statement gives up the interpreter's lock, and must get it back."""
        step = ROWS_PER_STATEMENT * COLUMNS
        for start in range(0, len(rows), step):
            values = rows[start : start + step]
            marks = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?)"] * (len(values) // COLUMNS))
            self._database.execute(f"INSERT INTO entries VALUES {marks}", values)  # noqa: S608, marks alone

    def last(self, space: str) -> int:
        with reported():
            return self._find(space)[1]

    def id(self, space: str) -> int:
        """Return the id of a space; 0 for one that is not stored."""
        return self._find(space)[0]

    def _find(self, space: str, create: bool = False) -> tuple[int, int]:
        """Return the id of a space and the number of its last entry; 0 and 0 for one that is not stored."""
        found = self._known.get(space)
        if found is None:
            row = self._database.execute("SELECT id FROM spaces WHERE name = ?", (space,)).fetchone()
            if row is None and not create:
                return 0, 0
            if row is None:
                row = [self._database.execute("INSERT INTO spaces (name) VALUES (?)", (space,)).lastrowid]
            found = self._known[space] = row[0], self._last(row[0])
        return found

    def _last(self, id: int) -> int:
        numbers = "SELECT max(number) FROM entries WHERE space = ?", "SELECT number FROM snapshots WHERE space = ?"
        rows = [self._database.execute(query, (id,)).fetchone() for query in numbers]
        return max((row[0] or 0 for row in rows if row), default=0)

    def _entries(self, id: int, after: int) -> list[Stored]:
        query = f"""
            SELECT number, at, id, payload, checks, {self._fixtures}, crc
            FROM entries WHERE space = ? AND number > ? ORDER BY number
        """  # noqa: S608, our own name
        found = []
        for number, at, proposal_id, payload, checks, fixtures, crc in self._database.execute(query, (id, after)):
            payload = intact(payload, crc, f"entry {number}")
            found.append(Stored(number, at, proposal_id, payload, checks, self._digests[fixtures]))
        return found

    # --- spaces

    def load(self, space: str) -> History:
        with reported():
            id, _ = self._find(space)
            query = f"SELECT number, document, facts, crc, {self._fixtures} FROM snapshots WHERE space = ?"  # noqa: S608
            row = self._database.execute(query, (id,)).fetchone()
            image = None
            if row:
                document, facts = intact(row[1], row[3], "the snapshot"), orjson.loads(row[2])
                if pieces := facts.pop(PIECES, 0):
                    document = self._joined_pieces(id, row[0], pieces)
                image = Image(row[0], document, facts, self._digests[row[4]])
            return History(image, self._entries(id, image.number if image else 0))

    def save(self, space: str, image: Image) -> None:
        with self._transaction():
            id, last = self._find(space, create=True)
            facts = orjson.dumps({**image.facts, PIECES: image.pieces} if image.pieces else image.facts).decode()
            fixtures = self._fixture_ids[image.fixtures]
            row = (id, image.number, facts, crc32(image.document), image.document, fixtures)
            self._database.execute("INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?, ?, ?)", row)
            self._database.execute("DELETE FROM entries WHERE space = ? AND number <= ?", (id, image.number))
            number = image.number if image.pieces else -1
            self._database.execute(DROP_REST, {"space": id, "number": number, "count": image.pieces})
            self._known[space] = id, max(last, image.number)

    def _joined_pieces(self, id: int, number: int, count: int) -> bytes:
        """Return the document of a snapshot that was stored in pieces. Raises Damaged."""
        query = "SELECT crc, data FROM pieces WHERE space = ? AND number = ? ORDER BY piece"
        rows = self._database.execute(query, (id, number)).fetchall()
        if len(rows) != count:
            raise Damaged("the snapshot does not have the checksum that it was stored with")
        return b"".join(intact(data, crc, "the snapshot") for crc, data in rows)

    def save_piece(self, space: str, number: int, piece: int, data: bytes) -> None:
        with self._transaction():
            id, _ = self._find(space, create=True)
            row = (id, number, piece, crc32(data), data)
            self._database.execute("INSERT OR REPLACE INTO pieces VALUES (?, ?, ?, ?, ?)", row)

    def drop_pieces(self, space: str) -> bool:
        with self._transaction():
            id, _ = self._find(space)
            dropped = self._database.execute(DROP_PIECES, {"space": id, "some": PIECES_DROPPED})
            return dropped.rowcount > 0

    def erase(self, space: str, number: int) -> None:
        with self._transaction():
            id, last = self._find(space)
            if last > number:
                return
            for table, key in (("entries", "space"), ("snapshots", "space"), ("pieces", "space"), ("spaces", "id")):
                self._database.execute(f"DELETE FROM {table} WHERE {key} = ?", (id,))  # noqa: S608, our own names
            self._known.pop(space, None)

    def roll_back(self, space: str) -> None:
        """Delete the entries of a space after its snapshot; without one, the space."""
        with self._transaction():
            id, _ = self._find(space)
            self._database.execute("DELETE FROM entries WHERE space = ?", (id,))
            self._database.execute("DELETE FROM spaces WHERE id = ? AND id NOT IN (SELECT space FROM snapshots)", (id,))
            self._known.pop(space, None)

    def claim(self, space: str, webhook: str, seconds: float) -> bool:
        """Reserve an attempt in memory: the claims of this one process end with it."""
        now = self._time.read()
        self._claims = {key: until for key, until in self._claims.items() if until > now}
        if (space, webhook) in self._claims:
            return False
        self._claims[space, webhook] = now + timedelta(seconds=seconds)
        return True

    def spaces(self) -> Mapping[str, Summary]:
        try:
            with reported():
                return dict(map(_summary, self._database.execute(SUMMARIES.format(which="1"))))
        except Damaged:
            return self._undamaged_summaries()

    def _undamaged_summaries(self) -> Mapping[str, Summary]:
        """Return a summary of each space; of one that cannot be read, that there is something to load."""
        with reported():
            ids = dict(self._database.execute("SELECT name, id FROM spaces ORDER BY id"))
        found = {}
        for name, id in ids.items():
            found[name] = Summary(id, 0, 1, 0, {})
            with suppress(Damaged), reported():
                row = self._database.execute(SUMMARIES.format(which="s.id = ?"), (id,)).fetchone()
                found[name] = _summary(row)[1]
        return found

    # --- fixtures

    def fixtures(self) -> Mapping[str, bytes]:
        with reported():
            rows = self._database.execute("SELECT digest, document, crc FROM fixtures ORDER BY id").fetchall()
        return {digest: document for digest, document, crc in rows if crc32(document) == crc}

    def keep_fixtures(self, digest: str, document: bytes) -> None:
        with self._transaction():
            self._keep_fixtures(None, digest, document)

    def _keep_fixtures(self, id: int | None, digest: str, document: bytes) -> None:
        row = (id, digest, crc32(document), document)
        self._database.execute("INSERT OR IGNORE INTO fixtures VALUES (?, ?, ?, ?)", row)
        self._read_digests()

    def _read_digests(self) -> None:
        self._digests: dict[int, str] = {0: "", **dict(self._database.execute("SELECT id, digest FROM fixtures"))}
        self._fixture_ids = {digest: id for id, digest in self._digests.items()} | {"": 0}

    def upgrade(self, digest: str, document: bytes) -> None:
        """Bring a database of format 1 to format 2: all its spaces were created from these fixtures."""
        with self._transaction():
            if self._fixtures == "0":
                for statement in ADD_FIXTURES:
                    self._database.execute(statement)
            self._keep_fixtures(0, digest, document)
            self._database.set_meta({"format": str(FORMAT)})
        self._fixtures = "fixtures"

    def _drop_fixtures(self) -> None:
        """Drop the fixtures that no space is created from any more."""
        with self._transaction():
            self._database.execute(DROP_FIXTURES)
            self._read_digests()

    # --- the database

    def newest(self) -> int:
        """Return the largest id that a space has ever had."""
        with reported():
            row = self._database.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = 'spaces'").fetchone()
        return int(row[0] or 0)

    def meta(self) -> dict[str, str]:
        """Return what the header says. Raises LogFailure."""
        return self._database.meta()

    def set_meta(self, values: Mapping[str, str]) -> None:
        """Write the header."""
        with self._transaction():
            self._database.set_meta(values)

    def probe(self) -> None:
        self._database.probe()

    def problems(self) -> list[str]:
        """Return what SQLite finds wrong with the database."""
        return self._database.problems()

    def vacuum(self) -> None:
        """Give the space of deleted entries, and of fixtures without a space, back to the file system."""
        if self._fixtures == "fixtures":
            self._drop_fixtures()
        self._database.vacuum()

    def close(self) -> None:
        self._database.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            with self._database.transaction():
                yield
        except BaseException:
            self._known = {}
            raise


def _summary(row: Sequence[Any]) -> tuple[str, Summary]:
    name, id, number, facts, size, count, last, held = row
    return name, Summary(id, max(number, last), count, size + held, orjson.loads(facts) if facts else {})
