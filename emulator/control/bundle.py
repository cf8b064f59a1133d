"""The recorded run of a space."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from emulator.control.request import ControlRequest
from emulator.web.replies import reply


def get_bundle(request: ControlRequest) -> Response:
    from emulator.bundles import bundle  # a start does not pay for it

    try:
        return reply(bundle.take(request.space))
    except bundle.BadBundle as error:
        raise HTTPException(409, str(error)) from None
