"""Snapshots: the whole space as one document, and named ones kept in memory."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from emulator.control.params import json_object
from emulator.control.request import ControlRequest
from emulator.core.names import snapshot_name
from emulator.core.nearest import nearest
from emulator.space import snapshot
from emulator.space.space import Space
from emulator.web.replies import reply

SNAPSHOTS_MAX = 32


def get_snapshot(request: ControlRequest) -> Response:
    return reply(snapshot.take_to_send(request.space))


def put_snapshot(request: ControlRequest) -> Response:
    snapshot.restore(request.space, json_object(request))
    return reply({"space": request.space.name})


def list_snapshots(request: ControlRequest) -> Response:
    return reply({"snapshots": list(request.space.snapshots), "snapshots_max": SNAPSHOTS_MAX})


def keep_snapshot(request: ControlRequest) -> Response:
    space, name = request.space, request.path_params["name"]
    try:
        snapshot_name(name)
    except ValueError as error:
        raise HTTPException(400, str(error)) from None
    if len(space.snapshots) >= SNAPSHOTS_MAX and name not in space.snapshots:
        raise HTTPException(409, f"a space keeps at most {SNAPSHOTS_MAX} snapshots; delete one")
    space.snapshots[name] = snapshot.take(space)
    return reply({"snapshot": name}, 201)


def restore_snapshot(request: ControlRequest) -> Response:
    name = request.path_params["name"]
    snapshot.restore(request.space, _named_snapshot(request.space, name))
    return reply({"snapshot": name})


def delete_snapshot(request: ControlRequest) -> Response:
    space, name = request.space, request.path_params["name"]
    _named_snapshot(space, name)
    del space.snapshots[name]
    return reply({"deleted": name})


def _named_snapshot(space: Space, name: str) -> dict[str, Any]:
    if name not in space.snapshots:
        raise HTTPException(404, f"unknown snapshot {name!r}; {nearest(name, space.snapshots)}")
    return space.snapshots[name]
