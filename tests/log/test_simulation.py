"""The simulator finds every planted bug, and none in the protocol."""

from typing import Any

import pytest

from emulator.log.log import Proposal, Stored
from emulator.log.protocol import Waiting
from tests.log.simulation import Call, Node, Simulation, Wrong

SEEDS = 400


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
