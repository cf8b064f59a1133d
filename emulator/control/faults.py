"""The faults of a space."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from emulator.control.params import read_body
from emulator.control.request import ControlRequest
from emulator.core.nearest import nearest
from emulator.space import conditions
from emulator.space.commands import AddFault, ClearFaults, RemoveFault
from emulator.space.faults import FaultDraft, TooManyFaults
from emulator.web.replies import reply


def list_faults(request: ControlRequest) -> Response:
    return reply({"faults": [fault.model_dump() for fault in request.space.faults]})


def add_fault(request: ControlRequest) -> Response:
    draft = read_body(FaultDraft, request)
    try:
        conditions.check(request.spaces.world.providers, _conditions(draft))
        return reply(request.space.run(AddFault(draft)).model_dump(), 201)
    except conditions.Impossible as error:
        raise HTTPException(400, str(error)) from None
    except TooManyFaults as error:
        raise HTTPException(409, str(error)) from None


def delete_faults(request: ControlRequest) -> Response:
    request.space.run(ClearFaults())
    return reply({"faults": []})


def delete_fault(request: ControlRequest) -> Response:
    id = request.path_params["id"]
    try:
        request.space.run(RemoveFault(id))
    except KeyError:
        known = nearest(id, [fault.id for fault in request.space.faults])
        raise HTTPException(404, f"unknown fault {id!r}; {known}") from None
    return reply({"deleted": id})


def _conditions(draft: FaultDraft) -> conditions.Conditions:
    return conditions.Conditions(draft.provider, draft.operation, draft.method, draft.path)
