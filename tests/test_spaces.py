"""Spaces: many isolated worlds on one server."""

import gc
import threading
import time
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from emulator import Emulator
from emulator.client.handles import Refused, SpaceHandle
from emulator.space.spaces import REMEMBERED_MAX
from emulator.space.world import Limits
from tests.support.caller import Caller, credentials_of, use_vendor_links

ORDERS = "/v1/orders"
SPACES, THREADS, ROUNDS = 64, 16, 2
FREED_SECONDS_MAX = 10.0


@pytest.fixture
def small() -> Iterator[Emulator]:
    """Run a server that accepts three spaces: the default one, and two more."""
    with Emulator(port=None, limits=Limits(spaces_max=3)) as running:
        yield running


def names(server: Emulator) -> list[str]:
    """Return the names of a server's spaces."""
    return [space["name"] for space in server.control("GET", "/spaces")["spaces"]]


# --- isolation --------------------------------------------------------------------------------------------------------


def test_spaces_are_isolated() -> None:
    """Sixty-four spaces, used by sixteen threads over real connections, each contain only their own changes."""
    with Emulator() as server, ThreadPoolExecutor(THREADS) as threads:
        together = threading.Barrier(THREADS)
        shares = [range(first, SPACES, THREADS) for first in range(THREADS)]
        for worked in [threads.submit(_work, server, share, together) for share in shares]:
            worked.result()
        assert {f"gw{n}" for n in range(SPACES)} <= set(names(server))


def _work(server: Emulator, share: range, together: threading.Barrier) -> None:
    """Make different changes in each space of a share, step by step, and check that each space has only its own."""
    with httpx.Client(base_url=server.url, timeout=60) as http:
        callers = {n: _caller(SpaceHandle(http, f"gw{n}")) for n in share}
        for n, cnaught in callers.items():
            cnaught.space.clock.freeze(_beginning(n))
        together.wait()
        for times in range(ROUNDS):
            for n, cnaught in callers.items():
                _step(n, cnaught, _beginning(n) + times * timedelta(hours=1 + n))
        for n, cnaught in callers.items():
            _check(n, cnaught)


def _caller(space: SpaceHandle) -> Caller:
    return Caller(space, "cnaught", credentials_of(space, "cnaught"))


def _beginning(n: int) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=n)


def _step(n: int, cnaught: Caller, now: datetime) -> None:
    space = cnaught.space
    space.faults.add("cnaught", operation="place_order", effect={"status": 500 + n})
    assert cnaught.post(ORDERS, {"amount_kg": 1}, promised=False).status_code == 500 + n
    order = cnaught.post(ORDERS, {"amount_kg": 1 + n}).json()
    assert datetime.fromisoformat(order["created_on"]) == now
    events = space.clock.advance(hours=1 + n)
    assert [event["subject"] for event in events] == [order["id"]]


def _check(n: int, cnaught: Caller) -> None:
    space = cnaught.space
    amounts = [order["amount_kg"] for order in cnaught.get(ORDERS).json()["data"]]
    assert amounts == [1 + n] * ROUNDS + [10.5]
    assert space.clock.now == _beginning(n) + ROUNDS * timedelta(hours=1 + n)
    assert [fault["effect"]["status"] for fault in space.faults] == [500 + n] * ROUNDS
    assert [entry["status"] for entry in space.requests] == [500 + n, 201] * ROUNDS + [200]


def test_the_same_requests_give_the_same_ids_in_every_space(emulator: Emulator) -> None:
    """The replies of a space do not depend on earlier spaces."""
    answers = []
    for _ in range(3):
        space = emulator.space()
        use_vendor_links(space)  # links to a space's own pages have its name
        space.clock.freeze("2026-01-01")
        cnaught = _caller(space)
        answers.append(cnaught.post(ORDERS, {"amount_kg": 1}))
    assert len({answer.content for answer in answers}) == 1
    assert len({str(answer.headers) for answer in answers}) == 1


def test_ids_are_unknown_in_other_spaces(emulator: Emulator, cnaught: Caller) -> None:
    """A record of one space is not found in another."""
    order = cnaught.post(ORDERS, {"amount_kg": 1}).json()["id"]
    other = Caller(emulator.space(), "cnaught", cnaught.credentials)
    assert cnaught.get(f"{ORDERS}/{order}").status_code == 200
    assert other.get(f"{ORDERS}/{order}").status_code == 404


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a", "gw3", "A.b_c-9", "0", ".", "..", "x" * 64, "default"])
def test_valid_names_create_spaces(emulator: Emulator, name: str) -> None:
    """A name has letters, digits, dots, hyphens and underscores; a command or an accepted request creates the space."""
    assert emulator.http.put(f"/~{name}/_emulator/clock", json={}).status_code == 200
    assert name in names(emulator)
    if name != "default":
        emulator.app.spaces.drop(name)  # a client resolves the paths . and .. itself


@pytest.mark.parametrize("name", ["", "x" * 65, "a b", "a%20", "ä", "a:b", "a~b", "a@b", "%00", "a%0a"])
def test_invalid_names_are_refused(emulator: Emulator, name: str) -> None:
    """Any other name is refused, and creates no space."""
    before = names(emulator)
    reply = emulator.http.get(f"/~{name}/_emulator/clock")
    assert (reply.status_code, list(reply.json())) == (400, ["error"])
    assert names(emulator) == before


def test_no_prefix_means_the_space_default(small: Emulator) -> None:
    """The default space can be named or omitted."""
    small.clock.freeze("2030-01-01")
    assert small.http.get("/~default/_emulator/clock").json()["now"] == "2030-01-01T00:00:00.000000Z"
    assert names(small) == ["default"]


def test_addresses_stay_in_the_space(space: SpaceHandle) -> None:
    """URLs in a space's replies lead back into it."""
    described = space.control("GET", "/providers")["providers"]
    assert {provider["url"] for provider in described} == {f"{space.url}/{provider['name']}" for provider in described}
    contract = space.control("GET", "/contracts/cnaught.json")
    assert contract["servers"] == [{"url": f"{space.url}/cnaught"}]


@pytest.mark.parametrize(
    ("path", "host"), [("/~new/_emulator/clock", "evil.example"), ("/~new/nothing", "localhost"), ("/~new", "a")]
)
def test_a_stray_request_creates_no_space(small: Emulator, path: str, host: str) -> None:
    """A foreign host or an unknown provider creates no space."""
    assert small.http.get(path, headers={"Host": host}).is_client_error
    assert names(small) == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        *(("GET", path, None) for path in ("/health", "/providers", "/clock", "/snapshot", "/requests", "/nowhere")),
        ("HEAD", "/clock", None),
        ("OPTIONS", "/clock", None),
        ("POST", "/health", None),
        ("POST", "/nowhere", None),
        ("PUT", "/clock", {"now": "yesterday"}),
        ("POST", "/faults", {"effect": {}}),
        ("PUT", "/snapshot", {}),
        ("DELETE", "/faults/fault-1", None),
    ],
)
def test_reads_and_refused_commands_create_no_space(emulator: Emulator, method: str, path: str, body: object) -> None:
    """A space that does not exist can be read as if it did; neither that nor a refused command creates it."""
    content = {} if body is None else {"json": body}
    reply = emulator.http.request(method, f"/~unheard-of/_emulator{path}", **content)
    assert reply.status_code < 500
    assert "unheard-of" not in names(emulator)


REFUSED = [
    ("GET", "/cnaught/v1/orders", {}),
    ("POST", "/cnaught/v1/orders", {"json": {"amount_kg": 1}, "headers": {"Authorization": "Bearer wrong"}}),
    ("POST", "/cnaught/v1/orders", {"json": {"amount_kg": 0}, "headers": {"Authorization": "Bearer test_acme_0001"}}),
    ("GET", "/cnaught/v1/nowhere", {}),
    ("PURGE", "/cnaught/v1/orders", {}),
    ("GET", "/dcycle/v1/total-impacts", {}),
    ("POST", "/cnaught/", {"content": b"x" * 101}),
]


@pytest.mark.parametrize(("method", "path", "content"), REFUSED)
def test_a_refused_request_creates_no_space(method: str, path: str, content: dict[str, Any]) -> None:
    """A request that a vendor refuses does not create the space that it names, but the journal shows it there.

    A request that is accepted afterwards creates the space, and its reply is the same as if the space had existed.
    """
    limits = Limits(spaces_max=3, body_bytes_max=100)
    with Emulator(port=None, limits=limits) as lazy, Emulator(port=None, limits=limits) as eager:
        replies = []
        for server in (eager, lazy):
            if server is eager:
                server.space("new").clock.freeze("2026-01-01")
            refused = server.http.request(method, f"/~new{path}", **content)
            assert refused.status_code >= 400
            assert names(server) == (["new"] if server is eager else [])
            assert [entry["status"] for entry in server.space("new").requests] == [refused.status_code]
            accepted = server.http.get("/~new/cnaught/v1/orders", headers={"Authorization": "Bearer test_acme_0001"})
            assert names(server) == ["new"]
            assert [entry["id"] for entry in server.space("new").requests] == [1, 2]
            replies.append([(reply.status_code, reply.content, _undated(reply)) for reply in (refused, accepted)])
        assert replies[0] == replies[1]


def _undated(reply: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in reply.headers.items() if name != "date"}


def test_refused_requests_do_not_fill_the_server(small: Emulator) -> None:
    """Spaces that are named by refused requests take no room, and the last of them keep their journals."""
    for number in range(REMEMBERED_MAX + 5):
        assert small.http.get(f"/~new{number}/cnaught/v1/orders").status_code == 401
    assert names(small) == []
    kept = [len(small.space(f"new{number}").requests) for number in range(REMEMBERED_MAX + 5)]
    assert kept == [0] * 5 + [1] * REMEMBERED_MAX


def test_the_default_space_shows_a_refused_request(small: Emulator) -> None:
    """The first request to the default space is in the journal, even if it was refused."""
    assert small.http.get("/cnaught/v1/orders").status_code == 401
    assert names(small) == ["default"]
    assert [entry["status"] for entry in small.requests] == [401]


def test_a_wait_sees_a_space_that_is_created_later(emulator: Emulator) -> None:
    """A client that waits in a space that does not exist sees the requests once another client creates it."""
    space = emulator.space("awaited")
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(space.requests.wait, 1)
        emulator.http.get(f"{space.url}/cnaught/v1/orders")
        assert [request["status"] for request in waiting.result()] == [401]
    space.delete()


def test_a_reset_replaces_a_visited_space(emulator: Emulator) -> None:
    """A reset creates the space, and an earlier visit of it does not reappear."""
    space = emulator.space("visited")
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(space.requests.wait, 1, 0.2)
        space.reset(seed=5)
        assert waiting.exception() is not None
    assert "visited" in names(emulator)
    assert space.snapshot()["seed"] == 5
    space.delete()
    assert "visited" not in names(emulator)


# --- the limit --------------------------------------------------------------------------------------------------------


def test_the_number_of_spaces_is_bounded(small: Emulator) -> None:
    """One space too many is refused with the reason, and the others are unchanged."""
    for name in ("a", "b"):
        small.space(name).clock.freeze("2030-01-01")
    for path in ("/~d/_emulator/clock/advance", "/~d/cnaught/v1/orders", "/~e/_emulator/reset"):
        reply = small.http.post(path)
        assert (reply.status_code, "holds 3 spaces" in reply.json()["error"]) == (409, True)
    assert [small.space(name).clock.now.year for name in ("a", "b")] == [2030, 2030]


def test_a_full_server_can_be_controlled(small: Emulator) -> None:
    """On a full server, health and the list of spaces still work, and a space can be deleted."""
    for name in ("a", "b"):
        small.space(name).clock.freeze()
    assert names(small) == ["a", "b"]
    assert small.control("GET", "/health")["status"] == "ok"
    assert small.control("GET", "/spaces")["spaces_max"] == 3
    small.space("b").delete()
    small.space("c").clock.freeze()
    assert names(small) == ["a", "c"]


# --- reset and delete -------------------------------------------------------------------------------------------------


def test_a_reset_space_is_in_its_initial_state(emulator: Emulator) -> None:
    """A reset restores everything: memory, clock, ids, faults, journal, settings and the count of requests."""
    fresh, space = emulator.space(), emulator.space()
    cnaught = _caller(space)
    space.clock.freeze("2030-01-01")
    first = cnaught.post(ORDERS, {"amount_kg": 1})
    space.faults.add(effect={"status": 503}, times=9)
    space.control("PATCH", "/settings/cnaught", json={"fractions": "refuse"})
    space.reset()
    assert (list(space.faults), len(space.requests), space.clock.frozen) == ([], 0, False)
    one, other = space.snapshot(), fresh.snapshot()
    assert {**one, "clock": None} == {**other, "clock": None}
    space.clock.freeze("2030-01-01")
    again = cnaught.post(ORDERS, {"amount_kg": 1})
    assert (again.content, again.headers) == (first.content, first.headers)


def test_a_deleted_space_is_removed(emulator: Emulator) -> None:
    """A deleted space is removed, and new when it is named again. An unknown name cannot be deleted."""
    space = emulator.space("once")
    space.clock.freeze("2030-01-01")
    assert emulator.control("DELETE", "/spaces/once") == {"deleted": "once"}
    assert "once" not in names(emulator)
    assert not space.clock.frozen
    space.delete()
    with pytest.raises(Refused, match="unknown space 'once'") as refused:
        emulator.control("DELETE", "/spaces/once")
    assert refused.value.status == 404


def test_a_reset_does_not_change_other_spaces(emulator: Emulator, cnaught: Caller) -> None:
    """A space is reset and deleted without changing the others."""
    cnaught.post(ORDERS, {"amount_kg": 1})
    before = cnaught.space.snapshot()
    other = emulator.space()
    other.reset()
    other.delete()
    assert cnaught.space.snapshot() == before


def test_a_dropped_space_is_freed_at_once() -> None:
    """A space has no reference cycles: it is freed when it is dropped, since garbage collection is rare."""
    with Emulator(port=None) as server:
        space = server.space("used")
        for provider in ("oneclickimpact", "cnaught", "carboninsights", "dcycle", "thallo"):
            caller = Caller(space, provider, credentials_of(space, provider))
            caller.get("/nowhere", promised=False)
            caller.post("/", {"amount_kg": None}, promised=False)
        cnaught = Caller(space, "cnaught", credentials_of(space, "cnaught"))
        cnaught.post(ORDERS, {"amount_kg": 10, "notification_config": {"url": "http://127.0.0.1:9/"}})
        space.clock.advance(hours=1)
        space.webhooks.deliver()
        gc.disable()
        try:
            used = server.app.spaces.get("used")
            gone, going = weakref.ref(used), [weakref.ref(backend) for backend in used.backends.values()]
            del used
            space.reset()
            assert gone() is None
            end = time.monotonic() + FREED_SECONDS_MAX
            while any(backend() for backend in going):  # its content is freed between requests
                assert time.monotonic() < end, [backend() for backend in going]
                names(server)
        finally:
            gc.enable()
