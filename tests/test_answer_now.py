"""Replies at once are those of ASGI's channels, byte by byte."""

import asyncio
from collections.abc import Sequence
from copy import deepcopy
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.types import ASGIApp, Receive, Scope, Send

from emulator import create_app
from emulator.client.asgi_call import _scope, call
from emulator.gateway.gateway import Gateway
from emulator.server.connection_pool import ConnectionPool
from emulator.space.world import Limits
from emulator.web.answer_now import Reply, answer_now
from tests.test_protocol import Client, run, settled

BODY_BYTES_MAX = 4096
CNAUGHT = (b"authorization", b"Bearer cnaught-test-key-1")
ONECLICKIMPACT = (b"x-api-key", b"oneclickimpact-test-key-1")
EXPLAIN = (b"x-emulator-explain", b"1")
CROSS_SITE = (b"sec-fetch-site", b"cross-site")
JSON = (b"content-type", b"application/json")
FREEZE = b'{"frozen": true, "now": "2099-01-05T00:00:00Z"}'
FAULT = b'{"effect": {"status": 503}}'


class Sent(NamedTuple):
    """A request."""

    method: str
    target: str
    headers: Sequence[tuple[bytes, bytes]] = ()
    body: bytes = b""


FROZEN, JOURNAL = Sent("PUT", "/_emulator/clock", [JSON], FREEZE), Sent("GET", "/_emulator/requests")
TO_VENDORS = [
    Sent("GET", "/cnaught/v1/orders?limit=2", [CNAUGHT]),
    Sent("HEAD", "/cnaught/v1/orders", [CNAUGHT, EXPLAIN]),
    Sent("GET", "/cnaught/v1/orders"),
    Sent("POST", "/cnaught/v1/orders", [CNAUGHT, JSON, EXPLAIN], b'{"amount_kg": 10}'),
    Sent("POST", "/cnaught/v1/orders", [CNAUGHT, JSON, (b"idempotency-key", b"a")], b'{"amount_kg": 10}'),
    Sent("POST", "/cnaught/v1/orders", [CNAUGHT, JSON], b"{"),
    Sent("PATCH", "/cnaught/v1/orders", [CNAUGHT]),
    Sent("GET", "/cnaught/v1/unknown", [CNAUGHT]),
    Sent("POST", "/oneclickimpact/v1/plant_tree", [ONECLICKIMPACT, JSON], b'{"amount": 1}'),
    Sent("GET", "/~other/oneclickimpact/v1/user", [ONECLICKIMPACT]),
]
"""Requests that no fault delays, and that lead to a space which exists once a request has succeeded there."""

OTHERS = [
    Sent("GET", "/cnaught/v1/orders", [CNAUGHT, CROSS_SITE]),
    Sent("POST", "/cnaught/v1/quotes", [CNAUGHT, JSON], b" " * (BODY_BYTES_MAX + 1)),
    Sent("GET", "/_emulator/requests"),
    Sent("GET", "/unknown"),
    Sent("GET", "/"),
    Sent("GET", "/~bad name/cnaught/v1/orders"),
]
"""Requests that are never answered at once."""


def emulator() -> Gateway:
    return create_app(limits=Limits(body_bytes_max=BODY_BYTES_MAX))


def channels(app: ASGIApp) -> ASGIApp:
    """Return an application without the addition to ASGI."""

    async def only_asgi(scope: Scope, receive: Receive, send: Send) -> None:
        await app(scope, receive, send)

    return only_asgi


def replies(app: ASGIApp, requests: Sequence[Sent]) -> list[Reply]:
    """Return the replies to requests that are sent one by one."""

    async def send() -> list[Reply]:
        return [_determined(each, await call(app, *_parts(each))) for each in requests]

    return asyncio.run(send())


def _parts(sent: Sent) -> tuple[str, str, list[tuple[bytes, bytes]], bytes]:
    return sent.method, sent.target, list(sent.headers), sent.body


def _determined(sent: Sent, reply: Reply) -> Reply:
    """Return what depends on the requests alone: not the number of a space's life, nor the time of a running clock."""
    status, headers, body = reply
    others = {b"x-emulator-generation"} | ({b"date"} if sent.target.startswith("/~") else set())
    return status, [header for header in headers if header[0] not in others], body


@settings(max_examples=25)
@given(st.lists(st.sampled_from(TO_VENDORS + OTHERS), max_size=8))
def test_replies_are_the_same(requests: Sequence[Sent]) -> None:
    """Replies and journals of two emulators are equal, one with and one without replies at once."""
    sent = [FROZEN, *requests, JOURNAL]
    assert replies(emulator(), sent) == replies(channels(emulator()), sent)


@pytest.mark.parametrize("request_", TO_VENDORS, ids=str)
def test_requests_to_vendors_are_answered_at_once(request_: Sent) -> None:
    """Unless their space is new, or has a fault."""
    app, space = emulator(), "/~other" if request_.target.startswith("/~") else ""
    scope = _scope(request_.method, request_.target, list(request_.headers))
    assert answered(app, scope, request_.body) is None
    replies(app, [Sent("PUT", f"{space}/_emulator/clock", [JSON], FREEZE)])
    assert answered(app, scope, request_.body) is not None
    added = replies(app, [Sent("POST", f"{space}/_emulator/faults", [JSON], FAULT)])[0]
    assert added[0] == 201, added
    assert answered(app, scope, request_.body) is None


@pytest.mark.parametrize("request_", OTHERS, ids=str)
def test_other_requests_are_not(request_: Sent) -> None:
    """Those to the control API, to an unknown path, from other sites, and those that are too long."""
    scope = _scope(request_.method, request_.target, list(request_.headers))
    assert answered(emulator(), scope, request_.body) is None


def answered(app: Gateway, scope: Scope, body: bytes) -> Reply | None:
    """Return the reply at once. Without one, the scope is as before."""
    own = deepcopy(scope)

    async def ask() -> Reply | None:
        return app.answer_now(own, body)

    reply = asyncio.run(ask())
    assert reply or own == scope
    return reply


# --- on a connection --------------------------------------------------------------------------------------------------

GET = b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"


class Prompt:
    """Answers at once: the method, and the length of the body. Unless it is asked to wait, or has a bug."""

    def __init__(self) -> None:
        self.at_once = 0

    def answer_now(self, scope: Scope, body: bytes) -> Reply | None:
        if scope["path"] == "/wait":
            return None
        if scope["path"] == "/bug":
            raise KeyError("oops")
        self.at_once += 1
        return 200, [(b"content-length", b"4")], b"%04d" % len(body)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        await send({"type": "http.response.start", "status": 202, "headers": [(b"content-length", b"4")]})
        await send({"type": "http.response.body", "body": b"%04d" % len(message["body"])})


def test_a_server_asks_first() -> None:
    """It runs the application as usual if the reply may have to wait, and for a body in parts."""

    async def play() -> None:
        app = Prompt()
        client = Client(ConnectionPool(app))
        await client.send(GET, GET.replace(b"/a", b"/wait"), GET.replace(b"GET", b"HEAD"))
        assert client.statuses == [200, 202, 200]
        assert client.wire.written.endswith(b"\r\n\r\n")
        await client.send(POST % 3 + b"abc")
        assert client.wire.written.endswith(b"0003")
        assert app.at_once == 3
        await client.send(POST % 3, b"abc")
        assert client.wire.written.endswith(b"0003")
        assert app.at_once == 3
        await client.send(GET.replace(b"Host", b"Connection: close\r\nHost"))
        assert client.wire.closing
        assert app.at_once == 3

    run(play)


def test_pipelined_requests_are_answered_in_order() -> None:
    """Those behind the first are answered in turns of their own."""

    async def play() -> None:
        client = Client(ConnectionPool(Prompt()))
        await client.send(b"".join(POST % length + b"x" * length for length in (3, 1, 2)))
        assert [body for _, _, body in client.replies] == [b"0003", b"0001", b"0002"]

    run(play)


def test_a_client_that_does_not_read_gets_no_more() -> None:
    """A reply waits until its client reads."""

    async def play() -> None:
        app = Prompt()
        client = Client(ConnectionPool(app))
        client.protocol.pause_writing()
        await client.send(GET)
        assert client.replies == []
        assert app.at_once == 0
        client.protocol.resume_writing()
        await settled()
        assert client.statuses == [202]

    run(play)


def test_a_bug_is_answered(caplog: pytest.LogCaptureFixture) -> None:
    """With 500, and the connection stays open."""

    async def play() -> None:
        client = Client(ConnectionPool(Prompt()))
        await client.send(GET.replace(b"/a", b"/bug"), GET)
        assert client.statuses == [500, 200]

    run(play)
    assert "oops" in caplog.text


def test_applications_without_the_addition() -> None:
    """Any ASGI application can be served."""
    assert answer_now(channels(Prompt())) is None
