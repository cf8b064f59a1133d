"""Generate load with wrk, which has its own core."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import NamedTemporaryFile

SCRIPT = Path(__file__).with_name("load.lua")
CONNECTIONS = 16

CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, CLIENT_CORE = CORES[0], CORES[-1]

UNIQUE = "unique-0000000000"
"""A placeholder in a body or a path for text of the same length that differs in each request."""

UNIQUE_NUMBER = "1000000"
"""A placeholder in a body or a path for a number of the same length that differs in each request."""

UNIQUE_PERIOD = "2000-01-01", "2000-12-31"
"""Placeholders in a body or a path for the days of a period that differs in each request; there are 360,000 of them."""

_loads = count()


class NoLoad(Exception):
    """Nothing can be measured. The message gives the reason."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request to repeat. ``unique`` names a header whose value differs in each request.

    So do UNIQUE, UNIQUE_NUMBER and UNIQUE_PERIOD in its body and its path.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    unique: str | None = None
    status: int = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a load. ``refused`` counts replies of status 400 and up, ``broken`` connections that failed."""

    requests: int
    seconds: float
    p99_ms: float
    refused: int
    broken: int


def check() -> None:
    """Raise NoLoad if wrk is missing."""
    if shutil.which("wrk") is None:
        raise NoLoad("wrk is not installed; on Debian and Ubuntu: apt-get install wrk")


def run(url: str, call: Call, seconds: float, connections: int = CONNECTIONS) -> Outcome:
    """Repeat a call on 16 connections, or another number. wrk runs for whole seconds. Raises NoLoad if it fails."""
    with NamedTemporaryFile(prefix="bench-body-") as body:
        body.write(call.body.encode())
        body.flush()
        wrk = ["wrk", "--threads=1", f"--connections={connections}", f"--duration={max(1, round(seconds))}s"]
        headers = [part for header in call.headers.items() for part in header]
        unique = [call.unique or "", f"{os.getpid()}-{next(_loads)}-"]
        differs = [UNIQUE, UNIQUE_NUMBER, *UNIQUE_PERIOD, *unique]
        command = [*wrk, f"--script={SCRIPT}", url + call.path, "--", call.method, body.name, *differs, *headers]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        return Outcome(**json.loads(done.stdout.splitlines()[-1]))
    except (IndexError, TypeError, ValueError):
        raise NoLoad(f"wrk did not run: {(done.stderr or done.stdout).strip()}") from None
