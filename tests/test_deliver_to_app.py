"""Webhooks that are delivered to an application inside the test."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from emulator.client.handles import Refused, SpaceHandle
from tests.support.caller import Caller, credentials_of

URL = "https://shop.example/hooks?from=cnaught"


def place(cnaught: Caller) -> None:
    """Order, for a receiver that no server could call, and let the order be fulfilled."""
    cnaught.space.webhooks.pause()
    cnaught.post("/v1/orders", {"amount_kg": 10, "notification_config": {"url": URL}})
    cnaught.space.clock.advance(seconds=2)


def asgi(received: list[Any], status: int) -> Starlette:
    async def receive(request: Request) -> Response:
        received.append((str(request.url), request.headers["x-emulator-delivery"], await request.json()))
        return Response(status_code=status)

    return Starlette(routes=[Route("/hooks", receive, methods=["POST"])])


def wsgi(received: list[Any], status: int) -> Callable[..., Iterable[bytes]]:
    def application(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
        url = f"{environ['wsgi.url_scheme']}://{environ['HTTP_HOST']}{environ['PATH_INFO']}?{environ['QUERY_STRING']}"
        request = Request({"type": "http", "headers": []})
        request._body = environ["wsgi.input"].read()
        received.append((url, environ["HTTP_X_EMULATOR_DELIVERY"], asyncio.run(request.json())))
        start_response(f"{status} Anything", [])
        return [b""]

    return application


@pytest.mark.parametrize("application", [asgi, wsgi])
def test_an_application_in_the_test_receives_webhooks(cnaught: Caller, application: Callable[..., Any]) -> None:
    """It sees the URL, body and headers of the webhook; a refusal is retried at the vendor's next time."""
    received: list[Any] = []
    place(cnaught)
    webhooks = cnaught.space.webhooks
    assert [each["state"] for each in webhooks.deliver(app=application(received, 503))] == ["pending"]
    assert webhooks.deliver(app=application(received, 503)) == []
    cnaught.space.clock.advance(minutes=1)
    delivered = webhooks.deliver(app=application(received, 200))
    assert [attempt["status"] for attempt in delivered[0]["attempts"]] == [503, 200]
    assert delivered[0]["state"] == "delivered"
    assert received == [(URL, "webhook-1", delivered[0]["body"])] * 2


def test_an_application_may_fail_or_be_late(
    cnaught: Caller, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An exception is logged and counts as 500; a reply that comes too late counts as none."""

    async def fails(*_: Any) -> None:
        raise ZeroDivisionError

    async def sleeps(*_: Any) -> None:
        await asyncio.sleep(60)

    async def in_a_loop() -> list[dict[str, Any]]:
        return cnaught.space.webhooks.deliver(app=fails)

    place(cnaught)
    assert asyncio.run(in_a_loop())[0]["attempts"][-1]["status"] == 500
    assert "the application failed on webhook webhook-1" in caplog.text
    cnaught.space.clock.advance(minutes=1)
    call = cnaught.space.webhooks._control.call
    monkeypatch.setattr(
        cnaught.space.webhooks._control,
        "call",
        lambda *of, **content: _hurried(call(*of, **content)),
        raising=False,
    )
    assert cnaught.space.webhooks.deliver(app=sleeps)[0]["attempts"][-1]["error"] == "no reply within 0.01 seconds"


def _hurried(reply: dict[str, Any]) -> dict[str, Any]:
    if reply.get("attempt"):
        reply["attempt"]["timeout_seconds"] = 0.01
    return reply


@pytest.mark.parametrize("app", [5, "shop:app", {}])
def test_what_is_no_application_is_refused(cnaught: Caller, app: Any) -> None:
    """A mistake in the test is not taken for a failing receiver: nothing is attempted."""
    place(cnaught)
    with pytest.raises(TypeError, match="app is an ASGI or WSGI application, not "):
        cnaught.space.webhooks.deliver(app=app)
    assert [webhook["attempts"] for webhook in cnaught.space.webhooks] == [[]]


def test_only_the_attempt_that_is_due_next_is_recorded(cnaught: Caller) -> None:
    """What is not due cannot be recorded, and a refused outcome changes nothing."""
    space: SpaceHandle = cnaught.space
    place(cnaught)
    before = space.snapshot()
    for content, status in (({}, 400), ({"status": 200, "error": "x"}, 400), ({"status": 99}, 400)):
        with pytest.raises(Refused) as refused:
            space.control("POST", "/webhooks/webhook-1/attempts", json=content)
        assert refused.value.status == status
    with pytest.raises(Refused, match="404: unknown webhook 'webhook-9'"):
        space.control("POST", "/webhooks/webhook-9/attempts", json={"status": 200})
    assert space.snapshot() == before
    assert space.control("POST", "/webhooks/webhook-1/attempts", json={"error": "lost"})["state"] == "pending"
    with pytest.raises(Refused, match="409: webhook 'webhook-1' has no attempt that is due next"):
        space.control("POST", "/webhooks/webhook-1/attempts", json={"status": 200})
    assert space.control("GET", "/webhooks/next") == {"attempt": None}


def test_an_endpoint_that_is_gone_is_not_called(space: SpaceHandle) -> None:
    """The application is not called for an endpoint that was removed; the delivery ends as refused."""
    space.webhooks.pause()
    vendor = space.oneclickimpact
    vendor.configure(webhook_endpoints=[{"id": "shop", "url": URL, "secrets": ["whsec_local"]}])
    Caller(space, "oneclickimpact", credentials_of(space, "oneclickimpact")).post("/v1/capture_carbon", {"amount": 5})
    assert space.control("GET", "/webhooks/next")["attempt"]["headers"]["X-1CI-Event"] == "impact.initiated"
    vendor.configure(webhook_endpoints=[])
    received: list[Any] = []
    assert [each["state"] for each in space.webhooks.deliver(app=asgi(received, 200))] == ["refused"]
    assert received == []
