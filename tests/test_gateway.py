"""The gateway: hosts, routing, limits of bodies, and bugs."""

import asyncio
import logging
from collections.abc import Iterable, Iterator
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from emulator import Emulator, create_app
from emulator.cli.server_options import own_hosts
from emulator.client.asgi_call import call
from emulator.client.handles import SpaceHandle
from emulator.control.app import Control
from emulator.core.struct import replace
from emulator.gateway.gateway import Gateway
from emulator.gateway.messages import DRAINED_BYTES_MAX
from emulator.providers import ALL
from emulator.providers.cnaught import wording
from emulator.space.spaces import Spaces
from emulator.space.world import Limits
from emulator.web.provider_app import ProviderApp
from emulator.web.route import Route
from tests.support.caller import NO_CREDENTIALS, Caller

HEALTH = "/_emulator/health"
ORDERS = "/v1/orders"
HOSTS = [(provider.name, host) for provider in ALL.values() for host in provider.hosts]


def status_of(app: Gateway, host: str | None, path: str = HEALTH, method: str = "GET") -> int:
    """Return the status of a request with exactly this Host header, or without one."""
    headers = [] if host is None else [(b"host", host.encode("latin-1"))]
    status, _, _ = asyncio.run(call(app, method, path, headers, b""))
    return status


# --- the Host header --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.0.0.1:4412", "192.168.1.7:80", "0.0.0.0", "8.8.8.8"),
        *("[::1]", "[::1]:4412", "[fe80::1]:80", "[::ffff:127.0.0.1]", "[0:0:0:0:0:0:0:1]:4412"),
        *("localhost", "LocalHost:4412", "localhost.", "localhost.:4412", "emulator", "carbon-emulator:4412", "a_b"),
        *("", None),
    ],
)
def test_the_server_answers_for_itself(emulator: Emulator, host: str | None) -> None:
    """Addresses, names without a dot, and a missing name mean this server."""
    assert status_of(emulator.app, host) == 200


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:4412", "EVIL.example", "127.0.0.1.evil.example", "localhost.evil.example"),
        *("1.2.3", "999.1.1.1", "127.0.0.1.", "127.0.0.1x", "emulator.local", "[evil.example]", "[evil.example]:4412"),
        *("api.cnaught.com.evil.example", "xapi.cnaught.com", "cnaught.com", "a.b@127.0.0.1", "ä.example"),
    ],
)
@pytest.mark.parametrize("path", [HEALTH, "/cnaught/v1/orders", "/~a/cnaught/v1/orders", "/"])
def test_a_foreign_host_is_refused(emulator: Emulator, host: str, path: str) -> None:
    """A web page cannot reach the server through its own host name."""
    assert status_of(emulator.app, host, path) == 421


def test_a_refused_host_names_the_option(emulator: Emulator) -> None:
    """The refusal names the option that allows the host."""
    reply = emulator.http.get(HEALTH, headers={"Host": "emulator.test"})
    assert reply.json() == {"error": "unknown host 'emulator.test'; allow it with --allow-host"}


@pytest.mark.parametrize(
    ("settings", "kind", "reason"),
    [
        ({"hosts": "emulator.test"}, TypeError, r"hosts are a list such as \['emulator.test'\], not a string"),
        ({"hosts": [80]}, TypeError, "a host is a string, not 80"),
        ({"webhook_hosts": [None]}, TypeError, "a host is a string, not None"),
        ({"hosts": ["own.test", "http://emulator.test"]}, ValueError, "'http://emulator.test' is not a host"),
        (
            {"hosts": ["emulator.test:80"]},
            ValueError,
            "'emulator.test:80' is not a host: a name or an address",
        ),
        ({"hosts": ["emulator.test/"]}, ValueError, "'emulator.test/' is not a host"),
        ({"hosts": [""]}, ValueError, "'' is not a host"),
        ({"control_token": "ä"}, ValueError, "a token is of ASCII characters"),
        ({"control_token": b"secret"}, TypeError, "a token is a string, not b'secret'"),
    ],
)
def test_a_setting_that_could_have_no_effect_is_refused(
    settings: dict[str, Any], kind: type[Exception], reason: str
) -> None:
    """A name that no Host header has, and a token that no header can carry, are named at once."""
    with pytest.raises(kind, match=reason):
        create_app(**settings)


@pytest.mark.parametrize(
    ("bound", "names"),
    [
        ("127.0.0.1", ["127.0.0.1", "own.test"]),
        ("My.Machine.", ["my.machine", "own.test"]),
        ("[::1]", ["::1", "own.test"]),
        ("::", ["::", "own.test"]),
        ("", ["own.test"]),
        ("fe80::1%eth0", ["fe80::1%eth0", "own.test"]),
        ("not a host", ["own.test"]),
    ],
)
def test_an_address_to_listen_on_is_a_name_of_the_server_if_it_can_be(bound: str, names: list[str]) -> None:
    """The names that a user allows are checked; the address to listen on is the socket's to refuse."""
    assert own_hosts(bound, ["own.test"]) == names
    create_app(hosts=own_hosts(bound, ["own.test"]))


@pytest.mark.parametrize("name", ["Emulator.Test", "emulator.test."])
def test_more_hosts_can_be_allowed(name: str) -> None:
    """An allowed host reaches the server, in any letter case, with or without a final dot."""
    app = create_app(hosts=[name])
    hosts = ("emulator.test", "EMULATOR.TEST:80", "emulator.test.:80", "other.test", "emulator.test..")
    assert [status_of(app, host) for host in hosts] == [200, 200, 200, 421, 421]


# --- routing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("provider", "host"), HOSTS)
def test_a_vendors_host_leads_to_the_vendor(space: SpaceHandle, provider: str, host: str) -> None:
    """A vendor's production host reaches the vendor with its own paths, below a space's prefix if there is one."""
    for written in (host, host.upper(), f"{host}:443", f"{host}.", f"{host}.:443"):
        reply = space.http.get(f"{space.url}/some/path", headers={"Host": written})
        assert reply.headers["x-emulator-request-id"]
    assert [(entry["provider"], entry["path"]) for entry in space.requests] == [(provider, "/some/path")] * 5


def test_a_vendors_host_and_a_providers_path_are_equivalent(cnaught: Caller) -> None:
    """Both ways lead to the same orders."""
    headers = {**cnaught.credentials, "Host": "api.cnaught.com"}
    placed = cnaught.space.http.post(f"{cnaught.space.url}{ORDERS}", headers=headers, json={"amount_kg": 3})
    assert cnaught.get(ORDERS).json()["data"][0] == placed.json()


def test_a_vendors_host_reaches_no_other_vendor(emulator: Emulator) -> None:
    """A provider's name in the path has no meaning there; the control API is still reachable."""
    assert status_of(emulator.app, "api.cnaught.com", "/dcycle/") == 404
    assert status_of(emulator.app, "api.cnaught.com", "/v1/orders") == 401
    assert status_of(emulator.app, "api.cnaught.com", HEALTH) == 200


@pytest.mark.parametrize("path", ["/", "/gold/v1", "/CNaught/v1/orders", "/cnaughtx", "//cnaught/v1", "/~a", "/~a/"])
def test_a_path_without_a_provider_is_refused(emulator: Emulator, path: str) -> None:
    """A path without a provider is refused with the reason, and the names of all providers."""
    status, _, body = asyncio.run(call(emulator.app, "GET", path, [], b""))
    name = path.removeprefix("/~a").strip("/").partition("/")[0] if not path.startswith("//") else ""
    reason = f"unknown provider '{name}'" if name else "the path must begin with a provider"
    assert (status, f"{reason}; known: oneclickimpact, cnaught".encode() in body) == (404, True)


@pytest.mark.parametrize(
    "path", ["", "/", "/v1", "/v1/orders/", "/v1//orders", "/orders", "/v1/orders/a/b", "/v1/Orders"]
)
def test_an_unknown_path_has_the_vendors_404(cnaught: Caller, path: str) -> None:
    """An unknown path is the vendor's 404, without a redirect and with a hint for the developer."""
    reply = cnaught.get(path)
    assert (reply.status_code, reply.json()["title"]) == (404, "Could not find resource")
    assert reply.headers["x-emulator-hint"].startswith("no such route; nearest: ")


@pytest.mark.parametrize(
    ("provider", "method", "path"),
    [
        ("oneclickimpact", "GET", "/v1/whoami"),
        ("cnaught", "GET", "/v1/orders"),
        ("carboninsights", "POST", "/calculateCarbonScore"),
        ("dcycle", "GET", "/v1/invoices"),
        ("thallo", "GET", "/api/inventory"),
    ],
)
def test_a_refused_credential_has_a_hint(space: SpaceHandle, provider: str, method: str, path: str) -> None:
    """A 401 has a hint at the operation of the control API that lists the credentials."""
    refused = Caller(space, provider, NO_CREDENTIALS).request(method, path)
    assert refused.status_code == 401
    about, _, listing = refused.headers["x-emulator-hint"].partition(": GET /_emulator")
    assert about == "accepted credentials"
    assert space.control("GET", listing)["credentials"] == getattr(space, provider).credentials


def test_a_path_is_percent_decoded(cnaught: Caller) -> None:
    """Percent-encoded characters in a path are decoded."""
    assert cnaught.get("/v1/%6Frders", promised=False).status_code == 200
    assert cnaught.get("/v1/orders%3Flimit=1").status_code == 404


# --- methods and headers ----------------------------------------------------------------------------------------------


def test_head_is_get_without_the_body(cnaught: Caller) -> None:
    """HEAD returns the headers of GET, without a body."""
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
def test_a_wrong_method_returns_the_allowed_ones(cnaught: Caller, method: str, path: str, allowed: str) -> None:
    """A 405 lists every method of the path, in the vendor's envelope."""
    reply = cnaught.request(method, path)
    assert (reply.status_code, reply.headers["allow"]) == (405, allowed)


def test_every_reply_has_the_emulators_headers_once(cnaught: Caller) -> None:
    """A reply has one date and one request id, refused or not, and does not name its server."""
    for path in (ORDERS, "/v1/orders/nobody", "/nowhere"):
        headers = cnaught.get(path).headers
        counts = [len(headers.get_list(name)) for name in ("date", "x-emulator-request-id", "content-length", "server")]
        assert counts == [1, 1, 1, 0]


# --- bodies -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def tight() -> Iterator[Emulator]:
    """Return a server that accepts bodies of a hundred bytes."""
    with Emulator(port=None, limits=Limits(body_bytes_max=100)) as running:
        yield running


@pytest.mark.parametrize(("size", "refused"), [(0, False), (100, False), (101, True), (100_000, True)])
def test_a_body_has_a_limit(tight: Emulator, size: int, refused: bool) -> None:
    """A body above the limit is refused in the vendor's words before any other check, and recorded."""
    content = b" " * size
    reply = tight.http.post(f"/cnaught{ORDERS}", content=content)
    assert reply.status_code == (413 if refused else 401)
    assert reply.headers["content-type"] == "application/problem+json"
    assert tight.requests.matching()[0]["status"] == reply.status_code
    control = tight.http.put("/_emulator/clock", content=content)
    assert (control.status_code, next(iter(control.json()))) == (413 if refused else 400, "error")


def test_a_too_large_body_uses_no_fault(tight: Emulator) -> None:
    """A request that is refused for its size does not use a fault."""
    tight.faults.add("cnaught", effect={"status": 503})
    sizes = (101, 100, 100)
    assert [tight.http.post(f"/cnaught{ORDERS}", content=bytes(size)).status_code for size in sizes] == [413, 503, 401]
    assert [entry["fault"] for entry in tight.requests] == [None, "fault-1", None]


def exchange(app: Gateway, scope: dict[str, Any], received: Iterable[Message]) -> tuple[list[Message], int]:
    """Return what an ASGI app sends, and the number of messages that it has read."""
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
    """Return the scope of a POST request."""
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


def test_a_body_can_be_sent_in_pieces(tight: Emulator) -> None:
    """A body in any number of pieces is one body."""
    pieces = [{"type": "http.request", "body": part, "more_body": True} for part in (b"{", b"", b"}")]
    sent, _ = exchange(tight.app, posting(f"/cnaught{ORDERS}"), [*pieces, {"type": "http.request"}])
    assert sent[0]["status"] == 401
    assert tight.requests.matching()[0]["body"] == {}


def test_a_huge_body_is_not_read_to_its_end(tight: Emulator) -> None:
    """A large body is read and dropped, so that its sender sees the reply; an endless one is cut off."""
    piece = {"type": "http.request", "body": b"x" * 2**20, "more_body": True}
    sent, reads = exchange(tight.app, posting(f"/cnaught{ORDERS}"), [piece] * 1000)
    assert sent[0]["status"] == 413
    assert reads == DRAINED_BYTES_MAX // 2**20 + 1
    assert tight.requests.matching()[0]["body"] is None


def test_an_incomplete_request_leaves_no_trace(tight: Emulator) -> None:
    """A request whose client disconnects before it is complete changes nothing."""
    piece = {"type": "http.request", "body": b"{", "more_body": True}
    assert exchange(tight.app, posting(f"/cnaught{ORDERS}"), [piece, {"type": "http.disconnect"}]) == ([], 2)
    assert tight.requests.matching() == []


# --- other protocols --------------------------------------------------------------------------------------------------


def test_a_websocket_is_closed(emulator: Emulator) -> None:
    """WebSocket connections are closed, since no vendor uses them."""
    scope = {"type": "websocket", "path": f"/cnaught{ORDERS}", "headers": []}
    sent, _ = exchange(emulator.app, scope, [{"type": "websocket.connect"}])
    assert sent == [{"type": "websocket.close", "code": 1000}]


def test_any_server_can_start_and_stop_it(emulator: Emulator) -> None:
    """The application answers the lifespan protocol, so that any ASGI server can run it."""
    sent, _ = exchange(
        emulator.app, {"type": "lifespan"}, [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    )
    assert [message["type"] for message in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


# --- bugs -------------------------------------------------------------------------------------------------------------


def failing(request: Request) -> Response:
    """Raise an exception, like an endpoint with a bug."""
    raise KeyError("oops")


def test_a_bug_is_a_bare_500_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    """An exception in a turn is answered with a bare 500 and logged with a traceback, and the server keeps working."""
    app = create_app()
    cnaught = app.spaces.world.providers["cnaught"]
    routes = [Route(ORDERS, failing, methods=["GET"])]
    broken = ProviderApp(routes, cnaught.render, wording.schema_refusal, cnaught.http_refusal)
    providers = {**app.spaces.world.providers, "cnaught": replace(cnaught, app=broken)}
    spaces = Spaces(replace(app.spaces.world, providers=providers))
    gateway = Gateway(spaces, Control(spaces, app.courier), frozenset(), {}, app.courier)
    with caplog.at_level(logging.ERROR, "emulator"):
        status, headers, body = asyncio.run(call(gateway, "GET", f"/cnaught{ORDERS}", [], b""))
    assert (status, body) == (500, b'{"error":"a bug of the emulator; its log has the traceback"}')
    assert b"x-emulator-request-id" in dict(headers)
    (record,) = caplog.records
    assert f"GET {ORDERS}" in record.getMessage()
    assert "oops" in str(record.exc_info and record.exc_info[1])
    assert status_of(gateway, "dcycle", "/dcycle/") == 404
    _, _, journal = asyncio.run(call(gateway, "GET", "/_emulator/requests?status=500", [], b""))
    assert httpx.Response(200, content=journal).json()["requests"][0]["operation"] is None
