"""What passes through ``record``: every framing of HTTP in both directions, as it is."""

import gzip
import json
import socket
import threading
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from emulator.conformance import recording_proxy
from emulator.conformance.recording import read
from tests.conformance.recording_server import recording

SECRET = "whsec-hidden-0123456789"
LARGE = 3 * 1024 * 1024


class _Upstream(ThreadingHTTPServer):
    daemon_threads = True
    more = threading.Event()


class _Vendor(BaseHTTPRequestHandler):
    """A vendor that describes each request, or replies in the way that its path names."""

    protocol_version = "HTTP/1.1"

    def _reply(self) -> None:
        sent = self._body()
        if self.path.startswith("/base/gzip"):
            return self._whole(gzip.compress(b'{"token": "%s"}' % SECRET.encode()), ("Content-Encoding", "gzip"))
        if self.path == "/base/br":
            return self._whole(SECRET.encode(), ("Content-Encoding", "br"))
        if self.path == "/base/repeated":
            return self._whole(b"{}", ("X-Note", "one"), ("X-Note", "two"), ("Set-Cookie", f"session={SECRET}"))
        if self.path == "/base/stream":
            return self._stream()
        if self.path == "/base/cut":
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"half")
            self.close_connection = True
            return None
        if self.path == "/base/large":
            return self._whole(b"y" * LARGE)
        shown = {"method": self.command, "target": self.path, "bytes": len(sent), "headers": self.headers.items()}
        return self._whole(json.dumps(shown).encode())

    def _body(self) -> bytes:
        if self.headers.get("transfer-encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("content-length") or 0))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _whole(self, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(200)
        for name, value in (*headers, ("Content-Type", "application/json"), ("Content-Length", str(len(body)))):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"5\r\nfirst\r\n")
        self.server.more.wait(5)  # type: ignore[attr-defined]
        self.wfile.write(b"4\r\nlast\r\n0\r\n\r\n")

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = do_OPTIONS = _reply  # noqa: N815

    def log_message(self, format: str, *arguments: object) -> None: ...


@pytest.fixture(scope="module")
def upstream() -> Iterator[str]:
    server = _Upstream(("127.0.0.1", 0), _Vendor)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/base"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def proxy(upstream: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, Any, Path]]:
    """Return a client of one proxy, its recorder, and the recording."""
    file = tmp_path_factory.mktemp("recording") / "session.jsonl"
    with (
        recording("cnaught", upstream, file, {"api_key": "short"}) as (url, recorder),
        httpx.Client(base_url=url, trust_env=False, timeout=10) as client,
    ):
        yield client, recorder, file


def raw(client: httpx.Client, *parts: bytes, half_close: bool = False) -> bytes:
    """Send bytes as they are, and return everything that comes back until the server closes."""
    url = client.base_url
    with socket.create_connection((url.host, url.port or 80), timeout=5) as connection:
        for part in parts:
            connection.sendall(part)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        received = b""
        while data := connection.recv(65536):
            received += data
        return received


def last(file: Path) -> Any:
    return read(file).exchanges[-1]


def test_a_chunked_request_passes(proxy: tuple[httpx.Client, Any, Path]) -> None:
    """A body without a length arrives whole, and is recorded."""
    client, _, file = proxy
    shown = client.post("/v1/orders", content=iter([b'{"amount_kg":', b" 1}"])).json()
    assert (shown["target"], shown["bytes"]) == ("/base/v1/orders", 16)
    assert (last(file).path, last(file).body) == ("/v1/orders", {"amount_kg": 1})


def test_pipelined_requests_pass(proxy: tuple[httpx.Client, Any, Path]) -> None:
    """Requests that are sent without waiting are answered in their order."""
    client, recorder, _ = proxy
    before = recorder.recorded
    head = b"GET /%d HTTP/1.1\r\nHost: x\r\n%s\r\n"
    received = raw(client, b"".join(head % (n, b"Connection: close\r\n" if n == 4 else b"") for n in range(5)))
    assert [received.index(b'"/base/%d"' % number) for number in range(5)] == sorted(
        received.index(b'"/base/%d"' % number) for number in range(5)
    )
    assert recorder.recorded == before + 5


def test_a_client_that_expects_100_continue(proxy: tuple[httpx.Client, Any, Path]) -> None:
    """A client that waits for permission gets it, and then the reply."""
    client, _, _ = proxy
    head = b"POST /wait HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    with socket.create_connection((client.base_url.host, client.base_url.port or 80), timeout=5) as connection:
        connection.sendall(head)
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"{}")
        assert connection.recv(100).startswith(b"HTTP/1.1 200")


def test_large_bodies_pass(proxy: tuple[httpx.Client, Any, Path]) -> None:
    """Megabytes pass in both directions."""
    client, _, file = proxy
    assert client.put("/files", content=b"x" * LARGE).json()["bytes"] == LARGE
    assert len(last(file).text) == LARGE
    assert len(client.get("/large").content) == LARGE


def test_a_body_beyond_the_bound_passes_and_is_not_recorded(
    proxy: tuple[httpx.Client, Any, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A body that is too large to be recorded passes all the same; the reason is kept."""
    monkeypatch.setattr(recording_proxy, "RECORDED_BYTES_MAX", 1000)
    client, recorder, _ = proxy
    before = recorder.recorded
    assert client.post("/files", content=b"x" * 2000).json()["bytes"] == 2000
    assert (recorder.recorded, recorder.left_out[-1]) == (before, recording_proxy.TOO_LARGE)


def test_a_streamed_reply_passes_as_it_arrives(proxy: tuple[httpx.Client, Any, Path], upstream: str) -> None:
    """The first part reaches the client before the upstream has sent the last."""
    client, _, file = proxy
    _Upstream.more.clear()
    with client.stream("GET", "/stream") as reply:
        parts = reply.iter_raw()
        assert next(parts) == b"first"
        _Upstream.more.set()
        assert b"".join(parts) == b"last"
    assert last(file).reply.body == "firstlast"


def test_head_has_no_body_and_keeps_its_length(proxy: tuple[httpx.Client, Any, Path]) -> None:
    """The reply to HEAD has the length of the body that it does not have."""
    client, _, file = proxy
    reply = client.head("/gzip")
    assert int(reply.headers["content-length"]) > 0
    assert (reply.content, last(file).method, last(file).reply.body) == (b"", "HEAD", "")


def test_a_compressed_reply_is_recorded_as_text(proxy: tuple[httpx.Client, Any, Path]) -> None:
    """The client gets the compressed bytes, the recording their content without its secret."""
    client, _, file = proxy
    reply = client.get("/gzip")
    assert reply.headers["content-encoding"] == "gzip"
    assert reply.json() == {"token": SECRET}
    assert list(last(file).reply.body) == ["token"]
    assert SECRET not in file.read_text()


def test_codings_that_cannot_be_read_are_not_offered(proxy: tuple[httpx.Client, Any, Path]) -> None:
    """The upstream is offered what client and recorder can both read; a reply in another coding is not recorded."""
    client, recorder, _ = proxy
    shown = client.get("/x", headers={"Accept-Encoding": "br, zstd, gzip;q=0, deflate"}).json()
    assert ["Accept-Encoding", "deflate, identity"] in [[name.title(), value] for name, value in shown["headers"]]
    before = recorder.recorded
    with client.stream("GET", "/br") as reply:
        assert b"".join(reply.iter_raw()) == SECRET.encode()
    assert (recorder.recorded, recorder.left_out[-1]) == (before, "its content encoding br cannot be read")


def test_a_compressed_request_is_recorded_as_text(proxy: tuple[httpx.Client, Any, Path]) -> None:
    """A request body in a coding passes as it is, and its content is recorded."""
    client, _, file = proxy
    body = zlib.compress(json.dumps({"password": SECRET}).encode())
    shown = client.post("/login", content=body, headers={"Content-Encoding": "deflate"}).json()
    assert shown["bytes"] == len(body)
    assert list(last(file).body) == ["password"]
    assert SECRET not in file.read_text()


def test_repeated_headers_pass(proxy: tuple[httpx.Client, Any, Path]) -> None:
    """A header that is repeated passes as it is, in both directions; a cookie passes and is not recorded."""
    client, _, file = proxy
    reply = client.get("/repeated", headers=[("X-Tag", "a"), ("X-Tag", "b")])
    assert reply.headers.get_list("x-note") == ["one", "two"]
    assert reply.headers["set-cookie"] == f"session={SECRET}"
    assert last(file).headers["x-tag"] == "a, b"
    assert last(file).reply.headers["x-note"] == "one, two"
    shown = client.get("/x", headers=[("X-Tag", "a"), ("X-Tag", "b")]).json()
    assert [value for name, value in shown["headers"] if name.lower() == "x-tag"] == ["a", "b"]


@pytest.mark.parametrize(
    "target",
    [
        "/a%2fb%20c//d;e?x=%41&y=[1]&z=a+b|c",
        "/v1/../orders",
        "/v1/./orders/..",
        "/%2E%2e/%zz?a=../b&c=%zz",
        "//x/y",
        f"/x?y={'z' * 30_000}",
    ],
)
def test_a_target_passes_as_it_was_sent(proxy: tuple[httpx.Client, Any, Path], target: str) -> None:
    """No character of a path or a query is encoded, decoded or resolved on the way, nor in the recording."""
    client, _, file = proxy
    received = raw(client, b"GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % target.encode())
    assert b'"target": "/base%s"' % target.encode() in received
    path, _, query = target.partition("?")
    assert (last(file).path, last(file).query) == (path, query)


def test_nothing_is_added_to_a_request(proxy: tuple[httpx.Client, Any, Path]) -> None:
    """The upstream gets the client's headers, its own host, and the codings."""
    client, _, _ = proxy
    received = raw(client, b"GET /x HTTP/1.1\r\nHost: x\r\nX-Mine: 1\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\n\r\n")
    headers = json.loads(received.partition(b"\r\n\r\n")[2])["headers"]
    assert {name.lower() for name, _ in headers} == {"host", "x-mine", "accept-encoding"}
    assert dict(headers)["Host"].startswith("127.0.0.1:")


def test_a_half_closed_client_gets_its_reply(proxy: tuple[httpx.Client, Any, Path]) -> None:
    """A client that has sent everything and closed its side still gets the reply."""
    client, recorder, _ = proxy
    before = recorder.recorded
    assert b'"/base/x"' in raw(client, b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n", half_close=True)
    assert recorder.recorded == before + 1


def test_a_reply_that_is_cut_is_cut_for_the_client(proxy: tuple[httpx.Client, Any, Path]) -> None:
    """A reply that breaks off breaks off for the client as well, and is not recorded."""
    client, recorder, _ = proxy
    before = recorder.recorded
    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/cut")
    assert (recorder.recorded, recorder.left_out[-1]) == (before, recording_proxy.CUT)


def test_an_upstream_that_does_not_answer(tmp_path: Path) -> None:
    """Without an upstream the reply is 502 with the reason, and nothing is recorded."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with recording("cnaught", f"http://127.0.0.1:{free.getsockname()[1]}", tmp_path / "file", {}) as (
            url,
            recorder,
        ):
            reply = httpx.get(f"{url}/v1/orders", trust_env=False)
    assert (reply.status_code, reply.text) == (502, "no reply from the upstream: ConnectError\n")
    assert recorder.recorded == 0
