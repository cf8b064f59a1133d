"""Start-up: a server loads modules on demand."""

import json
import subprocess
import sys

from emulator.cli.app import COMMANDS
from emulator.providers import ALL

SERVED = """
import asyncio, json, sys
import emulator.cli.serve_command, emulator.server.server
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
"""A server without a port, which prints the imported modules after each request."""

HEALTH = "/_emulator/health"
NEEDLESS = {"email_validator", "yaml", "httpx", "requests", "jwt", "cryptography"}
"""Modules that some requests need, but not the start."""


def imported_after(*paths: str) -> list[set[str]]:
    """Return the modules that a new process has imported after each request."""
    command = [sys.executable, "-c", SERVED, *paths]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [set(json.loads(line)) for line in printed.splitlines()]


def backends(imported: set[str]) -> set[str]:
    return {name for name in ALL if any(module.startswith(f"emulator.providers.{name}.") for module in imported)}


def test_a_start_loads_no_provider() -> None:
    """Health checks, unknown paths and the control API load no provider, and no library for one."""
    paths = ["/", HEALTH, "/_emulator/requests", "/_emulator/webhooks", "/_emulator/clock", "/~new/_emulator/faults"]
    assert [(backends(imported), imported & NEEDLESS) for imported in imported_after(*paths)] == [(set(), set())] * 6


def test_a_request_to_dcycle_loads_only_the_models_of_its_noun() -> None:
    """Its models are the most; those of other nouns are created when they are first needed."""
    models = "emulator.providers.dcycle.wire.incoming."
    paths = ["/dcycle/v1/total-impacts", "/dcycle/v1/invoices"]
    first, second = (
        {name.removeprefix(models) for name in imported if name.startswith(models)}
        for imported in imported_after(*paths)
    )
    assert first == {"fields", "organizations", "parts"}
    assert second - first == {"invoices"}


def test_a_request_loads_only_its_provider() -> None:
    """A request to a vendor, or a control request about it, loads that provider and no other."""
    names = ["cnaught", "thallo", "oneclickimpact", "carboninsights", "dcycle"]
    paths = [f"/{name}/nowhere" for name in names[:3]] + [f"/~new/_emulator/state/{name}" for name in names[3:]]
    known = [backends(imported) for imported in imported_after(*paths, HEALTH)]
    assert known == [set(names[:count]) for count in (1, 2, 3, 4, 5, 5)]


def test_a_command_imports_no_other() -> None:
    """A command is imported when it is called; the server needs one of another only for certificates."""
    code = "import sys; from emulator.cli.app import cli; cli.commands['serve']; print(*sys.modules)"
    imported = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    modules = {f"emulator.cli.{place.partition(':')[0]}" for place in COMMANDS.values()}
    assert modules & {*imported} == {"emulator.cli.app", "emulator.cli.serve_command", "emulator.cli.ca_commands"}
