"""Clients without a port: httpx, synchronous and asynchronous, and requests, on the same state."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import httpx
import pytest
import requests
from starlette.types import Receive, Scope, Send
from urllib3.util import Timeout

from emulator import Emulator
from emulator.client.handles import SpaceHandle
from emulator.client.transport import Transport
from tests.support.caller import Caller

ORDERS = "/v1/orders"


@pytest.fixture
def session(emulator: Emulator, cnaught: Caller) -> Iterator[requests.Session]:
    """Return a session of requests that needs no port, with CNaught's key."""
    with requests.Session() as fresh:
        fresh.mount("http://", emulator.requests_adapter())
        fresh.headers.update(cnaught.credentials)
        yield fresh


def in_a_loop(emulator: Emulator, cnaught: Caller, method: str, path: str, **content: Any) -> httpx.Response:
    """Send a request with an asynchronous client, on a new event loop."""

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=emulator.transport(), headers=cnaught.credentials) as client:
            return await client.request(method, url(cnaught, path), **content)

    return asyncio.run(ask())


def url(cnaught: Caller, path: str) -> str:
    """Return the URL of a vendor's path."""
    return f"{cnaught.space.cnaught.url}{path}"


def test_all_clients_reach_the_same_state(emulator: Emulator, cnaught: Caller, session: requests.Session) -> None:
    """Changes made with one client are visible to the others."""
    with httpx.Client(transport=emulator.transport(), headers=cnaught.credentials) as client:
        client.post(url(cnaught, ORDERS), json={"amount_kg": 1})
    in_a_loop(emulator, cnaught, "POST", ORDERS, json={"amount_kg": 2})
    session.post(url(cnaught, ORDERS), json={"amount_kg": 3}, timeout=10)
    seen = [
        cnaught.get(ORDERS).json()["data"],
        in_a_loop(emulator, cnaught, "GET", ORDERS).json()["data"],
        session.get(url(cnaught, ORDERS), timeout=10).json()["data"],
    ]
    assert [order["amount_kg"] for order in seen[0]] == [3, 2, 1, 10.5]
    assert seen[0] == seen[1] == seen[2]


def test_all_clients_send_the_same(emulator: Emulator, cnaught: Caller, session: requests.Session) -> None:
    """Method, path, query, headers and body arrive as they were sent."""
    path, headers = "/v1/orders/a%20%2F%C3%A4?b=c%26d&e=", {"X-Mine": "a, b"}
    in_a_loop(emulator, cnaught, "PUT", path, headers=headers, content="ü".encode())
    cnaught.request("PUT", path, headers=headers, content="ü".encode(), promised=False)
    session.put(url(cnaught, path), headers=headers, data="ü".encode(), timeout=10)
    sent = [
        {**{name: entry[name] for name in ("method", "path", "query", "body")}, "mine": entry["headers"]["x-mine"]}
        for entry in cnaught.space.requests
    ]
    one = {"method": "PUT", "path": "/v1/orders/a /ä", "query": [["b", "c&d"], ["e", ""]], "body": "ü", "mine": "a, b"}
    assert sent == [one] * 3


def test_requests_gets_complete_replies(cnaught: Caller, session: requests.Session) -> None:
    """A reply in requests has its status, reason, headers and body, and everything that belongs to it."""
    reply = session.post(url(cnaught, ORDERS), json={"amount_kg": 0}, timeout=10)
    assert (reply.status_code, reply.reason, reply.ok) == (400, "Bad Request", False)
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.json()["errors"].keys() == {"amount_kg"}
    assert reply.request.url == reply.url == url(cnaught, ORDERS)
    with pytest.raises(requests.HTTPError):
        reply.raise_for_status()


@pytest.mark.parametrize("body", [None, "", "text", b"bytes", {"form": "1"}, iter([b"in ", b"pieces"])])
def test_requests_sends_any_body(cnaught: Caller, session: requests.Session, body: Any) -> None:
    """Any body that requests accepts can be sent."""
    session.post(url(cnaught, "/nowhere"), data=body, timeout=10)
    sent = {"form": "form=1", "text": "text", "bytes": "bytes"}
    shown = cnaught.space.requests.matching()[0]["body"]
    assert shown in ({None} if not body else {*sent.values(), "in pieces"})


def test_a_broken_connection_raises(emulator: Emulator, cnaught: Caller, session: requests.Session) -> None:
    """A broken connection raises the client library's own exception."""
    cnaught.space.faults.add("cnaught", effect={"connection": "reset"}, times=3)
    with pytest.raises(httpx.ReadError):
        cnaught.get(ORDERS)
    with pytest.raises(httpx.ReadError):
        in_a_loop(emulator, cnaught, "GET", ORDERS)
    with pytest.raises(requests.ConnectionError):
        session.get(url(cnaught, ORDERS), timeout=10)


@pytest.mark.parametrize("timeout", [0.02, (5, 0.02)])
def test_requests_times_out(cnaught: Caller, session: requests.Session, timeout: Any) -> None:
    """requests raises its own ReadTimeout."""
    cnaught.space.faults.add("cnaught", effect={"delay_seconds": 0.1})
    with pytest.raises(requests.ReadTimeout):
        session.get(url(cnaught, ORDERS), timeout=timeout)
    cnaught.space.requests.wait()


def test_httpx_times_out(emulator: Emulator, cnaught: Caller) -> None:
    """httpx raises its own ReadTimeout; without a timeout it waits."""
    cnaught.space.faults.add("cnaught", effect={"delay_seconds": 0.1}, times=4)
    with pytest.raises(httpx.ReadTimeout):
        cnaught.get(ORDERS, timeout=0.02)
    with pytest.raises(httpx.ReadTimeout):
        in_a_loop(emulator, cnaught, "GET", ORDERS, timeout=0.02)
    assert cnaught.get(ORDERS, timeout=None).status_code == 200
    assert in_a_loop(emulator, cnaught, "GET", ORDERS, timeout=None).status_code == 200


@pytest.mark.parametrize(("when", "replay"), [("before", None), ("after", "true")])
@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_timeout_disconnects(
    emulator: Emulator, cnaught: Caller, when: str, replay: str | None, asynchronous: bool
) -> None:
    """As over a socket, a client that times out ends a delay, and the operation is not performed later."""
    cnaught.space.faults.add("cnaught", method="POST", when=when, effect={"delay_seconds": 600})
    content: dict[str, Any] = {"json": {"amount_kg": 4}, "timeout": 0.02, "headers": {"Idempotency-Key": "k"}}
    ask = partial(in_a_loop, emulator, cnaught) if asynchronous else cnaught.request
    with pytest.raises(httpx.ReadTimeout):
        ask("POST", ORDERS, **content)
    cnaught.space.requests.wait(operation="place_order")
    again = cnaught.post(ORDERS, {"amount_kg": 4}, headers={"Idempotency-Key": "k"})
    assert (again.status_code, again.headers.get("x-idempotent-replay")) == (201, replay)


def test_many_requests_at_once(emulator: Emulator, cnaught: Caller) -> None:
    """An asynchronous client can send many requests at the same time."""

    async def ask() -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=emulator.transport(), headers=cnaught.credentials) as client:
            return await asyncio.gather(
                *(client.post(url(cnaught, ORDERS), json={"amount_kg": n}) for n in range(1, 51))
            )

    placed = asyncio.run(ask())
    assert {reply.status_code for reply in placed} == {201}
    assert len({reply.json()["id"] for reply in placed}) == 50


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_request_runs_in_the_thread_of_its_client(emulator: Emulator, asynchronous: bool) -> None:
    """It need not wait for another thread until it has to wait for something else, and then goes on there."""
    threads: list[int] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        threads.append(threading.get_ident())
        await asyncio.sleep(0.01)
        threads.append(threading.get_ident())
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})

    async def ask(transport: Transport) -> httpx.Response:
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.get("http://127.0.0.1/")

    transport = Transport(app, emulator.transport().submit)
    for _ in range(5):  # the event loop may be busy at one time, but not always
        if asynchronous:
            reply = asyncio.run(ask(transport))
        else:
            with httpx.Client(transport=transport) as client:
                reply = client.get("http://127.0.0.1/")
        assert reply.text == "done"
    begun, ended = threads[::2], threads[1::2]
    assert threading.get_ident() in begun
    assert threading.get_ident() not in ended


def test_a_request_lets_other_tasks_run(emulator: Emulator, cnaught: Caller) -> None:
    """A client that asks again and again without a pause does not stop its own event loop."""
    done = False

    async def finish() -> None:
        nonlocal done
        done = True

    async def ask() -> int:
        async with httpx.AsyncClient(transport=emulator.transport(), headers=cnaught.credentials) as client:
            other = asyncio.create_task(finish())
            for number in range(10):
                if done:
                    await other
                    return number
                await client.get(url(cnaught, ORDERS))
        return 10

    assert asyncio.run(ask()) == 1


def test_a_delay_does_not_block_others(emulator: Emulator, cnaught: Caller) -> None:
    """While one request is delayed, others are answered."""
    cnaught.space.faults.add("cnaught", method="POST", effect={"delay_seconds": 0.1})
    done: list[str] = []

    async def ask() -> None:
        async with httpx.AsyncClient(transport=emulator.transport(), headers=cnaught.credentials) as client:

            async def call(method: str) -> None:
                await client.request(method, url(cnaught, ORDERS), json={"amount_kg": 1})
                done.append(method)

            await asyncio.gather(call("POST"), call("GET"), call("GET"))

    asyncio.run(ask())
    assert done == ["GET", "GET", "POST"]


def test_a_handle_has_its_providers(space: SpaceHandle) -> None:
    """A space's providers are attributes; an unknown one raises an error with the known ones."""
    assert space.cnaught.url == f"{space.url}/cnaught"
    assert space.cnaught.credentials == {"api_key": "test_acme_0001"}
    with pytest.raises(AttributeError, match="unknown provider 'cnaugth'; nearest: cnaught"):
        _ = space.cnaugth


def test_an_emulator_starts_and_stops() -> None:
    """Two emulators in one process share no state, and a stopped one leaves nothing behind."""
    with Emulator(port=None) as one, Emulator(port=None) as other:
        one.clock.freeze("2030-01-01")
        assert not other.clock.frozen
    third = Emulator(port=None)
    assert third.start() is third
    third.stop()


# --- in memory and over a socket --------------------------------------------------------------------------------------

CONTROL = "/_emulator"
LONG = {"X-Long": "x" * 70_000}
MANY = {f"X-{number}": "x" for number in range(600)}

EXCHANGES: list[tuple[dict[str, Any] | None, str, str, dict[str, Any]]] = [
    (None, "GET", f"{CONTROL}/health", {}),
    (None, "HEAD", f"{CONTROL}/health", {}),
    (None, "OPTIONS", f"{CONTROL}/health", {}),
    (None, "GET", f"{CONTROL}/providers/cnaught", {}),
    (None, "HEAD", f"{CONTROL}/nowhere", {}),
    (None, "PUT", f"{CONTROL}/clock", {"content": b"{"}),
    (None, "DELETE", f"{CONTROL}/spaces/none", {}),
    (None, "GET", "/", {}),
    (None, "GET", f"/cnaught{ORDERS}", {}),
    (None, "HEAD", f"/cnaught{ORDERS}", {}),
    (None, "GET", f"/cnaught{ORDERS}?limit=1&limit=2&x=%20%C3%A4+", {}),
    (None, "GET", "/cnaught/v1/orders/a%2Fb%20%C3%A4", {}),
    (None, "GET", "/cnaught//v1/../orders", {}),
    (None, "POST", f"/cnaught{ORDERS}", {"content": b'{"amount_kg": 2}', "headers": {"Idempotency-Key": "k"}}),
    (None, "POST", f"/cnaught{ORDERS}", {"content": b'{"amount_kg": 0}'}),
    (None, "POST", f"/cnaught{ORDERS}", {"content": b"\xff\x00"}),
    (None, "PATCH", f"/cnaught{ORDERS}", {}),
    (None, "GET", f"/cnaught{ORDERS}", {"headers": LONG}),
    (None, "GET", f"/cnaught{ORDERS}", {"headers": MANY}),
    (None, "GET", f"/cnaught{ORDERS}", {"headers": {"Origin": "http://evil.example", "X-Emulator-Explain": "1"}}),
    ({"status": 503}, "GET", ORDERS, {}),
    ({"status": 503}, "HEAD", ORDERS, {}),
    ({"status": 204}, "GET", ORDERS, {}),
    ({"status": 304}, "GET", ORDERS, {}),
    ({"status": 599, "headers": {"X-Mine": "1"}, "body": "text"}, "GET", ORDERS, {}),
    ({"body": [1, {"a": None}]}, "GET", ORDERS, {}),
    ({"body": ""}, "GET", ORDERS, {}),
    ({"connection": "reset"}, "GET", ORDERS, {}),
    ({"connection": "close"}, "GET", ORDERS, {}),
    ({"connection": "truncate"}, "GET", ORDERS, {}),
    ({"connection": "truncate"}, "HEAD", ORDERS, {}),
    ({"connection": "truncate", "status": 204}, "GET", ORDERS, {}),
    ({"connection": "truncate", "status": 503}, "GET", ORDERS, {}),
    ({"delay_seconds": 60}, "GET", ORDERS, {"timeout": 0.05}),
    ({"delay_seconds": 60}, "GET", ORDERS, {"timeout": (3, 0.05)}),
    ({"delay_seconds": 60}, "GET", ORDERS, {"timeout": Timeout(total=0.05)}),
    ({"delay_seconds": 60}, "GET", ORDERS, {"timeout": Timeout(connect=3, read=0.05)}),
    ({"delay_seconds": 0.01}, "GET", ORDERS, {"timeout": Timeout()}),
    ({"delay_seconds": 0.01}, "GET", ORDERS, {"timeout": Timeout(None)}),
    (None, "GET", f"/cnaught{ORDERS}", {"timeout": (1, 2, 3)}),
    (None, "GET", f"/cnaught{ORDERS}", {"timeout": -1}),
    (None, "GET", f"/cnaught{ORDERS}", {"timeout": "x"}),
]
"""A fault's effect at CNaught or none, and a request."""

HALF_HEADS = [({"connection": "truncate"}, "HEAD"), ({"connection": "truncate", "status": 204}, "GET")]
"""Replies without a body, of which a truncating fault sends half of the head."""


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Emulator, Emulator]]:
    """Run an emulator both in memory and on a port."""
    with Emulator(port=None, links="vendor") as inside, Emulator(links="vendor") as outside:
        yield inside, outside


def outcome(ask: Callable[[], Any]) -> object:
    """Return what a client sees: the reply, or the class of its exception."""
    try:
        reply = ask()
    except Exception as error:
        return type(error)
    reason = reply.reason if isinstance(reply, requests.Response) else reply.reason_phrase
    headers = [(name.lower(), value) for name, value in reply.headers.items() if name.lower() != "connection"]
    return reply.status_code, reason, headers, reply.content


def by_httpx(emulator: Emulator, transport: Any, method: str, path: str, options: dict[str, Any]) -> object:
    """Send a request with a new client."""
    with httpx.Client(transport=transport, base_url=emulator.url, headers={"Host": "emulator"}) as client:
        return outcome(lambda: client.request(method, path, **options))


def by_requests(emulator: Emulator, in_memory: bool, method: str, path: str, options: dict[str, Any]) -> object:
    """Send a request with a new session."""
    options = {"data": options.get("content"), "timeout": 20, **options}
    options.pop("content", None)
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Host"] = "emulator"
        if in_memory:
            session.mount("http://", emulator.requests_adapter())
        return outcome(lambda: session.request(method, f"{emulator.url}{path}", **options))


@pytest.mark.parametrize(("effect", "method", "path", "options"), EXCHANGES)
@pytest.mark.parametrize("library", ["httpx", "requests"])
def test_a_client_sees_the_same_in_memory_and_over_a_socket(
    both: tuple[Emulator, Emulator],
    library: str,
    effect: dict[str, Any] | None,
    method: str,
    path: str,
    options: dict[str, Any],
) -> None:
    """Replies and exceptions are the same with and without a socket."""
    if library == "httpx" and not isinstance(options.get("timeout", 1.0), float):
        pytest.skip("a timeout of requests")
    if library == "requests" and (effect, method) in HALF_HEADS:
        pytest.skip("urllib3 accepts half of a head, which only a connection can send")
    options = {**options, "headers": {"Authorization": "Bearer test_acme_0001", **options.get("headers", {})}}
    seen = []
    for emulator in both:
        emulator.reset()
        emulator.clock.freeze("2026-01-01")
        if effect is not None:
            emulator.faults.add("cnaught", effect=effect)
        target, in_memory = f"/cnaught{path}" if effect is not None else path, emulator is both[0]
        if library == "httpx":
            transport = emulator.transport() if in_memory else None
            seen.append(by_httpx(emulator, transport, method, target, options))
        else:
            seen.append(by_requests(emulator, in_memory, method, target, options))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("library", ["httpx", "requests"])
def test_half_a_reply_can_be_read_from_a_stream(both: tuple[Emulator, Emulator], library: str) -> None:
    """A truncated reply yields its head and half of its body, and then raises."""
    seen = []
    for emulator in both:
        emulator.reset()
        emulator.faults.add("cnaught", effect={"connection": "truncate", "body": "0123456789"})
        url = f"{emulator.url}/cnaught{ORDERS}"
        parts: list[bytes] = []
        if library == "httpx":
            transport = emulator.transport() if emulator is both[0] else None
            with httpx.Client(transport=transport) as client, client.stream("GET", url) as reply:
                error = outcome(lambda reply=reply, parts=parts: [parts.append(part) for part in reply.iter_raw()])
        else:
            with requests.Session() as session:
                if emulator is both[0]:
                    session.mount("http://", emulator.requests_adapter())
                answer = session.get(url, stream=True, timeout=10)
                error = outcome(
                    lambda parts=parts, answer=answer: [parts.append(part) for part in answer.iter_content(1)]
                )
        seen.append((b"".join(parts), error))
    assert seen[0] == seen[1]
    assert seen[0][0] == b"01234"


def test_stopping_ends_asynchronous_requests() -> None:
    """A waiting request fails like a broken connection when the emulator stops; a cancelled one is cancelled."""

    async def ask(emulator: Emulator) -> list[object]:
        async with httpx.AsyncClient(transport=emulator.transport(), base_url=emulator.url, timeout=60) as client:
            cancelled = asyncio.create_task(client.get(f"/cnaught{ORDERS}"))
            waiting = asyncio.create_task(client.get(f"/cnaught{ORDERS}"))
            while [fault["fired"] for fault in await asyncio.to_thread(lambda: list(emulator.faults))] != [2]:
                await asyncio.sleep(0.01)
            cancelled.cancel()
            results = await asyncio.gather(cancelled, return_exceptions=True)
            await asyncio.to_thread(emulator.stop)
            return [*results, *await asyncio.gather(waiting, client.get("/"), return_exceptions=True)]

    emulator = Emulator(port=None).start()
    emulator.faults.add(effect={"delay_seconds": 60}, times=2)
    kinds = [type(result) for result in asyncio.run(ask(emulator))]
    assert kinds == [asyncio.CancelledError, httpx.ReadError, httpx.ConnectError]
