"""Scenarios fill a space in the same way each time, and each has a story whose every link and action works."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from emulator import Emulator
from emulator.app import create_app, make_world
from emulator.bundles import bundle
from emulator.bundles.replay import replay
from emulator.client.control_client import Refused
from emulator.client.embedded import SpaceHandle
from emulator.core.resources import resource
from emulator.providers import ALL
from emulator.scenarios import catalogue
from emulator.scenarios.stage import ScenarioFailed, Stage
from emulator.space import audit, snapshot
from emulator.space.space import Space

each_scenario = pytest.mark.parametrize("name", catalogue.names())


def played(name: str, seed: int = 0) -> Space:
    """Return a space of a new server that a scenario has filled."""
    space = create_app(seed=seed).spaces.get("default")
    catalogue.play(space, name)
    return space


def test_there_are_four_scenarios() -> None:
    """Each scenario is a JSON file with a script beside it."""
    assert catalogue.names() == ["bank", "group", "reseller", "shop"]
    files = {path.name for path in (resource("fixtures") / "scenarios").iterdir() if path.is_file()}
    assert files == {f"{name}.{end}" for name in catalogue.names() for end in ("json", "py")}


@each_scenario
def test_a_scenario_depends_on_its_seed_only(name: str) -> None:
    """Playing a scenario and some rounds gives the same space each time, and another one with another seed."""
    first, second, other = played(name), played(name), played(name, seed=7)
    assert snapshot.take(first) == snapshot.take(second)
    assert snapshot.take(first)["memory"] != snapshot.take(other)["memory"]
    for space in (first, second):
        catalogue.go_on(space, 3)
    assert snapshot.take(first) == snapshot.take(second)


@each_scenario
def test_books_hold_after_a_scenario(name: str) -> None:
    """Every check of the ledger succeeds after a scenario and its rounds."""
    space = played(name)
    catalogue.go_on(space, 5)
    assert [result.check.id for result in audit.verify(space) if not result.holds] == []


@each_scenario
def test_the_past_is_not_in_the_journal(name: str) -> None:
    """The journal has only the requests of the story, and later requests can be recorded and replayed."""
    space = played(name)
    assert space.history.complete
    assert 5 <= len(space.history.exchanges()) <= 50
    world = make_world()
    assert replay(bundle.read(bundle.take(space), world), world) is None


@each_scenario
def test_a_story_has_five_to_eight_steps(name: str) -> None:
    """A story is short, shows a refused request, and has values for all placeholders."""
    story = played(name).story
    assert story is not None
    assert 5 <= len(story.steps) <= 8
    assert any(step.view == "requests" and step.filter.get("status", "").startswith("4") for step in story.steps)
    texts = [step.text for step in story.steps] + [part.path for step in story.steps for part in step.links]
    assert [text for text in texts if re.search(r"\{\w+\}", text)] == []
    assert set(catalogue.scenario(name).vendors) <= set(ALL)


@each_scenario
def test_everything_in_a_story_works(emulator: Emulator, name: str) -> None:
    """Each link of a story opens, each filter finds requests, and each action succeeds, in the order of the steps."""
    space = emulator.space()
    story = space.play(name)
    for step in story["steps"]:
        if step["view"] == "requests":
            assert list(space.control("GET", "/requests", params=step["filter"])["requests"]), step["title"]
        for link in step["links"]:
            assert space.http.get(link["url"]).status_code == 200, link["title"]
        for action in step["actions"]:
            sent = space.http.request(action["method"], action["url"], json=action["body"], headers=action["headers"])
            assert sent.status_code < 300 or is_broken_on_purpose(sent.status_code, action), action["title"]
    space.delete()


def is_broken_on_purpose(status: int, action: Mapping[str, Any]) -> bool:
    """Return whether this is the order that fails in the story of the shop."""
    return status == 500 and action["title"] == "Order 10 kg"


def test_the_control_api_plays_scenarios(space: SpaceHandle) -> None:
    """A space has no story before a scenario is played, and none after a reset."""
    assert space.control("GET", "/story")["scenario"] is None
    listed = space.control("GET", "/scenarios")["scenarios"]
    assert [each["name"] for each in listed] == catalogue.names()
    story = space.play("shop", seed=3)
    assert story == space.control("GET", "/story")
    assert space.control("POST", "/story/continue", json={"rounds": 2})["rounds"] == 2
    assert len(story["steps"]) == next(each["steps"] for each in listed if each["name"] == "shop")
    space.reset()
    assert space.control("GET", "/story")["steps"] == []


@pytest.mark.parametrize(
    ("method", "path", "content", "status"),
    [
        ("POST", "/scenarios/nothing", {}, 404),
        ("POST", "/scenarios/..%2Fshop", {}, 404),
        ("POST", "/scenarios/shop", {"seed": "x"}, 400),
        ("POST", "/scenarios/shop", {"speed": 1}, 400),
        ("POST", "/story/continue", {}, 409),
        ("POST", "/story/continue", {"rounds": 0}, 400),
        ("POST", "/story/continue", {"rounds": 101}, 400),
    ],
)
def test_invalid_requests_are_refused(space: SpaceHandle, method: str, path: str, content: Any, status: int) -> None:
    """An unknown scenario, an invalid parameter, or a space without a story is refused, and changes nothing."""
    before = space.snapshot()
    with pytest.raises(Refused) as refused:
        space.control(method, path, json=content)
    assert refused.value.status == status
    assert space.snapshot() == before


def test_a_script_that_fails_names_the_request() -> None:
    """An unexpected reply ends the scenario with an error that shows the request and the reply."""
    stage = Stage(Space("s", make_world()), "shop")
    with pytest.raises(ScenarioFailed, match=r"GET /v1/orders of cnaught answered 401: .*Unauthorized"):
        stage.client("cnaught").get("/v1/orders")


def test_numbers_are_spread() -> None:
    """The numbers of a stage reach both bounds, and differ by round and seed."""
    stage = Stage(Space("s", make_world()), "shop")
    assert {stage.number(1, 6) for _ in range(200)} == {1, 2, 3, 4, 5, 6}
    first, second = (Stage(Space("s", make_world()), "shop", number) for number in (1, 2))
    assert [first.number(0, 9**9) for _ in range(5)] != [second.number(0, 9**9) for _ in range(5)]
