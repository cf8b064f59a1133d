"""``carbon-emulator data``: what it does with a directory that no server uses."""

import json
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from emulator.cli.app import cli
from emulator.providers.cnaught.wire import outgoing
from tests.support.stored import StoredServer, cnaught, place


def data(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["data", *map(str, arguments)])


def failure(*arguments: object) -> str:
    """The sentence with which a command fails."""
    result = data(*arguments)
    assert result.exit_code in (1, 2), result.output
    return result.output.partition("Error: ")[2].strip()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """What a killed server leaves: two spaces with entries, and one that was deleted."""
    with StoredServer(tmp_path / "running") as server:
        for name in ("one", "two", "gone"):
            server.space(name).clock.freeze("2026-01-01")
            for number in range(3):
                place(server.space(name), f"key-{number}")
        server.space().control("DELETE", "/spaces/gone")
        cnaught(server.space("one"), "GET", "/v1/orders")
        shutil.copytree(tmp_path / "running", tmp_path / "data")
    return tmp_path / "data"


def described(directory: Path) -> Mapping[str, Mapping[str, Any]]:
    spaces = json.loads(data("info", directory, "--json").output)["spaces"]
    return {space["name"]: space for space in spaces}


def state(directory: Path, name: str = "one") -> list[Any]:
    """Return the state of a space from a server on the directory."""
    with StoredServer(directory) as server:
        paths = ("/snapshot", "/requests", "/clock")
        return [server.space(name).control("GET", path) for path in paths]


def test_info_lists_the_spaces(directory: Path) -> None:
    """Each space with its requests, the entries that a load applies, and its size; without those that were deleted."""
    assert set(described(directory)) == {"one", "two"}
    assert (described(directory)["one"]["requests"], described(directory)["two"]["entries"]) == (4, 4)
    assert data("info", directory).output.splitlines()[1].split() == ["SPACE", "REQUESTS", "ENTRIES", "BYTES"]


def test_compact_puts_snapshots_in_place_of_entries(directory: Path, tmp_path: Path) -> None:
    """After compacting nothing has changed but the time of a load."""
    shutil.copytree(directory, tmp_path / "before")
    assert data("compact", directory).output == "2 spaces compacted\n"
    assert [space["entries"] for space in described(directory).values()] == [0, 0]
    assert state(directory) == state(tmp_path / "before")


def test_an_export_can_be_imported(directory: Path, tmp_path: Path) -> None:
    """Spaces move from directory to directory with their journals and their numbers."""
    file, copy = tmp_path / "export.jsonl", tmp_path / "copy"
    assert data("export", directory, file).output == "2 spaces exported\n"
    assert data("import", copy, file).output == "2 spaces imported\n"
    assert described(copy)["one"]["requests"] == 4
    assert state(copy) == state(directory)
    assert failure("import", copy, file) == f"space 'one' of {file} is there already"


def test_a_bad_import_imports_nothing(directory: Path, tmp_path: Path) -> None:
    """An export that was cut off, or is none, leaves the directory as it was."""
    file, copy = tmp_path / "export.jsonl", tmp_path / "copy"
    data("export", directory, file)
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:2]))
    assert failure("import", copy, file) == f"{file} holds 1 of its 2 spaces"
    assert described(copy) == {}
    file.write_text("{}")
    assert failure("import", copy, file) == f"{file} is not an export of format 1"


def test_check_finds_what_is_wrong(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A good directory is ok; damaged entries and replies that would be different are named."""
    assert data("check", directory).output == "ok\n"
    real = outgoing.order
    with monkeypatch.context() as patched:
        patched.setattr(outgoing, "order", lambda *about: {**real(*about), "new": 1})
        assert "space 'one' is stopped at entry 2, POST cnaught /v1/orders" in failure("check", directory)
    with closing(sqlite3.connect(directory / "spaces.sqlite3", isolation_level=None)) as database:
        database.execute("UPDATE entries SET payload = 'x' WHERE number = 3 AND space = 1")
    assert failure("check", directory).startswith("space 'one' cannot be loaded: entry 3 does not have the checksum")


def test_a_rollback_leads_back_to_the_last_snapshot(directory: Path) -> None:
    """What came after the snapshot is dropped; without a snapshot, the space is gone."""
    with StoredServer(directory) as server:
        before = server.space("one").control("GET", "/snapshot")
    shutil.copytree(directory, directory.parent / "later")
    with StoredServer(directory) as server:
        place(server.space("one"))
        shutil.copytree(directory, directory.parent / "killed")
    killed = directory.parent / "killed"
    assert data("rollback", killed, "one").output == "1 entries of one dropped\n"
    assert state(killed)[0] == before
    assert failure("rollback", killed, "nowhere") == f"{killed} has no space 'nowhere'; known: one, two"


@pytest.mark.parametrize("command", [["info"], ["compact"], ["check"], ["export", "file"], ["rollback", "one"]])
def test_a_directory_in_use_is_refused(command: list[str], tmp_path: Path) -> None:
    """While a server uses a directory, no command does; nor does one make a directory out of nothing."""
    name, *rest = command
    if rest == ["file"]:
        rest = [str(tmp_path / "file")]
    with StoredServer(tmp_path / "data") as server:
        assert "is in use by process" in failure(name, server.directory, *rest)
    assert failure(name, tmp_path / "nothing", *rest).endswith("is not a data directory: it has no spaces.sqlite3")


def test_a_directory_belongs_to_its_seed_and_its_fixtures(directory: Path) -> None:
    """Another seed is refused, and so is a directory of a newer format."""
    from emulator.core.errors import BadData

    with pytest.raises(BadData, match="was made with --seed 0"):
        StoredServer(directory, seed=5)
    with closing(sqlite3.connect(directory / "spaces.sqlite3", isolation_level=None)) as database:
        database.execute("UPDATE meta SET value = '99' WHERE key = 'format'")
    assert "is in format 99" in failure("info", directory)
