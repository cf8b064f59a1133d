"""``carbon-emulator data``: what it does with a directory that no server uses."""

import json
import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, TypeAlias

import psycopg
import pytest
from click.testing import CliRunner, Result

from cluster.database import Database
from emulator.cli import data_files
from emulator.cli.app import cli
from emulator.core.errors import BadData
from emulator.log.loading import Loading
from emulator.log.shared.shared_database import SharedDatabase
from emulator.providers.cnaught.wire import outgoing
from emulator.space.world import Limits
from tests.support.memory_log import Engine, MemoryDatabase
from tests.support.stored import Node, StoredServer, cnaught, place

with_postgres = pytest.mark.skipif("EXTENDED" not in os.environ, reason="needs PostgreSQL; .ci/extended runs it")


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


def test_commands_keep_journals_as_long_as_their_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compacting and exporting drop no request that the server keeps: the header says how many those are."""
    monkeypatch.setattr(data_files, "JOURNAL_MAX", 3)
    options = {"limits": Limits(journal_exchanges_max=9)}
    with StoredServer(tmp_path / "running", **options) as server:
        for _ in range(10):
            place(server.space("one"))
        shutil.copytree(tmp_path / "running", tmp_path / "data")
    data("export", tmp_path / "data", tmp_path / "export")
    data("import", tmp_path / "copy", tmp_path / "export")
    data("compact", tmp_path / "data")
    for directory in ("data", "copy"):
        with StoredServer(tmp_path / directory, **options) as server:
            journal = server.space("one").control("GET", "/requests")
            assert (len(journal["requests"]), journal["dropped"]) == (9, 1)


def test_a_bad_import_imports_nothing(directory: Path, tmp_path: Path) -> None:
    """An export that was cut off, or is none, leaves the directory as it was."""
    file, copy = tmp_path / "export.jsonl", tmp_path / "copy"
    data("export", directory, file)
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:3]))
    assert failure("import", copy, file) == f"{file} has 1 of its 2 spaces"
    assert described(copy) == {}
    file.write_text("{}")
    assert failure("import", copy, file) == f"{file} is not an export of a format up to 2"


def test_an_export_is_complete_or_leaves_the_file_as_it_was(directory: Path, tmp_path: Path) -> None:
    """An export that fails replaces no earlier one, and leaves nothing; one that succeeds is its owner's alone."""
    (tmp_path / "exports").mkdir()
    file = tmp_path / "exports" / "export.jsonl"
    for _ in range(2):
        assert data("export", directory, file).exit_code == 0
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.read_bytes()
    with closing(sqlite3.connect(directory / "spaces.sqlite3", isolation_level=None)) as database:
        database.execute("UPDATE entries SET payload = 'x' WHERE number = 3 AND space = 2")
    assert "does not have the checksum" in failure("export", directory, file)
    assert (file.read_bytes(), list(file.parent.iterdir())) == (before, [file])
    assert failure("export", directory, tmp_path / "no" / "file").startswith(f"cannot write {tmp_path}/no/file: ")
    os.mkfifo(tmp_path / "pipe")
    assert failure("export", directory, tmp_path / "pipe").endswith("it is not a regular file")


Change: TypeAlias = Callable[[list[dict[str, Any]]], object]

MANGLED: dict[str, tuple[Change, str]] = {
    "no seed": (lambda lines: lines[0].pop("seed"), "is not an export: line 1: at seed: missing, but required"),
    "seed as text": (lambda lines: lines[0].update(seed="0"), "line 1: at seed: must be an integer"),
    "format as text": (lambda lines: lines[0].update(format="2"), "is not an export of a format up to 2"),
    "no number of spaces": (lambda lines: lines[0].pop("spaces"), "line 1: at spaces: missing, but required"),
    "fixtures without a document": (
        lambda lines: lines[1].pop("document"),
        "line 2: at document: missing, but required",
    ),
    "empty fixtures": (
        lambda lines: lines[1].update(document={}),
        "line 2: at document.emulator: missing, but required",
    ),
    "no document": (lambda lines: lines[3].pop("document"), "line 4: at document: missing, but required"),
    "an empty document": (lambda lines: lines[3].update(document=[]), "line 4: at document: must have at least 1 item"),
    "a part of a document": (lambda lines: lines[3]["document"].pop(), "space 'two' of FILE cannot be loaded"),
    "another document": (lambda lines: lines[3].update(document=[{"format": 3}]), "space 'two' of FILE cannot be"),
    "no facts": (lambda lines: lines[3].update(facts={}), "line 4: at facts.emulator: missing, but required"),
    "requests as text": (
        lambda lines: lines[3]["facts"].update(requests="4"),
        "line 4: at facts.requests: must be an integer",
    ),
    "more requests than can be": (
        lambda lines: lines[3]["facts"].update(requests=2**53),
        "line 4: at facts.requests: must be at most 9007199254740991",
    ),
    "a name that no URL has": (lambda lines: lines[3].update(name="a b/.."), "'a b/..' is not the name of a space"),
    "a name with a line end": (lambda lines: lines[3].update(name="two\n"), r"'two\n' is not the name of a space"),
    "a space twice": (lambda lines: lines[3].update(name="one"), "FILE has space 'one' twice"),
}


@pytest.mark.parametrize("name", MANGLED)
def test_what_no_export_says_is_refused(name: str, directory: Path, tmp_path: Path) -> None:
    """A file that is not as it was written is refused in a sentence, and nothing of it stays, not even what is good."""
    change, problem = MANGLED[name]
    file, copy = tmp_path / "export.jsonl", tmp_path / "copy"
    data("export", directory, file)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    change(lines)
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    assert problem.replace("FILE", str(file)) in failure("import", copy, file)
    assert not copy.exists() or described(copy) == {}


@pytest.mark.parametrize("name", ["format", "seed", "journal_max"])
@pytest.mark.parametrize("value", ["", "abc", "1.5", "9" * 30])
def test_a_damaged_header_is_named(name: str, value: str, directory: Path) -> None:
    """A header that no server has written stops every command with a sentence."""
    with closing(sqlite3.connect(directory / "spaces.sqlite3", isolation_level=None)) as database:
        database.execute("UPDATE meta SET value = ? WHERE key = ?", (value, name))
    for command in ("info", "check", "compact"):
        assert f"has a damaged header: its {name} is {value!r}, not a whole number" in failure(command, directory)


def test_a_line_that_was_cut_off_is_named(directory: Path, tmp_path: Path) -> None:
    """The message says which line is not JSON, or no object."""
    file = tmp_path / "export.jsonl"
    data("export", directory, file)
    file.write_bytes(file.read_bytes()[:-500])
    assert failure("import", tmp_path / "copy", file) == f"{file} is not an export: line 4 is not JSON, or was cut off"
    file.write_text("[]\n")
    assert failure("import", tmp_path / "copy", file) == f"{file} is not an export: line 1 is not an object"


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
    assert data("rollback", killed, "one").output == "1 entry of space 'one' dropped\n"
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
    with pytest.raises(BadData, match="was made with --seed 0"):
        StoredServer(directory, seed=5)
    with closing(sqlite3.connect(directory / "spaces.sqlite3", isolation_level=None)) as database:
        database.execute("UPDATE meta SET value = '99' WHERE key = 'format'")
    assert "is in format 99" in failure("info", directory)


# --- a store ----------------------------------------------------------------------------------------------------------

URL = "postgresql://carbon@127.0.0.1/carbon"


@pytest.fixture(params=["memory", pytest.param("postgres", marks=with_postgres)])
def store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Node]]:
    """The URL of a store, and a node that goes on meanwhile: with two spaces, and one that was deleted."""
    if request.param == "memory":
        engines: dict[str, Engine] = {}
        database = lambda url, create=True: MemoryDatabase(engines.setdefault(url, Engine()))  # noqa: E731
        monkeypatch.setattr(data_files, "SharedDatabase", database)
        url = URL
    else:
        database, url = SharedDatabase, request.getfixturevalue("postgres").new_url()
    with Node(database(url)) as node:
        for name in ("one", "two", "gone"):
            node.space(name).clock.freeze("2026-01-01")
            for number in range(3):
                place(node.space(name), f"key-{number}")
        node.space().control("DELETE", "/spaces/gone")
        yield url, node


@pytest.fixture(scope="module")
def postgres() -> Iterator[Database]:
    """A PostgreSQL server."""
    with Database(settings={"fsync": "off"}) as database:
        yield database


def node_state(node: StoredServer, name: str) -> list[Any]:
    return [node.space(name).control("GET", path) for path in ("/snapshot", "/requests", "/clock")]


def test_a_store_is_described_checked_and_compacted(store: tuple[str, Node]) -> None:
    """While a node is at work; it goes on with the same spaces afterwards."""
    url, node = store
    before = {name: node_state(node, name) for name in ("one", "two")}
    spaces = {space["name"]: space for space in json.loads(data("info", url, "--json").output)["spaces"]}
    assert {"one", "two"} <= spaces.keys()
    assert (spaces["one"]["requests"], spaces["one"]["entries"]) == (None, 4)
    assert data("check", url).output.endswith("ok\n")
    assert data("compact", url).exit_code == 0
    spaces = {space["name"]: space for space in json.loads(data("info", url, "--json").output)["spaces"]}
    assert (spaces["one"]["requests"], spaces["one"]["entries"]) == (3, 0)
    assert {name: node_state(node, name) for name in ("one", "two")} == before
    assert place(node.space("one")).headers["x-emulator-request-id"] == "4"
    assert data("check", url).output.endswith("ok\n")


@pytest.mark.parametrize("since", [2, 5])
def test_a_snapshot_precedes_what_nodes_do_while_it_is_taken(
    since: int, store: tuple[str, Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests that arrive between the load and the snapshot have the same replies after it: no clock is ahead."""
    url, node = store
    place(node.space("running"))
    real = Loading.run

    def run(loading: Loading) -> Iterator[None]:
        yield from real(loading)
        for _ in range(since if loading.copy.name == "running" else 0):
            place(node.space("running"))

    with monkeypatch.context() as patched:
        patched.setattr(Loading, "run", run)
        assert data("compact", url).exit_code == 0
    spaces = {space["name"]: space for space in json.loads(data("info", url, "--json").output)["spaces"]}
    assert spaces["running"]["entries"] == since
    assert data("check", url).output.endswith("ok\n")


def test_spaces_move_between_a_directory_and_a_store(store: tuple[str, Node], tmp_path: Path) -> None:
    """An export of a store can be imported into a directory, and the other way round, by a node that is at work."""
    url, node = store
    before = node_state(node, "one")
    assert data("export", url, tmp_path / "export").output.endswith("2 spaces exported\n")
    assert data("import", tmp_path / "data", tmp_path / "export").output.endswith("2 spaces imported\n")
    assert state(tmp_path / "data") == before
    for name in ("one", "two"):
        node.space().control("DELETE", f"/spaces/{name}")
    node.run(node.app.store._unload(node.run(node.app.store.open("one"))))
    node.run(node.app.store._unload(node.run(node.app.store.open("two"))))
    assert data("import", url, tmp_path / "export").output.endswith("2 spaces imported\n")
    assert node_state(node, "one") == before
    assert place(node.space("one")).headers["x-emulator-request-id"] == "4"
    assert "is there already" in failure("import", url, tmp_path / "export")


@pytest.mark.parametrize("options", [{"limits": Limits(journal_exchanges_max=9)}, {"links": "vendor"}, {}])
@pytest.mark.parametrize("compacted", [True, False])
def test_an_import_leaves_the_settings_to_the_nodes(
    compacted: bool, options: dict[str, Any], directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new store, compacted or not, takes the settings of its first node. Later nodes need the same."""
    engine = Engine()
    monkeypatch.setattr(data_files, "SharedDatabase", lambda *_: MemoryDatabase(engine))
    data("export", directory, tmp_path / "export")
    assert data("import", URL, tmp_path / "export").output.endswith("2 spaces imported\n")
    if compacted:
        assert data("compact", URL).exit_code == 0
    with Node(MemoryDatabase(engine), **options) as node:
        assert place(node.space("one")).headers["x-emulator-request-id"] == "5"
    assert data("compact", URL).exit_code == 0
    for others in ({"limits": Limits(journal_exchanges_max=8)}, {"links": "emulator"}):
        with pytest.raises(BadData, match="all nodes need the same"):
            Node(MemoryDatabase(engine), **others)


def test_a_space_in_a_store_does_not_go_back(store: tuple[str, Node]) -> None:
    """A rollback is refused with what to use in its place."""
    assert "Reset it: POST /~one/_emulator/reset" in failure("rollback", store[0], "one")


def test_a_wrong_url_is_refused() -> None:
    """A URL that is no store's is refused with the known form; so is a database that cannot be reached."""
    assert "unknown store 'mysql'; known: postgresql://USER@HOST/DATABASE" in failure("info", "mysql://db/carbon")
    assert "cannot use postgresql://127.0.0.1:1/carbon" in failure("check", "postgresql://u:secret@127.0.0.1:1/carbon")
    assert "secret" not in failure("check", "postgresql://u:secret@127.0.0.1:1/carbon")


def test_an_unused_database_is_no_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that no server has used is refused, except as the target of an import."""
    monkeypatch.setattr(data_files, "SharedDatabase", lambda *_: MemoryDatabase(Engine()))
    assert "is no store: no server has used this database" in failure("info", URL)


@with_postgres
@pytest.mark.parametrize("command", [["info"], ["check"], ["compact"], ["export", "file"], ["rollback", "one"]])
def test_an_unused_database_stays_as_it_is(command: list[str], tmp_path: Path, postgres: Database) -> None:
    """A command that is refused at a database of another program makes no tables in it."""
    url = postgres.new_url()
    arguments = [str(tmp_path / each) if each == "file" else each for each in command[1:]]
    assert "no server has used this database" in failure(command[0], url, *arguments)
    with psycopg.connect(url) as connection:
        tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema"
        assert connection.execute(tables).fetchone() == (0,)
