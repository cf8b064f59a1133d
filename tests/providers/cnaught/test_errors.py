"""Problem details: their form, and the refusals of any operation."""

from typing import Any

import pytest

from tests.support.caller import NO_CREDENTIALS, Caller

TYPES = "https://api.cnaught.com/v1/errors/"
BODIES: dict[str, dict[str, Any]] = {
    "/v1/orders": {"amount_kg": 10},
    "/v1/orders/ride": {"distance_km": 30},
    "/v1/quotes": {"amount_kg": 8.5},
    "/v1/quotes/ride": {"distance_km": 10.5},
    "/v1/quotes/ground-transport": {"distance_km": 10.5, "vehicle_type": "small_bus"},
    "/v1/quotes/flight": {"distance_km": 10.5},
    "/v1/quotes/train": {"distance_km": 10.5},
    "/v1/quotes/air-freight": {"distance_km": 10.5, "freight_mass_kg": 1},
    "/v1/quotes/ground-freight": {"distance_km": 10.5, "freight_mass_kg": 1},
    "/v1/quotes/office-space": {"square_footage": 10.5},
    "/v1/checkout/sessions": {
        "amount_kg": 100,
        "success_url": "https://a.example/",
        "cancel_url": "https://b.example/",
    },
    "/v1/subaccounts": {"name": "Marketing"},
    "/v1/subaccounts/5nubL0NS/logo": {"logo_url": "https://example.com/logo.png"},
}
"""Every operation that reads a body, with a valid one."""

NUMBERS = [
    ("/v1/orders", "amount_kg"),
    ("/v1/orders", "total_price_usd_cents"),
    ("/v1/orders/ride", "distance_km"),
    ("/v1/quotes", "amount_kg"),
    ("/v1/quotes/ride", "distance_km"),
    ("/v1/quotes/ground-transport", "distance_km"),
    ("/v1/quotes/flight", "distance_km"),
    ("/v1/quotes/train", "distance_km"),
    ("/v1/quotes/air-freight", "freight_mass_kg"),
    ("/v1/quotes/ground-freight", "distance_km"),
    ("/v1/quotes/office-space", "square_footage"),
]

LATER: dict[str, dict[str, Any]] = {
    "/v1/orders": {"amount_kg": 10, "total_price_usd_cents": 20},
    "/v1/quotes": {"amount_kg": 10, "portfolio_id": "unknown"},
    "/v1/checkout/sessions": {**BODIES["/v1/checkout/sessions"], "amount_kg": 1},
    "/v1/subaccounts": {"name": "Marketing", "default_portfolio_id": "unknown"},
}
"""Bodies whose members are valid each by itself, but not together, or not for this account."""

TOO_LARGE = b" " * (8 * 1024 * 1024 + 1)


@pytest.mark.rule("cnaught.errors.problem-members", "cnaught.errors.media-type")
@pytest.mark.parametrize(
    ("method", "path", "content", "status"),
    [
        ("GET", "/v1/orders?limit=0", {}, 400),
        ("GET", "/v1/orders?starting_after=unknown", {}, 400),
        ("GET", "/v1/orders", {"headers": {"X-Subaccount-Id": "unknown"}}, 400),
        ("GET", "/v1/orders", {"headers": {"Authorization": "Bearer unknown"}}, 401),
        ("POST", "/v1/orders", {"json": {"amount_kg": 1, "portfolio_id": "unknown"}}, 403),
        ("GET", "/v1/orders/123", {}, 404),
        ("GET", "/v1/nothing", {}, 404),
        ("PATCH", "/v1/orders", {}, 405),
        ("POST", "/v1/quotes", {"content": TOO_LARGE}, 413),
        ("POST", "/v1/quotes", {"content": b"", "headers": {"Content-Type": "text/plain"}}, 415),
    ],
)
def test_every_refusal_is_a_problem(
    cnaught: Caller, method: str, path: str, content: dict[str, Any], status: int
) -> None:
    """Every refusal has the type, title and status that the SDK needs to read it."""
    reply = cnaught.request(method, path, **content)
    assert reply.headers["Content-Type"] == "application/problem+json"
    problem = reply.json()
    assert isinstance(problem["type"], str)
    assert isinstance(problem["title"], str)
    assert reply.status_code == problem["status"] == status


@pytest.mark.rule("cnaught.errors.problem-members")
@pytest.mark.parametrize(
    ("status", "type", "title"),
    [
        (400, TYPES + "invalid-parameters", "Your request parameters didn't validate"),
        (401, "about:blank", "Unauthorized"),
        (403, TYPES + "forbidden", "Forbidden"),
        (404, TYPES + "not-found", "Could not find resource"),
        (409, TYPES + "idempotency-concurrent-requests", None),
        (422, TYPES + "idempotency-changed-payload", None),
        (429, "about:blank", "Too Many Requests"),
        (500, "about:blank", "Internal Server Error"),
        (503, "about:blank", "Service Unavailable"),
        (599, "about:blank", "Status 599"),
    ],
)
def test_a_fault_is_a_problem(cnaught: Caller, status: int, type: str, title: str | None) -> None:
    """A fault's status has the vendor's problem type and title."""
    cnaught.space.faults.add("cnaught", effect={"status": status})
    reply = cnaught.get("/v1/orders", promised=False)
    problem = reply.json()
    assert (reply.status_code, problem["status"], problem["type"]) == (status, status, type)
    assert title in (None, problem["title"])


@pytest.mark.rule("cnaught.errors.invalid-parameters", "cnaught.errors.field-names")
@pytest.mark.parametrize(
    ("method", "path", "body", "errors"),
    [
        ("POST", "/v1/orders", {"amount_kg": -10}, {"amount_kg": ["must be greater than 0"]}),
        (
            "POST",
            "/v1/orders",
            {"amount_kg": "1", "notification_config": {"url": "example.com"}, "metadata": 5},
            {
                "amount_kg": ["must be a number"],
                "notification_config.url": ["must be an absolute http or https URL"],
                "metadata": ["must be a string"],
            },
        ),
        (
            "POST",
            "/v1/orders",
            {"amount_kg": 1, "notification_config": {}},
            {"notification_config.url": ["is required"]},
        ),
        ("POST", "/v1/orders/ride", {}, {"distance_km": ["is required"]}),
        (
            "POST",
            "/v1/quotes",
            {"source": "shop"},
            {"amount_kg": ["is required"], "source": ["must be 'api' or 'checkout'"]},
        ),
        ("POST", "/v1/quotes/ride", {"distance_km": 0}, {"distance_km": ["must be greater than 0"]}),
        (
            "POST",
            "/v1/subaccounts",
            {"name": "", "email": "jane"},
            {"name": ["must not be empty"], "email": ["must be a valid email address"]},
        ),
        *(
            ("POST", path, LATER[path] | {"portfolio_id": 5}, {"portfolio_id": ["must be a string"]})
            for path in ("/v1/orders", "/v1/checkout/sessions")
        ),
        ("POST", "/v1/quotes", LATER["/v1/quotes"] | {"source": 5}, {"source": ["must be 'api' or 'checkout'"]}),
        ("POST", "/v1/subaccounts", LATER["/v1/subaccounts"] | {"name": ""}, {"name": ["must not be empty"]}),
        ("GET", "/v1/orders?limit=101", None, {"limit": ["must be less than or equal to 100"]}),
        ("GET", "/v1/subaccounts?limit=ten", None, {"limit": ["must be an integer"]}),
        (
            "GET",
            "/v1/impact/data?from=today&to=",
            None,
            {
                "from": ["must be an ISO 8601 date or date and time"],
                "to": ["must be an ISO 8601 date or date and time"],
            },
        ),
    ],
)
def test_every_invalid_field_is_listed(
    cnaught: Caller, method: str, path: str, body: dict[str, Any] | None, errors: dict[str, list[str]]
) -> None:
    """Each invalid member or parameter is listed with its problem."""
    reply = cnaught.request(method, path, **({} if body is None else {"json": body}))
    assert reply.json() == {
        "type": "https://api.cnaught.com/v1/errors/invalid-parameters",
        "title": "Your request parameters didn't validate",
        "status": 400,
        "errors": errors,
    }


@pytest.mark.rule("cnaught.errors.field-names")
@pytest.mark.parametrize("path", LATER)
def test_members_that_are_valid_by_themselves_are_checked_together(cnaught: Caller, path: str) -> None:
    """The request is refused by another entry once each of its members is valid."""
    reply = cnaught.post(path, LATER[path])
    assert (reply.status_code, set(reply.json()["errors"]) <= set(LATER[path])) == (400, True)


@pytest.mark.rule("cnaught.errors.malformed-json")
@pytest.mark.parametrize("path", BODIES)
@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"5", b"null", b'"text"', b'{"amount_kg": NaN}', b'{"name": "\xff"}', b"[" * 10_000],
    ids=lambda content: repr(content[:20]),
)
def test_a_body_must_be_a_json_object(cnaught: Caller, path: str, content: bytes) -> None:
    """Any other body answers 400 with an entry for the body."""
    reply = cnaught.post(path, content=content, headers={"Content-Type": "application/json"})
    assert reply.status_code == 400
    assert reply.json()["errors"].keys() == {"body"}


@pytest.mark.rule("cnaught.errors.media-type-of-body")
@pytest.mark.parametrize("path", BODIES)
@pytest.mark.parametrize("media_type", ["text/plain", "application/jsonp", "application/x-www-form-urlencoded", ""])
def test_a_body_of_another_media_type_is_refused(cnaught: Caller, path: str, media_type: str) -> None:
    """A body that is declared as something other than JSON is not read."""
    reply = cnaught.post(path, BODIES[path], headers={"Content-Type": media_type})
    assert (reply.status_code, reply.json()["type"]) == (415, "about:blank")


@pytest.mark.rule("cnaught.errors.media-type-of-body")
@pytest.mark.parametrize("media_type", [None, "application/json; charset=utf-8", "Application/JSON"])
def test_a_body_of_a_json_media_type_is_read(cnaught: Caller, media_type: str | None) -> None:
    """Parameters are ignored, and a missing Content-Type is accepted."""
    headers = {"Content-Type": media_type} if media_type else {}
    assert cnaught.post("/v1/quotes", content=b'{"amount_kg": 1}', headers=headers).status_code == 200


@pytest.mark.rule("cnaught.errors.too-large")
@pytest.mark.parametrize("path", [*BODIES, "/v1/orders/Gre28Fc35bt3/cancel"])
def test_a_body_above_the_limit_is_refused(cnaught: Caller, path: str) -> None:
    """A body above 8 MiB answers 413, with or without a key."""
    for caller in (cnaught, cnaught.identified(NO_CREDENTIALS)):
        reply = caller.post(path, content=TOO_LARGE)
        assert (reply.status_code, reply.json()["type"]) == (413, "about:blank")


@pytest.mark.rule("cnaught.errors.unknown-members-ignored")
@pytest.mark.parametrize("path", BODIES)
def test_unknown_members_are_ignored(cnaught: Caller, path: str) -> None:
    """Unknown members may have any value."""
    more = {"tags": ["a", {"b": None}], "state": "fulfilled", "id": 5, "huge": 10**400}
    assert cnaught.post(path, {**more, **BODIES[path]}).is_success


@pytest.mark.rule("cnaught.errors.numbers-are-numbers")
@pytest.mark.parametrize(("path", "member"), NUMBERS)
@pytest.mark.parametrize("value", ["10", "", True, False, None, [10], {"kg": 10}], ids=repr)
def test_a_numeric_member_must_be_a_number(cnaught: Caller, path: str, member: str, value: object) -> None:
    """Text, booleans, null, arrays and objects are refused."""
    reply = cnaught.post(path, {member: value})
    assert reply.status_code == 400
    assert member in reply.json()["errors"]


@pytest.mark.rule("cnaught.errors.null-character")
@pytest.mark.parametrize(
    ("path", "member"),
    [
        ("/v1/orders", "metadata"),
        ("/v1/orders/ride", "description"),
        ("/v1/quotes", "portfolio_id"),
        ("/v1/quotes/ride", "portfolio_id"),
        ("/v1/subaccounts", "name"),
    ],
)
def test_the_null_character_is_refused(cnaught: Caller, path: str, member: str) -> None:
    """A text with U+0000 answers 400."""
    reply = cnaught.post(path, {**BODIES[path], member: "a\0b"})
    assert reply.status_code == 400
    assert reply.json()["errors"] == {member: ["must not contain the character U+0000"]}


@pytest.mark.rule("cnaught.errors.unknown-path")
@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    "path", ["", "/", "/v1", "/v2/orders", "/v1/nothing", "/v1/orders/", "/v1/orders/Gre28Fc35bt3/", "/v1/Orders"]
)
def test_an_unknown_path_is_not_found(cnaught: Caller, path: str, known: bool) -> None:
    """A path that does not exist answers 404, with or without a key."""
    reply = (cnaught if known else cnaught.identified(NO_CREDENTIALS)).get(path)
    assert (reply.status_code, reply.json()["type"]) == (404, TYPES + "not-found")


@pytest.mark.rule("cnaught.errors.wrong-method")
@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/v1/orders", {"GET", "HEAD", "POST"}),
        ("PUT", "/v1/orders/Gre28Fc35bt3", {"GET", "HEAD"}),
        ("GET", "/v1/orders/Gre28Fc35bt3/cancel", {"POST"}),
        ("GET", "/v1/quotes", {"POST"}),
        ("POST", "/v1/impact/data", {"GET", "HEAD"}),
        ("PATCH", "/v1/subaccounts/5nubL0NS", {"GET", "HEAD", "PUT", "DELETE"}),
    ],
)
def test_a_wrong_method_is_refused(cnaught: Caller, method: str, path: str, allowed: set[str], known: bool) -> None:
    """A method that a path does not have answers 405 and lists those that it has."""
    reply = (cnaught if known else cnaught.identified(NO_CREDENTIALS)).request(method, path)
    assert (reply.status_code, reply.json()["type"]) == (405, "about:blank")
    assert set(reply.headers["Allow"].split(", ")) == allowed
