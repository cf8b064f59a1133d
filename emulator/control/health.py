"""Server health."""

from starlette.responses import Response

from emulator.control.request import ControlRequest
from emulator.core.version import __version__
from emulator.space.report import WorkerSilent
from emulator.web.replies import reply


async def get_health(request: ControlRequest) -> Response:
    spaces = request.spaces
    try:
        trouble = (await spaces.whole_report(with_spaces=False)).trouble
    except WorkerSilent as silent:
        trouble = str(silent)
    facts = {"version": __version__, "providers": list(spaces.world.providers)}
    if trouble:
        return reply({"status": "failing", "error": trouble, **facts}, 503, {"Retry-After": "1"})
    return reply({"status": "ok", **facts})
