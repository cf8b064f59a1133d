"""The settings of a provider in a space."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from emulator.control.params import json_object
from emulator.control.request import ControlRequest
from emulator.space import settings
from emulator.space.commands import ChangeSettings
from emulator.web.replies import reply


def get_settings(request: ControlRequest) -> Response:
    return reply(settings.read(request.space.backend(request.provider.name).memory))


def patch_settings(request: ControlRequest) -> Response:
    try:
        request.space.run(ChangeSettings(request.provider.name, json_object(request)))
    except settings.BadSetting as error:
        raise HTTPException(400, f"unknown setting or invalid value: {error}") from None
    return get_settings(request)
