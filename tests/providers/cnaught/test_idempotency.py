"""Idempotency keys."""

import tracemalloc
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import httpx
import pytest

from emulator.core.clock import Clock
from emulator.providers.cnaught.backend.idempotency import Idempotency
from emulator.providers.cnaught.memory.catalogue import Account, ImpactPage
from emulator.providers.cnaught.memory.fixture import Memory
from emulator.providers.cnaught.memory.records import KeyedReply
from tests.providers.cnaught.conftest import as_account
from tests.support.caller import Caller

CALLS: dict[str, Any] = {
    "/v1/orders": {"amount_kg": 10},
    "/v1/orders/ride": {"distance_km": 30},
    "/v1/orders/Gre28Fc35bt3/cancel": None,
    "/v1/subaccounts": {"name": "Marketing"},
}
"""Every operation that supports a key, with a valid body."""

START = datetime(2026, 1, 1, tzinfo=UTC)
KEYS_A_DAY = 1000
TYPES = "https://api.cnaught.com/v1/errors/"


def keyed(caller: Caller, path: str, body: Any = None, key: str = "key-1", **headers: str) -> httpx.Response:
    """Make a call with an idempotency key."""
    return caller.post(path, body, headers={"Idempotency-Key": key, **headers})


def records(caller: Caller) -> list[object]:
    """Return everything that the account has."""
    return [caller.get(path).json() for path in ("/v1/orders", "/v1/subaccounts", "/v1/impact/data")]


@pytest.mark.rule("cnaught.idempotency.replay", "cnaught.idempotency.replay-exact")
@pytest.mark.parametrize(("path", "body"), CALLS.items())
def test_a_repeated_request_is_replayed(cnaught: Caller, path: str, body: Any) -> None:
    """The second of two equal requests gets the reply to the first, byte for byte, and changes nothing."""
    first = keyed(cnaught, path, body)
    assert first.is_success
    assert "X-Idempotent-Replay" not in first.headers
    before = records(cnaught)
    again = keyed(cnaught, path, body)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["X-Idempotent-Replay"] == "true"
    assert records(cnaught) == before


@pytest.mark.rule("cnaught.idempotency.replay-exact")
def test_a_replay_shows_the_first_state(cnaught: Caller) -> None:
    """A replay shows the order as it was placed, even after it was fulfilled and cancelled."""
    first = keyed(cnaught, "/v1/orders", {"amount_kg": 10})
    cnaught.space.clock.advance(seconds=10)
    cnaught.post(f"/v1/orders/{first.json()['id']}/cancel")
    assert keyed(cnaught, "/v1/orders", {"amount_kg": 10}).content == first.content
    assert first.json()["state"] == "placed"


@pytest.mark.rule("cnaught.idempotency.replay-exact")
@pytest.mark.parametrize("seconds", [0, 2])
def test_a_replay_shows_the_allocations_of_the_first_reply(cnaught: Caller, seconds: float) -> None:
    """A replay has the allocations of the first reply, even if something else happens at the same time."""
    cnaught.space.control("PATCH", "/settings/cnaught", json={"fulfilment_seconds": seconds})
    first = keyed(cnaught, "/v1/orders", {"amount_kg": 10})
    assert first.json()["project_allocations"] == []
    if seconds:
        cnaught.space.control("POST", "/acts/cnaught/fulfil_order", json={"subject": first.json()["id"]})
    assert keyed(cnaught, "/v1/orders", {"amount_kg": 10}).content == first.content
    cancelled = keyed(cnaught, f"/v1/orders/{first.json()['id']}/cancel", key="key-2")
    assert keyed(cnaught, "/v1/orders", {"amount_kg": 10}).content == first.content
    assert keyed(cnaught, f"/v1/orders/{first.json()['id']}/cancel", key="key-2").content == cancelled.content


@pytest.mark.rule("cnaught.idempotency.replay-exact")
def test_a_replay_survives_a_snapshot(cnaught: Caller) -> None:
    """A restored space replays the same orders and subaccounts."""
    firsts = [keyed(cnaught, path, CALLS[path], key=path) for path in ("/v1/orders", "/v1/subaccounts")]
    snapshot = cnaught.space.snapshot()
    cnaught.space.reset()
    cnaught.space.restore(snapshot)
    cnaught.space.clock.advance(seconds=10)
    for path, first in zip(("/v1/orders", "/v1/subaccounts"), firsts, strict=True):
        assert keyed(cnaught, path, CALLS[path], key=path).content == first.content


@pytest.mark.rule("cnaught.cancel.replay")
def test_a_repeated_cancel_call_is_replayed(cnaught: Caller) -> None:
    """A second cancel call replays the first 200 under its key, and is refused under another."""
    first = keyed(cnaught, "/v1/orders/Gre28Fc35bt3/cancel")
    again = keyed(cnaught, "/v1/orders/Gre28Fc35bt3/cancel")
    assert (again.status_code, again.content) == (200, first.content)
    assert keyed(cnaught, "/v1/orders/Gre28Fc35bt3/cancel", key="key-2").status_code == 403


@pytest.mark.rule("cnaught.idempotency.changed-payload", "cnaught.idempotency.changed-payload-problem")
@pytest.mark.parametrize(
    ("path", "first", "second"),
    [
        ("/v1/orders", {"amount_kg": 10}, {"amount_kg": 11}),
        ("/v1/orders", {"amount_kg": 10, "metadata": "a"}, {"amount_kg": 10, "metadata": "b"}),
        ("/v1/orders", {"amount_kg": 10}, {"amount_kg": 10, "metadata": None}),
        ("/v1/orders", {"amount_kg": 10, "x": 10**400}, {"amount_kg": 10, "x": 10**401}),
        ("/v1/orders/ride", {"distance_km": 30}, {"distance_km": 30, "description": "again"}),
        pytest.param(
            "/v1/orders/Gre28Fc35bt3/cancel", None, {}, marks=pytest.mark.rule("cnaught.cancel.changed-payload")
        ),
        ("/v1/subaccounts", {"name": "Marketing"}, {"name": "marketing"}),
    ],
)
def test_a_key_stands_for_one_request(cnaught: Caller, path: str, first: Any, second: Any) -> None:
    """A different request under a used key is refused, however small the difference, and changes nothing."""
    assert keyed(cnaught, path, first).is_success
    before = records(cnaught)
    reply = keyed(cnaught, path, second)
    assert reply.status_code == 422
    assert reply.json() == {
        "type": TYPES + "idempotency-changed-payload",
        "title": "Previous request submitted with same idempotency key had different payload",
        "status": 422,
    }
    assert records(cnaught) == before
    assert keyed(cnaught, path, first).is_success


@pytest.mark.rule("cnaught.cancel.concurrent")
def test_a_key_of_a_running_cancellation_is_refused(cnaught: Caller) -> None:
    """While a cancellation with a key is delayed, a second one with this key is refused."""
    path = "/v1/orders/Gre28Fc35bt3/cancel"
    cnaught.space.faults.add("cnaught", operation="cancel_order", when="before", effect={"delay_seconds": 0.1})
    first = Thread(target=lambda: keyed(cnaught, path))
    first.start()
    while not any(fault["fired"] for fault in cnaught.space.faults):
        assert first.is_alive()
    assert keyed(cnaught, path).status_code == 409
    first.join()


@pytest.mark.rule("cnaught.idempotency.concurrent")
def test_a_key_of_a_running_request_is_refused(cnaught: Caller) -> None:
    """While the first request with a key is delayed a second one is refused; then the first is performed."""
    delay = {"delay_seconds": 0.2}
    cnaught.space.faults.add("cnaught", operation="place_order", when="before", effect=delay)
    replies: list[httpx.Response] = []
    first = Thread(target=lambda: replies.append(keyed(cnaught, "/v1/orders", {"amount_kg": 10})))
    first.start()
    while not any(fault["fired"] for fault in cnaught.space.faults):
        assert first.is_alive()

    second = keyed(cnaught, "/v1/orders", {"amount_kg": 10})
    assert (second.status_code, second.json()["type"]) == (409, TYPES + "idempotency-concurrent-requests")
    assert keyed(cnaught, "/v1/orders", {"amount_kg": 10}, key="key-2").status_code == 201
    first.join()
    assert replies[0].status_code == 201
    assert keyed(cnaught, "/v1/orders", {"amount_kg": 10}).content == replies[0].content


@pytest.mark.rule("cnaught.idempotency.concurrent")
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/quotes", {"amount_kg": 10}),
        (
            "POST",
            "/v1/checkout/sessions",
            {"amount_kg": 10, "success_url": "https://a.b/", "cancel_url": "https://a.b/"},
        ),
        ("GET", "/v1/orders", None),
    ],
)
def test_a_running_request_that_ignores_the_header_refuses_no_other(
    cnaught: Caller, method: str, path: str, body: Any
) -> None:
    """Its key is free for an order meanwhile."""
    headers = {"Idempotency-Key": "key-1"}
    cnaught.space.faults.add("cnaught", method=method, path=path, when="before", effect={"delay_seconds": 0.2}, times=1)
    running = Thread(target=lambda: cnaught.request(method, path, json=body, headers=headers))
    running.start()
    while not any(fault["fired"] for fault in cnaught.space.faults):
        assert running.is_alive()
    assert keyed(cnaught, "/v1/orders", {"amount_kg": 10}).status_code == 201
    running.join()


@pytest.mark.rule("cnaught.idempotency.key-too-long")
@pytest.mark.parametrize(("path", "body"), CALLS.items())
def test_a_key_has_512_characters_at_most(cnaught: Caller, path: str, body: Any) -> None:
    """513 characters are refused before the body is read; 512 are accepted."""
    for refused in (keyed(cnaught, path, body, "k" * 513), keyed(cnaught, path, [], "k" * 513)):
        assert (refused.status_code, refused.json()["type"]) == (400, TYPES + "idempotency-key-too-long")
    assert keyed(cnaught, path, body, "k" * 512).is_success


@pytest.mark.rule("cnaught.idempotency.empty-key")
@pytest.mark.parametrize("path", ["/v1/orders", "/v1/orders/ride", "/v1/subaccounts"])
def test_an_empty_key_counts_as_none(cnaught: Caller, path: str) -> None:
    """Requests with an empty key are all performed."""
    first, second = keyed(cnaught, path, CALLS[path], ""), keyed(cnaught, path, CALLS[path], "")
    assert first.json()["id"] != second.json()["id"]
    assert keyed(cnaught, "/v1/orders/Gre28Fc35bt3/cancel", key="").status_code == 200
    assert keyed(cnaught, "/v1/orders/Gre28Fc35bt3/cancel", key="").status_code == 403


@pytest.mark.rule("cnaught.idempotency.fingerprint")
@pytest.mark.parametrize(
    "content",
    [
        b'{"amount_kg":10,"metadata":"a","notification_config":{"url":"http://a/","z":1}}',
        b'{"notification_config": {"z": 1, "url": "http://a/"},\n "metadata": "a", "amount_kg": 10}',
        b'{"amount_kg": 10, "metadata": "\\u0061", "notification_config": {"url": "http:\\/\\/a/", "z": 1}}',
        b'{"amount_kg": 10.0, "metadata": "a", "notification_config": {"url": "http://a/", "z": 1.00000000000000000}}',
        b'{"amount_kg": 1e1, "metadata": "a", "notification_config": {"url": "http://a/", "z": 10E-1}}',
    ],
)
def test_equal_requests_may_be_written_differently(cnaught: Caller, content: bytes) -> None:
    """White space, the order of members, escapes and the form of numbers make no difference."""
    body = {"amount_kg": 10, "metadata": "a", "notification_config": {"url": "http://a/", "z": 1}}
    first = keyed(cnaught, "/v1/orders", body)
    again = cnaught.post("/v1/orders", content=content, headers={"Idempotency-Key": "key-1"})
    assert (again.status_code, again.content) == (201, first.content)


@pytest.mark.rule("cnaught.idempotency.fingerprint")
@pytest.mark.parametrize("subaccount_id", ["5nubL0NS", "unknown", ""])
def test_another_subaccount_is_another_request(cnaught: Caller, subaccount_id: str) -> None:
    """The same body for another subaccount is a different request."""
    keyed(cnaught, "/v1/orders", {"amount_kg": 10})
    reply = keyed(cnaught, "/v1/orders", {"amount_kg": 10}, **{"X-Subaccount-Id": subaccount_id})
    assert reply.status_code == 422


@pytest.mark.rule("cnaught.idempotency.fingerprint")
@pytest.mark.parametrize("number", ["1.0000000000000000001", "1.1", "true", '"1"', "null", "10"])
def test_requests_with_different_values_are_different(cnaught: Caller, number: str) -> None:
    """A number counts with all its digits, and is equal to no other kind of value."""
    first, second = (f'{{"amount_kg": 10, "z": {value}}}'.encode() for value in ("1", number))
    key = {"Idempotency-Key": "key-1"}
    assert cnaught.post("/v1/orders", content=first, headers=key).status_code == 201
    assert cnaught.post("/v1/orders", content=second, headers=key).status_code == 422


@pytest.mark.rule("cnaught.idempotency.scope")
@pytest.mark.parametrize(("path", "body"), CALLS.items())
def test_a_key_belongs_to_an_account(cnaught: Caller, path: str, body: Any) -> None:
    """A key is used for all operations of its account, and for no other account."""
    keyed(cnaught, "/v1/orders", {"amount_kg": 7})
    assert keyed(cnaught, path, body).status_code == 422
    empty = as_account(cnaught, "empty")
    reply = keyed(empty, "/v1/orders", {"amount_kg": 7})
    assert reply.status_code == 201
    assert "X-Idempotent-Replay" not in reply.headers
    assert empty.get("/v1/orders").json()["data"] == [reply.json()]


@pytest.mark.rule("cnaught.idempotency.only-successes")
@pytest.mark.parametrize(
    ("path", "refused", "status"),
    [
        ("/v1/orders", {"amount_kg": -10}, 400),
        ("/v1/orders", {"amount_kg": 10, "portfolio_id": "unknown"}, 403),
        ("/v1/orders/ride", {}, 400),
        ("/v1/subaccounts", {"name": ""}, 400),
    ],
)
def test_a_refused_request_leaves_its_key_free(cnaught: Caller, path: str, refused: Any, status: int) -> None:
    """After a refusal the corrected request with the same key is performed."""
    assert keyed(cnaught, path, refused).status_code == status
    assert keyed(cnaught, path, refused).status_code == status
    reply = keyed(cnaught, path, CALLS[path])
    assert reply.status_code == 201
    assert "X-Idempotent-Replay" not in reply.headers


@pytest.mark.rule("cnaught.idempotency.only-successes")
def test_a_refused_cancel_call_leaves_its_key_free(cnaught: Caller) -> None:
    """A key that failed to cancel one order can cancel another."""
    assert keyed(cnaught, "/v1/orders/123/cancel").status_code == 404
    assert keyed(cnaught, "/v1/orders/Gre28Fc35bt3/cancel").status_code == 200


@pytest.mark.rule("cnaught.idempotency.lifetime")
@pytest.mark.parametrize("path", ["/v1/orders", "/v1/orders/ride", "/v1/subaccounts"])
def test_a_key_is_remembered_for_a_day(cnaught: Caller, path: str) -> None:
    """A request is replayed for 24 hours, and then performed again, with an event."""
    first = keyed(cnaught, path, CALLS[path])
    cnaught.space.clock.advance(hours=24, microseconds=-1)
    assert keyed(cnaught, path, CALLS[path]).content == first.content
    cnaught.space.clock.advance(microseconds=1)
    anew = keyed(cnaught, path, CALLS[path])
    assert anew.json()["id"] != first.json()["id"]
    assert "X-Idempotent-Replay" not in anew.headers


@pytest.mark.rule("cnaught.idempotency.lifetime")
def test_forgotten_keys_leave_no_memory() -> None:
    """The keys of each day take the place of those of the day before: further days add no memory."""
    clock, memory = Clock(), Memory()
    clock.begin(START, frozen=True)
    idempotency = Idempotency(memory, clock)
    account = Account("acme", "key", "Acme", START, "p", ("p",), ImpactPage(False, "", ()))
    sizes = []
    tracemalloc.start()
    try:
        for day in range(6):
            for number in range(KEYS_A_DAY):
                clock.advance(timedelta(days=1) / KEYS_A_DAY)
                remembered = KeyedReply(clock.now, "fingerprint", 201, order_id="order", state="placed")
                idempotency.remember(account, f"{day}-{number}", remembered)
            assert len(memory.keyed_replies) == KEYS_A_DAY
            sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert sizes[-1] - sizes[1] < sizes[0] / 10


@pytest.mark.rule("cnaught.idempotency.lifetime")
def test_a_lifetime_of_zero_replays_nothing(cnaught: Caller) -> None:
    """With a lifetime of zero every request is performed."""
    cnaught.space.control("PATCH", "/settings/cnaught", json={"idempotency_hours": 0})
    first, second = keyed(cnaught, "/v1/orders", {"amount_kg": 10}), keyed(cnaught, "/v1/orders", {"amount_kg": 10})
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] != second.json()["id"]


@pytest.mark.rule("cnaught.idempotency.before-validation")
@pytest.mark.parametrize("path", ["/v1/orders", "/v1/orders/ride", "/v1/subaccounts"])
def test_a_used_key_is_checked_before_the_body(cnaught: Caller, path: str) -> None:
    """An invalid body under a used key answers 422, not 400."""
    keyed(cnaught, path, CALLS[path])
    assert keyed(cnaught, path, {"amount_kg": "ten"}).status_code == 422
