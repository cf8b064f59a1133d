"""Faults that break a connection, over a real socket."""

import logging
import socket
from collections.abc import Iterator

import httpx
import pytest
import requests

from emulator import Emulator
from emulator.client.handles import SpaceHandle

ORDERS = "/v1/orders"


@pytest.fixture(scope="module")
def listening() -> Iterator[Emulator]:
    """Run an emulator on a free port."""
    with Emulator() as running:
        yield running


@pytest.fixture
def space(listening: Emulator) -> Iterator[SpaceHandle]:
    """Return a fresh space."""
    fresh = listening.space()
    yield fresh
    fresh.delete()


@pytest.fixture
def client(space: SpaceHandle) -> Iterator[httpx.Client]:
    """Return a client of CNaught over a real connection."""
    headers = {"Authorization": f"Bearer {space.cnaught.credentials['api_key']}"}
    with httpx.Client(base_url=space.cnaught.url, headers=headers) as connected:
        yield connected


def raw_reply(space: SpaceHandle) -> bytes:
    """Return all bytes that a socket receives when it lists the orders. Raise ConnectionResetError on a reset."""
    url = httpx.URL(space.cnaught.url)
    assert url.port
    key = space.cnaught.credentials["api_key"]
    lines = [f"GET {url.path}{ORDERS} HTTP/1.1", f"Host: {url.host}", f"Authorization: Bearer {key}", "", ""]
    with socket.create_connection((url.host, url.port), timeout=10) as connection:
        connection.sendall("\r\n".join(lines).encode())
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
        return b"".join(parts)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_reset_ends_with_an_error(space: SpaceHandle, when: str) -> None:
    """The client sees a connection reset and receives no byte of a reply."""
    space.faults.add("cnaught", when=when, effect={"connection": "reset"})
    with pytest.raises(ConnectionResetError):
        raw_reply(space)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_closed_connection_ends_without_a_reply(space: SpaceHandle, when: str) -> None:
    """The connection is closed normally, before any reply."""
    space.faults.add("cnaught", when=when, effect={"connection": "close"})
    assert raw_reply(space) == b""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_truncated_reply_declares_its_full_length(space: SpaceHandle, client: httpx.Client, when: str) -> None:
    """A truncated reply has all its headers and half its body."""
    whole = client.get(ORDERS)
    space.faults.add("cnaught", when=when, effect={"connection": "truncate"})
    head, _, body = raw_reply(space).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert f"content-length: {len(whole.content)}".encode() in head
    assert body == whole.content[: len(whole.content) // 2]


@pytest.mark.parametrize(
    ("connection", "raised"),
    [
        ("reset", httpx.ReadError),
        ("close", httpx.RemoteProtocolError),
        ("truncate", httpx.RemoteProtocolError),
    ],
)
def test_httpx_raises_on_a_broken_connection(
    space: SpaceHandle, client: httpx.Client, connection: str, raised: type[httpx.TransportError]
) -> None:
    """httpx raises its own exception, and its next request succeeds."""
    space.faults.add("cnaught", effect={"connection": connection})
    with pytest.raises(raised):
        client.get(ORDERS)
    assert client.get(ORDERS).status_code == 200


@pytest.mark.parametrize("connection", ["reset", "close"])
def test_requests_raises_on_a_broken_connection(space: SpaceHandle, connection: str) -> None:
    """requests raises its own exception."""
    space.faults.add("cnaught", effect={"connection": connection})
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{space.cnaught.url}{ORDERS}", timeout=10)


@pytest.mark.parametrize("connection", ["reset", "close", "truncate"])
def test_an_operation_commits_before_its_connection_breaks(
    space: SpaceHandle, client: httpx.Client, connection: str
) -> None:
    """A fault after the operation removes only the reply: the order exists."""
    space.faults.add("cnaught", operation="place_order", when="after", effect={"connection": connection})
    with pytest.raises(httpx.TransportError):
        client.post(ORDERS, json={"amount_kg": 7})
    assert client.get(ORDERS).json()["data"][0]["amount_kg"] == 7
    assert space.requests.matching(operation="place_order")[0]["fault"] == "fault-1"


def test_an_error_reply_can_be_truncated(space: SpaceHandle) -> None:
    """A reply with a fault's status can be truncated."""
    space.faults.add("cnaught", effect={"status": 503, "body": "x" * 100, "connection": "truncate"})
    reply = raw_reply(space)
    assert reply.startswith(b"HTTP/1.1 503 ")
    assert reply.endswith(b"\r\n\r\n" + b"x" * 50)


@pytest.mark.parametrize("connection", ["reset", "close", "truncate", None])
def test_a_disconnected_client_causes_no_warning(
    space: SpaceHandle, client: httpx.Client, connection: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    """A client that disconnects during a delay causes no log message, and its operation is performed."""
    space.faults.add("cnaught", method="POST", when="after", effect={"delay_seconds": 0.1, "connection": connection})
    with caplog.at_level(logging.WARNING), pytest.raises(httpx.ReadTimeout):
        client.post(ORDERS, json={"amount_kg": 7}, timeout=httpx.Timeout(10, read=0.02))
    space.requests.wait(operation="place_order")
    assert client.get(ORDERS).json()["data"][0]["amount_kg"] == 7
    assert caplog.records == []


def test_breaking_a_connection_leaves_others_open(space: SpaceHandle, client: httpx.Client) -> None:
    """Another client's open connection stays open."""
    client.get(ORDERS)
    open_connection = client._transport._pool.connections[0]  # type: ignore[attr-defined]
    space.faults.add("cnaught", effect={"connection": "reset"})
    with pytest.raises(ConnectionResetError):
        raw_reply(space)
    assert client.get(ORDERS).status_code == 200
    assert client._transport._pool.connections == [open_connection]  # type: ignore[attr-defined]


def test_a_planned_break_is_not_logged(space: SpaceHandle, caplog: pytest.LogCaptureFixture) -> None:
    """A break that a fault requested causes no warning."""
    with caplog.at_level(logging.WARNING):
        for connection in ("reset", "close", "truncate"):
            space.faults.add("cnaught", effect={"connection": connection})
            with pytest.raises(httpx.TransportError):
                httpx.get(f"{space.cnaught.url}{ORDERS}")
    assert caplog.records == []
