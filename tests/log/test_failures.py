"""A log that cannot store: what clients get, what health says, and that the server goes on by itself."""

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from emulator.core.errors import BadData
from emulator.evidence import contracts
from emulator.log import group_commit
from emulator.log.log import LogFailure
from soak import calls
from tests.support.contract_check import check_reply
from tests.support.stored import StoredServer, cnaught, place

FULL = "database or disk is full"

PAGE = 4096
"""The bytes of a page of a database."""


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StoredServer]:
    monkeypatch.setattr(group_commit, "RETRY_SECONDS", 0.02)
    with StoredServer(tmp_path / "data") as running:
        place(running.space(), "before")
        yield running


def fail(*_: object) -> Any:
    raise LogFailure(FULL)


def test_psycopg_reports_nothing_that_the_log_reports(caplog: pytest.LogCaptureFixture) -> None:
    """What psycopg ignores while it raises an error is not logged: the log has one line for the error."""
    pytest.importorskip("psycopg")
    import emulator.log.shared.postgres_connection  # noqa: F401

    logger = logging.getLogger("psycopg")
    logger.warning("error ignored terminating %r: %s", "a pipeline", "the connection is lost")
    logger.warning("unknown PostgreSQL timezone: %r; will use UTC", "Nowhere")
    assert [record.levelname for record in caplog.records if record.name == "psycopg"] == ["WARNING"]
    assert "unknown PostgreSQL timezone" in caplog.text


def wait_for_health(server: StoredServer) -> None:
    for _ in range(500):
        if server.http.get("/_emulator/health").status_code == 200:
            return
        time.sleep(0.01)
    raise AssertionError("the server does not notice")


@pytest.fixture
def disk_full(server: StoredServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Makes the log fail; the result makes it work again, and waits until the server has noticed."""
    log = server.app.store.storage.log
    with monkeypatch.context() as patched:
        for method in ("append", "save", "probe", "load"):
            patched.setattr(log, method, fail)

        def free() -> None:
            patched.undo()
            wait_for_health(server)

        yield free


def test_a_change_that_cannot_be_stored_is_refused(server: StoredServer, disk_full: Callable[[], None]) -> None:
    """The vendor's envelope with 503 and Retry-After; nothing has changed, and the same request succeeds later."""
    space = server.space()
    before = space.control("GET", "/snapshot")
    refused = place(space, "later")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert refused.json() == {"type": "about:blank", "title": "Service Unavailable", "status": 503}
    assert refused.headers["x-emulator-hint"] == FULL
    assert "x-emulator-request-id" not in refused.headers
    command = server.http.post("/_emulator/clock/advance", json={"seconds": 60})
    assert (command.status_code, command.headers["retry-after"], command.json()) == (503, "1", {"error": FULL})
    assert space.control("GET", "/snapshot") == before
    disk_full()
    assert place(space, "later").headers["x-emulator-request-id"] == "2"


def test_health_says_what_is_wrong(server: StoredServer, disk_full: Callable[[], None]) -> None:
    """While nothing can be stored, health is 503 with a sentence; afterwards it is ok, without a restart."""
    place(server.space())
    health = server.http.get("/_emulator/health")
    assert (health.status_code, health.json()["status"]) == (503, "failing")
    sentence = f"cannot store to {server.directory}: {FULL}; it is tried again every second"
    assert health.json()["error"] == sentence
    disk_full()
    assert server.http.get("/_emulator/health").json()["status"] == "ok"


def test_reads_go_on(server: StoredServer, disk_full: Callable[[], None], tmp_path: Path) -> None:
    """Reads are answered while nothing can be stored, and their journal entries are stored afterwards."""
    space = server.space()
    place(space)
    numbers = [cnaught(space, "GET", "/v1/orders").headers["x-emulator-request-id"] for _ in range(3)]
    assert numbers == ["2", "3", "4"]
    disk_full()
    place(space, "after")
    with server.killed(tmp_path / "killed") as again:
        assert [entry["id"] for entry in again.space().control("GET", "/requests")["requests"]] == [1, 2, 3, 4, 5]


def test_a_space_that_cannot_be_loaded_now_can_be_loaded_later(server: StoredServer, tmp_path: Path) -> None:
    """A failure to read is no end: the next request tries again."""
    place(server.space("other"))
    with server.killed(tmp_path / "killed") as again, pytest.MonkeyPatch.context() as patched:
        copy = again.run(again.app.store.open("other"))
        patched.setattr(again.app.store.storage.log, "load", fail)
        while "other" in again.app.store.copies:  # what the start has begun with the space may go on
            again.run(again.app.store._unload_if_idle(copy))
        assert place(again.space("other")).status_code == 503
        patched.undo()
        assert place(again.space("other")).headers["x-emulator-request-id"] == "2"


def test_nobody_else_opens_the_directory(server: StoredServer) -> None:
    """A second server on the same directory is refused, and the first one goes on."""
    with pytest.raises(Exception, match="in use by process"):
        StoredServer(server.directory)
    assert place(server.space()).status_code == 201


def test_checksums_that_a_refused_change_carried(
    server: StoredServer, disk_full: Callable[[], None], tmp_path: Path
) -> None:
    """A change that is not stored takes checksums with it; after two restarts the others are still those of theirs."""
    place(server.space(), "refused")
    disk_full()
    for number in range(3):
        place(server.space(), f"key-{number}")
    with server.killed(tmp_path / "once") as once:
        for number in range(3):
            assert place(once.space(), f"later-{number}").status_code == 201
        with once.killed(tmp_path / "twice") as twice:
            assert place(twice.space()).status_code == 201


@pytest.mark.rule(*(f"{vendor}.emulator.not-stored" for vendor in calls.VENDORS))
@pytest.mark.parametrize("vendor", calls.VENDORS)
def test_a_refusal_to_store_keeps_the_contract(
    server: StoredServer, disk_full: Callable[[], None], vendor: str
) -> None:
    """Each contract has the refusal, in the vendor's envelope, and it names its own rule, which is no vendor's."""
    call, nowhere = calls.write(vendor, "tag"), calls.Call(f"/{vendor}/nowhere", method="POST")
    for each in (call, nowhere):
        explained = {**each.headers, "X-Emulator-Explain": "1"}
        refused = server.http.request(each.method, each.path, headers=explained, content=each.body)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        check_reply(vendor, refused, each.path.removeprefix(f"/{vendor}"))
        assert refused.headers["x-emulator-rule"] == f"{vendor}.emulator.not-stored"
        assert refused.headers["x-emulator-evidence"] == "inferred"
    contract = server.space().control("GET", f"/contracts/{vendor}.json")
    for item in contract["paths"].values():
        assert all("503" in item[method]["responses"] for method in item if method in contracts.METHODS)
    before = server.space().control("GET", "/snapshot")["memory"]
    assert calls.tags_in(before) == {}


# --- files


def damaged_page(file: Path, of: bytes) -> None:
    """Overwrite the last page of a database that holds a text."""
    raw = bytearray(file.read_bytes())
    start = raw.rindex(of) // PAGE * PAGE
    raw[start : start + PAGE] = b"\xa5" * PAGE
    file.write_bytes(raw)


def test_a_damaged_page_stops_the_spaces_on_it_alone(tmp_path: Path) -> None:
    """The server starts; a space that cannot be read answers 503 with the reason, and the others go on."""
    with StoredServer(tmp_path / "data") as server:
        for name in ("one", "two"):
            for _ in range(20):
                place(server.space(name), metadata=name[0] * 400)
    damaged_page(tmp_path / "data" / "spaces.sqlite3", b"t" * 400)
    with StoredServer(tmp_path / "data") as server:
        assert place(server.space("one")).status_code == 201
        refused = place(server.space("two"))
        assert refused.status_code == 503
        assert "space 'two' cannot be loaded" in refused.headers["x-emulator-hint"]
        assert place(server.space("three")).status_code == 201


def test_a_database_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """The start ends with a sentence, whichever page is damaged; what is no database of ours stays as it is."""
    with StoredServer(tmp_path / "data") as server:
        place(server.space("one"))
    file = tmp_path / "data" / "spaces.sqlite3"
    whole = file.read_bytes()
    for page in range(1, 9):
        file.write_bytes(whole[: page * PAGE] + b"\xa5" * PAGE + whole[(page + 1) * PAGE :])
        with suppress(BadData):
            StoredServer(tmp_path / "data").stop()
    file.unlink()
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE customers (a)")
    before = file.read_bytes()
    with pytest.raises(BadData, match="the database of another program, with the tables customers"):
        StoredServer(tmp_path / "data")
    assert file.read_bytes() == before


def test_a_directory_that_was_moved_or_deleted_takes_no_changes(server: StoredServer, tmp_path: Path) -> None:
    """What was acknowledged would be lost with it: 503 and the reason, until it is back."""
    (tmp_path / "data").rename(tmp_path / "elsewhere")
    refused = place(server.space("one"))
    assert (refused.status_code, server.http.get("/_emulator/health").status_code) == (503, 503)
    assert "was moved, deleted or replaced" in refused.headers["x-emulator-hint"]
    (tmp_path / "elsewhere").rename(tmp_path / "data")
    wait_for_health(server)
    assert place(server.space("one")).status_code == 201


def test_a_lost_file_is_reported(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A directory whose database is not that of its other files starts, and a warning says what is missing."""
    with StoredServer(tmp_path / "data") as server:
        for name in ("one", "two"):
            place(server.space(name))
    with StoredServer(tmp_path / "data"):
        assert "missing" not in caplog.text
    (tmp_path / "data" / "spaces.sqlite3").unlink()
    with StoredServer(tmp_path / "data"):
        assert "2 spaces are missing that were created last" in caplog.text
