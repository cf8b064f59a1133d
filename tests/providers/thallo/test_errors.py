"""Thallo's errors: five fields for every problem."""

import pytest

from tests.conftest import START
from tests.providers.thallo.conftest import retire
from tests.support.caller import Caller

INVENTORY, RETIREMENT, KEYS = "/api/inventory", "/api/caas/request-retirement", "/api/api-keys"
NOW = START.replace("Z", ".000Z")
UNAUTHORIZED = {"statusCode": 401, "timestamp": NOW, "error": "Unauthorized", "message": "Unauthorized"}


@pytest.mark.rule(
    "thallo.auth.bearer",
    "thallo.auth.bearer-everywhere",
    "thallo.auth.bearer-projects",
    "thallo.auth.missing",
    "thallo.auth.refused",
    "thallo.auth.refused-keys",
)
@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer nobody", "Basic {key}", "{key}", "Bearer {key}0"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", INVENTORY),
        ("POST", RETIREMENT),
        ("GET", "/api/market"),
        ("GET", "/api/projects"),
        ("GET", "/api/retirement"),
        ("GET", KEYS),
        ("POST", KEYS),
        ("DELETE", f"{KEYS}/00n06yx75dzuxz2lgi"),
    ],
)
def test_an_unknown_key_is_refused(thallo: Caller, method: str, path: str, header: str) -> None:
    """Every operation answers 401 without a bearer key, or with an unknown one."""
    authorization = header.format(key=thallo.credentials["Authorization"].removeprefix("Bearer "))
    reply = thallo.request(method, path, headers={"Authorization": authorization})
    assert (reply.status_code, reply.json()) == (401, {**UNAUTHORIZED, "url": path})


@pytest.mark.rule("thallo.auth.bearer")
def test_the_key_is_the_documented_one(thallo: Caller) -> None:
    """The default tenant has the documents' sample key; the scheme's name may be in any case."""
    key = "18077981128785C05993E9C685FD52410BADCD994B3C1D0365A0C7088BA5BAC1"
    assert thallo.credentials == {"Authorization": f"Bearer {key}"}
    assert thallo.get(INVENTORY, headers={"Authorization": f"bearer {key}"}).status_code == 200


@pytest.mark.rule("thallo.auth.before-input")
@pytest.mark.parametrize(
    ("method", "path", "content"),
    [
        ("GET", f"{INVENTORY}?page=0", b""),
        ("POST", RETIREMENT, b"{"),
        ("POST", RETIREMENT, b"{}"),
        ("GET", "/api/market?page=0", b""),
        ("GET", "/api/projects", b""),
        ("GET", "/api/retirement", b""),
        ("POST", KEYS, b"{}"),
    ],
)
def test_the_key_is_checked_before_the_input(thallo: Caller, method: str, path: str, content: bytes) -> None:
    """An invalid request without a valid key answers 401."""
    assert thallo.request(method, path, headers={"Authorization": ""}, content=content).status_code == 401


@pytest.mark.rule("thallo.errors.five-fields", "thallo.errors.contents")
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"{INVENTORY}?page=0", 400),
        ("POST", f"{RETIREMENT}?a=1", 400),
        ("GET", "/api/retirement?id=1", 422),
        ("GET", "/api/nothing/here?a=1", 404),
        ("DELETE", f"{INVENTORY}?a=1", 405),
    ],
)
def test_every_error_has_five_fields(thallo: Caller, method: str, path: str, status: int) -> None:
    """An error has the status, the path without the query, the clock's time, a code and a message."""
    thallo.space.clock.advance(seconds=1.5)
    body = thallo.request(method, path).json()
    assert list(body) == ["statusCode", "url", "timestamp", "error", "message"]
    assert (body["statusCode"], body["url"]) == (status, path.partition("?")[0])
    assert body["timestamp"] == "2026-01-01T00:00:01.500Z"


@pytest.mark.rule("thallo.errors.contents")
def test_an_error_names_the_vendors_path(thallo: Caller) -> None:
    """``url`` contains neither the space nor the provider's prefix."""
    assert "/~" in thallo.space.url
    assert retire(thallo, "0").json()["url"] == RETIREMENT
    assert thallo.get("/api/n%C3%A9%20w", promised=False).json()["url"] == "/api/n%C3%A9%20w"


@pytest.mark.rule("thallo.errors.unknown-path")
@pytest.mark.parametrize("path", ["/", "/api", "/api/", "/inventory", "/api/inventory/", "/api/caas"])
def test_an_unknown_path_is_refused(thallo: Caller, path: str) -> None:
    """An unknown path answers 404."""
    reply = thallo.get(path)
    assert (reply.status_code, reply.json()["error"]) == (404, "Not Found")


@pytest.mark.rule("thallo.errors.wrong-method")
@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", INVENTORY, "GET, HEAD"),
        ("GET", RETIREMENT, "POST"),
        ("PUT", "/api/api-keys", "GET, HEAD, POST"),
        ("GET", "/api/api-keys/00n06yx75dzuxz2lgi", "DELETE"),
    ],
)
def test_another_method_is_refused(thallo: Caller, method: str, path: str, allowed: str) -> None:
    """A known path with another method answers 405 and lists the allowed methods."""
    reply = thallo.request(method, path)
    assert (reply.status_code, reply.json()["error"]) == (405, "Method Not Allowed")
    assert reply.headers["allow"] == allowed


@pytest.mark.rule("thallo.errors.message-list")
def test_every_invalid_field_has_a_sentence(thallo: Caller) -> None:
    """A request that breaks the schema answers 400 with a sentence per invalid field."""
    faulty = {
        "page": "0",
        "per_page": "101",
        "trades_per_wallet": "x",
        "trade_type": "buy",
        "wallet_min_quantity": "-1",
    }
    query = thallo.get(INVENTORY, params=faulty).json()
    assert query["error"] == "Bad Request"
    assert query["message"] == [
        "page must not be less than 1",
        "per_page must not be greater than 100",
        "trades_per_wallet must be an integer number",
        "trade_type must be one of 'BUY' or 'SELL'",
        "wallet_min_quantity must be a whole number of at most 100 digits",
    ]
    body = thallo.post(RETIREMENT, {"vintage_id": 1, "external_id": ""}).json()
    assert body["message"] == [
        "vintage_id must be a string",
        "quantity_grams should not be empty",
        "external_id should not be empty",
    ]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 413, 415, 422, 429, 500, 503, 599])
def test_a_fault_has_the_form_of_an_error(thallo: Caller, status: int) -> None:
    """A fault with a bare status answers with all five fields."""
    thallo.space.faults.add("thallo", effect={"status": status})
    reply = thallo.get(INVENTORY, promised=False)
    assert (reply.status_code, reply.json()["statusCode"], reply.json()["timestamp"]) == (status, status, NOW)
    assert reply.json().keys() == {"statusCode", "url", "timestamp", "error", "message"}


@pytest.mark.parametrize(
    ("path", "header", "rule", "evidence"),
    [
        (KEYS, "Bearer nobody", "thallo.auth.refused-keys", "docs"),
        (KEYS, "", "thallo.auth.missing", "inferred"),
        (INVENTORY, "Bearer nobody", "thallo.auth.refused", "inferred"),
        ("/api/market", "", "thallo.auth.missing", "inferred"),
    ],
)
def test_a_refused_key_is_documented_for_the_list_of_keys(
    thallo: Caller, path: str, header: str, rule: str, evidence: str
) -> None:
    """Only the list of keys prints the reply to an unknown key, and nothing prints the one to a missing key."""
    thallo.get(path, headers={"Authorization": header})
    entry = thallo.space.requests.matching()[-1]
    assert (entry["rule"], entry["evidence"]) == (rule, evidence)


@pytest.mark.rule(
    "thallo.errors.server-error",
    "thallo.errors.server-error-printed",
    "thallo.errors.forbidden",
    "thallo.errors.forbidden-market",
)
@pytest.mark.parametrize(
    ("path", "status", "message", "evidence"),
    [
        (INVENTORY, 500, "Internal server error", "inferred"),
        ("/api/market", 500, "Internal server error", "docs"),
        (KEYS, 500, "Internal server error", "docs"),
        (INVENTORY, 403, "Permission denied according to assigned roles.", "inferred"),
        ("/api/market", 403, "Permission denied according to assigned roles.", "docs"),
    ],
)
def test_a_fault_has_the_documented_message(
    thallo: Caller, path: str, status: int, message: str, evidence: str
) -> None:
    """A fault with status 403 or 500 answers with the printed message; its evidence is that of the operation's page."""
    thallo.space.faults.add("thallo", effect={"status": status})
    assert thallo.get(path, promised=evidence == "docs").json()["message"] == message
    assert thallo.space.requests.matching()[-1]["evidence"] == evidence
