"""Faults: which requests they strike, when, how often, and what their clients get."""

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
from emulator.client.handles import Refused, SpaceHandle
from emulator.providers import ALL
from emulator.recording.bundle import read
from emulator.recording.replay import replay
from emulator.space.faults import FAULTS_MAX, FaultDraft, Faults, TooManyFaults
from emulator.space.path_pattern import can_match
from tests.support.caller import Caller

ORDERS = "/v1/orders"
ONE_KG = {"amount_kg": 1}
SOME = {"status": 503}


def statuses(cnaught: Caller, times: int, path: str = ORDERS, **content: Any) -> list[int]:
    """What so many requests are answered."""
    return [cnaught.get(path, promised=False, **content).status_code for _ in range(times)]


# --- before and after -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("when", "orders"), [("before", 1), ("after", 2)])
def test_a_fault_acts_before_the_operation_or_after_it(cnaught: Caller, when: str, orders: int) -> None:
    """A fault before stands in the operation's place; one after lets it commit, and takes its reply away."""
    cnaught.space.faults.add("cnaught", operation="place_order", when=when, effect={"status": 503})
    assert cnaught.post(ORDERS, ONE_KG, promised=False).status_code == 503
    assert len(cnaught.get(ORDERS).json()["data"]) == orders


def test_one_fault_before_and_one_after_strike_the_same_request(cnaught: Caller) -> None:
    """A fault before that replaces nothing leaves room for one after, and both are counted."""
    cnaught.space.faults.add("cnaught", effect={"headers": {"X-Slow": "yes"}})
    cnaught.space.faults.add("cnaught", when="after", effect={"status": 500})
    reply = cnaught.get(ORDERS, promised=False)
    assert (reply.status_code, reply.headers.get("x-slow")) == (500, None)
    assert [fault["fired"] for fault in cnaught.space.faults] == [1, 1]


def test_a_fault_that_takes_the_place_of_an_operation_saves_the_one_after(cnaught: Caller) -> None:
    """Where nothing has been done, a fault after it has nothing to strike."""
    cnaught.space.faults.add("cnaught", when="after", effect={"status": 500})
    cnaught.space.faults.add("cnaught", effect={"status": 503})
    assert statuses(cnaught, 3) == [503, 500, 200]


# --- what the client gets ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 415, 418, 422, 429, 499, 500, 501, 503, 599])
@pytest.mark.parametrize("provider", ALL)
def test_a_status_is_worded_as_the_vendor_would(space: SpaceHandle, provider: str, status: int) -> None:
    """A status without a body comes in the vendor's own envelope, that of its other refusals."""
    ours = space.http.get(f"{space.url}/{provider}/nowhere")
    space.faults.add(provider, effect={"status": status})
    reply = space.http.get(f"{space.url}/{provider}/nowhere")
    assert (reply.status_code, reply.headers["content-type"]) == (status, ours.headers["content-type"])
    assert type(reply.json()) is type(ours.json())


def test_a_status_in_cnaughts_words(cnaught: Caller) -> None:
    """CNaught's faults are problem documents, with the title of the status."""
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
def test_a_body_of_ones_own(
    cnaught: Caller, when: str, effect: dict[str, Any], status: int, media_type: str | None, body: bytes
) -> None:
    """A body is sent as it is given, text as text and anything else as JSON, under the status if one is given."""
    cnaught.space.faults.add("cnaught", when=when, effect=effect)
    reply = cnaught.get(ORDERS, promised=False)
    assert (reply.status_code, reply.headers.get("content-type"), reply.content) == (status, media_type, body)


def test_a_body_in_the_place_of_none(cnaught: Caller) -> None:
    """A body after an operation whose own status has none comes with 200."""
    subaccount = cnaught.post("/v1/subaccounts", {"name": "Ada"}).json()["id"]
    cnaught.space.faults.add("cnaught", operation="delete_subaccount", when="after", effect={"body": "gone"})
    reply = cnaught.request("DELETE", f"/v1/subaccounts/{subaccount}", promised=False)
    assert (reply.status_code, reply.text) == (200, "gone")


@pytest.mark.parametrize("when", ["before", "after"])
def test_headers_alone(cnaught: Caller, when: str) -> None:
    """Headers are put on the vendor's own reply, in place of those of the same name."""
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
def test_a_broken_connection(
    cnaught: Caller, when: str, connection: str, raised: type[httpx.TransportError], committed: bool
) -> None:
    """In memory a broken connection raises what it raises over a socket; what was done before it broke is done."""
    cnaught.space.faults.add("cnaught", method="post", when=when, effect={"connection": connection})
    with pytest.raises(raised):
        cnaught.post(ORDERS, ONE_KG, promised=False)
    done = committed or connection == "truncate"  # a reply can only be cut short once there is one
    assert len(cnaught.get(ORDERS).json()["data"]) == 1 + done


# --- delays -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("when", "orders"), [("before", 1), ("after", 2)])
def test_a_delay(cnaught: Caller, when: str, orders: int) -> None:
    """A delay before holds the operation up; one after holds up the reply of what is already done."""
    cnaught.space.faults.add("cnaught", method="POST", when=when, effect={"delay_seconds": 0.2})
    with ThreadPoolExecutor(1) as thread:
        reply = thread.submit(cnaught.post, ORDERS, ONE_KG)
        while not [fault for fault in cnaught.space.faults if fault["fired"]]:
            time.sleep(0.001)
        assert len(cnaught.get(ORDERS).json()["data"]) == orders
        assert reply.result().status_code == 201
    assert len(cnaught.get(ORDERS).json()["data"]) == 2


@pytest.mark.parametrize(("when", "orders", "status"), [("before", 1, 499), ("after", 2, 201)])
def test_a_client_that_gives_up_ends_the_delay(cnaught: Caller, when: str, orders: int, status: int) -> None:
    """A request whose client gives up before its turn never gets one; after it, what was done stays done."""
    cnaught.space.faults.add("cnaught", method="POST", when=when, effect={"delay_seconds": 600})
    with pytest.raises(httpx.ReadTimeout):
        cnaught.post(ORDERS, ONE_KG, timeout=0.02)
    (entry,) = cnaught.space.requests.wait(operation="place_order")
    assert (entry["status"], entry["fault"]) == (status, "fault-1")
    assert len(cnaught.get(ORDERS).json()["data"]) == orders


def test_a_request_that_was_given_up_replays(emulator: Emulator, cnaught: Caller) -> None:
    """A run in which a client gave up gives the same bytes again, for the requests that met the delayed one, too."""
    cnaught.space.faults.add("cnaught", method="POST", effect={"delay_seconds": 600})
    keyed = {"Idempotency-Key": "one"}
    with ThreadPoolExecutor(1) as thread:
        given_up = thread.submit(cnaught.post, ORDERS, ONE_KG, headers=keyed, timeout=0.2)
        while not [fault for fault in cnaught.space.faults if fault["fired"]]:
            time.sleep(0.001)
        assert cnaught.post(ORDERS, ONE_KG, headers=keyed).status_code == 409
        assert isinstance(given_up.exception(), httpx.ReadTimeout)
    cnaught.space.requests.wait(status=499)
    assert cnaught.post(ORDERS, ONE_KG, headers=keyed).status_code == 201
    world = emulator.app.spaces.world
    assert replay(read(cnaught.space.control("GET", "/bundle"), world), world) is None


def test_a_delay_is_in_real_time(cnaught: Caller) -> None:
    """A delay takes its real seconds, and the clock of the space stands still meanwhile."""
    cnaught.space.faults.add("cnaught", effect={"delay_seconds": 0.03})
    cnaught.space.faults.add("cnaught", when="after", effect={"delay_seconds": 0.03})
    before = time.monotonic()
    order = cnaught.post(ORDERS, ONE_KG).json()
    assert time.monotonic() - before >= 0.06
    assert order["created_on"] == "2026-01-01T00:00:00.000000Z"


def test_a_held_request_finds_the_space_that_was_restored_meanwhile(cnaught: Caller) -> None:
    """A request whose turn comes after a restore acts on what was restored."""
    snapshot = cnaught.space.snapshot()
    cnaught.post(ORDERS, ONE_KG)
    cnaught.space.faults.add("cnaught", method="POST", effect={"delay_seconds": 0.1})
    held = threading.Thread(target=cnaught.post, args=(ORDERS, {"amount_kg": 2}))
    held.start()
    while not [fault for fault in cnaught.space.faults if fault["fired"]]:
        time.sleep(0.001)
    cnaught.space.restore(snapshot)
    held.join()
    assert [order["amount_kg"] for order in cnaught.get(ORDERS).json()["data"]] == [2, 10.5]


# --- how often --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("which", "answered", "seen", "fired"),
    [
        ({}, [503, 200, 200, 200], 1, 1),
        ({"times": 2}, [503, 503, 200, 200], 2, 2),
        ({"nth": 3}, [200, 200, 503, 200], 3, 1),
        ({"nth": 2, "times": 2}, [200, 503, 503, 200], 3, 2),
        ({"nth": 5}, [200, 200, 200, 200], 4, 0),
        ({"times": 9}, [503, 503, 503, 503], 4, 4),
    ],
)
def test_a_fault_is_counted(cnaught: Caller, which: dict[str, int], answered: list[int], seen: int, fired: int) -> None:
    """A fault strikes from the n-th matching request on, as often as it was told to, and tells how often it did."""
    cnaught.space.faults.add("cnaught", operation="list_orders", effect={"status": 503}, **which)
    cnaught.get("/v1/subaccounts")
    assert statuses(cnaught, 4) == answered
    assert [(fault["seen"], fault["fired"]) for fault in cnaught.space.faults] == [(seen, fired)]


def test_faults_strike_in_the_order_in_which_they_were_added(cnaught: Caller) -> None:
    """One fault strikes at a time; the next follows when it is used up."""
    for status in (500, 502, 503):
        cnaught.space.faults.add("cnaught", effect={"status": status})
    assert statuses(cnaught, 4) == [500, 502, 503, 200]
    assert [entry["fault"] for entry in cnaught.space.requests] == ["fault-1", "fault-2", "fault-3", None]


def test_a_fault_is_listed_until_it_is_taken_away(cnaught: Caller) -> None:
    """A fault is answered whole, listed with its counts even when used up, and gone once it is deleted."""
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


# --- which requests ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("which", "strikes"),
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
def test_whatever_is_given_must_match(cnaught: Caller, which: dict[str, Any], strikes: bool) -> None:
    """A fault strikes the requests of its provider, operation, method, path and headers, and no others."""
    cnaught.space.faults.add(effect={"status": 503}, **which)
    headers = {"X-Attempt": "1", "x-other": "A"}
    assert statuses(cnaught, 1, "/v1/orders/Gre28Fc35bt3?a=b", headers=headers) == [503 if strikes else 200]


def test_a_fault_strikes_where_no_operation_is(cnaught: Caller) -> None:
    """Unknown paths and methods can be struck as well, and reading a HEAD counts as reading."""
    cnaught.space.faults.add("cnaught", effect={"status": 503}, times=2)
    cnaught.space.faults.add("cnaught", operation="list_orders", effect={"status": 502})
    answered = [cnaught.request(method, path, promised=False).status_code for method, path in UNUSUAL]
    assert answered == [503, 503, 502]


UNUSUAL = [("GET", "/nowhere"), ("PATCH", ORDERS), ("HEAD", ORDERS)]


@pytest.mark.parametrize(
    ("which", "words"),
    [
        ({"provider": "cnaugth"}, "unknown provider 'cnaugth'; nearest: cnaught,"),
        ({"provider": "cnaught", "operation": "place_orders"}, "unknown operation 'place_orders'; nearest: place_"),
        ({"operation": "PlaceOrder"}, "unknown operation 'PlaceOrder'; nearest:"),
        ({"provider": "thallo", "operation": "place_order"}, "unknown operation 'place_order'; nearest:"),
        ({"method": "FETCH"}, "unknown method 'FETCH'; nearest: PATCH"),
        ({"provider": "cnaught", "method": "PATCH"}, "no operation meets all conditions; nearest:"),
        (
            {"path": "/cnaught/v1/orders"},
            "no provider's prefix, so '/cnaught/v1/orders' matches nothing; use '/v1/orders'",
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
def test_conditions_that_no_request_can_meet(space: SpaceHandle, which: dict[str, str], words: str) -> None:
    """A fault that could never strike is refused, with the nearest conditions that could."""
    with pytest.raises(Refused, match=words) as refused:
        space.faults.add(effect={"status": 500}, **which)
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
def test_what_is_no_fault(space: SpaceHandle, fault: object, place: str) -> None:
    """A fault that does not say what it must is refused, with the place of the mistake, and not counted."""
    with pytest.raises(Refused) as refused:
        space.control("POST", "/faults", json=fault)
    assert refused.value.status == 400
    assert ".".join(map(str, refused.value.answer["problems"][0]["place"][1:])) == place
    assert space.faults.add(effect=SOME) == "fault-1"


SERVERS_OWN = ["Content-Length", "Transfer-Encoding", "Trailer", "Connection", "Keep-Alive", "Upgrade"]
SERVERS_OWN += ["Proxy-Connection", "Date", "X-Emulator-Request-Id"]


@pytest.mark.parametrize("change", [str, str.lower, str.upper])
@pytest.mark.parametrize("name", SERVERS_OWN)
def test_a_header_that_the_server_sets_itself(space: SpaceHandle, name: str, change: Callable[[str], str]) -> None:
    """A fault sets no header that frames a reply or that every reply has already, in whatever case; it says why."""
    with pytest.raises(Refused, match="the server sets this header itself: ") as refused:
        space.faults.add(effect={"headers": {change(name): "5"}})
    assert refused.value.answer["problems"][0]["place"][:3] == ["body", "effect", "headers"]


def test_the_number_of_faults_is_bounded(space: SpaceHandle) -> None:
    """Beyond the limit, faults that are used up make room, the oldest first; without one, a new fault is refused."""
    faults = Faults()
    draft = FaultDraft.model_validate({"effect": SOME, "times": 2})
    for _ in range(FAULTS_MAX):
        faults.add(draft)
    for fault_id, fired in (("fault-5", 2), ("fault-7", 1), ("fault-9", 2)):
        faults.by_id[fault_id].fired = fired
    assert [faults.add(draft).id for _ in range(2)] == [f"fault-{FAULTS_MAX + 1}", f"fault-{FAULTS_MAX + 2}"]
    assert [gone for gone in range(1, 12) if f"fault-{gone}" not in faults.by_id] == [5, 9]
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
def test_what_a_pattern_can_match(pattern: str, route_path: str, matches: bool) -> None:
    """A pattern is compared with a route's path as a whole: whether any path at all satisfies both."""
    assert can_match(pattern, route_path) == matches


@given(
    st.lists(st.sampled_from(["*", "?", "a", "b", "/", "[ab]", "[!a]", "[!/]"]), max_size=6).map("".join),
    st.lists(st.sampled_from(["{x}", "a", "/", "/a"]), min_size=1, max_size=4).map("".join),
)
def test_a_pattern_matches_what_an_example_shows(pattern: str, route_path: str) -> None:
    """Comparing patterns agrees with trying out short paths."""
    route = re.compile(re.sub(r"\{x\}", "[^/]+", route_path))
    texts = ("".join(text) for length in range(7) for text in product("ab/", repeat=length))
    found = any(fnmatchcase(text, pattern) and route.fullmatch(text) for text in texts)
    assert can_match(pattern, route_path) or not found
    if len(pattern) + len(route_path) <= 6:
        assert can_match(pattern, route_path) == found


def test_faults_belong_to_a_space(emulator: Emulator, cnaught: Caller) -> None:
    """A fault strikes nobody in another space, and a reset takes it away."""
    cnaught.space.faults.add(effect={"status": 503}, times=9)
    assert emulator.http.get(f"{emulator.space().url}/cnaught{ORDERS}").status_code == 401
    assert statuses(cnaught, 1) == [503]
    cnaught.space.reset()
    assert statuses(cnaught, 1) == [200]
