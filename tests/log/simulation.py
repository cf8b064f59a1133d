"""The protocol's core under a simulated log, network and clock. A seed determines everything that happens.

Nodes hold copies of one space, whose state is the list of requests that were applied to it. Clients send requests to
any node. Messages are late, lost or repeated; nodes pause, and crash with all that they have in memory. What clients
got to know must fit one linear history that holds every acknowledged request once.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any

from emulator.log.log import Append, Proposal, Stored
from emulator.log.replica import Replica, Waiting

LOSS, REPETITION, CRASH = 0.1, 0.1, 0.02
LATE_MAX, PAUSE_MAX, RETRY_AFTER = 10.0, 40.0, 25.0


class Wrong(AssertionError):
    """The history of what clients saw is impossible."""


@dataclass
class Call:
    """What a client has asked: a write, or a read of how many requests the space has had. ``reply`` is what it got."""

    id: str
    write: bool
    began: float
    ended: Any = None
    reply: Any = None


class Engine:
    """A log in memory: appends to it are atomic, and a repeated proposal is the entry that it became."""

    def __init__(self) -> None:
        self.entries: list[Stored] = []

    def append(self, append: Append) -> list[Stored]:
        there = {stored.id for stored in self.entries[append.applied :]}
        for proposal in append.proposals:
            if proposal.id not in there:
                self.entries.append(Stored(len(self.entries) + 1, proposal.at, proposal.id, proposal.payload))
        return self.entries[append.applied :]


@dataclass
class Node:
    """A server's copy of the space. A subclass breaks one rule of the protocol."""

    world: "Simulation"
    number: int
    life: int = 0
    replica: Replica[Call] = field(default_factory=lambda: Replica("a"))
    state: list[str] = field(default_factory=list)
    reads: list[Call] = field(default_factory=list)
    asked: dict[int, list[Call]] = field(default_factory=dict)
    paused_until: float = 0.0
    sent: int = 0

    def request(self, call: Call) -> None:
        """Take a request of a client."""
        if call.write:
            self.replica.propose(Waiting(Proposal(call.id, 0, call.id.encode()), call))
        else:
            self.reads.append(call)
        self.send()

    def send(self) -> None:
        """Send what waits: proposals, or an append of nothing, which a read catches up with."""
        append = self.replica.append()
        if append is None and self.reads and not self.asked:
            append = Append("a", self.replica.applied, [])
        if append is None:
            return
        self.sent += 1
        self.asked[self.sent], self.reads = self.reads, []
        self.world.transmit(self, self.sent, append)

    def receive(self, message: int, entries: list[Stored]) -> None:
        """Take the log's answer to a message. It may be an old one, or come twice."""
        self.apply(entries)
        if message == self.sent:
            for call in self.asked.pop(message, ()):
                self.world.reply(call, len(self.state))
        self.send()

    def apply(self, entries: list[Stored]) -> None:
        for stored, waiting in self.replica.stored(entries):
            self.state.append(stored.id)
            if waiting:
                self.world.reply(waiting.asker, len(self.state))

    def silent(self, message: int) -> None:
        """No answer has come: it is unknown whether the message arrived. Send the same again."""
        if message == self.sent and message in self.asked:
            self.reads = [*self.asked.pop(message), *self.reads]
            self.replica.unknown()
            self.send()

    def crash(self) -> None:
        """Forget everything, and load the history again."""
        self.life += 1
        self.replica, self.state, self.reads, self.asked = Replica("a"), [], [], {}
        self.apply(list(self.world.engine.entries))


class Simulation:
    """Some nodes, and a client that asks them until all has been said."""

    def __init__(self, seed: int, kind: Callable[..., Node] = Node, nodes: int = 3, calls: int = 60) -> None:
        self.random = Random(seed)
        self.engine = Engine()
        self.now = 0.0
        self.calls: list[Call] = []
        self._events: list[tuple[float, int, Callable[[], object]]] = []
        self._order = count()
        self.nodes = [kind(self, number) for number in range(nodes)]
        for number in range(calls):
            self.after(self.random.uniform(0, calls * 3), lambda number=number: self._ask(number))
        for _ in range(int(calls * CRASH * nodes)):
            self.after(self.random.uniform(0, calls * 3), lambda: self.random.choice(self.nodes).crash())

    def run(self) -> None:
        """Run to the end, and check what clients have seen. Raises Wrong."""
        while self._events:
            self.now, _, event = heappop(self._events)
            event()
        check(self.calls, self.engine.entries, [node.state for node in self.nodes])

    def after(self, seconds: float, event: Callable[[], object]) -> None:
        heappush(self._events, (self.now + seconds, next(self._order), event))

    def _ask(self, number: int) -> None:
        call = Call(f"call-{number}", self.random.random() < 0.6, self.now)
        self.calls.append(call)
        self.random.choice(self.nodes).request(call)

    def reply(self, call: Call, reply: Any) -> None:
        if call.ended is None:
            call.ended, call.reply = self.now, reply

    def transmit(self, node: Node, message: int, append: Append) -> None:
        """Carry a message to the log, and its answer back: late, or not at all, or twice."""
        life = node.life

        def alive(work: Callable[..., object], *about: Any) -> Callable[[], object]:
            return lambda: work(*about) if node.life == life else None

        def arrive() -> None:
            entries = self.engine.append(append)
            for _ in range(2 if self.random.random() < REPETITION else 1):
                if self.random.random() >= LOSS:
                    pause = self.random.uniform(0, PAUSE_MAX) if self.random.random() < REPETITION else 0
                    self.after(self._late() + pause, alive(node.receive, message, entries))

        if self.random.random() >= LOSS:
            self.after(self._late(), arrive)
        self.after(RETRY_AFTER, alive(node.silent, message))

    def _late(self) -> float:
        return self.random.uniform(0, LATE_MAX) ** 2 / LATE_MAX


def check(calls: list[Call], entries: list[Stored], states: list[list[str]]) -> None:
    """Raise Wrong unless all that clients saw fits the history, which holds each request at most once."""
    history = [stored.id for stored in entries]
    calls_of = [id.rstrip("'") for id in history]  # a retry under another id is the same call
    if len(set(calls_of)) != len(calls_of):
        raise Wrong("a request is in the history twice")
    for state in states:
        if state != history[: len(state)]:
            raise Wrong("a node has applied another history")
    places = {id: place for place, id in enumerate(history, start=1)}
    ended = [call for call in calls if call.ended is not None]
    for call in ended:
        if call.write and places.get(call.id) != call.reply:
            raise Wrong(f"{call.id} was acknowledged as {call.reply}, and is {places.get(call.id)}")
    for call in ended:
        seen = max((other.reply for other in ended if other.ended < call.began), default=0)
        if call.reply < seen:
            raise Wrong(f"{call.id} saw {call.reply} after {seen} was known")
