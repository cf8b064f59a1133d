"""Bodies and queries that have been read before are not read again: their replies are those of ones that are."""

import json
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from emulator import Emulator
from emulator.client.embedded import SpaceHandle
from emulator.core.bounded_cache import RepeatedCache
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
"""A body or a query is kept from its second time on, so the third reply is the first to a known one."""


class Forgetful(RepeatedCache[Any, Any]):
    """A cache that keeps nothing."""

    def repeats(self, key: Any) -> bool:
        return False


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
        for _ in range(TIMES if draft.body or draft.query else 0):
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
    monkeypatch.setattr(reading, "_known", Forgetful(1))
    assert known == sent(forgetting, name)
    assert {200, 201} & {status for status, _ in known}


FLAGS = ("all_children_required", "category_aliases", "retired_categories")
SCORES: dict[str, tuple[dict[str, Any], Callable[[bool, bool, bool], bool]]] = {
    "a listed category": ({"transactions": [purchase("Air Travel")]}, lambda *_: True),
    "an alias": ({"transactions": [purchase("Returned Purchase")]}, lambda children, aliases, retired: aliases),
    "a retired category": ({"transactions": [purchase("Utilities")]}, lambda children, aliases, retired: retired),
    "a code": (
        {"transactions": [purchase("4511")], "options": {"category_type": "mcc"}},
        lambda children, aliases, retired: not children,
    ),
    "a code in place of a category": ({"transactions": [purchase("4511")]}, lambda *_: False),
    "some children": (
        {"transactions": [purchase("Air Travel")], "user_profile": {"diet": "vegan"}},
        lambda children, aliases, retired: not children,
    ),
}
"""Scores, and whether they are accepted, given the values of the flags."""


def test_settings_decide_on_known_bodies(carboninsights: Caller) -> None:
    """After a change of settings, a known score is read by the new ones: under all combinations of them, to and fro."""
    combinations = [*product((False, True), repeat=len(FLAGS))]
    for values in combinations + combinations[::-1]:
        change_settings(carboninsights, **dict(zip(FLAGS, values, strict=True)))
        for what, (score, accepted) in SCORES.items():
            statuses = {carboninsights.post(SCORE, score).status_code for _ in range(TIMES)}
            assert statuses == {200 if accepted(*values) else 400}, (what, values)


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
