"""Snapshots: every reachable state can be restored, and every restored state can be shown."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator import Emulator
from emulator.client.embedded import SpaceHandle
from emulator.client.handles import Refused
from emulator.client.transport import DirectTransport
from tests.conftest import START
from tests.providers.thallo.conftest import (
    CUSTOMER,
    ORDER,
    OWNED_VINTAGE,
    SMALL_ORDER,
    SMALL_VINTAGE,
    TONNE,
    VINTAGE,
    as_seller,
    retire,
    wallet,
)
from tests.support.caller import Caller, credentials_of
from tests.support.hostile import Hostile, failures

ARCHIVED_VINTAGE, ARCHIVED_ORDER = "004o7rnsz29fptz9uo", "006biochar20210000"
PURCHASES = [
    (VINTAGE, ORDER, "3000"),
    (SMALL_VINTAGE, SMALL_ORDER, "1500"),
    (ARCHIVED_VINTAGE, ARCHIVED_ORDER, "14500"),
    (OWNED_VINTAGE, None, None),
]

steps = st.one_of(
    st.tuples(st.just("retire"), st.sampled_from(PURCHASES), st.integers(1, 3 * TONNE), st.booleans()),
    st.tuples(st.just("key"), st.booleans()),
    st.tuples(st.just("deactivate"), st.integers(0, 3)),
    st.tuples(st.just("advance"), st.sampled_from([0.001, 86400, 31 * 86400, 45 * 86400])),
    st.tuples(st.just("settings"), st.booleans()),
)


class Client:
    """A tenant that takes steps. It uses the key that it created last, as long as that is active."""

    def __init__(self, emulator: Emulator) -> None:
        http = httpx.Client(transport=DirectTransport(emulator.app), base_url="http://127.0.0.1")
        self.space = SpaceHandle(http, emulator.space().name)
        self.space.clock.freeze(START)
        self.thallo = Caller(self.space, "thallo", credentials_of(self.space, "thallo"))

    def take(self, step: tuple[Any, ...]) -> None:
        """Take one step; it may be refused."""
        match step:
            case ("retire", (vintage_id, order_id, price), grams, customer):
                more = {"vintage_id": vintage_id, "sell_order_id": order_id, "expected_price_cents": price}
                retire(self.thallo, str(grams), f"{vintage_id} {grams}", **more, **(CUSTOMER if customer else {}))
            case ("key", deactivate_current):
                draft = {"name": "another", "deactivate_current": deactivate_current}
                reply = self.thallo.post("/api/api-keys", draft)
                if reply.status_code == 201:
                    self.thallo = self.thallo.identified({"Authorization": f"Bearer {reply.json()['api_key']}"})
            case ("deactivate", nth):
                keys = self.thallo.get("/api/api-keys").json().get("api_keys", [])
                if nth < len(keys) - 1:
                    self.thallo.request("DELETE", f"/api/api-keys/{keys[nth]['id']}")
            case ("advance", seconds):
                self.space.clock.advance(seconds=seconds)
            case ("settings", invoices_live):
                self.space.control("PATCH", "/settings/thallo", json={"invoices_live": invoices_live})

    def views(self) -> list[object]:
        """Return everything that the operations show to both tenants."""
        callers = (self.thallo, as_seller(self.thallo))
        return [caller.get(path, params=query).json() for caller in callers for path, query in reads(self.space)]


def reads(space: SpaceHandle) -> list[tuple[str, Mapping[str, Any]]]:
    """Return every request that reads, for each record of a space."""
    requests = space.snapshot()["memory"]["thallo"]["retirement_requests"]
    return [
        ("/api/inventory", {}),
        ("/api/inventory", {"wallet_min_quantity": "1", "trade_type": "BUY", "trades_per_wallet": "1"}),
        ("/api/market", {"per_page": "100"}),
        ("/api/projects", {"project_ids": ["003c1hatqib9jbpwwl"]}),
        ("/api/api-keys", {}),
        *(("/api/retirement", {"id": request["id"]}) for request in requests.values()),
    ]


@given(first=st.lists(steps, max_size=12), then=st.lists(steps, max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_reachable_state_is_restored(emulator: Emulator, first: list[Any], then: list[Any]) -> None:
    """After any steps, a restored space shows, remembers and announces the same as when its snapshot was taken."""
    client = Client(emulator)
    for step in first:
        client.take(step)
    snapshot, views, thallo = client.space.snapshot(), client.views(), client.thallo
    for step in then:
        client.take(step)
    events = client.space.clock.advance(days=100)
    client.space.restore(snapshot)
    client.thallo = thallo
    assert (client.space.snapshot(), client.views()) == (snapshot, views)
    for step in then:
        client.take(step)
    assert client.space.clock.advance(days=100) == events
    client.space.delete()


@pytest.fixture(scope="module")
def hostile(emulator: Emulator) -> Iterator[Hostile]:
    """Yield a space whose memory has one of everything."""
    client = Client(emulator)
    retire(client.thallo, "1500000", "fraction")
    retire(client.thallo, str(TONNE), "customer", **CUSTOMER)
    client.take(("key", False))
    client.take(("deactivate", 0))
    original = client.space.snapshot()
    memory = original["memory"]["thallo"]
    memory["wallets"] = {
        "thallo-ltd": {name: memory["wallets"]["thallo-ltd"][name] for name in (VINTAGE, OWNED_VINTAGE)}
    }
    memory["sell_orders"] = {id: memory["sell_orders"][id] for id in (ORDER, "006closedorder0000")}
    requests = memory["retirement_requests"]
    memory["retirement_requests"] = {id: requests[id] for id in ("00mj6hrvi6yaapj6nb", *list(requests)[-2:])}
    memory["invoices"] = {id: memory["invoices"][id] for id in ("00ipaidoutofturn00", *list(memory["invoices"])[-1:])}
    yield Hostile(client.space, original, "thallo")
    client.space.delete()


@given(number=st.integers(0, 10_000))
@settings(max_examples=10 * settings.default.max_examples)
def test_every_restored_state_can_be_shown(hostile: Hostile, number: int) -> None:
    """A snapshot with a hostile value anywhere is refused, or every operation works on it and it is restored again."""
    if change := hostile.restored(number):
        assert failures(change, replies(hostile.space)) == []


def replies(space: SpaceHandle) -> Iterator[httpx.Response]:
    """Yield the replies of every operation, and of the control API, before and after the clock has moved on."""
    control = f"{space.url}/_emulator"
    thallo = Caller(space, "thallo", credentials_of(space, "thallo"))
    for caller in (as_seller(thallo), thallo):
        yield from (caller.get(path, params=query, promised=False) for path, query in reads(space))
        for name, (vintage_id, order_id, price) in enumerate(PURCHASES):
            body = {"vintage_id": vintage_id, "quantity_grams": "1000001", "external_id": f"new {name}"}
            body |= {"sell_order_id": order_id, "expected_price_cents": price}
            yield caller.post("/api/caas/request-retirement", body, promised=False)
        yield caller.post("/api/api-keys", {"name": "new", "deactivate_current": False}, promised=False)
        yield caller.request("DELETE", "/api/api-keys/00n06yx75dzuxz2lgi", promised=False)
    for _ in range(2):
        yield from (
            space.http.get(f"{control}/{path}") for path in ("state/thallo", "ledger?limit=1000", "ledger/verify")
        )
        again = space.http.get(f"{control}/snapshot")
        yield again
        yield space.http.put(f"{control}/snapshot", content=again.content)
        assert space.http.put(f"{control}/snapshot", content=again.content).status_code == 200
        yield space.http.post(f"{control}/clock/advance", json={"seconds": 86400 * 365})


@pytest.mark.parametrize(
    ("part", "id", "member", "value", "message"),
    [
        ("sell_orders", ORDER, "quantity_grams", "1" + "0" * 400, "must be at most 9"),
        ("sell_orders", ORDER, "quantity_grams", "1" + "0" * 100, "must be at most 9"),
        ("sell_orders", ORDER, "quantity_grams", "9" * 5000, "quantity_grams"),
        ("sell_orders", ORDER, "quantity_grams", "9" * 100, "have more than 100 digits in all"),
        ("sell_orders", ORDER, "price_cents", "1" + "0" * 400, "must be at most 9"),
        ("sell_orders", ORDER, "id", "another", "has the id 'another'"),
        ("sell_orders", ORDER, "closes_at", "9999-12-31T23:59:59Z", "the year must be"),
        ("retirement_requests", "00maxwb1x2ltjgh4ob", "created_at", "9999-12-31T23:59:59Z", "the year must be"),
        ("retirement_requests", "00maxwb1x2ltjgh4ob", "carried_grams", "1000000", "less than 1000000"),
        ("invoices", "00iy2jbppp8kwwg7vl", "month", "9999-12", "pattern"),
    ],
)
def test_a_memory_out_of_bounds_is_refused(
    thallo: Caller, part: str, id: str, member: str, value: str, message: str
) -> None:
    """A restored memory has bounds, which requests cannot exceed. The refusal says where and why."""
    snapshot = thallo.space.snapshot()
    snapshot["memory"]["thallo"][part][id][member] = value
    with pytest.raises(Refused, match=re.escape(message)):
        thallo.space.restore(snapshot)


def test_the_largest_amounts_can_be_traded(thallo: Caller) -> None:
    """A vintage of 100 digits, at a price of 100 digits, is bought, retired and accounted for."""
    grams, price = 10**100 - TONNE, "9" * 100
    snapshot = thallo.space.snapshot()
    snapshot["memory"]["thallo"]["sell_orders"][SMALL_ORDER] |= {"quantity_grams": str(grams), "price_cents": price}
    thallo.space.restore(snapshot)
    small = {"vintage_id": SMALL_VINTAGE, "sell_order_id": SMALL_ORDER, "expected_price_cents": price}
    assert retire(thallo, str(grams - 1), **small).status_code == 200
    assert wallet(thallo, SMALL_VINTAGE)["quantity_grams"] == "1"
    holds = {check["name"]: check["holds"] for check in thallo.space.verify_ledger()["checks"]}
    assert all(holds[name] for name in ("books.balance", "thallo.charge", "thallo.trades", "thallo.whole-tonnes"))
    thallo.space.restore(thallo.space.snapshot())
