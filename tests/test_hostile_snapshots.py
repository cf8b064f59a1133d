"""Hostile snapshots of a space: its clock, identifiers, faults and outbox. Tests of each provider do its memory."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator import Emulator
from emulator.client.handles import SpaceHandle
from tests.support.caller import Caller, credentials_of
from tests.support.hostile import variations

READS = ("/clock", "/faults", "/webhooks", "/snapshot", "/ledger", "/ledger/verify", "/state/cnaught", "/requests")


class Hostile:
    """A space, a snapshot of it, and variations of the snapshot: what is changed, and the JSON text without memory.

    Not a dataclass: Hypothesis would print its fields.
    """

    def __init__(self, space: SpaceHandle, original: dict[str, Any]) -> None:
        self.space = space
        self.original = original
        self.changes = list(variations({**original, "memory": {}}))


@pytest.fixture(scope="module")
def hostile(emulator: Emulator) -> Iterator[Hostile]:
    """A space with a fault and webhooks, a snapshot of it, and hostile variations of all but its memory."""
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
    """A snapshot with a hostile value anywhere is refused, or everything shows it and it is restored again."""
    space, original = hostile.space, hostile.original
    change, text = hostile.changes[number % len(hostile.changes)]
    content = text.replace('"memory": {}', f'"memory": {json.dumps(original["memory"])}', 1)
    restored = space.http.put(f"{space.url}/_emulator/snapshot", content=content)
    assert restored.status_code in (200, 400), f"{change}: {restored.text}"
    if restored.status_code == 200:
        replies = [space.http.get(f"{space.url}/_emulator{path}") for path in READS]
        replies.append(space.http.get(f"{space.url}/cnaught/v1/orders"))
        taken = space.http.get(f"{space.url}/_emulator/snapshot").content
        replies.append(space.http.put(f"{space.url}/_emulator/snapshot", content=taken))
        assert [f"{change}: {reply.url} {reply.text}" for reply in replies if reply.status_code == 500] == []
        assert replies[-1].status_code == 200, f"{change}: {replies[-1].text}"
