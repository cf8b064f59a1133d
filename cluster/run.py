"""One run: clients that use any node, disturbances among them, and what must hold."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from random import Random
from time import monotonic, sleep

import httpx

from cluster.client import Client
from cluster.database import Database
from cluster.node import Node
from cluster.receiver import Receiver
from cluster.relay import Relay
from cluster.verdict import check
from soak import calls

NODES, SPACES = 3, 6
REPLY_SECONDS_MAX = 15


def run(seconds: float, seed: int, directory: Path, log: Callable[[str], object] = lambda _: None) -> str:
    """Run for some time, and return a report. Raises AssertionError if anything is lost, twice or different."""
    random, stop = Random(seed), threading.Event()
    with ExitStack() as stack:
        primary = stack.enter_context(Database())
        standby = stack.enter_context(Database(standby_of=primary))
        primary.query("ALTER SYSTEM SET synchronous_standby_names = '*'")
        primary.query("SELECT pg_reload_conf()")
        receiver = stack.enter_context(Receiver())
        relays = [Relay(primary.port) for _ in range(NODES)]
        nodes = [Node(number, _store(relay, standby), directory) for number, relay in enumerate(relays)]
        for node in nodes:
            stack.callback(node.kill)
            node.start()
        clients = [Client(f"space-{number}", nodes, seed, receiver.url) for number in range(SPACES)]
        with ThreadPoolExecutor(SPACES) as threads:
            stack.callback(stop.set)
            running = [threads.submit(client.run, stop) for client in clients]
            try:
                disturbances = _disturb_all(seconds, random, running, nodes, relays, log)
                log("kill the primary, promote the standby")
                primary.kill()
                standby.promote()
                before = _acknowledged(clients)
                sleep(4)
                log(_disturb(random, nodes, []))
                sleep(1)
            finally:
                stop.set()
            for each in running:
                each.result()
        assert _acknowledged(clients) > before, "nothing was acknowledged after the failover"
        again = _end(clients, nodes, receiver, log)
        assert again <= (disturbances + 2) * SPACES, f"{again} webhooks came again, after {disturbances} disturbances"
        for relay in relays:
            relay.close()
    return _report(clients, receiver, again)


def _disturb_all(
    seconds: float,
    random: Random,
    running: list[Future[None]],
    nodes: list[Node],
    relays: list[Relay],
    log: Callable[[str], object],
) -> int:
    """Disturb the nodes for some time. Return how often. Raises what a client has found."""
    deadline, count = monotonic() + seconds, 0
    while monotonic() < deadline:
        log(_disturb(random, nodes, relays))
        count += 1
        if failed := next((each for each in running if each.done()), None):
            failed.result()
    return count


def _end(clients: list[Client], nodes: list[Node], receiver: Receiver, log: Callable[[str], object]) -> int:
    """Fulfil every order, and check every space. Return how many webhooks came again after a disturbance.

    Then, without disturbances, every further webhook must come once.
    """
    stop = threading.Event()
    with httpx.Client(timeout=REPLY_SECONDS_MAX, trust_env=False) as http:
        again = []
        for of_run in (True, False):
            for client in clients:
                if not of_run:
                    client.write_with_webhook(http, stop)
                    client.write_with_webhook(http, stop)
                client.advance(http, stop)
            log("check all spaces" if of_run else "check them again, after webhooks without a disturbance")
            again.append(sum(check(client, nodes, receiver) for client in clients))
    assert again[0] == again[1], f"{again[1] - again[0]} webhooks came again, without a disturbance"
    return again[0]


def _report(clients: list[Client], receiver: Receiver, again: int) -> str:
    commands = sum(sum(client.commands.values()) for client in clients)
    return (
        f"{_acknowledged(clients):,} acknowledged writes at {len(calls.VENDORS)} vendors, each there once; "
        f"{commands:,} commands and {sum(client.faulty for client in clients):,} faults, each in effect once; "
        f"{len(receiver.received):,} webhooks, each received, and {again} of them again after a disturbance; "
        f"the states of all {NODES} nodes are equal; "
        f"longest time without an answer: {max(client.longest for client in clients):.1f} seconds"
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
