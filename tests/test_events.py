"""The event stream of a space: ordered, resumable, bounded, and ended without delay."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from emulator import Emulator
from emulator.client.embedded import SpaceHandle
from tests.support.caller import Caller

Event = tuple[str, str, dict[str, Any]]


def parse(text: str) -> list[Event]:
    """Return the kind, id and data of each event."""
    blocks = [dict(line.split(": ", 1) for line in block.splitlines()) for block in text.split("\n\n") if block]
    return [(block["event"], block["id"], json.loads(block["data"])) for block in blocks if "event" in block]


def events(space: SpaceHandle, after: str = "", replay: bool = True) -> list[Event]:
    """Return the events of a stream that ends at once."""
    headers = {"Last-Event-ID": after} if after else {}
    params = {"timeout": 0, "replay": "true" if replay else "false"}
    reply = space.http.get(f"{space.url}/_emulator/events", params=params, headers=headers)
    assert (reply.status_code, reply.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    return parse(reply.text.removeprefix("retry: 1000\n\n"))


def kinds(found: list[Event]) -> list[str]:
    return [kind for kind, _, _ in found]


def test_a_stream_replays_the_journal_in_order(cnaught: Caller) -> None:
    """Requests and commands are sent in the order in which they happened, with the content of the journal."""
    cnaught.post("/v1/orders", {"amount_kg": 1})
    cnaught.space.clock.advance(seconds=1)
    cnaught.get("/v1/orders/none")
    found = events(cnaught.space)
    assert kinds(found) == ["begin", "change", "request", "change", "request"]
    assert found[3][2]["command"] == "advance_clock"
    shown = cnaught.space.control("GET", "/requests")["requests"]
    for (_, _, data), entry in zip((found[2], found[4]), shown, strict=True):
        assert {name: entry[name] for name in data if name in entry} == {
            name: value for name, value in data.items() if name in entry
        }


def test_without_replay_a_stream_begins_now(cnaught: Caller) -> None:
    """Events before the connection are sent only on request."""
    cnaught.get("/v1/orders")
    assert kinds(events(cnaught.space, replay=False)) == ["begin"]


def test_a_stream_resumes_after_each_event(cnaught: Caller) -> None:
    """A client that sends the id of the last event receives those after it, wherever it stopped."""
    for _ in range(3):
        cnaught.get("/v1/orders")
    found = events(cnaught.space)
    for position, (_, id, _) in enumerate(found):
        again = events(cnaught.space, after=id, replay=False)
        assert again[0][2]["resumed"] is True
        assert again[1:] == found[position + 1 :]


@pytest.mark.parametrize("id", ["x", "1", "0.0.0", "999999.1.1", "1.1.1.1", "-1.1.1", "9" * 40])
def test_an_id_of_another_history_does_not_resume(cnaught: Caller, id: str) -> None:
    """An unknown position restarts the stream, with a notice."""
    cnaught.get("/v1/orders")
    found = events(cnaught.space, after=id)
    assert kinds(found) == ["begin", "change", "request"]
    assert found[0][2]["resumed"] is False


@pytest.mark.parametrize(
    "restart",
    [
        lambda space: space.reset(),
        lambda space: space.delete(),
        lambda space: space.restore(space.snapshot()),
        lambda space: space.control("DELETE", "/requests"),
    ],
    ids=["reset", "delete", "restore", "clear"],
)
def test_a_position_before_a_restart_does_not_resume(cnaught: Caller, restart: Callable[[SpaceHandle], None]) -> None:
    """After a reset, deletion, restore or journal overflow, the stream restarts."""
    cnaught.get("/v1/orders")
    last = events(cnaught.space)[-1][1]
    restart(cnaught.space)
    found = events(cnaught.space, after=last)
    assert kinds(found) == ["begin"]
    assert found[0][2]["resumed"] is False


PROCESS = """
import sys
import httpx
from emulator import Emulator

with Emulator() as server:
    for _ in range(9):
        httpx.get(f"{server.url}/cnaught/v1/orders", trust_env=False)
    httpx.post(f"{server.url}/_emulator/reset", trust_env=False)
    for _ in range(9):
        httpx.get(f"{server.url}/cnaught/v1/orders", trust_env=False)
    url = f"{server.url}/_emulator/events?timeout=0&replay=true"
    print(httpx.get(url, headers={"Last-Event-ID": sys.argv[1]}, trust_env=False).text)
"""


@pytest.mark.parametrize("read", [1, 5, -1], ids=["an early one", "one in the middle", "the last one"])
def test_an_id_of_another_process_does_not_resume(read: int) -> None:
    """A server that was started again has other spaces, even if they have had as many requests as those before."""

    def stream(last_event_id: str) -> list[Event]:
        command = [sys.executable, "-c", PROCESS, last_event_id]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        return parse(done.stdout.removeprefix("retry: 1000\n\n").strip())

    before = stream("none")
    again = stream(before[read][1])
    assert again[0][2]["resumed"] is False
    assert kinds(again) == kinds(before)


def test_a_slow_client_learns_how_much_it_missed(cnaught: Caller, emulator: Emulator) -> None:
    """Entries dropped before a client reads them are counted, and the rest follows."""
    cnaught.get("/v1/orders")
    last = events(cnaught.space)[-1][1]
    limit = emulator.app.spaces.world.limits.journal_exchanges_max
    for _ in range(limit + 7):
        cnaught.get("/v1/none")
    found = events(cnaught.space, after=last)
    assert found[1][0] == "skipped"
    assert found[1][2] == {"count": 7}
    assert kinds(found[2:]) == ["request"] * limit


def test_secrets_are_hidden(cnaught: Caller) -> None:
    """A secret of a request does not appear in its path."""
    key = cnaught.space.cnaught.credentials["api_key"]
    cnaught.get(f"/v1/orders/{key}")
    found = events(cnaught.space)
    assert kinds(found)[-1] == "request"
    assert key not in json.dumps(found)


@pytest.mark.parametrize("name", ["api_key", "API-KEY", "apikey", "api\\u005fkey", "client_secret", "refresh"])
@pytest.mark.parametrize("form", ['{"%s": "hush-hush-hush"}', '[{"a": {"%s": "hush-hush-hush"}}]', "%s=hush-hush-hush"])
def test_secrets_of_a_body_are_hidden_in_the_path(cnaught: Caller, name: str, form: str) -> None:
    """A secret in the body does not appear in the path, however its name is escaped."""
    if "u005f" in name and "=" in form:
        return  # a form has no such escapes
    cnaught.request("POST", "/v1/orders/hush-hush-hush", content=form % name, promised=False)
    shown = cnaught.space.requests.matching()[0]["path"]
    assert events(cnaught.space)[-1][2]["path"] == shown
    assert shown == "/v1/orders/***" or "=" in form


def test_head_has_no_body(space: SpaceHandle) -> None:
    """HEAD returns the headers of the stream, and ends."""
    reply = space.http.head(f"{space.url}/_emulator/events")
    assert (reply.status_code, reply.content) == (200, b"")


# --- over a connection ------------------------------------------------------------------------------------------------


class Follower:
    """A client that follows the events of a space in a thread."""

    def __init__(self, url: str) -> None:
        self.events: list[Event] = []
        self.ended = threading.Event()
        self._client = httpx.Client(timeout=10, trust_env=False)
        self._thread = threading.Thread(target=self._follow, args=(f"{url}/_emulator/events",), daemon=True)
        self._thread.start()
        self.wait(lambda: self.events != [])

    def _follow(self, url: str) -> None:
        try:
            with self._client.stream("GET", url) as reply:
                block = ""
                for line in reply.iter_lines():
                    block += line + "\n"
                    if not line:
                        self.events += parse(block)
                        block = ""
        except httpx.TransportError:
            pass
        self.ended.set()

    def wait(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 5
        while not holds():
            assert time.monotonic() < deadline, self.events
            time.sleep(0.01)


@pytest.fixture
def server() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


def test_events_arrive_as_they_happen(server: Emulator) -> None:
    """A connected client receives requests, commands, and a reset of the space."""
    follower = Follower(server.url)
    httpx.get(f"{server.url}/cnaught/v1/orders", trust_env=False)
    follower.wait(lambda: "request" in kinds(follower.events))
    httpx.post(f"{server.url}/_emulator/reset", trust_env=False)
    follower.wait(lambda: kinds(follower.events).count("begin") == 2)
    httpx.get(f"{server.url}/cnaught/v1/orders", trust_env=False)
    follower.wait(lambda: kinds(follower.events)[-1] == "request")
    assert kinds(follower.events) == ["begin", "request", "begin", "request"]


def test_a_stream_ends_when_the_server_stops() -> None:
    """A stopping server does not wait for clients of event streams."""
    with Emulator() as running:
        follower = Follower(running.url)
        begun = time.monotonic()
    assert follower.ended.wait(5)
    assert time.monotonic() - begun < 3


def test_a_stream_ends_when_the_client_disconnects(server: Emulator) -> None:
    """Nothing remains of a stream after its client has disconnected."""
    address = urlsplit(server.url)
    history = server.app.spaces.get("default").history
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(b"GET /_emulator/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        received = b""
        while b"event: begin" not in received:
            received += connection.recv(4096)
        _until(lambda: len(history._waiting) == 1)
    _until(lambda: len(history._waiting) == 0)


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


# --- other data for the pages -----------------------------------------------------------------------------------------


def test_upcoming_events_equal_those_of_an_advance(cnaught: Caller) -> None:
    """Events listed as upcoming become due when the clock moves, and listing changes nothing."""
    cnaught.post("/v1/orders", {"amount_kg": 1})
    cnaught.post("/v1/orders", {"amount_kg": 2})
    before = cnaught.space.snapshot()
    upcoming = cnaught.space.clock.upcoming("1h")
    assert cnaught.space.snapshot() == before
    assert [event["kind"] for event in upcoming] == ["order.fulfilled"] * 2
    assert cnaught.space.clock.advance(hours=1) == upcoming
    assert cnaught.space.clock.upcoming("1h") == []


def test_upcoming_events_are_limited_and_counted(cnaught: Caller) -> None:
    """The earliest events are listed, up to the limit; all in the period are counted."""
    for _ in range(3):
        cnaught.post("/v1/orders", {"amount_kg": 1})
    found = cnaught.space.control("GET", "/clock/upcoming", params={"limit": 2, "seconds": 10})
    assert (len(found["events"]), found["total"]) == (2, 3)
    assert cnaught.space.control("GET", "/clock/upcoming", params={"seconds": 1})["total"] == 0


def test_a_replayed_request_is_a_new_one_with_the_same_content(cnaught: Caller) -> None:
    """Replaying sends the same method, path, query, headers and body, with secrets, and faults can fire on it."""
    cnaught.post("/v1/orders?note=a%20b", {"amount_kg": 1, "description": "ü"}, headers={"X-Extra": "1"})
    first = cnaught.space.requests.matching()[0]
    again = cnaught.space.requests.replay(first["id"])
    assert (again["id"], again["status"]) == (first["id"] + 1, 201)
    assert again["reply"]["body"]["id"] != first["reply"]["body"]["id"]
    same = ("provider", "operation", "method", "path", "query", "headers", "body", "unread")
    assert {name: again[name] for name in same} == {name: first[name] for name in same}
    cnaught.space.faults.add("cnaught", effect={"status": 503})
    assert cnaught.space.requests.replay(first["id"])["status"] == 503


def test_emissions_by_month_add_up_to_the_vendors_totals(space: SpaceHandle) -> None:
    """An organization's monthly emissions add up to Dcycle's own totals, category by category."""
    credentials = space.dcycle.credentials
    headers = {"x-api-key": credentials["api_key"], "x-organization-id": credentials["organization_id"]}
    query = {"start_date": "2025-01-01", "end_date": "2025-12-31", "group_by": "category"}
    reported = space.http.get(f"{space.dcycle.url}/v1/total-impacts", params=query, headers=headers).json()["items"]
    name = space.emissions()[0]["organization"]
    grams = Counter[str]()
    for emission in space.emissions():
        if emission["organization"] == name and emission["month"].startswith("2025"):
            grams[emission["category"]] += emission["co2e_grams"]
    assert {item["category"]: item["co2e"] for item in reported} == {
        category: round(total / 1e6, 6) for category, total in grams.items()
    }


def test_flows_add_up_to_balances(space: SpaceHandle) -> None:
    """Flows into a kind of account, minus flows out of it, equal its balances."""
    balances = Counter[tuple[str, str, str]]()
    for each in space.ledger(limit=1000)["balances"]:
        balances[each["provider"], each["unit"], each["account"].split("/")[0]] += Decimal(each["amount"])
    flows = Counter[tuple[str, str, str]]()
    for each in space.control("GET", "/ledger/flows")["flows"]:
        flows[each["provider"], each["unit"], each["to"]] += Decimal(each["amount"])
        flows[each["provider"], each["unit"], each["from"]] -= Decimal(each["amount"])
    assert {place: amount for place, amount in flows.items() if amount} == {
        place: amount for place, amount in balances.items() if amount
    }
