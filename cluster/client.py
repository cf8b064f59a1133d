"""A client of the cluster: it uses one space at any node, and repeats what was not acknowledged."""

import json
import threading
from collections import Counter
from dataclasses import replace
from random import Random
from time import monotonic, sleep

import httpx

from cluster.node import Node
from soak import calls
from soak.calls import Call

REPLY_SECONDS_MAX = 3
COMMAND = "/_emulator"
START = "2026-01-01T00:00:00Z"
STEP_SECONDS = 60
FULFILMENT_SECONDS = 30
"""Each step of the clock fulfils all orders, so that their webhooks are due."""

FAULT = 418
"""The status of the faults, which no vendor returns."""

PAUSE_SECONDS = 0.02


class Client:
    """Writes at all vendors, reads, moves the clock and adds faults.

    ``acknowledged`` are the tags of writes, and ``tried`` those that may be there too. ``commands`` and ``attempts``
    count the commands that were acknowledged and sent, by kind; ``faulty`` counts the replies that a fault replaced.
    ``longest`` is the longest time without an answer.
    """

    def __init__(self, name: str, nodes: list[Node], seed: int, receiver_url: str) -> None:
        self.name = name
        self.nodes = nodes
        self.random = Random(f"{seed} {name}")
        self.receiver_url = f"{receiver_url}/{name}"
        self.acknowledged: list[str] = []
        self.tried: set[str] = set()
        self.commands: Counter[str] = Counter()
        self.attempts: Counter[str] = Counter()
        self.faulty = 0
        self.longest = 0.0
        self._number = 0

    def run(self, stop: threading.Event) -> None:
        with httpx.Client(timeout=REPLY_SECONDS_MAX, trust_env=False) as http:
            self._do(http, stop, _command("PUT", "/clock", {"now": START, "frozen": True}))
            self._do(http, stop, _command("PATCH", "/settings/cnaught", {"fulfilment_seconds": FULFILMENT_SECONDS}))
            while not stop.is_set():
                self._next(http, stop)

    def write_with_webhook(self, http: httpx.Client, stop: threading.Event) -> None:
        """Place an order, of whose fulfilment CNaught calls back."""
        tag = self._tag()
        order = calls.write("cnaught", tag)
        body = {**json.loads(order.body), "notification_config": {"url": self.receiver_url}}
        self._write(http, stop, replace(order, body=json.dumps(body).encode()))

    def advance(self, http: httpx.Client, stop: threading.Event) -> None:
        """Move the clock on."""
        self._count(http, stop, "clock", _command("POST", "/clock/advance", {"seconds": STEP_SECONDS}))

    def _next(self, http: httpx.Client, stop: threading.Event) -> None:
        match self.random.randrange(20):
            case 0 | 1:
                self.advance(http, stop)
            case 2:
                fault = {"effect": {"status": FAULT}, "provider": self.random.choice(calls.VENDORS), "times": 1}
                self._count(http, stop, "fault", _command("POST", "/faults", fault))
            case 3 | 4:
                self._do(http, stop, calls.read(self.random))
            case 5 | 6 | 7 | 8:
                self.write_with_webhook(http, stop)
            case _:
                self._write(http, stop, calls.write(self.random.choice(calls.VENDORS), self._tag()))

    def _tag(self) -> str:
        self._number += 1
        return f"{calls.TAG}{self.name}-{self._number}"

    def _count(self, http: httpx.Client, stop: threading.Event, kind: str, command: Call) -> None:
        """Send a command once: to repeat it would be another one."""
        self.attempts[kind] += 1
        self.commands[kind] += self._send(http, command) in (200, 201)

    def _write(self, http: httpx.Client, stop: threading.Event, call: Call) -> None:
        """Write until it is acknowledged: with the same idempotency key, or where a vendor has none, with a new tag."""
        began = monotonic()
        while True:
            assert call.tag
            self.tried.add(call.tag)
            if self._send(http, call) in call.statuses:
                break
            if stop.is_set():
                return
            sleep(PAUSE_SECONDS)
            if not call.repeatable:
                call = calls.write(call.path.split("/")[1], self._tag())
        self.acknowledged.append(call.tag)
        self.longest = max(self.longest, monotonic() - began)

    def _do(self, http: httpx.Client, stop: threading.Event, call: Call) -> None:
        """Repeat a request that may be repeated until it is answered."""
        while self._send(http, call) is None and not stop.is_set():
            sleep(PAUSE_SECONDS)

    def _send(self, http: httpx.Client, call: Call) -> int | None:
        """Send a request to any node. Return its status; None without an answer, or where a fault replaced it."""
        url = self.random.choice(self.nodes).url
        if url is None:
            return None
        headers = {"Host": "localhost", **call.headers}
        try:
            reply = http.request(call.method, f"{url}/~{self.name}{call.path}", headers=headers, content=call.body)
        except httpx.TransportError:
            return None
        if reply.status_code == FAULT:
            self.faulty += 1
            return None
        known = (*call.statuses, 503)
        assert reply.status_code in known, f"{call.method} {call.path}: {reply.status_code}: {reply.text}"
        return None if reply.status_code == 503 else reply.status_code


def _command(method: str, path: str, body: object) -> Call:
    statuses = (201,) if path == "/faults" else (200,)
    return Call(COMMAND + path, calls.JSON, json.dumps(body).encode(), method, statuses)
