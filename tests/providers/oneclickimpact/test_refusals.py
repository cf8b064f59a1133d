"""Refusals, and the input that is tolerated."""

import pytest

from tests.providers.oneclickimpact.conftest import LISTS, own_records
from tests.support.caller import Caller

INVALID = "invalid_request_error"


def refused(status: int, type: str, rule: str, method: str, path: str, content: bytes = b"") -> object:
    """Send a request that is refused with this status, and return the reply."""
    return pytest.param(method, path, content, status, type, marks=pytest.mark.rule(f"oneclickimpact.errors.{rule}"))


@pytest.mark.rule("oneclickimpact.errors.envelope")
@pytest.mark.parametrize(
    ("method", "path", "content", "status", "type"),
    [
        refused(400, INVALID, "invalid-request", "POST", "/v1/capture_carbon", b'{"amount": 0}'),
        refused(400, INVALID, "invalid-request", "GET", "/v1/records?limit=-1"),
        refused(413, INVALID, "body-too-large", "POST", "/v1/capture_carbon", b" " * (8 * 1024 * 1024 + 1)),
        refused(404, INVALID, "unknown-path", "GET", "/"),
        refused(404, INVALID, "unknown-path", "GET", "/records"),
        refused(404, INVALID, "unknown-path", "GET", "/v1/records/"),
        refused(404, INVALID, "unknown-path", "POST", "/v1/plant_trees"),
        refused(405, INVALID, "wrong-method", "GET", "/v1/capture_carbon"),
        refused(405, INVALID, "wrong-method", "POST", "/v1/records"),
        refused(405, INVALID, "wrong-method", "DELETE", "/v1/customer_records"),
    ],
)
def test_a_refusal_has_a_type_and_a_message(
    oneclickimpact: Caller, method: str, path: str, content: bytes, status: int, type: str
) -> None:
    """Every refusal is a JSON object with a type and a message, and no other key."""
    reply = oneclickimpact.request(method, path, content=content)
    assert (reply.status_code, reply.headers["content-type"]) == (status, "application/json")
    assert reply.json() == {"type": type, "message": reply.json()["message"]}
    assert reply.json()["message"]


@pytest.mark.rule("oneclickimpact.errors.types")
@pytest.mark.parametrize(
    ("status", "type"),
    [
        (400, INVALID),
        (401, "key_error"),
        (404, INVALID),
        (429, INVALID),
        (499, INVALID),
        (500, "api_error"),
        (503, "api_error"),
        (599, "api_error"),
    ],
)
def test_the_type_follows_the_status(oneclickimpact: Caller, status: int, type: str) -> None:
    """A fault's status is worded like the vendor's own."""
    oneclickimpact.space.faults.add("oneclickimpact", effect={"status": status})
    reply = oneclickimpact.get("/v1/records", promised=False)
    assert (reply.status_code, reply.json()["type"]) == (status, type)
    assert reply.json()["message"]


@pytest.mark.rule("oneclickimpact.errors.wrong-method")
@pytest.mark.parametrize(
    ("method", "path", "allowed"), [("PUT", "/v1/capture_carbon", "POST"), ("POST", "/v1/records", "GET")]
)
def test_a_wrong_method_answers_405(oneclickimpact: Caller, method: str, path: str, allowed: str) -> None:
    """The header Allow has the method of the path."""
    assert allowed in oneclickimpact.request(method, path).headers["allow"].split(", ")


@pytest.mark.rule("oneclickimpact.errors.malformed-json")
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"amount=5",
        b"[]",
        b"5",
        b"null",
        b'"a"',
        b"\xff",
        b'{"amount": NaN}',
        b"[" * 100_000,
        b'{"a": "\\ud800"}',
    ],
)
def test_a_body_must_be_a_json_object(oneclickimpact: Caller, content: bytes) -> None:
    """A body that is empty, not JSON or not an object is refused with 400, and the message names the body."""
    reply = oneclickimpact.post("/v1/capture_carbon", content=content)
    assert (reply.status_code, reply.json()["type"]) == (400, INVALID)
    assert "body" in reply.json()["message"]


@pytest.mark.rule("oneclickimpact.errors.message-names-field", "oneclickimpact.errors.invalid-request")
@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "amount must be an integer between 1 and 10000000"),
        ({"amount": 1, "customer_email": "me"}, "customer_email must be a valid email address"),
        ({"amount": 1, "customer_name": "Me"}, "customer_name must come together with customer_email"),
        ({"amount": 0, "notify": 0}, "amount must be an integer between 1 and 10000000; notify must be a boolean"),
    ],
)
def test_a_message_names_parameter_and_rule(oneclickimpact: Caller, body: dict[str, object], message: str) -> None:
    """A message is one sentence that names each invalid parameter, and its rule."""
    assert oneclickimpact.post("/v1/capture_carbon", body).json()["message"] == message


@pytest.mark.rule("oneclickimpact.errors.no-trace")
@pytest.mark.parametrize(
    "wrong",
    [{"amount": 0}, {"customer_name": ""}, {"notify": "yes"}, {"metadata": {"gift": "1"}}, {"customer_email": "new"}],
)
def test_a_refused_capture_leaves_no_trace(oneclickimpact: Caller, wrong: dict[str, object]) -> None:
    """A refused capture stores no record and no customer, and changes no name."""
    remembered = oneclickimpact.space.snapshot()["providers"]["oneclickimpact"]
    body = {"amount": 1, "customer_email": "sample-customer-1@email.com", "customer_name": "Other", **wrong}
    assert oneclickimpact.post("/v1/capture_carbon", body).status_code == 400
    assert oneclickimpact.space.snapshot()["providers"]["oneclickimpact"] == remembered


@pytest.mark.rule("oneclickimpact.input.unknown-ignored")
def test_unknown_fields_are_ignored(oneclickimpact: Caller) -> None:
    """Unknown fields and parameters, however often they come, change nothing."""
    made = oneclickimpact.post("/v1/capture_carbon", {"amount": 1, "category": None, "customer": {}}).json()
    assert made.keys() == {"user_id", "carbon_captured", "time_utc"}
    for path in LISTS.values():
        plain = oneclickimpact.get(path)
        assert oneclickimpact.get(f"{path}?a=1&a=2&%00=%ff&customer_id=U1").json() == plain.json()
    assert own_records(oneclickimpact, customer_email="none") == own_records(oneclickimpact)


@pytest.mark.rule("oneclickimpact.input.content-type-ignored")
@pytest.mark.parametrize(
    "media_type", [None, "text/plain", "application/x-www-form-urlencoded", "application/json; charset=x"]
)
def test_the_media_type_is_ignored(oneclickimpact: Caller, media_type: str | None) -> None:
    """A body is read as JSON, with any Content-Type."""
    headers = {"Content-Type": media_type} if media_type else {}
    assert oneclickimpact.post("/v1/capture_carbon", content=b'{"amount": 3}', headers=headers).status_code == 200


@pytest.mark.rule("oneclickimpact.input.null-refused")
@pytest.mark.parametrize("field", ["amount", "customer_email", "customer_name", "notify", "metadata"])
def test_null_is_refused(oneclickimpact: Caller, field: str) -> None:
    """A known field that is null is refused."""
    body = {"amount": 1, "customer_email": "me@example.com", "customer_name": "Me", field: None}
    reply = oneclickimpact.post("/v1/capture_carbon", body)
    assert reply.status_code == 400
    assert field in reply.json()["message"]
