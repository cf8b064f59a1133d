"""Acts: what happens at a vendor without a request to its API."""

from inspect import getdoc
from typing import Annotated

from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from emulator.control.params import Params, read_body
from emulator.control.request import ControlRequest
from emulator.core.errors import CannotHappen, UnknownAct
from emulator.space.commands import PerformAct
from emulator.web.provider import Provider
from emulator.web.replies import reply


class Act(Params):
    """The id of the act's subject."""

    subject: Annotated[str, Field(max_length=1000)]


def list_acts(request: ControlRequest) -> Response:
    providers = request.spaces.world.providers
    return reply({"acts": {name: _described(provider) for name, provider in providers.items() if provider.acts}})


def perform_act(request: ControlRequest) -> Response:
    provider, act = request.provider.name, request.path_params["act"]
    subject = read_body(Act, request).subject
    try:
        result = request.space.run(PerformAct(provider, act, subject))
    except UnknownAct as error:
        raise HTTPException(404, str(error)) from None
    except CannotHappen as error:
        raise HTTPException(409, str(error)) from None
    return reply({"provider": provider, "act": act, "subject": subject, "result": result})


def _described(provider: Provider) -> dict[str, str]:
    return {name: (getdoc(act) or "").replace("``", "`") for name, act in provider.acts.items()}
