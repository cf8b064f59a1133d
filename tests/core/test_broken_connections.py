"""Faults that break the connection, over a real socket."""

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
    """An emulator on a free port."""
    with Emulator() as running:
        yield running


@pytest.fixture
def space(listening: Emulator) -> Iterator[SpaceHandle]:
    """A fresh space of it."""
    fresh = listening.space()
    yield fresh
    fresh.delete()


@pytest.fixture
def client(space: SpaceHandle) -> Iterator[httpx.Client]:
    """A client of CNaught over a real connection."""
    headers = {"Authorization": f"Bearer {space.cnaught.credentials['api_key']}"}
    with httpx.Client(base_url=space.cnaught.url, headers=headers) as connected:
        yield connected


def raw_reply(space: SpaceHandle) -> bytes:
    """What a socket gets for listing the orders, up to the end of the connection. Raises ConnectionResetError."""
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
    """The client's kernel tells of a reset, and not one byte of a reply comes."""
    space.faults.add("cnaught", when=when, effect={"connection": "reset"})
    with pytest.raises(ConnectionResetError):
        raw_reply(space)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_closed_connection_ends_without_a_reply(space: SpaceHandle, when: str) -> None:
    """The connection ends in good order, before any reply."""
    space.faults.add("cnaught", when=when, effect={"connection": "close"})
    assert raw_reply(space) == b""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_truncated_reply_is_announced_whole(space: SpaceHandle, client: httpx.Client, when: str) -> None:
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
def test_httpx_tells_of_a_broken_connection(
    space: SpaceHandle, client: httpx.Client, connection: str, raised: type[httpx.TransportError]
) -> None:
    """httpx raises its own exception, and its next request goes through."""
    space.faults.add("cnaught", effect={"connection": connection})
    with pytest.raises(raised):
        client.get(ORDERS)
    assert client.get(ORDERS).status_code == 200


@pytest.mark.parametrize("connection", ["reset", "close"])
def test_requests_tells_of_a_broken_connection(space: SpaceHandle, connection: str) -> None:
    """requests raises its own exception."""
    space.faults.add("cnaught", effect={"connection": connection})
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{space.cnaught.url}{ORDERS}", timeout=10)


@pytest.mark.parametrize("connection", ["reset", "close", "truncate"])
def test_an_operation_commits_before_its_connection_breaks(
    space: SpaceHandle, client: httpx.Client, connection: str
) -> None:
    """A fault after the operation takes away the reply and not what was done: the order is there."""
    space.faults.add("cnaught", operation="place_order", when="after", effect={"connection": connection})
    with pytest.raises(httpx.TransportError):
        client.post(ORDERS, json={"amount_kg": 7})
    assert client.get(ORDERS).json()["data"][0]["amount_kg"] == 7
    assert space.requests.matching(operation="place_order")[0]["fault"] == "fault-1"


def test_a_status_before_a_connection_is_cut_short(space: SpaceHandle) -> None:
    """An error can be cut short as well."""
    space.faults.add("cnaught", effect={"status": 503, "body": "x" * 100, "connection": "truncate"})
    reply = raw_reply(space)
    assert reply.startswith(b"HTTP/1.1 503 ")
    assert reply.endswith(b"\r\n\r\n" + b"x" * 50)


@pytest.mark.parametrize("connection", ["reset", "close", "truncate", None])
def test_a_client_that_has_gone_is_no_mistake(
    space: SpaceHandle, client: httpx.Client, connection: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    """A client that does not wait for a delayed reply leaves the server untroubled, and the operation is done."""
    space.faults.add("cnaught", method="POST", when="after", effect={"delay_seconds": 0.1, "connection": connection})
    with caplog.at_level(logging.WARNING), pytest.raises(httpx.ReadTimeout):
        client.post(ORDERS, json={"amount_kg": 7}, timeout=httpx.Timeout(10, read=0.02))
    space.requests.wait(operation="place_order")
    assert client.get(ORDERS).json()["data"][0]["amount_kg"] == 7
    assert caplog.records == []


def test_a_broken_connection_breaks_no_other(space: SpaceHandle, client: httpx.Client) -> None:
    """A connection that another client keeps open stays open."""
    client.get(ORDERS)
    kept = client._transport._pool.connections[0]  # type: ignore[attr-defined]
    space.faults.add("cnaught", effect={"connection": "reset"})
    with pytest.raises(ConnectionResetError):
        raw_reply(space)
    assert client.get(ORDERS).status_code == 200
    assert client._transport._pool.connections == [kept]  # type: ignore[attr-defined]


def test_nothing_is_logged(space: SpaceHandle, caplog: pytest.LogCaptureFixture) -> None:
    """What was asked for is no warning."""
    with caplog.at_level(logging.WARNING):
        for connection in ("reset", "close", "truncate"):
            space.faults.add("cnaught", effect={"connection": connection})
            with pytest.raises(httpx.TransportError):
                httpx.get(f"{space.cnaught.url}{ORDERS}")
    assert caplog.records == []
