"""Several workers on one port: each space has one, whichever worker a client reaches."""

import json
import os
import re
import resource
import signal
import socket
import ssl
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer

from cluster.database import Database
from emulator.app import create_app
from emulator.gateway.destinations import Stray
from emulator.server.addressed_space import space_at, space_of
from emulator.server.inboxes import CONNECTION, DATA_BYTES_MAX, Inbox
from emulator.server.request_head import Target
from emulator.server.request_parser import RequestParser
from emulator.space.share import Share
from tests.support.child import Child

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="workers need fork")

SECONDS_MAX = 30
NAMES = ("default", "a", "b", "d", "e")
"""Names that two workers share: see ``test_each_worker_has_some``."""


class Server(Child):
    """A server in a process of its own."""

    def __init__(self, *options: str, **attributes: object) -> None:
        command = [sys.executable, "-m", "emulator", "serve", "--port", "0", *options]
        super().__init__(command, stderr=subprocess.PIPE, start_new_session=True, **attributes)
        assert self.stdout
        self.url = self.stdout.readline().strip()
        self.port = int(self.url.rpartition(":")[2])

    def workers(self) -> list[int]:
        """Return the processes of the workers."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        return [int(pid) for pid in children.read_text().split()]

    def stop(self, number: int = signal.SIGTERM) -> str:
        """Stop it, and return what it has written to standard error."""
        self.send_signal(number)
        return self.communicate(timeout=SECONDS_MAX)[1]


@pytest.fixture(scope="module")
def several() -> Iterator[Server]:
    """A server with two workers, which logs nothing."""
    with Server("--workers", "2") as server:
        yield server
        assert server.stop() == ""


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with two workers that keeps its spaces in a directory."""
    with Server("--workers", "2", "--data", str(tmp_path_factory.mktemp("stored") / "data")) as server:
        yield server
        server.stop()


@pytest.fixture(scope="module")
def one() -> Iterator[Server]:
    """A server with one process."""
    with Server() as server:
        yield server
        server.stop()


def eventually(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + SECONDS_MAX
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """Return whether a process runs."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # gone before it was opened, or while it was read
        return False


# --- which worker -----------------------------------------------------------------------------------------------------


def test_each_worker_has_some() -> None:
    """The hash is the same everywhere and always, and both of two workers own some of the names of these tests."""
    assert [Share(0, 2).owner(name) for name in NAMES] == [1, 1, 1, 0, 0]
    assert {Share(0, 7).owner(f"gw{number}") for number in range(100)} == set(range(7))
    assert all(Share().owns(name) for name in NAMES)


PATHS = st.lists(
    st.sampled_from(["/", "~", "a", "b.c", "_emulator", "spaces", "cnaught", "%41", "%2f", "?q", "//", "~x", "v1", "#"])
).map(lambda parts: "/" + "".join(parts))


@given(path=PATHS, absolute=st.booleans(), method=st.sampled_from(["GET", "POST", "DELETE"]))
def test_the_space_of_a_request(path: str, absolute: bool, method: str) -> None:
    """The space is the one that the gateway finds, and that of the first bytes, where they show one, is the same."""
    head = f"{method} {'http://localhost' if absolute else ''}{path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    found = parsed_target(head)
    if found is None:
        return
    app = create_app()
    try:
        space, provider, rest, _ = app.destinations.find("localhost", found.path)
    except Stray:
        return
    expected = rest.removeprefix("/spaces/") if provider is None and rest.startswith("/spaces/") else space
    assert space_of(found.path) == expected
    assert space_at(head) in (None, expected)


def parsed_target(head: bytes) -> Target | None:
    """Return the target that the parser finds; None if it refuses the request."""
    targets: list[Target] = []

    class Listener:
        def __getattr__(self, name: str) -> Callable[..., None]:
            return lambda *arguments: (
                targets.append(arguments[0].target) if name in ("request_parsed", "head_parsed") else None
            )

    try:
        RequestParser(Listener()).feed(head)  # type: ignore[arg-type]
    except Exception:
        return None
    return targets[0]


def test_first_bytes_that_show_no_space() -> None:
    """A request line that is not whole, or is written in another way, shows none; the parser finds out."""
    unclear = b"GET /~a/cnaught", b"GET /%7Ea/x HTTP/1.1", b"\r\nGET / HTTP/1.1", b"GET http://h/ HTTP/1.1"
    for data in (b"", b"GET", *unclear):
        assert space_at(data) is None
    assert space_at(b"GET /~a/cnaught HTTP/1.1") == "a"
    assert space_at(b"DELETE /~a/_emulator/spaces/b?x HTTP/1.1") == "b"


# --- inboxes ----------------------------------------------------------------------------------------------------------


def test_an_inbox() -> None:
    """What is sent arrives once, in order, with its descriptor; a full inbox refuses; nothing stays open."""
    before = len(os.listdir("/proc/self/fd"))
    inbox, (near, far) = Inbox(), socket.socketpair()
    assert inbox.receive() is None
    sent = 0
    while inbox.send(CONNECTION, b"x" * DATA_BYTES_MAX if sent == 0 else b"%d" % sent, far.fileno()):
        sent += 1
    assert sent > 5
    far.close()
    first = inbox.receive()
    assert first
    assert (first.kind, first.data) == (CONNECTION, b"x" * DATA_BYTES_MAX)
    with socket.socket(fileno=first.descriptor) as received:
        received.sendall(b"hello")
        assert near.recv(10) == b"hello"
    second = inbox.receive()
    assert second
    assert second.data == b"1"
    os.close(second.descriptor)
    inbox.close()
    assert near.recv(10) == b""  # what was not received was closed
    near.close()
    assert len(os.listdir("/proc/self/fd")) == before


# --- as one process ---------------------------------------------------------------------------------------------------

HEAD = "{} {} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer test_acme_0001\r\n"


def written(method: str, path: str, body: str = "", chunked: bool = False) -> bytes:
    """Return a request as a client sends it."""
    head = HEAD.format(method, path)
    if chunked and body:
        return f"{head}Transfer-Encoding: chunked\r\n\r\n{len(body):x}\r\n{body}\r\n0\r\n\r\n".encode()
    length = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
    return f"{head}{length}\r\n{body}".encode()


def closing(request: bytes) -> bytes:
    """Return a request as the last one of its connection."""
    return request.replace(b"\r\nHost", b"\r\nConnection: close\r\nHost", 1)


def prefix(space: str) -> str:
    return "" if space == "default" else f"/~{space}"


ORDER = '{"amount_kg": 10}'

REQUESTS = st.tuples(
    st.sampled_from(NAMES),
    st.sampled_from(
        [
            ("POST", "/cnaught/v1/orders", ORDER),
            ("POST", "/cnaught/v1/orders", '{"amount_kg": -1}'),
            ("GET", "/cnaught/v1/orders", ""),
            ("GET", "/nothing", ""),
            ("GET", "/_emulator/clock", ""),
            ("POST", "/_emulator/clock/advance", '{"seconds": 60}'),
            ("GET", "/_emulator/spaces", ""),
            ("GET", "/_emulator/health", ""),
            ("DELETE", "/_emulator/spaces/f", ""),
            ("HEAD", "/cnaught/v1/orders", ""),
        ]
    ),
    st.booleans(),
)


def exchange(port: int, stream: bytes, cuts: list[int], half_close: bool = False) -> bytes:
    """Send bytes in pieces on one connection, close the sending side or not, and return everything that comes back."""
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS_MAX) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
            client.sendall(stream[start:end])
            time.sleep(0.002)
        if half_close:
            client.shutdown(socket.SHUT_WR)
        received = b""
        while part := client.recv(65536):
            received += part
        return received


def begin(server: Server) -> None:
    """Bring a server to the same state each time."""
    with httpx.Client(base_url=server.url, headers={"Host": "localhost"}) as http:
        for name in (*NAMES, "f"):
            http.delete(f"/_emulator/spaces/{name}")
        for name in NAMES:
            http.put(f"{prefix(name)}/_emulator/clock", json={"now": "2026-03-01T00:00:00Z", "frozen": True})


@settings(max_examples=10)
@given(requests=st.lists(REQUESTS, min_size=1, max_size=12), half_close=st.booleans(), data=st.data())
def test_replies_are_those_of_one_process(
    one: Server,
    several: Server,
    stored: Server,
    requests: list[tuple[str, tuple[str, str, str], bool]],
    half_close: bool,
    data: st.DataObject,
) -> None:
    """However a connection's bytes are cut, and however many requests come at once, each reply is the same."""
    wire = [written(method, prefix(name) + path, body, cut) for name, (method, path, body), cut in requests]
    if not half_close:
        wire[-1] = closing(wire[-1])
    stream = b"".join(wire)
    ends = [sum(map(len, wire[:count])) for count in range(1, len(wire))]
    cut = st.one_of(st.integers(1, len(stream) - 1), st.sampled_from(ends or [1]))
    cuts = sorted(data.draw(st.sets(cut, max_size=8)))
    replies = []
    for server in (one, several, stored):
        begin(server)
        replies.append(exchange(server.port, stream, cuts, half_close))
    assert replies[0] == replies[1] == replies[2]
    assert replies[0].count(b"HTTP/1.1 ") == len(requests)


@pytest.mark.parametrize("kind", ["several", "stored"])
def test_every_worker_gives_the_same_answer(kind: str, request: pytest.FixtureRequest) -> None:
    """What concerns the whole server is the same, whichever worker answers: that of the space in the path."""
    server: Server = request.getfixturevalue(kind)
    begin(server)
    with httpx.Client(base_url=server.url) as http:
        listed = [http.get(f"{prefix(name)}/_emulator/spaces").json() for name in NAMES]
        assert [space["name"] for space in listed[0]["spaces"]] == list(NAMES)
        assert listed == [listed[0]] * len(NAMES)
        for path in ("/_emulator/health", "/_emulator/contracts/control.json", "/_emulator/docs", "/_emulator/"):
            replies = [http.get(f"{prefix(name)}{path}") for name in NAMES]
            assert {reply.status_code for reply in replies} == {200}
            assert len({reply.text.replace(prefix(name), "") for name, reply in zip(NAMES, replies, strict=True)}) == 1
        for name in NAMES:
            assert http.delete(f"/~c/_emulator/spaces/{name}").json() == {"deleted": name}
        assert http.get("/_emulator/spaces").json()["spaces"] == []


def test_a_journal_whichever_worker_accepts(several: Server) -> None:
    """A space's journal, faults and events are in one place, over many new connections."""
    begin(several)
    for number in range(8):
        with httpx.Client(base_url=several.url) as http:
            assert http.post("/~d/cnaught/v1/orders", json={"amount_kg": 10 + number}).status_code == 401
            assert len(http.get("/~d/_emulator/requests").json()["requests"]) == number + 1
    with (
        httpx.Client(base_url=several.url, timeout=SECONDS_MAX) as http,
        http.stream("GET", "/~d/_emulator/events?replay=true&timeout=0.1") as stream,
    ):
        assert stream.read().count(b"event: request") == 8


def test_faults_cut_connections(several: Server) -> None:
    """A fault breaks the client's connection, be it handed over or, as its head comes in pieces, forwarded."""
    begin(several)
    for name in ("a", "d"):
        with httpx.Client(base_url=several.url) as http:
            fault = {"provider": "cnaught", "when": "before", "effect": {"connection": "truncate", "status": 200}}
            http.post(f"/~{name}/_emulator/faults", json={**fault, "times": 2}).raise_for_status()
        request = written("GET", f"/~{name}/cnaught/v1/orders")
        whole = [exchange(several.port, request, cuts) for cuts in ([], [3])]
        assert whole[0] == whole[1]
        assert whole[0].startswith(b"HTTP/1.1")
        assert not whole[0].endswith(b"\r\n\r\n")


@pytest.mark.parametrize("when", ["before", "after"])
def test_delayed_requests(several: Server, when: str) -> None:
    """A forwarded request that a fault delays gets its whole reply, and so do those behind it."""
    begin(several)
    fault = {"provider": "cnaught", "when": when, "effect": {"delay_seconds": 0.02, "body": "z" * 500_000}, "times": 2}
    for name in ("a", "d"):
        with httpx.Client(base_url=several.url) as http:
            http.post(f"/~{name}/_emulator/faults", json=fault).raise_for_status()
        request = written("GET", f"/~{name}/cnaught/v1/orders")
        replies = exchange(several.port, request * 2 + closing(request), [3])
        assert (replies.count(b"HTTP/1.1 200 "), replies.count(b"z" * 500_000)) == (3, 2)


def test_nothing_stays_open(several: Server) -> None:
    """Connections that were handed over and requests that were forwarded leave no descriptor behind."""

    def descriptors() -> int:
        return sum(map(count_descriptors, several.workers()))

    before = descriptors()
    for _ in range(5):
        with httpx.Client(base_url=several.url) as http:
            for _ in range(4):
                for name in NAMES:
                    http.get(f"{prefix(name)}/_emulator/clock")
        pieces = written("GET", "/~a/_emulator/spaces") + closing(written("GET", "/~d/_emulator/spaces"))
        exchange(several.port, pieces, [5])
    eventually(lambda: descriptors() <= before)


def test_clients_that_leave_an_overloaded_worker(several: Server) -> None:
    """While a worker takes nothing, requests for it wait, and those whose clients have gone leave nothing behind."""
    begin(several)
    other, owner = several.workers()
    pieces = written("GET", "/_emulator/clock")
    large = closing(pieces).replace(b"Host", b"X-Large: %s\r\nHost" % (b"x" * 30_000))
    before = count_descriptors(other)
    os.kill(owner, signal.SIGSTOP)
    try:
        staying = [half_sent(several.port, large, len(large)) for _ in range(40)]  # they fill the inbox
        leaving = [half_sent(several.port, pieces) for _ in range(100)]
        eventually(lambda: count_descriptors(other) > before + 100)
        for client in leaving:
            client.sendall(pieces[5:])
        time.sleep(0.1)
        assert count_descriptors(other) < before + 150
        for client in leaving:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
        eventually(lambda: count_descriptors(other) < before + 50)
    finally:
        os.kill(owner, signal.SIGCONT)
    for client in staying:
        with client:
            assert client.recv(65536).startswith(b"HTTP/1.1 200 ")


def half_sent(port: int, request: bytes, count: int = 5) -> socket.socket:
    """Return a connection on which a request has begun, so that it will be forwarded; or a whole one."""
    client = socket.create_connection(("127.0.0.1", port), timeout=SECONDS_MAX)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.sendall(request[:count])
    return client


def count_descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


@pytest.mark.parametrize("kind", ["several", "stored"])
def test_each_worker_sends_its_webhooks(kind: str, request: pytest.FixtureRequest, httpserver: HTTPServer) -> None:
    """A webhook is sent once, by the worker that has its space, and every worker finds its outcome."""
    server: Server = request.getfixturevalue(kind)
    begin(server)
    httpserver.expect_request("/").respond_with_data("")
    with httpx.Client(base_url=server.url) as http:
        for name in ("a", "d"):
            expect_webhook(http, name, httpserver.url_for("/"), seconds=0.05)
        for name in ("a", "d"):
            eventually(lambda name=name: webhooks(http, name) == ["delivered"])
    assert len(httpserver.log) == 2


def expect_webhook(http: httpx.Client, space: str, url: str, seconds: float) -> None:
    """Place an order of which CNaught reports after some seconds of a running clock."""
    http.put(f"{prefix(space)}/_emulator/clock", json={"frozen": False}).raise_for_status()
    settings = {"fulfilment_seconds": seconds}
    http.patch(f"{prefix(space)}/_emulator/settings/cnaught", json=settings).raise_for_status()
    order(http, space, notification_config={"url": url}).raise_for_status()


def webhooks(http: httpx.Client, space: str) -> list[str]:
    """Return the states of a space's webhooks."""
    return [each["state"] for each in http.get(f"{prefix(space)}/_emulator/webhooks").json()["webhooks"]]


def test_health_reports_every_worker(stored: Server) -> None:
    """If one worker cannot store, all report that; what it refused has changed nothing, and it recovers by itself."""
    begin(stored)
    _, hard = resource.prlimit(stored.pid, resource.RLIMIT_FSIZE)
    with httpx.Client(base_url=stored.url) as http:
        before = http.get("/~d/_emulator/snapshot").json()
        resource.prlimit(stored.pid, resource.RLIMIT_FSIZE, (0, hard))
        try:
            refused = order(http, "d")
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
            health = [http.get(f"{prefix(name)}/_emulator/health") for name in NAMES]
            assert {reply.status_code for reply in health} == {503}
            assert len({reply.text for reply in health}) == 1
            assert "cannot store to" in health[0].json()["error"]
            assert http.get("/~d/_emulator/snapshot").json() == before
        finally:
            resource.prlimit(stored.pid, resource.RLIMIT_FSIZE, (hard, hard))
        eventually(lambda: http.get("/~a/_emulator/health").status_code == 200)
        assert order(http, "d").status_code == 201


# --- ends -------------------------------------------------------------------------------------------------------------


def owner_process(server: Server, space: str) -> int:
    """Return the process of the worker that has a space."""
    return server.workers()[Share(0, 2).owner(space)]


def test_a_killed_worker_is_replaced() -> None:
    """Another worker takes the place of one that is killed. In memory, its spaces are lost, and the others stay."""
    with Server("--workers", "2", "--spaces-max", "5") as server, httpx.Client(base_url=server.url) as http:
        begin(server)
        assert http.post("/~f/_emulator/reset").status_code == 409  # five there are
        with httpx.Client(base_url=server.url) as idle:
            idle.get("/~d/_emulator/clock")
            os.kill(victim := owner_process(server, "d"), signal.SIGKILL)
            eventually(lambda: not alive(victim) and len(server.workers()) == 2)
        with httpx.Client(base_url=server.url, timeout=SECONDS_MAX) as new:
            listed = new.get("/~a/_emulator/spaces").json()["spaces"]
            assert [space["name"] for space in listed] == ["default", "a", "b"]
            assert new.post("/~d/_emulator/reset").status_code == 200
            assert new.post("/~f/_emulator/reset").status_code == 200
            assert new.post("/~g/_emulator/reset").status_code == 409
            assert new.get("/~d/_emulator/health").json()["status"] == "ok"
        log = server.stop()
        assert re.fullmatch(
            rf"worker 1 \(process {victim}\) was ended by SIGKILL; its spaces, which were in memory alone, are lost, "
            r"and another worker takes its place\n",
            log,
        )


def test_stored_spaces_come_back(tmp_path: Path) -> None:
    """With --data, nothing is lost when a worker is killed, when all processes are, and when the number changes."""
    command = ("--data", str(tmp_path / "data"))
    with Server("--workers", "2", *command) as server, httpx.Client(base_url=server.url) as http:
        begin(server)
        for name in NAMES:
            assert order(http, name).status_code == 201
        before = state(http)
        os.kill(victim := owner_process(server, "d"), signal.SIGKILL)
        eventually(lambda: not alive(victim) and len(server.workers()) == 2)
        with httpx.Client(base_url=server.url, timeout=SECONDS_MAX) as new:
            assert state(new) == before
        workers = server.workers()
        assert f"worker 1 (process {victim}) was ended by SIGKILL; another worker takes its place" in server.stop(9)
        eventually(lambda: not any(map(alive, workers)))
    for options in (("--workers", "3"), ()):
        with Server(*options, *command) as server, httpx.Client(base_url=server.url) as http:
            assert state(http) == before
            assert server.stop() == ""


@pytest.mark.skipif("EXTENDED" not in os.environ, reason="needs PostgreSQL; .ci/extended runs it")
def test_workers_of_several_nodes() -> None:
    """With --store, every worker is a node: two servers answer the same, and a worker that is killed is replaced."""
    with Database({"fsync": "off"}) as database, ExitStack() as stack:
        options = ("--workers", "2", "--store", database.new_url())
        servers = [stack.enter_context(Server(*options)) for _ in range(2)]
        clients = [stack.enter_context(httpx.Client(base_url=server.url, timeout=SECONDS_MAX)) for server in servers]
        begin(servers[0])
        for name, http in zip(NAMES, clients * 3, strict=False):
            assert order(http, name).status_code == 201
        before = state(clients[0])
        assert state(clients[1]) == before
        os.kill(victim := owner_process(servers[0], "d"), signal.SIGKILL)
        eventually(lambda: not alive(victim) and len(servers[0].workers()) == 2)
        again = stack.enter_context(httpx.Client(base_url=servers[0].url, timeout=SECONDS_MAX))
        assert state(again) == before
        assert "another worker takes its place" in servers[0].stop()
        assert servers[1].stop() == ""


def test_webhooks_after_a_worker_was_killed(stored: Server, httpserver: HTTPServer) -> None:
    """With --data, the worker that takes the place of another one sends its webhooks without being asked."""
    begin(stored)
    httpserver.expect_request("/").respond_with_data("")
    with httpx.Client(base_url=stored.url) as http:
        expect_webhook(http, "d", httpserver.url_for("/"), seconds=1)
        os.kill(owner_process(stored, "d"), signal.SIGKILL)
    eventually(lambda: len(httpserver.log) == 1)
    with httpx.Client(base_url=stored.url, timeout=SECONDS_MAX) as http:
        eventually(lambda: webhooks(http, "d") == ["delivered"])


def order(http: httpx.Client, space: str, **body: object) -> httpx.Response:
    """Place an order in a space."""
    headers = {"Authorization": "Bearer test_acme_0001"}
    return http.post(f"{prefix(space)}/cnaught/v1/orders", json={"amount_kg": 10} | body, headers=headers)


def state(http: httpx.Client) -> list[object]:
    """Return what the spaces of a server hold, and the list of them."""
    paths = [f"{prefix(name)}/_emulator/{what}" for name in NAMES for what in ("snapshot", "requests")]
    return [http.get(path).json() for path in (*paths, "/_emulator/spaces")]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_process_is_left(number: int) -> None:
    """After a signal to the first process, be it SIGKILL, all workers end. A clean stop has the exit code 0."""
    with Server("--workers", "3") as server:
        workers = server.workers()
        assert len(workers) == 3
        server.stop(number)
        eventually(lambda: not any(map(alive, workers)))
        assert server.returncode == (0 if number != signal.SIGKILL else -number)


def test_a_scenario_over_tls_until_the_parent_ends(tmp_path: Path) -> None:
    """A scenario fills the default space, all workers answer over TLS, and all end with the pipe of their parent."""
    environment = {**os.environ, "XDG_DATA_HOME": str(tmp_path)}
    options = ("--workers", "2", "--scenario", "reseller", "--exit-with-parent", "--tls", "--tls-port", "0")
    with Server(*options, stdin=subprocess.PIPE, env=environment) as server:
        assert server.stdin
        assert server.stdout
        tls_port = int(server.stdout.readline().rpartition(" ")[2])
        with httpx.Client(base_url=server.url) as http:
            assert http.get("/_emulator/story").json()["scenario"] == "reseller"
        trusted = ssl.create_default_context(cafile=str(next(tmp_path.rglob("root.pem"))))
        for name in ("a", "d"):
            with socket.create_connection(("127.0.0.1", tls_port)) as plain:
                request = closing(written("GET", f"/~{name}/v1/orders")).replace(b"localhost", b"api.cnaught.com")
                with trusted.wrap_socket(plain, server_hostname="api.cnaught.com") as client:
                    client.sendall(request)
                    assert client.recv(65536).startswith(b"HTTP/1.1 200 ")
        workers = server.workers()
        server.stdin.close()
        assert server.wait(SECONDS_MAX) == 0
        assert not any(map(alive, workers))


def test_the_port_is_taken(several: Server) -> None:
    """A port on which a server with workers listens is taken, for one with workers too."""
    command = [sys.executable, "-m", "emulator", "serve", "--port", str(several.port), "--workers", "2"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS_MAX, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Address already in use" in done.stderr


def test_options_of_a_server_with_workers(tmp_path: Path) -> None:
    """The URL file, the control token, a snapshot and the access log are as with one process."""
    snapshot, url_file = tmp_path / "snapshot.json", tmp_path / "url"
    with Server("--workers", "2", "--control-token", "t", "--access-log", "--url-file", str(url_file)) as server:
        assert url_file.read_text() == f"{server.url}\n"
        with httpx.Client(base_url=server.url) as http:
            assert {http.get(f"{prefix(name)}/_emulator/clock").status_code for name in NAMES} == {401}
            http.headers["Authorization"] = "Bearer t"
            http.put("/_emulator/clock", json={"now": "2031-01-01T00:00:00Z", "frozen": True}).raise_for_status()
            snapshot.write_text(json.dumps(http.get("/_emulator/snapshot").json()))
        assert len(re.findall(r"GET /~?\S*_emulator/clock 401", server.stop())) == len(NAMES)
    with Server("--workers", "2", "--snapshot", str(snapshot)) as server:
        listed = httpx.get(f"{server.url}/~c/_emulator/spaces").json()["spaces"]
        assert listed == [{"name": "default", "requests": 0}]
        assert httpx.get(f"{server.url}/_emulator/clock").json()["now"].startswith("2031-01-01")
        server.stop()
