"""The journal hides secrets, wherever in a request or a reply they occur."""

import json
from typing import Any

import pytest

from emulator.client.handles import SpaceHandle
from emulator.core.secrets import own_secrets
from emulator.providers import ALL
from tests.support.caller import Caller, credentials_of

SECRET = "correct horse"


def journal(space: SpaceHandle) -> str:
    """Return everything that the journal shows."""
    return json.dumps(space.control("GET", "/requests"))


@pytest.mark.parametrize("provider", ALL)
def test_no_credential_is_shown(space: SpaceHandle, provider: str) -> None:
    """Using a vendor's credentials, correctly or not, shows no secret in the journal."""
    credentials = getattr(space, provider).credentials
    caller = Caller(space, provider, credentials_of(space, provider))
    secrets = [value for name, value in credentials.items() if name in ("api_key", "live_api_key", "password")]
    secrets += [value.split()[-1] for name, value in caller.credentials.items() if "organization" not in name]
    for header in ("Authorization", "X-API-Key", "x-api-key", "Cookie"):
        for scheme in ("", "Bearer ", "Token ", "Basic "):
            caller.get("/nowhere", headers={header: f"{scheme}{secrets[0]}"}, promised=False)
    caller.get("/nowhere", promised=False)
    shown = journal(space)
    assert secrets
    assert len(space.requests) >= 17
    assert not [secret for secret in secrets if secret in shown]


def test_a_login_hides_password_and_tokens(space: SpaceHandle) -> None:
    """The password and the returned tokens are hidden, and the username is shown."""
    credentials = space.carboninsights.credentials
    login = {"username": credentials["username"], "password": credentials["password"]}
    tokens = space.http.post(f"{space.carboninsights.url}/token", json=login).json()
    (shown,) = space.requests.matching(operation="obtain_token")
    assert shown["body"] == {"username": credentials["username"], "password": "***"}
    assert shown["reply"]["body"] == dict.fromkeys(tokens, "***")


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"password": SECRET}),
        json.dumps({"a": [{"b": {"api_key": SECRET, "access": [SECRET], "refresh": {"c": SECRET}}}]}),
        json.dumps({"password": SECRET})[:-1],
        json.dumps({"password": f'a"{SECRET}'})[:-1],
        json.dumps({"password": SECRET})[:-3],
        f'{{"password": "{SECRET}", "n": NaN}}',
        f'{{"password" : "{SECRET}", "n": "\\ud800"}}',
        "username=a&password=correct%20horse",
        "access_token=correct%20horse&grant=a",
    ],
)
def test_a_secret_in_a_body_is_not_shown(cnaught: Caller, content: str) -> None:
    """A secret member is hidden at any depth, in invalid JSON, and in a form."""
    cnaught.post("/v1/orders", content=content)
    shown = journal(cnaught.space)
    assert "***" in shown
    assert "horse" not in shown


def test_a_secret_in_a_query_is_not_shown(cnaught: Caller) -> None:
    """A key in the query is hidden, although no vendor accepts it there."""
    cnaught.get("/v1/orders?api_key=correct%20horse&limit=1&access=")
    assert "horse" not in journal(cnaught.space)
    assert cnaught.space.requests.matching()[0]["query"] == [["api_key", "***"], ["limit", "1"], ["access", "***"]]


@pytest.mark.parametrize("content", ["the access was granted", '["password", "a"]', '{"passwords": "a"}', "a=password"])
def test_other_content_is_shown(cnaught: Caller, content: str) -> None:
    """Only secrets are hidden."""
    cnaught.post("/v1/orders", content=content)
    assert "***" not in str(cnaught.space.requests.matching()[0]["body"])


def test_a_hidden_header_keeps_its_scheme(cnaught: Caller) -> None:
    """The authentication scheme of a hidden header is shown."""
    shown: list[Any] = []
    for value in ("Bearer a", "Token a", "a"):
        cnaught.get("/v1/orders", headers={"Authorization": value})
        shown.append(cnaught.space.requests.matching()[-1]["headers"]["authorization"])
    assert shown == ["Bearer ***", "Token ***", "***"]


def test_a_secret_that_another_member_shows_is_none() -> None:
    """A member is secret by its name, unless a member that is not secret shows the same value."""
    members = {
        "token": "a",
        "name": "b",
        "password": "b",
        "api_key": ["b"],
        "secret": None,
        "other": None,
        "list": ["b"],
    }
    assert [*own_secrets(members)] == ["token", "api_key"]
    assert [*own_secrets({"name": "a"})] == []
