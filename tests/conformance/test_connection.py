"""What a run may send: the classes of probes, the signs of billing, waiting, and secrets."""

import json
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from emulator.conformance.connection import Connection, NotAllowed, Stopped
from emulator.conformance.in_process import EmulatorTransport
from emulator.conformance.outgoing import outgoing
from emulator.conformance.probe_file import ProbeFile, parsed
from emulator.conformance.run import CouldNotRun, conform
from emulator.core.struct import replace
from tests.conformance.target import connection

KEY = "test_key_that_nobody_may_see"

FILE = """
authorization: {Authorization: 'Bearer ${api_key}'}
credentials: {api_key: {about: a key}, live_key: {about: a live key, optional: true, live: true}}
reads: [get_quote]
live_hosts: [api.cnaught.com]
sandbox_keys: '^sandbox_'
creates:
  place_order: {what: 'the order ${reply.id}', undo: {send: cancel_order, path: {id: '${reply.id}'}}}
billing: [{state: charged}]
probes: []
"""


class Scripted(httpx.BaseTransport):
    """A server that returns what a function makes of each request, and remembers the requests."""

    def __init__(self, answer: Callable[[httpx.Request], httpx.Response]) -> None:
        self.answer = answer
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.answer(request)


def scripted(
    answer: Callable[[httpx.Request], httpx.Response], probes: str = "", write: bool = False, **more: str
) -> tuple[Connection, Scripted]:
    """Return a connection to a scripted server, with probes as YAML."""
    text = FILE.replace("probes: []", f"probes:\n{probes}") if probes else FILE
    file: ProbeFile = parsed("cnaught", text)
    transport = Scripted(answer)
    return connection(
        "cnaught", write=write, transport=transport, credentials={"api_key": KEY, **more}, file=file
    ), transport


def json_reply(status: int, body: Any, **headers: str) -> Callable[[httpx.Request], httpx.Response]:
    return lambda request: httpx.Response(status, json=body, headers=headers)


def request_of(send: str, **values: Any) -> Any:
    values.setdefault("headers", {"Authorization": f"Bearer {KEY}"})
    return outgoing("cnaught", send, values)


@pytest.mark.parametrize(
    ("kind", "send", "values", "objection"),
    [
        ("never", "list_orders", {}, "never"),
        ("read", "place_order", {"body": {}}, "may change something"),
        ("read", "DELETE /v1/orders", {}, "may change something"),
        ("refusal", "place_order", {"body": {"amount_kg": 1}}, "could be accepted"),
        ("refusal", "place_order", {"body": {"amount_kg": -1}}, "could be accepted"),
        ("refusal", "cancel_order", {"path": {"id": "Gre28Fc35bt3"}}, "could be accepted"),
        ("sandbox", "place_order", {"body": {"amount_kg": 1}}, "needs --write"),
        ("sandbox", "list_orders", {}, "needs --write"),
    ],
)
def test_a_request_that_its_class_does_not_permit_is_not_sent(
    kind: Any, send: str, values: dict[str, Any], objection: str
) -> None:
    """The connection itself refuses what a class does not permit; bounds of amounts are no protection."""
    run, server = scripted(json_reply(200, {}))
    with pytest.raises(NotAllowed, match=objection):
        run.send(request_of(send, **values), kind)
    assert server.requests == []


@pytest.mark.parametrize(
    ("kind", "send", "values"),
    [
        ("read", "list_orders", {}),
        ("read", "get_quote", {"body": {"amount_kg": 1}}),
        ("refusal", "place_order", {"body": {}, "headers": {"Authorization": "Bearer unknown"}}),
        ("refusal", "place_order", {"body": {"amount_kg": "one"}}),
        ("refusal", "place_order", {"text": "{"}),
        ("refusal", "cancel_order", {"path": {"id": "unknown"}}),
        ("refusal", "DELETE /v1/orders", {}),
    ],
)
def test_reads_and_harmless_refusals_are_sent(kind: Any, send: str, values: dict[str, Any]) -> None:
    """Reads are sent, and refusals without a key, of a wrong form, or about nothing."""
    run, server = scripted(json_reply(404, {}))
    run.send(request_of(send, **values), kind)
    assert len(server.requests) == 1


def test_a_live_key_never_writes() -> None:
    """With writing, no request that changes something carries a live credential."""
    run, server = scripted(json_reply(200, {}), write=True, live_key="live_key_of_somebody")
    request = request_of("place_order", body={"amount_kg": 1}, headers={"Authorization": "Bearer live_key_of_somebody"})
    with pytest.raises(NotAllowed, match="live credential"):
        run.send(request, "sandbox")
    assert server.requests == []


@pytest.mark.parametrize(
    "answer",
    [json_reply(402, {}), json_reply(200, {"order": {"charge_id": "x"}}), json_reply(200, {"state": "charged"})],
)
def test_a_sign_of_billing_stops_the_run(answer: Callable[[httpx.Request], httpx.Response]) -> None:
    """After status 402, or a reply that shows a charge, nothing more is sent."""
    run, server = scripted(answer)
    run.send(request_of("list_orders"), "read")
    with pytest.raises(Stopped, match="shows a charge"):
        run.send(request_of("list_orders"), "read")
    assert len(server.requests) == 1


def test_an_accepted_refusal_stops_a_run_that_may_not_write() -> None:
    """If a request that must be refused is accepted, nothing more is sent."""
    run, server = scripted(json_reply(201, {"id": "x"}))
    run.send(request_of("place_order", body={}), "refusal")
    with pytest.raises(Stopped, match="must be refused"):
        run.send(request_of("list_orders"), "read")
    assert len(server.requests) == 1


def test_retry_after_is_honored() -> None:
    """A 429 with Retry-After is repeated after that time; a 429 that is expected is not."""
    replies = iter([httpx.Response(429, headers={"Retry-After": "7"}), httpx.Response(200, json={})] * 2)
    run, server = scripted(lambda request: next(replies))
    before = run.pace.reading()
    assert run.send(request_of("list_orders"), "read").status == 200
    assert 7 <= (run.pace.reading() - before).total_seconds() < 8
    assert run.send(request_of("list_orders"), "read", expected=(429,)).status == 429
    assert len(server.requests) == 3


def test_retry_after_a_date_is_honored() -> None:
    """A Retry-After that is a date is waited for, two minutes at most; another text is not waited for."""
    replies: list[httpx.Response] = []
    run, _ = scripted(lambda request: replies.pop(0))
    for seconds, waited in ((60, 60), (3600, 120), (-60, 0)):
        before = run.pace.reading()
        date = format_datetime(before + timedelta(seconds=seconds), usegmt=True)
        replies += [httpx.Response(503, headers={"Retry-After": date}), httpx.Response(200, json={})]
        assert run.send(request_of("list_orders"), "read").status == 200
        assert abs((run.pace.reading() - before).total_seconds() - waited) < 2
    replies += [httpx.Response(429, headers={"Retry-After": "soon"})]
    before = run.pace.reading()
    with pytest.raises(Stopped, match="it limits requests; use a larger --pace"):
        run.send(request_of("list_orders"), "read")
    assert (run.pace.reading() - before).total_seconds() < 2


@pytest.mark.parametrize("status", [429, 502, 503, 504])
@pytest.mark.parametrize("headers", [{}, {"X-Emulator-Hint": "the disk is full"}, {"Retry-After": "1"}])
def test_a_server_out_of_service_stops_the_run(status: int, headers: dict[str, str]) -> None:
    """Such a status that stays says nothing about the rules: no further request is sent, and the report says why."""
    run, server = scripted(json_reply(status, {}, **headers))
    for _ in range(2):
        with pytest.raises(Stopped, match=f"GET /v1/orders returned {status}"):
            run.send(request_of("list_orders"), "read")
    assert len(server.requests) == (4 if "Retry-After" in headers and status in (429, 503) else 1)
    assert headers.get("X-Emulator-Hint", "") in run.stopped
    assert run.sent == len(server.requests)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_status_that_is_expected_is_a_reply(status: int) -> None:
    """A probe may be about a limit, or a server out of service."""
    run, _ = scripted(json_reply(status, {}))
    assert run.send(request_of("list_orders"), "read", expected=(status,)).status == status


READS = """
  - {rules: auth.checked-first, class: refusal, send: get_order, path: {id: unknown}, status: 404}
  - {rules: lists.limit, class: read, send: list_orders, query: {limit: 1}}
  - {rules: lists.newest-first, class: read, send: list_orders, each: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
     query: {limit: '${it}'}}
  - {rules: errors.field-names, class: read, send: list_portfolios}
  - {rules: orders.unknown-id, class: read, send: list_subaccounts}
"""


@pytest.mark.parametrize("status", [401, 403, 404, 301, 500])
@pytest.mark.parametrize("accepts", [None, "limit=1", "limit=9", "portfolios"])
def test_a_server_that_accepts_nothing_does_not_differ(status: int, accepts: str | None) -> None:
    """If no request is accepted that must be, the run stops soon, and no rule differs; one that is shows the others."""

    def answer(request: httpx.Request) -> httpx.Response:
        good = accepts is not None and accepts in str(request.url)
        return httpx.Response(200, json={"data": []}) if good else httpx.Response(status, json={})

    run, server = scripted(answer, READS)
    report = conform(run, "x")
    stopped = accepts in (None, "portfolios")
    assert bool(report.stopped) is stopped
    assert report.differs is not stopped
    if stopped:
        assert f"GET /v1/orders returned {status}. Check the URL and the credentials" in report.stopped
        assert len(server.requests) == 11
        assert {result.state for result in report.results} == {"not probed"}


def test_a_server_that_refuses_the_only_request_does_not_differ() -> None:
    """However few requests a run sends, it does not end well if none is accepted."""
    run, _ = scripted(json_reply(401, {}), "  - {rules: lists.limit, class: read, send: list_orders}")
    report = conform(run, "x")
    assert report.stopped.startswith("the only request that a server must accept was not accepted: GET /v1/orders")
    assert not report.differs


def test_redirects_are_not_followed() -> None:
    """A redirect could lead the key to another host: it is a reply like any other."""
    run, server = scripted(json_reply(302, {}, Location="https://elsewhere.example/"))
    assert run.send(request_of("list_orders"), "read").status == 302
    assert len(server.requests) == 1


def test_a_server_that_does_not_answer_stops_the_run() -> None:
    """A connection error ends the run, and names the request without its secrets."""

    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(f"refused {KEY}", request=request)

    run, _ = scripted(fail)
    with pytest.raises(Stopped) as stopped:
        run.send(request_of("list_orders"), "read")
    assert "GET /v1/orders" in str(stopped.value)
    assert KEY not in str(stopped.value)


def test_no_report_shows_a_secret() -> None:
    """Secrets that a server repeats or returns are masked everywhere in the report."""
    probes = """
  - {rules: orders.unknown-id, class: read, send: list_orders, query: {note: '${api_key}'}, reply: {data: []}}
  - {rules: lists.limit, class: sandbox, send: place_order, body: {amount_kg: 1}, status: 201, reply: {token: x}}
"""
    secret = "returned-token-of-the-vendor"

    def answer(request: httpx.Request) -> httpx.Response:
        body = {"access_token": secret, "data": f"{KEY} {secret}", "token": f"a {secret} b", "id": f"order-{KEY}"}
        return httpx.Response(201, json=body, headers={"X-Echo": KEY})

    run, _ = scripted(answer, probes, write=True)
    report = conform(run, f"https://vendor.example/?key={KEY}")
    text = json.dumps(report.model_dump())
    assert report.differs
    assert report.created
    assert KEY not in text
    assert secret not in text


def test_writing_at_a_live_host_needs_a_sandbox_key() -> None:
    """A run with writing does not begin at a host that costs money, unless the key is a sandbox key."""
    for key, begins in ((KEY, False), ("sandbox_key_of_mine", True)):
        run, server = scripted(json_reply(404, {}), write=True)
        run.credentials = {"api_key": key}
        run.http.base_url = httpx.URL("https://api.cnaught.com")
        if begins:
            conform(run, "https://api.cnaught.com")
        else:
            with pytest.raises(CouldNotRun, match="could cost money"):
                conform(run, "https://api.cnaught.com")
        assert server.requests == []


@pytest.mark.parametrize(
    ("credentials", "message"),
    [({}, "needs the credentials api_key"), ({"api_key": "x", "apikey": "y"}, "unknown credential 'apikey'")],
)
def test_credentials_are_checked_first(credentials: dict[str, str], message: str) -> None:
    """A missing or unknown credential ends a run before anything is sent."""
    run = connection("cnaught", credentials=credentials)
    with pytest.raises(CouldNotRun, match=message):
        conform(run, "the emulator")
    assert run.sent == 0


def test_what_a_run_creates_is_removed_again() -> None:
    """What cannot be removed is named with the reason."""
    probes = "  - {rules: lists.limit, class: sandbox, send: place_order, body: {amount_kg: 1}, status: 201}"

    def answer(request: httpx.Request) -> httpx.Response:
        cancels = request.url.path.endswith("/cancel")
        return httpx.Response(500 if cancels else 201, json={"id": "Gre28Fc35bt3"})

    run, _ = scripted(answer, probes, write=True)
    (created,) = conform(run, "x").created
    assert (created.what, created.removed) == ("the order Gre28Fc35bt3", False)
    assert created.reason == "POST /v1/orders/Gre28Fc35bt3/cancel returned 500"


def test_probes_whose_names_are_unknown_are_not_sent() -> None:
    """A probe that needs what an earlier one could not get is not probed, with that reason."""
    probes = """
  - {rules: lists.limit, class: sandbox, send: place_order, body: {amount_kg: 1}, status: 201, save: order}
  - {rules: orders.unknown-id, class: read, send: get_order, path: {id: '${order.id}'}}
"""
    run, server = scripted(json_reply(404, {}), probes)
    results = {result.id: result for result in conform(run, "x").rules}
    assert results["cnaught.orders.unknown-id"].reason == "needs --write"
    assert server.requests == []


@pytest.mark.parametrize(
    ("kind", "path_id", "status", "seconds"),
    [
        pytest.param("read", "x", 200, 2.5, id="a request that is sent"),
        pytest.param("sandbox", "x", 200, 0, id="one of a class that is not permitted"),
        pytest.param("read", "${order.id}", 200, 0, id="one that needs what no reply had"),
        pytest.param("read", "x", 503, 0, id="one after the run has stopped"),
    ],
)
def test_a_run_waits_only_for_what_it_sends(kind: str, path_id: str, status: int, seconds: float) -> None:
    """A step may let time pass before its request. What is not sent is not waited for."""
    probes = f"""
  - {{rules: lists.limit, class: read, send: list_orders, save: order}}
  - {{rules: orders.unknown-id, class: {kind}, send: get_order, path: {{id: '{path_id}'}}, wait: 2.5}}
"""
    run, server = scripted(json_reply(status, {}), probes)
    waited: list[float] = []
    run.pace.wait = waited.append  # type: ignore[method-assign]
    conform(run, "x")
    assert sum(each for each in waited if each > 1) == seconds
    assert len(server.requests) == (2 if seconds else 1)


def test_the_emulator_in_this_process_is_a_server_like_others() -> None:
    """Two emulators in one process share nothing."""
    first, second = (
        connection("cnaught", direct=EmulatorTransport()),
        connection("cnaught", direct=EmulatorTransport(1)),
    )
    assert first.send(request_of("list_orders"), "read").status == 401
    assert replace(second).sent == 0
