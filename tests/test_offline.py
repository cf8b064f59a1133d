"""Neither tests nor a served emulator reach another machine, except for webhooks to allowed hosts."""

import ast
import asyncio
import socket
from collections.abc import Callable

import httpx
import pytest

from emulator.providers import ALL
from tests import conftest
from tests.support import offline
from tests.test_architecture import MODULES, emulator_imports, imports

ELSEWHERE = "192.0.2.1"
"""An address that no machine has (RFC 5737)."""


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
def test_a_call_to_another_machine_fails_its_test(reach: Callable[[], object]) -> None:
    """A call to another machine is stopped, and the test fails even if its code ignores the error."""
    running = conftest.pytest_runtest_call()
    next(running)
    with pytest.raises(offline.Offline, match="another machine"):
        reach()
    with pytest.raises(AssertionError, match="another machine"):
        next(running)
    assert offline.taken() == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_can_be_reached(host: str) -> None:
    """Connections to this machine are made as usual; one to a closed port is refused."""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, 9))


NETWORK = {"httpx", "requests", "urllib.request", "urllib3", "http.client", "aiohttp", "smtplib", "ftplib"}
CONNECTING = {"connect", "connect_ex", "sendto", "create_connection", "open_connection", "sock_connect"}
OF_EXEC = {"proxy/dialer.py", "exec/outside.py", "exec/hooks/python/sitecustomize.py"}
"""The package that forwards connections of other programs. No served emulator imports it."""


def test_only_one_module_makes_calls() -> None:
    """Of all modules of a served emulator, only the one that posts webhooks can make calls."""
    places = (f"providers/{name}/app{end}.py" for name in ALL for end in ("", "/__init__"))
    served, found = set[str](), ["app.py", "server/server.py", *(place for place in places if place in MODULES)]
    while found:
        name = found.pop()
        served.add(name)
        paths = (module.replace(".", "/").removeprefix("emulator/") for module in emulator_imports(name))
        known = {path for of in paths for path in (f"{of}.py", f"{of}/__init__.py") if path in MODULES}
        found += known - served
    assert len(served) > 100
    assert {name for name in served if any(module in NETWORK for module, _ in imports(MODULES[name]))} == {
        "gateway/post.py"
    }
    attributes = {
        (name, node.attr) for name in MODULES for node in ast.walk(MODULES[name]) if isinstance(node, ast.Attribute)
    }
    databases = {"log/sqlite/sqlite_database.py", "log/shared/postgres_connection.py"}
    assert {name for name, attribute in attributes if attribute in CONNECTING} - databases == OF_EXEC
    assert served & OF_EXEC == set()
