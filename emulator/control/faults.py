"""The faults of a space."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from starlette.exceptions import HTTPException
from starlette.responses import Response

from emulator.control.request import ControlRequest
from emulator.space.commands import AddFault, ClearFaults, RemoveFault
from emulator.space.faults import FaultDraft
from emulator.web.provider import Provider
from emulator.web.reading import json_body, read
from emulator.web.replies import reply


def list_faults(request: ControlRequest) -> Response:
    return reply({"faults": [fault.model_dump() for fault in request.space.faults]})


def add_fault(request: ControlRequest) -> Response:
    draft = read(FaultDraft, json_body(request), "body")
    _check_names(request.spaces.world.providers, draft)
    return reply(request.space.run(AddFault(draft)).model_dump(), 201)


def delete_faults(request: ControlRequest) -> Response:
    request.space.run(ClearFaults())
    return reply({"faults": []})


def delete_fault(request: ControlRequest) -> Response:
    id = request.path_params["id"]
    try:
        request.space.run(RemoveFault(id))
    except KeyError:
        raise HTTPException(404, f"unknown fault {id!r}") from None
    return reply({"deleted": id})


def _check_names(providers: Mapping[str, Provider], draft: FaultDraft) -> None:
    """Refuse a fault that could never strike. Raises HTTPException 400 with the nearest names."""
    _check_name("provider", draft.provider, providers)
    named = [draft.provider] if draft.provider else list(providers)
    _check_name("operation", draft.operation, (name for provider in named for name in providers[provider].operations))


def _check_name(kind: str, name: str | None, names: Iterable[str]) -> None:
    if name is not None and name not in (known := list(names)):
        nearest = get_close_matches(name, known, n=3, cutoff=0.0)
        raise HTTPException(400, f"unknown {kind} {name!r}; nearest: {', '.join(nearest)}")
