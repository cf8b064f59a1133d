"""What every log must do, whichever engine it stores in."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from emulator.log.log import Append, Image, Log, Proposal, Stored
from emulator.log.sqlite_log import SqliteLog

Open: TypeAlias = Callable[[], Log]


@pytest.fixture(params=["sqlite", "sqlite, full sync"])
def open_log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens the same log again and again, after closing it."""
    opened: list[Log] = []

    def open_log() -> Log:
        for log in opened:
            log.close()
        opened[:] = [SqliteLog(tmp_path / "log.sqlite3", "full" if "full" in request.param else "normal")]
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
    return [(stored.number, stored.id) for stored in answer]


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
        assert history.entries == [
            Stored(n, 5, id, f"payload of {id}".encode(), b"checks") for n, id in ((1, "x"), (2, "y"))
        ]
    assert open_log().load("never").entries == []


def test_times_do_not_go_back(log: Log) -> None:
    """An entry is never earlier than the one before it in one append."""
    (answer,) = log.append([Append("a", 0, [proposal("x", 9), proposal("y", 3), proposal("z", 11)])])
    assert [stored.at for stored in answer] == [9, 9, 11]


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


def test_an_erased_space_is_gone(log: Log) -> None:
    """An erased space begins anew; one with later entries than the caller knows stays."""
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
