"""What it costs to store spaces, to serve them with several workers, and to share them between nodes.

Costs are CPU time of the server's processes for each request, since rates on a shared machine say little. Servers that
are compared are measured in turn, round after round; ratios are taken within a round, and the median is reported.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from benchmarks import load
from benchmarks.load import Call, NoLoad
from benchmarks.process import Server, serving
from benchmarks.workloads import BEARER, ORDER
from cluster.database import Database, binaries
from cluster.ports import free_port
from emulator.app import create_app
from emulator.space.share import Share
from soak.process_costs import cpu_seconds_with_children

ORDERS = Call("GET", "/cnaught/v1/orders?limit=5", BEARER)
CONNECTIONS = (1, 16, 64)
AIMS = {"write, 64 connections": 1.5, "read, 16 connections": 1.1}
"""The ratios to a server in memory that are aimed at."""

LOADED_SECONDS = 1.0
"""The aim for the first request to a space of 100,000 records after a restart."""

HANDED_OVER, HANDED_OVER_ROUNDS = 100, 21
"""Requests of a round, and rounds."""

NODES = 3


def measure(rounds: int, seconds: float, records: int, log: Callable[[str], object]) -> Mapping[str, Any]:
    """Measure everything that this machine can. What it cannot is left out, with the reason."""
    log("a directory against memory")
    found: dict[str, Any] = {"directory": _directory(rounds, seconds)}
    log(f"a space of {records:,} records after a restart")
    elapsed, cpu = first_request(records)
    first = {"records": records, "seconds": round(elapsed, 3), "cpu_seconds": round(cpu, 3)}
    found["first_request"] = {**first, "aim": LOADED_SECONDS}
    log("workers")
    found["workers"] = _workers(rounds, seconds)
    log("nodes")
    found["nodes"] = _nodes(rounds, seconds) if binaries() else {"left_out": "PostgreSQL is not installed"}
    return found


# --- servers


@contextmanager
def server(*options: str) -> Iterator[Server]:
    """Run an emulator with some options, on the server's core."""
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        port, home = free_port(), Path(directory)
        given = [option.replace("DIR", str(home / "data")) for option in options]
        command = [sys.executable, "-m", "emulator", "serve", "--port", str(port), *given]
        with serving(command, port, {}, home) as running:
            yield running


def cpu_seconds(running: Server) -> float:
    """Return the CPU time of a server with its workers, and with the processes that write its snapshots."""
    return cpu_seconds_with_children(running.pid)


def cost_us(running: Server, call: Call, seconds: float, connections: int = load.CONNECTIONS) -> float:
    """Return the CPU microseconds of a request. Raises NoLoad if any fails."""
    before = cpu_seconds(running)
    outcome = load.run(running.url, call, seconds, connections)
    if outcome.refused or outcome.broken:
        raise NoLoad(f"{outcome.refused + outcome.broken} of {outcome.requests} requests to {call.path} failed")
    return (cpu_seconds(running) - before) / outcome.requests * 1e6


def _in_turn(
    servers: Sequence[Server], call: Call, rounds: int, seconds: float, connections: int
) -> tuple[list[float], float]:
    """Return the median cost at each server, and the median ratio of the last one to the first one."""
    taken = [[cost_us(each, call, seconds, connections) for each in servers] for _ in range(rounds)]
    costs = [round(median(column), 1) for column in zip(*taken, strict=True)]
    return costs, round(median(row[-1] / row[0] for row in taken), 2)


# --- what is measured


def _directory(rounds: int, seconds: float) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = []
    with server() as memory, server("--data", "DIR") as stored:
        for name, call in (("write", ORDER), ("read", ORDERS)):
            for connections in CONNECTIONS:
                title = f"{name}, {connections} connection{'s' if connections > 1 else ''}"
                costs, ratio = _in_turn([memory, stored], call, rounds, seconds, connections)
                row = {"title": title, "memory_us": costs[0], "directory_us": costs[1], "ratio": ratio}
                rows.append({**row, "aim": AIMS.get(title)})
    return rows


def first_request(records: int) -> tuple[float, float]:
    """Return how long the first request to a stored space takes after a restart, and the server's CPU time."""
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        data = Path(directory) / "data"
        asyncio.run(_fill(data, records))
        port = free_port()
        command = [sys.executable, "-m", "emulator", "serve", "--port", str(port), "--data", str(data)]
        with serving(command, port, {}, Path(directory)) as running, httpx.Client(timeout=60) as http:
            http.get(f"{running.url}/~other/cnaught/v1/orders?limit=5", headers=BEARER)  # loads the vendor
            began, before = time.perf_counter(), cpu_seconds(running)
            assert http.get(f"{running.url}/~full/cnaught/v1/orders?limit=5", headers=BEARER).status_code == 200
            return time.perf_counter() - began, cpu_seconds(running) - before


async def _fill(data: Path, records: int) -> None:
    app = create_app(data=data)
    await app.start()
    headers = [
        (name.lower().encode(), value.encode()) for name, value in {**ORDER.headers, "Host": "localhost"}.items()
    ]
    scope = {"type": "http", "http_version": "1.1", "method": "POST", "scheme": "http", "query_string": b""}
    scope |= {"path": "/~full/cnaught/v1/orders", "raw_path": b"/~full/cnaught/v1/orders", "headers": headers}

    async def receive() -> Any:
        return {"type": "http.request", "body": b'{"amount_kg": 1}', "more_body": False}

    async def send(_: Any) -> None:
        """Drop the reply."""

    for _ in range(0, records, 100):
        await asyncio.gather(*(app(dict(scope), receive, send) for _ in range(100)))
    await app.stop()


def _workers(rounds: int, seconds: float) -> Mapping[str, Any]:
    with server() as one, server("--workers", "2") as two:
        costs, ratio = _in_turn([one, two], ORDER, rounds, seconds, 16)
        direct, handed = _handed_over(two)
    return {
        "one_us": costs[0],
        "two_us": costs[1],
        "ratio": ratio,
        "direct_us": round(direct, 1),
        "handed_over_us": round(handed, 1),
    }


def _handed_over(running: Server) -> tuple[float, float]:
    """Return the microseconds of a request on one connection: always to one worker, and to both in turn."""
    names = [next(name for name in map(str, range(100)) if Share(worker, 2).owns(name)) for worker in range(2)]
    with httpx.Client(base_url=running.url, headers=BEARER) as http:
        taken = [(_mean(http, names[:1] * 2), _mean(http, names)) for _ in range(HANDED_OVER_ROUNDS)]
    direct, handed = (median(column) for column in zip(*taken, strict=True))
    return direct, handed


def _mean(http: httpx.Client, names: Sequence[str]) -> float:
    for name in names:
        assert http.get(f"/~{name}/cnaught/v1/orders?limit=5").status_code == 200
    began = time.perf_counter()
    for number in range(HANDED_OVER):
        http.get(f"/~{names[number % 2]}/cnaught/v1/orders?limit=5")
    return (time.perf_counter() - began) / HANDED_OVER * 1e6


def _nodes(rounds: int, seconds: float) -> Mapping[str, Any]:
    """Compare one node on PostgreSQL with three. The nodes share a core; what counts is what a request costs them."""
    with Database() as database, ExitStack() as stack:
        nodes = [stack.enter_context(server("--store", database.url)) for _ in range(NODES)]
        taken = [(cost_us(nodes[0], ORDER, seconds, 16), _of_all(nodes, seconds)) for _ in range(rounds)]
    ratio = median(three / one for one, three in taken)
    one, three = (round(median(column), 1) for column in zip(*taken, strict=True))
    return {"one_us": one, "three_us": three, "ratio": round(ratio, 2)}


def _of_all(nodes: Sequence[Server], seconds: float) -> float:
    """Return the CPU microseconds of a request at each node in turn, over all nodes: each applies what others wrote."""
    before, requests = sum(map(cpu_seconds, nodes)), 0
    for node in nodes:
        requests += load.run(node.url, ORDER, seconds, 16).requests
    return (sum(map(cpu_seconds, nodes)) - before) / requests * 1e6


# --- as text


def text(figures: Mapping[str, Any]) -> str:
    """Return the figures as tables."""
    lines = ["| CPU µs a request | in memory | --data | ratio | aim |", "| --- | ---: | ---: | ---: | ---: |"]
    for row in figures["directory"]:
        aim = row["aim"] or ""
        lines.append(f"| {row['title']} | {row['memory_us']} | {row['directory_us']} | {row['ratio']} | {aim} |")
    first, workers, nodes = figures["first_request"], figures["workers"], figures["nodes"]
    lines.append(
        f"\nFirst request to a stored space of {first['records']:,} records after a restart: {first['seconds']} s, "
        f"{first['cpu_seconds']} s of CPU (aim: {first['aim']:g})."
    )
    lines.append(
        f"Workers, CPU µs a write: one {workers['one_us']}, two {workers['two_us']} (ratio {workers['ratio']}; the "
        f"load generator shares the machine). One connection, µs a request: always to one worker "
        f"{workers['direct_us']}, to both in turn, handed over each time, {workers['handed_over_us']}."
    )
    if "left_out" in nodes:
        lines.append(f"Nodes on PostgreSQL: not measured, {nodes['left_out']}.")
    else:
        lines.append(
            f"Nodes on PostgreSQL, CPU µs a write in all nodes: one node {nodes['one_us']}, three nodes, where each "
            f"applies what the others wrote, {nodes['three_us']} (ratio {nodes['ratio']})."
        )
    return "\n".join(lines) + "\n"
