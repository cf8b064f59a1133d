"""Dcycle's operations: read, ask, reply. The order of the lines is the order in which Dcycle checks things."""

from typing import TypeVar, cast

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from emulator.core.http import read, reply
from emulator.providers.dcycle import wire
from emulator.providers.dcycle.memory import Key
from emulator.providers.dcycle.vendor import Dcycle

M = TypeVar("M", bound=BaseModel)


async def get_total_impacts(request: Request) -> Response:
    dcycle, key = vendor(request), key_of(request)
    asked = read_whole(wire.TotalImpactsRequest, request)
    organization = dcycle.organization(key, str(asked.header.organization_id))
    impacts = dcycle.total_impacts(organization, **dict(asked.query))
    return reply(wire.total_impacts(organization, asked.query, impacts))


# --- who asks, and what -----------------------------------------------------------------------------------------------


def vendor(request: Request) -> Dcycle:
    return cast(Dcycle, request.scope["vendor"])


def key_of(request: Request) -> Key:
    """The key in ``x-api-key``, or else the bearer token (the vendor's pages show both). Raises InvalidApiKey."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    bearer = token.strip() if scheme.lower() == "bearer" else None
    return vendor(request).key(request.headers.get("x-api-key", bearer))


def read_whole(model: type[M], request: Request) -> M:
    """Query and headers together, so that one refusal tells everything that is wrong. Raises Malformed."""
    return read(model, {"query": dict(request.query_params), "header": dict(request.headers)})
