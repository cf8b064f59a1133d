"""A short load test, and tests of the ledger that it uses."""

import asyncio
from collections import Counter

import pytest

from soak.ledger import Ledger
from soak.run import soak


def test_nothing_is_lost_under_load() -> None:
    """Under many clients, well-behaved and not, no acknowledged write is lost or duplicated, and nothing leaks."""
    outcome = asyncio.run(soak(clients=40, spaces=64, seconds=0.5, rounds=2, seed=0, report=lambda _: None))
    assert outcome.wrong == []
    assert outcome.happened["acknowledged"] > 0
    assert outcome.happened["hung up"] > 0


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ([], "s: kept was acknowledged and is missing"),
        (["kept", "kept"], "s: kept exists 2 times"),
        (["kept", "before"], "s: before exists, from before a reset"),
        (["kept", "strange"], "s: strange exists, and no client has sent it here"),
        (["kept", "maybe"], None),
        (["kept"], None),
    ],
)
def test_the_ledger_finds_contradictions(found: list[str], message: str | None) -> None:
    """An acknowledged write must exist once, a reset one must not, and an unanswered one may."""
    ledger = Ledger("s")
    ledger.acknowledge("before", ledger.begin("before"))
    during = ledger.begin("maybe")
    ledger.begin_reset()
    ledger.acknowledge("maybe", during)
    ledger.end_reset()
    ledger.acknowledge("kept", ledger.begin("kept"))
    assert list(ledger.contradictions(Counter(found))) == ([message] if message else [])
