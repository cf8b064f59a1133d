"""Snapshots: a whole space as one document, restored exactly or not at all."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from emulator import Emulator
from emulator.app import make_world
from emulator.client.handles import Refused, SpaceHandle
from emulator.core.exact_json import dump
from emulator.core.resources import resource
from emulator.providers import ALL
from emulator.space import snapshot
from emulator.space.space import Space
from emulator.space.world import Links
from tests.support.caller import Caller, credentials_of, use_vendor_links

ORDERS = "/v1/orders"
FROZEN = datetime(2026, 1, 1, tzinfo=UTC)
Damage = Callable[[dict[str, Any]], Any]


@pytest.fixture
def used(cnaught: Caller) -> Caller:
    """Return a client whose space has orders, an idempotency key, a subaccount, a fired fault, and changed settings."""
    cnaught.post(ORDERS, {"amount_kg": 5}, headers={"Idempotency-Key": "k"})
    cnaught.post("/v1/subaccounts", {"name": "Müller", "logo_url": "https://a/b.png"})
    cnaught.space.clock.advance(seconds=1.5)
    cnaught.post(ORDERS, {"amount_kg": 7})
    cnaught.post("/v1/orders/Gre28Fc35bt3/cancel")
    cnaught.space.faults.add("cnaught", operation="get_order", times=3, effect={"status": 503, "body": {"a": [1]}})
    cnaught.get(f"{ORDERS}/Gre28Fc35bt3", promised=False)
    cnaught.space.control("PATCH", "/settings/cnaught", json={"fulfilment_seconds": 60})
    return cnaught


def conversation(cnaught: Caller) -> list[tuple[int, dict[str, str], bytes]]:
    """Return the replies to a fixed series of requests, without their request ids, which a restore does not reset."""
    replies = [
        cnaught.post(ORDERS, {"amount_kg": 9}),
        cnaught.post(ORDERS, {"amount_kg": 5}, headers={"Idempotency-Key": "k"}),
        cnaught.post(ORDERS, {"amount_kg": 0}),
        cnaught.get(f"{ORDERS}/Gre28Fc35bt3", promised=False),
        cnaught.post("/v1/subaccounts", {"name": "B", "logo_url": "https://a/b.png"}),
        cnaught.get(ORDERS),
        cnaught.get("/v1/impact/data"),
    ]
    uncounted = [{**reply.headers, "x-emulator-request-id": ""} for reply in replies]
    return [(reply.status_code, headers, reply.content) for reply, headers in zip(replies, uncounted, strict=True)]


# --- restored exactly -------------------------------------------------------------------------------------------------


def test_taking_a_snapshot_changes_nothing(used: Caller) -> None:
    """Two snapshots in a row are equal."""
    assert used.space.snapshot() == used.space.snapshot()


def test_a_space_is_restored_exactly(used: Caller) -> None:
    """A restored space has the memory, clock, ids, faults and settings of the snapshot, after any changes."""
    before = used.space.snapshot()
    first = conversation(used)
    used.space.clock.advance(days=400)
    used.space.faults.clear()
    used.space.control("PATCH", "/settings/cnaught", json={"fractions": "refuse"})
    assert used.space.snapshot() != before
    used.space.restore(before)
    assert used.space.snapshot() == before
    assert conversation(used) == first


def test_a_space_is_restored_after_a_reset(used: Caller) -> None:
    """A snapshot can be restored after a reset, and then even moves the clock back."""
    before = used.space.snapshot()
    used.space.reset()
    used.space.clock.freeze("2500-01-01")
    used.space.restore(before)
    assert used.space.snapshot() == before
    assert used.space.clock.now == datetime(2026, 1, 1, 0, 0, 1, 500000, UTC)


def test_a_snapshot_can_be_restored_in_another_space(used: Caller, emulator: Emulator) -> None:
    """Two spaces restored from one snapshot give the same replies, and then develop independently."""
    use_vendor_links(used.space)  # links to pages differ with the address of the space
    snapshot = used.space.snapshot()
    other = Caller(emulator.space(), "cnaught", used.credentials)
    other.space.restore(snapshot)
    first = conversation(used)
    assert other.space.snapshot() == snapshot
    assert conversation(other) == first
    other.space.delete()


def test_a_snapshot_can_be_restored_on_another_server(used: Caller) -> None:
    """A server with another seed continues exactly as the first one would have."""
    use_vendor_links(used.space)  # links to pages differ with the address of the space
    snapshot = json.loads(json.dumps(used.space.snapshot()))
    with Emulator(port=None, seed=99) as elsewhere:
        elsewhere.restore(snapshot)
        assert conversation(Caller(elsewhere, "cnaught", used.credentials)) == conversation(used)


def test_a_fresh_space_is_restored_as_fresh(emulator: Emulator) -> None:
    """After restoring the snapshot of an unused space, its clock can be set to any time."""
    space = emulator.space()
    snapshot = space.snapshot()
    space.clock.freeze("2400-01-01")
    space.restore(snapshot)
    space.clock.freeze("1999-01-01")
    assert space.clock.now.year == 1999


@pytest.mark.parametrize("links", ["emulator", "vendor", None])
def test_a_snapshot_loads_no_vendor(links: Links | None) -> None:
    """A vendor that no request has reached is neither loaded for a snapshot nor for its restore, which are the same."""
    lazy, loaded = (Space("default", make_world(links=links)) for _ in range(2))
    for space in (lazy, loaded):
        space.move_clock(FROZEN, frozen=True)
    assert [loaded.backend(name) for name in ALL] == [*loaded.backends.values()]
    lazy.backend("thallo")
    taken = snapshot.take(lazy)
    assert dump(taken) == dump(snapshot.take(loaded))
    assert lazy.world.fixtures.made.keys() == {"thallo"}
    restored = Space("default", make_world(links=links))
    snapshot.restore(restored, taken)
    assert restored.world.fixtures.made == {}
    assert dump(snapshot.take(restored)) == dump(taken)


def test_a_running_clock_keeps_its_offset(emulator: Emulator) -> None:
    """A restored running clock has the same offset from the system clock."""
    space = emulator.space()
    space.clock.run(datetime.now(UTC) + timedelta(days=1000))
    snapshot = space.snapshot()
    space.reset()
    space.restore(snapshot)
    assert not space.clock.frozen
    assert timedelta(days=1000) <= space.clock.now - datetime.now(UTC) + timedelta(seconds=30) < timedelta(days=1001)


def test_the_journal_continues(used: Caller) -> None:
    """Request ids continue after a restore, so that none is used twice."""
    snapshot, number = used.space.snapshot(), used.get(ORDERS).headers["x-emulator-request-id"]
    used.space.restore(snapshot)
    assert int(used.get(ORDERS).headers["x-emulator-request-id"]) == int(number) + 1


def test_a_snapshot_is_below_the_body_limit(emulator: Emulator) -> None:
    """The snapshot of a space with two hundred orders is far below the limit of a body."""
    space = emulator.space()
    space.clock.freeze("2026-01-01")
    cnaught = Caller(space, "cnaught", credentials_of(space, "cnaught"))
    for _ in range(200):
        cnaught.post(ORDERS, {"amount_kg": 1}, promised=False)
    snapshot = space.snapshot()
    assert len(json.dumps(snapshot)) < 200_000
    space.restore(snapshot)
    assert space.snapshot() == snapshot
    space.delete()


# --- refused ----------------------------------------------------------------------------------------------------------


def put(place: str, value: object) -> Damage:
    """Return a function that sets a value at a place of a snapshot."""

    def damage(snapshot: dict[str, Any]) -> dict[str, Any]:
        *above, last = place.split(".")
        found = snapshot
        for name in above:
            found = found[name]
        found[last] = value
        return snapshot

    return damage


def without(place: str) -> Damage:
    """Return a function that removes the value at a place of a snapshot."""

    def damage(snapshot: dict[str, Any]) -> dict[str, Any]:
        *above, last = place.split(".")
        found = snapshot
        for name in above:
            found = found[name]
        del found[last]
        return snapshot

    return damage


ORDER = "memory.cnaught.orders.Gre28Fc35bt3"


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (put("format", 2), "the snapshot has format 2, and this emulator reads formats up to 1"),
        (put("format", 10**30), "formats up to 1"),
        (put("format", 0), "this emulator reads format 1"),
        (put("format", "1"), "at format: "),
        (put("format", True), "at format: "),
        (without("format"), "at format: missing, but required"),
        (put("providers.cnaught", 99), "'cnaught': 99"),
        (without("providers.thallo"), "this emulator reads format 1 with"),
        (put("providers.gold", 1), "'gold': 1"),
        (put("fixtures", "0" * 64), "other fixtures"),
        (put("more", 1), "at more: unknown member"),
        (without("memory"), "at memory: missing, but required"),
        (without("memory.thallo"), "this emulator reads format 1"),
        (put("memory.gold", {}), "this emulator reads format 1"),
        (put("memory.cnaught", []), "at memory.cnaught: "),
        (put("memory.cnaught.order", {}), "at memory.cnaught.order: "),
        (put("memory.cnaught.orders", []), "at memory.cnaught.orders: "),
        (put("memory.cnaught.settings", None), "at memory.cnaught.settings: "),
        (put("memory.cnaught.settings.fractions", "round"), "at memory.cnaught.settings.fractions: "),
        (without(f"{ORDER}.amount_kg"), f"at {ORDER}.amount_kg: "),
        (put(f"{ORDER}.state", "placed"), f"at {ORDER}.state: "),
        (put(f"{ORDER}.created_on", "yesterday"), f"at {ORDER}.created_on: "),
        (put(f"{ORDER}.price_usd_cents", "dear"), f"at {ORDER}.price_usd_cents: "),
        (put(f"{ORDER}.amount_kg", None), f"at {ORDER}.amount_kg: "),
        (put(f"{ORDER}.metadata", 5), f"at {ORDER}.metadata: "),
        (put(f"{ORDER}.fulfils_on", "2026-01-01T00:00:00"), "memory.cnaught"),
        (put("clock", "now"), "at clock: "),
        (put("clock.frozen_at", "2026-01-01"), "at clock.frozen_at: "),
        (put("clock.frozen_at", 0), "at clock.frozen_at: "),
        (put("clock.frozen_at", "9999-12-31T23:59:59Z"), "at clock.frozen_at: "),
        (put("clock", {"frozen_at": None, "ahead_microseconds": 10**18}), "out of the calendar"),
        (put("clock", {"frozen_at": None, "ahead_microseconds": 10**17}), "out of the calendar"),
        (put("clock.ahead_microseconds", -(10**19)), "at clock.ahead_microseconds: "),
        (put("clock.running", True), "at clock.running: unknown member; known: ahead_microseconds, frozen_at"),
        (put("begun", "yes"), "at begun: "),
        (put("seed", 1.5), "at seed: "),
        (put("seed", 10**30), "at seed: "),
        (put("ids", {"cnaught.order": -1}), "at ids.cnaught.order: "),
        (put("ids", {"cnaught.order": "2"}), "at ids.cnaught.order: "),
        (put("faults.more", 1), "at faults.more: unknown member"),
        (put("faults.faults", [{"id": "fault-1"}]), "at faults.faults.0.effect: missing, but required"),
        (put("faults.faults", {}), "at faults.faults: "),
        (lambda snapshot: [snapshot], "body: must be an object"),
        (lambda snapshot: None, "the request is invalid"),
        (lambda snapshot: {}, "at format: missing, but required"),
    ],
)
def test_an_invalid_snapshot_is_refused(used: Caller, damage: Damage, message: str) -> None:
    """A snapshot that is newer, damaged or of another server is refused, and changes nothing."""
    before = used.space.snapshot()
    with pytest.raises(Refused) as refused:
        used.space.restore(damage(json.loads(json.dumps(before))))
    assert refused.value.status == 400
    assert message in str(refused.value)
    assert used.space.snapshot() == before
    assert conversation(used)[0][0] == 201


def test_a_truncated_snapshot_is_refused(used: Caller) -> None:
    """Half a document is not JSON, and changes nothing."""
    before = used.space.snapshot()
    content = json.dumps(before).encode()
    with pytest.raises(Refused) as refused:
        used.space.control("PUT", "/snapshot", content=content[: len(content) // 2])
    assert refused.value.status == 400
    assert used.space.snapshot() == before


def test_a_snapshot_of_other_fixtures_is_refused(used: Caller, tmp_path: Path) -> None:
    """A snapshot can only be restored on a server with the same fixtures."""
    fixture = json.loads((resource("fixtures") / "cnaught.json").read_bytes())
    fixture["memory"]["settings"] = {"fractions": "keep"}
    (tmp_path / "cnaught.json").write_text(json.dumps(fixture))
    with Emulator(port=None, fixtures=tmp_path) as other:
        spaces: list[tuple[SpaceHandle, SpaceHandle]] = [(other, used.space), (used.space, other)]
        for space, another in spaces:
            with pytest.raises(Refused, match="other fixtures"):
                space.restore(another.snapshot())
