"""Callbacks: what is told of an order, when, and how often (docs.cnaught.com, Place order)."""

from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from tests.support.caller import Caller

CHECKOUT = {"amount_kg": 100, "success_url": "https://example.com/yes", "cancel_url": "https://example.com/no"}


def ordered(cnaught: Caller, server: HTTPServer, path: str = "/v1/orders", **more: Any) -> dict[str, Any]:
    body = {"amount_kg": 10} if path == "/v1/orders" else {"distance_km": 30}
    reply = cnaught.post(path, {**body, "notification_config": {"url": server.url_for("/orders")}, **more})
    assert reply.status_code == 201
    order: dict[str, Any] = reply.json()
    return order


def told(cnaught: Caller, server: HTTPServer) -> list[dict[str, Any]]:
    """What the callback has been sent, once everything that is due was."""
    cnaught.space.webhooks.deliver()
    return [request.get_json()["order"] for request, _ in server.log]


@pytest.fixture
def server(httpserver: HTTPServer) -> HTTPServer:
    """A server that accepts callbacks at /orders."""
    httpserver.expect_request("/orders", method="POST").respond_with_data("thank you")
    return httpserver


@pytest.mark.rule("cnaught.callbacks.on-state-change", "cnaught.callbacks.body")
@pytest.mark.parametrize("path", ["/v1/orders", "/v1/orders/ride"])
def test_a_callback_hears_of_fulfilment_and_cancelling(cnaught: Caller, server: HTTPServer, path: str) -> None:
    """Nothing is sent for placing; each change sends the whole order as it then stood."""
    order = ordered(cnaught, server, path)
    assert told(cnaught, server) == []
    cnaught.space.clock.advance(seconds=2)
    fulfilled = cnaught.get(f"/v1/orders/{order['id']}").json()
    cancelled = cnaught.post(f"/v1/orders/{order['id']}/cancel").json()
    assert told(cnaught, server) == [fulfilled, cancelled]
    assert [fulfilled["state"], cancelled["state"]] == ["fulfilled", "cancelled"]
    request, _ = server.log[0]
    assert (request.method, request.mimetype, set(request.get_json())) == ("POST", "application/json", {"order"})


@pytest.mark.rule("cnaught.callbacks.on-state-change")
def test_an_order_cancelled_in_time_never_was_fulfilled(cnaught: Caller, server: HTTPServer) -> None:
    """Of an order that is cancelled while it is placed, the callback hears that alone."""
    order = ordered(cnaught, server)
    cnaught.post(f"/v1/orders/{order['id']}/cancel")
    cnaught.space.clock.advance(days=1)
    assert [found["state"] for found in told(cnaught, server)] == ["cancelled"]


@pytest.mark.rule("cnaught.callbacks.on-state-change")
def test_no_callback_for_who_asked_for_none(cnaught: Caller) -> None:
    """An order without a callback is fulfilled and cancelled in silence."""
    order = cnaught.post("/v1/orders", {"amount_kg": 10}).json()
    cnaught.space.clock.advance(seconds=2)
    cnaught.post(f"/v1/orders/{order['id']}/cancel")
    assert list(cnaught.space.webhooks) == []


@pytest.mark.rule("cnaught.callbacks.on-state-change")
def test_an_order_that_is_fulfilled_at_once(cnaught: Caller, server: HTTPServer) -> None:
    """Where fulfilment takes no time, the order is told of as soon as it is placed, while the clock stands still."""
    cnaught.space.control("PATCH", "/settings/cnaught", json={"fulfilment_seconds": 0})
    ordered(cnaught, server)
    assert [found["state"] for found in told(cnaught, server)] == ["fulfilled"]


@pytest.mark.rule("cnaught.callbacks.retried", "cnaught.callbacks.retry-times")
def test_a_callback_is_repeated_until_it_is_accepted(cnaught: Caller, httpserver: HTTPServer) -> None:
    """Exactly 200 ends it; until then the same body comes again after 1, 2, 5, 10 ... minutes."""
    for status in (500, 201, 404, 302):
        httpserver.expect_ordered_request("/orders").respond_with_data("no", status)
    httpserver.expect_ordered_request("/orders").respond_with_data("yes", 200)
    ordered(cnaught, httpserver)
    cnaught.space.clock.advance(seconds=2)
    sent = []
    for seconds in (0, 59, 1, 120, 300, 599, 1, 3600):
        cnaught.space.clock.advance(seconds=seconds)
        cnaught.space.webhooks.deliver()
        sent.append(len(httpserver.log))
    assert sent == [1, 1, 2, 3, 4, 4, 5, 5]
    assert len({request.data for request, _ in httpserver.log}) == 1


@pytest.mark.rule("cnaught.callbacks.retried")
def test_a_callback_is_given_up_after_a_day(cnaught: Caller, httpserver: HTTPServer) -> None:
    """Nobody accepts: every attempt of 24 hours is made, and then no more."""
    httpserver.expect_request("/orders").respond_with_data("no", 500)
    ordered(cnaught, httpserver)
    cnaught.space.clock.advance(hours=30)
    assert len(told(cnaught, httpserver)) == 29
    assert [found["state"] for found in cnaught.space.webhooks] == ["given up"]


@pytest.mark.rule("cnaught.callbacks.body")
def test_what_is_told_does_not_change_any_more(cnaught: Caller, httpserver: HTTPServer) -> None:
    """A fulfilment that could not be delivered is still told as such after the order was cancelled, and first."""
    httpserver.expect_oneshot_request("/orders").respond_with_data("no", 500)
    httpserver.expect_request("/orders").respond_with_data("yes")
    order = ordered(cnaught, httpserver)
    cnaught.space.clock.advance(seconds=2)
    cnaught.space.webhooks.deliver()
    cnaught.post(f"/v1/orders/{order['id']}/cancel")
    cnaught.space.clock.advance(minutes=1)
    assert [found["state"] for found in told(cnaught, httpserver)] == ["fulfilled", "fulfilled", "cancelled"]


@pytest.mark.rule("cnaught.callbacks.on-state-change", "cnaught.checkout.completed")
@pytest.mark.parametrize("path", ["/v1/checkout/sessions", "/v1/orders/checkout-session"])
def test_a_checkout_that_somebody_pays(cnaught: Caller, server: HTTPServer, path: str) -> None:
    """Paying completes the session and places its order, whose callback is the session's."""
    notes = {"description": "For Jane", "notification_config": {"url": server.url_for("/orders")}}
    session = cnaught.post(path, {**CHECKOUT, **notes}).json()
    order = cnaught.space.cnaught.happens("complete_checkout", session["id"])
    assert cnaught.get(f"/v1/orders/{order['id']}").json() == order
    for name in ("amount_kg", "price_usd_cents"):
        assert order[name] == session[name]
    assert (order["description"], order["checkout_session_id"]) == ("For Jane", session["id"])
    paid = cnaught.get(f"{path}/{session['id']}").json()
    assert (paid["state"], paid["completed_on"]) == ("complete", order["created_on"])
    cnaught.space.clock.advance(seconds=2)
    assert [(found["id"], found["state"]) for found in told(cnaught, server)] == [(order["id"], "fulfilled")]
    assert cnaught.space.clock.advance(days=2) == []
