"""Scenarios: list them, fill the space with one, and read its story."""

from typing import Annotated, Any

from msgspec import to_builtins
from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from emulator.control.params import Params, read_body
from emulator.control.request import ControlRequest
from emulator.scenarios import catalogue
from emulator.scenarios.stage import ScenarioFailed
from emulator.space.story import Story
from emulator.web.fields import JSON_INTEGER
from emulator.web.replies import reply

ROUNDS_MAX = 100


class Play(Params):
    """The seed of the space from now on; the server's if absent."""

    seed: Annotated[int, Field(ge=-(2**63), lt=2**63), JSON_INTEGER] | None = None


class Rounds(Params):
    """How many rounds of activity to play."""

    rounds: Annotated[int, Field(ge=1, le=ROUNDS_MAX), JSON_INTEGER] = 1


def list_scenarios(request: ControlRequest) -> Response:
    found = [(name, catalogue.scenario(name)) for name in catalogue.names()]
    listed = [
        {"name": name, "title": each.title, "summary": each.summary, "vendors": each.vendors, "steps": len(each.steps)}
        for name, each in found
    ]
    return reply({"scenarios": listed})


def play_scenario(request: ControlRequest) -> Response:
    """Fill a new space, and let it take the place of the old one."""
    name, spaces = request.path_params["name"], request.spaces
    params = read_body(Play, request) if request.content else Play()
    spaces.check_room(request.space_name)
    space = spaces.fresh(request.space_name, params.seed, request.address)
    try:
        story = catalogue.play(space, name)
    except catalogue.UnknownScenario as error:
        raise HTTPException(404, str(error)) from None
    except ScenarioFailed as error:
        raise HTTPException(409, str(error)) from None

    spaces.replace(space)
    return reply(_shown(request, story))


def get_story(request: ControlRequest) -> Response:
    return reply(_shown(request, request.space.story))


def continue_story(request: ControlRequest) -> Response:
    params = read_body(Rounds, request) if request.content else Rounds()
    try:
        story = catalogue.go_on(request.space, params.rounds)
    except (catalogue.NoStory, ScenarioFailed) as error:
        raise HTTPException(409, str(error)) from None
    return reply(_shown(request, story))


def _shown(request: ControlRequest, story: Story | None) -> dict[str, Any]:
    """Return a story, with the links of its steps as URLs of this space."""
    if story is None:
        return {"scenario": None, "title": None, "summary": None, "rounds": 0, "steps": [], "facts": {}}
    steps = []
    for number, step in enumerate(story.steps, start=1):
        shown = to_builtins(step)
        for part in (*shown["links"], *shown["actions"]):
            part["url"] = f"{request.space_url}{part.pop('path')}"
        steps.append({"number": number, **shown})
    about = {"scenario": story.scenario, "title": story.title, "summary": story.summary, "rounds": story.rounds}
    return {**about, "steps": steps, "facts": story.facts}
