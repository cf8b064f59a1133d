"""What every log must do, whichever engine it stores in."""

import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from time import sleep
from typing import Any, TypeAlias

import pytest

from cluster.database import Database
from emulator.log.log import Append, Damaged, Image, Log, Proposal, Stored
from emulator.log.sqlite.sqlite_log import SqliteLog
from tests.support.log_of_worker import LogOfWorker

Open: TypeAlias = Callable[[], Log]


with_postgres = pytest.mark.skipif("EXTENDED" not in os.environ, reason="needs PostgreSQL; .ci/extended runs it")


@pytest.fixture(scope="module")
def postgres() -> Iterator[Database]:
    """A PostgreSQL server."""
    with Database({"fsync": "off"}) as database:
        yield database


@pytest.fixture(params=["sqlite", "sqlite, full sync", "remote", pytest.param("postgres", marks=with_postgres)])
def open_log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens the same log again and again, after closing it."""
    opened: list[Log] = []
    new: Open = partial(SqliteLog, tmp_path / "log.sqlite3", "full" if "full" in request.param else "normal")
    if request.param == "remote":
        new = partial(LogOfWorker, tmp_path / "log.sqlite3")
    if request.param == "postgres":
        from emulator.log.shared.postgres_log import PostgresLog

        new = partial(PostgresLog, request.getfixturevalue("postgres").new_url())

    def open_log() -> Log:
        for log in opened:
            log.close()
        opened[:] = [new()]
        return opened[0]

    yield open_log
    for log in opened:
        log.close()


@pytest.fixture
def log(open_log: Open) -> Log:
    return open_log()


def proposal(id: str, at: int = 5) -> Proposal:
    return Proposal(id, at, f"payload of {id}".encode(), b"checks")


def appended(log: Log, space: str, *ids: str, applied: int = 0) -> list[tuple[int, str]]:
    """Append proposals with these ids; return the numbers and ids of the answer."""
    (answer,) = log.append([Append(space, applied, [proposal(id) for id in ids])])
    assert answer.entries is not None
    return [(stored.number, stored.id) for stored in answer.entries]


def test_entries_of_a_space_are_numbered_from_one(log: Log) -> None:
    """Each space has its own numbers, without gaps."""
    assert appended(log, "a", "x", "y") == [(1, "x"), (2, "y")]
    assert appended(log, "b", "z") == [(1, "z")]
    assert appended(log, "a", "w", applied=2) == [(3, "w")]
    assert (log.last("a"), log.last("b"), log.last("c")) == (3, 1, 0)


def test_an_append_returns_what_others_have_appended(log: Log) -> None:
    """A node that is behind gets every entry that it has not applied, in order, its own among them."""
    appended(log, "a", "x", "y")
    assert appended(log, "a", "z", applied=1) == [(2, "y"), (3, "z")]
    assert appended(log, "a", applied=0) == [(1, "x"), (2, "y"), (3, "z")]


def test_a_repeated_proposal_is_the_entry_that_it_became(log: Log) -> None:
    """A node that does not know whether its append was stored appends again with the same ids: nothing comes twice."""
    appended(log, "a", "x", "y")
    assert appended(log, "a", "y", "z", applied=1) == [(2, "y"), (3, "z")]
    assert log.last("a") == 3


def test_what_is_loaded_is_what_was_stored(open_log: Open) -> None:
    """Entries come back with everything that was proposed, after the log was closed too."""
    log = open_log()
    appended(log, "a", "x", "y")
    for history in (log.load("a"), open_log().load("a")):
        assert history.image is None
        assert [stored._replace(at=5) for stored in history.entries] == [
            Stored(n, 5, id, f"payload of {id}".encode(), b"checks") for n, id in ((1, "x"), (2, "y"))
        ]
    assert open_log().load("never").entries == []


def test_times_do_not_go_back(log: Log) -> None:
    """An entry is never earlier than the one before it in one append; PostgreSQL sets the time by its own clock."""
    (answer,) = log.append([Append("a", 0, [proposal("x", 9), proposal("y", 3), proposal("z", 11)])])
    times = [stored.at for stored in answer.entries or ()]
    if answer.now:
        assert times == [times[0], times[0] + 1, times[0] + 2]
        assert 0 <= answer.now - times[0] < 10**7
    else:
        assert times == [9, 9, 11]


def test_an_append_of_nothing_fetches_what_is_new(log: Log) -> None:
    """A read catches up with an append without proposals, which stores nothing; a space that is unknown stays so."""
    appended(log, "a", "x")
    assert appended(log, "a", applied=0) == [(1, "x")]
    assert appended(log, "a", applied=1) == []
    assert appended(log, "b") == []
    assert (list(log.spaces()), log.id("b")) == (["a"], 0)
    assert log.id("a") > 0


def test_a_node_that_is_behind_a_snapshot_must_load(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a snapshot has replaced entries that a node has not applied, nothing of that space is stored."""
    monkeypatch.setattr("emulator.log.shared.postgres_log.ENTRIES_KEPT_SECONDS", -1.0)
    appended(log, "a", "x", "y", "z")
    log.save("a", Image(2, b"state", {}))
    behind, other = log.append([Append("a", 1, [proposal("w")]), Append("b", 0, [proposal("v")])])
    assert behind.entries is None
    assert [stored.id for stored in other.entries or ()] == ["v"]
    assert log.last("a") == 3
    assert appended(log, "a", "w", applied=2) == [(3, "z"), (4, "w")]


def test_one_caller_at_a_time_has_a_claim(log: Log) -> None:
    """An attempt of a webhook is reserved once, until its time is over; attempts do not keep each other waiting."""
    assert log.claim("a", "webhook-1", 60)
    assert not log.claim("a", "webhook-1", 60)
    assert log.claim("a", "webhook-2", 0)
    assert log.claim("b", "webhook-1", 60)
    sleep(0.001)
    assert log.claim("a", "webhook-2", 60)


@with_postgres
def test_an_append_does_not_read_the_whole_space(postgres: Database) -> None:
    """Each entry is looked up in an index, by both columns, however large its space is and whether it was counted."""
    from emulator.log.shared import postgres_sql
    from emulator.log.shared.postgres_log import PostgresLog

    with closing(PostgresLog(postgres.new_url())) as log:
        for start in range(0, 3000, 500):
            log.append([Append("a", start, [proposal(f"{start}-{number}") for number in range(500)])])
        asked: list[Any] = [["new"], ["a"], [3000]]
        with log._server.connected() as connection, connection.transaction(force_rollback=True):
            offered = log._columns(connection, [Append("a", 3000, [proposal("new")])])
            statements: list[tuple[str, Any]] = [
                (postgres_sql.ADD_ENTRIES, offered),
                (postgres_sql.ENTRIES_AFTER, asked),
            ]
            plans = [
                "\n".join(row[0] for row in connection.execute(f"EXPLAIN {statement}", values))
                for statement, values in statements
            ]
    assert re.search(r"carbon_entries_space_id_key on carbon_entries.*\n.*\(space = .*\) AND \(id = ", plans[0])
    assert re.search(r"carbon_entries_pkey on carbon_entries.*\n.*\(space = .*\) AND \(number > ", plans[1])


@with_postgres
def test_several_users_share_a_log(postgres: Database) -> None:
    """Entries of two users are in one order, however they append, and a repeated proposal is stored once."""
    from emulator.log.shared.postgres_log import PostgresLog

    url = postgres.new_url()
    logs = [PostgresLog(url), PostgresLog(url)]

    def work(number: int) -> None:
        for turn in range(50):
            spaces = ["a", "b"] if (turn + number) % 2 else ["b", "a"]
            logs[number].append([Append(space, 0, [proposal(f"{number}-{turn}-{space}")]) for space in spaces])
            logs[number].append([Append("a", 0, [proposal(f"{number}-{turn}-a")])])

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(work, range(2)))
    for space in "ab":
        histories = [each.load(space).entries for each in logs]
        assert histories[0] == histories[1]
        assert [stored.number for stored in histories[0]] == list(range(1, 101))
        assert [stored.at for stored in histories[0]] == sorted({stored.at for stored in histories[0]})
    for log in logs:
        log.close()


def test_a_snapshot_replaces_the_entries_before_it(open_log: Open) -> None:
    """After a snapshot, only later entries are loaded; numbers go on, though the snapshot is all there is."""
    log = open_log()
    appended(log, "a", "x", "y", "z")
    log.save("a", Image(2, b"state", {"requests": 2}))
    assert [stored.number for stored in log.load("a").entries] == [3]
    log.save("a", Image(3, b"later", {"requests": 3}))
    log = open_log()
    assert log.load("a").image == Image(3, b"later", {"requests": 3})
    assert log.last("a") == 3
    assert appended(log, "a", "w", applied=3) == [(4, "w")]


def test_entries_and_snapshots_name_their_fixtures(open_log: Open) -> None:
    """Fixtures are stored once, before the first proposal that names them, and loads name those of each entry."""
    log = open_log()
    for digest in ("old", "new", "old"):
        log.keep_fixtures(digest, f"content of {digest}".encode())
    proposals = [proposal(id)._replace(fixtures=fixtures) for id, fixtures in (("x", "old"), ("y", "new"), ("z", ""))]
    (answer,) = log.append([Append("a", 0, proposals[:2])])
    assert [stored.fixtures for stored in answer.entries or ()] == ["old", "new"]
    log = open_log()
    assert log.fixtures() == {"old": b"content of old", "new": b"content of new"}
    log.append([Append("a", 2, proposals[2:])])
    assert [stored.fixtures for stored in log.load("a").entries] == ["old", "new", ""]
    log.save("a", Image(2, b"state", {}, "new"))
    history = open_log().load("a")
    assert history.image == Image(2, b"state", {}, "new")
    assert history.fixtures == {"new", ""}


@pytest.mark.parametrize("new", [SqliteLog, LogOfWorker])
def test_a_large_snapshot_is_stored_in_pieces(new: Callable[[Path], Any], tmp_path: Path) -> None:
    """Pieces count once the snapshot is stored; those of others are dropped a few at a time. A lost one is noticed."""
    log = new(tmp_path / "log.sqlite3")
    appended(log, "a", "x", "y")
    for piece in range(9):  # of an attempt that failed
        log.save_piece("a", 1, piece, b"old")
    assert log.load("a").image is None
    for number, pieces in ((1, ["one ", "two"]), (2, ["th", "re", "e"])):
        for piece, text in enumerate(pieces):
            log.save_piece("a", number, piece, text.encode())
        log.save("a", Image(number, b"", {"fact": number}, pieces=len(pieces)))
        assert log.load("a").image == Image(number, "".join(pieces).encode(), {"fact": number})
    while log.drop_pieces("a"):
        pass
    assert log.load("a").image.document == b"three"
    assert log.spaces()["a"].bytes == len("three")
    log.close()
    with closing(sqlite3.connect(tmp_path / "log.sqlite3", isolation_level=None)) as database:
        assert database.execute("SELECT count(*) FROM pieces").fetchone() == (3,)
        database.execute("DELETE FROM pieces WHERE piece = 1")
    log = new(tmp_path / "log.sqlite3")
    with pytest.raises(Damaged, match="the snapshot does not have the checksum"):
        log.load("a")
    log.save("a", Image(3, b"whole", {}))
    assert log.load("a").image == Image(3, b"whole", {})
    assert not log.drop_pieces("a")
    log.close()


def test_an_erased_space_is_gone(log: Log) -> None:
    """An erased space begins again; one with later entries than the caller knows stays."""
    appended(log, "a", "x")
    appended(log, "b", "y")
    log.erase("b", 0)
    log.erase("a", 1)
    log.erase("never", 1)
    assert list(log.spaces()) == ["b"]
    assert appended(log, "a", "z") == [(1, "z")]


def test_spaces_are_listed_with_their_sizes(log: Log) -> None:
    """A listing tells what a load would read."""
    appended(log, "a", "x", "y", "z")
    log.save("a", Image(1, b"12345", {"requests": 1}))
    found = log.spaces()["a"]
    assert (found.last, found.entries, found.bytes, found.facts) == (3, 2, 5 + 2 * len("payload of x"), {"requests": 1})


def test_many_entries_fit_into_one_append(log: Log) -> None:
    """A group commit is as large as what waits."""
    ids = [f"n{number}" for number in range(2500)]
    assert appended(log, "a", *ids) == list(enumerate(ids, start=1))
    assert [stored.id for stored in log.load("a").entries] == ids
