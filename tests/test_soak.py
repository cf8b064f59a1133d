"""A short storm, and whether the books that tell a good outcome from a bad one are any good."""

import asyncio
from collections import Counter

import pytest

from soak.ledger import Ledger
from soak.run import soak


def test_a_storm_leaves_no_damage() -> None:
    """Under many clients at once, good and bad, nothing acknowledged is lost, nothing doubled, and nothing leaks."""
    outcome = asyncio.run(soak(clients=40, spaces=64, seconds=0.5, rounds=2, seed=0, told=lambda _: None))
    assert outcome.wrong == []
    assert outcome.happened["acknowledged"] > 0
    assert outcome.happened["hung up"] > 0


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([], "s: kept was acknowledged and is not there"),
        (["kept", "kept"], "s: kept is there 2 times"),
        (["kept", "before"], "s: before is there, from before a reset"),
        (["kept", "strange"], "s: strange is there, and nobody has asked for it here"),
        (["kept", "maybe"], None),
        (["kept"], None),
    ],
)
def test_the_ledger_finds_what_is_wrong(found: list[str], words: str | None) -> None:
    """What was acknowledged must be there once, what was reset must not, and what was never answered may."""
    ledger = Ledger("s")
    ledger.acknowledge("before", ledger.begin("before"))
    during = ledger.begin("maybe")
    ledger.begin_reset()
    ledger.acknowledge("maybe", during)
    ledger.end_reset()
    ledger.acknowledge("kept", ledger.begin("kept"))
    assert list(ledger.contradictions(Counter(found))) == ([words] if words else [])
