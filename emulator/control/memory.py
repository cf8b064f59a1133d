"""What the vendors remember: snapshots of it, a readable view of it, and the settings among it."""

from dataclasses import fields
from itertools import islice
from typing import Annotated, Any

from pydantic import Field
from pydantic_core import to_jsonable_python
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from emulator import snapshot
from emulator.control.reading import Asked, json_of, provider_of, read_query, space_of
from emulator.core.documents import BadDocument, Document
from emulator.core.http import reply


class Part(Asked):
    """How much of each collection to show, and from where on."""

    offset: Annotated[int, Field(ge=0)] = 0
    limit: Annotated[int, Field(ge=0, le=1000)] = 100


async def get_snapshot(request: Request) -> Response:
    return reply(snapshot.take(space_of(request)))


async def put_snapshot(request: Request) -> Response:
    document = await json_of(request)
    if not isinstance(document, dict):
        raise HTTPException(400, "a snapshot is a JSON object")
    snapshot.restore(space_of(request), document)
    return reply({"space": space_of(request).name})


async def get_state(request: Request) -> Response:
    memory, asked = _memory(request), read_query(Part, request)
    collections = {entry.name: getattr(memory, entry.name) for entry in fields(memory)}
    shown = {name: _part(collection, asked) for name, collection in collections.items()}
    totals = {name: len(collection) for name, collection in collections.items() if isinstance(collection, dict | list)}
    return reply({"provider": provider_of(request).name, "state": to_jsonable_python(shown), "totals": totals})


async def get_settings(request: Request) -> Response:
    return reply(_written(_memory(request).settings))


async def patch_settings(request: Request) -> Response:
    memory, changes = _memory(request), await json_of(request)
    if not isinstance(changes, dict):
        raise HTTPException(400, "settings are a JSON object")
    kind = type(memory.settings)
    try:
        memory.settings = Document(kind).read({**_written(memory.settings), **changes})
    except BadDocument as error:
        raise HTTPException(400, f"no such setting or value: {error}") from None
    return reply(_written(memory.settings))


def _memory(request: Request) -> Any:
    return space_of(request).vendor(provider_of(request).name).memory


def _written(settings: Any) -> dict[str, Any]:
    return Document(type(settings)).write(settings)


def _part(collection: Any, asked: Part) -> Any:
    end = asked.offset + asked.limit
    if isinstance(collection, dict):
        return dict(islice(collection.items(), asked.offset, end))
    return collection[asked.offset : end] if isinstance(collection, list) else collection
