"""The tables of the log in SQLite."""

FORMAT = 3
"""Before format 3, each of several equal reads is stored as a whole. In format 1, entries and snapshots do not name the
fixtures of their space: all are from those of the header."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS spaces (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS snapshots (
    space INTEGER PRIMARY KEY, number INTEGER NOT NULL, facts TEXT NOT NULL, crc INTEGER NOT NULL,
    document BLOB NOT NULL, fixtures INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS entries (
    space INTEGER NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL, id TEXT NOT NULL, crc INTEGER NOT NULL,
    payload BLOB NOT NULL, checks BLOB NOT NULL, fixtures INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (space, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pieces (
    space INTEGER NOT NULL, number INTEGER NOT NULL, piece INTEGER NOT NULL, crc INTEGER NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (space, number, piece)
);
CREATE TABLE IF NOT EXISTS fixtures (
    id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, crc INTEGER NOT NULL, document BLOB NOT NULL
);
"""

ADD_FIXTURES = tuple(
    f"ALTER TABLE {table} ADD COLUMN fixtures INTEGER NOT NULL DEFAULT 0" for table in ("entries", "snapshots")
)
"""From format 1 to format 2."""

DROP_FIXTURES = """
DELETE FROM fixtures WHERE digest NOT IN (SELECT value FROM meta WHERE key = 'fixtures')
AND id NOT IN (SELECT fixtures FROM snapshots UNION SELECT fixtures FROM entries)
"""
"""Those that no space was created from, except the present ones."""

TABLES = frozenset({"meta", "spaces", "snapshots", "entries", "pieces", "fixtures"})
"""All that there may be: a server that is killed while it makes a database leaves some."""

SUMMARIES = """
SELECT name, s.id, coalesce(n.number, 0), n.facts,
       coalesce(length(n.document), 0) +
       (SELECT coalesce(sum(length(p.data)), 0) FROM pieces p WHERE p.space = s.id AND p.number = n.number),
       count(e.number), coalesce(max(e.number), 0), coalesce(sum(length(e.payload)), 0)
FROM spaces s LEFT JOIN snapshots n ON n.space = s.id LEFT JOIN entries e ON e.space = s.id
WHERE {which} GROUP BY s.id ORDER BY s.id
"""

DROP_PIECES = """
DELETE FROM pieces WHERE rowid IN (
    SELECT p.rowid FROM pieces p LEFT JOIN snapshots n ON n.space = p.space AND n.number = p.number
    WHERE p.space = :space AND n.number IS NULL LIMIT :some
)
"""
"""Some pieces of other snapshots than the stored one."""

DROP_REST = "DELETE FROM pieces WHERE space = :space AND (number = :number AND piece >= :count OR :number < 0)"
"""Pieces that an earlier attempt to store the same snapshot has left; all, if the snapshot is stored as a whole."""
