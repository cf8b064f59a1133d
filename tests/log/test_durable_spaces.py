"""Spaces that are stored: what a server acknowledged is there after it was killed or stopped, and goes on as before."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest

from emulator.client.handles import SpaceHandle
from emulator.core.clock import EPOCH
from emulator.log import image, image_writer, space_copy
from emulator.space.world import Limits
from tests.support.stored import SECONDS_MAX, StoredServer, cnaught, place

Restart: TypeAlias = Callable[[StoredServer], StoredServer]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[StoredServer]:
    with StoredServer(tmp_path / "data") as running:
        yield running


@pytest.fixture(params=["stopped", "killed"])
def restart(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Restart]:
    """Return a function that ends a server, normally or by a kill, and returns the next one."""
    with ExitStack() as stack:

        def restart(server: StoredServer) -> StoredServer:
            number = len(list(tmp_path.iterdir()))
            after = server.restarted() if request.param == "stopped" else server.killed(tmp_path / f"killed-{number}")
            return stack.enter_context(after)

        yield restart


def facts(reply: httpx.Response) -> tuple[int, list[tuple[str, str]], bytes]:
    return reply.status_code, sorted(reply.headers.items()), reply.content


def test_replies_after_a_restart_are_those_of_a_server_that_went_on(tmp_path: Path, restart: Restart) -> None:
    """The same requests get the same bytes, headers included, whether the server was restarted between them or not."""
    with StoredServer(tmp_path / "one") as one, StoredServer(tmp_path / "other") as other:
        servers = [one, other]
        for turn in range(4):
            spaces = [server.space() for server in servers]
            if turn == 0:
                for space in spaces:
                    space.clock.freeze("2026-01-01")
            for number in range(3):
                replies = [place(space, f"key-{turn}-{number}", metadata=f"{turn}") for space in spaces]
                replies += [cnaught(space, "GET", "/v1/orders?limit=3") for space in spaces]
                replies += [place(space, "key-0-0", metadata="0") for space in spaces]
                assert [facts(reply) for reply in replies[::2]] == [facts(reply) for reply in replies[1::2]]
            servers[1] = restart(servers[1])


def test_everything_of_a_space_survives(server: StoredServer, restart: Restart) -> None:
    """Clock, faults with their counts, settings, named snapshots, journal and the snapshot itself are as before."""
    space = server.space("team")
    space.clock.freeze("2026-01-01")
    space.control("PATCH", "/settings/cnaught", json={"idempotency_hours": 1})
    first = place(space, "key").json()
    space.control("POST", "/snapshots/early")
    space.control("POST", "/faults", json={"effect": {"status": 500}, "times": 2, "provider": "cnaught"})
    assert cnaught(space, "GET", "/v1/orders").status_code == 500
    space.clock.advance("1h")
    before = everything(space)
    again = restart(server).space("team")
    assert everything(again) == before
    assert cnaught(again, "GET", "/v1/orders").status_code == 500
    assert cnaught(again, "GET", "/v1/orders").status_code == 200
    again.control("POST", "/snapshots/early/restore")
    assert [order["id"] for order in cnaught(again, "GET", "/v1/orders?limit=1").json()["data"]] == [first["id"]]


def everything(space: SpaceHandle) -> list[object]:
    paths = ("/snapshot", "/requests", "/faults", "/clock", "/settings/cnaught", "/snapshots", "/webhooks", "/spaces")
    return [space.control("GET", path) for path in paths]


def test_a_running_clock_runs_on(server: StoredServer, restart: Restart) -> None:
    """A clock that was set ahead of the machine's stays ahead by the same amount."""
    space = server.space()
    before = space.control("PUT", "/clock", json={"now": "2400-01-01T00:00:00Z", "frozen": False})
    after = restart(server).space().control("GET", "/clock")
    assert before["now"] < after["now"] < "2400-01-01T00:10"
    assert after["frozen"] is False


def test_numbers_of_requests_are_not_used_twice(server: StoredServer, restart: Restart) -> None:
    """Reads are answered before they are stored; nevertheless the next request after a kill has the next number."""
    space = server.space()
    place(space)
    numbers = [cnaught(space, "GET", "/v1/orders").headers["x-emulator-request-id"] for _ in range(3)]
    space = restart(server).space()
    numbers += [place(space).headers["x-emulator-request-id"], place(space).headers["x-emulator-request-id"]]
    assert numbers == ["2", "3", "4", "5", "6"]


def test_deleted_and_reset_spaces_stay_so(server: StoredServer, restart: Restart) -> None:
    """After a restart a deleted space is not listed, and a reset one is in its initial state."""
    for name in ("gone", "new", "kept"):
        place(server.space(name))
    server.space().control("DELETE", "/spaces/gone")
    server.space("new").control("POST", "/reset", json={"seed": 7})
    again = restart(server)
    listed = again.space().control("GET", "/spaces")["spaces"]
    assert sorted((space["name"], space["requests"]) for space in listed) == [("kept", 1), ("new", 0)]
    assert again.space("new").control("GET", "/snapshot")["seed"] == 7
    assert place(again.space("gone")).headers["x-emulator-request-id"] == "1"


def test_a_space_that_was_deleted_and_created_again_is_listed_last(server: StoredServer, restart: Restart) -> None:
    """Spaces are listed in the order of their creation, also after a restart."""
    for name in ("one", "two", "three"):
        place(server.space(name))
    server.space().control("DELETE", "/spaces/one")
    place(server.space("one"))
    before = server.space().control("GET", "/spaces")
    assert [space["name"] for space in before["spaces"]] == ["two", "three", "one"]
    assert restart(server).space().control("GET", "/spaces") == before


def test_a_command_that_fails_changes_nothing(server: StoredServer, restart: Restart) -> None:
    """A refused command leaves no space behind, before and after a restart."""
    url = f"{server.space('never').url}/_emulator"
    for method, path, status in (
        ("POST", "/clock/advance", 400),
        ("DELETE", "/faults/fault-9", 404),
        ("POST", "/nowhere", 404),
        ("PUT", "/snapshot", 400),
        ("DELETE", "/spaces/other", 404),
    ):
        assert server.http.request(method, url + path, json={}).status_code == status
    assert server.space().control("GET", "/spaces")["spaces"] == []
    assert restart(server).space().control("GET", "/spaces")["spaces"] == []


def test_what_a_replay_answers_is_compared(
    server: StoredServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that would answer a stored request differently stops that space, names the request, and goes on."""
    for name in ("one", "two"):
        place(server.space(name))
        place(server.space(name))
    from emulator.providers.cnaught.wire import outgoing

    server.space("two").control("POST", "/reset")
    real = outgoing.order
    monkeypatch.setattr(outgoing, "order", lambda *about: {**real(*about), "new": 1})
    with server.killed(tmp_path / "newer") as newer:
        stopped = place(newer.space("one"))
        assert stopped.status_code == 503
        assert stopped.headers["retry-after"]
        assert "entry 1, POST cnaught /v1/orders" in stopped.headers["x-emulator-hint"]
        assert place(newer.space("three")).status_code == 201
        newer.space("one").control("POST", "/reset")
        assert place(newer.space("one")).status_code == 201


@pytest.mark.skipif("EXTENDED" not in os.environ, reason="needs an idle machine; .ci/extended runs it")
def test_idle_spaces_leave_memory_and_come_back(tmp_path: Path) -> None:
    """More spaces than memory may hold are all there: the oldest are written to disk, and come back when named."""
    with StoredServer(tmp_path / "data", limits=Limits(spaces_max=3)) as server:
        for number in range(12):
            assert place(server.space(f"s{number}"), "key").status_code == 201
        server.run(server.app.store._make_room())
        assert len(server.app.store.copies) <= 3
        assert {space["name"]: space["requests"] for space in server.space().control("GET", "/spaces")["spaces"]} == {
            f"s{number}": 1 for number in range(12)
        }
        for number in range(12):
            reply = place(server.space(f"s{number}"), "key")
            assert reply.headers["x-emulator-request-id"] == "2"
            assert len(cnaught(server.space(f"s{number}"), "GET", "/v1/orders?limit=100").json()["data"]) == 2


def test_a_snapshot_replaces_a_long_history(
    server: StoredServer, restart: Restart, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the entries outweigh a snapshot, one is written while the server runs, in pieces, and the entries go."""
    monkeypatch.setattr(space_copy, "ENTRIES_MAX", 300)
    monkeypatch.setattr(image_writer, "PIECE_BYTES", 10_000)
    space = server.space()
    space.clock.freeze("2026-01-01")
    for number in range(320):
        place(space, f"key-{number % 10}")
    while server.app.store.copies["default"].entries > 300:
        place(space)
    assert server.stored()["default"].entries < 300
    before = everything(space)
    assert everything(restart(server).space()) == before


def test_a_snapshot_holds_the_memories_of_the_vendors_that_were_used(tmp_path: Path) -> None:
    """The others begin with their fixture, before a restart and after it; each memory is what a user's snapshot has."""
    with StoredServer(tmp_path / "data") as server:
        place(server.space("one"), "key")
        first, *memories = image.take(server.app.spaces.find("one"), 1, EPOCH).document.split(b"\n")
        names = json.loads(first)["memories"]
        assert "cnaught" in names
        assert "dcycle" not in names
        with server.restarted() as later:
            assert later.space("one").control("GET", "/clock")
            assert "dcycle" not in later.app.spaces.find("one").backends
            whole = later.space("one").control("GET", "/snapshot")["memory"]
            assert [json.loads(memory) for memory in memories] == [whole[name] for name in names]
            assert "dcycle" not in later.app.spaces.find("one").backends
            first, *memories = image.take(later.app.spaces.find("one"), 1, EPOCH).document.split(b"\n")
            assert [json.loads(memory) for memory in memories] == [
                whole[name] for name in json.loads(first)["memories"]
            ]


def test_files_are_their_owners(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a directory that others can read, they cannot read what is stored, nor a snapshot that is being written."""
    for name, most in (("ENTRIES_MAX", 1), ("LARGE_BYTES", 0)):
        monkeypatch.setattr(space_copy, name, most)
    directory, temporary, read = tmp_path / "data", [], Path.read_bytes
    directory.mkdir(mode=0o755)

    def read_bytes(path: Path) -> bytes:
        if path.suffix == ".tmp":
            temporary.append((path.parent, path.stat().st_mode & 0o077))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    with StoredServer(directory) as server:
        for number in range(3):
            place(server.space(), f"key-{number}")
        wait_until(lambda: server.stored()["default"].facts)
        assert {*temporary} == {(directory, 0)}
        readable = {path.name for path in directory.iterdir() if path.stat().st_mode & 0o077}
        assert readable <= {"lock"}


# --- what is on its way to the disk


@contextmanager
def on_its_way(server: StoredServer, *keys: str) -> Iterator[None]:
    """Place orders at once, which are not stored before the end of the block."""
    log, begun, done = server.app.store.storage.log, threading.Event(), threading.Event()
    append = log.append

    def wait(appends: Any) -> Any:
        begun.set()
        assert done.wait(SECONDS_MAX)
        return append(appends)

    with pytest.MonkeyPatch.context() as patched, ThreadPoolExecutor() as threads:
        patched.setattr(log, "append", wait)
        placed = []
        for number, key in enumerate(keys, start=1):
            placed.append(threads.submit(place, server.space(), key))
            assert begun.wait(SECONDS_MAX)
            wait_until(lambda number=number: server.app.store.copies["default"].replica.changes == number)
        try:
            yield
        finally:
            done.set()
        assert [each.result().status_code for each in placed] == [201] * len(keys)


def wait_until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + SECONDS_MAX
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.005)


LOOKS = ["/clock", "/clock/upcoming", "/state/cnaught", "/webhooks", "/ledger", "/ledger/verify", "/snapshot"]


@pytest.mark.parametrize("path", LOOKS)
@pytest.mark.parametrize("orders", [1, 3])
def test_a_look_at_a_space_changes_no_reply_that_is_on_its_way(path: str, orders: int, tmp_path: Path) -> None:
    """Who looks while orders are being stored moves no clock for them: after a kill, they are what they were."""
    with StoredServer(tmp_path / "data") as server:
        place(server.space(), "first")
        with on_its_way(server, *(f"order-{number}" for number in range(orders))):
            server.space().control("GET", path)
        assert not server.stored()["default"].facts
        before = server.space().control("GET", "/snapshot")
        placed = server.space().control("GET", "/requests?operation=place_order")["requests"]
        assert [each["reply"]["body"]["created_on"] for each in placed] == [each["at"] for each in placed]
        with server.killed(tmp_path / "killed") as again:
            assert again.space().control("GET", "/snapshot") == before


@pytest.mark.parametrize("orders", [2, 5])
def test_a_snapshot_is_older_than_what_is_on_its_way(
    orders: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Orders that wait while a snapshot is taken follow it with the times that they were given."""
    monkeypatch.setattr(space_copy, "ENTRIES_MAX", 1)
    with StoredServer(tmp_path / "data") as server:
        place(server.space(), "first")
        with on_its_way(server, *(f"order-{number}" for number in range(orders))):
            pass
        wait_until(lambda: server.stored()["default"].facts)
        before = server.space().control("GET", "/snapshot")
        with server.killed(tmp_path / "killed") as again:
            assert again.space().control("GET", "/snapshot") == before
