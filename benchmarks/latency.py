"""The latency of a busy server: under 500 connections, while new ones arrive all the time.

The emulator and raw uvicorn are measured in turn, round after round. Ratios are taken within a round.
"""

import socket
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from statistics import median
from threading import Event, Thread
from urllib.parse import urlsplit

from benchmarks import load, rates, report
from benchmarks.load import Call
from benchmarks.rates import FLOOR, Running
from benchmarks.subjects import OWN

WORKLOAD = "write"
CONNECTIONS = 500
ARRIVALS = 20
"""How many clients connect at the same time, again and again."""

PAUSE_SECONDS = 0.05
RATIO_MAX = 1.5
"""The goal: how much longer than raw's a p99 may be."""

MEASURED = ("p99_ms", "first_reply_p99_ms")


@dataclass(slots=True)
class Arrivals:
    """Clients that connect, send one request, wait for its reply, and go. ``waits_ms`` is from connect to reply.

    A connection that breaks counts with the time that it took.
    """

    url: str
    call: Call
    waits_ms: list[float] = field(default_factory=list)
    ended: Event = field(default_factory=Event)

    def run(self) -> None:
        address = urlsplit(self.url)
        head = {"Host": address.netloc, "Content-Length": str(len(self.call.body)), **self.call.headers}
        lines = [f"{self.call.method} {self.call.path} HTTP/1.1", *(f"{name}: {head[name]}" for name in head), ""]
        request = "\r\n".join([*lines, self.call.body]).encode()
        while not self.ended.wait(PAUSE_SECONDS):
            began = time.perf_counter()
            with suppress(OSError), socket.create_connection((address.hostname, address.port)) as client:
                client.sendall(request)
                client.recv(65536)
            self.waits_ms.append((time.perf_counter() - began) * 1000)


def measure(rounds: int, seconds: float) -> Sequence[Mapping[str, object]]:
    """Return the medians of the emulator and of raw, and the ratios of the emulator's to raw's."""
    call, reply = rates.sample(WORKLOAD)
    with ExitStack() as stack:
        subjects = [subject for subject in OWN if subject.name in ("emulator", FLOOR)]
        running = [stack.enter_context(rates.started(subject, WORKLOAD, call, reply)) for subject in subjects]
        found = [{one.subject.name: _measured(one, seconds) for one in running} for _ in range(rounds)]
    own, floor = ([one[name] for one in found] for name in ("emulator", FLOOR))
    return [
        {
            "measured": name,
            "emulator": round(median(one[name] for one in own)),
            "raw": round(median(one[name] for one in floor)),
            "ratio": round(median(mine[name] / least[name] for mine, least in zip(own, floor, strict=True)), 2),
        }
        for name in MEASURED
    ]


def text(figures: Sequence[Mapping[str, object]]) -> str:
    """Return the figures as a table."""
    title = {
        "p99_ms": f"p99 of {CONNECTIONS} connections",
        "first_reply_p99_ms": f"p99 from connect to first reply, {ARRIVALS} clients at a time",
    }
    rows = [
        (title[str(one["measured"])], "ms", one["emulator"], one["raw"], one["ratio"], RATIO_MAX) for one in figures
    ]
    return report.table(["latency", "", "emulator", "raw", "ratio", "goal"], rows)


def _measured(one: Running, seconds: float) -> Mapping[str, float]:
    """Put a server under load, and measure how long clients wait, both those that stay and those that come and go."""
    arrivals = [Arrivals(one.server.url, one.call) for _ in range(ARRIVALS)]
    threads = [Thread(target=each.run) for each in arrivals]
    for thread in threads:
        thread.start()
    outcome = load.run(one.server.url, one.call, seconds, CONNECTIONS)
    for each in arrivals:
        each.ended.set()
    for thread in threads:
        thread.join()
    waits = sorted(wait for each in arrivals for wait in each.waits_ms)
    return dict(zip(MEASURED, (outcome.p99_ms, waits[len(waits) * 99 // 100]), strict=True))
