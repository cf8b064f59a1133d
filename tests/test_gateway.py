"""The gateway: whom it answers for, where it leads, how much it reads, and what it does about bugs."""

import asyncio
import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message

from emulator import Emulator, create_app
from emulator.client.handles import SpaceHandle
from emulator.client.transport import call
from emulator.control.app import Control
from emulator.gateway.gateway import Gateway
from emulator.gateway.messages import DRAINED_BYTES_MAX
from emulator.providers import ALL
from emulator.providers.cnaught import wording
from emulator.space.spaces import Spaces
from emulator.space.world import Limits
from emulator.web.provider_app import ProviderApp
from tests.support.caller import Caller

HEALTH = "/_emulator/health"
ORDERS = "/v1/orders"
HOSTS = [(provider.name, host) for provider in ALL.values() for host in provider.hosts]


def ask(app: Gateway, host: str | None, path: str = HEALTH, method: str = "GET") -> int:
    """The status of a request with exactly this Host header, or without any."""
    headers = [] if host is None else [(b"host", host.encode("latin-1"))]
    status, _, _ = asyncio.run(call(app, method, path, headers, b""))
    return status


# --- the Host header --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.0.0.1:4412", "192.168.1.7:80", "0.0.0.0", "8.8.8.8"),
        *("[::1]", "[::1]:4412", "[fe80::1]:80", "[::ffff:127.0.0.1]", "[0:0:0:0:0:0:0:1]:4412"),
        *("localhost", "LocalHost:4412", "localhost.", "emulator", "carbon-emulator:4412", "a_b"),
        *("", None),
    ],
)
def test_the_server_answers_for_itself(emulator: Emulator, host: str | None) -> None:
    """Addresses, names without a dot, and no name at all mean this server."""
    assert ask(emulator.app, host) == 200


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:4412", "EVIL.example", "127.0.0.1.evil.example", "localhost.evil.example"),
        *("1.2.3", "999.1.1.1", "127.0.0.1.", "127.0.0.1x", "emulator.local", "[evil.example]", "[evil.example]:4412"),
        *("api.cnaught.com.evil.example", "xapi.cnaught.com", "cnaught.com", "a.b@127.0.0.1", "ä.example"),
    ],
)
@pytest.mark.parametrize("path", [HEALTH, "/cnaught/v1/orders", "/~a/cnaught/v1/orders", "/"])
def test_a_foreign_name_is_turned_away(emulator: Emulator, host: str, path: str) -> None:
    """A web page that points a name of its own at this server reaches nothing."""
    assert ask(emulator.app, host, path) == 421


def test_a_foreign_name_is_told_what_to_do(emulator: Emulator) -> None:
    """The refusal names the option that allows the name."""
    reply = emulator.http.get(HEALTH, headers={"Host": "emulator.test"})
    assert reply.json() == {"error": "unknown host 'emulator.test'; allow it with --allow-host"}


def test_further_names_can_be_allowed() -> None:
    """A name that the server was started with is its own, in capitals or not."""
    app = create_app(hosts=["Emulator.Test"])
    assert [ask(app, host) for host in ("emulator.test", "EMULATOR.TEST:80", "other.test")] == [200, 200, 421]


# --- where to ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("provider", "host"), HOSTS)
def test_a_vendors_host_leads_to_the_vendor(space: SpaceHandle, provider: str, host: str) -> None:
    """Under a vendor's production name its paths stand alone, below the prefix of a space if there is one."""
    for port in ("", ":443"):
        reply = space.http.get(f"{space.url}/some/path", headers={"Host": host.upper() + port})
        assert reply.headers["x-emulator-request-id"]
    assert [(entry["provider"], entry["path"]) for entry in space.requests] == [(provider, "/some/path")] * 2


def test_a_vendors_host_and_a_providers_path_mean_the_same(cnaught: Caller) -> None:
    """Both ways lead to the same orders."""
    headers = {**cnaught.credentials, "Host": "api.cnaught.com"}
    placed = cnaught.space.http.post(f"{cnaught.space.url}{ORDERS}", headers=headers, json={"amount_kg": 3})
    assert cnaught.get(ORDERS).json()["data"][0] == placed.json()


def test_a_vendors_host_knows_no_other_vendor(emulator: Emulator) -> None:
    """A path that is a provider's name is just a path there; the control API is still the control API."""
    assert ask(emulator.app, "api.cnaught.com", "/dcycle/") == 404
    assert ask(emulator.app, "api.cnaught.com", "/v1/orders") == 401
    assert ask(emulator.app, "api.cnaught.com", HEALTH) == 200


@pytest.mark.parametrize("path", ["/", "/gold/v1", "/CNaught/v1/orders", "/cnaughtx", "//cnaught/v1", "/~a", "/~a/"])
def test_a_path_that_leads_nowhere(emulator: Emulator, path: str) -> None:
    """Where no provider is named, the answer names all there are."""
    status, _, body = asyncio.run(call(emulator.app, "GET", path, [], b""))
    assert (status, b"known: oneclickimpact, cnaught" in body) == (404, True)


@pytest.mark.parametrize(
    "path", ["", "/", "/v1", "/v1/orders/", "/v1//orders", "/orders", "/v1/orders/a/b", "/v1/Orders"]
)
def test_a_path_that_a_vendor_does_not_have(cnaught: Caller, path: str) -> None:
    """An unknown path is the vendor's 404, without a redirect and with a hint for the developer."""
    reply = cnaught.get(path)
    assert (reply.status_code, reply.json()["title"]) == (404, "Could not find resource")
    assert reply.headers["x-emulator-hint"].startswith("no such route; nearest: ")


def test_a_path_is_read_as_it_is_meant(cnaught: Caller) -> None:
    """Percent signs in a path mean what they stand for."""
    assert cnaught.get("/v1/%6Frders", promised=False).status_code == 200
    assert cnaught.get("/v1/orders%3Flimit=1").status_code == 404


# --- methods and headers ----------------------------------------------------------------------------------------------


def test_head_is_get_without_the_body(cnaught: Caller) -> None:
    """HEAD answers the headers that GET would, and nothing more."""
    whole, head = cnaught.get(ORDERS), cnaught.request("HEAD", ORDERS)
    assert (head.status_code, head.content) == (200, b"")
    different = {name for name in whole.headers if whole.headers[name] != head.headers.get(name)}
    assert different == {"x-emulator-request-id"}
    assert cnaught.space.requests.matching(method="HEAD")[0]["reply"]["body"] is None


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("OPTIONS", ORDERS, "GET, HEAD, POST"),
        ("PATCH", ORDERS, "GET, HEAD, POST"),
        ("DELETE", f"{ORDERS}/Gre28Fc35bt3", "GET, HEAD"),
        ("PURGE", f"{ORDERS}/Gre28Fc35bt3/cancel", "POST"),
        ("POST", "/v1/subaccounts/x", "DELETE, GET, HEAD, PUT"),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(cnaught: Caller, method: str, path: str, allowed: str) -> None:
    """405 names every method of the path, in the vendor's envelope."""
    reply = cnaught.request(method, path)
    assert (reply.status_code, reply.headers["allow"]) == (405, allowed)


def test_every_reply_has_our_headers_once(cnaught: Caller) -> None:
    """A reply has one date and one number, refused or not, and does not name its server."""
    for path in (ORDERS, "/v1/orders/nobody", "/nowhere"):
        headers = cnaught.get(path).headers
        counts = [len(headers.get_list(name)) for name in ("date", "x-emulator-request-id", "content-length", "server")]
        assert counts == [1, 1, 1, 0]


# --- bodies -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def tight() -> Iterator[Emulator]:
    """A server that takes bodies of a hundred bytes."""
    with Emulator(port=None, limits=Limits(body_bytes_max=100)) as running:
        yield running


@pytest.mark.parametrize(("size", "refused"), [(0, False), (100, False), (101, True), (100_000, True)])
def test_a_body_has_a_limit(tight: Emulator, size: int, refused: bool) -> None:
    """A body above the limit is refused in the vendor's words before anything else is looked at, and written down."""
    content = b" " * size
    reply = tight.http.post(f"/cnaught{ORDERS}", content=content)
    assert reply.status_code == (413 if refused else 401)
    assert reply.headers["content-type"] == "application/problem+json"
    assert tight.requests.matching()[0]["status"] == reply.status_code
    control = tight.http.put("/_emulator/clock", content=content)
    assert (control.status_code, next(iter(control.json()))) == (413 if refused else 400, "error")


def test_a_fault_does_not_strike_what_is_too_large(tight: Emulator) -> None:
    """A request that is refused for its size uses no fault up."""
    tight.faults.add("cnaught", effect={"status": 503})
    sizes = (101, 100, 100)
    assert [tight.http.post(f"/cnaught{ORDERS}", content=bytes(size)).status_code for size in sizes] == [413, 503, 401]
    assert [entry["fault"] for entry in tight.requests] == [None, "fault-1", None]


def exchange(app: Gateway, scope: dict[str, Any], received: Iterable[Message]) -> tuple[list[Message], int]:
    """What an ASGI app sends, and how many of the messages it has read."""
    sent: list[Message] = []
    messages = iter(received)
    reads = 0

    async def receive() -> Message:
        nonlocal reads
        reads += 1
        return next(messages)

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return sent, reads


def posting(path: str) -> dict[str, Any]:
    """The scope of a POST request."""
    return {
        "type": "http",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [],
    }


def test_a_body_may_come_in_pieces(tight: Emulator) -> None:
    """However a body is cut, it is one body."""
    pieces = [{"type": "http.request", "body": part, "more_body": True} for part in (b"{", b"", b"}")]
    sent, _ = exchange(tight.app, posting(f"/cnaught{ORDERS}"), [*pieces, {"type": "http.request"}])
    assert sent[0]["status"] == 401
    assert tight.requests.matching()[0]["body"] == {}


def test_a_body_far_above_the_limit_is_not_read_to_its_end(tight: Emulator) -> None:
    """So that its sender sees the answer, a large body is read and dropped; an endless one is not read for ever."""
    piece = {"type": "http.request", "body": b"x" * 2**20, "more_body": True}
    sent, reads = exchange(tight.app, posting(f"/cnaught{ORDERS}"), [piece] * 1000)
    assert sent[0]["status"] == 413
    assert reads == DRAINED_BYTES_MAX // 2**20 + 1
    assert tight.requests.matching()[0]["body"] is None


def test_a_client_that_hangs_up_is_not_answered(tight: Emulator) -> None:
    """A request that never became complete leaves no trace."""
    piece = {"type": "http.request", "body": b"{", "more_body": True}
    assert exchange(tight.app, posting(f"/cnaught{ORDERS}"), [piece, {"type": "http.disconnect"}]) == ([], 2)
    assert tight.requests.matching() == []


# --- what is no HTTP --------------------------------------------------------------------------------------------------


def test_a_websocket_is_closed(emulator: Emulator) -> None:
    """No vendor speaks by websocket."""
    scope = {"type": "websocket", "path": f"/cnaught{ORDERS}", "headers": []}
    sent, _ = exchange(emulator.app, scope, [{"type": "websocket.connect"}])
    assert sent == [{"type": "websocket.close", "code": 1000}]


def test_any_server_can_start_and_stop_it(emulator: Emulator) -> None:
    """The lifespan protocol is answered, so that any ASGI server takes the application."""
    sent, _ = exchange(
        emulator.app, {"type": "lifespan"}, [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    )
    assert [message["type"] for message in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


# --- bugs -------------------------------------------------------------------------------------------------------------


def failing(request: Request) -> Response:
    """An endpoint with a mistake in it."""
    raise KeyError("oops")


def test_a_bug_is_a_bare_500_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    """A vendor that fails in its turn is our bug: nobody's envelope, a traceback in the log, and no end."""
    app = create_app()
    cnaught = app.providers["cnaught"]
    broken = ProviderApp([Route(ORDERS, failing)], cnaught.render, wording.schema_refusal, cnaught.http_refusal)
    providers = {**app.providers, "cnaught": replace(cnaught, app=broken)}
    spaces = Spaces(replace(app.spaces.world, providers=providers))
    gateway = Gateway(spaces, Control(spaces, app.courier), frozenset(), {}, app.courier)
    with caplog.at_level(logging.ERROR, "emulator"):
        status, headers, body = asyncio.run(call(gateway, "GET", f"/cnaught{ORDERS}", [], b""))
    assert (status, body) == (500, b'{"error":"a bug of the emulator; its log has the traceback"}')
    assert b"x-emulator-request-id" in dict(headers)
    (record,) = caplog.records
    assert f"GET {ORDERS}" in record.getMessage()
    assert "oops" in str(record.exc_info and record.exc_info[1])
    assert ask(gateway, "dcycle", "/dcycle/") == 404
    _, _, journal = asyncio.run(call(gateway, "GET", "/_emulator/requests?status=500", [], b""))
    assert httpx.Response(200, content=journal).json()["requests"][0]["operation"] is None
