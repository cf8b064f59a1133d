"""API keys: the account, and its environment."""

import re

import pytest

from emulator.client.handles import SpaceHandle
from tests.providers.oneclickimpact.conftest import LISTS, customer_records, own_records
from tests.support.caller import Caller
from tests.support.contract_check import check_reply

WRITES = ("capture_carbon", "plant_tree", "clean_ocean", "donate_money", "restore_coral", "cancel_impact")
READS = ("track", "customers", "impact", "impact/daily", "whoami", "projects", "projects/project_trees_1")
OPERATIONS = [
    *(("POST", f"/v1/{name}") for name in WRITES),
    *(("GET", path) for path in (*LISTS.values(), *(f"/v1/{name}" for name in READS))),
]
KEYS = {"api_key": "sandbox.1clickimpact.com", "live_api_key": "api.1clickimpact.com"}


@pytest.mark.rule("oneclickimpact.auth.header")
@pytest.mark.parametrize("name", ["x-api-key", "X-API-KEY", "X-Api-Key"])
def test_the_key_is_in_a_header(oneclickimpact: Caller, name: str) -> None:
    """The key is read from the header x-api-key, in any letter case of its name."""
    key = oneclickimpact.credentials["x-api-key"]
    assert oneclickimpact.identified({name: key}).get("/v1/records").status_code == 200


@pytest.mark.parametrize(
    ("credentials", "message"),
    [
        pytest.param({}, "API Key is missing", marks=pytest.mark.rule("oneclickimpact.auth.missing-key")),
        pytest.param(
            {"x-api-key": ""}, "API Key is missing", marks=pytest.mark.rule("oneclickimpact.auth.missing-key")
        ),
        pytest.param({"Authorization": "Bearer test_local_0001"}, "API Key is missing"),
    ]
    + [
        pytest.param(
            {"x-api-key": key},
            "API Key does not exist",
            marks=pytest.mark.rule("oneclickimpact.auth.unknown-key-words", "oneclickimpact.auth.unknown-key-status"),
        )
        for key in ("incorrect_api_key", "test_", "TEST_LOCAL_0001", "x" * 10_000)
    ],
)
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_a_bad_key_is_refused(
    oneclickimpact: Caller, method: str, path: str, credentials: dict[str, str], message: str
) -> None:
    """A request without a key or with an unknown one is refused with 401 and the vendor's message."""
    reply = oneclickimpact.identified(credentials).request(method, path, json={"amount": 1})
    assert (reply.status_code, reply.json()) == (401, {"type": "key_error", "message": message})


@pytest.mark.rule("oneclickimpact.auth.unknown-key-status")
@pytest.mark.parametrize("key", [b"t\xc3\xa9st", b"t\xe9st", b"\x80"])
def test_a_key_may_be_any_bytes(space: SpaceHandle, key: bytes) -> None:
    """A key that is not ASCII text is unknown like any other."""
    reply = space.http.get(f"{space.oneclickimpact.url}/v1/records", headers=[(b"x-api-key", key)])
    assert (reply.status_code, reply.json()["message"]) == (401, "API Key does not exist")


@pytest.mark.rule("oneclickimpact.auth.before-validation")
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_the_key_is_checked_first(oneclickimpact: Caller, method: str, path: str) -> None:
    """A bad key is reported before a bad body and a bad query."""
    anonymous = oneclickimpact.identified({"x-api-key": "incorrect_api_key"})
    assert anonymous.request(method, f"{path}?limit=abc", content=b"{").status_code == 401


@pytest.mark.rule("oneclickimpact.auth.separate-data")
def test_environments_are_separate(oneclickimpact: Caller, live: Caller) -> None:
    """Impacts of one environment are not listed in the other, and one email is a customer in each."""
    body = {"amount": 7, "customer_email": "both@example.com"}
    ids = {
        caller.post("/v1/capture_carbon", body).json()["customer"]["customer_id"] for caller in (oneclickimpact, live)
    }
    assert len(ids) == 2
    for caller, other in ((oneclickimpact, live), (live, oneclickimpact)):
        before = own_records(other)
        made = caller.post("/v1/capture_carbon", {"amount": 9}).json()
        assert made in own_records(caller)
        assert own_records(other) == before
        assert len(customer_records(caller, customer_email="both@example.com")) == 1


@pytest.mark.rule("oneclickimpact.auth.wrong-environment")
@pytest.mark.parametrize("host", KEYS.values())
@pytest.mark.parametrize("name", KEYS)
def test_a_host_accepts_the_keys_of_its_environment(space: SpaceHandle, name: str, host: str) -> None:
    """Under the vendor's host names, a key of the other environment is unknown; the local address accepts both.

    A hint and the rule explain the refusal.
    """
    headers = {"x-api-key": space.oneclickimpact.credentials[name], "x-emulator-explain": "1"}
    for written in (host, f"{host.upper()}:443", f"{host}."):
        reply = space.http.get(f"{space.url}/v1/records", headers={**headers, "host": written})
        check_reply("oneclickimpact", reply, "/v1/records")
        assert reply.status_code == (200 if host == KEYS[name] else 401)
        if host != KEYS[name]:
            assert reply.json()["message"] == "API Key does not exist"
            assert reply.headers["x-emulator-rule"] == "oneclickimpact.auth.wrong-environment"
            assert re.fullmatch("this key belongs to (production|sandbox), .*", reply.headers["x-emulator-hint"])
    assert space.http.get(f"{space.oneclickimpact.url}/v1/records", headers=headers).status_code == 200


@pytest.mark.rule("oneclickimpact.auth.account", "oneclickimpact.auth.account-of-records")
def test_the_user_id_is_the_accounts(oneclickimpact: Caller) -> None:
    """The user_id of a reply and of every record is the account's, also in records of customers."""
    body = {"amount": 1, "customer_email": "jane@example.com"}
    replies = [oneclickimpact.post("/v1/capture_carbon", body).json()]
    assert {found["user_id"] for found in replies + own_records(oneclickimpact) + customer_records(oneclickimpact)} == {
        "U123"
    }
