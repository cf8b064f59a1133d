"""Faults: which requests they match, when and how often they fire, and what their clients receive."""

import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatchcase
from itertools import product
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator import Emulator
from emulator.bundles.bundle import read
from emulator.bundles.replay import replay
from emulator.client.handles import Refused, SpaceHandle
from emulator.providers import ALL
from emulator.space.faults import FAULTS_MAX, FaultDraft, Faults, TooManyFaults
from emulator.space.path_pattern import can_match
from tests.support.caller import Caller

ORDERS = "/v1/orders"
ONE_KG = {"amount_kg": 1}
SOME = {"status": 503}


def statuses(cnaught: Caller, times: int, path: str = ORDERS, **content: Any) -> list[int]:
    """Send this many requests, and return their statuses."""
    return [cnaught.get(path, promised=False, **content).status_code for _ in range(times)]


# --- before and after -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("when", "orders"), [("before", 1), ("after", 2)])
def test_a_fault_acts_before_the_operation_or_after_it(cnaught: Caller, when: str, orders: int) -> None:
    """A fault `before` replaces the operation; one `after` lets it commit and replaces its reply."""
    cnaught.space.faults.add("cnaught", operation="place_order", when=when, effect={"status": 503})
    assert cnaught.post(ORDERS, ONE_KG, promised=False).status_code == 503
    assert len(cnaught.get(ORDERS).json()["data"]) == orders


def test_faults_before_and_after_fire_on_one_request(cnaught: Caller) -> None:
    """A fault `before` that replaces nothing allows one `after`, and both are counted."""
    cnaught.space.faults.add("cnaught", effect={"headers": {"X-Slow": "yes"}})
    cnaught.space.faults.add("cnaught", when="after", effect={"status": 500})
    reply = cnaught.get(ORDERS, promised=False)
    assert (reply.status_code, reply.headers.get("x-slow")) == (500, None)
    assert [fault["fired"] for fault in cnaught.space.faults] == [1, 1]


def test_a_replaced_operation_does_not_use_a_fault_after_it(cnaught: Caller) -> None:
    """A fault `after` does not fire on an operation that was not performed."""
    cnaught.space.faults.add("cnaught", when="after", effect={"status": 500})
    cnaught.space.faults.add("cnaught", effect={"status": 503})
    assert statuses(cnaught, 3) == [503, 500, 200]


# --- effects ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 415, 418, 422, 429, 499, 500, 501, 503, 599])
@pytest.mark.parametrize("provider", ALL)
def test_a_status_has_the_vendors_envelope(space: SpaceHandle, provider: str, status: int) -> None:
    """A status without a body is sent in the envelope of the vendor's other refusals."""
    refusal = space.http.get(f"{space.url}/{provider}/nowhere")
    space.faults.add(provider, effect={"status": status})
    reply = space.http.get(f"{space.url}/{provider}/nowhere")
    assert (reply.status_code, reply.headers["content-type"]) == (status, refusal.headers["content-type"])
    assert type(reply.json()) is type(refusal.json())


def test_a_cnaught_status_is_a_problem_document(cnaught: Caller) -> None:
    """A fault's status is a problem document with the title of the status."""
    cnaught.space.faults.add("cnaught", effect={"status": 429, "headers": {"Retry-After": "7"}})
    reply = cnaught.get(ORDERS, promised=False)
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json() == {"type": "about:blank", "title": "Too Many Requests", "status": 429}
    assert reply.headers["retry-after"] == "7"


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("effect", "status", "media_type", "body"),
    [
        ({"status": 502, "body": "<h1>Bad Gateway</h1>"}, 502, "text/plain; charset=utf-8", b"<h1>Bad Gateway</h1>"),
        ({"status": 400, "body": {"ä": [1, None]}}, 400, "application/json", '{"ä":[1,null]}'.encode()),
        ({"body": []}, 200, "application/json", b"[]"),
        ({"body": "", "headers": {"content-type": "text/html"}}, 200, "text/html", b""),
        ({"status": 204}, 204, None, b""),
        ({"status": 205}, 205, None, b""),
        ({"status": 304, "headers": {"ETag": "a"}}, 304, None, b""),
        ({"status": 302, "headers": {"Location": "https://a/"}}, 302, None, b""),
    ],
)
def test_a_body_is_sent_as_given(
    cnaught: Caller, when: str, effect: dict[str, Any], status: int, media_type: str | None, body: bytes
) -> None:
    """Text is sent as text and any other body as JSON, with the fault's status if it has one."""
    cnaught.space.faults.add("cnaught", when=when, effect=effect)
    reply = cnaught.get(ORDERS, promised=False)
    assert (reply.status_code, reply.headers.get("content-type"), reply.content) == (status, media_type, body)


def test_a_body_replaces_an_empty_reply_with_200(cnaught: Caller) -> None:
    """A body after an operation whose own status allows none is sent with 200."""
    subaccount = cnaught.post("/v1/subaccounts", {"name": "Ada"}).json()["id"]
    cnaught.space.faults.add("cnaught", operation="delete_subaccount", when="after", effect={"body": "gone"})
    reply = cnaught.request("DELETE", f"/v1/subaccounts/{subaccount}", promised=False)
    assert (reply.status_code, reply.text) == (200, "gone")


@pytest.mark.parametrize("when", ["before", "after"])
def test_headers_are_added_to_the_vendors_reply(cnaught: Caller, when: str) -> None:
    """Headers are added to the vendor's reply, and replace headers of the same name."""
    plain = cnaught.get(ORDERS)
    cnaught.space.faults.add("cnaught", when=when, effect={"headers": {"X-A": "b", "Content-Type": "text/x"}})
    reply = cnaught.get(ORDERS, promised=False)
    assert (reply.status_code, reply.content) == (200, plain.content)
    assert (reply.headers["x-a"], reply.headers.get_list("content-type")) == ("b", ["text/x"])


@pytest.mark.parametrize(
    ("connection", "raised"),
    [("reset", httpx.ReadError), ("close", httpx.RemoteProtocolError), ("truncate", httpx.RemoteProtocolError)],
)
@pytest.mark.parametrize(("when", "committed"), [("before", False), ("after", True)])
def test_a_broken_connection_raises_in_memory(
    cnaught: Caller, when: str, connection: str, raised: type[httpx.TransportError], committed: bool
) -> None:
    """In memory a broken connection raises the exception of a real one; committed changes stay."""
    cnaught.space.faults.add("cnaught", method="post", when=when, effect={"connection": connection})
    with pytest.raises(raised):
        cnaught.post(ORDERS, ONE_KG, promised=False)
    done = committed or connection == "truncate"  # truncating needs a reply, so the operation is performed
    assert len(cnaught.get(ORDERS).json()["data"]) == 1 + done


# --- delays -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("when", "orders"), [("before", 1), ("after", 2)])
def test_a_delay_holds_up_the_operation_or_the_reply(cnaught: Caller, when: str, orders: int) -> None:
    """A delay `before` postpones the operation; one `after` postpones only the reply."""
    cnaught.space.faults.add("cnaught", method="POST", when=when, effect={"delay_seconds": 0.2})
    with ThreadPoolExecutor(1) as thread:
        reply = thread.submit(cnaught.post, ORDERS, ONE_KG)
        while not [fault for fault in cnaught.space.faults if fault["fired"]]:
            time.sleep(0.001)
        assert len(cnaught.get(ORDERS).json()["data"]) == orders
        assert reply.result().status_code == 201
    assert len(cnaught.get(ORDERS).json()["data"]) == 2


@pytest.mark.parametrize(("when", "orders", "status"), [("before", 1, 499), ("after", 2, 201)])
def test_a_disconnected_client_ends_the_delay(cnaught: Caller, when: str, orders: int, status: int) -> None:
    """A client that disconnects before its turn cancels the request; after the turn, its changes stay."""
    cnaught.space.faults.add("cnaught", method="POST", when=when, effect={"delay_seconds": 600})
    with pytest.raises(httpx.ReadTimeout):
        cnaught.post(ORDERS, ONE_KG, timeout=0.02)
    (entry,) = cnaught.space.requests.wait(operation="place_order")
    assert (entry["status"], entry["fault"]) == (status, "fault-1")
    assert len(cnaught.get(ORDERS).json()["data"]) == orders


def test_an_abandoned_request_replays(emulator: Emulator, cnaught: Caller) -> None:
    """A recording in which a client disconnected replays to the same bytes, also for requests sent during the delay.

    There is none during the delay, as the request that the others ran beside is not in the journal yet.
    """
    cnaught.space.faults.add("cnaught", method="POST", effect={"delay_seconds": 600})
    keyed = {"Idempotency-Key": "one"}
    with ThreadPoolExecutor(1) as thread:
        given_up = thread.submit(cnaught.post, ORDERS, ONE_KG, headers=keyed, timeout=0.2)
        while not [fault for fault in cnaught.space.faults if fault["fired"]]:
            time.sleep(0.001)
        assert cnaught.post(ORDERS, ONE_KG, headers=keyed).status_code == 409
        with pytest.raises(Refused, match="409: request 1 is still delayed by a fault"):
            cnaught.space.bundle()
        assert isinstance(given_up.exception(), httpx.ReadTimeout)
    cnaught.space.requests.wait(status=499)
    assert cnaught.post(ORDERS, ONE_KG, headers=keyed).status_code == 201
    world = emulator.app.spaces.world
    assert replay(read(cnaught.space.control("GET", "/bundle"), world), world) is None


def test_a_delay_is_in_real_time(cnaught: Caller) -> None:
    """A delay takes real seconds and does not move the space's clock."""
    cnaught.space.faults.add("cnaught", effect={"delay_seconds": 0.03})
    cnaught.space.faults.add("cnaught", when="after", effect={"delay_seconds": 0.03})
    before = time.monotonic()
    order = cnaught.post(ORDERS, ONE_KG).json()
    assert time.monotonic() - before >= 0.06
    assert order["created_on"] == "2026-01-01T00:00:00.000000Z"


def test_a_delayed_request_acts_on_the_restored_space(cnaught: Caller) -> None:
    """A request whose turn comes after a restore acts on the restored state."""
    snapshot = cnaught.space.snapshot()
    cnaught.post(ORDERS, ONE_KG)
    cnaught.space.faults.add("cnaught", method="POST", effect={"delay_seconds": 0.1})
    delayed = threading.Thread(target=cnaught.post, args=(ORDERS, {"amount_kg": 2}))
    delayed.start()
    while not [fault for fault in cnaught.space.faults if fault["fired"]]:
        time.sleep(0.001)
    cnaught.space.restore(snapshot)
    delayed.join()
    assert [order["amount_kg"] for order in cnaught.get(ORDERS).json()["data"]] == [2, 10.5]


# --- counting ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "expected", "seen", "fired"),
    [
        ({}, [503, 200, 200, 200], 1, 1),
        ({"times": 2}, [503, 503, 200, 200], 2, 2),
        ({"nth": 3}, [200, 200, 503, 200], 3, 1),
        ({"nth": 2, "times": 2}, [200, 503, 503, 200], 3, 2),
        ({"nth": 5}, [200, 200, 200, 200], 4, 0),
        ({"times": 9}, [503, 503, 503, 503], 4, 4),
    ],
)
def test_a_fault_is_counted(
    cnaught: Caller, options: dict[str, int], expected: list[int], seen: int, fired: int
) -> None:
    """A fault fires from the n-th matching request on, `times` times, and counts what it has seen and fired."""
    cnaught.space.faults.add("cnaught", operation="list_orders", effect={"status": 503}, **options)
    cnaught.get("/v1/subaccounts")
    assert statuses(cnaught, 4) == expected
    assert [(fault["seen"], fault["fired"]) for fault in cnaught.space.faults] == [(seen, fired)]


def test_faults_fire_in_order(cnaught: Caller) -> None:
    """One fault fires per request, in the order in which they were added."""
    for status in (500, 502, 503):
        cnaught.space.faults.add("cnaught", effect={"status": status})
    assert statuses(cnaught, 4) == [500, 502, 503, 200]
    assert [entry["fault"] for entry in cnaught.space.requests] == ["fault-1", "fault-2", "fault-3", None]


def test_a_fault_is_listed_until_it_is_deleted(cnaught: Caller) -> None:
    """A fault is returned whole, listed with its counts even when used up, and gone once deleted."""
    faults = cnaught.space.faults
    made = cnaught.space.control("POST", "/faults", json={"provider": "cnaught", "effect": {"status": 503}})
    other = faults.add("cnaught", effect={"status": 502}, times=3)
    assert (made["id"], made["seen"], made["fired"], made["times"], made["when"]) == ("fault-1", 0, 0, 1, "before")
    assert statuses(cnaught, 1) == [503]
    assert next(iter(faults)) == {**made, "seen": 1, "fired": 1}
    assert cnaught.space.control("DELETE", f"/faults/{other}") == {"deleted": other}
    assert [fault["id"] for fault in faults] == ["fault-1"]
    with pytest.raises(Refused, match="unknown fault 'fault-2'"):
        cnaught.space.control("DELETE", "/faults/fault-2")
    faults.clear()
    assert list(faults) == []
    assert faults.add(effect={"status": 500}) == "fault-3"


# --- conditions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("conditions", "fires"),
    [
        ({}, True),
        ({"provider": "cnaught"}, True),
        ({"provider": "thallo"}, False),
        ({"operation": "get_order"}, True),
        ({"provider": "cnaught", "operation": "get_order", "method": "get", "path": "/v1/orders/Gre*"}, True),
        ({"operation": "list_orders"}, False),
        ({"method": "GET"}, True),
        ({"method": "POST"}, False),
        ({"path": "/v1/orders/Gre28Fc35bt3"}, True),
        ({"path": "/v1/orders/*"}, True),
        ({"path": "*/Gre28Fc35bt?"}, True),
        ({"path": "/v1/orders"}, False),
        ({"path": "/v1/orders/[!G]*"}, False),
        ({"method": "HEAD", "path": "/v1/orders/*"}, False),
        ({"headers": {"X-Attempt": "1"}}, True),
        ({"headers": {"x-attempt": "1", "X-Other": "A"}}, True),
        ({"headers": {"X-Attempt": "2"}}, False),
        ({"headers": {"X-Missing": ""}}, False),
    ],
)
def test_all_conditions_must_match(cnaught: Caller, conditions: dict[str, Any], fires: bool) -> None:
    """A fault fires only on requests with its provider, operation, method, path and headers."""
    cnaught.space.faults.add(effect={"status": 503}, **conditions)
    headers = {"X-Attempt": "1", "x-other": "A"}
    assert statuses(cnaught, 1, "/v1/orders/Gre28Fc35bt3?a=b", headers=headers) == [503 if fires else 200]


def test_a_fault_fires_without_an_operation(cnaught: Caller) -> None:
    """Faults fire on unknown paths and methods, and a HEAD request counts as a GET."""
    cnaught.space.faults.add("cnaught", effect={"status": 503}, times=2)
    cnaught.space.faults.add("cnaught", operation="list_orders", effect={"status": 502})
    received = [cnaught.request(method, path, promised=False).status_code for method, path in UNUSUAL]
    assert received == [503, 503, 502]


UNUSUAL = [("GET", "/nowhere"), ("PATCH", ORDERS), ("HEAD", ORDERS)]


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        ({"provider": "cnaugth"}, "unknown provider 'cnaugth'; nearest: cnaught,"),
        ({"provider": "cnaught", "operation": "place_orders"}, "unknown operation 'place_orders'; nearest: place_"),
        ({"operation": "PlaceOrder"}, "unknown operation 'PlaceOrder'; nearest:"),
        ({"provider": "thallo", "operation": "place_order"}, "unknown operation 'place_order'; nearest:"),
        ({"method": "FETCH"}, "unknown method 'FETCH'; nearest: PATCH"),
        ({"provider": "cnaught", "method": "PATCH"}, "no operation meets all conditions; nearest:"),
        (
            {"path": "/cnaught/v1/orders"},
            "a path here has no provider's prefix, so '/cnaught/v1/orders' matches nothing; use '/v1/orders'",
        ),
        ({"path": "/~a/cnaught/v1/orders/*"}, r"use '/v1/orders/\*'"),
        (
            {"provider": "cnaught", "path": "/V1/orders"},
            "no operation's path matches '/V1/orders'; nearest: /v1/orders",
        ),
        ({"provider": "cnaught", "path": "/v1/order"}, "nearest: /v1/orders,"),
        ({"provider": "cnaught", "path": "/v1/impcat/*"}, "nearest: /v1/impact/data"),
        ({"provider": "thallo", "path": "/v1/orders"}, "no operation's path matches '/v1/orders'"),
        ({"path": "orders"}, "no operation's path matches 'orders'"),
        ({"path": ""}, "no operation's path matches ''"),
        (
            {"operation": "place_order", "method": "GET"},
            r"no operation meets all conditions; nearest: place_order \(POST /v1/orders\)",
        ),
        ({"operation": "place_order", "path": "/v1/orders/*"}, r"nearest: place_order \(POST /v1/orders\)"),
        ({"method": "PUT", "path": "/v1/orders"}, r"nearest: list_orders \(GET /v1/orders\), place_order"),
    ],
)
def test_impossible_conditions_are_refused(space: SpaceHandle, conditions: dict[str, str], message: str) -> None:
    """A fault that could never fire is refused, with the nearest possible conditions."""
    with pytest.raises(Refused, match=message) as refused:
        space.faults.add(effect={"status": 500}, **conditions)
    assert refused.value.status == 400
    assert list(space.faults) == []


@pytest.mark.parametrize(
    ("fault", "place"),
    [
        ({}, "effect"),
        ({"effect": None}, "effect"),
        ({"effect": {"status": 199}}, "effect.status"),
        ({"effect": {"status": 600}}, "effect.status"),
        ({"effect": {"status": "503"}}, "effect.status"),
        ({"effect": {"delay_seconds": -1}}, "effect.delay_seconds"),
        ({"effect": {"delay_seconds": 601}}, "effect.delay_seconds"),
        ({"effect": {"connection": "cut"}}, "effect.connection"),
        ({"effect": {"headers": {"X-A": "b\r\nX-C: d"}}}, "effect.headers.X-A"),
        ({"effect": {"headers": {"X-A": "b\n"}}}, "effect.headers.X-A"),
        ({"effect": {"headers": {"X A": "b"}}}, "effect.headers.X A.[key]"),
        ({"effect": {"headers": {"X-A": " b"}}}, "effect.headers.X-A"),
        ({"effect": {"headers": {"X-A": "b "}}}, "effect.headers.X-A"),
        ({"effect": {"headers": {"X-A": "ä"}}}, "effect.headers.X-A"),
        ({"effect": {"headers": {"X-A": "1", "x-a": "2"}}}, "effect.headers"),
        ({"effect": {"headers": {f"X-{n}": "" for n in range(65)}}}, "effect.headers"),
        ({"effect": {"stauts": 503}}, "effect.stauts"),
        ({"effect": {}}, "effect"),
        ({"effect": {"headers": {}, "delay_seconds": 0}}, "effect"),
        ({"effect": {"status": None, "body": None, "connection": None}}, "effect"),
        ({"effect": {"status": 204, "body": "x"}}, "effect"),
        ({"effect": {"status": 205, "body": {}}}, "effect"),
        ({"effect": {"status": 304, "body": []}}, "effect"),
        ({"effect": SOME, "times": 0}, "times"),
        ({"effect": SOME, "times": True}, "times"),
        ({"effect": SOME, "times": 10**30}, "times"),
        ({"effect": SOME, "nth": 0}, "nth"),
        ({"effect": SOME, "when": "during"}, "when"),
        ({"effect": SOME, "chance": 0.5}, "chance"),
        ({"effect": SOME, "headers": {"X-A": "b "}}, "headers.X-A"),
        ({"effect": SOME, "path": "/" + "x" * 200}, "path"),
        ([], ""),
    ],
)
def test_an_invalid_fault_is_refused(space: SpaceHandle, fault: object, place: str) -> None:
    """An invalid fault is refused with the location of its problem, and uses no id."""
    with pytest.raises(Refused) as refused:
        space.control("POST", "/faults", json=fault)
    assert refused.value.status == 400
    assert ".".join(map(str, refused.value.answer["problems"][0]["place"][1:])) == place
    assert space.faults.add(effect=SOME) == "fault-1"


RESERVED_HEADERS = ["Content-Length", "Transfer-Encoding", "Trailer", "Connection", "Keep-Alive", "Upgrade"]
RESERVED_HEADERS += ["Proxy-Connection", "Date", "X-Emulator-Request-Id"]


@pytest.mark.parametrize("change", [str, str.lower, str.upper])
@pytest.mark.parametrize("name", RESERVED_HEADERS)
def test_a_reserved_header_is_refused(space: SpaceHandle, name: str, change: Callable[[str], str]) -> None:
    """A header that frames the reply or that the server adds is refused, in any case, with the reason."""
    with pytest.raises(Refused, match="the server sets this header itself: ") as refused:
        space.faults.add(effect={"headers": {change(name): "5"}})
    assert refused.value.answer["problems"][0]["place"][:3] == ["body", "effect", "headers"]


def test_the_number_of_faults_is_bounded(space: SpaceHandle) -> None:
    """At the limit a new fault replaces the oldest one that is used up; if there is none, it is refused."""
    faults = Faults()
    draft = FaultDraft.model_validate({"effect": SOME, "times": 2})
    for _ in range(FAULTS_MAX):
        faults.add(draft)
    for fault_id, fired in (("fault-5", 2), ("fault-7", 1), ("fault-9", 2)):
        faults.by_id[fault_id].fired = fired
    assert [faults.add(draft).id for _ in range(2)] == [f"fault-{FAULTS_MAX + 1}", f"fault-{FAULTS_MAX + 2}"]
    assert [number for number in range(1, 12) if f"fault-{number}" not in faults.by_id] == [5, 9]
    with pytest.raises(TooManyFaults, match="this space has 1000 faults that are not used up"):
        faults.add(draft)


@pytest.mark.parametrize(
    ("pattern", "route_path", "matches"),
    [
        ("*", "/v1/orders/{id}", True),
        ("/v1/*", "/v1/orders/{id}", True),
        ("/v1/orders/Gre*", "/v1/orders/{id}", True),
        ("*/cancel", "/v1/orders/{id}/cancel", True),
        ("/v1/orders/?", "/v1/orders/{id}", True),
        ("/v1/orders/[a-f]*", "/v1/orders/{id}", True),
        ("/v1/orders/", "/v1/orders/{id}", False),
        ("/v1/orders/[/]", "/v1/orders/{id}", False),
        ("/v1/orders/a/b", "/v1/orders/{id}", False),
        ("/v1/orders/[", "/v1/orders/{id}", True),
        ("/v1/*/x", "/v1/orders/{id}", True),
        ("/v2/*", "/v1/orders/{id}", False),
        ("/v1/Orders", "/v1/orders", False),
        ("*" * 100 + "b", "/aaaaaaaaaaaaaaaaaaaa/{id}", True),
        ("*a" * 100, "/v1/orders/{id}", True),
        ("*/" * 100, "/v1/orders/{id}", False),
    ],
)
def test_a_pattern_is_compared_with_a_route(pattern: str, route_path: str, matches: bool) -> None:
    """A pattern matches a route if any path satisfies both."""
    assert can_match(pattern, route_path) == matches


@given(
    st.lists(st.sampled_from(["*", "?", "a", "b", "/", "[ab]", "[!a]", "[!/]"]), max_size=6).map("".join),
    st.lists(st.sampled_from(["{x}", "a", "/", "/a"]), min_size=1, max_size=4).map("".join),
)
def test_pattern_comparison_agrees_with_examples(pattern: str, route_path: str) -> None:
    """Comparing patterns agrees with trying all short paths."""
    route = re.compile(re.sub(r"\{x\}", "[^/]+", route_path))
    texts = ("".join(text) for length in range(7) for text in product("ab/", repeat=length))
    found = any(fnmatchcase(text, pattern) and route.fullmatch(text) for text in texts)
    assert can_match(pattern, route_path) or not found
    if len(pattern) + len(route_path) <= 6:
        assert can_match(pattern, route_path) == found


def test_faults_belong_to_a_space(emulator: Emulator, cnaught: Caller) -> None:
    """A fault does not fire in another space, and a reset removes it."""
    cnaught.space.faults.add(effect={"status": 503}, times=9)
    assert emulator.http.get(f"{emulator.space().url}/cnaught{ORDERS}").status_code == 401
    assert statuses(cnaught, 1) == [503]
    cnaught.space.reset()
    assert statuses(cnaught, 1) == [200]
