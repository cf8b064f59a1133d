"""What all paths share: headers, media types, bodies that are not JSON, wrong methods, bare statuses."""

import pytest

from tests.providers.carboninsights.conftest import JSON, LOGIN, NEW_USER, PATHS, SCORE, ask, purchase, required
from tests.support.caller import Caller

PARSE = "JSON parse error - "
each_path = pytest.mark.parametrize("path", PATHS)


@pytest.mark.rule("carboninsights.headers.request-id-present", "carboninsights.headers.request-id-form")
def test_every_reply_has_a_unique_id(carboninsights: Caller) -> None:
    """Every reply has 32 lower-case hexadecimal digits that are never repeated."""
    carboninsights.space.faults.add("carboninsights", path="/token", effect={"status": 503})
    replies = [
        ask(carboninsights),
        carboninsights.post("/register", NEW_USER),
        carboninsights.post("/register", {}),
        carboninsights.post("/token", LOGIN),
        carboninsights.post("/token", LOGIN),
        carboninsights.post(SCORE, {}, headers={"Authorization": ""}),
        carboninsights.get("/nowhere"),
        carboninsights.get("/register"),
        carboninsights.request("HEAD", "/register"),
        carboninsights.request("OPTIONS", "/register"),
        carboninsights.post("/register", content=b"{", headers={"Content-Type": "text/plain"}),
    ]
    assert sorted({reply.status_code for reply in replies}) == [200, 201, 400, 401, 404, 405, 503]
    ids = {reply.headers["Request-Id"] for reply in replies}
    assert len(ids) == len(replies)
    assert all(len(name) == 32 and set(name) <= set("0123456789abcdef") for name in ids)


@each_path
@pytest.mark.rule("carboninsights.headers.allow")
def test_every_error_on_a_path_lists_its_methods(carboninsights: Caller, path: str) -> None:
    """Errors on a known path list its methods; a success does not."""
    replies = [
        carboninsights.post(path, {}),
        carboninsights.get(path),
        carboninsights.post(path, {}, headers={"Accept": "text/html"}),
        carboninsights.post(path, content=b"x", headers={"Content-Type": "text/html"}),
    ]
    assert [reply.status_code for reply in replies] == [400, 405, 406, 400]
    assert {reply.headers["Allow"] for reply in replies} == {"POST, OPTIONS"}
    assert "Allow" not in ask(carboninsights).headers


@each_path
@pytest.mark.rule("carboninsights.input.content-type", "carboninsights.input.content-type-refused")
@pytest.mark.parametrize(
    ("media_type", "declared"),
    [
        ("application/json", True),
        ("application/json; charset=utf-8", True),
        ("Application/JSON", True),
        ("text/plain", False),
        ("application/x-www-form-urlencoded; charset=utf-8", False),
        ("application/json2", False),
        ("", False),
        (None, False),
    ],
)
def test_the_content_type_must_be_json(
    carboninsights: Caller, path: str, media_type: str | None, declared: bool
) -> None:
    """A body must be declared as JSON; a refusal repeats the declared type, with 400, since no 415 is documented."""
    headers = {} if media_type is None else {"Content-Type": media_type}
    reply = carboninsights.post(path, content=b"{}", headers=headers)
    assert reply.status_code == 400
    refusal = {"detail": f'Unsupported media type "{media_type or ""}" in request.'}
    assert (reply.json() == refusal) is not declared


@each_path
@pytest.mark.rule("carboninsights.input.accept")
@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("*/*", 400),
        ("application/json", 400),
        ("text/html, application/*;q=0.1", 400),
        ("APPLICATION/JSON; indent=4", 400),
        ("text/html", 406),
        ("text/*, application/xml", 406),
    ],
)
def test_the_client_must_accept_json(carboninsights: Caller, path: str, accept: str, status: int) -> None:
    """The client must accept JSON."""
    reply = carboninsights.post(path, {}, headers={"Accept": accept})
    assert reply.status_code == status
    if status == 406:
        assert reply.json() == {"detail": "Could not satisfy the request Accept header."}


@each_path
@pytest.mark.rule("carboninsights.input.malformed-json")
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        (b'{"a": }', "Expecting value: line 1 column 7 (char 6)"),
        (b" ", "Expecting value: line 1 column 2 (char 1)"),
        (b'{"a": NaN}', "Out of range float values are not JSON compliant: 'NaN'"),
        (b'{"a": -Infinity}', "Out of range float values are not JSON compliant: '-Infinity'"),
        (b'"\xff"', "'utf-8' codec can't decode byte 0xff in position 1: invalid start byte"),
        (b"[" * 100_000, ""),
        (b"[" * 300 + b"]" * 300, ""),
        (b"9" * 5000, "Exceeds the limit"),
        (b'"\\ud800"', ""),
        (b"{}{}", "Extra data: line 1 column 3 (char 2)"),
    ],
)
def test_a_body_must_be_json(carboninsights: Caller, path: str, content: bytes, reason: str) -> None:
    """A body that does not parse is a parse error, with the reason of Python's parser if it has one."""
    reply = carboninsights.post(path, content=content, headers=JSON)
    assert reply.status_code == 400
    assert reply.json()["detail"].startswith(PARSE + reason)


@pytest.mark.rule("carboninsights.input.empty-body")
@pytest.mark.parametrize("headers", [JSON, {}, {"Content-Type": "text/plain"}])
@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/register", ["username", "password", "first_name", "last_name", "email"]),
        ("/token", ["username", "password"]),
        ("/token/refresh", ["refresh"]),
        (SCORE, ["transactions"]),
    ],
)
def test_an_empty_body_counts_as_an_empty_object(
    carboninsights: Caller, path: str, names: list[str], headers: dict[str, str]
) -> None:
    """An empty body counts as an empty object, with any declared type."""
    reply = carboninsights.post(path, content=b"", headers=headers)
    assert (reply.status_code, reply.json()) == (400, required(names))


@each_path
@pytest.mark.rule("carboninsights.input.not-an-object")
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"[]", "Invalid data. Expected a dictionary, but got list."),
        (b"5", "Invalid data. Expected a dictionary, but got int."),
        (b"5.5", "Invalid data. Expected a dictionary, but got float."),
        (b'"x"', "Invalid data. Expected a dictionary, but got str."),
        (b"true", "Invalid data. Expected a dictionary, but got bool."),
        (b"null", "No data provided"),
    ],
)
def test_a_body_must_be_an_object(carboninsights: Caller, path: str, content: bytes, sentence: str) -> None:
    """Any JSON but an object is refused without a field."""
    reply = carboninsights.post(path, content=content, headers=JSON)
    assert (reply.status_code, reply.json()) == (400, {"non_field_errors": [sentence]})


@pytest.mark.rule("carboninsights.input.unknown-keys")
def test_unknown_keys_are_ignored(carboninsights: Caller) -> None:
    """Unknown keys change nothing at any depth, the former name of renewable_energy included."""
    assert carboninsights.post("/register", {**NEW_USER, "phone": None}).status_code == 201
    assert carboninsights.post("/token", {**LOGIN, "otp": 1}).status_code == 200
    row, profile = purchase("Bills & Utilities"), {"VRE": True, "mood": "good"}
    plain = ask(carboninsights, row).json()
    assert ask(carboninsights, {**row, "id": 7}, user_profile=profile, options={"co2e": False}, more=[]).json() == plain


@pytest.mark.rule("carboninsights.input.body-too-large")
@pytest.mark.parametrize("headers", [{}, {"Authorization": ""}])
@each_path
def test_a_body_above_the_limit_is_refused(carboninsights: Caller, path: str, headers: dict[str, str]) -> None:
    """A body of more than 8 MiB is refused before any other check."""
    reply = carboninsights.post(path, content=b" " * (8 * 1024 * 1024 + 1), headers={**JSON, **headers})
    assert (reply.status_code, reply.json()) == (413, {"detail": "Request body is too large."})


@pytest.mark.rule("carboninsights.paths.unknown")
@pytest.mark.parametrize(
    "path", ["/", "/register/", "/token/", "/token/refresh/", f"{SCORE}/", "/calculatecarbonscore"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_an_unknown_path_answers_404(carboninsights: Caller, method: str, path: str) -> None:
    """Paths match exactly, without a slash at the end."""
    reply = carboninsights.request(method, path)
    assert (reply.status_code, reply.json()) == (404, {"detail": "Not found."})


@each_path
@pytest.mark.rule("carboninsights.paths.wrong-method-status", "carboninsights.paths.wrong-method-body")
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "TRACE", "HEAD"])
def test_a_wrong_method_answers_405(carboninsights: Caller, method: str, path: str) -> None:
    """Any method but POST and OPTIONS is refused; HEAD without a body."""
    reply = carboninsights.request(method, path)
    assert (reply.status_code, reply.headers["Allow"]) == (405, "POST, OPTIONS")
    assert reply.text == ("" if method == "HEAD" else f'{{"detail":"Method \\"{method}\\" not allowed."}}')
    entry = carboninsights.space.requests.matching()[-1]
    assert (entry["operation"], entry["evidence"]) == (None, "inferred")


@each_path
@pytest.mark.rule("carboninsights.paths.options")
def test_options_describe_a_path(carboninsights: Caller, path: str) -> None:
    """OPTIONS answers 200 with a description; the protected path requires a token."""
    reply = carboninsights.request("OPTIONS", path)
    assert (reply.status_code, reply.headers["Allow"]) == (200, "POST, OPTIONS")
    entry = carboninsights.space.requests.matching()[-1]
    assert (entry["operation"], entry["evidence"]) == (None, "inferred")
    described = reply.json()
    assert list(described) == ["name", "description", "renders", "parses"]
    assert described["renders"] == described["parses"] == ["application/json"]
    anonymous = carboninsights.request("OPTIONS", path, headers={"Authorization": ""}, promised=False)
    assert anonymous.status_code == (401 if path == SCORE else 200)


@each_path
@pytest.mark.rule("carboninsights.failures.status", "carboninsights.failures.body")
@pytest.mark.parametrize(
    ("status", "detail"),
    [(500, "A server error occurred."), (503, "Service temporarily unavailable, try again later.")],
)
def test_a_server_error_has_the_documented_meaning(carboninsights: Caller, path: str, status: int, detail: str) -> None:
    """A fault with status 500 or 503 has the documented meaning."""
    carboninsights.space.faults.add("carboninsights", effect={"status": status})
    reply = carboninsights.post(path, {})
    assert (reply.status_code, reply.json()) == (status, {"detail": detail})


@pytest.mark.parametrize("status", [400, 401, 404, 405, 406, 413, 415, 429, 500, 503])
@each_path
def test_a_fault_has_the_form_of_its_path(carboninsights: Caller, path: str, status: int) -> None:
    """A fault with a documented status answers in the form that the contract has for the path."""
    carboninsights.space.faults.add("carboninsights", effect={"status": status})
    on_some_paths = {401: PATHS[1:], 404: (), 405: (), 415: (), 429: (SCORE,)}
    reply = carboninsights.post(path, {}, promised=path in on_some_paths.get(status, PATHS))
    assert reply.status_code == status
    assert reply.json()


@pytest.mark.parametrize("status", [402, 403, 418, 499, 502, 504, 599])
def test_any_other_status_has_a_detail(carboninsights: Caller, status: int) -> None:
    """A fault with any other status answers in the same form."""
    carboninsights.space.faults.add("carboninsights", effect={"status": status})
    reply = carboninsights.post("/token", LOGIN, promised=False)
    assert (reply.status_code, list(reply.json())) == (status, ["detail"])
