"""Several nodes on one store: each has what any other has acknowledged, even if that one has ended."""

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any, TypeAlias

import pytest
from pytest_httpserver import HTTPServer

from cluster.database import Database
from emulator.client.handles import SpaceHandle
from emulator.log.log import LogFailure
from emulator.log.shared import shared_commit, shared_store
from emulator.log.shared.shared_database import SharedDatabase
from tests.support.memory_log import Engine, MemoryDatabase
from tests.support.stored import Node, cnaught, place

NewNode: TypeAlias = Callable[..., Node]

with_postgres = pytest.mark.skipif("EXTENDED" not in os.environ, reason="needs PostgreSQL; .ci/extended runs it")


@pytest.fixture(scope="module")
def postgres() -> Iterator[Database]:
    """A PostgreSQL server."""
    with Database({"fsync": "off"}) as database:
        yield database


@pytest.fixture(params=["memory", pytest.param("postgres", marks=with_postgres)])
def new_node(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[NewNode]:
    """Starts nodes on one store."""
    monkeypatch.setattr(shared_store, "OVERDUE_SECONDS", 0.3)
    monkeypatch.setattr(shared_store, "WATCH_SECONDS", 0.1)
    monkeypatch.setattr(shared_commit, "PROBE_SECONDS", 0.02)
    if request.param == "memory":
        engine = Engine()
        storage: Callable[[], SharedDatabase] = lambda: MemoryDatabase(engine)  # noqa: E731
    else:
        url = request.getfixturevalue("postgres").new_url()
        storage = lambda: SharedDatabase(url)  # noqa: E731
    with ExitStack() as stack:

        def new_node(**options: Any) -> Node:
            return stack.enter_context(Node(storage(), **options))

        yield new_node


@pytest.fixture
def nodes(new_node: NewNode) -> list[Node]:
    return [new_node(), new_node()]


def state(space: SpaceHandle) -> list[Any]:
    paths = ("/snapshot", "/requests", "/faults", "/settings/cnaught", "/snapshots", "/webhooks", "/spaces")
    return [space.control("GET", path) for path in paths]


def test_every_node_knows_what_any_has_acknowledged(nodes: list[Node]) -> None:
    """Requests, commands, journals, faults and numbers are the same everywhere, request by request."""
    one, two = (node.space("team") for node in nodes)
    one.clock.freeze("2026-01-01")
    for number in range(4):
        for here, there in ((one, two), (two, one)):
            placed = place(here, f"key-{number}").json()
            assert place(there, f"key-{number}").json() == placed
            assert cnaught(there, "GET", f"/v1/orders/{placed['id']}").json()["id"] == placed["id"]
    two.control("POST", "/faults", json={"effect": {"status": 500}, "times": 1, "provider": "cnaught"})
    assert [cnaught(space, "GET", "/v1/orders").status_code for space in (one, two)] == [500, 200]
    one.control("PATCH", "/settings/cnaught", json={"idempotency_hours": 1})
    two.control("POST", "/snapshots/early")
    two.clock.advance("1h")
    assert one.control("GET", "/clock") == two.control("GET", "/clock")
    assert state(one) == state(two)


def test_a_node_that_starts_later_has_the_same_state(nodes: list[Node], new_node: NewNode) -> None:
    """From the entries, from a snapshot, and from both; a running clock is the same, too."""
    space = nodes[0].space()
    space.control("PUT", "/clock", json={"now": "2400-01-01T00:00:00Z", "frozen": False})
    orders = [place(space, f"key-{number}").json() for number in range(3)]
    assert state(new_node().space()) == state(space)
    store = nodes[0].app.store
    nodes[0].run(store._save(store.copies["default"]))
    third = new_node().space()
    assert state(third) == state(space)
    orders.append(place(third).json())
    assert state(space) == state(new_node().space()) == state(third)
    assert {order["id"] for order in cnaught(nodes[1].space(), "GET", "/v1/orders").json()["data"]} >= {
        order["id"] for order in orders
    }


def test_deletions_and_resets_reach_every_node(nodes: list[Node]) -> None:
    """A space that one node deletes is gone on the other, and begins again wherever it is named next."""
    one, two = nodes
    for node in nodes:
        place(node.space("gone"))
        place(node.space("new"))
    two.space().control("DELETE", "/spaces/gone")
    one.space("new").control("POST", "/reset", json={"seed": 7})
    for node in nodes:
        listed = node.space().control("GET", "/spaces")["spaces"]
        assert sorted((space["name"], space["requests"]) for space in listed) == [("new", 0)]
    assert two.space("new").control("GET", "/snapshot")["seed"] == 7
    assert one.http.delete("/_emulator/spaces/gone").status_code == 404
    assert place(one.space("gone")).headers["x-emulator-request-id"] == "1"
    assert place(two.space("gone")).headers["x-emulator-request-id"] == "2"


def test_any_node_answers_after_another_one_was_killed(nodes: list[Node], new_node: NewNode) -> None:
    """What the dead node acknowledged is there at once."""
    placed = [place(nodes[0].space(f"s{number}"), "key").json()["id"] for number in range(3)]
    nodes[0].kill()
    for number, id in enumerate(placed):
        assert place(nodes[1].space(f"s{number}"), "key").json()["id"] == id
        assert cnaught(new_node().space(f"s{number}"), "GET", f"/v1/orders/{id}").status_code == 200


def test_a_request_that_waits_sees_what_other_nodes_do(nodes: list[Node]) -> None:
    """Waiting for requests at one node ends when another one has answered them."""
    one, two = (node.space() for node in nodes)
    place(one)
    waiting = nodes[0]._submit(_wait(nodes[0]))
    place(two)
    assert waiting.result(10)["requests"][-1]["id"] == 2


async def _wait(node: Node) -> Any:
    return await asyncio.to_thread(node.space().control, "GET", "/requests/wait?count=2&timeout=10")


# --- webhooks


@pytest.fixture
def receiver(httpserver: HTTPServer) -> HTTPServer:
    """A server that takes webhooks."""
    httpserver.expect_request("/").respond_with_data("")
    return httpserver


def order_with_webhook(space: SpaceHandle, receiver: HTTPServer) -> None:
    space.control("PATCH", "/settings/cnaught", json={"fulfilment_seconds": 0.05})
    place(space, notification_config={"url": receiver.url_for("/")})


def eventually(holds: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def states(space: SpaceHandle) -> list[str]:
    return [webhook["state"] for webhook in space.control("GET", "/webhooks")["webhooks"]]


def test_one_node_sends_a_webhook(nodes: list[Node], receiver: HTTPServer) -> None:
    """Both nodes know of it, one sends it, and both know the outcome."""
    spaces = [node.space() for node in nodes]
    order_with_webhook(spaces[0], receiver)
    eventually(lambda: [states(space) for space in spaces] == [["delivered"]] * 2)
    for space in spaces:
        space.control("POST", "/webhooks/deliver")
    time.sleep(0.5)  # for longer than another node waits before it takes over
    assert len(receiver.log) == 1


def test_another_node_sends_the_webhooks_of_one_that_was_killed(nodes: list[Node], receiver: HTTPServer) -> None:
    """A node that ended before its webhook was due is replaced, though nothing names the space."""
    order_with_webhook(nodes[0].space(), receiver)
    nodes[0].kill()
    eventually(lambda: len(receiver.log) == 1)
    eventually(lambda: states(nodes[1].space()) == ["delivered"])


def test_a_claimed_webhook_waits_for_the_claim_to_end(nodes: list[Node], receiver: HTTPServer) -> None:
    """While one node may be sending it, no other node does; when the claim is over, it is sent again, once."""
    one = nodes[0].space()
    one.control("PATCH", "/webhooks", json={"paused": True})
    order_with_webhook(one, receiver)
    generation = nodes[0].app.spaces.find("default").generation
    assert nodes[1].run(_claimed(nodes[1], f"{generation}/webhook-1/0", 1.5))
    one.control("PATCH", "/webhooks", json={"paused": False})
    time.sleep(0.7)
    assert len(receiver.log) == 0
    eventually(lambda: states(one) == ["delivered"])
    assert len(receiver.log) == 1


def test_an_attempt_of_a_client_is_recorded_once(nodes: list[Node], receiver: HTTPServer) -> None:
    """A client makes an attempt itself, and tells any node. Each node then knows of it, and takes no second outcome.

    While another node may be making the attempt, none is taken.
    """
    one, two = (node.space() for node in nodes)
    one.control("PATCH", "/webhooks", json={"paused": True})
    for _ in range(2):
        order_with_webhook(one, receiver)
    one.clock.advance("1h")
    attempts = [space.control("GET", "/webhooks/next")["attempt"] for space in (one, two)]
    assert attempts[0] == attempts[1]
    assert attempts[0]["webhook"]["id"] == "webhook-1"
    recorded = two.control("POST", "/webhooks/webhook-1/attempts", json={"status": 200})
    assert (recorded["state"], [attempt["status"] for attempt in recorded["attempts"]]) == ("delivered", [200])
    for space, node in ((one, nodes[0]), (two, nodes[1])):
        assert states(space) == ["delivered", "pending"]
        again = node.http.post("/_emulator/webhooks/webhook-1/attempts", json={"status": 200})
        assert (again.status_code, "no attempt that is due next" in again.json()["error"]) == (409, True)
    generation = nodes[0].app.spaces.find("default").generation
    assert nodes[1].run(_claimed(nodes[1], f"{generation}/webhook-2/0", 30))
    claimed = nodes[0].http.post("/_emulator/webhooks/webhook-2/attempts", json={"status": 200})
    assert claimed.status_code == 409
    assert states(one) == ["delivered", "pending"]
    assert len(receiver.log) == 0


async def _claimed(node: Node, attempt: str, seconds: float) -> bool:
    claimed: bool = await node.app.store.claim("default", attempt, seconds)
    return claimed


# --- failures


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def broken(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Node, MemoryDatabase]]:
    """A node with a database that can fail."""
    monkeypatch.setattr(shared_commit, "PROBE_SECONDS", 0.02)
    storage = MemoryDatabase(engine)
    with Node(storage) as node:
        yield node, storage
        storage.log.broken = storage.log.lost = False


def test_without_its_database_a_node_refuses_everything(broken: tuple[Node, MemoryDatabase]) -> None:
    """The vendor's envelope with 503 and Retry-After, reads too; health says why; service resumes by itself."""
    node, storage = broken
    space = node.space()
    place(space)
    storage.log.broken = True
    for refused in (place(space), cnaught(space, "GET", "/v1/orders"), place(node.space("other"))):
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        assert refused.json() == {"type": "about:blank", "title": "Service Unavailable", "status": 503}
        assert "the database is gone" in refused.headers["x-emulator-hint"]
    assert node.http.get("/_emulator/clock").status_code == 503
    health = node.http.get("/_emulator/health")
    assert health.status_code == 503
    assert health.json()["error"] == "cannot store to memory: the database is gone; it is tried again every second"
    storage.log.broken = False
    eventually(lambda: node.http.get("/_emulator/health").status_code == 200)
    assert place(space).headers["x-emulator-request-id"] == "2"


def test_a_lost_answer_is_asked_for_again(broken: tuple[Node, MemoryDatabase]) -> None:
    """A client whose request was stored, and whose node lost its database then, gets the reply to that request."""
    node, storage = broken
    place(node.space())
    storage.log.lost = True
    waiting = node._submit(_placed(node))
    eventually(lambda: storage.log.last("default") == 2)
    storage.log.lost = False
    assert waiting.result(10).headers["x-emulator-request-id"] == "2"
    assert storage.log.last("default") == 2


def test_an_outcome_that_stays_unknown_is_not_acknowledged(
    broken: tuple[Node, MemoryDatabase], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client is not kept waiting forever, and what it gets says that its request may have been stored."""
    node, storage = broken
    monkeypatch.setattr(shared_commit, "UNKNOWN_SECONDS", 0.2)
    monkeypatch.setattr(shared_commit, "EXPIRY_SECONDS", 0.05)
    place(node.space())
    storage.log.lost = True
    monkeypatch.setattr(storage.log, "probe", _fail)
    refused = place(node.space())
    assert refused.status_code == 503
    assert refused.headers["x-emulator-hint"] == shared_commit.UNKNOWN


def _fail() -> None:
    raise LogFailure("no answer")


async def _placed(node: Node) -> Any:
    return await asyncio.to_thread(place, node.space())


def test_a_node_that_is_far_behind_loads_the_space_anew(engine: Engine) -> None:
    """When a snapshot has replaced the entries that a node lacks, its next request is answered all the same."""
    with ExitStack() as stack:
        storages = [MemoryDatabase(engine), MemoryDatabase(engine)]
        one, two = (stack.enter_context(Node(storage)) for storage in storages)
        storages[0].log.keep_entries = False
        place(one.space())
        place(two.space())
        for number in range(5):
            place(one.space(), f"key-{number}")
        one.run(one.app.store._save(one.app.store.copies["default"]))
        assert engine.spaces["default"].entries == []
        assert place(two.space(), "key-3").headers["x-emulator-request-id"] == "8"
        assert state(two.space()) == state(one.space())


def test_a_node_of_another_version_is_found(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A node that would have given another reply stops the space, and says so; a reset makes it usable again."""
    from emulator.providers.cnaught.wire import outgoing

    with Node(MemoryDatabase(engine)) as one, Node(MemoryDatabase(engine)) as two:
        place(one.space())
        place(two.space())
        real = outgoing.order
        with monkeypatch.context() as patched:
            patched.setattr(outgoing, "order", lambda *about: {**real(*about), "new": 1})
            place(one.space())
        place(one.space())
        stopped = place(two.space())
        assert stopped.status_code == 503
        assert "another node has given another reply" in stopped.headers["x-emulator-hint"]


def test_a_clock_of_the_database_that_goes_back_is_the_same_everywhere(engine: Engine) -> None:
    """After a failover to a machine whose clock is behind, time stands nearly still, and all nodes agree."""
    with Node(MemoryDatabase(engine)) as one, Node(MemoryDatabase(engine)) as two:
        first = place(one.space()).json()
        for node in (one, two):
            node.space().control("GET", "/clock")
        engine.skew = timedelta(seconds=-30)
        second = place(two.space()).json()
        assert first["created_on"] <= second["created_on"]
        assert state(one.space()) == state(two.space())
