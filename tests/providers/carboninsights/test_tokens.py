"""Tokens: how they are issued, their claims, and where and how long they are valid."""

from typing import Any

import jwt
import pytest

from emulator import Emulator
from tests.providers.carboninsights.conftest import (
    LOGIN,
    NEW_USER,
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

NO_ACCOUNT = {"detail": "No active account found with the given credentials"}
NOT_VALID = {"detail": "Token is invalid or expired", "code": "token_not_valid"}
CHALLENGE = 'Token realm="api"'
START_SECONDS = 1767225600


def claims(token: str) -> dict[str, Any]:
    """Return the claims of a token, unverified."""
    content: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return content


@pytest.mark.rule("carboninsights.token.pair", "carboninsights.token.open")
def test_credentials_answer_a_pair_of_tokens(carboninsights: Caller) -> None:
    """The sample credentials answer 200 with two texts; an Authorization header is ignored."""
    for caller in (anonymous(carboninsights), bearing(carboninsights, "a b c")):
        reply = caller.post("/token", LOGIN)
        assert reply.status_code == 200
        assert list(reply.json()) == ["access", "refresh"]


@pytest.mark.rule("carboninsights.token.wrong-credentials", "carboninsights.auth.challenge")
@pytest.mark.parametrize(
    "login",
    [
        {**LOGIN, "password": "Sav3Th3Whales"},
        {**LOGIN, "password": LOGIN["password"].lower()},
        {**LOGIN, "username": LOGIN["username"].upper()},
        {**LOGIN, "username": "nobody"},
        {**LOGIN, "username": "ünknown ☂", "password": "ünknown ☂"},
    ],
)
def test_wrong_credentials_are_refused(carboninsights: Caller, login: dict[str, str]) -> None:
    """A wrong username and a wrong password are refused alike; case matters."""
    reply = carboninsights.post("/token", login)
    assert (reply.status_code, reply.json(), reply.headers["WWW-Authenticate"]) == (401, NO_ACCOUNT, CHALLENGE)


@pytest.mark.rule("carboninsights.token.wrong-credentials")
def test_an_inactive_account_cannot_log_in(carboninsights: Caller) -> None:
    """An inactive account is refused like an unknown one."""
    newcomer(carboninsights)
    change_memory(carboninsights, lambda memory: memory["accounts"]["newcomer"].update(active=False))
    reply = carboninsights.post("/token", {name: NEW_USER[name] for name in LOGIN})
    assert (reply.status_code, reply.json()) == (401, NO_ACCOUNT)


@pytest.mark.rule("carboninsights.token.claims", "carboninsights.token.lifetimes")
def test_a_token_has_four_claims(carboninsights: Caller) -> None:
    """A token is an HS256 JWT with four claims that lives five minutes or a day."""
    pair = log_in(carboninsights)
    for kind, seconds in (("access", 300), ("refresh", 86400)):
        content = claims(pair[kind])
        assert jwt.get_unverified_header(pair[kind]) == {"typ": "JWT", "alg": "HS256"}
        assert list(content) == ["token_type", "exp", "jti", "user_id"]
        assert (content["token_type"], content["exp"], content["user_id"]) == (kind, START_SECONDS + seconds, 1)
        assert len(bytes.fromhex(content["jti"])) == 16
    assert claims(pair["access"])["jti"] != claims(pair["refresh"])["jti"]


@pytest.mark.rule("carboninsights.token.access-short-lived", "carboninsights.token.lifetimes")
def test_tokens_expire_by_the_spaces_clock(carboninsights: Caller) -> None:
    """A token is valid until the second before its exp; its expiry is an event."""
    pair = log_in(carboninsights)
    buyer, refresh = bearing(carboninsights, pair["access"]), {"refresh": pair["refresh"]}
    carboninsights.space.clock.advance(seconds=299.999999)
    assert ask(buyer).status_code == 200
    events = carboninsights.space.clock.advance(seconds=0.000001)
    assert (events[-1]["kind"], events[-1]["at"]) == ("token.expired", "2026-01-01T00:05:00.000000Z")
    assert claims(pair["access"])["jti"] in {event["subject"] for event in events}
    assert ask(buyer).status_code == 401
    assert buyer.post("/token/refresh", refresh).status_code == 200
    carboninsights.space.clock.advance(days=1)
    assert buyer.post("/token/refresh", refresh).json() == NOT_VALID


@pytest.mark.rule("carboninsights.token.lifetimes")
def test_lifetimes_are_settings(carboninsights: Caller) -> None:
    """The settings determine lifetimes, such as the observed seven days; exp is a whole second."""
    change_settings(carboninsights, access_seconds=7 * 86400.0, refresh_seconds=1.5)
    carboninsights.space.clock.advance(seconds=0.9)
    pair = log_in(carboninsights)
    assert claims(pair["access"])["exp"] == START_SECONDS + 7 * 86400
    assert claims(pair["refresh"])["exp"] == START_SECONDS + 2


@pytest.mark.rule("carboninsights.token.refresh-reply", "carboninsights.token.refresh-again")
def test_a_refresh_token_can_be_used_repeatedly(carboninsights: Caller) -> None:
    """Each use of a refresh token returns only a new access token; no header is needed."""
    refresh = {"refresh": log_in(carboninsights)["refresh"]}
    replies = [anonymous(carboninsights).post("/token/refresh", refresh).json() for _ in range(2)]
    assert [list(reply) for reply in replies] == [["access"], ["access"]]
    assert claims(replies[0]["access"])["jti"] != claims(replies[1]["access"])["jti"]
    for reply in replies:
        assert ask(bearing(carboninsights, reply["access"])).status_code == 200


@pytest.mark.rule("carboninsights.token.refresh-refused", "carboninsights.auth.challenge")
@pytest.mark.parametrize("token", ["x", "a.b.c", "é", "=" * 5000, "W10.W10.W10", f"{'W' * 900}.{'W' * 4}.W10"])
def test_garbage_is_not_a_refresh_token(carboninsights: Caller, token: str) -> None:
    """Garbage is refused like an expired token."""
    reply = carboninsights.post("/token/refresh", {"refresh": token})
    assert (reply.status_code, reply.json(), reply.headers["WWW-Authenticate"]) == (401, NOT_VALID, CHALLENGE)


@pytest.mark.rule("carboninsights.token.refresh-refused")
def test_an_invalid_refresh_token_is_refused(carboninsights: Caller) -> None:
    """An altered token is invalid, and an access token has the wrong type."""
    pair = log_in(carboninsights)
    head, _, signature = pair["refresh"].split(".")
    swapped = f"{head}.{pair['access'].split('.')[1]}.{signature}"
    assert carboninsights.post("/token/refresh", {"refresh": swapped}).json() == NOT_VALID
    reply = carboninsights.post("/token/refresh", {"refresh": pair["access"]})
    assert (reply.status_code, reply.json()) == (401, {**NOT_VALID, "detail": "Token has wrong type"})


@pytest.mark.rule("carboninsights.token.own-space")
def test_a_token_is_valid_only_in_its_space(carboninsights: Caller, emulator: Emulator) -> None:
    """A token of another space, or from before a reset, is refused."""
    pair = log_in(carboninsights)
    other = Caller(emulator.space(), "carboninsights", bearing(carboninsights, pair["access"]).credentials)
    assert other.post(SCORE, {"transactions": []}).status_code == 401
    assert other.post("/token/refresh", {"refresh": pair["refresh"]}).json() == NOT_VALID
    other.space.delete()
    carboninsights.space.reset()
    assert ask(bearing(carboninsights, pair["access"])).status_code == 401


@pytest.mark.rule("carboninsights.token.own-space")
def test_all_claims_of_a_token_count(carboninsights: Caller, emulator: Emulator) -> None:
    """A token of another space is refused even if its jti exists in this one."""
    other = Caller(emulator.space(), "carboninsights", {})
    other.space.clock.freeze("2026-01-01T00:00:01Z")
    assert ask(bearing(carboninsights, log_in(other)["access"])).status_code == 401
    other.space.delete()


def test_a_login_removes_expired_tokens(carboninsights: Caller) -> None:
    """A login removes expired tokens from the memory."""
    for _ in range(3):
        log_in(carboninsights)
        carboninsights.space.clock.advance(days=2)
    log_in(carboninsights)
    kinds = [token["kind"] for token in carboninsights.space.snapshot()["memory"]["carboninsights"]["tokens"].values()]
    assert kinds == ["access", "refresh"]


def test_a_restored_token_is_valid(carboninsights: Caller) -> None:
    """A restored token is valid, and expires when it would have."""
    pair, snapshot = log_in(carboninsights), carboninsights.space.snapshot()
    carboninsights.space.reset()
    carboninsights.space.restore(snapshot)
    assert ask(bearing(carboninsights, pair["access"])).status_code == 200
    assert claims(pair["access"])["jti"] in {
        event["subject"] for event in carboninsights.space.clock.advance(seconds=300)
    }
