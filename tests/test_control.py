"""The control API: its contract, refusals, authentication and explanations."""

import asyncio
import json
import re
from typing import Any

import httpx
import pytest

from emulator import Emulator, create_app
from emulator.client.asgi_call import call
from emulator.client.handles import Refused, SpaceHandle
from emulator.control import app as control_app
from emulator.evidence import contracts, rules
from emulator.gateway.gateway import Gateway
from emulator.providers import ALL
from tests.support.caller import Caller
from tests.support.contract_check import validator

ORDERS = "/v1/orders"
STATES = "must be 'pending', 'delivered', 'given up' or 'refused', not \"pendin\""
INSTANT = "must be a date and time with its offset from UTC, such as 2026-01-01T00:00:00Z"
EVIDENCE = set(rules.EVIDENCE)

# A valid call of every operation: name, method, path, body, status.
CALLS: list[tuple[str, str, str, Any, int]] = [
    ("get_health", "GET", "/health", None, 200),
    ("list_providers", "GET", "/providers", None, 200),
    ("get_provider", "GET", "/providers/cnaught", None, 200),
    ("get_contract", "GET", "/contracts/cnaught.json", None, 200),
    ("get_own_contract", "GET", "/contracts/control.json", None, 200),
    ("get_evidence", "GET", "/evidence", None, 200),
    ("list_spaces", "GET", "/spaces", None, 200),
    ("get_bundle", "GET", "/bundle", None, 200),
    ("get_state", "GET", "/state/cnaught?offset=0&limit=5", None, 200),
    ("get_settings", "GET", "/settings/cnaught", None, 200),
    ("patch_settings", "PATCH", "/settings/cnaught", {"fractions": "keep"}, 200),
    ("list_requests", "GET", "/requests?provider=cnaught&status=201", None, 200),
    ("wait_for_requests", "GET", "/requests/wait?timeout=0", None, 200),
    ("wait_for_requests", "GET", "/requests/wait?timeout=0&status=418", None, 408),
    (
        "get_ledger",
        "GET",
        "/ledger?provider=cnaught&account=owned/*&unit=g&since=2026-01-01T00:00:00Z&limit=5",
        None,
        200,
    ),
    ("verify_ledger", "GET", "/ledger/verify", None, 200),
    ("replay_request", "POST", "/requests/1/replay", None, 201),
    ("replay_request", "POST", "/requests/99999/replay", None, 404),
    ("list_upcoming", "GET", "/clock/upcoming?seconds=60&limit=1", None, 200),
    ("list_flows", "GET", "/ledger/flows?provider=cnaught", None, 200),
    ("get_evidence", "GET", "/evidence?provider=cnaught", None, 200),
    ("get_evidence", "GET", "/evidence?provider=gold", None, 400),
    ("list_emissions", "GET", "/emissions", None, 200),
    ("follow_events", "GET", "/events?timeout=0&replay=true", None, 200),
    ("list_faults", "GET", "/faults", None, 200),
    ("add_fault", "POST", "/faults", {"effect": {"status": 503, "headers": {"A": "b"}, "body": [1]}}, 201),
    ("get_snapshot", "GET", "/snapshot", None, 200),
    ("put_snapshot", "PUT", "/snapshot", ..., 200),
    ("keep_snapshot", "POST", "/snapshots/a", None, 201),
    ("list_snapshots", "GET", "/snapshots", None, 200),
    ("restore_snapshot", "POST", "/snapshots/a/restore", None, 200),
    ("delete_snapshot", "DELETE", "/snapshots/a", None, 200),
    ("get_clock", "GET", "/clock", None, 200),
    ("set_clock", "PUT", "/clock", {"now": "2026-01-01T00:00:01Z"}, 200),
    ("advance_clock", "POST", "/clock/advance", {"seconds": 1.5}, 200),
    ("get_bundle", "GET", "/bundle", None, 200),
    ("list_acts", "GET", "/acts", None, 200),
    ("perform_act", "POST", "/acts/cnaught/fulfil_order", {"subject": "wo0WNxXWQOII"}, 200),
    ("list_webhooks", "GET", "/webhooks?state=pending&subject=wo0WNxXWQOII", None, 200),
    ("get_webhook", "GET", "/webhooks/webhook-1", None, 200),
    ("patch_webhooks", "PATCH", "/webhooks", {"paused": True}, 200),
    ("duplicate_webhook", "POST", "/webhooks/webhook-1/duplicate", None, 201),
    ("reorder_webhooks", "POST", "/webhooks/reorder", {"ids": ["webhook-2", "webhook-1"]}, 200),
    ("get_next_attempt", "GET", "/webhooks/next", None, 200),
    ("record_attempt", "POST", "/webhooks/webhook-2/attempts", {"error": "lost"}, 201),
    ("step_webhooks", "POST", "/webhooks/step", None, 200),
    ("deliver_webhooks", "POST", "/webhooks/deliver", None, 200),
    ("redeliver_webhook", "POST", "/webhooks/webhook-1/redeliver", None, 200),
    ("delete_fault", "DELETE", "/faults/fault-1", None, 200),
    ("delete_faults", "DELETE", "/faults", None, 200),
    ("delete_requests", "DELETE", "/requests", None, 200),
    ("get_fixture_schema", "GET", "/fixtures/cnaught.schema.json", None, 200),
    ("list_scenarios", "GET", "/scenarios", None, 200),
    ("get_story", "GET", "/story", None, 200),
    ("continue_story", "POST", "/story/continue", None, 409),
    ("play_scenario", "POST", "/scenarios/nothing", None, 404),
    ("play_scenario", "POST", "/scenarios/shop", {"seed": 3}, 200),
    ("continue_story", "POST", "/story/continue", {"rounds": 2}, 200),
    ("get_story", "GET", "/story", None, 200),
    ("reset", "POST", "/reset", {"seed": 3}, 200),
    ("reset", "POST", "/reset", None, 200),
    ("delete_space", "DELETE", "/spaces/another", None, 200),
]


def check_contract(operation: str, reply: httpx.Response) -> Any:
    """Return the JSON of a reply, which must match the contract for its status. Events have their own tests."""
    described = dict(OPERATIONS)[operation]["responses"][str(reply.status_code)]
    response = contracts.resolve("control", described)
    if "text/event-stream" in response["content"]:
        assert reply.headers["content-type"] == "text/event-stream; charset=utf-8"
        return reply.text
    assert reply.headers["content-type"] == "application/json"
    validator("control", json.dumps(response["content"]["application/json"]["schema"])).validate(reply.json())
    return reply.json()


OPERATIONS = [
    (described["operationId"], described)
    for item in contracts.contract("control")["paths"].values()
    for method, described in item.items()
    if method in contracts.METHODS
]


# --- the contract -----------------------------------------------------------------------------------------------------


def test_the_contract_names_every_route() -> None:
    """Routes and contract name the same operations, under the same paths and methods."""
    routes = {(route.name, route.path, *(route.methods - {"HEAD"})) for route in control_app.ROUTES.routes}
    paths = contracts.contract("control")["paths"]
    assert routes == {
        (described["operationId"], path, method.upper())
        for path, item in paths.items()
        for method, described in item.items()
        if method in contracts.METHODS
    }


@pytest.mark.parametrize(
    ("headers", "status"), [({"Origin": "http://evil.example"}, 403), ({"Host": "evil.example"}, 421)]
)
@pytest.mark.parametrize(("operation", "method", "path"), sorted({call[:3] for call in CALLS}))
def test_foreign_origins_and_hosts_are_refused(
    emulator: Emulator, operation: str, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    """Each operation refuses a foreign web page and a foreign host, as its contract says."""
    reply = emulator.http.request(method, f"/_emulator{path}", headers=headers)
    assert reply.status_code == status
    check_contract(operation, reply)


def test_every_operation_satisfies_its_contract(emulator: Emulator, cnaught: Caller) -> None:
    """Each operation answers with a status and a schema of the contract."""
    emulator.space("another").clock.freeze()
    cnaught.space.control("PATCH", "/settings/cnaught", json={"fulfilment_seconds": None})
    cnaught.post(ORDERS, {"amount_kg": 1, "notification_config": {"url": "http://unreachable.example/"}})
    cnaught.get("/v1/orders/nobody?limit=x")
    for operation, method, path, body, status in CALLS:
        content = cnaught.space.snapshot() if body is ... else body
        reply = cnaught.space.http.request(method, f"{cnaught.space.url}/_emulator{path}", json=content)
        assert (operation, reply.status_code) == (operation, status), reply.text
        assert check_contract(operation, reply)
    assert {operation for operation, *_ in CALLS} == dict(OPERATIONS).keys()


def test_documents_of_a_used_space_satisfy_the_contract(cnaught: Caller) -> None:
    """The snapshot, bundle and events of a used space match the contract."""
    space = cnaught.space
    space.faults.add("cnaught", when="after", effect={"status": 503, "delay_seconds": 0.001})
    cnaught.post(ORDERS, {"amount_kg": 1}, promised=False)
    space.control("PATCH", "/settings/cnaught", json={"fractions": "keep"})
    for operation, path in (("get_snapshot", "/snapshot"), ("get_bundle", "/bundle"), ("list_faults", "/faults")):
        check_contract(operation, space.http.get(f"{space.url}/_emulator{path}"))
    moved = space.http.post(f"{space.url}/_emulator/clock/advance", json={"seconds": 3600})
    assert len(check_contract("advance_clock", moved)["events"]) == 1
    space.restore(space.snapshot())
    assert check_contract("get_bundle", space.http.get(f"{space.url}/_emulator/bundle"))["origin"]["begun"]


# --- bad input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"{]", b"null", b"[]", b'"a"', b"5", b"true", b"\xff", b"NaN", b'{"a": NaN}', b"[" * 10**5, b"{}\x00"],
)
@pytest.mark.parametrize(
    ("operation", "method", "path"),
    [
        ("set_clock", "PUT", "/clock"),
        ("advance_clock", "POST", "/clock/advance"),
        ("add_fault", "POST", "/faults"),
        ("put_snapshot", "PUT", "/snapshot"),
        ("patch_settings", "PATCH", "/settings/cnaught"),
        ("perform_act", "POST", "/acts/cnaught/fulfil_order"),
        ("patch_webhooks", "PATCH", "/webhooks"),
        ("reorder_webhooks", "POST", "/webhooks/reorder"),
    ],
)
def test_a_body_must_be_an_object(space: SpaceHandle, operation: str, method: str, path: str, content: bytes) -> None:
    """Any other body is refused with 400 and its place, and changes nothing."""
    before = space.snapshot()
    reply = space.http.request(method, f"{space.url}/_emulator{path}", content=content)
    assert reply.status_code == 400
    assert check_contract(operation, reply)["problems"][0]["place"] == ["body"]
    assert space.snapshot() == before


@pytest.mark.parametrize(
    ("method", "path", "body", "place"),
    [
        ("PUT", "/clock", {"now": "2026-02-01T00:00:00Z", "freeze": True}, ["body", "freeze"]),
        ("PUT", "/clock", {"frozen": "yes"}, ["body", "frozen"]),
        ("PUT", "/clock", {"frozen": 1}, ["body", "frozen"]),
        ("POST", "/clock/advance", {"seconds": 1, "hours": 1}, ["body", "hours"]),
        ("POST", "/faults", {"effect": {}, "provider": ["cnaught"]}, ["body", "provider"]),
        ("POST", "/reset", {"seed": "5"}, ["body", "seed"]),
        ("POST", "/reset", {"seed": 2**63}, ["body", "seed"]),
        ("POST", "/reset", {"sed": 5}, ["body", "sed"]),
        ("PATCH", "/webhooks", {"paused": 1}, ["body", "paused"]),
        ("POST", "/webhooks/reorder", {"ids": []}, ["body", "ids"]),
        ("POST", "/webhooks/reorder", {"ids": ["webhook-1", "webhook-1"]}, ["body"]),
        ("GET", "/webhooks?state=lost", None, ["query", "state"]),
        ("POST", "/acts/cnaught/fulfil_order", {"id": "x"}, ["body", "subject"]),
        ("GET", "/state/cnaught?limit=1001", None, ["query", "limit"]),
        ("GET", "/state/cnaught?offset=-1", None, ["query", "offset"]),
        ("GET", f"/state/cnaught?offset={10**30}", None, ["query", "offset"]),
        ("GET", "/state/cnaught?page=2", None, ["query", "page"]),
        ("GET", "/ledger?limit=1001", None, ["query", "limit"]),
        ("GET", "/ledger?since=2026-01-01", None, ["query", "since"]),
        ("GET", "/ledger?accounts=owned", None, ["query", "accounts"]),
    ],
)
def test_an_invalid_member_is_refused(space: SpaceHandle, method: str, path: str, body: Any, place: list[str]) -> None:
    """An unknown or invalid member is refused with its place, and nothing else in the request is applied."""
    before = space.snapshot()
    with pytest.raises(Refused) as refused:
        space.control(method, path, json=body)
    assert (refused.value.status, refused.value.answer["problems"][0]["place"]) == (400, place)
    assert space.snapshot() == before


@pytest.mark.parametrize(
    ("method", "path", "body", "problem"),
    [
        ("POST", "/faults", {"efect": {}}, "missing, but required"),
        ("POST", "/faults", {"effect": {"status": 503, "bdy": 1}}, "unknown member; nearest: body"),
        ("POST", "/faults", {"effect": {"status": 99}}, "must be at least 200, not 99"),
        ("POST", "/faults", {"effect": {"status": 503}, "when": "later"}, "must be 'before' or 'after', not \"later\""),
        (
            "POST",
            "/faults",
            {"effect": {"headers": {"Date": "x"}}},
            "the server sets this header itself: it is the space's clock",
        ),
        ("POST", "/webhooks/reorder", {"ids": []}, "must have at least 1 item"),
        ("PUT", "/clock", {"now": "tomorrow"}, INSTANT),
        ("PUT", "/clock", {"now": "2026-01-01"}, INSTANT),
        ("PUT", "/clock", {"now": 5}, INSTANT),
        ("PUT", "/clock", {"now": "0001-01-01T00:00:00+14:00"}, INSTANT),
        ("GET", "/requests?provder=cnaught", None, "unknown parameter; nearest: provider"),
        ("GET", "/requests?status=teapot", None, 'must be an integer, not "teapot"'),
        ("GET", "/requests/wait?timeout=x", None, 'must be a number, not "x"'),
        (
            "GET",
            "/webhooks?state=pendin",
            None,
            STATES,
        ),
    ],
)
def test_problems_are_worded_plainly(space: SpaceHandle, method: str, path: str, body: Any, problem: str) -> None:
    """A problem says what must be, and what was meant by an unknown name, without Python's or pydantic's words."""
    with pytest.raises(Refused) as refused:
        space.control(method, path, json=body)
    assert refused.value.answer["problems"][0]["problem"] == problem


def test_settings_have_their_limits_in_the_singular(space: SpaceHandle) -> None:
    """A limit of one is "1 character", not "1 characters"."""
    endpoint = {"id": "", "url": "http://127.0.0.1:9/", "secrets": ["s"]}
    with pytest.raises(Refused, match=r"webhook_endpoints\.0\.id: must have at least 1 character, not \"\"$"):
        space.control("PATCH", "/settings/oneclickimpact", json={"webhook_endpoints": [endpoint]})


@pytest.mark.parametrize(("operation", "method", "path", "body", "status"), CALLS)
def test_an_unknown_parameter_is_refused(
    space: SpaceHandle, operation: str, method: str, path: str, body: Any, status: int
) -> None:
    """No operation ignores a parameter that it does not know, be it a misspelt filter or a member of its body."""
    if operation != "get_health":
        url = f"{space.url}/_emulator{path}{'&' if '?' in path else '?'}nmae=x"
        assert space.http.request(method, url, json={}).status_code == 400


FILTERS = [
    ("/webhooks?kind=order.fulfiled", "unknown kind 'order.fulfiled'; nearest: order.fulfilled,"),
    ("/webhooks?provider=cnaught&kind=impact.completed", "unknown kind 'impact.completed'; nearest: order."),
    ("/webhooks?provider=dcycle", "dcycle sends no webhooks; these do: oneclickimpact, cnaught"),
    ("/webhooks?provider=cnaugth", "unknown provider 'cnaugth'; nearest: cnaught,"),
    ("/requests?path=v1/orders", "a path begins with '/', so 'v1/orders' matches nothing; use '/v1/orders'"),
    ("/requests?path=", "a path begins with '/', so '' matches nothing; use '/'"),
    ("/requests?path=/cnaught/v1/orders", "'/cnaught/v1/orders' matches nothing; use '/v1/orders'"),
    ("/requests?path=/~a/cnaught/v1/orders/x", "use '/v1/orders/x'"),
    ("/requests/wait?path=/cnaught/v1/orders&timeout=60", "use '/v1/orders'"),
    ("/requests?operation=place_order&method=GET", "no operation meets all conditions; nearest: place_order (POST"),
    ("/requests?operation=place_order&path=/v1/quotes", "no operation meets all conditions; nearest: place_order"),
    ("/requests?provider=thallo&operation=place_order", "unknown operation 'place_order'; nearest: "),
    ("/requests?method=FETCH", "unknown method 'FETCH'; nearest: "),
    ("/ledger/flows?provider=gold", "unknown provider 'gold'; nearest: "),
    ("/evidence?provider=gold", "unknown provider 'gold'; nearest: "),
]


@pytest.mark.parametrize(("path", "error"), FILTERS)
def test_impossible_filters_are_refused(space: SpaceHandle, path: str, error: str) -> None:
    """A filter that nothing can match is refused with the nearest values that something can."""
    with pytest.raises(Refused) as refused:
        space.control("GET", path)
    assert refused.value.status == 400
    assert error in refused.value.answer["error"]


def test_every_kind_of_webhook_is_known(cnaught: Caller) -> None:
    """The filter knows the kinds that vendors send."""
    url = {"notification_config": {"url": "http://127.0.0.1:9/"}}
    fulfilled, cancelled = (cnaught.post(ORDERS, {"amount_kg": 1, **url}).json()["id"] for _ in range(2))
    cnaught.post(f"{ORDERS}/{cancelled}/cancel")
    cnaught.space.clock.advance(seconds=2)
    kinds = {webhook["kind"]: webhook["subject"] for webhook in cnaught.space.webhooks}
    assert kinds == {"order.fulfilled": fulfilled, "order.cancelled": cancelled}
    webhooks = ALL["cnaught"].webhooks
    assert webhooks
    assert kinds.keys() == set(webhooks.kinds)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/clock", "GET, HEAD, PUT"),
        ("GET", "/clock/advance", "POST"),
        ("PUT", "/faults", "DELETE, GET, HEAD, POST"),
        ("GET", "/reset", "POST"),
        ("OPTIONS", "/snapshot", "GET, HEAD, PUT"),
        ("GET", "/spaces/a", "DELETE"),
        ("DELETE", "/health", "GET, HEAD"),
    ],
)
def test_a_wrong_method_answers_405(space: SpaceHandle, method: str, path: str, allowed: str) -> None:
    """The header Allow of a 405 lists the methods of the path."""
    reply = space.http.request(method, f"{space.url}/_emulator{path}")
    assert (reply.status_code, reply.headers["allow"]) == (405, allowed)
    assert reply.json() == {"error": f"{method} is not a method of this path; known: {allowed}"}


@pytest.mark.parametrize(
    ("method", "path", "status", "message"),
    [
        ("GET", "/ui/none.js", 404, "no such route; nearest: GET /"),
        ("POST", "/", 404, "no such route; nearest: POST /"),
        ("GET", "/clock/", 404, "no such route; nearest: GET /clock"),
        ("GET", "/clocks", 404, "no such route; nearest: GET /clock"),
        ("POST", "/clock/advnace", 404, "no such route; nearest: POST /clock/advance"),
        ("GET", f"/{'x' * 5000}", 404, "no such route; nearest: GET /"),
        ("GET", "/contracts/gold.json", 404, "unknown provider 'gold'; known: oneclickimpact"),
        ("GET", "/contracts/%2e%2e%2fcnaught.json", 404, "no such route; nearest: GET /contracts/"),
        ("GET", "/providers/gold", 404, "unknown provider 'gold'"),
        ("GET", "/state/gold", 404, "unknown provider 'gold'"),
        ("GET", "/settings/gold", 404, "unknown provider 'gold'"),
        ("PATCH", "/settings/%ff", 404, "unknown provider"),
        ("DELETE", "/spaces/nobodys", 404, "unknown space 'nobodys'"),
        ("DELETE", "/faults/fault-9", 404, "unknown fault 'fault-9'; known: none"),
        ("GET", "/webhooks/webhook-9", 404, "unknown webhook 'webhook-9'; known: none"),
        ("DELETE", "/snapshots/none", 404, "unknown snapshot 'none'; known: none"),
        ("POST", "/snapshots/none/restore", 404, "unknown snapshot 'none'"),
        ("POST", "/snapshots/a b", 400, "'a b' is not the name of a snapshot: 1 to 64 letters, digits"),
    ],
)
def test_an_unknown_name_is_refused(space: SpaceHandle, method: str, path: str, status: int, message: str) -> None:
    """An unknown name is refused with the known ones."""
    with pytest.raises(Refused) as refused:
        space.control(method, path, json={})
    assert refused.value.status == status
    assert refused.value.answer.keys() == {"error"}
    assert message in refused.value.answer["error"]


@pytest.mark.parametrize("content", ["", "{bad", "[1", "'a'"])
@pytest.mark.parametrize(("method", "path"), [("POST", "/faults"), ("PUT", "/clock"), ("PUT", "/snapshot")])
def test_a_body_that_is_not_json_is_refused(space: SpaceHandle, method: str, path: str, content: str) -> None:
    """The problem says that it is not JSON, and where it ends to be."""
    with pytest.raises(Refused) as refused:
        space.control(method, path, content=content)
    (problem,) = refused.value.answer["problems"]
    assert problem["place"] == ["body"]
    assert re.fullmatch(r"not JSON: .* at line 1 column [0-9]+", problem["problem"])


# --- the token --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def guarded() -> Gateway:
    """Return a server whose control API requires a token."""
    return create_app(control_token="open sesame")


def fetch(app: Gateway, path: str, authorization: str | None) -> tuple[int, dict[bytes, bytes]]:
    """Return the status and headers of a GET request with this Authorization header, or none."""
    headers = [] if authorization is None else [(b"authorization", authorization.encode("latin-1"))]
    status, reply_headers, _ = asyncio.run(call(app, "GET", path, headers, b""))
    return status, dict(reply_headers)


@pytest.mark.parametrize("path", ["/_emulator/clock", "/~a/_emulator/requests", "/_emulator/nothing"])
@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer ", "Bearer open", "Bearer open sesame.", "Bearer OPEN SESAME", "open sesame", "ÿ"],
)
def test_a_request_without_the_token_is_refused(guarded: Gateway, path: str, authorization: str | None) -> None:
    """A request without the token is refused, in the same way for unknown paths."""
    status, headers = fetch(guarded, path, authorization)
    assert (status, headers[b"www-authenticate"]) == (401, b"Bearer")


@pytest.mark.parametrize(("authorization", "wrong"), [("Bearer open", True), ("Bearer ", False), (None, False)])
def test_the_refusal_says_whether_a_token_is_missing_or_wrong(
    guarded: Gateway, authorization: str | None, wrong: bool
) -> None:
    """The error states what is required, whether another token was given, and where the right one is."""
    headers = [(b"authorization", authorization.encode())] if authorization else []
    error = json.loads(asyncio.run(call(guarded, "GET", "/_emulator/clock", headers, b""))[2])["error"]
    assert "requires its token: Authorization: Bearer TOKEN" in error
    assert "the server prints it at start, and --control-token or CARBON_EMULATOR_CONTROL_TOKEN sets it" in error
    assert ("the one given is another" in error) == wrong


@pytest.mark.parametrize(
    ("path", "authorization", "status"),
    [
        ("/_emulator/clock", "Bearer open sesame", 200),
        ("/~a/_emulator/clock", "bearer open sesame", 200),
        ("/_emulator/health", None, 200),
        ("/~a/_emulator/health", "Bearer wrong", 200),
        ("/cnaught/v1/orders", None, 401),
        ("/cnaught/v1/orders", "Bearer test_acme_0001", 200),
    ],
)
def test_the_token_grants_access(guarded: Gateway, path: str, authorization: str | None, status: int) -> None:
    """The token opens every space; health needs none, and vendors have their own keys."""
    assert fetch(guarded, path, authorization)[0] == status


def test_tokens_are_compared_in_constant_time(guarded: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """The duration of a refusal reveals nothing about the token."""
    compared = []
    monkeypatch.setattr(control_app, "compare_digest", lambda *tokens: compared.append(tokens))
    assert fetch(guarded, "/_emulator/clock", "Bearer open")[0] == 401
    assert compared == [(b"open", b"open sesame")]


# --- explanations -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "body", "operation", "rule", "evidence"),
    [
        ("GET", ORDERS, None, "list_orders", "none", {"inferred"}),
        ("POST", ORDERS, {"amount_kg": -1}, "place_order", "cnaught.orders.amount-positive", {"docs"}),
        ("GET", "/v1/orders/nobody", None, "get_order", "cnaught.orders.unknown-id", EVIDENCE),
        ("GET", "/nowhere", None, "none", "cnaught.errors.unknown-path", EVIDENCE),
        ("PATCH", ORDERS, None, "none", "cnaught.errors.wrong-method", EVIDENCE),
    ],
)
def test_a_reply_is_explained_on_request(
    cnaught: Caller, method: str, path: str, body: Any, operation: str, rule: str, evidence: set[str]
) -> None:
    """X-Emulator-Explain adds operation, rule and evidence; without it a reply has the vendor's headers."""
    explained = cnaught.request(method, path, json=body, headers={"X-Emulator-Explain": "1"}).headers
    assert (explained["x-emulator-operation"], explained["x-emulator-rule"]) == (operation, rule)
    assert explained["x-emulator-evidence"] in evidence
    plain = cnaught.request(method, path, json=body).headers
    assert {name for name in plain if name.startswith("x-emulator-")} <= {"x-emulator-request-id", "x-emulator-hint"}


# --- settings and state -----------------------------------------------------------------------------------------------


def test_a_setting_is_changed(cnaught: Caller) -> None:
    """A change returns all settings, applies at once, and leaves other settings and vendors unchanged."""
    space = cnaught.space
    before = space.control("GET", "/settings/cnaught")
    after = space.control("PATCH", "/settings/cnaught", json={"fractions": "keep"})
    assert after == {**before, "fractions": "keep"} == space.control("GET", "/settings/cnaught")
    assert cnaught.post(ORDERS, {"amount_kg": 1.5}).json()["amount_kg"] == 1.5
    assert space.control("PATCH", "/settings/cnaught", json={}) == after


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"fraction": "keep"}, "at fraction: "),
        ({"fractions": "round"}, "at fractions: "),
        ({"fractions": "keep", "fulfilment_seconds": "soon"}, "at fulfilment_seconds: "),
        ({"idempotency_hours": None}, "at idempotency_hours: "),
    ],
)
def test_an_invalid_setting_is_refused(space: SpaceHandle, changes: dict[str, Any], message: str) -> None:
    """One unknown setting or value is refused together with the whole change."""
    before = space.control("GET", "/settings/cnaught")
    with pytest.raises(Refused, match=message) as refused:
        space.control("PATCH", "/settings/cnaught", json=changes)
    assert refused.value.status == 400
    assert space.control("GET", "/settings/cnaught") == before


def test_the_state_is_paged(cnaught: Caller) -> None:
    """A vendor's collections are listed by offset and limit, always with their total sizes."""
    ids = [cnaught.post(ORDERS, {"amount_kg": 1}).json()["id"] for _ in range(4)]
    shown = cnaught.space.control("GET", "/state/cnaught?offset=4&limit=2")
    assert list(shown["state"]["orders"]) == ids[1:3]
    assert shown["totals"]["orders"] == 7
    assert shown["state"]["orders"][ids[1]]["amount_kg"] == "1"
    assert cnaught.space.control("GET", "/state/cnaught?limit=0")["state"]["orders"] == {}
    assert list(cnaught.space.cnaught.state["orders"])[3:] == ids


def test_reading_a_space_changes_nothing(cnaught: Caller) -> None:
    """Reading state, settings, contracts, evidence, journal and books leaves a space unchanged."""
    before = cnaught.space.snapshot()
    paths = ("/state/cnaught", "/settings/cnaught", "/contracts/cnaught.json", "/evidence", "/requests", "/bundle")
    for path in (*paths, "/ledger", "/ledger/verify"):
        cnaught.space.control("GET", path)
    assert cnaught.space.snapshot() == before


def test_every_account_is_listed(space: SpaceHandle) -> None:
    """``accounts`` has the credentials of each account or organization, the default ones first."""
    providers = {each["name"]: each for each in space.control("GET", "/providers")["providers"]}
    for described in providers.values():
        own = described["credentials"]
        assert {name: own[name] for name in described["accounts"][0]} == described["accounts"][0]
    assert len({account["organization_id"] for account in providers["dcycle"]["accounts"]}) > 1
    assert space.cnaught.accounts == providers["cnaught"]["accounts"]
