"""Hostile snapshots of a space: its clock, ids, faults and outbox. Tests of each provider cover its memory."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator import Emulator
from tests.support.caller import Caller, credentials_of
from tests.support.hostile import Hostile, failures

READS = ("/clock", "/faults", "/webhooks", "/snapshot", "/ledger", "/ledger/verify", "/state/cnaught", "/requests")


@pytest.fixture(scope="module")
def hostile(emulator: Emulator) -> Iterator[Hostile]:
    """Return a space with a fault and webhooks, and hostile variations of all of its snapshot but the memories."""
    space = emulator.space()
    space.clock.freeze("2026-01-01")
    space.webhooks.pause()
    cnaught = Caller(space, "cnaught", credentials_of(space, "cnaught"))
    for _ in range(2):
        cnaught.post("/v1/orders", {"amount_kg": 1, "notification_config": {"url": "http://127.0.0.1:9/"}})
    space.clock.advance(seconds=10)
    space.webhooks.step()
    space.faults.add("cnaught", operation="get_order", times=3, effect={"status": 503, "body": {"a": [1]}})
    yield Hostile(space, space.snapshot())
    space.delete()


@given(number=st.integers(0, 10_000))
@settings(max_examples=10 * settings.default.max_examples)
def test_every_restored_state_can_be_shown(hostile: Hostile, number: int) -> None:
    """A snapshot with a hostile value is refused, or everything can be read and it can be restored again."""
    if change := hostile.restored(number):
        space = hostile.space
        replies = [space.http.get(f"{space.url}/_emulator{path}") for path in READS]
        again = hostile.restored_again()
        assert failures(change, [*replies, again]) == []
        assert space.http.get(f"{space.url}/cnaught/v1/orders").status_code != 500, change  # the fault may answer 503
        assert again.status_code == 200, f"{change}: {again.text}"
