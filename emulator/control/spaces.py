"""The spaces of the server: list, delete, reset."""

from typing import Annotated

from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from emulator.control.params import Params, read_body
from emulator.control.request import ControlRequest
from emulator.space.report import WorkerSilent
from emulator.web.fields import JSON_INTEGER
from emulator.web.replies import reply


class Reset(Params):
    """The seed of the space from now on; the server's if absent."""

    seed: Annotated[int, Field(ge=-(2**63), lt=2**63), JSON_INTEGER] | None = None


async def list_spaces(request: ControlRequest) -> Response:
    try:
        report = await request.spaces.whole_report(with_spaces=True)
    except WorkerSilent as silent:
        raise HTTPException(503, str(silent), {"Retry-After": "1"}) from None
    spaces = [{"name": space.name, "requests": space.requests} for space in report.spaces]
    return reply({"spaces": spaces, "spaces_max": request.spaces.world.limits.spaces_max})


def delete_space(request: ControlRequest) -> Response:
    name = request.path_params["name"]
    try:
        request.spaces.drop(name)
    except KeyError:
        if name != request.space_name:  # a space may delete itself, even before it exists
            raise HTTPException(404, f"unknown space {name!r}; GET /_emulator/spaces lists all") from None
    return reply({"deleted": name})


def reset(request: ControlRequest) -> Response:
    params = read_body(Reset, request) if request.content else Reset()
    space = request.spaces.reset(request.space_name, params.seed, request.address)
    return reply({"space": space.name, "seed": space.ids.seed})
