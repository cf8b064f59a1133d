"""Webhooks of a space: delivered in the background or on demand, to this machine only, and stored in snapshots."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from emulator import Emulator
from emulator.client.handles import Refused, SpaceHandle
from emulator.evidence import explanation
from emulator.gateway.post import NoReply, host_of, parse_url, post
from tests.conftest import START
from tests.support.caller import Caller, credentials_of
from tests.support.hostile import CONTROL_URLS

SECONDS_MAX = 5


def order(cnaught: Caller, url: str) -> str:
    body = {"amount_kg": 10, "notification_config": {"url": url}}
    placed: str = cnaught.post("/v1/orders", body).json()["id"]
    return placed


def states(space: SpaceHandle) -> list[str]:
    return [webhook["state"] for webhook in space.webhooks]


def eventually(condition: Callable[[], bool]) -> None:
    """Wait, in real time, until a condition is true."""
    deadline = time.monotonic() + SECONDS_MAX
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


# --- when they are sent -----------------------------------------------------------------------------------------------


def test_a_served_emulator_delivers_in_the_background(httpserver: HTTPServer) -> None:
    """Due webhooks are sent when the clock moves or runs, but not in a paused space."""
    httpserver.expect_request("/").respond_with_data("")
    with Emulator() as carbon:
        spaces = [carbon.space(name) for name in ("moved", "running", "paused")]
        spaces[2].webhooks.pause()
        for space in spaces:
            space.control("PATCH", "/settings/cnaught", json={"fulfilment_seconds": 0.05})
            if space.name == "moved":
                space.clock.freeze(START)
            order(Caller(space, "cnaught", credentials_of(space, "cnaught")), httpserver.url_for("/"))
        spaces[0].clock.advance(hours=1)
        eventually(lambda: [states(space) for space in spaces[:2]] == [["delivered"], ["delivered"]])
        assert len(httpserver.log) == 2
        eventually(lambda: states(spaces[2]) == ["pending"])
        spaces[2].webhooks.resume()
        eventually(lambda: states(spaces[2]) == ["delivered"])


def test_a_deleted_space_sends_nothing(httpserver: HTTPServer) -> None:
    """Pending webhooks are dropped when their space is reset or deleted."""
    with Emulator() as carbon:
        for name in ("reset", "deleted"):
            space = carbon.space(name)
            space.control("PATCH", "/settings/cnaught", json={"fulfilment_seconds": 0.2})
            order(Caller(space, "cnaught", credentials_of(space, "cnaught")), httpserver.url_for("/"))
            space.reset() if name == "reset" else space.delete()
        time.sleep(0.4)
        assert len(httpserver.log) == 0


def test_a_slow_receiver_does_not_block_others() -> None:
    """While one space waits for a receiver, requests are served and other spaces deliver."""
    release = threading.Event()

    def wait(request: Request) -> Response:
        release.wait(SECONDS_MAX)
        return Response("")

    with HTTPServer(threaded=True) as receiver, Emulator() as carbon:
        receiver.expect_request("/slow").respond_with_handler(wait)
        receiver.expect_request("/quick").respond_with_data("")
        slow, quick = (carbon.space(name) for name in ("slow", "quick"))
        for space in (slow, quick):
            space.clock.freeze(START)
            order(Caller(space, "cnaught", credentials_of(space, "cnaught")), receiver.url_for(f"/{space.name}"))
            space.clock.advance(seconds=2)
        eventually(lambda: states(quick) == ["delivered"])
        assert states(slow) == ["pending"]
        release.set()
        eventually(lambda: states(slow) == ["delivered"])


def test_webhooks_can_be_sent_step_by_step(cnaught: Caller, httpserver: HTTPServer) -> None:
    """While paused, each step makes one attempt and returns it, or nothing if none is due."""
    httpserver.expect_request("/").respond_with_data("")
    webhooks = cnaught.space.webhooks
    webhooks.pause()
    for _ in range(2):
        order(cnaught, httpserver.url_for("/"))
    assert webhooks.step() is None
    events = cnaught.space.clock.advance(seconds=2)
    assert [event["kind"] for event in events] == ["order.fulfilled", "order.fulfilled", "webhook.due", "webhook.due"]
    assert [event["subject"] for event in events[2:]] == ["webhook-1", "webhook-2"]
    for name in ("webhook-1", "webhook-2"):
        stepped = webhooks.step()
        assert stepped is not None
        assert (stepped["id"], stepped["state"]) == (name, "delivered")
    assert (webhooks.step(), webhooks.deliver()) == (None, [])
    assert len(httpserver.log) == 2


def test_webhooks_can_be_repeated_duplicated_and_reordered(cnaught: Caller, httpserver: HTTPServer) -> None:
    """A test can cause a second delivery, a copy, and a wrong order."""
    httpserver.expect_request("/").respond_with_data("")
    webhooks, placed = cnaught.space.webhooks, order(cnaught, httpserver.url_for("/"))
    cnaught.space.clock.advance(seconds=2)
    cnaught.post(f"/v1/orders/{placed}/cancel")
    webhooks.reorder("webhook-2", "webhook-1")
    assert [made["kind"] for made in webhooks.deliver()] == ["order.cancelled", "order.fulfilled"]
    assert webhooks.redeliver("webhook-1")["state"] == "pending"
    assert webhooks.duplicate("webhook-2")["copy_of"] == "webhook-2"
    assert [made["id"] for made in webhooks.deliver()] == ["webhook-1", "webhook-3"]
    received = [request.get_json()["order"]["state"] for request, _ in httpserver.log]
    assert received == ["cancelled", "fulfilled", "fulfilled", "cancelled"]
    assert [found["kind"] for found in webhooks.matching(state="delivered", kind="order.cancelled")] == [
        "order.cancelled"
    ] * 2


# --- where they are sent ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "https://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://0.0.0.0:1/",
        "http://2130706433/",
        "http://127.1/",
        "http://localhost.example.com/",
        "http://127.0.0.1.example.com/",
        "http://sub.localhost/",
    ],
)
def test_only_this_machine_is_called(
    cnaught: Caller, url: str, monkeypatch: pytest.MonkeyPatch, httpserver: HTTPServer
) -> None:
    """A URL that leads, or may lead, elsewhere is neither called nor looked up; the webhook ends with the reason."""
    looked_up: list[Any] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *arguments, **_: looked_up.append(arguments))
    order(cnaught, url)
    cnaught.space.clock.advance(seconds=2)
    refused = cnaught.space.webhooks.deliver()
    assert [(webhook["state"], webhook["due"]) for webhook in refused] == [("refused", None)]
    assert "is not this machine; allow it with --webhook-host" in refused[0]["attempts"][0]["error"]
    assert looked_up == []


@pytest.mark.parametrize("url", CONTROL_URLS)
def test_a_restored_callback_to_the_control_api_is_not_called(cnaught: Caller, url: str) -> None:
    """A snapshot may hold a callback that no order could have: it is refused when it is due."""
    order(cnaught, "http://127.0.0.1:9/hook")
    snapshot = json.dumps(cnaught.space.snapshot()).replace("http://127.0.0.1:9/hook", url)
    cnaught.space.restore(json.loads(snapshot))
    cnaught.space.clock.advance(seconds=2)
    (refused,) = cnaught.space.webhooks.deliver()
    assert (refused["state"], refused["due"]) == ("refused", None)
    assert "control API" in refused["attempts"][0]["error"] or "is not this machine" in refused["attempts"][0]["error"]


def test_a_host_may_be_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the exact name of an allowed host is called."""
    called: list[str] = []

    async def note(url: str, *_: object) -> int:
        called.append(url)
        return 200

    monkeypatch.setattr("emulator.gateway.post.post", note)
    with Emulator(port=None, webhook_hosts=["Hooks.Example.com"]) as carbon:
        carbon.clock.freeze(START)
        cnaught = Caller(carbon, "cnaught", credentials_of(carbon, "cnaught"))
        for url in ("https://hooks.example.com/a", "https://other.hooks.example.com/b", "https://example.com/c"):
            order(cnaught, url)
        carbon.clock.advance(seconds=2)
        assert [webhook["state"] for webhook in carbon.webhooks.deliver()] == ["delivered", "refused", "refused"]
    assert called == ["https://hooks.example.com/a"]


def test_a_redirection_is_not_followed(cnaught: Caller, httpserver: HTTPServer) -> None:
    """A redirection is not an acceptance, and its target is not called."""
    httpserver.expect_request("/").respond_with_data("", 307, {"Location": httpserver.url_for("/elsewhere")})
    order(cnaught, httpserver.url_for("/"))
    cnaught.space.clock.advance(seconds=2)
    assert [webhook["state"] for webhook in cnaught.space.webhooks.deliver()] == ["pending"]
    assert [request.path for request, _ in httpserver.log] == ["/"]


def test_a_refused_connection_is_retried(cnaught: Caller) -> None:
    """A refused connection is an attempt without a status, with its reason."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        order(cnaught, f"http://127.0.0.1:{closed.getsockname()[1]}/")
        cnaught.space.clock.advance(seconds=2)
        webhook = cnaught.space.webhooks.deliver()[0]
    assert (webhook["state"], webhook["attempts"][0]["status"]) == ("pending", None)
    assert webhook["attempts"][0]["error"].startswith("ConnectError")


async def _silence() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        await post(f"http://127.0.0.1:{silent.getsockname()[1]}/", "{}", 0.05, {})


def test_a_silent_receiver_times_out() -> None:
    """The vendor's timeout applies, however slowly the receiver answers."""
    with pytest.raises(NoReply, match=r"no reply within 0\.05 seconds"):
        asyncio.run(_silence())


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://127.0.0.1@example.com/", "example.com"),
        ("http://example.com#@127.0.0.1/", "example.com"),
        ("http://[::1]:80/", "::1"),
        ("http://[::ffff:10.0.0.1]/", "::ffff:10.0.0.1"),
        ("http://EXAMPLE.com./", "example.com."),
        ("", ""),
    ],
)
def test_the_host_that_is_checked_is_the_host_that_is_called(url: str, host: str) -> None:
    """The same parser reads the URL for the check and for the call."""
    parsed = parse_url(url)
    assert parsed is not None
    assert host_of(parsed) == host


# --- snapshots and acts -----------------------------------------------------------------------------------------------


def test_a_snapshot_holds_the_outbox(cnaught: Caller, httpserver: HTTPServer) -> None:
    """After a restore, pending webhooks are pending in the same order, and future ones become due."""
    httpserver.expect_request("/").respond_with_data("")
    space = cnaught.space
    placed = [order(cnaught, httpserver.url_for("/")) for _ in range(2)]
    space.clock.advance(seconds=2)
    cnaught.post(f"/v1/orders/{placed[0]}/cancel")
    order(cnaught, httpserver.url_for("/"))
    space.webhooks.reorder("webhook-2", "webhook-1")
    snapshot, before = space.snapshot(), list(space.webhooks)
    made = [webhook["id"] for webhook in space.webhooks.deliver()]
    assert made == ["webhook-2", "webhook-1", "webhook-3"]
    space.restore(snapshot)
    assert (list(space.webhooks), space.snapshot()) == (before, snapshot)
    assert [webhook["id"] for webhook in space.webhooks.deliver()] == made
    space.clock.advance(seconds=2)
    assert [webhook["id"] for webhook in space.webhooks.deliver()] == ["webhook-4"]


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("when", ["without it", "delivered"])
def test_a_snapshot_is_restored_during_a_delivery(
    cnaught: Caller, httpserver: HTTPServer, when: str, status: int
) -> None:
    """The outcome of a webhook that the snapshot lacks, or has as delivered, changes nothing."""
    space, snapshots = cnaught.space, {"without it": cnaught.space.snapshot()}
    httpserver.expect_oneshot_request("/").respond_with_data("")
    order(cnaught, httpserver.url_for("/"))
    space.clock.advance(seconds=2)
    due = space.snapshot()
    space.webhooks.deliver()
    snapshots["delivered"] = space.snapshot()

    def restore(_: Request) -> Response:
        space.restore(snapshots[when])
        return Response(status=status)

    httpserver.expect_request("/").respond_with_handler(restore)
    space.restore(due)
    space.webhooks.deliver()
    assert space.snapshot() == snapshots[when]


@pytest.mark.parametrize(
    ("outbox", "message"),
    [
        ({}, "at outbox.deliveries"),
        ({"deliveries": [{"id": 5}], "added": 1, "dropped": 0, "paused": False}, "at outbox.deliveries.0"),
    ],
)
def test_a_damaged_outbox_is_refused(space: SpaceHandle, outbox: dict[str, Any], message: str) -> None:
    """A snapshot with an inconsistent outbox is refused."""
    before = space.snapshot()
    damaged = {**before, "outbox": outbox} if outbox else {**before, "outbox": {"deliveries": 5}}
    with pytest.raises(Refused, match=message):
        space.restore(damaged)
    assert space.snapshot() == before


def test_an_outbox_of_a_provider_without_webhooks_is_refused(cnaught: Caller) -> None:
    """A delivery of a provider without webhooks is refused."""
    order(cnaught, "http://127.0.0.1:9/")
    cnaught.space.clock.advance(seconds=2)
    foreign = cnaught.space.snapshot()
    foreign["outbox"]["deliveries"][0]["provider"] = "thallo"
    with pytest.raises(Refused, match="'thallo' has no webhooks"):
        cnaught.space.restore(foreign)


@pytest.mark.parametrize(
    ("provider", "act", "subject", "message"),
    [
        ("cnaught", "complete_checkout", "nobody", "no open checkout session has the id 'nobody'"),
        ("cnaught", "fulfil_order", "nobody", "no placed order has the id 'nobody'"),
        ("cnaught", "fulfil_order", "Gre28Fc35bt3", "no placed order"),
    ],
)
def test_an_impossible_act_is_refused(space: SpaceHandle, provider: str, act: str, subject: str, message: str) -> None:
    """An act that the current state does not allow is refused with the reason, and changes nothing."""
    before = space.snapshot()
    with pytest.raises(Refused, match=message) as refused:
        getattr(space, provider).happens(act, subject)
    assert refused.value.status == 409
    assert space.snapshot() == before


@pytest.mark.parametrize(
    ("provider", "act", "message"),
    [
        ("cnaught", "fulfill", "unknown act 'fulfill' of cnaught; nearest: fulfil_order"),
        ("thallo", "fulfil_order", "unknown act 'fulfil_order' of thallo; known: none"),
    ],
)
def test_an_unknown_act_is_refused(space: SpaceHandle, provider: str, act: str, message: str) -> None:
    """An act that the vendor does not have is unknown, like any other name, and changes nothing."""
    before = space.snapshot()
    with pytest.raises(Refused, match=message) as refused:
        getattr(space, provider).happens(act, "x")
    assert refused.value.status == 404
    assert space.snapshot() == before


def test_an_order_is_fulfilled_by_an_act(cnaught: Caller) -> None:
    """An act fulfils an order once, before its time, also in the sums."""
    for seconds in (None, 3600):
        cnaught.space.control("PATCH", "/settings/cnaught", json={"fulfilment_seconds": seconds})
        placed = cnaught.post("/v1/orders", {"amount_kg": 10}).json()
        before = cnaught.get("/v1/impact/data").json()["total_offset_kgs"]
        assert cnaught.space.cnaught.happens("fulfil_order", placed["id"])["state"] == "fulfilled"
        assert cnaught.space.clock.advance(hours=2) == []
        assert cnaught.get("/v1/impact/data").json()["total_offset_kgs"] == before + 10


@pytest.mark.parametrize(
    ("part", "numbers"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"limit": 2}, [1, 2]),
        ({"limit": 2, "offset": 3}, [4, 5]),
        ({"offset": 4}, [5]),
        ({"offset": 9, "limit": 2}, []),
        ({"limit": 0}, []),
        ({"limit": 2, "kind": "order.cancelled"}, []),
    ],
)
def test_webhooks_are_listed_in_parts(cnaught: Caller, part: dict[str, Any], numbers: list[int]) -> None:
    """A part of the list comes with the number of all that match, and costs what is in it."""
    cnaught.space.webhooks.pause()
    for _ in range(5):
        order(cnaught, "http://127.0.0.1:9/")
    cnaught.space.clock.advance(hours=1)
    listed = cnaught.space.control("GET", "/webhooks", params=part)
    assert [webhook["id"] for webhook in listed["webhooks"]] == [f"webhook-{number}" for number in numbers]
    assert listed["total"] == (0 if "kind" in part else 5)
    assert (len(cnaught.space.webhooks), len(cnaught.space.oneclickimpact.webhooks)) == (5, 0)


def test_a_listed_webhook_is_explained_once(cnaught: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its explanation is kept until there is another attempt."""
    explained: list[str] = []
    compare = explanation.webhook_parts
    monkeypatch.setattr(
        explanation, "webhook_parts", lambda *webhook: explained.append(webhook[1]) or compare(*webhook)
    )
    explanation._explained_webhook.cache_clear()
    order(cnaught, "http://127.0.0.1:9/")
    cnaught.space.clock.advance(seconds=2)
    assert [*cnaught.space.webhooks] == [*cnaught.space.webhooks]
    assert len(explained) == 1
    cnaught.space.webhooks.deliver()
    assert [len(webhook["attempts"]) for webhook in cnaught.space.webhooks] == [1]
    assert len(explained) == 2
