"""Fill the disk of a server under load: it refuses what it cannot store, and goes on by itself once there is room."""

import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from time import sleep
from typing import Any

import httpx

from crash.run import Load, Plan, loaded
from crash.small_disk import SmallDisk

MEGABYTES = 48
"""Room for a server's log, and for the free pages that its database keeps."""

LEFT_BYTES_MAX = 200_000
SECONDS_MAX = 60.0
KILL_SHARE = 0.4
"""The share of rounds in which the server ends while the disk is full."""


class NotServing(AssertionError):
    """The server does not do what a full disk demands."""


def run_on_full_disk(plan: Plan, rounds: int, directory: Path, log: Callable[[str], object] = lambda _: None) -> str:
    """Fill the disk again and again, and return a report. Raises Differs, NotServing, and OSError without a mount."""
    random = Random(plan.seed)
    plan = replace(plan, kills=0)
    with SmallDisk(directory / "disk", MEGABYTES) as disk, loaded(plan, disk.path / "data", directory / "log") as load:
        for number in range(rounds):
            if not load.wait_for_replies(plan.spaces, SECONDS_MAX):
                raise NotServing("no replies before the disk is full")
            disk.fill(random.randrange(LEFT_BYTES_MAX))
            _check_refusals(load)
            if random.random() < KILL_SHARE:
                load.server.end(random.choice([signal.SIGKILL, signal.SIGTERM]))
                disk.free()
                load.server.start()
            else:
                sleep(random.uniform(0, 1))
                disk.free()
            if not load.wait(lambda: _health(load).get("status") == "ok", SECONDS_MAX):
                raise NotServing(f"it does not go on after the disk was full: {_health(load)}")
            log(f"round {number + 1} of {rounds}: {load.refused:,} requests refused")
    return (
        f"{rounds} times a full disk: {load.refused:,} requests refused with 503 and Retry-After, "
        f"{load.acknowledged:,} replies equal to those of a server with room; nothing lost, all states equal"
    )


def _check_refusals(load: Load) -> None:
    """Wait until the disk is full for the server too: it refuses writes, and its health says why."""
    refused = load.refused
    if not load.wait(lambda: load.refused > refused, SECONDS_MAX):
        raise NotServing("a full disk, and everything is stored")
    if not load.wait(lambda: "cannot store" in _health(load).get("error", ""), SECONDS_MAX):
        raise NotServing(f"health does not name the full disk: {_health(load)}")


def _health(load: Load) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(
        f"{load.server.url}/_emulator/health", timeout=SECONDS_MAX, trust_env=False
    ).json()
    return found
