"""What the vendors remember: snapshots of it, a readable view of it, and the settings among it."""

from copy import copy
from dataclasses import fields
from itertools import islice
from typing import Annotated, Any

from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from emulator.control.reading import Asked, object_of, provider_of, read_query, space_of
from emulator.core.documents import write
from emulator.recording import bundle
from emulator.space import snapshot
from emulator.space.settings import BadSetting, change_settings, settings
from emulator.space.space import NAME, Space
from emulator.web.replies import reply

SNAPSHOTS_MAX = 32


class Part(Asked):
    """How much of each collection to show, and from where on."""

    offset: Annotated[int, Field(ge=0, le=10**9)] = 0
    limit: Annotated[int, Field(ge=0, le=1000)] = 100


async def get_snapshot(request: Request) -> Response:
    return reply(snapshot.take(space_of(request)))


async def put_snapshot(request: Request) -> Response:
    _restore(space_of(request), await object_of(request))
    return reply({"space": space_of(request).name})


async def get_state(request: Request) -> Response:
    memory, asked = _memory(request), read_query(Part, request)
    shown, totals = copy(memory), {}
    for entry in fields(memory):
        collection = getattr(memory, entry.name)
        if isinstance(collection, dict | list):
            totals[entry.name] = len(collection)
            setattr(shown, entry.name, _part(collection, asked))
    state = write(shown)
    return reply({"provider": provider_of(request).name, "state": state, "totals": totals})


async def get_settings(request: Request) -> Response:
    return reply(settings(space_of(request), provider_of(request).name))


async def patch_settings(request: Request) -> Response:
    space, provider, changes = space_of(request), provider_of(request).name, await object_of(request)
    try:
        change_settings(space, provider, changes)
    except BadSetting as error:
        raise HTTPException(400, f"no such setting or value: {error}") from None
    return reply(settings(space, provider))


# --- named snapshots --------------------------------------------------------------------------------------------------


async def list_snapshots(request: Request) -> Response:
    return reply({"snapshots": list(space_of(request).snapshots), "snapshots_max": SNAPSHOTS_MAX})


async def keep_snapshot(request: Request) -> Response:
    space, name = space_of(request), request.path_params["name"]
    if not NAME.fullmatch(name):
        raise HTTPException(400, "a snapshot's name is 1 to 64 letters, digits, dots, hyphens or underscores")
    if len(space.snapshots) >= SNAPSHOTS_MAX and name not in space.snapshots:
        raise HTTPException(409, f"a space keeps {SNAPSHOTS_MAX} snapshots and takes no more; delete one")
    space.snapshots[name] = snapshot.take(space)
    return reply({"snapshot": name}, 201)


async def restore_snapshot(request: Request) -> Response:
    space = space_of(request)
    _restore(space, _named_snapshot(space, request.path_params["name"]))
    return reply({"snapshot": request.path_params["name"]})


async def delete_snapshot(request: Request) -> Response:
    space, name = space_of(request), request.path_params["name"]
    _named_snapshot(space, name)
    del space.snapshots[name]
    return reply({"deleted": name})


def _named_snapshot(space: Space, name: str) -> dict[str, Any]:
    if name not in space.snapshots:
        raise HTTPException(404, f"no snapshot is called {name!r}; there are: {', '.join(space.snapshots) or 'none'}")
    return space.snapshots[name]


def _restore(space: Space, document: dict[str, Any]) -> None:
    """Restore a snapshot, and let the recording begin with it."""
    snapshot.restore(space, document)
    bundle.begin(space)


# --- a recorded run ---------------------------------------------------------------------------------------------------


async def get_bundle(request: Request) -> Response:
    try:
        return reply(bundle.take(space_of(request)))
    except bundle.BadBundle as error:
        raise HTTPException(409, str(error)) from None


def _memory(request: Request) -> Any:
    return space_of(request).backend(provider_of(request).name).memory


def _part(collection: dict[str, Any] | list[Any], asked: Part) -> dict[str, Any] | list[Any]:
    end = asked.offset + asked.limit
    if isinstance(collection, dict):
        return dict(islice(collection.items(), asked.offset, end))
    return collection[asked.offset : end]
