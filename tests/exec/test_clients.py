"""Real clients, unchanged, with the vendors' production hosts: the emulator answers each in every mode it should."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from emulator import Emulator
from emulator.exec.isolation import can_isolate
from tests.exec.clients import CLIENTS, CNAUGHT_KEY, ONECLICKIMPACT_KEY, PAGE, Client, missing, page

SECONDS_MAX = 120
ALL = bool(os.environ.get("EXEC_CLIENTS"))

KNOWN = {CNAUGHT_KEY: ("cnaught", "api_key"), ONECLICKIMPACT_KEY: ("oneclickimpact", "api_key")}


@pytest.fixture(scope="module")
def shared() -> Iterator[Emulator]:
    """Run a server for all clients, which answers them in its space ``clients``."""
    with Emulator() as running:
        yield running


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return a user's environment, without the machine's proxies."""
    proxies = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
    kept = {name: value for name, value in os.environ.items() if name.lower() not in proxies}
    return kept | {"XDG_DATA_HOME": str(tmp_path_factory.mktemp("data"))}


@pytest.mark.parametrize(
    ("client", "mode"),
    [pytest.param(client, mode, id=f"{client.id}-{mode}") for client in CLIENTS for mode in client.modes],
)
def test_a_client_is_answered(client: Client, mode: str, shared: Emulator, environment: dict[str, str]) -> None:
    """The client prints what the emulator answers, and the emulator's journal has its request."""
    if client.needs and not ALL:
        pytest.skip("only EXEC_CLIENTS=1 runs all clients: they take minutes")
    if lacks := missing(client):
        pytest.skip(f"this machine has no {lacks}")
    if mode == "isolated" and not can_isolate():
        pytest.skip("this system lets this user make no namespaces")
    space = shared.space("clients")
    space.reset()
    command = [_credential(shared, word) for word in client.command]
    options = ["--quiet", "--mode", mode, "--url", shared.url, "--space", "clients"]
    done = subprocess.run(
        [sys.executable, "-m", "emulator", "exec", *options, "--", *command],
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        env=environment,
    )
    assert done.stdout.strip() == client.prints, done.stderr
    assert space.control("GET", "/requests")["requests"] != []


def test_the_table_of_the_documentation_is_current() -> None:
    """The page lists the modes in which each client is answered."""
    assert PAGE.read_text() == page(), "run: python -m tests.exec.clients"


def _credential(shared: Emulator, word: str) -> str:
    if word not in KNOWN:
        return word
    provider, name = KNOWN[word]
    value: str = getattr(shared.space("clients"), provider).credentials[name]
    return value
