"""Measure what the capacity model computes with: CPU time, of this process, of a node and of the database."""

import gc
import os
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx

from cluster.capacity import Costs
from cluster.database import Database
from cluster.node import Node
from emulator.cli.data_files import Contents, opened
from emulator.core.clock import LogTime
from emulator.log import image
from emulator.log.log import Append, Proposal
from emulator.log.shared.postgres_log import PostgresLog
from soak import calls
from soak.process_costs import cpu_seconds, cpu_seconds_with_children, resident_bytes

WRITES, CLIENTS = 3000, 16
APPENDS, BATCH = 500, 64
PAYLOAD = b"x" * 500
"""As long as the entry of a small request."""


def measured() -> Costs:
    """Return the costs on this machine."""
    with tempfile.TemporaryDirectory() as directory, Database() as database:
        transaction, append, fetch = _in_database(database)
        node = Node(0, database.new_url(), Path(directory))
        node.start()
        try:
            serve = _served(node)
        finally:
            node.kill()
        follow, load, space_bytes = _applied(node.store)
        return Costs(*(round(cost, 1) for cost in (serve, follow, transaction, append, fetch, load, space_bytes)))


def _in_database(database: Database) -> tuple[float, float, float]:
    """Return what an append, each entry in it, and an entry that is fetched cost the database."""
    with closing(PostgresLog(database.new_url())) as log:
        log.append([Append("one", 0, [Proposal("first", 0, PAYLOAD)])])

        def append(name: str, size: int, rounds: int) -> float:
            def work() -> None:
                for number in range(rounds):
                    proposals = [Proposal(f"{name}-{number}-{n}", 0, PAYLOAD) for n in range(size)]
                    log.append([Append(name, number * size, proposals)])

            return _cpu_of_database(database, work) / rounds

        single, batch = append("single", 1, APPENDS), append("batch", BATCH, APPENDS // 5)
        count = BATCH * (APPENDS // 5)
        fetched = _cpu_of_database(database, lambda: [log.append([Append("batch", 0, [])]) for _ in range(10)])
        entry = max(0.0, (batch - single) / (BATCH - 1))
        return max(0.0, single - entry), entry, fetched / 10 / count


def _cpu_of_database(database: Database, work: Callable[[], object]) -> float:
    """Return the CPU microseconds of the database's processes during some work."""
    before = cpu_seconds_with_children(database.pid)
    work()
    return (cpu_seconds_with_children(database.pid) - before) * 1e6


def _served(node: Node) -> float:
    """Return what a write costs a node that answers it, for several clients at a time."""
    url = node.url

    def write(client: int, count: int, kind: str) -> None:
        with httpx.Client(base_url=str(url), timeout=60) as http:
            for number in range(count):
                call = calls.write("cnaught", f"{calls.TAG}{kind}-{client}-{number}")
                path = f"/~space-{client % 4}{call.path}"
                reply = http.request(call.method, path, headers=call.headers, content=call.body)
                assert reply.status_code == 201, reply.text

    with ThreadPoolExecutor(CLIENTS) as threads:
        list(threads.map(lambda client: write(client, 20, "warm"), range(CLIENTS)))
        before = cpu_seconds(node.pid)
        each = WRITES // CLIENTS
        list(threads.map(lambda client: write(client, each, "timed"), range(CLIENTS)))
    return (cpu_seconds(node.pid) - before) / (each * CLIENTS) * 1e6


def _applied(store: str) -> tuple[float, float, float]:
    """Return what an entry costs that is applied, a record that is loaded, and how many bytes a space takes."""
    with opened(store) as storage:
        contents = Contents(storage, None)
        for _ in contents.load("space-1").run():  # loads the vendor
            pass
        loading = contents.load("space-0")
        began = time.process_time()
        count = sum(1 for _ in loading.run())
        follow = (time.process_time() - began) / count * 1e6
        space = loading.application.spaces.get("space-0")
        taken = image.take(space, 1, LogTime().read())
        for _ in range(2):  # the first one makes the models
            again = contents.load("space-1").application
            began = time.process_time()
            image.restore(again.spaces.get("space-0"), taken, again.time)
            load = (time.process_time() - began) / count * 1e6
        return follow, load, _space_bytes(contents)


def _space_bytes(contents: Contents, spaces: int = 200) -> float:
    """Return the memory of a space in which every vendor has been used."""
    application: Any = contents.load("space-0").application
    gc.collect()
    before, kept = resident_bytes(os.getpid()), []
    for number in range(spaces):
        space = application.spaces.get(f"small-{number}")
        for name in space.world.providers:
            space.backend(name)
        kept.append(space)
    return max(1.0, (resident_bytes(os.getpid()) - before) / spaces)
