"""Snapshots: every reachable state can be restored, and every restored state can be shown."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator import Emulator
from emulator.client.embedded import SpaceHandle
from emulator.client.transport import DirectTransport
from emulator.evidence import contracts
from tests.conftest import START
from tests.providers.oneclickimpact.steps import DELAYS, ENDPOINT, steps, take
from tests.support.caller import Caller, credentials_of
from tests.support.hostile import Hostile, failures
from tests.test_bad_input import good_draft

READS = [
    good_draft("oneclickimpact", operation)
    for operation in contracts.operations("oneclickimpact")
    if operation.method == "GET" and not operation.missing
]


def views(space: SpaceHandle) -> list[object]:
    """Return everything that the operations show."""
    caller = Caller(space, "oneclickimpact", credentials_of(space, "oneclickimpact"))
    return [caller.get(read.path, params=read.query).json() for read in READS]


@given(first=st.lists(steps, max_size=12), then=st.lists(steps, max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_reachable_state_is_restored(emulator: Emulator, first: list[Any], then: list[Any]) -> None:
    """After any steps, a space restored from a snapshot has and shows the state of the snapshot."""
    http = httpx.Client(transport=DirectTransport(emulator.app), base_url="http://127.0.0.1")
    space = SpaceHandle(http, emulator.space().name)
    space.clock.freeze(START)
    made: list[dict[str, str]] = []
    for step in first:
        take(space, step, made)
    kept, shown = space.snapshot(), views(space)
    for step in then:
        take(space, step, made)
    space.restore(kept)
    assert (space.snapshot(), views(space)) == (kept, shown)
    space.delete()


@pytest.fixture(scope="module")
def hostile(emulator: Emulator) -> Iterator[Hostile]:
    """Yield a space whose memory has one of everything."""
    http = httpx.Client(transport=DirectTransport(emulator.app), base_url="http://127.0.0.1")
    space = SpaceHandle(http, emulator.space().name)
    space.clock.freeze(START)
    made: list[dict[str, str]] = []
    take(space, ("settings", {**DELAYS, "webhook_endpoints": [ENDPOINT]}, None), made)
    caller = Caller(space, "oneclickimpact", credentials_of(space, "oneclickimpact"))
    body = {"amount": 1, "category": "food", "customer_email": "a@x.com", "customer_name": "A", "metadata": {"a": "b"}}
    for path in ("/v1/plant_tree", "/v1/donate_money"):
        planted = caller.post(path, body).json()
    caller.post("/v1/cancel_impact", {"user_id": "U123", "time_utc": planted["time_utc"], "reason": "none"})
    original = space.snapshot()
    memory = original["memory"]["oneclickimpact"]
    memory["customers"] = dict([list(memory["customers"].items())[-1]])
    memory["impacts"] = memory["impacts"][-2:]
    assert memory["notices"]
    yield Hostile(space, original, "oneclickimpact")
    space.delete()


@given(number=st.integers(0, 10_000))
@settings(max_examples=10 * settings.default.max_examples)
def test_every_restored_state_can_be_shown(hostile: Hostile, number: int) -> None:
    """A snapshot with a hostile value anywhere is refused, or each operation shows it and it is restored again."""
    if change := hostile.restored(number):
        space = hostile.space
        caller = Caller(space, "oneclickimpact", credentials_of(space, "oneclickimpact"))
        replies = [caller.get(read.path, params=read.query, promised=False) for read in READS]
        replies.append(space.http.get(f"{space.url}/_emulator/state/oneclickimpact"))
        assert failures(change, [*replies, hostile.restored_again()]) == []
