"""The forward proxy: vendors are answered, other hosts are reached unchanged, and faults break connections."""

import http.client
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from emulator import Emulator
from emulator.app import create_app
from emulator.cli.ca_commands import vendor_hosts
from emulator.exec.session import Plan, Ports, open_ports, serving
from emulator.proxy.routes import Exemptions, Upstream
from emulator.proxy.shared_server import SharedServer
from emulator.tls.authority import Authority, ensure

HOST = "api.cnaught.com"
ORDERS = f"https://{HOST}/v1/orders"
START_LINE = b"HTTP/1.1 200"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return ensure(vendor_hosts(), tmp_path_factory.mktemp("data") / "authority")


@pytest.fixture(scope="module")
def proxy(authority: Authority) -> Iterator[Ports]:
    """Run a proxy with an emulator, in its space ``shop``."""
    ports = open_ports()
    with serving(Plan(create_app(), authority, ports.url, "shop"), ports):
        yield ports


@pytest.fixture(scope="module")
def client(proxy: Ports, authority: Authority) -> Iterator[httpx.Client]:
    with httpx.Client(proxy=proxy.url, verify=trusting(authority), trust_env=False) as running:
        yield running


def trusting(authority: Authority) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=authority.root_pem)


def credentials(client: httpx.Client, url: str) -> dict[str, str]:
    providers = httpx.get(f"{url}/_emulator/providers", trust_env=False).json()["providers"]
    key = next(each["credentials"]["api_key"] for each in providers if each["name"] == "cnaught")
    return {"Authorization": f"Bearer {key}"}


def tunnel(proxy: Ports, authority_text: str, more: bytes = b"") -> socket.socket:
    """Send a CONNECT request, and return the connection before its reply is read."""
    connection = socket.create_connection(proxy.plain[0].getsockname(), 10)
    connection.sendall(f"CONNECT {authority_text} HTTP/1.1\r\nHost: {authority_text}\r\n\r\n".encode() + more)
    return connection


def head_of(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(1)
        if not part:
            break
        data += part
    return data


# --- vendors


@pytest.mark.parametrize("url", [ORDERS, ORDERS.replace("https", "http"), f"https://{HOST}:8443/v1/orders"])
def test_vendors_are_answered(client: httpx.Client, proxy: Ports, url: str) -> None:
    """A vendor's host is answered through the proxy, over TLS and plain, on any port, from the space."""
    headers = credentials(client, proxy.url)
    before = len(journal(proxy, "shop"))
    reply = client.get(url, headers=headers)
    assert reply.status_code == 200
    assert [entry["path"] for entry in journal(proxy, "shop")[before:]] == ["/v1/orders"]
    assert journal(proxy, "default") == []


def journal(proxy: Ports, space: str) -> list[dict[str, Any]]:
    url = f"{proxy.url}/~{space}/_emulator/requests"
    entries: list[dict[str, Any]] = httpx.get(url, trust_env=False).json()["requests"]
    return entries


def test_connections_are_kept_alive(client: httpx.Client, proxy: Ports, authority: Authority) -> None:
    """Several requests use one tunnel with one TLS connection."""
    connection = http.client.HTTPSConnection(*proxy.plain[0].getsockname(), context=trusting(authority))
    connection.set_tunnel(HOST, 443)
    statuses = []
    for _ in range(3):
        connection.request("GET", "/v1/orders")
        reply = connection.getresponse()
        reply.read()
        statuses.append((reply.status, connection.sock is not None))
    connection.close()
    assert statuses == [(401, True)] * 3


def test_other_hosts_share_a_connection_to_the_proxy(proxy: Ports, httpserver: HTTPServer) -> None:
    """On one connection, a request in absolute form may be for a vendor and the next for another host."""
    httpserver.expect_request("/here").respond_with_data("here")
    connection = http.client.HTTPConnection(*proxy.plain[0].getsockname())
    bodies = []
    for url in (f"http://{HOST}/v1/orders", httpserver.url_for("/here"), f"{proxy.url}/_emulator/health"):
        connection.request("GET", url)
        bodies.append(connection.getresponse().read()[:18])
    connection.close()
    assert bodies == [b'{"type":"about:bla', b"here", b'{"status":"ok","ve']


def test_the_target_precedes_the_host_header(proxy: Ports) -> None:
    """A request in absolute form is for the host in its target (RFC 9112, section 3.2.2)."""
    request = f"GET http://{HOST}/v1/orders HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n"
    with socket.create_connection(proxy.plain[0].getsockname(), 10) as connection:
        connection.sendall(request.encode())
        assert head_of(connection).startswith(b"HTTP/1.1 401")


def test_axios_style_requests_are_answered(proxy: Ports) -> None:
    """An ``https`` URL in absolute form, as some clients send it to a proxy in place of CONNECT, is answered."""
    connection = http.client.HTTPConnection(*proxy.plain[0].getsockname())
    connection.request("GET", ORDERS)
    assert connection.getresponse().status == 401
    connection.close()


def test_early_data_is_not_lost(proxy: Ports) -> None:
    """A client can send any amount of data before it has read that the tunnel is open."""
    body = b"x" * 20_000
    request = b"POST /v1/orders HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % (
        HOST.encode(),
        len(body),
    )
    with tunnel(proxy, f"{HOST}:80", request + body) as connection:
        assert head_of(connection).startswith(START_LINE)
        assert head_of(connection).startswith(b"HTTP/1.1 401")


@pytest.mark.parametrize(("how", "error"), [("reset", ConnectionResetError), ("close", http.client.RemoteDisconnected)])
def test_faults_break_tunnels(proxy: Ports, authority: Authority, how: str, error: type[Exception]) -> None:
    """A connection that a fault breaks is also broken through a proxy."""
    fault = {"provider": "cnaught", "when": "before", "times": 1, "effect": {"connection": how}}
    httpx.post(f"{proxy.url}/~shop/_emulator/faults", json=fault, trust_env=False).raise_for_status()
    connection = http.client.HTTPSConnection(*proxy.plain[0].getsockname(), context=trusting(authority), timeout=10)
    connection.set_tunnel(HOST, 443)
    connection.request("GET", "/v1/orders")
    with pytest.raises(error):
        connection.getresponse()
    connection.close()


# --- other hosts


def test_other_hosts_pass_through(proxy: Ports, client: httpx.Client, httpserver: HTTPServer) -> None:
    """A request and its reply are passed on unchanged: method, query, headers, body, status."""

    def answer(request: Request) -> Response:
        seen = [request.method, request.query_string.decode(), request.headers["X-Mine"], request.data.decode()]
        assert "Proxy-Connection" not in request.headers
        return Response(json.dumps(seen), 418, {"X-Theirs": "2"})

    httpserver.expect_request("/tea").respond_with_handler(answer)
    url = httpserver.url_for("/tea") + "?a=%20b"
    reply = client.request("PATCH", url, headers={"X-Mine": "1", "Proxy-Connection": "close"}, content="cup")
    assert (reply.status_code, reply.json(), reply.headers["X-Theirs"]) == (418, ["PATCH", "a=%20b", "1", "cup"], "2")
    assert "content-length" in reply.headers


@pytest.mark.parametrize("method", ["HEAD", "GET"])
@pytest.mark.parametrize("size", [0, 10, 3_000_000])
def test_replies_of_any_size_pass_through(client: httpx.Client, httpserver: HTTPServer, method: str, size: int) -> None:
    """Small and large replies arrive complete, and a reply to HEAD has its length and no body."""
    httpserver.expect_request("/data").respond_with_data(b"x" * size)
    reply = client.request(method, httpserver.url_for("/data"))
    assert len(reply.content) == (size if method == "GET" else 0)
    if method == "HEAD":
        assert reply.headers["content-length"] == str(size)


def test_streams_pass_through(client: httpx.Client, httpserver: HTTPServer) -> None:
    """A body without a length is passed on in parts, in both directions."""

    def answer(request: Request) -> Response:
        return Response(iter([part + b"\n" for part in request.data.split()]))

    httpserver.expect_request("/stream").respond_with_handler(answer)
    reply = client.post(httpserver.url_for("/stream"), content=iter([b"one ", b"two ", b"three"]))
    assert reply.text.split() == ["one", "two", "three"]


def test_tunnels_carry_anything(proxy: Ports) -> None:
    """A tunnel to another host passes any bytes in both directions, and ends with either end."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        with tunnel(proxy, f"127.0.0.1:{port}") as connection:
            server, _ = listening.accept()
            with server:
                assert head_of(connection).startswith(START_LINE)
                connection.sendall(b"\x00ping" * 100_000)
                connection.shutdown(socket.SHUT_WR)
                assert sum(map(len, iter(lambda: server.recv(65536), b""))) == 500_000
                server.sendall(b"pong")
            assert connection.recv(10) == b"pong"
            assert connection.recv(10) == b""


def test_an_unreachable_host_is_named(proxy: Ports, client: httpx.Client) -> None:
    """A request to an unreachable host is answered 502 with the reason."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with tunnel(proxy, f"127.0.0.1:{port}") as connection:
        assert head_of(connection).startswith(b"HTTP/1.1 502")
        assert f"cannot connect to 127.0.0.1 port {port}: " in connection.recv(1000).decode()
    reply = client.get(f"http://127.0.0.1:{port}/")
    assert (reply.status_code, f"127.0.0.1 port {port}" in reply.json()["error"]) == (502, True)


@pytest.mark.parametrize("target", [":443", "one:port", "[::1"])
def test_a_tunnel_to_nowhere_is_refused(proxy: Ports, target: str) -> None:
    """A CONNECT without a valid host is answered 400."""
    with tunnel(proxy, target) as connection:
        assert head_of(connection).startswith(b"HTTP/1.1 400")


def test_a_disconnect_ends_the_request(proxy: Ports) -> None:
    """When a client disconnects, the connection to the host ends, too."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        with socket.create_connection(proxy.plain[0].getsockname(), 10) as connection:
            connection.sendall(f"GET http://127.0.0.1:{port}/slow HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            server, _ = listening.accept()
            server.settimeout(10)
            assert server.recv(1000).startswith(b"GET /slow HTTP/1.1\r\n")
        with server, suppress(ConnectionResetError):
            assert server.recv(1000) == b""


# --- offline, and other proxies


def test_offline_refuses_other_hosts(authority: Authority) -> None:
    """With ``offline``, hosts beyond this machine are answered 403, tunnelled or not."""
    ports = open_ports()
    with serving(Plan(create_app(), authority, ports.url, offline=True), ports):
        with tunnel(ports, "example.com:443") as connection:
            assert head_of(connection).startswith(b"HTTP/1.1 403")
        with httpx.Client(proxy=ports.url, trust_env=False) as client:
            assert client.get("http://example.com/").status_code == 403
            assert client.get(f"http://{HOST}/v1/orders").status_code == 401


@pytest.fixture
def upstream() -> Iterator[tuple[Upstream, list[bytes]]]:
    """Run a proxy of the user, which answers everything itself, and return the heads that it receives."""
    heads: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    heads.append(head_of(connection))
                    if heads[-1].startswith(b"CONNECT"):
                        connection.sendall(b"HTTP/1.0 200 OK\r\nVia: mine\r\n\r\n")
                        heads.append(head_of(connection))
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nthru")

        threading.Thread(target=serve, daemon=True).start()
        yield Upstream(listening.getsockname(), authorization="Basic amFuZQ=="), heads
        listening.close()


def test_the_users_proxy_is_used(authority: Authority, upstream: tuple[Upstream, list[bytes]]) -> None:
    """Other hosts are reached through the user's proxy, with its credentials, unless they are exempt."""
    proxy, heads = upstream
    ports, exemptions = open_ports(), Exemptions.parse("127.0.0.1")
    plan = Plan(create_app(), authority, ports.url, upstreams={"http": proxy, "https": proxy}, exemptions=exemptions)
    with serving(plan, ports):
        with httpx.Client(proxy=ports.url, trust_env=False) as client:
            assert client.get("http://example.com/a?b=c").text == "thru"
            assert client.get(f"http://{HOST}/v1/orders").status_code == 401
        with tunnel(ports, "example.com:443", b"GET / HTTP/1.1\r\n\r\n") as connection:
            assert head_of(connection).startswith(START_LINE)
            assert head_of(connection).startswith(START_LINE)
    assert [head.partition(b"\r\n")[0] for head in heads] == [
        b"GET http://example.com/a?b=c HTTP/1.1",
        b"CONNECT example.com:443 HTTP/1.1",
        b"GET / HTTP/1.1",
    ]
    assert [
        b"roxy-Authorization: Basic amFuZQ==" in head or b"proxy-authorization: Basic" in head for head in heads
    ] == [
        True,
        True,
        False,
    ]


def test_a_refusal_of_the_users_proxy_is_named(authority: Authority) -> None:
    """When the user's proxy refuses a tunnel, its status is in the reason."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                head_of(connection)
                connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")

        threading.Thread(target=serve, daemon=True).start()
        ports = open_ports()
        plan = Plan(create_app(), authority, ports.url, upstreams={"https": Upstream(listening.getsockname())})
        with serving(plan, ports), tunnel(ports, "example.com:443") as connection:
            assert head_of(connection).startswith(b"HTTP/1.1 502")
            assert "refused a connection to example.com:443: HTTP/1.1 407" in connection.recv(1000).decode()


# --- a shared server


@pytest.fixture(scope="module")
def shared() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture
def to_shared(shared: Emulator, authority: Authority) -> Iterator[Callable[..., httpx.Response]]:
    """Send a request through a proxy to a shared server, in the space ``mine``."""
    ports = open_ports()
    plan = Plan(SharedServer.parse(f"{shared.url}/"), authority, shared.url, "mine")
    context = trusting(authority)
    with serving(plan, ports), httpx.Client(proxy=ports.url, verify=context, trust_env=False) as client:
        yield client.request


def test_a_shared_server_answers(shared: Emulator, to_shared: Callable[..., httpx.Response]) -> None:
    """A request reaches a shared server with its Host and space, and the reply comes back complete."""
    space = shared.space("mine")
    space.reset()
    key = {"Authorization": f"Bearer {space.cnaught.credentials['api_key']}"}
    placed = to_shared("POST", ORDERS, headers=key, json={"amount_kg": 10})
    assert (placed.status_code, "content-length" in placed.headers) == (201, True)
    assert to_shared("GET", f"{ORDERS}/{placed.json()['id']}", headers=key).json() == placed.json()
    assert to_shared("GET", "http://api.dcycle.io/nowhere").status_code == 404
    assert [entry["provider"] for entry in space.control("GET", "/requests")["requests"]] == [
        "cnaught",
        "cnaught",
        "dcycle",
    ]


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ("reset", httpx.ReadError),
        ("close", httpx.RemoteProtocolError),
        ("truncate", httpx.RemoteProtocolError),
    ],
)
def test_faults_of_a_shared_server_break_connections(
    shared: Emulator, to_shared: Callable[..., httpx.Response], how: str, error: type[Exception]
) -> None:
    """A connection that a shared server breaks is broken for the client in the same way."""
    space = shared.space("mine")
    space.reset()
    space.control(
        "POST", "/faults", json={"provider": "cnaught", "when": "after", "times": 1, "effect": {"connection": how}}
    )
    with pytest.raises(error):
        to_shared("GET", f"http://{HOST}/v1/orders")


def test_an_unreachable_shared_server_is_named(authority: Authority) -> None:
    """Without the shared server, requests are answered 502 with its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    ports = open_ports()
    with serving(Plan(SharedServer.parse(f"http://127.0.0.1:{port}"), authority, ports.url), ports):
        reply = httpx.get(f"http://{HOST}/v1/orders", proxy=ports.url, trust_env=False)
    assert (reply.status_code, f"cannot connect to 127.0.0.1 port {port}" in reply.json()["error"]) == (502, True)


@pytest.mark.parametrize("url", ["127.0.0.1:4412", "ftp://one", "http://"])
def test_an_invalid_server_url_is_refused(url: str) -> None:
    """A shared server's URL needs a scheme and a host."""
    with pytest.raises(ValueError, match="is not an http or https URL"):
        SharedServer.parse(url)
