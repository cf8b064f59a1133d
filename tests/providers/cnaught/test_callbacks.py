"""Callbacks: what is sent about an order, when, and how often (docs.cnaught.com, Place order)."""

from datetime import datetime, timedelta
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


def sent(cnaught: Caller, server: HTTPServer) -> list[dict[str, Any]]:
    """Deliver everything that is due, and return the orders that the callback has received."""
    cnaught.space.webhooks.deliver()
    return [request.get_json()["order"] for request, _ in server.log]


@pytest.fixture
def server(httpserver: HTTPServer) -> HTTPServer:
    """Return a server that accepts callbacks at /orders."""
    httpserver.expect_request("/orders", method="POST").respond_with_data("thank you")
    return httpserver


@pytest.mark.rule("cnaught.callbacks.on-state-change", "cnaught.callbacks.order-details", "cnaught.callbacks.body")
@pytest.mark.parametrize("path", ["/v1/orders", "/v1/orders/ride"])
def test_fulfilment_and_cancelling_are_reported(cnaught: Caller, server: HTTPServer, path: str) -> None:
    """Placing sends nothing; each later change sends the whole order as it was then."""
    order = ordered(cnaught, server, path)
    assert sent(cnaught, server) == []
    cnaught.space.clock.advance(seconds=2)
    fulfilled = cnaught.get(f"/v1/orders/{order['id']}").json()
    cancelled = cnaught.post(f"/v1/orders/{order['id']}/cancel").json()
    assert sent(cnaught, server) == [fulfilled, cancelled]
    assert [fulfilled["state"], cancelled["state"]] == ["fulfilled", "cancelled"]
    request, _ = server.log[0]
    assert (request.method, request.mimetype, set(request.get_json())) == ("POST", "application/json", {"order"})


@pytest.mark.rule("cnaught.callbacks.on-state-change")
def test_an_order_cancelled_before_fulfilment_is_reported_once(cnaught: Caller, server: HTTPServer) -> None:
    """Only the cancelling is sent for an order that was cancelled while placed."""
    order = ordered(cnaught, server)
    cnaught.post(f"/v1/orders/{order['id']}/cancel")
    cnaught.space.clock.advance(days=1)
    assert [found["state"] for found in sent(cnaught, server)] == ["cancelled"]


@pytest.mark.rule("cnaught.callbacks.on-state-change")
def test_without_a_callback_nothing_is_sent(cnaught: Caller) -> None:
    """An order without a callback sends nothing."""
    order = cnaught.post("/v1/orders", {"amount_kg": 10}).json()
    cnaught.space.clock.advance(seconds=2)
    cnaught.post(f"/v1/orders/{order['id']}/cancel")
    assert list(cnaught.space.webhooks) == []


@pytest.mark.rule("cnaught.callbacks.on-state-change")
def test_an_order_fulfilled_at_once_is_reported(cnaught: Caller, server: HTTPServer) -> None:
    """Without a fulfilment delay the callback is due as soon as the order is placed."""
    cnaught.space.control("PATCH", "/settings/cnaught", json={"fulfilment_seconds": 0})
    ordered(cnaught, server)
    assert [found["state"] for found in sent(cnaught, server)] == ["fulfilled"]


@pytest.mark.rule("cnaught.callbacks.retried", "cnaught.callbacks.retry-times")
def test_a_callback_is_retried_until_accepted(cnaught: Caller, httpserver: HTTPServer) -> None:
    """Until it is answered with exactly 200 the same body is sent again after 1, 2, 5, 10... minutes."""
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
    """A callback that is never accepted is retried for 24 hours, then abandoned."""
    httpserver.expect_request("/orders").respond_with_data("no", 500)
    ordered(cnaught, httpserver)
    cnaught.space.clock.advance(hours=30)
    assert len(sent(cnaught, httpserver)) == 29
    assert [found["state"] for found in cnaught.space.webhooks] == ["given up"]


@pytest.mark.rule("cnaught.callbacks.body")
def test_a_pending_callback_keeps_its_body(cnaught: Caller, httpserver: HTTPServer) -> None:
    """A fulfilment that could not be delivered is still sent, first and unchanged, after the order was cancelled."""
    httpserver.expect_oneshot_request("/orders").respond_with_data("no", 500)
    httpserver.expect_request("/orders").respond_with_data("yes")
    order = ordered(cnaught, httpserver)
    cnaught.space.clock.advance(seconds=2)
    cnaught.space.webhooks.deliver()
    cnaught.post(f"/v1/orders/{order['id']}/cancel")
    cnaught.space.clock.advance(minutes=1)
    assert [found["state"] for found in sent(cnaught, httpserver)] == ["fulfilled", "fulfilled", "cancelled"]


@pytest.mark.rule("cnaught.callbacks.retry-times")
@pytest.mark.parametrize("seconds", [30, 60, 3600])
@pytest.mark.parametrize("failures", [1, 3, 6])
def test_a_callback_that_waited_is_retried_like_any_other(
    cnaught: Caller, httpserver: HTTPServer, failures: int, seconds: int
) -> None:
    """A cancelling is sent when the fulfilment is accepted, and again a minute later, however the clock gets there."""
    for status in (*[500] * failures, 200, 500, 200):
        httpserver.expect_ordered_request("/orders").respond_with_data("", status)
    order = ordered(cnaught, httpserver)
    cnaught.space.clock.advance(seconds=2)
    cnaught.space.webhooks.deliver()
    cnaught.post(f"/v1/orders/{order['id']}/cancel")
    for _ in range(3 * 3600 // seconds):
        cnaught.space.clock.advance(seconds=seconds)
        cnaught.space.webhooks.deliver()

    fulfilled, cancelled = cnaught.space.webhooks
    accepted = fulfilled["attempts"][-1]["at"]
    waits = [datetime.fromisoformat(made["at"]) - datetime.fromisoformat(accepted) for made in cancelled["attempts"]]
    assert waits == [timedelta(0), timedelta(minutes=1)]
    assert (fulfilled["state"], cancelled["state"]) == ("delivered", "delivered")


@pytest.mark.rule("cnaught.callbacks.on-state-change", "cnaught.checkout.completed")
@pytest.mark.parametrize("path", ["/v1/checkout/sessions", "/v1/orders/checkout-session"])
def test_a_paid_checkout_places_an_order(cnaught: Caller, server: HTTPServer, path: str) -> None:
    """Paying completes the session and places its order, which uses the session's callback."""
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
    assert [(found["id"], found["state"]) for found in sent(cnaught, server)] == [(order["id"], "fulfilled")]
    assert cnaught.space.clock.advance(days=2) == []
