"""Fuzz connections: cut anywhere, chunked, with trailers and upgrades, with secrets, abandoned at any byte.

FUZZ_EXAMPLES and FUZZ_RANDOM choose them, as for ``tests/test_fuzz.py``.
"""

import asyncio
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator import create_app
from emulator.core.struct import replace
from emulator.server.connection_pool import ConnectionPool
from emulator.space.commands import MoveClock
from tests.conftest import START
from tests.test_fuzz import EXAMPLES, PREFIX, REPEATABLE, SPACE, Raw, good_requests
from tests.test_protocol import Client, cut, settled

CONTINUE = 100
"""A body is asked for only if it has not come with its head."""

SECRET = "s3cr3t-5f0c1e2a9b7d"
WAIT = f"GET {PREFIX}/_emulator/requests/wait?count=99&timeout=60 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
OFFER = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"
TRAILERS = (
    b"",
    b"X-Checksum: 1\r\n",
    b"Authorization: Bearer test_acme_0001\r\nX-Api-Key: sk\r\n",
    b"Content-Length: 0\r\n",
    b"X: " + b"y" * 9000 + b"\r\n",
)
SECRET_BODIES = (
    json.dumps({"email": "a@example.com", "password": SECRET}).encode(),
    json.dumps({"a": [{"b": {"api_key": SECRET}}]}).encode(),
    b'{"password": "' + SECRET.encode(),
    b"email=a%40example.com&password=" + SECRET.encode(),
)
SECRET_HEADERS = ("X-Api-Key", "Authorization", "x_api_key", "Api-Key", "Cookie", "X-Api-Kee", "Authentication")
SHOWN = ("/requests", "/bundle", "/snapshot", "/state/dcycle", "/webhooks")
Leaving = Literal["stays", "half-closes", "vanishes"]


@dataclass(frozen=True)
class Sent:
    """A request as it is written: with a length, or in chunks with a trailer; perhaps with an upgrade offer."""

    raw: Raw
    chunk_bytes: int
    trailer: bytes
    offer: bool
    expect: bool

    def written(self) -> bytes:
        raw = self.raw
        query = b"?" + raw.query if raw.query else b""
        lines = [raw.method.encode() + b" " + raw.path.encode() + query + b" HTTP/1.1", b"Host: 127.0.0.1"]
        lines += [name + b": " + value for name, value in raw.headers if name not in (b"host", b"content-length")]
        lines += [b"Expect: 100-continue"] if self.expect and raw.body else []
        body = raw.body
        if self.chunk_bytes and body:
            lines.append(b"Transfer-Encoding: chunked")
            pieces = [body[start : start + self.chunk_bytes] for start in range(0, len(body), self.chunk_bytes)]
            body = (
                b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n" + self.trailer + b"\r\n"
            )
        elif body:
            lines.append(b"Content-Length: %d" % len(body))
        head = b"\r\n".join(lines) + b"\r\n"
        return head + (OFFER if self.offer else b"") + b"\r\n" + body


@st.composite
def secret_requests(draw: st.DrawFn) -> Raw:
    """A good request that carries a secret: in a header, in a query, or in a body of any form."""
    good = draw(st.sampled_from(good_requests()))
    match draw(st.sampled_from(["header", "query", "body"])):
        case "header":
            name = draw(st.sampled_from(SECRET_HEADERS))
            headers = [pair for pair in good.headers if pair[0] != name.lower().encode()]
            value = f"Bearer {SECRET}" if name == "Authorization" else SECRET
            return Raw(good.method, good.path, good.query, [*headers, (name.encode(), value.encode())], good.body)
        case "query":
            return Raw(good.method, good.path, b"api_key=" + SECRET.encode(), good.headers, good.body)
    return Raw("POST", good.path, good.query, good.headers, draw(st.sampled_from(SECRET_BODIES)))


def sent_requests(raw: st.SearchStrategy[Raw]) -> st.SearchStrategy[Sent]:
    sizes = st.sampled_from([0, 0, 1, 7, 64, 1000])
    return st.builds(Sent, raw, sizes, st.sampled_from(TRAILERS), st.booleans(), st.booleans())


good = st.deferred(lambda: st.sampled_from(good_requests()))
conversations = st.lists(sent_requests(st.one_of(good, good, secret_requests())), min_size=1, max_size=4)
cuts = st.lists(st.integers(0, 100_000), max_size=8)


class Server:
    """An emulator on an event loop of its own, and connections to it without sockets.

    A request may reset the space, which lets its clock run: the machine's time stands still too.
    """

    def __init__(self, loop: asyncio.Runner) -> None:
        self.app = create_app()
        self.app.spaces.world = replace(self.app.spaces.world, machine_time=lambda: datetime.fromisoformat(START))
        self.loop = loop

    def play(self, pieces: Sequence[bytes], leaving: Leaving) -> list[tuple[int, bytes]]:
        """Send pieces to a new space, leave, and return the replies: status and body."""
        self.app.spaces.reset(SPACE)
        self.app.spaces.get(SPACE).run(MoveClock(datetime.fromisoformat(START), frozen=True))
        return self.loop.run(self._played(pieces, leaving))

    async def _played(self, pieces: Sequence[bytes], leaving: Leaving) -> list[tuple[int, bytes]]:
        client = Client(ConnectionPool(self.app))
        for piece in pieces:
            if client.protocol.lost or client.wire.is_closing():
                break
            await client.send(piece)
        if leaving == "half-closes" and not client.wire.is_closing():
            await client.half_close()
        replies = [(status, body) for status, _, body in client.replies if status != CONTINUE]
        if not client.protocol.lost:
            await client.reset()
        await settled()
        assert len(asyncio.all_tasks()) == 1, "something goes on although its client has gone"
        return replies

    def get(self, path: str) -> tuple[int, bytes]:
        """Ask the control API on a connection of its own."""
        head = f"GET {PREFIX}/_emulator{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
        [reply] = self.loop.run(self._played([head.encode()], "stays"))
        return reply


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with asyncio.Runner() as loop:
        yield Server(loop)


@settings(max_examples=EXAMPLES // 2, derandomize=REPEATABLE, database=None, suppress_health_check=list(HealthCheck))
@given(sent=conversations, places=cuts, leaving=st.sampled_from(["stays", "half-closes"]))
def test_pieces_make_no_difference(
    server: Server, caplog: pytest.LogCaptureFixture, sent: list[Sent], places: list[int], leaving: Leaving
) -> None:
    """Replies do not depend on how requests are cut; they show no secret, and nothing is logged."""
    whole = b"".join(each.written() for each in sent)
    with caplog.at_level(logging.DEBUG, logger="emulator"):
        expected = server.play([whole], "stays")
        assert server.play(cut(whole, places), leaving) == expected
    assert len(expected) <= len(sent)
    assert [
        status for status, _ in expected if status >= 500 and status not in (501, 503)
    ] == []  # 503: a fault that was sent
    for path in SHOWN:
        status, body = server.get(path)
        assert status == 200, (path, body)
        assert SECRET.encode() not in body, path
    assert caplog.text == ""


@settings(max_examples=EXAMPLES // 2, derandomize=REPEATABLE, database=None, suppress_health_check=list(HealthCheck))
@given(
    sent=conversations, places=cuts, end=st.integers(0, 100_000), waits=st.booleans(), garbage=st.binary(max_size=64)
)
def test_a_client_may_leave_at_any_byte(
    server: Server,
    caplog: pytest.LogCaptureFixture,
    sent: list[Sent],
    places: list[int],
    end: int,
    waits: bool,
    garbage: bytes,
) -> None:
    """A connection that ends anywhere, with a wait or garbage before it, leaves nothing behind and logs nothing."""
    whole = b"".join(each.written() for each in sent) + (WAIT if waits else b"") + garbage
    with caplog.at_level(logging.DEBUG, logger="emulator"):
        server.play(cut(whole[: end % len(whole) + 1], places), "vanishes")
    status, body = server.get("/health")
    assert (status, json.loads(body)["status"]) == (200, "ok")
    assert caplog.text == ""
