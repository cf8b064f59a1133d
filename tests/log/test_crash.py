"""A short run of what ``make crash`` does a thousand times."""

from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from crash.full_disk import run_on_full_disk
from crash.run import Plan, run
from crash.torn_write import WAL, add_torn_write, lose_last_writes
from emulator.log.log import Append, Proposal
from emulator.log.sqlite.data_directory import DATABASE
from emulator.log.sqlite.sqlite_log import SqliteLog


@pytest.mark.parametrize("workers", [1, 2])
def test_a_server_that_is_killed_loses_nothing(workers: int, tmp_path: Path) -> None:
    """After each kill of it or of a worker, under load of five vendors, the server is as one that was never killed.

    Some of the kills leave a torn write.
    """
    plan = Plan(kills=3, spaces=5, terminate=0.3, tear=0.5, power_failures=1, workers=workers)
    assert "nothing lost" in run(plan, tmp_path)


def test_a_server_goes_on_after_its_disk_was_full(tmp_path: Path) -> None:
    """Under load, the server refuses what it cannot store, loses nothing, and goes on by itself."""
    try:
        assert "nothing lost" in run_on_full_disk(Plan(kills=0, spaces=2), 1, tmp_path)
    except OSError as error:
        pytest.skip(f"only root can mount a small disk: {error}")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A directory as a killed server leaves it: all entries are in the write-ahead log."""
    (tmp_path / "data").mkdir()
    with closing(SqliteLog(tmp_path / "live")) as log:
        for number in range(20):
            log.append([Append("space", number, [Proposal(str(number), 1, b"payload")])])
        for name, suffix in ((DATABASE, ""), (WAL, "-wal")):
            (tmp_path / "data" / name).write_bytes((tmp_path / f"live{suffix}").read_bytes())
    return tmp_path / "data"


def _last(data: Path) -> dict[str, int]:
    with closing(SqliteLog(data / DATABASE)) as log:
        return {name: summary.last for name, summary in log.spaces().items()}


@pytest.mark.parametrize("seed", range(8))
def test_a_torn_write_is_no_entry(data: Path, seed: int) -> None:
    """Whichever sectors of a commit are missing: it does not count, and everything before it does."""
    before = (data / WAL).read_bytes()
    assert add_torn_write(data, Random(seed)) >= 0
    assert seed == 0 or (data / WAL).read_bytes() != before
    assert _last(data) == {"space": 20}


@pytest.mark.parametrize("seed", range(8))
def test_a_lost_end_leaves_an_earlier_state(data: Path, seed: int) -> None:
    """Whatever is cut off the log: the entries before it are there, in full."""
    assert lose_last_writes(data, Random(seed))
    assert 0 <= _last(data).get("space", 0) < 20


def test_a_log_that_was_written_back_has_no_end_to_lose(tmp_path: Path) -> None:
    """After a normal stop, there is no write-ahead log, and nothing is lost."""
    with closing(SqliteLog(tmp_path / DATABASE)) as log:
        log.append([Append("space", 0, [Proposal("one", 1, b"payload")])])
    assert not lose_last_writes(tmp_path, Random(0))
    assert _last(tmp_path) == {"space": 1}
