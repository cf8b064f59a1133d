"""Server health."""

from starlette.responses import Response

from emulator.control.request import ControlRequest
from emulator.core.version import __version__
from emulator.web.replies import reply


def get_health(request: ControlRequest) -> Response:
    spaces = request.spaces
    facts = {"version": __version__, "providers": list(spaces.world.providers)}
    if trouble := spaces.trouble():
        return reply({"status": "failing", "error": trouble, **facts}, 503, {"Retry-After": "1"})
    return reply({"status": "ok", **facts})
