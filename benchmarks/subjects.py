"""The servers that are measured: the emulator, the floor, applications written by hand, and other mock servers."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from benchmarks import fixtures
from benchmarks.load import Call
from benchmarks.workloads import RECORDS, WORKLOADS, MakeCall


@dataclass(frozen=True, slots=True)
class Reply:
    """The emulator's reply: its headers and its body."""

    headers: Sequence[tuple[bytes, bytes]]
    body: bytes


@dataclass(frozen=True, slots=True)
class Setup:
    """How to start a server: its directory and port, and the workload with the emulator's own call and reply.

    Without a workload, only its start is measured.
    """

    directory: Path
    port: int
    workload: str | None
    call: Call
    reply: Reply

    @property
    def path(self) -> str:
        """The path of the call, without its query."""
        return self.call.path.partition("?")[0]

    def write(self, name: str, content: bytes | str) -> Path:
        """Write a file in the server's directory."""
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path


@dataclass(frozen=True, slots=True)
class Start:
    """The command that starts a server."""

    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


def same(client: httpx.Client, call: Call) -> Call:
    """Return the emulator's own call."""
    return call


def no_reason() -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Subject:
    """One server to be measured.

    ``calls`` prepares the server for each workload and returns the call; ``missing`` returns why it cannot be measured
    here.
    """

    name: str
    about: str
    start: Callable[[Setup], Start]
    calls: Mapping[str, MakeCall]
    missing: Callable[[], str | None] = no_reason


# --- the emulator -----------------------------------------------------------------------------------------------------


def start_emulator(setup: Setup) -> Start:
    command = [sys.executable, "-m", "emulator", "serve", "--port", str(setup.port)]
    if setup.workload == "read":
        setup.write("fixtures/oneclickimpact.json", fixtures.oneclickimpact(RECORDS))
        command += ["--fixtures", str(setup.directory / "fixtures")]
    return Start(command)


EMULATOR = Subject(
    "emulator", "this project", start_emulator, {name: workload.call for name, workload in WORKLOADS.items()}
)


# --- hand-written applications ----------------------------------------------------------------------------------------


UVICORN = ["-m", "uvicorn", "--log-level=warning", "--lifespan=off"]
QUIET = [f"--no-{each}" for each in ("access-log", "proxy-headers", "date-header", "server-header")]
"""uvicorn with the least work: no access log, no proxy headers, no headers of its own."""


def served(app: str, setup: Setup) -> Sequence[str]:
    """Return the command that serves one of our applications on uvicorn."""
    return [sys.executable, *UVICORN, *QUIET, f"--port={setup.port}", f"benchmarks.apps.{app}:app"]


def start_constant(setup: Setup) -> Start:
    headers = [(name.decode(), value.decode()) for name, value in setup.reply.headers]
    reply = {"status": setup.call.status, "headers": headers, "body": setup.reply.body.decode()}
    return Start(served("constant", setup), {"BENCH_REPLY": str(setup.write("reply", json.dumps(reply)))})


def start_records(app: str) -> Callable[[Setup], Start]:
    return lambda setup: Start(served(app, setup), {"BENCH_RECORDS": str(RECORDS if setup.workload == "read" else 0)})


def fastapi_missing() -> str | None:
    try:
        import fastapi  # noqa: F401
    except ImportError:
        return "not installed; make bench-peers installs it"
    return None


OWN = [
    EMULATOR,
    Subject("raw", "ASGI, constant bytes, on the same uvicorn", start_constant, dict.fromkeys(WORKLOADS, same)),
    Subject("starlette", "Starlette + pydantic by hand", start_records("bare"), {"write": same, "read": same}),
    Subject("fastapi", "FastAPI by hand", start_records("fast"), {"write": same, "read": same}, fastapi_missing),
]
