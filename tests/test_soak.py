"""A short load test, and tests of the ledger that it uses."""

import asyncio
import subprocess
import sys
from collections import Counter

import pytest

from soak import process_costs
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


@pytest.mark.skipif(sys.platform != "linux", reason="costs are read from /proc")
def test_the_costs_of_children_count_after_their_end() -> None:
    """A server's snapshots are written by processes that soon end."""
    busy = "import time; start = time.process_time()\nwhile time.process_time() - start < 0.3: pass"
    starts_one = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {busy!r}]); print('done'); input()"
    with subprocess.Popen([sys.executable, "-c", starts_one], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        while process_costs.cpu_seconds_with_children(parent.pid) < 0.1:
            assert parent.poll() is None
        assert parent.stdout.readline() == b"done\n"
        assert process_costs.cpu_seconds_with_children(parent.pid) >= process_costs.cpu_seconds(parent.pid) + 0.25
        parent.communicate(b"\n")
