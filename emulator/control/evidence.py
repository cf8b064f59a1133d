"""What each operation and rule rests on."""

from starlette.responses import Response

from emulator.control.request import ControlRequest
from emulator.evidence import contracts
from emulator.web.replies import reply


def get_evidence(request: ControlRequest) -> Response:
    return reply({"providers": {name: contracts.evidence(name) for name in request.spaces.world.providers}})
