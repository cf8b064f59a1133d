"""One run: clients that use any node, disturbances among them, and what must hold."""

import hashlib
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from random import Random
from time import monotonic, sleep
from typing import Any

import httpx

from cluster.database import Database
from cluster.node import Node
from cluster.relay import Relay
from soak import calls

NODES, SPACES = 3, 6
REPLY_SECONDS_MAX = 15


class Client:
    """Writes to one space, at any node, and repeats with the same idempotency key what was not acknowledged."""

    def __init__(self, name: str, nodes: list[Node], seed: int) -> None:
        self.name = name
        self.nodes = nodes
        self.random = Random(f"{seed} {name}")
        self.acknowledged: list[str] = []
        self.longest = 0.0

    def run(self, stop: threading.Event) -> None:
        number = 0
        with httpx.Client(timeout=REPLY_SECONDS_MAX, trust_env=False) as http:
            while not stop.is_set():
                number += 1
                began, tag = monotonic(), f"{calls.TAG}{self.name}-{number}"
                while not self._write(http, tag):
                    if stop.is_set():
                        return
                    sleep(0.02)
                self.acknowledged.append(tag)
                self.longest = max(self.longest, monotonic() - began)

    def _write(self, http: httpx.Client, tag: str) -> bool:
        url, ask = self.random.choice(self.nodes).url, calls.write("cnaught", tag)
        if url is None:
            return False
        headers = {"Host": "localhost", **ask.headers}
        try:
            path = f"{url}/~{self.name}{ask.path}"
            reply = http.request(ask.method, path, headers=headers, content=ask.body, timeout=3)
        except httpx.TransportError:
            return False
        assert reply.status_code in (201, 503), f"{reply.status_code}: {reply.text}"
        return reply.status_code == 201


def run(seconds: float, seed: int, directory: Path, tell: Callable[[str], object] = lambda _: None) -> str:
    """Run for some time, and return a report. Raises AssertionError if anything is lost, twice or different."""
    random, stop = Random(seed), threading.Event()
    with ExitStack() as stack:
        primary = stack.enter_context(Database())
        standby = stack.enter_context(Database(standby_of=primary))
        primary.query("ALTER SYSTEM SET synchronous_standby_names = '*'")
        primary.query("SELECT pg_reload_conf()")
        relays = [Relay(primary.port) for _ in range(NODES)]
        nodes = [Node(number, _store(relay, standby), directory) for number, relay in enumerate(relays)]
        for node in nodes:
            stack.callback(node.kill)
            node.start()
        clients = [Client(f"space-{number}", nodes, seed) for number in range(SPACES)]
        with ThreadPoolExecutor(SPACES) as threads:
            stack.callback(stop.set)
            running = [threads.submit(client.run, stop) for client in clients]
            try:
                deadline = monotonic() + seconds
                while monotonic() < deadline:
                    tell(_disturb(random, nodes, relays))
                tell("kill the primary, promote the standby")
                primary.kill()
                standby.promote()
                before = _acknowledged(clients)
                sleep(4)
                tell(_disturb(random, nodes, []))
                sleep(1)
            finally:
                stop.set()
            for each in running:
                each.result()
        assert _acknowledged(clients) > before, "nothing was acknowledged after the failover"
        for client in clients:
            _check(client, nodes)
        for relay in relays:
            relay.close()
    count, longest = _acknowledged(clients), max(client.longest for client in clients)
    return (
        f"{count:,} acknowledged writes, each there once; the states of all {NODES} nodes are equal; "
        f"longest time without an answer: {longest:.1f} seconds"
    )


def _acknowledged(clients: list[Client]) -> int:
    return sum(len(client.acknowledged) for client in clients)


def _store(relay: Relay, standby: Database) -> str:
    hosts = f"127.0.0.1:{relay.port},127.0.0.1:{standby.port}"
    return f"postgresql://postgres@{hosts}/postgres?target_session_attrs=read-write"


def _disturb(random: Random, nodes: list[Node], relays: list[Relay]) -> str:
    """Disturb a node for a moment, and return how."""
    number = random.randrange(NODES)
    kind = random.choice(["kill", "pause", "cut"] if relays else ["kill", "pause"])
    if kind == "kill":
        nodes[number].kill()
        sleep(0.5)
        nodes[number].start()
    elif kind == "pause":
        nodes[number].pause()
        sleep(random.uniform(0.5, 3))
        nodes[number].go_on()
    else:
        relays[number].cut()
        sleep(random.uniform(0.2, 2))
        relays[number].mend()
    sleep(random.uniform(0.5, 1.5))
    return f"{kind} node {number}"


def _check(client: Client, nodes: list[Node]) -> None:
    """Compare a space on all nodes, and what is written in it with what was acknowledged."""
    snapshots = [_snapshot(node, client.name) for node in nodes]
    hashes = {hashlib.sha256(json.dumps(each, sort_keys=True).encode()).hexdigest() for each in snapshots}
    assert len(hashes) == 1, f"{client.name}: the nodes are in different states"
    tags = calls.tags_in(snapshots[0]["memory"])
    lost = [tag for tag in client.acknowledged if tags.get(tag, 0) != 1]
    assert not lost, f"{client.name}: lost or twice: {lost[:5]}"
    twice = [tag for tag, times in tags.items() if times > 1]
    assert not twice, f"{client.name}: twice: {twice[:5]}"


def _snapshot(node: Node, space: str) -> dict[str, Any]:
    deadline = monotonic() + 30
    while True:
        reply = httpx.get(f"{node.url}/~{space}/_emulator/snapshot", timeout=REPLY_SECONDS_MAX, trust_env=False)
        if reply.status_code == 200:
            found: dict[str, Any] = reply.json()
            return found
        assert monotonic() < deadline, reply.text
        sleep(0.2)
