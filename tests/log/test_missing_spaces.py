"""Spaces that do not exist: with a store, too, requests that are refused in them create none and store nothing."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest

from emulator import Emulator
from emulator.log.space_copy import SpaceCopy
from emulator.space.spaces import REMEMBERED_MAX
from emulator.space.world import Limits
from tests.support.memory_log import Engine, MemoryDatabase
from tests.support.stored import Node, StoredServer, cnaught, place

LIMITS = Limits(body_bytes_max=100)
KEY = {"Authorization": "Bearer test_acme_0001"}
VENDORS = ("oneclickimpact", "cnaught", "carboninsights", "dcycle", "thallo")

ByVendor: TypeAlias = tuple[str, str, dict[str, Any]]
REFUSED: list[ByVendor] = [
    ("GET", "/cnaught/v1/orders", {}),
    ("POST", "/cnaught/v1/orders", {"json": {"amount_kg": 0}, "headers": KEY}),
    ("PURGE", "/cnaught/v1/orders", {}),
    ("POST", "/cnaught/", {"content": b"x" * 101}),
    *(("GET", f"/{vendor}/nowhere", {}) for vendor in VENDORS),
]

STRAY: list[ByVendor] = [
    ("POST", "/cnaught/v1/orders", {"headers": {"Host": "evil.example"}}),
    ("GET", "/cnaught/v1/orders", {"headers": {**KEY, "Sec-Fetch-Site": "cross-site"}}),
    ("GET", "/nobody/v1/orders", {}),
    ("GET", "/_emulator/health", {}),
    ("GET", "/_emulator/clock", {}),
    ("GET", "/_emulator/snapshot", {}),
    ("GET", "/_emulator/nowhere", {}),
    ("GET", "/_emulator/", {}),
    ("POST", "/_emulator/reset", {"headers": {"Origin": "https://evil.example"}}),
    ("PUT", "/_emulator/clock", {"json": {"now": "yesterday"}}),
    ("PUT", "/_emulator/snapshot", {"json": {}}),
    ("POST", "/_emulator/faults", {"json": {"effect": {}}}),
    ("DELETE", "/_emulator/faults/fault-1", {}),
    ("POST", "/_emulator/requests/999/replay", {}),
    ("POST", "/_emulator/acts/thallo/nothing", {"json": {}}),
    ("DELETE", "/_emulator/spaces/other", {}),
    ("POST", "/_emulator/reset", {"content": b"x" * 101}),
]


@pytest.fixture(scope="module", params=["directory", "store"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoredServer]:
    """A server with a data directory, and one that shares a store."""
    if request.param == "directory":
        started = StoredServer(tmp_path_factory.mktemp("missing") / "data", limits=LIMITS)
    else:
        started = Node(MemoryDatabase(Engine()), limits=LIMITS)
    with started as running:
        yield running


def names(server: StoredServer) -> list[str]:
    return [space["name"] for space in server.space().control("GET", "/spaces")["spaces"]]


@pytest.mark.parametrize(("method", "path", "content"), [*REFUSED, *STRAY])
def test_a_refused_request_creates_nothing(
    server: StoredServer, method: str, path: str, content: dict[str, Any]
) -> None:
    """Whatever refuses a request: no space is listed, the log has no row, and no copy stays in memory."""
    reply = server.http.request(method, f"/~missing{path}", **content)
    assert reply.status_code < 500
    assert reply.is_error or method == "GET"
    assert "missing" not in names(server)
    assert "missing" not in server.stored()
    assert "missing" not in server.app.store.copies


def test_without_its_token_the_control_api_creates_nothing(tmp_path: Path) -> None:
    """A command without the token of the server is refused, and creates no space."""
    with StoredServer(tmp_path / "data", control_token="secret") as server:
        for method, path in (("POST", "/reset"), ("PUT", "/clock"), ("GET", "/snapshot"), ("POST", "/nowhere")):
            reply = server.http.request(method, f"/~missing/_emulator{path}", json={})
            assert reply.status_code == 401
        assert "missing" not in server.stored()


Started: TypeAlias = Callable[[], StoredServer]


@pytest.fixture(params=["directory", "store"])
def start(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Started]:
    """Starts a server; a later one has what the ones before have stored by then."""
    engine, servers = Engine(), list[StoredServer]()
    with ExitStack() as stack:

        def start() -> StoredServer:
            if request.param == "store":
                server: StoredServer = Node(MemoryDatabase(engine), limits=LIMITS)
            elif servers:
                server = servers[-1].killed(tmp_path / f"killed-{len(servers)}")
            else:
                server = StoredServer(tmp_path / "data", limits=LIMITS)
            servers.append(stack.enter_context(server))
            return server

        yield start


def facts(reply: httpx.Response) -> tuple[int, bytes, str]:
    return reply.status_code, reply.content, reply.headers["x-emulator-request-id"]


def test_refused_requests_are_stored_with_the_space_that_is_created_later(start: Started) -> None:
    """The journal has them, numbers go on after them, and a server that loads the space has the same journal."""
    server = start()
    space = server.space("later")
    refused = [server.http.request(method, f"/~later{path}", **content) for method, path, content in REFUSED]
    assert [reply.headers["x-emulator-request-id"] for reply in refused] == [str(n + 1) for n in range(len(REFUSED))]
    assert [entry["status"] for entry in space.control("GET", "/requests")["requests"]] == [
        reply.status_code for reply in refused
    ]
    assert "later" not in server.stored()
    placed = place(space)
    assert placed.headers["x-emulator-request-id"] == str(len(REFUSED) + 1)
    journal = space.control("GET", "/requests")["requests"]
    assert [entry["status"] for entry in journal] == [*(reply.status_code for reply in refused), 201]
    again = start().space("later")
    assert again.control("GET", "/requests")["requests"] == journal
    assert again.control("GET", "/snapshot") == space.control("GET", "/snapshot")
    assert facts(cnaught(again, "GET", "/v1/orders"))[2] == str(len(REFUSED) + 2)


def test_a_command_creates_the_space_with_what_was_refused_before(start: Started) -> None:
    """A command that succeeds stores the refused requests before it."""
    server = start()
    assert server.http.get("/~later/cnaught/v1/orders").status_code == 401
    server.space("later").clock.advance("1h")
    journal = server.space("later").control("GET", "/requests")["requests"]
    assert [entry["status"] for entry in journal] == [401]
    assert start().space("later").control("GET", "/requests")["requests"] == journal


def test_the_last_refused_requests_are_remembered(tmp_path: Path) -> None:
    """As in memory, the journals of the last spaces that do not exist can be read; the others are forgotten."""
    with StoredServer(tmp_path / "data") as server:
        for number in range(REMEMBERED_MAX + 3):
            assert server.http.get(f"/~new{number}/cnaught/v1/orders").status_code == 401
        kept = [len(server.space(f"new{n}").control("GET", "/requests")["requests"]) for n in range(REMEMBERED_MAX + 3)]
        assert kept == [0] * 3 + [1] * REMEMBERED_MAX
        assert server.stored() == {}


def test_nodes_that_refused_requests_before_have_the_same_space() -> None:
    """Each node remembers its own refused requests; those of the node that creates the space are in its history."""
    engine = Engine()
    with Node(MemoryDatabase(engine)) as one, Node(MemoryDatabase(engine)) as two:
        for _ in range(2):
            assert one.http.get("/~later/cnaught/v1/orders").status_code == 401
        assert two.http.get("/~later/dcycle/v1/total-impacts").status_code == 401
        assert place(two.space("later")).headers["x-emulator-request-id"] == "2"
        assert place(one.space("later")).headers["x-emulator-request-id"] == "3"
        journals = [node.space("later").control("GET", "/requests")["requests"] for node in (one, two)]
        assert journals[0] == journals[1]
        assert [entry["status"] for entry in journals[0]] == [401, 201, 201]


def test_every_node_serves_a_page_of_another_site_in_a_space_that_exists() -> None:
    """A web page of another site may use a space that another node has created."""
    engine = Engine()
    with Node(MemoryDatabase(engine)) as one, Node(MemoryDatabase(engine)) as two:
        place(one.space("team"))
        headers = {**KEY, "Sec-Fetch-Site": "cross-site"}
        assert two.http.get("/~team/cnaught/v1/orders", headers=headers).status_code == 200


def test_the_space_default_shows_a_refused_request(server: StoredServer) -> None:
    """The first request to the default space creates it, refused or not: clients without a prefix have no other."""
    assert server.http.get("/cnaught/v1/orders").status_code == 401
    assert "default" in names(server)


def test_a_copy_in_use_stays(tmp_path: Path) -> None:
    """The copy of a space that does not exist leaves memory with its last request."""
    with StoredServer(tmp_path / "data") as server:
        copy: SpaceCopy = server.run(server.app.store.open("busy"))
        copy.users += 2
        server.app.store.leave(copy)
        assert server.app.store.copies["busy"] is copy
        server.app.store.leave(copy)
        assert "busy" not in server.app.store.copies


def test_memory_and_store_agree(tmp_path: Path) -> None:
    """A sequence of refused and accepted requests gets the same statuses, bodies and numbers as in memory."""
    with Emulator(port=None, limits=LIMITS) as memory, StoredServer(tmp_path / "data", limits=LIMITS) as stored:
        for method, path, content in [*REFUSED, ("GET", "/cnaught/v1/orders", {"headers": KEY}), *REFUSED]:
            replies = [http.request(method, f"/~same{path}", **content) for http in (memory.http, stored.http)]
            assert _undated(facts(replies[0])) == _undated(facts(replies[1]))


def _undated(about: tuple[int, bytes, str]) -> tuple[int, bytes, str]:
    status, body, number = about
    return status, re.sub(rb'"timestamp":"[^"]*"', b"", body), number
