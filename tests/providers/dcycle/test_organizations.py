"""The tree of organizations, and tokens of users."""

import hashlib
import json
from typing import Any

import jwt
import pytest

from emulator import Emulator
from tests.providers.dcycle.conftest import (
    ACME_KEY,
    CONSTRUCTION,
    HOLDINGS,
    INDUSTRIES,
    KEY,
    LAST_MILE,
    LEAF_KEY,
    LOGISTICS,
    PROJECT_ALPHA,
    SERVICES,
    USER,
    ask,
    identity,
    impacts,
)
from tests.support.caller import NO_CREDENTIALS, Caller

TREE = "/v2/organizations/tree"
INVALID_API_KEY = {"detail": "Invalid API key", "code": "INVALID_API_KEY"}
SIGNING_KEY = hashlib.blake2b(b"0/dcycle.signing-key", digest_size=64).digest()
"""The signing key of the emulator, which follows from its seed."""


def log_in(dcycle: Caller, **other: object) -> Any:
    reply = dcycle.identified(NO_CREDENTIALS).post("/auth/login", {**USER, **other})
    assert reply.status_code == 200, reply.text
    return reply.json()


def with_token(dcycle: Caller, token: str | None = None, organization: str = INDUSTRIES) -> Caller:
    bearer = f"Bearer {token or log_in(dcycle)['access_token']}"
    return dcycle.identified({"Authorization": bearer, "x-organization-id": organization})


@pytest.mark.rule("dcycle.tree.root", "dcycle.tree.node")
@pytest.mark.parametrize("key", [ACME_KEY, LEAF_KEY])
@pytest.mark.parametrize("organization", [HOLDINGS, CONSTRUCTION, PROJECT_ALPHA, SERVICES])
def test_a_tree_begins_at_its_root(dcycle: Caller, key: str, organization: str) -> None:
    """Every member of a tree gets the whole tree from its root; leaves have an empty list of children."""
    root = dcycle.get(TREE, headers=identity(key, organization)).json()
    assert (root["id"], root["name"]) == (HOLDINGS, "Acme Holdings")
    construction, services = root["children"]
    assert construction["children"] == [{"id": PROJECT_ALPHA, "name": "Project Alpha", "children": []}]
    assert (construction["id"], services) == (CONSTRUCTION, {"id": SERVICES, "name": "Acme Services", "children": []})


@pytest.mark.rule("dcycle.tree.access")
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"x-organization-id": INDUSTRIES}, 401),
        ({"x-api-key": KEY}, 422),
        (identity(KEY, "nobody"), 422),
        (identity(KEY, HOLDINGS), 403),
    ],
)
def test_access_to_the_tree(dcycle: Caller, headers: dict[str, str], status: int) -> None:
    """A tree needs a key that reaches it, and the id of a member."""
    assert dcycle.identified(headers).get(TREE).status_code == status


@pytest.mark.rule("dcycle.login.token", "dcycle.login.jwt")
def test_a_login_returns_a_token(dcycle: Caller) -> None:
    """A login returns a JSON Web Token with its user and its end."""
    given = log_in(dcycle)
    assert (given["token_type"], given["expires_in"]) == ("Bearer", 3600)
    assert jwt.get_unverified_header(given["access_token"])["alg"] == "HS256"
    claims = jwt.decode(given["access_token"], options={"verify_signature": False})
    assert claims.keys() == {"sub", "iat", "exp", "jti"}
    assert claims["exp"] - claims["iat"] == 3600


@pytest.mark.rule("dcycle.login.accepted", "dcycle.login.reach")
@pytest.mark.parametrize("organization", [INDUSTRIES, LOGISTICS, LAST_MILE])
def test_a_token_reaches_what_a_key_reaches(dcycle: Caller, organization: str) -> None:
    """A token reaches the whole tree of its user, and no other tree."""
    bearer = with_token(dcycle, organization=organization)
    assert impacts(bearer) == impacts(dcycle, identity(KEY, organization))
    assert bearer.get(TREE).json()["id"] == INDUSTRIES
    assert bearer.get("/v1/purchases").status_code == 200
    assert (
        ask(bearer, {"x-organization-id": HOLDINGS}, start_date="2025-01-01", end_date="2025-01-01").status_code == 403
    )


@pytest.mark.rule("dcycle.login.expires", "dcycle.login.expired-body")
def test_a_token_expires_after_an_hour(dcycle: Caller) -> None:
    """A token expires after an hour with an event, and is then refused like an unknown key."""
    bearer = with_token(dcycle)
    dcycle.space.clock.advance(seconds=3599)
    assert bearer.get(TREE).status_code == 200
    events = dcycle.space.clock.advance(seconds=1)
    assert [event["kind"] for event in events if event["provider"] == "dcycle"] == ["token.expired"]
    log_in(dcycle)  # forgets expired tokens
    for _ in range(2):
        reply = bearer.get(TREE)
        assert (reply.status_code, reply.json()) == (401, INVALID_API_KEY)


@pytest.mark.rule("dcycle.login.many")
def test_a_second_login_keeps_the_first_token(dcycle: Caller) -> None:
    """A second login leaves the first token valid."""
    first, second = (log_in(dcycle, email=email)["access_token"] for email in (USER["email"], USER["email"].upper()))
    assert first != second
    assert [with_token(dcycle, token).get(TREE).status_code for token in (first, second)] == [200, 200]


@pytest.mark.rule("dcycle.login.forged")
@pytest.mark.parametrize(
    "forge",
    [
        lambda token: token[:-2],
        lambda token: f"{token}.x",
        lambda token: jwt.encode(jwt.decode(token, options={"verify_signature": False}), "x" * 64),
        lambda token: jwt.encode(jwt.decode(token, options={"verify_signature": False}), None, "none"),
        lambda token: token + "x" * 1000,
    ],
)
def test_forged_tokens(dcycle: Caller, forge: Any) -> None:
    """A token that was changed or signed with another key is refused."""
    reply = with_token(dcycle, forge(log_in(dcycle)["access_token"])).get(TREE)
    assert (reply.status_code, reply.json()) == (401, INVALID_API_KEY)


@pytest.mark.rule("dcycle.login.forged")
def test_forged_claims_and_algorithms(dcycle: Caller) -> None:
    """A token with other claims, missing claims or another algorithm is refused, although its signature is valid."""
    token = log_in(dcycle)["access_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    head, said, signature = token.split(".")
    other_head = jwt.encode(claims, SIGNING_KEY, "HS512").split(".")[0]
    pointing = {"jku": "https://example.com/keys", "kid": "../../../dev/null"}
    forged = [jwt.encode(claims, SIGNING_KEY, algorithm) for algorithm in ("HS384", "HS512")]
    forged += [jwt.encode({**claims, name: value}, SIGNING_KEY) for name, value in (("sub", "x"), ("exp", 2**40))]
    forged += [jwt.encode({**claims, name: value}, SIGNING_KEY) for name, value in (("jti", "x"), ("admin", True))]
    forged += [
        jwt.encode({name: claims[name] for name in claims if name != left_out}, SIGNING_KEY) for left_out in claims
    ]
    forged += [
        jwt.encode({}, SIGNING_KEY),
        f"{other_head}.{said}.{signature}",
        f"{head}.{said}.",
        f"{head}.e30.{signature}",
    ]
    forged += [jwt.encode(claims, "x" * 64, headers=pointing)]
    assert [with_token(dcycle, each).get(TREE).status_code for each in forged] == [401] * len(forged)
    assert with_token(dcycle, jwt.encode(claims, SIGNING_KEY)).get(TREE).status_code == 200


@pytest.mark.rule("dcycle.login.forged")
def test_a_token_is_valid_in_its_own_space_only(dcycle: Caller, emulator: Emulator) -> None:
    """A token of another space, or from before a reset, is refused, although it has a valid signature."""
    token = log_in(dcycle)["access_token"]
    other = Caller(emulator.space(), "dcycle", with_token(dcycle, token).credentials)
    other.space.clock.freeze("2026-01-01T00:00:01Z")
    log_in(other)  # gives the same id, a second later
    assert other.get(TREE).status_code == 401
    other.space.delete()
    dcycle.space.reset()
    assert with_token(dcycle, token).get(TREE).status_code == 401


@pytest.mark.rule("dcycle.login.refused")
@pytest.mark.parametrize("wrong", [{"email": "nobody@example.com"}, {"password": "Your-password"}, {"password": ""}])
def test_bad_credentials(dcycle: Caller, wrong: dict[str, str]) -> None:
    """An unknown address and a wrong password are refused with the same body."""
    reply = dcycle.post("/auth/login", {**USER, **wrong})
    assert reply.status_code == 401
    assert reply.json() == {"detail": "Invalid email or password", "code": "INVALID_CREDENTIALS"}


@pytest.mark.rule("dcycle.login.required")
@pytest.mark.parametrize("missing", ["email", "password"])
@pytest.mark.parametrize("value", [None, 5, ["x"]])
def test_malformed_credentials(dcycle: Caller, missing: str, value: object) -> None:
    """Address and password are required, and must be strings."""
    body = {**USER, missing: value} if value else {name: text for name, text in USER.items() if name != missing}
    reply = dcycle.post("/auth/login", body)
    assert reply.status_code == 422
    assert [found["loc"] for found in reply.json()["detail"]] == [["body", missing]]


@pytest.mark.rule("dcycle.login.required")
@pytest.mark.parametrize("password", [12345678, "correct\0horse", True])
def test_a_password_is_not_repeated(dcycle: Caller, password: object) -> None:
    """A refusal repeats a bad address, and never a bad password."""
    (found,) = dcycle.post("/auth/login", {**USER, "password": password}).json()["detail"]
    assert (found["loc"], found["input"]) == (["body", "password"], None)
    (found,) = dcycle.post("/auth/login", {**USER, "email": 5}).json()["detail"]
    assert (found["loc"], found["input"]) == (["body", "email"], 5)


@pytest.mark.rule("dcycle.body.json", "dcycle.login.not-repeated")
@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (json.dumps(USER), "application/x-www-form-urlencoded"),
        (f"email={USER['email']}&password={USER['password']}", "application/x-www-form-urlencoded"),
        (json.dumps(USER), "text/plain"),
        (json.dumps(USER)[:-1], "application/json"),
        (json.dumps([USER]), "application/json"),
        (json.dumps(json.dumps(USER)), "application/json"),
        (json.dumps({**USER, "password": [USER["password"]]}), "application/json"),
        (json.dumps({"email": USER}), "application/json"),
    ],
)
def test_a_malformed_login_does_not_repeat_the_password(dcycle: Caller, content: str, content_type: str) -> None:
    """A login in another format, as curl sends it by default, is refused without any part of the body."""
    reply = dcycle.identified(NO_CREDENTIALS).post(
        "/auth/login", content=content, headers={"Content-Type": content_type}
    )
    assert reply.status_code == 422
    assert USER["password"] not in reply.text
