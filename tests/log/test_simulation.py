"""The simulator finds every planted bug, and none in the protocol."""

import os
from contextlib import suppress
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any

import pytest

from emulator.log.log import Proposal, Stored
from emulator.log.replica import Waiting
from tests.log.simulation import Call, Node, Simulation, Wrong

SEEDS = 5000 if "EXTENDED" in os.environ else 400
"""Of each of four parts; twenty thousand in .ci/extended."""


@pytest.mark.filterwarnings(
    "default::pytest.PytestUnraisableExceptionWarning"
)  # garbage that others leave, collected here
@pytest.mark.parametrize("part", range(4))
def test_the_protocol_is_linear(part: int) -> None:
    """Whatever is lost, late, repeated or crashes, every acknowledged reply is in one linear history once."""
    for seed in range(part * SEEDS, (part + 1) * SEEDS):
        Simulation(seed).run()


def test_a_seed_reproduces_a_run() -> None:
    """The same seed makes the same history and the same replies."""
    runs = [Simulation(7), Simulation(7)]
    for each in runs:
        each.run()
    assert runs[0].engine.entries == runs[1].engine.entries
    assert runs[0].calls == runs[1].calls


class AcknowledgesBeforeCommit(Node):
    def request(self, call: Call) -> None:
        if call.write:
            self.world.reply(call, len(self.state) + 1)
        super().request(call)


class AppliesOutOfOrder(Node):
    def apply(self, entries: list[Stored]) -> None:
        for stored, waiting in [*self.replica.stored(entries)][::-1]:
            self.state.append(stored.id)
            if waiting:
                self.world.reply(waiting.asker, len(self.state))


class RetriesWithoutItsId(Node):
    def silent(self, message: int) -> None:
        self.retry = True
        super().silent(message)
        self.retry = False

    retry = False

    def send(self) -> None:
        if self.retry:
            waiting = self.replica._waiting
            fresh = [Waiting(Proposal(f"{each.proposal.id}'", 0, b""), each.asker) for each in waiting]
            waiting.clear()
            waiting.extend(fresh)
        super().send()


class ReadsWithoutCatchingUp(Node):
    def request(self, call: Call) -> None:
        if call.write:
            super().request(call)
        else:
            self.world.reply(call, len(self.state))


BUGS = (AcknowledgesBeforeCommit, AppliesOutOfOrder, RetriesWithoutItsId, ReadsWithoutCatchingUp)


@pytest.mark.parametrize("bug", BUGS)
def test_planted_bugs_are_found(bug: Any) -> None:
    """A node that breaks a rule of the protocol is found within a few seeds, and the seed reproduces it."""
    seed = next(seed for seed in range(200) if found(seed, bug))
    assert found(seed, bug)


def found(seed: int, bug: Any) -> bool:
    try:
        Simulation(seed, bug).run()
    except Wrong:
        return True
    return False


# --- claims: a webhook is sent once, whichever nodes know of it


class Sender:
    """A node with a webhook to send: it claims the attempt, learns what was sent before, sends, and stores that."""

    def __init__(self, world: "Claims") -> None:
        self.world = world

    def look(self) -> None:
        if not self.world.delivered and self.claims():
            self.world.after(self.world.late(), self.send)

    def claims(self) -> bool:
        free = self.world.claimed_until <= self.world.now
        if free:
            self.world.claimed_until = self.world.now + CLAIM
        return free

    def send(self) -> None:
        if not self.world.delivered:  # it has caught up since its claim
            self.world.sent += 1
            self.world.after(self.world.late(), self.world.deliver)


class SendsWithoutAClaim(Sender):
    def claims(self) -> bool:
        return True


CLAIM = 50.0


class Claims:
    """Some nodes that look for the same webhook at any time, and a log that keeps claims and outcomes."""

    def __init__(self, seed: int, kind: Any = Sender, nodes: int = 3) -> None:
        self.random, self.now, self.order = Random(seed), 0.0, count()
        self.claimed_until, self.sent, self.delivered = 0.0, 0, False
        self.events: list[tuple[float, int, Any]] = []
        senders = [kind(self) for _ in range(nodes)]
        for _ in range(10):
            self.after(self.random.uniform(0, 200), self.random.choice(senders).look)

    def run(self) -> None:
        while self.events:
            self.now, _, event = heappop(self.events)
            event()
        if self.sent != 1:
            raise Wrong(f"a webhook was sent {self.sent} times")

    def after(self, seconds: float, event: Any) -> None:
        heappush(self.events, (self.now + seconds, next(self.order), event))

    def deliver(self) -> None:
        self.delivered = True

    def late(self) -> float:
        return self.random.uniform(0, CLAIM / 2)


def test_a_claimed_webhook_is_sent_once() -> None:
    """Whichever nodes look for it, and however late they are, one sends it."""
    for seed in range(SEEDS):
        Claims(seed).run()


def test_sending_without_a_claim_is_found() -> None:
    """A node that breaks this rule is found within a few seeds, and the seed reproduces it."""
    seed = next(seed for seed in range(20) if sent(seed, SendsWithoutAClaim) > 1)
    assert sent(seed, SendsWithoutAClaim) > 1


def sent(seed: int, kind: Any) -> int:
    """Return how often a webhook is sent."""
    claims = Claims(seed, kind)
    with suppress(Wrong):
        claims.run()
    return claims.sent
