"""Bodies that have been read before are not read again: their replies are those of bodies that are."""

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from emulator import Emulator
from emulator.client.embedded import SpaceHandle
from emulator.core.bounded_cache import BoundedCache
from emulator.core.resources import resource
from emulator.evidence import contracts
from emulator.providers import ALL
from emulator.providers.carboninsights.memory import records
from emulator.web import reading
from tests.conftest import START
from tests.providers.carboninsights.conftest import NEW_USER, SCORE, ask, change_settings, purchase
from tests.support.caller import Caller, credentials_of
from tests.support.drafts import good_draft

TIMES = 3
"""A body is kept from its second time on, so the third reply is the first to a known one."""


class Forgetful(BoundedCache[Any, Any]):
    """A cache that keeps nothing."""

    def put(self, key: Any, value: Any) -> Any:
        return value


@pytest.fixture
def two_spaces(emulator: Emulator) -> Iterator[tuple[SpaceHandle, SpaceHandle]]:
    """Return two spaces with the same ids and the same frozen clock."""
    spaces = emulator.space(uuid4().hex), emulator.space(uuid4().hex)
    for space in spaces:
        space.clock.freeze(START)
    yield spaces
    for space in spaces:
        space.delete()


def caller(space: SpaceHandle, name: str) -> Caller:
    return Caller(space, name, credentials_of(space, name))


@pytest.fixture
def carboninsights(space: SpaceHandle) -> Caller:
    """Return a client of Carbon Insights."""
    return caller(space, "carboninsights")


def sent(space: SpaceHandle, name: str) -> list[tuple[int, str]]:
    """Send each operation's good body several times; return statuses and bodies, without the name of the space."""
    client, replies = caller(space, name), []
    for operation in contracts.operations(name):
        draft = good_draft(name, operation)
        headers = {"Content-Type": "application/json", **draft.headers}
        for _ in range(TIMES if draft.body else 0):
            reply = client.request(draft.method, draft.path, headers=headers, content=draft.body, params=draft.query)
            replies.append((reply.status_code, reply.text.replace(space.name, "")))
    return replies


@pytest.mark.parametrize("name", ALL)
def test_a_known_body_has_the_same_reply(
    two_spaces: tuple[SpaceHandle, SpaceHandle], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read once and what is read each time lead to the same replies."""
    remembering, forgetting = two_spaces
    known = sent(remembering, name)
    monkeypatch.setattr(reading, "_bodies", Forgetful(1))
    assert known == sent(forgetting, name)
    assert {200, 201} & {status for status, _ in known}


FLAGS = ("all_children_required", "category_aliases", "retired_categories")
SCORES: dict[str, dict[str, Any]] = {
    "a listed category": {"transactions": [purchase("Air Travel")]},
    "an alias": {"transactions": [purchase("Returned Purchase")]},
    "a retired category": {"transactions": [purchase("Utilities")]},
    "a code": {"transactions": [purchase("4511")], "options": {"category_type": "mcc"}},
    "some children": {"transactions": [purchase("Air Travel")], "user_profile": {"diet": "vegan"}},
}


def scored(client: Caller) -> list[tuple[int, str]]:
    """Send each score several times under all combinations of the settings that decide on its body, to and fro."""
    replies = []
    combinations = [*product((False, True), repeat=len(FLAGS))]
    for values in combinations + combinations[::-1]:
        change_settings(client, **dict(zip(FLAGS, values, strict=True)))
        for score in SCORES.values():
            replies += [(reply.status_code, reply.text) for reply in [client.post(SCORE, score) for _ in range(TIMES)]]
    return replies


def test_settings_decide_on_known_bodies(
    two_spaces: tuple[SpaceHandle, SpaceHandle], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a change of settings, a known score is read by the new ones."""
    remembering, forgetting = (caller(space, "carboninsights") for space in two_spaces)
    known = scored(remembering)
    monkeypatch.setattr(reading, "_bodies", Forgetful(1))
    assert known == scored(forgetting)
    cycle = len(SCORES) * TIMES
    statuses = {what: {status for status, _ in known[n * TIMES :: cycle]} for n, what in enumerate(SCORES)}
    assert statuses == {what: {200} if what == "a listed category" else {200, 400} for what in SCORES}


def test_the_catalogue_decides_on_known_bodies(carboninsights: Caller, tmp_path: Path) -> None:
    """Servers in one process that have other fixtures share no bodies."""
    fixture = json.loads((resource("fixtures") / "carboninsights.json").read_bytes())
    fixture["catalogue"]["categories"]["Rockets"] = fixture["catalogue"]["categories"]["Air Travel"]
    (tmp_path / "carboninsights.json").write_text(json.dumps(fixture))
    with Emulator(port=None, fixtures=tmp_path) as other:
        for _ in range(TIMES):
            assert ask(carboninsights, purchase("Rockets")).status_code == 400
            assert ask(caller(other, "carboninsights"), purchase("Rockets")).status_code == 200


def test_accounts_decide_on_registrations(carboninsights: Caller) -> None:
    """A username is free once, however often it is sent; in another space it is still free."""
    replies = [carboninsights.post("/register", NEW_USER).status_code for _ in range(TIMES)]
    assert replies == [201, 400, 400]
    carboninsights.space.reset()
    assert carboninsights.post("/register", NEW_USER).status_code == 201


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", ""])
def test_a_known_body_of_another_media_type_is_refused(carboninsights: Caller, media_type: str) -> None:
    """The type of a body is checked, whether it is known or not."""
    score = json.dumps({"transactions": [purchase("Air Travel")]}).encode()
    for _ in range(TIMES):
        headers = {"Content-Type": "application/json"}
        assert carboninsights.request("POST", SCORE, content=score, headers=headers).status_code == 200
    refused = carboninsights.request("POST", SCORE, content=score, headers={"Content-Type": media_type})
    assert refused.status_code == 400
    assert "Unsupported media type" in refused.text


def test_long_passwords_are_not_remembered() -> None:
    """Hashes of short passwords are kept; those of long ones, of which a body may hold megabytes, are not."""
    salt, held = "0" * 32, records._remembered.cache_info
    hashes = {password: records.password_hash(password, salt) for password in ("a", "p" * 256, "p" * 257, "ß" * 10**6)}
    size = held().currsize
    assert size >= 2
    for password, digest in hashes.items():
        before = held()
        assert records.password_hash(password, salt) == digest
        assert held().hits - before.hits == (len(password) <= records.REMEMBERED_CHARACTERS_MAX)
    assert held().currsize == size <= records.REMEMBERED_MAX
    assert len(set(hashes.values())) == len(hashes)
