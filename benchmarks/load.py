"""Load by wrk, which runs on a core of its own."""

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

_loads = count()


class NoLoad(Exception):
    """Nothing can be measured; the message says why, in one sentence."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request that is made over and over. ``unique`` names a header that is another one each time."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    unique: str | None = None
    status: int = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a load came to. ``refused`` counts replies of status 400 and up, ``broken`` connections that failed."""

    requests: int
    seconds: float
    p99_ms: float
    refused: int
    broken: int


def check() -> None:
    """Raises NoLoad where wrk is missing."""
    if shutil.which("wrk") is None:
        raise NoLoad("wrk makes the load and is not installed; Debian and Ubuntu have it: apt-get install wrk")


def run(url: str, call: Call, seconds: float) -> Outcome:
    """Make a call over and over, on 16 connections at once. wrk counts in whole seconds. Raises NoLoad."""
    with NamedTemporaryFile(prefix="bench-body-") as body:
        body.write(call.body.encode())
        body.flush()
        wrk = ["wrk", "--threads=1", f"--connections={CONNECTIONS}", f"--duration={max(1, round(seconds))}s"]
        headers = [part for header in call.headers.items() for part in header]
        unique = [call.unique or "", f"{os.getpid()}-{next(_loads)}-"]
        command = [*wrk, f"--script={SCRIPT}", url + call.path, "--", call.method, body.name, *unique, *headers]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        return Outcome(**json.loads(done.stdout.splitlines()[-1]))
    except (IndexError, TypeError, ValueError):
        raise NoLoad(f"wrk did not run: {(done.stderr or done.stdout).strip()}") from None
