"""The HTTP protocol without a network: bytes in pieces of any size, and the bytes written back."""

import asyncio
import gc
import json
import logging
import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.types import ASGIApp, Receive, Scope, Send

from emulator.server import send_queue
from emulator.server.connection_pool import MADE_ROOM, ConnectionPool
from emulator.server.intake import PIPELINED_MAX
from emulator.server.protocol import IDLE_SECONDS, HttpProtocol
from emulator.server.request_parser import HEAD_BYTES_MAX, HEADERS_MAX, SLICE_BYTES
from emulator.server.send_queue import PROBED
from emulator.web.connection import ABSOLUTE

SMALL, LARGE = HEAD_BYTES_MAX - 1000, HEAD_BYTES_MAX + 1000
"""Sizes of heads clearly below and above the limit."""


class Wire(asyncio.Transport):
    """A transport that records what is written and what happens to it."""

    def __init__(self, info: dict[str, Any] | None = None) -> None:
        super().__init__(info or {})
        self.written = b""
        self.unread = 0
        self.closing = self.aborted = self.ended = self.paused = False
        self.protocol: HttpProtocol | None = None

    def write(self, data: Any) -> None:
        assert not self.closing
        assert not self.ended
        self.written += data

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.ended = True

    def close(self) -> None:
        if not self.closing:
            self.closing = True
            assert self.protocol
            asyncio.get_running_loop().call_soon(self.protocol.connection_lost, None)

    def abort(self) -> None:
        self.aborted = True
        self.close()

    def is_closing(self) -> bool:
        return self.closing

    def get_write_buffer_size(self) -> int:
        return self.unread

    def pause_reading(self) -> None:
        assert not self.paused
        self.paused = True

    def resume_reading(self) -> None:
        assert self.paused
        self.paused = False


@pytest.fixture(params=[PROBED, 0], ids=["at-once", "together"], autouse=True)
def probed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replies leave at once, as to a single client, or at the end of a turn, as under load."""
    monkeypatch.setattr(send_queue, "PROBED", request.param)


class Client:
    """The client's side of a connection to an application, inside a running event loop."""

    def __init__(self, server: ASGIApp | ConnectionPool) -> None:
        self.protocol = HttpProtocol(server if isinstance(server, ConnectionPool) else ConnectionPool(server))
        self.wire = Wire()
        self.wire.protocol = self.protocol
        self.protocol.connection_made(self.wire)

    async def send(self, *pieces: bytes) -> None:
        """Send pieces one by one, and let the server process each before the next."""
        for piece in pieces:
            self.protocol.data_received(piece)
            await settled()

    async def replied(self) -> None:
        """Wait for a reply."""
        while not self.replies:
            await asyncio.sleep(0.001)

    async def half_close(self) -> None:
        if not self.protocol.eof_received():
            self.wire.close()
        await settled()

    async def reset(self) -> None:
        """Lose the connection, as after a reset."""
        self.wire.closing = True
        self.protocol.connection_lost(ConnectionResetError())
        await settled()

    @property
    def replies(self) -> list[tuple[int, bytes, bytes]]:
        """Return the replies so far: status, head, body."""
        found, rest = [], self.wire.written
        while rest:
            head, _, rest = rest.partition(b"\r\n\r\n")
            status = int(head.split(b" ")[1])
            length = re.search(rb"content-length: (\d+)", head)
            size = int(length[1]) if length else 0
            found.append((status, head, rest[:size]))
            rest = rest[size:]
        return found

    @property
    def statuses(self) -> list[int]:
        return [status for status, _, _ in self.replies]


async def settled() -> None:
    """Run the event loop until everything waits."""
    for _ in range(30):
        await asyncio.sleep(0)


async def measure(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer the method, the headers and the length of the body."""
    length, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        length, more = length + len(message["body"]), message["more_body"]
    headers = [[name.decode("latin-1"), value.decode("latin-1")] for name, value in scope["headers"]]
    body = json.dumps({"method": scope["method"], "path": scope["path"], "length": length, "headers": headers}).encode()
    await answer(send, body)


async def answer(send: Send, body: bytes, status: int = 200) -> None:
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def at_once(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer without reading the body."""
    await answer(send, b"no", 404)


def request(head_bytes: int, body_bytes: int) -> bytes:
    begin = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\nA: " % body_bytes
    return begin + b"x" * (head_bytes - len(begin) - 4) + b"\r\n\r\n" + b"y" * body_bytes


def cut(sent: bytes, cuts: Sequence[int]) -> list[bytes]:
    places = sorted({0, len(sent), *(place % len(sent) for place in cuts)})
    return [sent[start:end] for start, end in pairwise(places)]


def run(play: Callable[[], Any]) -> Any:
    return asyncio.run(play())


GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"

requests = st.lists(
    st.tuples(st.sampled_from([100, 100, SMALL, LARGE]), st.sampled_from([0, 1, 900, 70_000])), min_size=1, max_size=4
)
cuts = st.lists(st.integers(0, 4 * (LARGE + 70_000)), max_size=8)


# --- pieces -----------------------------------------------------------------------------------------------------------


@given(requests, cuts, st.booleans())
@example([(LARGE, 0)], [], True)
@example([(LARGE, 0)], [LARGE - 1], True)
def test_pieces_make_no_difference(drawn: list[tuple[int, int]], cuts: list[int], slowly: bool) -> None:
    """However the bytes arrive, each request gets its reply, up to the first one with a too large head: 431."""

    async def play() -> Client:
        client = Client(measure)
        pieces = cut(b"".join(request(*one) for one in drawn), cuts)
        for piece in pieces:
            client.protocol.data_received(piece)
            if slowly:
                await settled()
        for _ in range(3):
            await settled()
        return client

    client = run(play)
    heads = [head for head, _ in drawn]
    good = heads.index(LARGE) if LARGE in heads else len(heads)
    assert client.statuses == [200] * good + [431] * (good < len(heads))
    assert [json.loads(body)["length"] for _, _, body in client.replies[:good]] == [body for _, body in drawn[:good]]


OFFERS = [b"Upgrade: h2c", b"upgrade: websocket", b"uPGRADE:h2c", b"Upgrade : h2c", b"Upgrade: a\r\nUpgrade: b"]
FRAMES = {
    b"Content-Length: 4\r\n\r\nbody": 4,
    b"Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n": 4,
    b"\r\n": 0,
}


@given(
    st.lists(
        st.tuples(
            st.sampled_from([b"", *(offer + b"\r\n" for offer in OFFERS if b" :" not in offer)]),
            st.sampled_from(sorted(FRAMES)),
        ),
        min_size=1,
        max_size=5,
    ),
    st.lists(st.integers(0, 1000), max_size=8),
)
def test_an_upgrade_offer_changes_nothing(drawn: list[tuple[bytes, bytes]], cuts: list[int]) -> None:
    """A request that offers another protocol is read and answered like any other, wherever it is and is cut.

    Its body keeps its length, the next request follows it, and only the offer is missing from its headers.
    """
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nX-Other: 1\r\n"

    async def play() -> Client:
        client = Client(measure)
        await client.send(*cut(b"".join(head + offer + frame for offer, frame in drawn), cuts))
        return client

    client = run(play)
    documents = [json.loads(body) for _, _, body in client.replies]
    assert [document["length"] for document in documents] == [FRAMES[frame] for _, frame in drawn]
    for document in documents:
        names = [name for name, _ in document["headers"]]
        assert names[:3] == ["host", "connection", "x-other"]
        assert "upgrade" not in names
    assert not client.wire.closing


def test_an_upgrade_offer_of_http_1_0_changes_nothing() -> None:
    """A client of HTTP/1.0 gets its reply, and the end of the connection, whatever it offers."""

    async def play() -> Client:
        client = Client(measure)
        await client.send(b"GET / HTTP/1.0\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n")
        return client

    client = run(play)
    assert (client.statuses, client.wire.closing) == ([200], True)


@pytest.mark.parametrize("head", [b"Upgrade : h2c\r\n", b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n"])
def test_an_ambiguous_head_is_refused(head: bytes) -> None:
    """A head that can be read in two ways is refused, with an upgrade offer or without (RFC 9112, section 11.2)."""

    async def play() -> Client:
        client = Client(measure)
        await client.send(b"POST / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n" + head + b"\r\nbody")
        return client

    assert run(play).statuses == [400]


def test_connect_is_refused() -> None:
    """The server is no proxy; it does not read what follows a CONNECT as a request."""

    async def play() -> Client:
        client = Client(measure)
        await client.send(GET + b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n" + GET)
        return client

    assert run(play).statuses == [200, 501]


@pytest.mark.parametrize(
    ("target", "scheme", "host", "path"),
    [
        ("/v1/orders?a=b", "http", "mine", "/v1/orders"),
        ("http://api.cnaught.com/v1/orders?a=b", "http", "api.cnaught.com", "/v1/orders"),
        ("HTTPS://api.cnaught.com:8443", "https", "api.cnaught.com:8443", "/"),
        ("http://jane:secret@[::1]:80/", "http", "[::1]:80", "/"),
    ],
)
def test_a_target_in_absolute_form_names_the_host(target: str, scheme: str, host: str, path: str) -> None:
    """The host of an absolute target replaces the Host header (RFC 9112, section 3.2.2)."""
    scopes: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scopes.append(scope)
        await measure(scope, receive, send)

    async def play() -> Client:
        client = Client(app)
        await client.send(f"GET {target} HTTP/1.1\r\nHost: mine\r\nX: y\r\n\r\n".encode())
        return client

    assert run(play).statuses == [200]
    (scope,) = scopes
    assert (scope["scheme"], scope["path"]) == (scheme, path)
    assert list(scope["headers"]) == [(b"host", host.encode()), (b"x", b"y")]
    assert (ABSOLUTE in scope["extensions"]) is ("//" in target)


# --- trailers and chunks ----------------------------------------------------------------------------------------------


CHUNKED = b"POST / HTTP/1.1\r\nHost: a\r\nTrailer: Authorization\r\nTransfer-Encoding: chunked\r\n\r\n"


@given(st.lists(st.integers(0, 1000), max_size=8))
def test_trailers_are_dropped(cuts: list[int]) -> None:
    """Fields after a body are dropped, with any names and any pieces of bytes."""
    chunks = b"4;note=x\r\nbody\r\n0\r\nAuthorization: Bearer x\r\nExpect: 100-continue\r\nHost: b\r\n\r\n"

    async def play() -> Client:
        client = Client(measure)
        await client.send(*cut((CHUNKED + chunks) * 2, cuts))
        return client

    found = [json.loads(body) for _, _, body in run(play).replies]
    assert [document["length"] for document in found] == [4, 4]
    assert [[name for name, _ in document["headers"]] for document in found] == [
        ["host", "trailer", "transfer-encoding"]
    ] * 2


@pytest.mark.parametrize(
    ("trailers", "statuses"),
    [
        (b"Connection: upgrade\r\nUpgrade: h2c\r\n", [200]),
        (b"Upgrade: h2c\r\n", [200, 200]),
        (b"Connection: close\r\n", [200]),
        (b"Content-Length: 5\r\n", [400]),
        (b"Transfer-Encoding: chunked\r\n", [400]),
        (b"no trailer\r\n", [400]),
    ],
)
@given(cuts=st.lists(st.integers(0, 1000), max_size=8))
def test_framing_trailers_end_the_connection(trailers: bytes, statuses: list[int], cuts: list[int]) -> None:
    """Trailers with framing fields are an error, or end the connection; no request is answered twice."""

    async def play() -> Client:
        client = Client(measure)
        await client.send(*cut(CHUNKED + b"4\r\nbody\r\n0\r\n" + trailers + b"\r\n" + GET, cuts))
        return client

    client = run(play)
    assert client.statuses == statuses
    assert client.wire.closing or client.wire.ended or len(statuses) == 2


ENDLESS = {
    "trailers": b"a: b\r\n",
    "one trailer": b"x",
    "one long name": b"x",
    "chunk extension": b"x",
}


@pytest.mark.parametrize("kind", ENDLESS)
def test_trailers_have_a_limit(kind: str) -> None:
    """Trailers and chunk extensions above 64 KiB are refused with 431, and memory does not grow with them."""
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0"
    begin = {"trailers": b"\r\n", "one trailer": b"\r\na: ", "one long name": b"\r\n", "chunk extension": b";a="}[kind]

    async def play() -> tuple[Client, int]:
        client, sent = Client(measure), 0
        client.protocol.data_received(head + begin)
        while not client.protocol.closing and sent < 10 * HEAD_BYTES_MAX:
            await client.send(ENDLESS[kind] * (SLICE_BYTES // len(ENDLESS[kind])))
            sent += SLICE_BYTES
        return client, sent

    client, sent = run(play)
    assert client.statuses == [431]
    assert sent <= HEAD_BYTES_MAX + 2 * SLICE_BYTES


def test_the_number_of_headers_is_limited() -> None:
    """More than 512 headers are refused, however short: as objects they take a hundred times their bytes."""

    async def play(number: int) -> Client:
        client = Client(measure)
        await client.send(b"GET / HTTP/1.1\r\n" + b"a:\r\n" * number + b"\r\n")
        return client

    assert asyncio.run(play(HEADERS_MAX)).statuses == [200]
    assert asyncio.run(play(HEADERS_MAX + 1)).statuses == [431]


# --- pipelines --------------------------------------------------------------------------------------------------------


class Gate:
    """An application that delays requests to ``/wait`` until it is opened, and answers others at once."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.began: list[str] = []
        self.left: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        self.began.append(scope["path"])
        if scope["path"] == "/wait":
            opened, left = asyncio.ensure_future(self.open.wait()), asyncio.ensure_future(receive())
            await asyncio.wait((opened, left), return_when=asyncio.FIRST_COMPLETED)
            opened.cancel()
            if left.done():
                self.left.append(left.result()["type"])
            left.cancel()
        await answer(send, scope["path"].encode())


WAIT = GET.replace(b"/ ", b"/wait ")


def test_pipelined_requests_are_bounded() -> None:
    """Behind a slow request few are parsed; the rest stay as bytes, and reading pauses."""

    async def play() -> None:
        gate = Gate()
        client = Client(gate)
        await client.send(WAIT + GET * 7000)
        waiting = len(client.protocol._requests)
        assert waiting <= PIPELINED_MAX + SLICE_BYTES // len(GET) + 1
        assert client.wire.paused
        assert gate.began == ["/wait"]
        gate.open.set()
        for _ in range(700):
            await settled()
        assert client.statuses == [200] * 7001
        assert not client.wire.paused

    run(play)


def test_small_pieces_are_bounded_as_well() -> None:
    """Requests that arrive one by one behind a slow one are bounded like those that arrive together."""

    async def play() -> None:
        client = Client(Gate())
        client.protocol.data_received(WAIT)
        for _ in range(1000):
            if client.wire.paused:
                break
            client.protocol.data_received(GET)
        assert len(client.protocol._requests) == PIPELINED_MAX

    run(play)


def test_a_refusal_comes_after_earlier_replies() -> None:
    """Garbage after requests does not prevent their replies."""

    async def play() -> None:
        gate = Gate()
        client = Client(gate)
        await client.send(WAIT + GET + b"garbage\r\n\r\n")
        assert client.statuses == []
        gate.open.set()
        await settled()
        assert client.statuses == [200, 200, 400]
        assert client.wire.ended

    run(play)


@pytest.mark.parametrize("closing", [b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", b"GET / HTTP/1.0\r\n\r\n"])
def test_nothing_is_read_after_the_last_request(closing: bytes) -> None:
    """After a request that closes the connection, further bytes are neither answered nor refused."""

    async def play() -> Client:
        client = Client(measure)
        await client.send(GET + closing + GET + b"garbage")
        return client

    client = run(play)
    assert client.statuses == [200, 200]
    assert b"connection: close" in client.replies[1][1]
    assert client.wire.closing


# --- replies before the body ------------------------------------------------------------------------------------------

EXPECTING = b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"


@pytest.mark.parametrize("head", [EXPECTING, EXPECTING.replace(b"Expect: 100-continue\r\n", b"")])
def test_a_reply_before_the_body_closes_the_connection(head: bytes) -> None:
    """A reply sent before the body was read closes the connection, and the rest of the body is dropped."""

    async def play() -> Client:
        client = Client(at_once)
        await client.send(head, b"body" + GET)
        return client

    client = run(play)
    assert client.statuses == [404]
    assert b"\r\nconnection: close" in client.replies[0][1]
    assert client.wire.ended  # closed at once, the connection would be reset, and the reply lost


def test_100_continue_is_sent_once() -> None:
    """``Expect: 100-continue`` is answered when the application reads, unless the body is already there."""

    async def play(*pieces: bytes) -> bytes:
        client = Client(measure)
        await client.send(*pieces)
        return client.wire.written

    assert asyncio.run(play(EXPECTING)) == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert asyncio.run(play(EXPECTING, b"bo", b"dy")).count(b"HTTP/1.1 100") == 1
    assert b"HTTP/1.1 100" not in asyncio.run(play(EXPECTING + b"body"))


# --- framing of replies -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "status", "claimed", "body", "written"),
    [
        ("GET", 200, None, b"abc", b"content-length: 3\r\n\r\nabc"),
        ("GET", 200, 7, b"abc", b"content-length: 3\r\n\r\nabc"),
        ("HEAD", 200, 7, b"", b"content-length: 7\r\n\r\n"),
        ("HEAD", 200, 7, b"abc", b"content-length: 7\r\n\r\n"),
        ("GET", 204, 3, b"abc", b"HTTP/1.1 204 No Content\r\n\r\n"),
        ("GET", 204, None, b"", b"HTTP/1.1 204 No Content\r\n\r\n"),
        ("GET", 205, None, b"", b"content-length: 0\r\n\r\n"),
        ("GET", 304, None, b"", b"HTTP/1.1 304 Not Modified\r\n\r\n"),
        ("GET", 302, None, b"", b"content-length: 0\r\n\r\n"),
    ],
)
def test_replies_are_framed_by_the_server(
    method: str, status: int, claimed: int | None, body: bytes, written: bytes
) -> None:
    """The server sets the length of replies, so an application cannot break a connection by a wrong one."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [] if claimed is None else [(b"content-length", b"%d" % claimed)]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def play() -> Client:
        client = Client(app)
        await client.send(GET.replace(b"GET", method.encode()))
        return client

    assert run(play).wire.written.endswith(written)


@pytest.mark.parametrize(
    ("version", "written"),
    [
        (b"1.1", b"transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
        (b"1.0", b"connection: close\r\n\r\nabcde"),
    ],
)
def test_a_reply_may_be_streamed(version: bytes, written: bytes) -> None:
    """A reply of unknown length is sent in chunks, or up to the end of the connection."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for part, more in ((b"abc", True), (b"de", True), (b"", False)):
            await send({"type": "http.response.body", "body": part, "more_body": more})

    async def play() -> Client:
        client = Client(app)
        await client.send(GET.replace(b"1.1", version))
        return client

    assert run(play).wire.written.endswith(written)


@pytest.mark.parametrize(
    ("pieces", "after"),
    [
        ([b"\x16\x03\x01garbage"], b""),
        ([b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"], b""),
        ([b"GET /\xff HTTP/1.1\r\n\r\n"], b""),
    ],
)
def test_garbage_is_refused_and_not_logged(pieces: list[bytes], after: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """Bytes that are not HTTP/1.1 get 400 and end the connection, without a log entry."""

    async def play() -> Client:
        client = Client(measure)
        await client.send(*pieces)
        return client

    with caplog.at_level(logging.DEBUG):
        assert run(play).statuses == [400]
    assert [record for record in caplog.records if record.name != "asyncio"] == []


# --- disconnecting clients --------------------------------------------------------------------------------------------


def test_a_half_closed_client_gets_its_replies() -> None:
    """A client that has sent its last byte gets the replies to all complete requests, and then the end."""

    async def play() -> Client:
        client = Client(measure)
        client.protocol.data_received(GET * 3 + GET[:10])
        await client.half_close()
        return client

    client = run(play)
    assert client.statuses == [200, 200, 200]
    assert client.wire.closing


@pytest.mark.parametrize("turns", range(12))
def test_a_client_may_half_close_at_any_time(turns: int) -> None:
    """However far its requests have come when a client half-closes, it gets the replies to all of them."""

    async def play() -> Client:
        client = Client(measure)
        client.protocol.data_received(GET * 3)
        for _ in range(turns):
            await asyncio.sleep(0)
        await client.half_close()
        return client

    client = run(play)
    assert (client.statuses, client.wire.closing) == ([200, 200, 200], True)


@pytest.mark.parametrize("sent", [b"", GET[:10], b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf"])
def test_a_half_closed_client_without_request_is_closed(sent: bytes) -> None:
    """A connection that will never carry a complete request is closed at once."""

    async def play() -> Client:
        client = Client(measure)
        client.protocol.data_received(sent)
        await client.half_close()
        return client

    client = run(play)
    assert (client.statuses, client.wire.closing) == ([], True)


@pytest.mark.parametrize("how", ["half_close", "reset"])
def test_an_application_receives_the_disconnect(how: str) -> None:
    """The application gets ``http.disconnect`` when its client disconnects; after a reset, nothing else runs."""

    async def play() -> tuple[Gate, Client]:
        gate = Gate()
        client = Client(gate)
        await client.send(WAIT + GET)
        await getattr(client, how)()
        return gate, client

    gate, client = run(play)
    assert gate.left == ["http.disconnect"]
    assert (gate.began, client.statuses) == ((["/wait", "/"], [200, 200]) if how == "half_close" else (["/wait"], []))


def test_nothing_is_left_of_a_connection() -> None:
    """Requests and connections have no reference cycles: they are freed at once, since collection is rare."""

    async def play() -> int:
        app: Any = Gate()
        gc.collect()
        gc.disable()
        try:
            for leave in (Client.half_close, Client.reset):
                client = Client(app)
                await client.send(GET, request(100, 70_000), WAIT + GET * 40 + GET[:10])
                app.open.set()
                await leave(client)
                while not client.protocol.lost:
                    await asyncio.sleep(0)
                client.wire.protocol = None
                del client
            return sum(isinstance(found, HttpProtocol) for found in gc.get_objects())
        finally:
            gc.enable()

    assert run(play) == 0


# --- deadlines and limits ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "statuses"),
    [
        (b"", []),
        (GET, [200]),
        (GET[:10], [408]),
        (GET + GET[:10], [200, 408]),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf", [408]),
    ],
    ids=["nothing", "a request", "half a head", "half a second head", "half a body"],
)
def test_an_idle_connection_is_closed(sent: bytes, statuses: list[int]) -> None:
    """A connection without data for fifteen seconds is closed, with 408 during a request."""

    async def play() -> None:
        client = Client(measure)
        await client.send(sent)
        began = asyncio.get_running_loop().time()
        client.protocol.expire(began + IDLE_SECONDS - 1)
        await settled()
        assert not client.protocol.closing
        client.protocol.expire(began + IDLE_SECONDS + 1)
        await settled()
        assert client.statuses == statuses
        assert client.wire.closing or client.wire.ended
        client.protocol.expire(began + 2 * IDLE_SECONDS + 2)
        await settled()
        assert client.wire.closing

    run(play)


def test_a_slow_application_has_no_deadline() -> None:
    """A request has no deadline while the application handles it."""

    async def play() -> None:
        gate = Gate()
        client = Client(gate)
        await client.send(WAIT)
        client.protocol.expire(asyncio.get_running_loop().time() + 1000)
        gate.open.set()
        await settled()
        assert client.statuses == [200]

    run(play)


def test_a_client_that_does_not_read_is_disconnected() -> None:
    """A reply that is not read is kept for fifteen seconds; one that is read slowly, as long as needed."""

    async def play() -> None:
        client = Client(measure)
        await client.send(GET)
        now = asyncio.get_running_loop().time()
        client.wire.unread = 1000
        client.protocol.pause_writing()
        for seconds, unread in ((16, 1000), (32, 900), (48, 800)):
            client.wire.unread = unread
            client.protocol.expire(now + seconds)
            assert not client.wire.aborted
        client.protocol.expire(now + 64)
        assert client.wire.aborted

    run(play)


def test_a_paused_client_delays_only_itself() -> None:
    """Replies wait while their client does not read; other clients do not."""

    async def play() -> None:
        client = Client(measure)
        client.protocol.pause_writing()
        await client.send(GET * 3)
        assert client.statuses == []
        client.protocol.resume_writing()
        await settled()
        assert client.statuses == [200] * 3

    run(play)


def test_new_clients_replace_idle_ones() -> None:
    """At the limit, the connections that have been idle longest are closed; busy ones are kept."""

    async def play() -> None:
        most = MADE_ROOM + 8
        pool = ConnectionPool(Gate(), most)
        clients = [Client(pool) for _ in range(most)]
        for client in clients[:4]:
            await client.send(WAIT)
        newcomer = Client(pool)
        await newcomer.send(GET)
        assert newcomer.statuses == [200]
        assert [client.wire.closing for client in clients[:4]] == [False] * 4
        assert sum(client.wire.closing for client in clients) == MADE_ROOM

    run(play)


def test_a_full_server_answers_503() -> None:
    """When all connections are busy, a new client gets 503."""

    async def play() -> None:
        gate = Gate()
        pool = ConnectionPool(gate, 3)
        clients = [Client(pool) for _ in range(3)]
        for client in clients:
            await client.send(WAIT)
        newcomer = Client(pool)
        await newcomer.send(GET)
        assert (newcomer.statuses, newcomer.wire.closing) == ([503], True)
        gate.open.set()
        await settled()
        assert [client.statuses for client in clients] == [[200]] * 3

    run(play)


# --- bugs -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("started", [False, True])
def test_a_bug_is_answered_and_logged(started: bool, caplog: pytest.LogCaptureFixture) -> None:
    """A failing application causes a 500, or ends a reply halfway, and logs a traceback."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if started:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"a", "more_body": True})
        raise KeyError("oops")

    async def play() -> Client:
        client = Client(app)
        await client.send(GET)
        return client

    client = run(play)
    assert client.wire.written.startswith(b"HTTP/1.1 200" if started else b"HTTP/1.1 500")
    assert client.wire.closing == started
    assert "oops" in caplog.text
