"""The server as a process: its start, its end, and its errors."""

import asyncio
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvloop

from emulator import Emulator, create_app
from emulator.cli.app import main
from emulator.cli.ca_commands import vendor_hosts
from emulator.cli.parent import POLL_SECONDS
from emulator.core.hosts import is_loopback
from emulator.server.protocol import IDLE_SECONDS
from emulator.server.server import PortTaken, bind, uvicorn_server
from tests.support.child import Child

GUIDE = (Path(__file__).parents[1] / "docs" / "exec.md").read_text()
TLS_EXAMPLE, TLS_REPLY = re.findall(r"<!-- tls: curl -->\n```sh\n(.*?)# (.*?)\n```", GUIDE, re.DOTALL)[0]
"""The guide's call of a production host, and what it prints."""

SECONDS_MAX = 60
"""How long a test waits for a process; the machine may be busy."""


@contextmanager
def serving(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start a server in a new process, and return it with the first line of its output."""
    command = [sys.executable, "-m", "emulator", "serve", "--port", "0", *options]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CARBON_EMULATOR_")}
    process = subprocess.Popen(command, stdout=-1, stderr=-1, text=True, env=environment)
    try:
        assert process.stdout
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


def ended(process: subprocess.Popen[str], number: int) -> tuple[int, str, str]:
    """Send a signal to a process, and return its exit code and its later output on both streams."""
    process.send_signal(number)
    out, err = process.communicate(timeout=SECONDS_MAX)
    return process.returncode, out, err


def documented_call(port: str) -> str:
    """Return what the guide's call over TLS prints with a server on this port."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    call = TLS_EXAMPLE.replace(":4443", f":{port}")
    return subprocess.run(["sh", "-c", call], env=environment, capture_output=True, text=True, timeout=60).stdout


# --- start and end ----------------------------------------------------------------------------------------------------


def test_a_server_with_tls_answers_for_the_vendors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With ``--tls``, the vendors' hosts are served on a second port, with a certificate of the user's authority."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with serving("--tls", "--tls-port", "0") as (process, url):
        assert process.stdout
        hosts, port = re.fullmatch(r"TLS for (.*): 127\.0\.0\.1 port (\d+)\n", process.stdout.readline()).groups()  # type: ignore[union-attr]
        assert hosts.split(", ") == vendor_hosts()
        context = ssl.create_default_context(cafile=tmp_path / "carbon-emulator" / "authority" / "root.pem")

        def call(host: str) -> int:
            with httpx.Client(verify=context, trust_env=False) as client:
                request = client.build_request("GET", f"https://127.0.0.1:{port}/nowhere", headers={"Host": host})
                request.extensions["sni_hostname"] = host
                return client.send(request).status_code

        assert [call(host) for host in hosts.split(", ")] == [404] * 6
        with pytest.raises(httpx.ConnectError, match=r"certificate is not valid for 'example\.com'"):
            call("example.com")
        fault = {"provider": "cnaught", "when": "before", "times": 1, "effect": {"connection": "reset"}}
        httpx.post(f"{url}/_emulator/faults", json=fault).raise_for_status()
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):  # OpenSSL reports a reset as an end
            call("api.cnaught.com")
        assert ended(process, signal.SIGTERM) == (0, "", "")


@pytest.mark.skipif(shutil.which("curl") is None, reason="this machine has no curl")
def test_the_guides_call_over_tls_prints_what_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guide's curl command reaches a vendor's host over TLS, and prints the reply below it."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with serving("--tls", "--tls-port", "0") as (process, _):
        assert process.stdout
        port = process.stdout.readline().split()[-1]
        assert documented_call(port) == TLS_REPLY


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_prints_its_url_and_ends_on_a_signal(number: int, tmp_path: Path) -> None:
    """The URL is printed and written when the server is ready; a signal ends it normally."""
    url_file = tmp_path / "url"
    with serving("--url-file", str(url_file)) as (process, url):
        assert url_file.read_text() == f"{url}\n"
        with httpx.Client(base_url=url) as client:
            assert client.get("/_emulator/health").json()["status"] == "ok"
            assert client.get("/cnaught/v1/orders").status_code == 401
            assert ended(process, number) == (0, "", "")


PARENT = """
import subprocess, sys
command = [sys.executable, "-m", "emulator", "serve", "--port", "0", "--exit-with-parent"]
server = subprocess.Popen(command, stdin=getattr(subprocess, sys.argv[1]), stdout=subprocess.PIPE)
print(server.stdout.readline().decode().strip(), flush=True)
sys.stdin.read()
"""
"""A process that starts a server and waits."""


@pytest.mark.parametrize("standard_input", ["PIPE", "DEVNULL"])
def test_a_server_ends_with_its_parent(standard_input: str) -> None:
    """With ``--exit-with-parent`` a server ends when its parent is killed, with or without a pipe as standard input."""
    command = [sys.executable, "-c", PARENT, standard_input]
    with Child(command, stdin=subprocess.PIPE) as started:
        assert started.stdout
        url = started.stdout.readline().strip()
        time.sleep(2 * POLL_SECONDS)
        assert httpx.get(f"{url}/_emulator/health").status_code == 200
        started.kill()
    wait_until_gone(url)


def test_a_server_ends_when_its_pipe_is_closed() -> None:
    """Closing a pipe as standard input is enough, even if a launcher between parent and server continues."""
    command = [sys.executable, "-m", "emulator", "serve", "--port", "0", "--exit-with-parent"]
    with Child(command, stdin=subprocess.PIPE) as server:
        assert server.stdin
        assert server.stdout
        assert server.stdout.readline().startswith("http://")
        server.stdin.close()
        assert server.wait(SECONDS_MAX) == 0


def wait_until_gone(url: str) -> None:
    """Wait until no server answers at a URL."""
    deadline = time.monotonic() + SECONDS_MAX
    while time.monotonic() < deadline:
        try:
            httpx.get(f"{url}/_emulator/health")
        except httpx.TransportError:
            return
        time.sleep(0.05)
    pytest.fail(f"{url} still answers")


WAITING = {
    "delay before": ("/cnaught/v1/orders", {"when": "before", "effect": {"delay_seconds": 60}}),
    "delay after": ("/cnaught/v1/orders", {"when": "after", "effect": {"delay_seconds": 60}}),
    "wait": ("/_emulator/requests/wait?timeout=60", None),
}


@pytest.mark.parametrize("kind", WAITING)
def test_a_signal_ends_waiting_requests(kind: str) -> None:
    """A delay or a wait of a minute does not postpone the end of a server; its client loses the connection, without a
    log entry.
    """
    path, fault = WAITING[kind]
    with serving() as (process, url), ExitStack() as connections:
        if fault:
            assert httpx.post(f"{url}/_emulator/faults", json=fault).status_code == 201
        waiting, half_sent = [connections.enter_context(socket.create_connection(address_of(url))) for _ in range(2)]
        waiting.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        half_sent.sendall(b"POST /cnaught/v1/orders HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf")
        while fault and not httpx.get(f"{url}/_emulator/faults").json()["faults"][0]["fired"]:
            time.sleep(0.01)
        time.sleep(0.2)
        before = time.monotonic()
        assert ended(process, signal.SIGTERM) == (0, "", "")
        assert time.monotonic() - before < 2
        assert [connection.recv(1000) for connection in (waiting, half_sent)] == [b"", b""]


def test_a_disconnect_ends_a_wait() -> None:
    """Waits end at once when their clients disconnect, however many there are."""
    wait = b"GET /_emulator/requests/wait?timeout=60 HTTP/1.1\r\nHost: localhost\r\n\r\n"

    async def play() -> None:
        server = uvicorn_server(create_app())
        bound = bind("127.0.0.1", 0)
        serving = asyncio.create_task(server.serve(sockets=[bound]))
        while not server.started:
            await asyncio.sleep(0.01)
        for _ in range(200):
            _, writer = await asyncio.open_connection(*bound.getsockname())
            writer.write(wait)
            await writer.drain()
            writer.close()
        async with asyncio.timeout(SECONDS_MAX):
            while server.pool.tasks or server.pool.connections:
                await asyncio.sleep(0.01)
        server.should_exit = True
        await serving

    asyncio.run(play())


def address_of(url: str) -> tuple[str, int]:
    parsed = httpx.URL(url)
    assert parsed.port
    return parsed.host, parsed.port


def test_a_served_fault_breaks_the_connection() -> None:
    """Faults break sockets also under the event loop of the command, without a log entry."""
    with serving() as (process, url), httpx.Client(base_url=url, timeout=SECONDS_MAX) as client:
        raised: list[type[BaseException]] = []
        for connection in ("reset", "close", "truncate"):
            client.post("/_emulator/faults", json={"effect": {"connection": connection}})
            try:
                httpx.get(f"{url}/cnaught/v1/orders")
            except httpx.TransportError as error:
                raised.append(type(error))
        assert raised == [httpx.ReadError, httpx.RemoteProtocolError, httpx.RemoteProtocolError]
        assert ended(process, signal.SIGTERM) == (0, "", "")


@pytest.mark.parametrize("options", [[], ["--control-token", ""]])
def test_a_reachable_server_requires_a_token(options: list[str]) -> None:
    """Beyond loopback a token is generated, printed first, and required; an empty one counts as none."""
    with serving("--host", "0.0.0.0", *options) as (process, line):
        assert process.stdout
        port = process.stdout.readline().strip().rpartition(":")[2]
        name, _, token = line.rpartition(" ")
        assert name == "control token:"
        clock = f"http://127.0.0.1:{port}/_emulator/clock"
        headers = {"Authorization": f"Bearer {token}"}
        assert [httpx.get(clock).status_code, httpx.get(clock, headers=headers).status_code] == [401, 200]


def test_small_requests_are_answered_at_once() -> None:
    """Replies on a persistent connection do not wait for an acknowledgement, which would take forty milliseconds."""
    seconds = []
    with Emulator() as listening, httpx.Client(base_url=listening.url) as client:
        for _ in range(10):
            before = time.perf_counter()
            client.get("/_emulator/health")
            seconds.append(time.perf_counter() - before)
    assert min(seconds[2:]) < 0.03


def test_it_listens_on_ipv6() -> None:
    """An address with colons is an IPv6 address, and is printed in brackets."""
    try:
        with Emulator(host="::1") as listening:
            assert listening.url.startswith("http://[::1]:")
            assert httpx.get(f"{listening.url}/_emulator/health").status_code == 200
    except PortTaken:
        pytest.skip("this machine has no IPv6")


# --- failing starts ---------------------------------------------------------------------------------------------------


def failed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return the message of a command that ends at once, with exit code 2."""
    monkeypatch.setattr(sys, "argv", ["carbon-emulator", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    output = capsys.readouterr()
    assert (ended.value.code, output.out) == (2, "")
    assert output.err.startswith("carbon-emulator: ")
    return output.err.removeprefix("carbon-emulator: ").removesuffix("\n")


@pytest.fixture
def taken() -> Iterator[str]:
    """Yield a port that is in use."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield str(listening.getsockname()[1])


def test_a_port_in_use_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], taken: str
) -> None:
    """A port in use is an error with its number."""
    output = failed(monkeypatch, capsys, "serve", "--port", taken)
    assert output == f"cannot listen on 127.0.0.1 port {taken}: Address already in use; choose another with --port"


def test_a_listening_socket_never_blocks() -> None:
    """Neither it nor a duplicate does: all workers share that flag, and one that accepts in vain would stop."""
    with bind("127.0.0.1", 0) as first, first.dup() as second:
        assert [os.get_blocking(each.fileno()) for each in (first, second)] == [False, False]


def test_a_port_is_taken_from_the_start() -> None:
    """Of two servers that start at the same time, only one gets the port."""
    with bind("127.0.0.1", 0) as first:
        with pytest.raises(PortTaken):
            bind("127.0.0.1", first.getsockname()[1])
        before = threading.active_count()
        with pytest.raises(PortTaken):
            Emulator(port=first.getsockname()[1]).start()
        assert threading.active_count() == before


def test_a_failing_process_prints_one_sentence(taken: str) -> None:
    """A process that cannot start ends with code 2, one sentence, and no traceback."""
    command = [sys.executable, "-m", "emulator", "serve", "--port", taken]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS_MAX, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    reason = f"cannot listen on 127.0.0.1 port {taken}: Address already in use; choose another with --port"
    assert done.stderr == f"carbon-emulator: {reason}\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "cnaught.json: not JSON: Expecting property name enclosed in double quotes at line 1, column 2"),
        ("\udcff", "cnaught.json: not UTF-8: the byte 0xff at offset 0"),
        ("[" * 10**6, "cnaught.json: not JSON: nested too deeply"),
        ("9" * 10**4, "cnaught.json: not JSON: a number has too many digits"),
        ("[]", "cnaught.json: at the top: must be an object"),
        ("{}", "cnaught.json: at catalogue: "),
        ('{"catalogue": {"accounts": [{"id": 1}]}, "memory": {}}', "cnaught.json: at catalogue.accounts.0"),
        (None, "cnaught.json: "),
    ],
)
def test_an_invalid_fixture_is_explained(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    content: str | None,
    message: str,
) -> None:
    """An invalid fixture is an error with its file, the place in it, and the reason."""
    path = tmp_path / "cnaught.json"
    path.mkdir() if content is None else path.write_text(content, errors="surrogateescape")
    assert message in failed(monkeypatch, capsys, "serve", "--port", "0", "--fixtures", str(tmp_path))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["serve", "--fixtures", "/nowhere"], "/nowhere: no such directory"),
        (["serve", "--fixtures", sys.executable], "no such directory"),
        (["serve", "--port", "0", "--url-file", "/nowhere/url"], "cannot write /nowhere/url"),
        (["serve", "--port", "0", "--url-file", "/"], "'/' is a directory"),
        (["serve", "--port", "65536"], "'--port'"),
        (["serve", "--seed", str(2**63)], "'--seed'"),
        (["serve", "--host", "no such host"], "cannot listen on no such host"),
        (["serve", "--host", "192.0.2.1", "--control-token", "t"], "cannot listen on 192.0.2.1"),
        (["serve", "--spaces-max", "0"], "'--spaces-max'"),
        (["serve", "--workers", "0"], "'--workers'"),
        (["serve", "--prot", "1"], "No such option"),
        (["sevre"], "No such command"),
        (["webhooks", "redeliver", "x"], "see: carbon-emulator webhooks --help"),
        (["conform"], "Missing argument 'PROVIDER'; see: carbon-emulator conform --help"),
        (["emissions", "--zzz"], "; see: carbon-emulator emissions --help"),
        (
            ["clock", "--url", "http://127.0.0.1:9/~a"],
            "is the URL of the space 'a'; use that of its server: http://127",
        ),
        (["exec", "--url", "http://127.0.0.1:x", "true"], "'http://127.0.0.1:x' is not the URL of a server; example: "),
        (["clock", "--url", f"http://{'a' * 64}"], "is not the URL of a server; example: http://"),
        (["clock", "--token", "ü"], "'--token'"),
        (["serve", "--public-url", "carbon.example"], "'--public-url'"),
        (
            ["serve", "--allow-host", "http://carbon.example"],
            "'http://carbon.example' is not a host: a name or an addr",
        ),
        (["serve", "--webhook-host", "shop:8000"], "'shop:8000' is not a host: a name or an address, without scheme"),
        (["serve", "--control-token", " a"], "'--control-token'"),
        (["demo", "--webhook-host", "shop/hooks"], "'--webhook-host'"),
        (["exec", "--url", "http://127.0.0.1:9/~a", "true"], "use that of its server: http://127.0.0.1:9"),
        (["clock", "--url", "127.0.0.1:4412"], "'127.0.0.1:4412' is not the URL of a server; example: http://"),
        (["faults", "--add", "cnaught"], '--add \'cnaught\' is not JSON; example: \'{"provider": "cnaught"'),
        (["compare", "/nowhere"], "cannot read /nowhere: No such file or directory"),
    ],
)
def test_an_invalid_command_is_explained(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    """Any problem of a command or its environment is one sentence."""
    assert message in failed(monkeypatch, capsys, *arguments)


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "many"), ("SEED", "x"), ("WORKERS", "0"), ("FIXTURES", "/none"), ("ALLOW_HOST", "a.b c/d")],
)
def test_a_variable_is_an_option(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    """Each option of the server can be set by a variable, with the same checks."""
    monkeypatch.setenv(f"CARBON_EMULATOR_{name}", value)
    assert failed(monkeypatch, capsys, "serve")


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        *(
            ("127.0.0.1", True),
            ("127.8.9.1", True),
            ("::1", True),
            ("localhost", True),
            ("0.0.0.0", False),
            ("::", False),
        ),
        *(("192.168.1.7", False), ("emulator", False), ("localhost.evil.example", False), ("", False)),
    ],
)
def test_loopback_addresses_need_no_token(host: str, loopback: bool) -> None:
    """Loopback addresses need no token."""
    assert is_loopback(host) == loopback


# --- limits -----------------------------------------------------------------------------------------------------------

HEALTH = b"GET /_emulator/health HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Yield the port of an emulator that is served in a thread."""
    with Emulator() as carbon:
        served = carbon.http.base_url.port
        assert served is not None
        yield served


def reply_to(port: int, sent: bytes) -> bytes:
    """Return all bytes received after sending these."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(sent)
        output = b""
        while not output.endswith((b"}", b"together")) and (part := client.recv(65536)):
            output += part
        return output


@pytest.mark.parametrize(
    "head",
    [
        HEALTH + b"A: " + b"x" * 70_000 + b"\r\n\r\n",
        HEALTH + b"A: " + b"x" * 1_000_000,
        HEALTH + b"".join(b"h%d: x\r\n" % number for number in range(20_000)) + b"\r\n",
        b"GET /" + b"x" * 1_000_000,
        b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
    ids=["long", "endless", "many", "endless path", "long path"],
)
def test_a_head_above_the_limit_is_refused(port: int, head: bytes) -> None:
    """A request line and headers above 64 KiB answer 431, complete or not, and the server keeps working."""
    assert reply_to(port, head).startswith(b"HTTP/1.1 431 Request Header Fields Too Large")
    assert reply_to(port, HEALTH + b"\r\n").startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "whole",
    [
        HEALTH + b"A: " + b"x" * 60_000 + b"\r\n\r\n",
        HEALTH + b"Content-Length: 300000\r\n\r\n" + b"x" * 300_000,
        (HEALTH + b"\r\n") * 3000,
    ],
    ids=["just so", "with a body", "one after the other"],
)
def test_a_head_within_the_limit_is_accepted(port: int, whole: bytes) -> None:
    """Bytes after a head do not count, neither a body nor further requests."""
    assert reply_to(port, whole).startswith(b"HTTP/1.1 200")


# --- replies ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "begin", "end"),
    [
        (HEALTH + b"\r\n", b"HTTP/1.1 200 OK", b"}"),
        (b"GET /oneclickimpact/v1/whoami HTTP/1.1\r\nHost: localhost\r\n\r\n", b"HTTP/1.1 401", b"}"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", b"HTTP/1.1 404", b"}"),
        (HEALTH.replace(b"GET", b"HEAD") + b"\r\n", b"HTTP/1.1 200 OK", b"\r\n\r\n"),
    ],
    ids=["control", "vendor", "closing", "HEAD"],
)
def test_a_reply_is_one_packet(port: int, sent: bytes, begin: bytes, end: bytes) -> None:
    """The head and the body of a reply are sent together, so that the client reads once."""
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
            client.sendall(sent)
            output = client.recv(65536)
            assert output.startswith(begin)
            assert output.endswith(end)


@pytest.mark.parametrize("loop", [None, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def test_an_idle_connection_is_closed(loop: Any) -> None:
    """The server closes connections whose deadline has passed, also over a real socket."""
    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(watch())


async def watch() -> None:
    server = uvicorn_server(create_app())
    bound = bind("127.0.0.1", 0)
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    idle, silent, begun = [await asyncio.open_connection(*bound.getsockname()) for _ in range(3)]
    assert await send_and_read(idle, HEALTH + b"\r\n")
    begun[1].write(HEALTH)
    await asyncio.sleep(0.1)
    now = asyncio.get_running_loop().time()
    server.expire(now + IDLE_SECONDS - 1)
    assert await send_and_read(idle, HEALTH + b"\r\n")
    server.expire(now + IDLE_SECONDS + 1)
    assert await asyncio.wait_for(idle[0].read(), SECONDS_MAX) == b""
    assert await asyncio.wait_for(silent[0].read(), SECONDS_MAX) == b""
    assert (await asyncio.wait_for(begun[0].read(), SECONDS_MAX)).startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    for _, writer in (idle, silent, begun):
        writer.close()
        await writer.wait_closed()
    server.should_exit = True
    await serving


async def send_and_read(connection: tuple[asyncio.StreamReader, asyncio.StreamWriter], sent: bytes) -> bytes:
    """Send bytes, and return the reply."""
    reader, writer = connection
    writer.write(sent)
    return await asyncio.wait_for(reader.readuntil(b"}"), SECONDS_MAX)


def test_expect_100_continue_is_answered(port: int) -> None:
    """``Expect: 100-continue`` is answered at once, and the body that follows as usual (RFC 9110, section 10.1.1)."""
    head = b"PUT /_emulator/clock HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 15\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(head)
        assert client.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b'{"frozen":true}')
        output = b""
        while not output.endswith(b"}"):
            output += client.recv(65536)
        assert output.startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(
    "offer", [b"Upgrade: h2c", b"upgrade: websocket", b"UPGRADE: h2c", b"Upgrade: a\r\nUpgrade: b"]
)
@pytest.mark.parametrize("parts", [1, 2, 3])
def test_an_offer_of_another_protocol_is_ignored(port: int, offer: bytes, parts: int) -> None:
    """A request with an offer is answered with its body, and a body that looks like an offer is unchanged."""
    body = b'{"amount": 5, "metadata": {"note": "Upgrade: h2c"}}'
    key = b"x-api-key: test_local_0001\r\nContent-Length: %d\r\n" % len(body)
    head = b"POST /~offers/oneclickimpact/v1/capture_carbon HTTP/1.1\r\nHost: localhost\r\n" + key
    sent = [head + b"Connection: Upgrade, HTTP2-Settings\r\n" + offer + b"\r\n\r\n", body[:20], body[20:]]
    sent = [b"".join(sent[: 4 - parts]), *sent[4 - parts :]]
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        for part in sent:
            client.sendall(part)
            time.sleep(0.01)
        assert client.recv(65536).startswith(b"HTTP/1.1 200 OK")
    listed = httpx.get(
        f"http://127.0.0.1:{port}/~offers/oneclickimpact/v1/records?sort_order=desc&limit=1",
        headers={"x-api-key": "test_local_0001"},
    )
    assert listed.json()["user_records"][0]["metadata"] == {"note": "Upgrade: h2c"}
