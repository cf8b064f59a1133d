"""The journal: its content, its limits, hidden secrets, and filters."""

import asyncio
import json
import threading
from datetime import UTC, datetime
from typing import Any
from weakref import ref

import pytest

from emulator import Emulator
from emulator.client.handles import Refused, SpaceHandle
from emulator.space.history import History
from emulator.space.world import Limits
from emulator.web.exchange import Exchange
from emulator.web.headers import Headers
from tests.support.caller import Caller

ORDERS = "/v1/orders"
ONE_KG = {"amount_kg": 1}
HUGE = 10**400


@pytest.fixture
def used(cnaught: Caller) -> Caller:
    """Return a client that has sent several requests, a second apart."""
    for method, path, content in [
        ("GET", ORDERS, b""),
        ("POST", ORDERS, b'{"amount_kg": 1}'),
        ("POST", ORDERS, b'{"amount_kg": 0}'),
        ("GET", "/v1/orders/nobody", b""),
        ("GET", "/nowhere", b""),
        ("HEAD", ORDERS, b""),
    ]:
        cnaught.request(method, path, content=content)
        cnaught.space.clock.advance(seconds=1)
    return cnaught


# --- entries ----------------------------------------------------------------------------------------------------------


def test_an_entry_is_complete(cnaught: Caller) -> None:
    """An entry has the request, the reply, and the evidence of the reply."""
    reply = cnaught.post(f"{ORDERS}?a=1&a=2&b=", {"amount_kg": 0}, headers={"Accept": "application/json"})
    entry = cnaught.space.requests.matching()[0]
    shown = {name: entry[name] for name in entry if name not in ("headers", "reply")}
    assert shown == {
        "id": 1,
        "at": "2026-01-01T00:00:00.000000Z",
        "provider": "cnaught",
        "operation": "place_order",
        "method": "POST",
        "path": "/v1/orders",
        "query": [["a", "1"], ["a", "2"], ["b", ""]],
        "body": {"amount_kg": 0},
        "unread": ["query a", "query b"],
        "status": 400,
        "evidence": entry["evidence"],
        "evidence_fields": [
            {"in": "refusal", "field": "amount_kg", "evidence": "docs", "rule": "cnaught.orders.amount-positive"}
        ],
        "rule": "cnaught.orders.amount-positive",
        "fault": None,
    }
    assert (entry["headers"]["accept"], entry["headers"]["authorization"]) == ("application/json", "Bearer ***")
    assert entry["reply"] == {"headers": dict(reply.headers), "body": reply.json()}


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (b"", None),
        (b'{"a": [1, 2.5, null, true]}', {"a": [1, 2.5, None, True]}),
        (b"plain text", "plain text"),
        (b"\xff\x00", "\\xff\x00"),
        (b'{"n": %d}' % HUGE, {"n": str(HUGE)}),
        (b"[NaN]", "[NaN]"),
        (b'["\\ud800"]', '["\\ud800"]'),
        (b"[" * 5000, "[" * 5000),
        (b"[" * 150 + b"]" * 150, None),
    ],
)
def test_any_body_can_be_shown(cnaught: Caller, content: bytes, shown: object) -> None:
    """Any body can be read in the journal: JSON as JSON, anything else as text."""
    cnaught.post(ORDERS, content=content)
    entry = cnaught.space.requests.matching()[0]
    assert entry["status"] == 400
    assert shown is None or entry["body"] == shown


@pytest.mark.parametrize("path", ["/v1/orders/%ff", "/v1/orders/%00", "/v1/orders/%F0%9F%8C%B3", "/v1/orders?%ff=%00"])
def test_any_path_can_be_shown(cnaught: Caller, path: str) -> None:
    """Any path can be read in the journal."""
    cnaught.get(path)
    assert len(cnaught.space.requests.matching()) == 1


def test_a_reply_has_the_id_of_its_entry(used: Caller) -> None:
    """X-Emulator-Request-Id counts the requests of a space, and identifies the entry."""
    number = used.get(ORDERS).headers["x-emulator-request-id"]
    assert number == "7"
    (entry,) = used.space.requests.matching(id=number)
    assert (entry["id"], entry["path"]) == (7, ORDERS)
    assert used.space.requests.matching(id=8) == []


# --- unread parts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "body", "headers", "unread"),
    [
        (ORDERS, ONE_KG, {}, []),
        (ORDERS, {"amount_kg": 1, "amountKg": 2}, {}, ["body amountKg"]),
        (ORDERS, {"amount_kg": 1, "notification_config": {"uri": ""}}, {}, ["body notification_config.uri"]),
        (f"{ORDERS}?limit=1&x=", ONE_KG, {}, ["query limit", "query x"]),
        (ORDERS, ONE_KG, {"Idempotency_Key": "a"}, ["header idempotency_key"]),
        (ORDERS, ONE_KG, {"Idempotencykey": "a"}, ["header idempotencykey"]),
        (ORDERS, ONE_KG, {"X-Sub-Account-Id": "a"}, ["header x-sub-account-id"]),
        (ORDERS, ONE_KG, {"Idempotency-Key": "a", "X-Mine": "b", "Accept": "*/*"}, []),
        (f"{ORDERS}/Gre28Fc35bt3/cancel", {"reason": "none"}, {}, ["body reason"]),
        ("/nowhere?a=1", {"b": 2}, {"c": "3"}, []),
    ],
)
def test_unread_parts_are_listed(
    cnaught: Caller, path: str, body: dict[str, Any], headers: dict[str, str], unread: list[str]
) -> None:
    """Parameters, members and headers that look like mistakes are listed; those of an unknown path are not."""
    cnaught.post(path, body, headers=headers)
    assert cnaught.space.requests.matching()[0]["unread"] == unread


def test_a_misspelled_parameter_is_listed(cnaught: Caller) -> None:
    """A parameter that the vendor ignores is listed as unread."""
    cnaught.get(f"{ORDERS}?limit=5&startingAfter=x")
    assert cnaught.space.requests.matching()[0]["unread"] == ["query startingAfter"]


def test_members_of_alternatives_are_known(space: SpaceHandle) -> None:
    """If a body has several forms, the members of all of them are known."""
    body = {"vintage_id": "v", "quantity_grams": "1", "external_id": "e", "external_retiree_name": "n", "note": ""}
    headers = {"Authorization": f"Bearer {space.thallo.credentials['api_key']}"}
    space.http.post(f"{space.thallo.url}/api/caas/request-retirement", headers=headers, json=body)
    (entry,) = space.requests.matching(operation="request_retirement")
    assert entry["unread"] == ["body note"]


# --- filters ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, [1, 2, 3, 4, 5, 6]),
        ({"provider": "cnaught"}, [1, 2, 3, 4, 5, 6]),
        ({"provider": "thallo"}, []),
        ({"operation": "place_order"}, [2, 3]),
        ({"operation": "list_orders"}, [1, 6]),
        ({"method": "post"}, [2, 3]),
        ({"method": "HEAD"}, [6]),
        ({"path": "/nowhere"}, [5]),
        ({"status": 400}, [3]),
        ({"status": 404}, [4, 5]),
        ({"since": "2026-01-01T00:00:04Z"}, [5, 6]),
        ({"since": "2026-01-01T01:00:04+01:00"}, [5, 6]),
        ({"id": 4}, [4]),
        ({"operation": "place_order", "status": 201, "method": "POST"}, [2]),
        ({"path": "/nowhere/else"}, []),
        ({"operation": "place_order", "path": ORDERS}, [2, 3]),
    ],
)
def test_requests_are_filtered(used: Caller, filters: dict[str, Any], found: list[int]) -> None:
    """Requests that match all filters are returned, oldest first."""
    assert [entry["id"] for entry in used.space.requests.matching(**filters)] == found


@pytest.mark.parametrize(
    "query",
    ["status=ok", "status=99", "status=1e4", "since=2026-01-01", "since=0", "id=0", f"id={HUGE}", "state=1", "count=1"],
)
@pytest.mark.parametrize("path", ["/requests", "/requests/wait"])
def test_an_invalid_filter_is_refused(space: SpaceHandle, path: str, query: str) -> None:
    """An unknown or invalid filter is refused, not ignored."""
    if (path, query) == ("/requests/wait", "count=1"):
        query = "count=0"
    with pytest.raises(Refused) as refused:
        space.control("GET", f"{path}?{query}")
    assert refused.value.status == 400
    assert refused.value.answer["problems"][0]["place"] == ["query", query.partition("=")[0]]


def test_the_journal_is_cleared(used: Caller) -> None:
    """Clearing removes the requests, and ids continue."""
    used.space.requests.clear()
    assert len(used.space.requests) == 0
    assert used.get(ORDERS).headers["x-emulator-request-id"] == "7"


def test_the_control_api_is_not_in_the_journal(space: SpaceHandle) -> None:
    """Only requests to vendors are recorded."""
    space.snapshot()
    space.faults.clear()
    assert space.control("GET", "/requests") == {"requests": [], "dropped": 0}


# --- waiting ----------------------------------------------------------------------------------------------------------


def test_waiting_ends_with_enough_requests(cnaught: Caller) -> None:
    """Earlier requests count, missing ones are waited for, and other requests do not end the wait."""
    cnaught.post(ORDERS, ONE_KG)
    later = threading.Timer(0.03, lambda: (cnaught.get(ORDERS), cnaught.post(ORDERS, ONE_KG)))
    later.start()
    entries = cnaught.space.requests.wait(count=2, operation="place_order", status=201)
    later.join()
    assert [entry["id"] for entry in entries] == [1, 3]


def test_a_timed_out_wait_returns_the_nearest_misses(used: Caller) -> None:
    """A wait that times out returns the number of matches, and similar requests with their differences."""
    with pytest.raises(Refused, match=r"1 matching request arrived within 0.01 seconds; wanted 2") as refused:
        used.space.requests.wait(2, timeout=0.01, operation="place_order", status=201)
    assert refused.value.status == 408
    answer = refused.value.answer
    assert (answer["found"], len(answer["nearest_misses"])) == (1, 5)
    assert answer["nearest_misses"][0] == {
        "id": 3,
        "method": "POST",
        "path": ORDERS,
        "differs": {"status": {"asked": 201, "was": 400}},
    }


def test_a_wait_without_requests_has_no_misses(space: SpaceHandle) -> None:
    """Without any request there are no similar ones."""
    with pytest.raises(Refused) as refused:
        space.requests.wait(timeout=0)
    assert refused.value.answer["nearest_misses"] == []


def test_several_clients_can_wait(cnaught: Caller) -> None:
    """One request ends the waits of all clients that match it."""
    found: list[int] = []
    waiting = [
        threading.Thread(target=lambda: found.append(len(cnaught.space.requests.wait(method="POST")))) for _ in range(4)
    ]
    for thread in waiting:
        thread.start()
    cnaught.post(ORDERS, ONE_KG)
    for thread in waiting:
        thread.join()
    assert found == [1, 1, 1, 1]


# --- bounds -----------------------------------------------------------------------------------------------------------


def test_the_journal_keeps_the_last_requests(emulator: Emulator) -> None:
    """Above the limit, the oldest requests are dropped and counted."""
    with Emulator(port=None, limits=Limits(journal_exchanges_max=3)) as small:
        for n in range(5):
            small.http.get(f"/cnaught/{n}")
        journal = small.control("GET", "/requests")
        assert ([entry["path"] for entry in journal["requests"]], journal["dropped"]) == (["/2", "/3", "/4"], 2)
        assert small.control("DELETE", "/requests") == {"requests": [], "dropped": 0}


@pytest.mark.parametrize("where", ["path", "query", "header", "body"])
def test_the_journal_has_a_limit_of_bytes(where: str) -> None:
    """With large requests of any kind, the journal stays below its limit; a request above it is not stored."""
    with Emulator(port=None, limits=Limits(journal_bytes_max=10_000)) as small:
        for size in (3000, 3000, 3000, 3000, 11_000):
            much = "x" * size
            path = {"path": f"/cnaught/{much}", "query": f"/cnaught/?{much}"}.get(where, "/cnaught/")
            headers, content = {"X-Much": much if where == "header" else ""}, much if where == "body" else ""
            small.http.post(path, headers=headers, content=content)
            journal = small.app.spaces.get("default").history.exchanges()
            assert sum(_text_bytes(exchange) for exchange in journal) <= 10_000
        assert small.control("GET", "/requests") == {"requests": [], "dropped": 5}


def _text_bytes(exchange: Exchange) -> int:
    """Return the size of everything that was sent, and of the reply's body."""
    headers = sum(len(name) + len(value) for name, value in exchange.headers)
    return headers + len(exchange.path) + len(exchange.query) + len(exchange.body) + len(exchange.reply_body)


def test_repeated_headers_are_shared(emulator: Emulator) -> None:
    """Consecutive requests with the same headers share them; other requests have their own."""
    for sent in ("a", "a", "b", "a"):
        emulator.http.get("/cnaught/", headers={"X-Sent": sent})
    journal = emulator.app.spaces.get("default").history.exchanges()[-4:]
    assert [dict(exchange.headers)[b"x-sent"] for exchange in journal] == [b"a", b"a", b"b", b"a"]
    assert [exchange.headers is journal[0].headers for exchange in journal] == [True, True, False, False]


def test_what_is_polled_is_stored_once(emulator: Emulator) -> None:
    """A large body or reply that is the same as the last one at its endpoint takes no further memory."""
    headers = {"Authorization": "Bearer test_acme_0001", "Content-Type": "application/json"}
    for _ in range(3):
        for _ in range(6):
            content = b"%b" % (b'{"amount_kg": 1}' + b" " * 4000)
            emulator.http.post("/cnaught/v1/orders", headers=headers, content=content)
        for _ in range(2):
            emulator.http.get("/cnaught/v1/orders?limit=100", headers=headers)
    journal = emulator.app.spaces.get("default").history.exchanges()[-24:]
    placed = [exchange for exchange in journal if exchange.method == "POST"]
    assert len({id(exchange.body) for exchange in placed}) == 1
    assert len({exchange.reply_body for exchange in placed}) == 18
    listed = [exchange.reply_body for exchange in journal if exchange.method == "GET"]
    counts = [len(json.loads(body)["data"]) for body in listed]
    assert [count - counts[0] for count in counts] == [0, 0, 6, 6, 12, 12]
    assert len(set(map(id, listed))) == 3


def test_what_is_dropped_is_freed() -> None:
    """A journal keeps no large exchange beyond its limits."""
    journal = History(1, 1_000_000)
    scope = {"method": "GET", "path": "/", "query_string": b"", "headers": []}
    added = []
    for number in range(3):
        exchange = Exchange(number, "cnaught", scope, Headers(()), b"x" * 10_000, datetime.now(UTC))
        exchange.operation = f"operation_{number}"
        journal.add(exchange)
        added.append(ref(exchange))
    del exchange
    assert [one() is None for one in added] == [True, True, False]


def test_a_journal_can_be_disabled() -> None:
    """A server can store no requests at all."""
    with Emulator(port=None, limits=Limits(journal_exchanges_max=0)) as small:
        assert small.http.get("/cnaught/").headers["x-emulator-request-id"] == "1"
        assert small.control("GET", "/requests") == {"requests": [], "dropped": 1}


def test_a_cancelled_wait_does_not_disturb() -> None:
    """An exchange can be added while a client stops waiting."""
    journal = History(10, 10_000)
    scope = {"method": "GET", "path": "/", "query_string": b"", "headers": []}
    exchange = Exchange(1, "cnaught", scope, Headers(()), b"", datetime.now(UTC))

    async def cancel_wait() -> None:
        waiting = asyncio.ensure_future(journal.changed(10))
        await asyncio.sleep(0)
        waiting.cancel()
        journal.add(exchange)
        await asyncio.gather(waiting, return_exceptions=True)

    asyncio.run(cancel_wait())
    assert list(journal) == [exchange]


def test_a_limit_lists_the_latest(used: Caller) -> None:
    """With a limit, only the latest matching entries are listed, oldest first."""
    requests = used.space.requests
    every = [entry["id"] for entry in requests.matching()]
    assert [entry["id"] for entry in requests.matching(limit=2)] == every[-2:]
    assert [entry["id"] for entry in requests.matching(limit=len(every) + 1)] == every
    assert [entry["method"] for entry in requests.matching(method="POST", limit=1)] == ["POST"]
    with pytest.raises(Refused):
        requests.matching(limit=0)
