"""A server in its own process, on its own core. Its costs are read from /proc."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import CLIENT_CORE, SERVER_CORE, NoLoad
from soak import process_costs

ROOT = Path(__file__).parents[1]
START_SECONDS_MAX = 60
IMPORTS = """
import httptools, orjson, starlette.routing, uvicorn, uvloop
from pydantic import AfterValidator, BaseModel, Field
"""
"""What every start uses of the dependencies. Starlette and pydantic by themselves import next to nothing."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, and the time from exec to its first reply."""

    pid: int
    url: str
    start_seconds: float

    def cpu_seconds(self) -> float:
        """Return the CPU time of the process so far, user and system, over all threads."""
        return process_costs.cpu_seconds(self.pid)

    def rss_bytes(self) -> int:
        """Return its resident memory."""
        return process_costs.resident_bytes(self.pid)


def stay_off_the_servers_core() -> None:
    """Move this process, and what it starts except servers, to the client's core."""
    os.sched_setaffinity(0, {CLIENT_CORE})


@contextmanager
def serving(command: Sequence[str], port: int, environment: Mapping[str, str], directory: Path) -> Iterator[Server]:
    """Start a server, wait for its first reply, and end it. Raises NoLoad if it does not start."""
    log = directory / "log"
    with log.open("wb") as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            env={**_environment(), **environment},
            cwd=directory,
            stdout=output,
            stderr=output,
            preexec_fn=lambda: os.sched_setaffinity(0, {SERVER_CORE}),
        )
    try:
        _wait(lambda: _answers(port), process, began, log)
        yield Server(process.pid, f"http://127.0.0.1:{port}", time.perf_counter() - began)
    finally:
        process.kill()
        process.wait()


def import_seconds() -> float:
    """Return how long a new Python process takes to import the emulator's dependencies, on the server's core."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", IMPORTS],
        env=_environment(),
        check=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {SERVER_CORE}),
    )
    return time.perf_counter() - began


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CARBON_EMULATOR_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)  # modules are compiled once, not at every start
    return {**kept, "PYTHONPATH": str(ROOT)}


def _wait(ready: Callable[[], bool], process: "subprocess.Popen[bytes]", began: float, log: Path) -> None:
    while not ready():
        if process.poll() is not None or time.perf_counter() - began > START_SECONDS_MAX:
            raise NoLoad(f"it did not start: {log.read_text(errors='replace').strip()[-300:]}")
        time.sleep(0.001)


def _answers(port: int) -> bool:
    """Return whether a request gets a reply of any status."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=START_SECONDS_MAX) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            return connection.recv(12).startswith(b"HTTP/1.1")
    except OSError:
        return False
