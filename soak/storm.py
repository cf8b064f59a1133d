"""Clients of every kind, at the same time."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random

from soak.calls import TAG, VENDORS, Call, read, tags_in, write
from soak.ledger import Ledger
from soak.server import BODY_BYTES_MAX
from soak.wire import Connection, Lost, Reply, Silence, message

FAULT_HEADER = "x-soak"
"""The header that marks the reply of a fault."""

TRIES_MAX = 5
STEADY_CALLS = 20
QUIET = "quiet"
"""A space without faults, in which response times are measured."""


@dataclass(slots=True)
class Storm:
    """The shared state of all clients: spaces, counts of events, and problems."""

    port: int
    ledgers: Sequence[Ledger]
    random: Random
    over: bool = False
    happened: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    breaking_faults: int = 0
    tags: "count[int]" = field(default_factory=count)

    async def blow(self, clients: int, seconds: float) -> None:
        """Run this many clients for some seconds, and let each finish what it has begun."""
        self.over = False
        running = [asyncio.create_task(self._client()) for _ in range(clients)]
        await asyncio.sleep(seconds)
        self.over = True
        await asyncio.gather(*running)

    async def _client(self) -> None:
        kinds = [
            self._steady,
            self._pipelined,
            self._slow,
            self._half_closed,
            self._hung_up,
            self._too_large,
            self._command,
        ]
        while not self.over:
            kind = self.random.choices(kinds, weights=[30, 10, 4, 8, 8, 3, 37])[0]
            try:
                connection = await Connection.open(self.port)
            except Lost:
                self.wrong.append("a connection was refused")
                continue
            try:
                await kind(connection, self.random.choice(self.ledgers))
            except Lost:
                self.happened[f"lost: {kind.__name__.strip('_')}"] += 1
            except Silence:
                self.wrong.append(f"no reply to {kind.__name__.strip('_')}")
            finally:
                connection.close()

    # --- well-behaved clients

    async def _steady(self, connection: Connection, ledger: Ledger) -> None:
        """Send one request after another; repeat a lost, repeatable write on another connection."""
        for _ in range(STEADY_CALLS):
            call = self._any()
            try:
                await self._timed(connection, ledger, call)
            except Lost:
                if call.tag and call.repeatable:
                    await self._repeat(ledger, call)
                raise

    async def _repeat(self, ledger: Ledger, call: Call) -> None:
        for _ in range(TRIES_MAX):
            self.happened["repeated"] += 1
            connection = await Connection.open(self.port)
            try:
                return await self._timed(connection, ledger, call)
            except Lost:
                continue
            finally:
                connection.close()

    async def _timed(self, connection: Connection, ledger: Ledger, call: Call) -> None:
        start = time.perf_counter()
        life = self._begin(ledger, call)
        await connection.send(self._message(ledger, call))
        self._judge(ledger, call, life, await connection.reply())
        self.seconds.append(time.perf_counter() - start)

    async def _pipelined(self, connection: Connection, ledger: Ledger) -> None:
        """Send several requests before reading the first reply."""
        calls = [self._any() for _ in range(self.random.randint(2, 8))]
        lives = [self._begin(ledger, call) for call in calls]
        await connection.send(b"".join(self._message(ledger, call) for call in calls))
        for call, life in zip(calls, lives, strict=True):
            self._judge(ledger, call, life, await connection.reply())

    async def _slow(self, connection: Connection, ledger: Ledger) -> None:
        """Send a request in pieces."""
        call = self._any()
        life, content = self._begin(ledger, call), self._message(ledger, call)
        step = len(content) // 5 + 1
        for start in range(0, len(content), step):
            await connection.send(content[start : start + step])
            await asyncio.sleep(self.random.uniform(0.01, 0.1))
        self._judge(ledger, call, life, await connection.reply())

    # --- misbehaving clients

    async def _half_closed(self, connection: Connection, ledger: Ledger) -> None:
        """Send a request, and close the sending side."""
        call = self._any()
        life = self._begin(ledger, call)
        await connection.send(self._message(ledger, call))
        connection.half_close()
        self._judge(ledger, call, life, await connection.reply())

    async def _hung_up(self, connection: Connection, ledger: Ledger) -> None:
        """Send a request, or the beginning of one, and reset the connection."""
        call = self._any()
        self._begin(ledger, call)
        content = self._message(ledger, call)
        await connection.send(content[: self.random.choice([len(content), self.random.randrange(1, len(content))])])
        if self.random.random() < 0.5:
            await asyncio.sleep(self.random.uniform(0, 0.02))
        connection.reset()
        self.happened["hung up"] += 1

    async def _too_large(self, connection: Connection, ledger: Ledger) -> None:
        """Send a body above the limit, and then a request on the same connection."""
        path = f"/~{ledger.name}/cnaught/v1/orders"
        await connection.send(message("POST", path, {}, b"x" * (BODY_BYTES_MAX + 1)))
        self._judge(ledger, Call(path, statuses=(413,)), 0, await connection.reply())
        await self._timed(connection, ledger, self._any())

    # --- commands

    async def _command(self, connection: Connection, ledger: Ledger) -> None:
        match self.random.choices(["fault", "advance", "journal", "snapshot", "reset"], weights=[40, 30, 20, 5, 5])[0]:
            case "fault":
                await self._add_fault(connection, ledger)
            case "advance":
                body = {"seconds": self.random.choice([0.5, 5, 60, 400])}
                await self.control(connection, ledger.name, "POST", "/clock/advance", body)
            case "journal":
                await self.control(connection, ledger.name, "GET", "/requests")
            case "snapshot":
                await self.control(connection, ledger.name, "GET", "/snapshot")
            case "reset":
                await self.reset(connection, ledger)

    async def _add_fault(self, connection: Connection, ledger: Ledger) -> None:
        times = self.random.randint(1, 2)
        breaking = self.random.choice(["reset", "close", "truncate"])
        effects: Sequence[Mapping[str, object]] = [
            {"status": self.random.choice([429, 500, 503]), "headers": {FAULT_HEADER: "fault"}},
            {"delay_seconds": self.random.uniform(0, 0.1)},
            {"connection": breaking},
        ]
        effect = self.random.choice(effects)
        self.breaking_faults += times if "connection" in effect else 0
        when = self.random.choice(["before", "after"])
        fault = {"provider": self.random.choice(VENDORS), "when": when, "times": times, "effect": effect}
        await self.control(connection, ledger.name, "POST", "/faults", fault, 201)

    async def reset(self, connection: Connection, ledger: Ledger) -> None:
        """Reset a space, unless another client is doing so."""
        if ledger.resetting:
            return
        ledger.begin_reset()
        await self.control(connection, ledger.name, "POST", "/reset", {})
        ledger.end_reset()

    async def control(
        self, connection: Connection, space: str, method: str, path: str, body: object = None, status: int = 200
    ) -> bytes:
        """Send a command in a space. Any failure is a problem."""
        content = b"" if body is None else json.dumps(body).encode()
        await connection.send(message(method, f"/~{space}/_emulator{path}", {}, content))
        reply = await connection.reply()
        self.happened["commands"] += 1
        if reply.status != status:
            self.wrong.append(f"{method} {path} returned {reply.status}: {reply.body[:200]!r}")
        return reply.body

    # --- quiet

    async def verify(self, connection: Connection) -> int:
        """Compare every space with its clients' knowledge, and return the number of writes."""
        total = 0
        for ledger in self.ledgers:
            snapshot = json.loads(await self.control(connection, ledger.name, "GET", "/snapshot"))
            found = tags_in(snapshot["memory"])
            self.wrong += ledger.contradictions(found)
            total += len(found)
        return total

    async def quiet_seconds(self, connection: Connection, requests: int) -> list[float]:
        """Return response times without other clients."""
        self.seconds.clear()
        for _ in range(requests):
            await self._timed(connection, Ledger(QUIET), read(self.random))
        return list(self.seconds)

    # --- calls

    def _any(self) -> Call:
        if self.random.random() < 0.5:
            return write(self.random.choice(VENDORS), f"{TAG}{next(self.tags)}")
        return read(self.random)

    def _message(self, ledger: Ledger, call: Call) -> bytes:
        return message(call.method, f"/~{ledger.name}{call.path}", call.headers, call.body)

    def _begin(self, ledger: Ledger, call: Call) -> int:
        return ledger.begin(call.tag) if call.tag else 0

    def _judge(self, ledger: Ledger, call: Call, life: int, reply: Reply) -> None:
        """Check that a reply is one of the valid ones."""
        self.happened["answered"] += 1
        if FAULT_HEADER in reply.headers:
            self.happened["answered by a fault"] += 1
        elif reply.status not in call.statuses:
            self.wrong.append(f"{call.method} {call.path} returned {reply.status}: {reply.body[:200]!r}")
        elif call.tag:
            self.happened["acknowledged"] += 1
            ledger.acknowledge(call.tag, life)
