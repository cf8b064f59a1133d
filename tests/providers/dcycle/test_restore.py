"""Snapshots: every restored state can be shown and changed by every operation."""

from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator import Emulator
from emulator.client.embedded import SpaceHandle
from emulator.client.transport import DirectTransport
from emulator.evidence import contracts
from tests.conftest import START
from tests.providers.dcycle.conftest import USER, YEAR
from tests.support.caller import Caller, credentials_of
from tests.support.drafts import Draft, good_draft
from tests.support.hostile import Hostile, failures

RECORDS_KEPT = 2
"""How many records of each kind are varied: the first ones, to which the examples of the contract refer."""

REQUESTS = [good_draft("dcycle", operation) for operation in contracts.operations("dcycle") if not operation.missing]
TOTALS = [
    Draft("GET", "/v1/total-impacts", {**YEAR, "group_by": group_by, "include_children": "true"})
    for group_by in ("scope", "category", "month")
]


@pytest.fixture(scope="module")
def hostile(emulator: Emulator) -> Iterator[Hostile]:
    """A space whose memory has every kind of record."""
    http = httpx.Client(transport=DirectTransport(emulator.app), base_url="http://127.0.0.1")
    space = SpaceHandle(http, emulator.space().name)
    space.clock.freeze(START)
    Caller(space, "dcycle", {}).post("/auth/login", USER)
    original = space.snapshot()
    memory = original["memory"]["dcycle"]
    assert [kind for kind, records in memory.items() if not records] == []
    for kind, records in memory.items():
        if isinstance(records, dict):
            memory[kind] = dict(list(records.items())[:RECORDS_KEPT])
    vehicles = set(memory["vehicles"])
    assert {consumption["terms"]["vehicle_id"] for consumption in memory["consumptions"].values()} <= vehicles
    yield Hostile(space, original, "dcycle")
    space.delete()


@given(number=st.integers(0, 100_000))
@settings(max_examples=10 * settings.default.max_examples)
def test_every_restored_state_can_be_shown(hostile: Hostile, number: int) -> None:
    """A snapshot with a hostile value anywhere is refused, or every operation answers and it is restored again."""
    if change := hostile.restored(number):
        space = hostile.space
        caller = Caller(space, "dcycle", credentials_of(space, "dcycle"))
        replies = [space.http.get(f"{space.url}/_emulator/state/dcycle"), hostile.restored_again()]
        replies += [
            caller.send(draft, promised=False) for draft in (*TOTALS, *sorted(REQUESTS, key=is_deletion), *TOTALS)
        ]
        assert failures(change, replies) == []


def is_deletion(draft: Draft) -> bool:
    """Return whether a request deletes: those come last."""
    return draft.method == "DELETE" or "delete" in draft.path
