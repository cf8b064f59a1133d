"""What the emulator promises about safety, where no other test holds it; SECURITY.md tells which test holds what."""

import asyncio
import socket
from collections.abc import Callable

import httpx
import pytest

from tests import conftest, offline

ELSEWHERE = "192.0.2.1"
"""An address that no machine has (RFC 5737)."""


# --- nothing leaves this machine --------------------------------------------------------------------------------------


def datagram(host: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unconnected:
        unconnected.sendto(b"", (host, 9))


async def stream(host: str) -> None:
    await asyncio.open_connection(host, 9)


@pytest.mark.parametrize(
    "reach",
    [
        lambda: socket.create_connection((ELSEWHERE, 9)),
        lambda: socket.create_connection(("2001:db8::1", 9)),
        lambda: socket.getaddrinfo("example.com", 80),
        lambda: socket.gethostbyname("localhost.example.com"),
        lambda: datagram(ELSEWHERE),
        lambda: asyncio.run(stream(ELSEWHERE)),
        lambda: httpx.get(f"http://{ELSEWHERE}/"),
        lambda: httpx.get("https://telemetry.example.com/"),
    ],
)
def test_a_test_that_reaches_out_fails(reach: Callable[[], object]) -> None:
    """What leads beyond this machine is stopped; a test whose code takes no notice of that fails all the same."""
    running = conftest.pytest_runtest_call()
    next(running)
    with pytest.raises(offline.Offline, match="beyond this machine"):
        reach()
    with pytest.raises(AssertionError, match="beyond this machine"):
        next(running)
    assert offline.taken() == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_may_be_reached(host: str) -> None:
    """Servers that tests start are called as ever; who is not there refuses by himself."""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, 9))
