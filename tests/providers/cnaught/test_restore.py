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
from tests.providers.cnaught.test_checkout import new_session
from tests.support.caller import Caller, credentials_of
from tests.support.drafts import good_draft
from tests.support.hostile import Hostile, failures

CALLBACK = {"notification_config": {"url": "http://127.0.0.1:9/orders"}}
REQUESTS = [good_draft("cnaught", operation) for operation in contracts.operations("cnaught") if not operation.missing]


@pytest.fixture(scope="module")
def hostile(emulator: Emulator) -> Iterator[Hostile]:
    """Yield a space whose memory has one of everything."""
    http = httpx.Client(transport=DirectTransport(emulator.app), base_url="http://127.0.0.1")
    space = SpaceHandle(http, emulator.space().name)
    space.clock.freeze(START)
    space.webhooks.pause()
    cnaught = Caller(space, "cnaught", credentials_of(space, "cnaught"))
    ordered = cnaught.post("/v1/orders", {"amount_kg": 1, **CALLBACK}, headers={"Idempotency-Key": "order"})
    cnaught.post("/v1/orders/ride", {"distance_km": 30, **CALLBACK})
    kept, deleted = (
        cnaught.post("/v1/subaccounts", {"name": name}, headers={"Idempotency-Key": name}).json()["id"]
        for name in ("kept", "deleted")
    )
    cnaught.request("DELETE", f"/v1/subaccounts/{deleted}")
    paid, _ = (new_session(cnaught).json()["id"] for _ in range(2))
    space.http.post(f"{space.url}/_emulator/acts/cnaught/complete_checkout", json={"subject": paid})
    cnaught.post(f"/v1/orders/{ordered.json()['id']}/cancel")
    original = space.snapshot()
    memory = original["memory"]["cnaught"]
    assert [kind for kind, records in memory.items() if not records] == []
    latest = [order["id"] for order in cnaught.get("/v1/orders?limit=3").json()["data"]]
    example = "Gre28Fc35bt3"
    memory["orders"] = {id: order for id, order in memory["orders"].items() if id in (*latest, example)}
    memory["subaccounts"] = {id: one for id, one in memory["subaccounts"].items() if id in (kept, "5nubL0NS")}
    yield Hostile(space, original, "cnaught")
    space.delete()


@given(number=st.integers(0, 100_000))
@settings(max_examples=5 * settings.default.max_examples)
def test_every_restored_state_can_be_shown(hostile: Hostile, number: int) -> None:
    """A snapshot with a hostile value anywhere is refused, or every operation answers and it is restored again."""
    if change := hostile.restored(number):
        assert failures(change, replies(hostile)) == []


def replies(hostile: Hostile) -> Iterator[httpx.Response]:
    """Yield the replies of every operation, and of the control API, before and after the clock has moved on."""
    space, control = hostile.space, f"{hostile.space.url}/_emulator"
    cnaught = Caller(space, "cnaught", credentials_of(space, "cnaught"))
    yield hostile.restored_again()
    for seconds in (1, 86400 * 40):
        for draft in sorted(REQUESTS, key=lambda draft: draft.method == "DELETE"):
            yield cnaught.send(draft, promised=False)
        yield from (space.http.get(f"{control}/{path}") for path in ("state/cnaught", "ledger", "ledger/verify"))
        yield hostile.restored_again()
        yield space.http.post(f"{control}/clock/advance", json={"seconds": seconds})
