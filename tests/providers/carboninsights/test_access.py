"""Access to scores: the token, and the rate limits."""

import hashlib
from typing import Any

import jwt
import pytest

from tests.providers.carboninsights.conftest import (
    JSON,
    SCORE,
    anonymous,
    ask,
    bearing,
    change_memory,
    change_settings,
    log_in,
    newcomer,
)
from tests.support.caller import Caller

NOT_PROVIDED = {"detail": "Authentication credentials were not provided."}
BAD_HEADER = {
    "detail": "Authorization header must contain two space-delimited values",
    "code": "bad_authorization_header",
}
EMPTY: dict[str, list[object]] = {"transactions": []}
SEED = 0


def not_valid(message: str) -> dict[str, Any]:
    refusal = {"token_class": "AccessToken", "token_type": "access", "message": message}
    detail = "Given token not valid for any token type"
    return {"detail": detail, "code": "token_not_valid", "messages": [refusal]}


def signed(claims: dict[str, Any]) -> str:
    """Return a token that is signed with the emulator's own key."""
    key = hashlib.blake2b(f"{SEED}/carboninsights.signing-key".encode(), digest_size=64).digest()
    return jwt.encode(claims, key, algorithm="HS256")


@pytest.mark.rule("carboninsights.auth.wrong-status", "carboninsights.auth.challenge")
@pytest.mark.parametrize(
    ("header", "body"),
    [
        pytest.param(header, body, marks=pytest.mark.rule(rule))
        for header, body, rule in [
            (None, NOT_PROVIDED, "carboninsights.auth.missing"),
            ("", NOT_PROVIDED, "carboninsights.auth.missing"),
            ("Bearer {}", NOT_PROVIDED, "carboninsights.auth.missing"),
            ("token {}", NOT_PROVIDED, "carboninsights.auth.missing"),
            ("{}", NOT_PROVIDED, "carboninsights.auth.missing"),
            ("Token", BAD_HEADER, "carboninsights.auth.header-parts"),
            ("Token {} {}", BAD_HEADER, "carboninsights.auth.header-parts"),
            ("Token {}x", not_valid("Token is invalid or expired"), "carboninsights.auth.invalid"),
            ("Token a.b.c", not_valid("Token is invalid or expired"), "carboninsights.auth.invalid"),
            ("Token é", not_valid("Token is invalid or expired"), "carboninsights.auth.invalid"),
            ("Token " + "W" * 2000, not_valid("Token is invalid or expired"), "carboninsights.auth.invalid"),
        ]
    ],
)
def test_an_invalid_header_is_refused(carboninsights: Caller, header: str | None, body: dict[str, Any]) -> None:
    """Each invalid header has its own 401."""
    access = log_in(carboninsights)["access"]
    headers = {} if header is None else {"Authorization": header.replace("{}", access).encode()}
    reply = anonymous(carboninsights).request("POST", SCORE, headers=headers, json=EMPTY)  # type: ignore[arg-type]
    assert (reply.status_code, reply.json()) == (401, body)
    assert reply.headers["WWW-Authenticate"] == 'Token realm="api"'


@pytest.mark.rule("carboninsights.auth.prefix", "carboninsights.auth.header-parts")
@pytest.mark.parametrize("blanks", [" ", "    ", "\t"])
def test_a_valid_header_is_accepted(carboninsights: Caller, blanks: str) -> None:
    """The header is the word Token, any blanks, and the access token."""
    header = {"Authorization": f"Token{blanks}{log_in(carboninsights)['access']}"}
    assert ask(carboninsights.identified(header)).status_code == 200


@pytest.mark.rule("carboninsights.auth.invalid")
def test_invalid_tokens_are_refused(carboninsights: Caller) -> None:
    """Unsigned, foreign, altered and refresh tokens are refused."""
    pair = log_in(carboninsights)
    claims = jwt.decode(pair["access"], options={"verify_signature": False})
    for token in (
        jwt.encode(claims, None, algorithm="none"),
        jwt.encode(claims, "k" * 64, algorithm="HS256"),
        jwt.encode(claims, "k" * 64, algorithm="HS512"),
        signed({**claims, "jti": "0" * 32}),
        signed({**claims, "exp": claims["exp"] + 1}),
        signed({**claims, "user_id": 2}),
        signed({**claims, "user_id": [[1]]}),
        signed({**claims, "iat": 0}),
        signed({}),
    ):
        assert ask(bearing(carboninsights, token)).json() == not_valid("Token is invalid or expired")
    assert ask(bearing(carboninsights, pair["refresh"])).json() == not_valid("Token has wrong type")
    assert ask(bearing(carboninsights, signed(claims))).status_code == 200


@pytest.mark.rule("carboninsights.auth.account")
def test_a_token_needs_an_active_account(carboninsights: Caller) -> None:
    """A valid token is refused if its account is gone or inactive, or if it names none."""
    buyer, access = newcomer(carboninsights), log_in(carboninsights)["access"]
    claims = jwt.decode(access, options={"verify_signature": False})
    del claims["user_id"]
    no_user = {"detail": "Token contained no recognizable user identification", "code": "token_not_valid"}
    assert ask(bearing(carboninsights, signed(claims))).json() == no_user
    change_memory(carboninsights, lambda memory: memory["accounts"]["newcomer"].update(active=False))
    assert ask(buyer).json() == {"detail": "User is inactive", "code": "user_inactive"}
    change_memory(carboninsights, lambda memory: memory["accounts"].clear())
    assert ask(buyer).json() == {"detail": "User not found", "code": "user_not_found"}


@pytest.mark.rule("carboninsights.paths.check-order")
def test_checks_have_a_fixed_order(carboninsights: Caller) -> None:
    """Each problem hides those that are checked later."""
    mistakes: list[tuple[int, dict[str, str]]] = [
        (406, {"Accept": "text/html", "Authorization": "Token x", "Content-Type": "text/plain"}),
        (401, {"Authorization": "Token x", "Content-Type": "text/plain"}),
        (400, {"Content-Type": "text/plain"}),
    ]
    for status, headers in mistakes:
        assert carboninsights.post(SCORE, content=b"{", headers=headers).status_code == status
    undeclared = carboninsights.post(SCORE, content=b"{", headers={"Content-Type": "text/plain"}).json()
    assert undeclared["detail"].startswith("Unsupported media type ")
    assert anonymous(carboninsights).request("GET", SCORE, promised=False).status_code == 401
    assert carboninsights.get(SCORE).status_code == 405
    change_settings(carboninsights, throttled=True, requests_per_second=1)
    assert carboninsights.post(SCORE, content=b"{", headers=JSON).json()["detail"].startswith("JSON parse error - ")
    assert carboninsights.request("GET", SCORE, promised=False).status_code == 429
    assert anonymous(carboninsights).post(SCORE, EMPTY).status_code == 401


@pytest.mark.rule("carboninsights.throttle.off")
def test_throttling_is_off_by_default(carboninsights: Caller) -> None:
    """By default nothing is counted. With the setting, the paths without a token are not limited."""
    for _ in range(40):
        assert ask(carboninsights).status_code == 200
    assert carboninsights.space.snapshot()["memory"]["carboninsights"]["admitted"] == {}
    change_settings(carboninsights, throttled=True, requests_per_day=1)
    for _ in range(3):
        refresh = log_in(carboninsights)["refresh"]
        assert carboninsights.post("/token/refresh", {"refresh": refresh}).status_code == 200
        assert carboninsights.post("/register", {}).status_code == 400


@pytest.mark.rule("carboninsights.throttle.limits", "carboninsights.throttle.status", "carboninsights.throttle.reply")
@pytest.mark.parametrize(
    ("settings", "requests", "apart", "seconds"),
    [
        ({}, 30, 0.0, 1),
        ({}, 30, 0.01, 1),
        ({"requests_per_minute": 20}, 20, 0.0, 60),
        ({"requests_per_minute": 2}, 2, 5.0, 50),
        ({"requests_per_day": 3}, 3, 0.0, 86400),
        ({"requests_per_second": 1, "requests_per_minute": 1}, 1, 0.0, 60),
    ],
)
def test_a_request_above_a_limit_is_refused(
    carboninsights: Caller, settings: dict[str, int], requests: int, apart: float, seconds: int
) -> None:
    """The first request above a limit is refused with the longest wait, rounded up; after that wait it is admitted."""
    change_settings(carboninsights, throttled=True, **settings, access_seconds=2 * 86400.0)
    buyer = bearing(carboninsights, log_in(carboninsights)["access"])
    for _ in range(requests):
        assert ask(buyer).status_code == 200
        carboninsights.space.clock.advance(seconds=apart)
    reply = ask(buyer)
    unit = "second" if seconds == 1 else "seconds"
    refusal = {"detail": f"Request was throttled. Expected available in {seconds} {unit}."}
    assert (reply.status_code, reply.json(), reply.headers["Retry-After"]) == (429, refusal, str(seconds))
    carboninsights.space.clock.advance(seconds=seconds)
    assert ask(buyer).status_code == 200


@pytest.mark.rule("carboninsights.throttle.limits")
def test_the_limits_are_the_documented_ones(carboninsights: Caller) -> None:
    """The default limits are 30 requests per second, 400 per minute and 100,000 per day."""
    settings = carboninsights.space.control("GET", "/settings/carboninsights")
    assert [settings[f"requests_per_{window}"] for window in ("second", "minute", "day")] == [30, 400, 100_000]


@pytest.mark.rule("carboninsights.throttle.window")
def test_refused_credentials_do_not_count(carboninsights: Caller) -> None:
    """Requests that end in 400 or 405 count, those that end in 401 or 429 do not. Each account has its own limits."""
    other_account = newcomer(carboninsights)
    change_settings(carboninsights, throttled=True, requests_per_minute=3)
    assert carboninsights.post(SCORE, {}).status_code == 400
    carboninsights.space.clock.advance(seconds=20)
    assert carboninsights.get(SCORE).status_code == 405
    assert ask(bearing(carboninsights, "x")).status_code == 401
    assert carboninsights.request("OPTIONS", SCORE).status_code == 200
    for _ in range(3):
        assert ask(carboninsights).headers["Retry-After"] == "40"
    assert ask(other_account).status_code == 200
    carboninsights.space.clock.advance(seconds=40)
    assert ask(carboninsights).status_code == 200
    assert ask(carboninsights).headers["Retry-After"] == "20"


@pytest.mark.rule("carboninsights.throttle.window")
def test_each_limit_counts_what_it_has_admitted(carboninsights: Caller) -> None:
    """A request that one limit refuses still counts for those that it keeps, and not for the one that refused it."""
    change_settings(carboninsights, throttled=True, requests_per_second=2, requests_per_minute=5)
    assert [ask(carboninsights).status_code for _ in range(6)] == [200, 200, 429, 429, 429, 429]
    carboninsights.space.clock.advance(seconds=1)
    assert ask(carboninsights).headers["Retry-After"] == "59"
    carboninsights.space.clock.advance(seconds=59)
    assert [ask(carboninsights).status_code for _ in range(3)] == [200, 200, 429]


def test_the_end_of_a_wait_is_an_event(carboninsights: Caller) -> None:
    """When an account at a limit is admitted again is an event, while requests are limited."""
    change_settings(carboninsights, throttled=True, requests_per_minute=2, access_seconds=86400.0)
    buyer = bearing(carboninsights, log_in(carboninsights)["access"])
    assert ask(buyer).status_code == 200
    assert carboninsights.space.clock.advance(seconds=20) == []
    assert ask(buyer).status_code == 200
    assert carboninsights.space.clock.advance(seconds=39.999) == []
    assert ask(buyer).status_code == 429
    event = {"at": "2026-01-01T00:01:00.000000Z", "provider": "carboninsights", "kind": "throttle.ended"} | {
        "evidence": "inferred",
        "rule": "carboninsights.throttle.window",
    }
    assert carboninsights.space.clock.advance(seconds=0.001) == [{**event, "subject": "1"}]
    assert ask(buyer).status_code == 200
    change_settings(carboninsights, throttled=False)
    assert carboninsights.space.clock.advance(seconds=60) == []
