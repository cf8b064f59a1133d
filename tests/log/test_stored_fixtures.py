"""Stored spaces keep the fixtures that they were created from, although those of the server have changed."""

import json
import os
import shutil
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from click.testing import CliRunner

from cluster.database import Database
from emulator.app import make_world
from emulator.cli.app import cli
from emulator.core.errors import BadData
from emulator.log.shared.shared_database import SharedDatabase
from emulator.log.worlds import Worlds, fixture_content, fixture_document, packed
from tests.support.memory_log import Engine, MemoryDatabase, MemoryLog
from tests.support.stored import Node, StoredServer, cnaught, place

OLD, NEW = "Old Inc.", "New Inc."

START = "2026-01-01"

DIRECTORY_OF_FORMAT_1 = Path(__file__).parent / "data" / "directory_of_format_1.tar.gz"
"""A data directory of format 1, with a space that has a snapshot and one that has entries, and its fixtures."""

Start: TypeAlias = Callable[[str], StoredServer]


def data(*arguments: object) -> str:
    result = CliRunner().invoke(cli, ["data", *map(str, arguments)])
    assert result.exit_code in (0, 2), result.output
    return result.output


def fixtures_with(directory: Path, name: str) -> Path:
    """Write fixtures, unless they exist, in which CNaught's portfolios have a name."""
    if directory.exists():
        return directory
    directory.mkdir()
    content = json.loads((Path(__file__).parents[2] / "fixtures" / "cnaught.json").read_text())
    for portfolio in content["catalogue"]["portfolios"].values():
        portfolio["name"] = name
    (directory / "cnaught.json").write_text(json.dumps(content))
    return directory


@pytest.fixture(scope="module")
def postgres() -> Iterator[Database]:
    """A PostgreSQL server."""
    with Database({"fsync": "off"}) as database:
        yield database


with_postgres = pytest.mark.skipif("EXTENDED" not in os.environ, reason="needs PostgreSQL; .ci/extended runs it")


@pytest.fixture(params=["directory", "memory", pytest.param("postgres", marks=with_postgres)])
def start(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Start]:
    """Starts a server with fixtures in which portfolios have a name; the one before it has been killed."""
    engine, running, copies = Engine(), list[StoredServer](), list[Path]()
    url = request.getfixturevalue("postgres").new_url() if request.param == "postgres" else ""

    def start(name: str) -> StoredServer:
        fixtures = fixtures_with(tmp_path / name, name)
        if request.param == "directory":
            copies.append(tmp_path / f"data{len(copies)}")
            if running:
                shutil.copytree(running[-1].directory, copies[-1])
            running.append(StoredServer(copies[-1], fixtures_directory=fixtures))
        else:
            storage = MemoryDatabase(engine) if request.param == "memory" else SharedDatabase(url)
            running.append(Node(storage, fixtures_directory=fixtures))
        return running[-1]

    yield start
    for server in running:
        server.stop()


def portfolio(server: StoredServer, space: str) -> str:
    """Return the name of a space's first portfolio, which is in the catalogue."""
    found: str = cnaught(server.space(space), "GET", "/v1/portfolios").json()["data"][0]["name"]
    return found


def test_spaces_keep_the_fixtures_that_they_were_created_from(start: Start) -> None:
    """After a start with other fixtures, only new spaces and those that are reset have these, however often it starts.

    Entries and snapshots are replayed with the fixtures that they were written with.
    """
    old = start(OLD)
    orders = {}
    for name in ("entries", "reset", "snapshot"):
        old.space(name).clock.freeze(START)
        orders[name] = place(old.space(name), "key").json()
    old.run(old.app.store._save(old.run(old.app.store.open("snapshot"))))
    saved = old.space("snapshot").control("GET", "/snapshot")
    new = start(NEW)
    new.space("reset").control("POST", "/reset")
    place(new.space("created"))
    for server in (new, start(NEW)):
        names = {name: portfolio(server, name) for name in ("entries", "snapshot", "reset", "created")}
        assert names == {"entries": OLD, "snapshot": OLD, "reset": NEW, "created": NEW}
        for name in ("entries", "snapshot"):
            assert place(server.space(name), "key").json() == orders[name]
        assert server.space("snapshot").control("GET", "/snapshot")["fixtures"] == saved["fixtures"]
        refused = server.http.put("/~created/_emulator/snapshot", json=saved)
        assert "other fixtures than those of this space" in refused.json()["error"]
        server.space("snapshot").control("PUT", "/snapshot", json=saved)


def test_credentials_are_those_of_the_space(start: Start, tmp_path: Path) -> None:
    """``GET /providers`` lists the credentials of the fixtures that the space was created from."""
    first = start(OLD)
    place(first.space("old"))
    file = fixtures_with(tmp_path / NEW, NEW) / "cnaught.json"
    file.write_text(file.read_text().replace("test_acme_0001", "test_acme_9999"))
    second = start(NEW)
    for name, key in (("old", "test_acme_0001"), ("new", "test_acme_9999")):
        assert second.space(name).control("GET", "/providers/cnaught")["credentials"]["api_key"] == key


@pytest.mark.parametrize("node", ["first", "second"])
def test_nodes_with_other_fixtures_have_the_same_spaces(node: str, tmp_path: Path) -> None:
    """A space is created from the fixtures of the node that creates it, and every node knows that."""
    engine = Engine()
    nodes = [
        Node(MemoryDatabase(engine), fixtures_directory=fixtures_with(tmp_path / name, name)) for name in (OLD, NEW)
    ]
    if node == "second":
        nodes.reverse()
    for name in ("one", "two"):
        place(nodes[0].space(name))
    assert {portfolio(each, "one") for each in nodes} == {OLD if node == "first" else NEW}
    nodes[1].space("one").control("POST", "/reset")
    assert {portfolio(each, "one") for each in nodes} == {NEW if node == "first" else OLD}
    for each in nodes:
        each.stop()


def test_data_commands_keep_the_fixtures(tmp_path: Path) -> None:
    """Spaces of different fixtures are checked, compacted, exported and imported, with those of each."""
    running = tmp_path / "running"
    for name in (OLD, NEW):
        with StoredServer(running, fixtures_directory=fixtures_with(tmp_path / name, name)) as server:
            place(server.space(name.split()[0]))
            shutil.copytree(running, tmp_path / "killed", dirs_exist_ok=True)
    killed, file, copy = tmp_path / "killed", tmp_path / "export", tmp_path / "copy"
    assert data("check", killed) == "ok\n"
    for _ in range(2):
        assert data("export", killed, file) == "2 spaces exported\n"
        assert data("compact", killed) == "2 spaces compacted\n"
    assert data("import", copy, file) == "2 spaces imported\n"
    for directory in (killed, copy):
        assert data("check", directory) == "ok\n"
        assert len(json.loads(data("info", directory, "--json"))["fixtures_stored"]) == 3
        with StoredServer(directory) as server:
            assert {name: portfolio(server, name) for name in ("Old", "New")} == {"Old": OLD, "New": NEW}
            for name in ("Old", "New"):
                server.space(name).control("POST", "/reset")
        assert data("compact", directory) == "2 spaces compacted\n"
        assert len(json.loads(data("info", directory, "--json"))["fixtures_stored"]) == 1


# --- older versions ---------------------------------------------------------------------------------------------------


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A data directory of format 1, beside its fixtures."""
    with tarfile.open(DIRECTORY_OF_FORMAT_1) as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path / "data"


def test_a_directory_of_format_1_needs_its_fixtures_once(older: Path) -> None:
    """With the fixtures that it was made with, it is brought up to date; then it has them."""
    assert data("info", older).startswith("format 1, written by version 0.1.0, seed 0\n")
    with pytest.raises(BadData, match="did not store the fixtures of its spaces"):
        StoredServer(older)
    fixtures = older.parent / "fixtures"
    assert data("check", older, "--fixtures", fixtures) == "ok\n"
    assert data("export", older, older.parent / "export", "--fixtures", fixtures) == "2 spaces exported\n"
    assert data("info", older).startswith("format 1, ")
    with StoredServer(older, fixtures_directory=fixtures) as server:
        _check_older(server)
    for directory in (older, older.parent / "copy"):
        if directory != older:
            assert data("import", directory, older.parent / "export") == "2 spaces imported\n"
        with StoredServer(directory) as server:
            _check_older(server)
            server.space("entries").control("POST", "/reset")
            assert portfolio(server, "entries") != OLD
    assert data("info", older).startswith("format 3, ")


def test_a_directory_of_format_1_with_the_present_fixtures_is_brought_up_to_date(older: Path) -> None:
    """A server that is killed at once leaves what a later one completes."""
    killed = StoredServer(older, fixtures_directory=older.parent / "fixtures").killed(older.parent / "killed")
    with killed:
        _check_older(killed)


@with_postgres
def test_a_store_of_format_1_needs_its_fixtures_once(postgres: Database, tmp_path: Path) -> None:
    """A store without the columns and the table of format 2 is brought up to date by the first node."""
    import psycopg

    url, fixtures = postgres.new_url(), {name: fixtures_with(tmp_path / name, name) for name in (OLD, NEW)}
    with Node(SharedDatabase(url), fixtures_directory=fixtures[OLD]) as node:
        place(node.space("one"))
    with psycopg.connect(url) as connection:
        for table in ("entries", "snapshots"):
            connection.execute(f"ALTER TABLE carbon_{table} DROP COLUMN fixtures")
        connection.execute("DROP TABLE carbon_fixtures")
        connection.execute("UPDATE carbon_meta SET value = '1' WHERE key = 'format'")
    with pytest.raises(BadData, match="did not store the fixtures of its spaces"):
        Node(SharedDatabase(url), fixtures_directory=fixtures[NEW])
    for name in (OLD, NEW):
        with Node(SharedDatabase(url), fixtures_directory=fixtures[name]) as node:
            assert portfolio(node, "one") == OLD


def _check_older(server: StoredServer) -> None:
    for name in ("compacted", "entries"):
        assert portfolio(server, name) == OLD
        replayed = place(server.space(name), "key")
        assert (replayed.headers["x-idempotent-replay"], replayed.json()["id"]) == ("true", "wo0WNxXWQOII")


def test_fixtures_of_older_providers_are_brought_up_to_date() -> None:
    """Their memory takes the steps of its provider. What cannot be read is the reason why a space is not loaded."""
    world, log = make_world(), MemoryLog(Engine())
    content = fixture_content(fixture_document(world))
    older: dict[str, Any] = json.loads(json.dumps(content))
    older["providers"]["cnaught"] = 2
    del older["fixtures"]["cnaught"]["memory"]["settings"]["links"]
    damaged = {**content, "fixtures": {"cnaught": {"catalogue": {}, "memory": {}}}}
    for digest, document in (("older", packed(older)), ("damaged", packed(damaged)), ("nonsense", b"?")):
        log.keep_fixtures(digest, document)
    worlds = Worlds(world, log)
    worlds.learn({"older", "damaged", "nonsense", "unknown", world.fixtures.digest})
    assert worlds["older"].fixtures["cnaught"].memory.settings.links == "vendor"
    assert worlds["older"].fixtures.digest == "older"
    assert worlds[""] is worlds[world.fixtures.digest] is world
    for digest, reason in (
        ("damaged", "cannot be read: cnaught.json: at "),
        ("nonsense", "be read"),
        ("unknown", "not"),
    ):
        with pytest.raises(Exception, match=reason):
            worlds[digest]
