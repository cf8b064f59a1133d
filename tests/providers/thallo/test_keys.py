"""API keys: created, listed, deactivated."""

from typing import Any

import pytest

from tests.providers.thallo.conftest import as_seller
from tests.support.caller import Caller

KEYS = "/api/api-keys"
FIRST, SELLERS_FIRST = "00n06yx75dzuxz2lgi", "00nsellersfirstkey"


def keys(thallo: Caller) -> list[dict[str, Any]]:
    return list(thallo.get(KEYS).json()["api_keys"])


def create(thallo: Caller, name: str = "second", deactivate_current: bool = False) -> Caller:
    """Create a key and return a client that uses it."""
    reply = thallo.post(KEYS, {"name": name, "deactivate_current": deactivate_current})
    assert reply.status_code == 201
    return thallo.identified({"Authorization": f"Bearer {reply.json()['api_key']}"})


def deactivate(thallo: Caller, key_id: str) -> int:
    return thallo.request("DELETE", f"{KEYS}/{key_id}").status_code


def is_accepted(thallo: Caller) -> bool:
    """Return whether a client's key is accepted; every operation must agree."""
    statuses = {thallo.get(path).status_code for path in ("/api/inventory", "/api/market", KEYS)}
    assert statuses in ({200}, {401})
    return statuses == {200}


@pytest.mark.rule("thallo.keys.list", "thallo.keys.list-order")
def test_keys_are_listed_without_their_texts(thallo: Caller) -> None:
    """All keys are listed, oldest first; neither lists nor snapshots contain their texts."""
    thallo.space.clock.advance(seconds=1.5)
    second = create(thallo, "the second")
    deactivate(thallo, keys(second)[1]["id"])
    third = create(thallo, "the third")
    first = {"id": FIRST, "name": "default api key", "created_at": "2023-06-09T06:34:37.685Z", "is_active": True}
    listed = keys(thallo)
    assert listed[0] == first
    assert [(key["name"], key["created_at"], key["is_active"]) for key in listed[1:]] == [
        ("the second", "2026-01-01T00:00:01.500Z", False),
        ("the third", "2026-01-01T00:00:01.500Z", True),
    ]
    assert len({key["id"] for key in listed}) == 3
    text = third.credentials["Authorization"].removeprefix("Bearer ")
    assert text not in str(thallo.space.snapshot()) + thallo.get(KEYS).text


@pytest.mark.rule("thallo.keys.create", "thallo.keys.create-once", "thallo.keys.created")
def test_a_new_key_is_accepted_everywhere(thallo: Caller) -> None:
    """A new key differs from all others, has the same access, and still works after a restore."""
    second = create(thallo)
    assert is_accepted(second)
    assert is_accepted(thallo)
    assert second.get("/api/inventory").json() == thallo.get("/api/inventory").json()
    assert is_accepted(as_seller(thallo))
    thallo.space.restore(thallo.space.snapshot())
    assert is_accepted(second)
    deactivate(thallo, keys(thallo)[1]["id"])
    assert create(thallo).credentials != second.credentials


@pytest.mark.rule("thallo.keys.deactivate-current", "thallo.keys.maximum-current")
@pytest.mark.parametrize("keys_before", [1, 2])
def test_a_new_key_may_replace_the_current_one(thallo: Caller, keys_before: int) -> None:
    """The key of the request is deactivated and does not count towards the limit."""
    other = create(thallo) if keys_before == 2 else None
    new = create(thallo, deactivate_current=True)
    assert not is_accepted(thallo)
    assert is_accepted(new)
    assert other is None or is_accepted(other)
    assert [key["is_active"] for key in keys(new)] == [False, *[True] * keys_before]


@pytest.mark.rule("thallo.keys.maximum")
def test_a_third_key_is_refused(thallo: Caller) -> None:
    """Two keys may be active. Once one is deactivated, another can be created."""
    create(thallo)
    before = thallo.space.snapshot()
    reply = thallo.post(KEYS, {"name": "third", "deactivate_current": False})
    assert (reply.status_code, reply.json()["error"]) == (422, "MAX_KEYS_REACHED")
    assert reply.json()["message"] == "You have reached the maximum active API keys for your user. Maximum: 2"
    assert thallo.space.snapshot() == before
    create(as_seller(thallo))
    deactivate(thallo, keys(thallo)[1]["id"])
    create(thallo)


@pytest.mark.rule("thallo.keys.deactivate", "thallo.keys.deactivated-refused")
@pytest.mark.parametrize("by", ["itself", "the other"])
def test_a_deactivated_key_is_refused(thallo: Caller, by: str) -> None:
    """A deactivated key is refused from the next request on, also after a restore."""
    second = create(thallo)
    reply = (thallo if by == "itself" else second).request("DELETE", f"{KEYS}/{FIRST}")
    assert (reply.status_code, reply.json()) == (200, {})
    assert not is_accepted(thallo)
    assert is_accepted(second)
    thallo.space.restore(thallo.space.snapshot())
    assert not is_accepted(thallo)
    assert is_accepted(second)


@pytest.mark.rule("thallo.keys.deactivate")
def test_the_last_key_can_be_deactivated(thallo: Caller) -> None:
    """The user is then locked out; other users are not affected."""
    assert deactivate(thallo, FIRST) == 200
    assert not is_accepted(thallo)
    assert thallo.post(KEYS, {"name": "back", "deactivate_current": False}).status_code == 401
    assert is_accepted(as_seller(thallo))


@pytest.mark.rule("thallo.keys.deactivated")
def test_a_key_is_deactivated_once(thallo: Caller) -> None:
    """Deactivating an inactive key succeeds and changes nothing."""
    create(thallo)
    second_id = keys(thallo)[1]["id"]
    assert deactivate(thallo, second_id) == 200
    thallo.space.clock.advance(days=1)
    before = thallo.space.snapshot()
    assert deactivate(thallo, second_id) == 200
    assert thallo.space.snapshot() == before


@pytest.mark.rule("thallo.keys.unknown", "thallo.keys.own-deactivated")
@pytest.mark.parametrize("key_id", ["00nnosuchkey000000", SELLERS_FIRST, FIRST.upper(), "%00", "18077981128785C0"])
def test_an_unknown_key_is_not_found(thallo: Caller, key_id: str) -> None:
    """Only the user's own keys exist."""
    reply = thallo.request("DELETE", f"{KEYS}/{key_id}")
    assert (reply.status_code, reply.json()["error"]) == (422, "API_KEY_NOT_EXISTS")
    assert reply.json()["message"] == "Api key not found"
    assert is_accepted(as_seller(thallo))


@pytest.mark.rule("thallo.keys.own")
def test_users_see_their_own_keys(thallo: Caller) -> None:
    """A user's key is not in the list of another user."""
    create(thallo)
    assert [key["id"] for key in keys(as_seller(thallo))] == [SELLERS_FIRST]


# --- bodies -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("thallo.keys.draft", "thallo.errors.message-list")
@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"deactivate_current": False}, ["name should not be empty"]),
        ({"name": "a"}, ["deactivate_current should not be empty"]),
        ({}, ["name should not be empty", "deactivate_current should not be empty"]),
        ({"name": "", "deactivate_current": False}, ["name should not be empty"]),
        ({"name": None, "deactivate_current": False}, ["name must be a string"]),
        ({"name": 5, "deactivate_current": False}, ["name must be a string"]),
        ({"name": "a", "deactivate_current": "true"}, ["deactivate_current must be a boolean value"]),
        ({"name": "a", "deactivate_current": 0}, ["deactivate_current must be a boolean value"]),
        ({"name": "a", "deactivate_current": None}, ["deactivate_current must be a boolean value"]),
    ],
)  # fmt: skip
def test_an_incomplete_draft_is_refused(thallo: Caller, body: dict[str, object], message: list[str]) -> None:
    """The name and the flag are required and have types."""
    reply = thallo.post(KEYS, body)
    assert (reply.status_code, reply.json()["message"]) == (400, message)


@pytest.mark.rule("thallo.input.unknown-names")
def test_unknown_fields_are_ignored(thallo: Caller) -> None:
    """Unknown fields change nothing."""
    assert thallo.post(KEYS, {"name": "\x00 ж", "deactivate_current": False, "is_active": 5}).status_code == 201


@pytest.mark.parametrize(
    ("media_type", "content", "status"),
    [
        pytest.param("text/plain", b"{}", 400, marks=pytest.mark.rule("thallo.retirements.content-type")),
        pytest.param("", b"{}", 400, marks=pytest.mark.rule("thallo.retirements.content-type")),
        pytest.param("application/json", b"[]", 400, marks=pytest.mark.rule("thallo.retirements.malformed-json")),
        pytest.param("application/json", b"{", 400, marks=pytest.mark.rule("thallo.retirements.malformed-json")),
        pytest.param(
            "application/json",
            b" " * (8 * 1024 * 1024 + 1),
            413,
            marks=pytest.mark.rule("thallo.retirements.too-large"),
        ),
    ],
)
def test_a_body_that_is_not_a_draft_is_refused(thallo: Caller, media_type: str, content: bytes, status: int) -> None:
    """The body must be a JSON object of limited size, as for a retirement."""
    assert thallo.post(KEYS, content=content, headers={"Content-Type": media_type}).status_code == status
