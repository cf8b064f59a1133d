"""Clients of every kind, at once."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random

from soak.asks import VENDORS, Ask, read, tags_in, write
from soak.ledger import Ledger
from soak.server import BODY_BYTES_MAX
from soak.wire import Connection, Lost, Reply, Silence, message

ASKED = "x-soak"
"""The header by which the reply of a fault is known."""

TRIES_MAX = 5
STEADY_ASKS = 20
QUIET = "quiet"
"""A space without faults, in which the time of an answer is taken."""


@dataclass(slots=True)
class Storm:
    """What all clients share: the spaces, the count of what happened, and what should not have."""

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
        """Let so many clients do what they like for so long, and let each finish what it has begun."""
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
                self.wrong.append(f"no answer came to {kind.__name__.strip('_')}")
            finally:
                connection.close()

    # --- clients that behave

    async def _steady(self, connection: Connection, ledger: Ledger) -> None:
        """One request after another; a write that was lost and may be repeated is, on another connection."""
        for _ in range(STEADY_ASKS):
            ask = self._any()
            try:
                await self._timed(connection, ledger, ask)
            except Lost:
                if ask.tag and ask.repeatable:
                    await self._repeat(ledger, ask)
                raise

    async def _repeat(self, ledger: Ledger, ask: Ask) -> None:
        for _ in range(TRIES_MAX):
            self.happened["repeated"] += 1
            connection = await Connection.open(self.port)
            try:
                return await self._timed(connection, ledger, ask)
            except Lost:
                continue
            finally:
                connection.close()

    async def _timed(self, connection: Connection, ledger: Ledger, ask: Ask) -> None:
        began = time.perf_counter()
        life = self._begin(ledger, ask)
        await connection.send(self._message(ledger, ask))
        self._judge(ledger, ask, life, await connection.reply())
        self.seconds.append(time.perf_counter() - began)

    async def _pipelined(self, connection: Connection, ledger: Ledger) -> None:
        """Several requests before the first answer."""
        asks = [self._any() for _ in range(self.random.randint(2, 8))]
        lives = [self._begin(ledger, ask) for ask in asks]
        await connection.send(b"".join(self._message(ledger, ask) for ask in asks))
        for ask, life in zip(asks, lives, strict=True):
            self._judge(ledger, ask, life, await connection.reply())

    async def _slow(self, connection: Connection, ledger: Ledger) -> None:
        """A request that comes in pieces."""
        ask = self._any()
        life, content = self._begin(ledger, ask), self._message(ledger, ask)
        step = len(content) // 5 + 1
        for start in range(0, len(content), step):
            await connection.send(content[start : start + step])
            await asyncio.sleep(self.random.uniform(0.01, 0.1))
        self._judge(ledger, ask, life, await connection.reply())

    # --- and those that do not

    async def _half_closed(self, connection: Connection, ledger: Ledger) -> None:
        """A request, and then the end of what is sent."""
        ask = self._any()
        life = self._begin(ledger, ask)
        await connection.send(self._message(ledger, ask))
        connection.half_close()
        self._judge(ledger, ask, life, await connection.reply())

    async def _hung_up(self, connection: Connection, ledger: Ledger) -> None:
        """A request, or the beginning of one, and a reset."""
        ask = self._any()
        self._begin(ledger, ask)
        content = self._message(ledger, ask)
        await connection.send(content[: self.random.choice([len(content), self.random.randrange(1, len(content))])])
        if self.random.random() < 0.5:
            await asyncio.sleep(self.random.uniform(0, 0.02))
        connection.reset()
        self.happened["hung up"] += 1

    async def _too_large(self, connection: Connection, ledger: Ledger) -> None:
        """A body above the limit, and then a request that is answered on the same connection."""
        path = f"/~{ledger.name}/cnaught/v1/orders"
        await connection.send(message("POST", path, {}, b"x" * (BODY_BYTES_MAX + 1)))
        self._judge(ledger, Ask(path, statuses=(413,)), 0, await connection.reply())
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
            {"status": self.random.choice([429, 500, 503]), "headers": {ASKED: "asked"}},
            {"delay_seconds": self.random.uniform(0, 0.1)},
            {"connection": breaking},
        ]
        effect = self.random.choice(effects)
        self.breaking_faults += times if "connection" in effect else 0
        when = self.random.choice(["before", "after"])
        fault = {"provider": self.random.choice(VENDORS), "when": when, "times": times, "effect": effect}
        await self.control(connection, ledger.name, "POST", "/faults", fault, 201)

    async def reset(self, connection: Connection, ledger: Ledger) -> None:
        """Let a space forget everything, unless somebody is at it."""
        if ledger.resetting:
            return
        ledger.begin_reset()
        await self.control(connection, ledger.name, "POST", "/reset", {})
        ledger.end_reset()

    async def control(
        self, connection: Connection, space: str, method: str, path: str, body: object = None, status: int = 200
    ) -> bytes:
        """A command in a space. Anything but success is wrong."""
        content = b"" if body is None else json.dumps(body).encode()
        await connection.send(message(method, f"/~{space}/_emulator{path}", {}, content))
        reply = await connection.reply()
        self.happened["commands"] += 1
        if reply.status != status:
            self.wrong.append(f"{method} {path} was answered with {reply.status}: {reply.body[:200]!r}")
        return reply.body

    # --- quiet

    async def verify(self, connection: Connection) -> int:
        """Hold every space against what its clients were told; the number of writes that are there."""
        total = 0
        for ledger in self.ledgers:
            snapshot = json.loads(await self.control(connection, ledger.name, "GET", "/snapshot"))
            found = tags_in(snapshot["memory"])
            self.wrong += ledger.contradictions(found)
            total += len(found)
        return total

    async def quiet_seconds(self, connection: Connection, requests: int) -> list[float]:
        """How long answers take when nobody else asks."""
        self.seconds.clear()
        for _ in range(requests):
            await self._timed(connection, Ledger(QUIET), read(self.random))
        return list(self.seconds)

    # --- below

    def _any(self) -> Ask:
        if self.random.random() < 0.5:
            return write(self.random.choice(VENDORS), f"soak-{next(self.tags)}")
        return read(self.random)

    def _message(self, ledger: Ledger, ask: Ask) -> bytes:
        return message(ask.method, f"/~{ledger.name}{ask.path}", ask.headers, ask.body)

    def _begin(self, ledger: Ledger, ask: Ask) -> int:
        return ledger.begin(ask.tag) if ask.tag else 0

    def _judge(self, ledger: Ledger, ask: Ask, life: int, reply: Reply) -> None:
        """Whether a reply is one of those that may come."""
        self.happened["answered"] += 1
        if ASKED in reply.headers:
            self.happened["answered by a fault"] += 1
        elif reply.status not in ask.statuses:
            self.wrong.append(f"{ask.method} {ask.path} was answered with {reply.status}: {reply.body[:200]!r}")
        elif ask.tag:
            self.happened["acknowledged"] += 1
            ledger.acknowledge(ask.tag, life)
