"""What each operation and rule rests on."""

from starlette.responses import Response

from emulator.control.request import ControlRequest
from emulator.evidence import explanation
from emulator.web.replies import reply


def get_evidence(request: ControlRequest) -> Response:
    return reply({"providers": {name: explanation.evidence(name) for name in request.spaces.world.providers}})
