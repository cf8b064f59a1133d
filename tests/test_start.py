"""A start is short: a server loads what it is asked for, and nothing else."""

import json
import subprocess
import sys

from emulator.providers import ALL

SERVED = """
import asyncio, json, sys
import emulator.cli.serve, emulator.server.server
from emulator.app import create_app

async def ask(app, path):
    async def receive():
        return {"type": "http.request", "body": b""}
    async def send(message):
        pass
    scope = {"type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "path": path}
    await app(scope | {"query_string": b"", "headers": []}, receive, send)

async def main():
    app = create_app()
    app.courier.start()
    for path in sys.argv[1:]:
        await ask(app, path)
        print(json.dumps(list(sys.modules)))

asyncio.run(main())
"""
"""A server without its port, which tells after each request what has been imported by then."""

HEALTH = "/_emulator/health"
NEEDLESS = {"email_validator", "yaml", "httpx", "requests", "jwt", "cryptography"}
"""What some requests need, and no start."""


def imported_after(*paths: str) -> list[set[str]]:
    """The modules that a process of its own has imported after each request."""
    command = [sys.executable, "-c", SERVED, *paths]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [set(json.loads(line)) for line in told.splitlines()]


def backends(imported: set[str]) -> set[str]:
    return {name for name in ALL if any(module.startswith(f"emulator.providers.{name}.") for module in imported)}


def test_a_start_loads_no_vendor() -> None:
    """Who asks for the server's health, for nobody, or for what is ours, loads no vendor and no library of one."""
    ours = ["/", HEALTH, "/_emulator/requests", "/_emulator/webhooks", "/_emulator/clock", "/~new/_emulator/faults"]
    assert [(backends(imported), imported & NEEDLESS) for imported in imported_after(*ours)] == [(set(), set())] * 6


def test_a_request_loads_the_vendor_that_it_is_for() -> None:
    """Who asks one vendor loads that one, and so does who commands it; its neighbours stay unknown."""
    asked = ["cnaught", "thallo", "oneclickimpact", "carboninsights", "dcycle"]
    paths = [f"/{name}/nowhere" for name in asked[:3]] + [f"/~new/_emulator/state/{name}" for name in asked[3:]]
    known = [backends(imported) for imported in imported_after(*paths, HEALTH)]
    assert known == [set(asked[:count]) for count in (1, 2, 3, 4, 5, 5)]
