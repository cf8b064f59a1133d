"""Server health."""

from starlette.responses import Response

from emulator.control.request import ControlRequest
from emulator.core.version import __version__
from emulator.web.replies import reply


def get_health(request: ControlRequest) -> Response:
    return reply({"status": "ok", "version": __version__, "providers": list(request.spaces.world.providers)})
