"""The scenarios that there are: each a JSON file with its story, and a script beside it."""

import sys
from functools import lru_cache
from importlib.util import module_from_spec, spec_from_file_location
from json import loads
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol, TypeVar, cast
from urllib.parse import quote

from emulator.core.documents import document
from emulator.core.resources import resource
from emulator.core.struct import Struct, replace
from emulator.scenarios.stage import Progress, ScenarioFailed, Stage
from emulator.space.space import Space
from emulator.space.story import Step, Story

T = TypeVar("T")


class UnknownScenario(Exception):
    """There is no scenario of this name; the message names those that there are."""


class NoStory(Exception):
    """The space was not filled by a scenario, so none can go on."""


class Script(Protocol):
    """What the module beside a scenario's JSON file holds."""

    def prepare(self, stage: Stage) -> None:
        """Play the past, from a fresh space to the moment at which the story begins."""
        ...

    def go_on(self, stage: Stage) -> None:
        """Play one more round of activity."""
        ...


class Scenario(Struct, frozen=True):
    """What a scenario's JSON file holds. ``vendors`` are the providers that take part."""

    title: str
    summary: str
    vendors: tuple[str, ...]
    steps: tuple[Step, ...]


def names() -> list[str]:
    """Return the names of all scenarios."""
    return sorted(path.stem for path in _directory().glob("*.json"))


def scenario(name: str) -> Scenario:
    """Return a scenario. Raises UnknownScenario."""
    if name not in names():
        raise UnknownScenario(f"unknown scenario {name!r}; known: {', '.join(names())}")
    return _read(_directory() / f"{name}.json")


def play(space: Space, name: str, progress: Progress = lambda _: None) -> Story:
    """Fill a fresh space, and return the story that it then has. Raises UnknownScenario, ScenarioFailed."""
    played, stage = scenario(name), Stage(space, name, progress=progress)
    try:
        _script(name).prepare(stage)
    except ScenarioFailed as error:
        raise ScenarioFailed(f"cannot play the scenario {name!r} with these fixtures: {error}") from None
    steps = tuple(_filled(step, stage.facts) for step in played.steps)
    space.story = Story(name, played.title, played.summary, steps, stage.facts)
    progress(1.0)
    return space.story


def go_on(space: Space, rounds: int) -> Story:
    """Play more rounds of the activity of a space's scenario. Raises NoStory, ScenarioFailed."""
    story = space.story
    if story is None:
        raise NoStory("the space was not filled by a scenario; play one first: POST /_emulator/scenarios/{name}")
    for _ in range(rounds):
        story.rounds += 1
        stage = Stage(space, story.scenario, story.rounds)
        stage.facts.update(story.facts)
        _script(story.scenario).go_on(stage)
    return story


def _directory() -> Path:
    return resource("fixtures") / "scenarios"


@lru_cache(maxsize=16)
def _read(path: Path) -> Scenario:
    return document(Scenario).read(loads(path.read_bytes()))


@lru_cache(maxsize=16)
def _script(name: str) -> Script:
    """Import the script of a scenario, under a name that no package of the user has."""
    path = _directory() / f"{name}.py"
    spec = spec_from_file_location(f"emulator_scenario_{name}", path)
    assert spec
    assert spec.loader
    module: ModuleType = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return cast(Script, module)


def _filled(value: T, facts: dict[str, str]) -> T:
    """Return a part of a story with its facts in the place of their names; in a path they are quoted."""
    if isinstance(value, Struct):
        changes = {
            name: _filled(getattr(value, name), _quoted(facts) if name == "path" else facts)
            for name in value.__struct_fields__
        }
        return replace(value, **changes)
    filled: Any = value
    if isinstance(value, str):
        for name, fact in facts.items():
            filled = filled.replace(f"{{{name}}}", fact)
    elif isinstance(value, tuple):
        filled = tuple(_filled(item, facts) for item in value)
    elif isinstance(value, dict):
        filled = {name: _filled(item, facts) for name, item in value.items()}
    return filled  # type: ignore[no-any-return]


def _quoted(facts: dict[str, str]) -> dict[str, str]:
    return {name: quote(fact, safe=":.-_") for name, fact in facts.items()}
