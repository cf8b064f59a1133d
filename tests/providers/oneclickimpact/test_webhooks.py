"""Webhooks: events of impacts, signed, sent to registered endpoints, and sent again."""

import hashlib
import hmac
import json
import re
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request

from emulator import Emulator
from emulator.bundles import bundle
from emulator.bundles.replay import replay
from emulator.client.handles import Refused
from tests.conftest import START
from tests.providers.oneclickimpact.test_stages import act, configure, make
from tests.support.caller import Caller, credentials_of
from tests.support.contract_check import validator
from tests.support.hostile import CONTROL_URLS

SECRET = "whsec_0123456789abcdef"
NEW_SECRET = "whsec_fedcba9876543210"
WAITS = [10, 60, 300, 1800, 7200, 28800, 86400]


@pytest.fixture(autouse=True)
def paused(oneclickimpact: Caller) -> None:
    """Pause deliveries until a test requests them."""
    oneclickimpact.space.webhooks.pause()


def endpoint(httpserver: HTTPServer, id: str = "shop", **members: object) -> dict[str, object]:
    return {"id": id, "url": httpserver.url_for(f"/{id}"), "secrets": [SECRET], **members}


def register(caller: Caller, *endpoints: dict[str, object], **settings: object) -> None:
    configure(caller, webhook_endpoints=endpoints, **settings)


@pytest.mark.parametrize("url", CONTROL_URLS)
def test_an_endpoint_cannot_be_the_control_api(oneclickimpact: Caller, url: str) -> None:
    """A setting that registers a control API as an endpoint, in any spelling and on any host, is refused."""
    with pytest.raises(Refused, match="must not call the control API of the emulator"):
        register(oneclickimpact, {"id": "shop", "url": url, "secrets": [SECRET]})


def deliver(caller: Caller) -> list[dict[str, Any]]:
    caller.space.webhooks.deliver()
    return [*caller.space.webhooks]


def enabled(caller: Caller) -> dict[str, bool]:
    endpoints = caller.space.control("GET", "/settings/oneclickimpact")["webhook_endpoints"]
    return {endpoint["id"]: endpoint["enabled"] for endpoint in endpoints}


def received(httpserver: HTTPServer) -> list[Request]:
    return [request for request, _ in httpserver.log]


def events(httpserver: HTTPServer) -> list[dict[str, Any]]:
    """Return the received events; each satisfies the contract."""
    found = [json.loads(request.data) for request in received(httpserver)]
    for event in found:
        validator("oneclickimpact", '{"$ref": "#/components/schemas/Event"}').validate(event)
    return found


def digest(text: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


# --- events -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("oneclickimpact.webhooks.events", "oneclickimpact.webhooks.envelope")
def test_a_new_impact_is_reported(oneclickimpact: Caller, httpserver: HTTPServer) -> None:
    """An event holds the impact as it is tracked, with its customer and metadata."""
    httpserver.expect_request("/shop").respond_with_data("")
    register(oneclickimpact, endpoint(httpserver))
    body = {"amount": 5, "category": "food", "customer_email": "jane@example.com", "metadata": {"orderId": "A-1001"}}
    made = oneclickimpact.post("/v1/plant_tree", body).json()
    assert [delivery["state"] for delivery in deliver(oneclickimpact)] == ["delivered"]
    [event] = events(httpserver)
    assert re.fullmatch(r"evt_[0-9a-f]{24}", event.pop("id"))
    assert event == {
        "type": "impact.initiated",
        "created_at": made["time_utc"],
        "is_test": True,
        "data": {
            "user_id": "U123",
            "time_utc": made["time_utc"],
            **oneclickimpact.get("/v1/track", params={"user_id": "U123", "time_utc": made["time_utc"]}).json(),
            "customer": made["customer"],
            "metadata": {"orderId": "A-1001"},
        },
    }


@pytest.mark.rule("oneclickimpact.webhooks.events")
@pytest.mark.parametrize(
    "path", [f"/v1/{name}" for name in ("capture_carbon", "plant_tree", "clean_ocean", "donate_money", "restore_coral")]
)
def test_every_kind_is_reported(oneclickimpact: Caller, httpserver: HTTPServer, path: str) -> None:
    """Each of the five operations is reported, with its amount."""
    httpserver.expect_request("/shop").respond_with_data("")
    register(oneclickimpact, endpoint(httpserver))
    made = oneclickimpact.post(path, {"amount": 5}).json()
    deliver(oneclickimpact)
    [event] = events(httpserver)
    assert made.items() <= event["data"].items()


@pytest.mark.rule("oneclickimpact.webhooks.events", "oneclickimpact.webhooks.order")
@pytest.mark.parametrize("way", ["act", "delay"])
def test_changes_of_an_impact_are_reported(oneclickimpact: Caller, httpserver: HTTPServer, way: str) -> None:
    """An impact is reported when it is made and when it is completed, with the stages reached by then."""
    httpserver.expect_request("/shop").respond_with_data("")
    delays = {"donation_sent_seconds": 60, "impact_completed_seconds": 90} if way == "delay" else {}
    register(oneclickimpact, endpoint(httpserver), **delays)
    made = make(oneclickimpact)
    oneclickimpact.space.clock.advance(seconds=90)
    if way == "act":
        act(oneclickimpact, "complete_impact", made)
    oneclickimpact.space.clock.advance(days=1)
    deliver(oneclickimpact)
    initiated, completed = events(httpserver)
    assert [initiated["type"], completed["type"]] == ["impact.initiated", "impact.completed"]
    assert "donation_sent" not in initiated["data"]
    assert completed["data"]["donation_sent"] <= completed["data"]["impact_completed"]
    assert completed["data"]["impact_completed"] == completed["created_at"] == "2026-01-01T00:01:30.000Z"
    assert initiated["id"] != completed["id"]


@pytest.mark.rule("oneclickimpact.webhooks.once", "oneclickimpact.webhooks.events")
def test_only_changes_are_reported(oneclickimpact: Caller, httpserver: HTTPServer) -> None:
    """A cancellation is reported once, a refused request never, and a cancelled impact is not completed."""
    httpserver.expect_request("/shop").respond_with_data("")
    register(oneclickimpact, endpoint(httpserver), impact_completed_seconds=60)
    assert oneclickimpact.post("/v1/capture_carbon", {"amount": 0}).status_code == 400
    made = make(oneclickimpact)
    for _ in range(2):
        assert oneclickimpact.post("/v1/cancel_impact", {**made, "reason": "order refunded"}).status_code == 200
    assert oneclickimpact.post("/v1/cancel_impact", {**made, "user_id": "U1"}).status_code == 404
    oneclickimpact.space.clock.advance(days=1)
    deliver(oneclickimpact)
    assert [event["type"] for event in events(httpserver)] == ["impact.initiated", "impact.cancelled"]
    cancelled = events(httpserver)[1]
    assert cancelled["data"]["cancelled_on"] == cancelled["created_at"]
    assert cancelled["data"]["cancellation_reason"] == "order refunded"


def test_an_event_does_not_change(oneclickimpact: Caller, httpserver: HTTPServer) -> None:
    """A delivery has the impact at the time of its event, even if it has changed since."""
    httpserver.expect_request("/shop").respond_with_data("")
    register(oneclickimpact, endpoint(httpserver))
    made = make(oneclickimpact)
    oneclickimpact.post("/v1/cancel_impact", made)
    deliver(oneclickimpact)
    assert "cancelled_on" not in events(httpserver)[0]["data"]


def test_without_an_endpoint_no_id_is_used(oneclickimpact: Caller) -> None:
    """While no endpoint is registered, no notice is stored and no id is used."""
    oneclickimpact.post("/v1/cancel_impact", make(oneclickimpact))
    document = oneclickimpact.space.snapshot()
    assert document["memory"]["oneclickimpact"]["notices"] == []
    assert document["ids"] == {}


# --- endpoints --------------------------------------------------------------------------------------------------------


@pytest.mark.rule("oneclickimpact.webhooks.endpoints")
def test_an_endpoint_gets_its_events(oneclickimpact: Caller, live: Caller, httpserver: HTTPServer) -> None:
    """An endpoint gets the events that it names, of its environment, while it is enabled."""
    httpserver.expect_request(re.compile("/.*")).respond_with_data("")
    register(
        oneclickimpact,
        endpoint(httpserver, "all"),
        endpoint(httpserver, "cancelled", events=["impact.cancelled"]),
        endpoint(httpserver, "live", environment="production"),
        endpoint(httpserver, "off", enabled=False),
    )
    oneclickimpact.post("/v1/cancel_impact", make(oneclickimpact))
    make(live)
    deliver(oneclickimpact)
    assert [(request.path, json.loads(request.data)["type"]) for request in received(httpserver)] == [
        ("/all", "impact.initiated"),
        ("/all", "impact.cancelled"),
        ("/cancelled", "impact.cancelled"),
        ("/live", "impact.initiated"),
    ]
    assert [event["is_test"] for event in events(httpserver)] == [True, True, True, False]
    assert len({event["id"] for event in events(httpserver)}) == 3


@pytest.mark.rule("oneclickimpact.webhooks.order")
def test_endpoints_do_not_wait_for_each_other(oneclickimpact: Caller, httpserver: HTTPServer) -> None:
    """An endpoint that fails holds up the later events of an impact for itself only."""
    httpserver.expect_request("/down").respond_with_data("", status=503)
    httpserver.expect_request("/shop").respond_with_data("")
    register(oneclickimpact, endpoint(httpserver, "down"), endpoint(httpserver))
    oneclickimpact.post("/v1/cancel_impact", make(oneclickimpact))
    deliver(oneclickimpact)
    assert [(request.path, json.loads(request.data)["type"]) for request in received(httpserver)] == [
        ("/down", "impact.initiated"),
        ("/shop", "impact.initiated"),
        ("/shop", "impact.cancelled"),
    ]


@pytest.mark.rule("oneclickimpact.webhooks.order", "oneclickimpact.webhooks.retries")
@pytest.mark.parametrize("failures", [1, 3, 5, len(WAITS)])
def test_an_event_that_waited_has_the_time_of_its_attempt(
    oneclickimpact: Caller, httpserver: HTTPServer, failures: int
) -> None:
    """A later event of an impact is attempted when the one before is over, and its timestamp says so."""
    for _ in range(failures):
        httpserver.expect_ordered_request("/shop").respond_with_data("", status=503)
    httpserver.expect_ordered_request("/shop").respond_with_data("")
    httpserver.expect_ordered_request("/shop").respond_with_data("", status=503)
    httpserver.expect_ordered_request("/shop").respond_with_data("")
    register(oneclickimpact, endpoint(httpserver))
    made = make(oneclickimpact)
    oneclickimpact.space.clock.advance(seconds=5)
    oneclickimpact.post("/v1/cancel_impact", made)
    oneclickimpact.space.clock.advance(days=3)
    initiated, cancelled = deliver(oneclickimpact)
    assert [initiated["state"], cancelled["state"]] == ["delivered", "delivered"]
    *before, over, first, second = [int(request.headers["X-1CI-Timestamp"]) for request in received(httpserver)]
    assert over - min(before) == sum(WAITS[:failures])
    assert (first - over, second - first) == (0, WAITS[0])


@pytest.mark.parametrize(
    "settings",
    [
        {"webhook_endpoints": [{"id": "a", "url": "ftp://127.0.0.1/", "secrets": ["x"]}]},
        {"webhook_endpoints": [{"id": "a", "url": "http://127.0.0.1/", "secrets": []}]},
        {"webhook_endpoints": [{"id": "a", "url": "http://127.0.0.1/", "secrets": [""]}]},
        {"webhook_endpoints": [{"id": "", "url": "http://127.0.0.1/", "secrets": ["x"]}]},
        {"webhook_endpoints": [{"id": "a", "url": "http://127.0.0.1/", "secrets": ["x"], "events": []}]},
        {"webhook_endpoints": [{"id": "a", "url": "http://127.0.0.1/", "secrets": ["x"], "events": ["impact"]}]},
        {"webhook_endpoints": [{"id": "a", "url": "http://127.0.0.1/", "secrets": ["x"]}] * 2},
        {"webhook_endpoints": [{"id": f"{n}", "url": "http://127.0.0.1/", "secrets": ["x"]} for n in range(11)]},
        {"webhook_signature_header": "Content-Length"},
        {"webhook_signature_header": "X-1CI-Timestamp"},
        {"webhook_signature_header": "a b"},
        {"webhook_signature_prefix": "sha256= "},
        {"webhook_signed_text": "url"},
    ],
)
def test_invalid_settings_are_refused(oneclickimpact: Caller, settings: dict[str, object]) -> None:
    """An endpoint needs a distinct id, an http URL, a secret and events; a signature needs a distinct header."""
    with pytest.raises(Refused, match="400"):
        configure(oneclickimpact, **settings)


# --- signatures -------------------------------------------------------------------------------------------------------


@pytest.mark.rule("oneclickimpact.webhooks.signed", "oneclickimpact.webhooks.signature")
def test_a_delivery_is_signed(oneclickimpact: Caller, httpserver: HTTPServer) -> None:
    """The signature is the HMAC of the timestamp, a dot and the body, as they were sent."""
    httpserver.expect_request("/shop").respond_with_data("")
    register(oneclickimpact, endpoint(httpserver))
    make(oneclickimpact)
    deliver(oneclickimpact)
    [request] = received(httpserver)
    timestamp = request.headers["X-1CI-Timestamp"]
    assert datetime.fromtimestamp(int(timestamp), UTC) == datetime.fromisoformat(START)
    signed = timestamp.encode() + b"." + request.data
    assert request.headers["X-1CI-Signature"] == f"sha256={digest(signed)}" != f"sha256={digest(signed + b' ')}"
    assert request.headers["X-1CI-Event"] == "impact.initiated"
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["User-Agent"] == "1ClickImpact-Webhooks/1.0"


@pytest.mark.rule("oneclickimpact.webhooks.signature", "oneclickimpact.webhooks.rotation")
def test_the_signature_can_be_set(oneclickimpact: Caller, httpserver: HTTPServer) -> None:
    """Settings choose the header, the prefix and the signed text; two secrets make two signatures."""
    httpserver.expect_request("/shop").respond_with_data("")
    register(
        oneclickimpact,
        endpoint(httpserver, secrets=[NEW_SECRET, SECRET]),
        webhook_signed_text="body",
        webhook_signature_header="X-Hub-Signature",
        webhook_signature_prefix="v1=",
    )
    make(oneclickimpact)
    deliver(oneclickimpact)
    [request] = received(httpserver)
    by_each = [f"v1={digest(request.data, secret)}" for secret in (NEW_SECRET, SECRET)]
    assert request.headers["X-Hub-Signature"] == ",".join(by_each)
    assert "X-1CI-Signature" not in request.headers


def test_a_bundle_holds_no_secret(emulator: Emulator, oneclickimpact: Caller, httpserver: HTTPServer) -> None:
    """A recorded run replays without the secrets of endpoints, in its settings and in its first snapshot."""
    register(oneclickimpact, endpoint(httpserver))
    make(oneclickimpact)
    for _ in range(2):
        document = oneclickimpact.space.control("GET", "/bundle")
        assert SECRET not in json.dumps(document)
        world = emulator.app.spaces.world
        assert replay(bundle.read(document, world), world) is None
        oneclickimpact.space.restore(oneclickimpact.space.snapshot())
        make(oneclickimpact)


# --- attempts ---------------------------------------------------------------------------------------------------------


@pytest.mark.rule("oneclickimpact.webhooks.event-id", "oneclickimpact.webhooks.delivery-id")
def test_a_retry_has_another_delivery_id(oneclickimpact: Caller, httpserver: HTTPServer) -> None:
    """Each attempt has a delivery id of its own, and a signature of its own time; the body stays the same."""
    httpserver.expect_ordered_request("/shop").respond_with_data("", status=500)
    httpserver.expect_ordered_request("/shop").respond_with_data("", status=204)
    register(oneclickimpact, endpoint(httpserver))
    make(oneclickimpact)
    oneclickimpact.space.clock.advance(seconds=10)
    [delivery] = deliver(oneclickimpact)
    assert delivery["state"] == "delivered"
    first, second = received(httpserver)
    assert first.data == second.data
    for name in ("X-1CI-Delivery-Id", "X-1CI-Timestamp", "X-1CI-Signature"):
        assert first.headers[name] != second.headers[name]
        sent = [attempt["headers"][name] for attempt in delivery["attempts"]]
        assert sent == [first.headers[name], second.headers[name]]
    assert int(second.headers["X-1CI-Timestamp"]) - int(first.headers["X-1CI-Timestamp"]) == 10


@pytest.mark.rule("oneclickimpact.webhooks.delivery-id", "oneclickimpact.webhooks.event-id")
def test_delivery_ids_do_not_depend_on_the_order(oneclickimpact: Caller, httpserver: HTTPServer) -> None:
    """The same space sends the same ids again, also when it is restored; a redelivery has a new delivery id."""
    httpserver.expect_request("/shop").respond_with_data("")
    register(oneclickimpact, endpoint(httpserver))
    make(oneclickimpact)
    make(oneclickimpact)
    kept = oneclickimpact.space.snapshot()
    deliver(oneclickimpact)
    oneclickimpact.space.restore(kept)
    oneclickimpact.space.webhooks.reorder("webhook-2", "webhook-1")
    deliver(oneclickimpact)
    oneclickimpact.space.webhooks.redeliver("webhook-1")
    deliver(oneclickimpact)
    ids = [request.headers["X-1CI-Delivery-Id"] for request in received(httpserver)]
    assert ids[:2] == ids[2:4][::-1]
    assert len(set(ids)) == 3
    assert len({event["id"] for event in events(httpserver)}) == 2


@pytest.mark.rule("oneclickimpact.webhooks.retries")
@pytest.mark.parametrize("status", [302, 400, 500])
def test_a_delivery_is_attempted_eight_times(oneclickimpact: Caller, httpserver: HTTPServer, status: int) -> None:
    """Attempts follow after 10 seconds, 1, 5 and 30 minutes, and 2, 8 and 24 hours, then end."""
    httpserver.expect_request("/shop").respond_with_data("", status=status)
    register(oneclickimpact, endpoint(httpserver))
    make(oneclickimpact)
    oneclickimpact.space.clock.advance(days=30)
    [delivery] = deliver(oneclickimpact)
    times = [datetime.fromisoformat(attempt["at"]) for attempt in delivery["attempts"]]
    assert [(after - before).total_seconds() for before, after in pairwise(times)] == WAITS
    assert (delivery["state"], delivery["due"]) == ("given up", None)
    assert len(received(httpserver)) == 8


@pytest.mark.rule("oneclickimpact.webhooks.retries")
@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_success_ends_a_delivery(oneclickimpact: Caller, httpserver: HTTPServer, status: int) -> None:
    """Every 2xx status counts as received."""
    httpserver.expect_request("/shop").respond_with_data("", status=status)
    register(oneclickimpact, endpoint(httpserver))
    make(oneclickimpact)
    assert [delivery["state"] for delivery in deliver(oneclickimpact)] == ["delivered"]


@pytest.mark.rule("oneclickimpact.webhooks.gone")
def test_a_gone_endpoint_gets_no_more_attempts(oneclickimpact: Caller, httpserver: HTTPServer) -> None:
    """A 410 ends a delivery and disables its endpoint; the removal of an endpoint ends all of its deliveries."""
    httpserver.expect_ordered_request("/shop").respond_with_data("", status=410)
    httpserver.expect_ordered_request("/shop").respond_with_data("")
    register(oneclickimpact, endpoint(httpserver))
    make(oneclickimpact)
    assert deliver(oneclickimpact)[0]["state"] == "given up"
    assert enabled(oneclickimpact) == {"shop": False}
    make(oneclickimpact)
    assert len(deliver(oneclickimpact)) == 1
    register(oneclickimpact, endpoint(httpserver))
    make(oneclickimpact)
    assert deliver(oneclickimpact)[1]["state"] == "delivered"
    make(oneclickimpact)
    register(oneclickimpact)
    removed = deliver(oneclickimpact)[2]
    reason = "endpoint 'shop' is disabled or no longer registered"
    assert (removed["state"], removed["attempts"][0]["error"]) == ("refused", reason)
    assert len(received(httpserver)) == 2


@pytest.mark.rule("oneclickimpact.webhooks.gone", "oneclickimpact.webhooks.endpoints")
@pytest.mark.parametrize("by", ["a 410", "the settings"])
def test_a_disabled_endpoint_gets_nothing_that_is_pending(
    oneclickimpact: Caller, httpserver: HTTPServer, by: str
) -> None:
    """Once an endpoint is disabled, deliveries to it that were pending end at their next attempt, without a call."""
    httpserver.expect_request("/shop").respond_with_data("", status=410 if by == "a 410" else 500)
    httpserver.expect_request("/other").respond_with_data("")
    register(oneclickimpact, endpoint(httpserver), endpoint(httpserver, "other"))
    made = make(oneclickimpact)
    make(oneclickimpact)
    oneclickimpact.post("/v1/cancel_impact", made)
    oneclickimpact.space.webhooks.step()
    if by == "the settings":
        register(oneclickimpact, endpoint(httpserver, enabled=False), endpoint(httpserver, "other"))
    assert enabled(oneclickimpact) == {"shop": False, "other": True}
    oneclickimpact.space.clock.advance(seconds=WAITS[0])
    deliveries = deliver(oneclickimpact)
    assert [request.path for request in received(httpserver)] == ["/shop", "/other", "/other", "/other"]
    ended = {delivery["id"]: delivery["state"] for delivery in deliveries if "shop" in delivery["url"]}
    assert [*ended.values()] == ["given up" if by == "a 410" else "refused", "refused", "refused"]
    register(oneclickimpact, endpoint(httpserver), endpoint(httpserver, "other"))
    assert deliver(oneclickimpact) == deliveries


@pytest.mark.rule("oneclickimpact.webhooks.failing")
@pytest.mark.parametrize("reached", [0, 2, 4])
def test_an_endpoint_that_keeps_failing_is_disabled(
    oneclickimpact: Caller, httpserver: HTTPServer, reached: int
) -> None:
    """Five events in a row that do not reach an endpoint disable it; one that does starts the count again."""
    oneclickimpact.space.clock.freeze("2026-01-01")
    register(oneclickimpact, endpoint(httpserver), endpoint(httpserver, "other"))
    httpserver.expect_request("/other").respond_with_data("")
    for number in range(reached + 5):
        status = 200 if number == reached - 1 else 500
        httpserver.expect_oneshot_request("/shop").respond_with_data("", status=status)
        make(oneclickimpact)
        assert enabled(oneclickimpact) == {"shop": True, "other": True}
        for wait in (0, *WAITS):
            if status == 500 and wait:
                httpserver.expect_oneshot_request("/shop").respond_with_data("", status=500)
            oneclickimpact.space.clock.advance(seconds=wait)
            oneclickimpact.space.webhooks.deliver()
    assert enabled(oneclickimpact) == {"shop": False, "other": True}
    made = len([*oneclickimpact.space.webhooks])
    make(oneclickimpact)
    assert len([*oneclickimpact.space.webhooks]) == made + 1


@pytest.mark.rule("oneclickimpact.webhooks.failing")
def test_redeliveries_do_not_disable_an_endpoint(oneclickimpact: Caller, httpserver: HTTPServer) -> None:
    """What a test repeats is no event that failed."""
    httpserver.expect_request("/shop").respond_with_data("", status=500)
    register(oneclickimpact, endpoint(httpserver))
    make(oneclickimpact)
    (delivery,) = deliver(oneclickimpact)
    for _ in range(12):
        oneclickimpact.space.control("POST", f"/webhooks/{delivery['id']}/redeliver")
        deliver(oneclickimpact)
    assert enabled(oneclickimpact) == {"shop": True}


def test_a_served_emulator_delivers_in_the_background(httpserver: HTTPServer) -> None:
    """Without a pause, an event is sent as soon as it happens; the request that caused it does not wait."""
    httpserver.expect_oneshot_request("/shop").respond_with_data("")
    with Emulator() as carbon:
        caller = Caller(carbon, "oneclickimpact", credentials_of(carbon, "oneclickimpact"))
        register(caller, endpoint(httpserver))
        with httpserver.wait(timeout=5) as waiting:
            make(caller)
        assert waiting.result
    assert [event["type"] for event in events(httpserver)] == ["impact.initiated"]
