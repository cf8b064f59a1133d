"""What must hold after a run: one state at all nodes, with everything that was acknowledged in it once."""

import hashlib
import json
from datetime import datetime, timedelta
from time import monotonic, sleep
from typing import Any

import httpx

from cluster.client import START, STEP_SECONDS, Client
from cluster.node import Node
from cluster.receiver import Receiver
from soak import calls

REPLY_SECONDS_MAX = 15
ANSWER_SECONDS_MAX = 30
DELIVERY_SECONDS_MAX = 120
"""How long a webhook may take whose node has ended: until its claim has expired, after 40 seconds, and another look."""


def check(client: Client, nodes: list[Node], receiver: Receiver) -> int:
    """Compare a space on all nodes, and what is in it with what its client knows. Return how often webhooks came again.

    Raises AssertionError.
    """
    wait_for_webhooks(client, nodes[0])
    documents = [[get(node, client.name, path) for path in ("/snapshot", "/webhooks", "/faults")] for node in nodes]
    hashes = {hashlib.sha256(json.dumps(each, sort_keys=True).encode()).hexdigest() for each in documents}
    assert len(hashes) == 1, f"{client.name}: the nodes are in different states"
    snapshot, webhooks, faults = documents[0]
    _check_writes(client, snapshot)
    _check_clock(client, snapshot)
    _check_faults(client, faults["faults"])
    return _check_webhooks(client, snapshot, webhooks["webhooks"], receiver)


def get(node: Node, space: str, path: str) -> Any:
    """Return what the control API of a node says, once it answers."""
    deadline = monotonic() + ANSWER_SECONDS_MAX
    while True:
        reply = httpx.get(f"{node.url}/~{space}/_emulator{path}", timeout=REPLY_SECONDS_MAX, trust_env=False)
        if reply.status_code == 200:
            return reply.json()
        assert monotonic() < deadline, reply.text
        sleep(0.2)


def wait_for_webhooks(client: Client, node: Node) -> None:
    """Wait until every webhook that is due has been delivered."""
    deadline = monotonic() + DELIVERY_SECONDS_MAX
    while waiting := [each for each in get(node, client.name, "/webhooks")["webhooks"] if each["state"] != "delivered"]:
        assert monotonic() < deadline, f"{client.name}: {len(waiting)} webhooks are not delivered: {waiting[0]}"
        sleep(0.5)


def _check_writes(client: Client, snapshot: Any) -> None:
    tags = calls.tags_in(snapshot["memory"])
    lost = [tag for tag in client.acknowledged if tags[tag] != 1]
    assert not lost, f"{client.name}: lost or twice: {lost[:5]}"
    twice = [tag for tag, times in tags.items() if times > 1]
    assert not twice, f"{client.name}: twice: {twice[:5]}"
    assert tags.keys() <= client.tried, f"{client.name}: never sent: {sorted(tags.keys() - client.tried)[:5]}"


def _check_clock(client: Client, snapshot: Any) -> None:
    passed = datetime.fromisoformat(snapshot["clock"]["frozen_at"]) - datetime.fromisoformat(START)
    steps = passed / timedelta(seconds=STEP_SECONDS)
    least, most = client.commands["clock"], client.attempts["clock"]
    assert least <= steps <= most, f"{client.name}: the clock moved {steps} steps, not {least} to {most}"


def _check_faults(client: Client, faults: list[Any]) -> None:
    least, most = client.commands["fault"], client.attempts["fault"]
    assert least <= len(faults) <= most, f"{client.name}: {len(faults)} faults, not {least} to {most}"
    fired = sum(fault["fired"] for fault in faults)
    assert client.faulty <= fired <= len(faults), f"{client.name}: faults fired {fired} times, seen {client.faulty}"


def _check_webhooks(client: Client, snapshot: Any, webhooks: list[Any], receiver: Receiver) -> int:
    orders = snapshot["memory"]["cnaught"]["orders"]
    waiting = {id for id, order in orders.items() if order["callback_url"] == client.receiver_url}
    assert {webhook["subject"] for webhook in webhooks} == waiting, f"{client.name}: not one webhook for each order"
    assert len(webhooks) == len(waiting), f"{client.name}: {len(webhooks)} webhooks for {len(waiting)} orders"
    received = {id: count for (space, id), count in receiver.received.items() if space == client.name}
    assert received.keys() == {webhook["id"] for webhook in webhooks}, f"{client.name}: webhooks were lost or made up"
    for webhook in webhooks:
        outcomes = [attempt["status"] for attempt in webhook["attempts"]]
        assert outcomes == [200], f"{client.name}: {webhook['id']} has the outcomes {outcomes}"
    return sum(received.values()) - len(webhooks)
