"""Thallo's operations: read, ask, reply. The order of the lines is the order in which Thallo checks things."""

from typing import cast

from starlette.requests import Request
from starlette.responses import Response

from emulator.core.errors import Malformed, Problem
from emulator.core.http import json_body, read_query, reply
from emulator.providers.thallo import wire
from emulator.providers.thallo.memory import Tenant
from emulator.providers.thallo.vendor import Thallo


async def get_inventory(request: Request) -> Response:
    thallo, tenant = vendor(request), tenant_of(request)
    asked = read_query(wire.InventoryQuery, request)
    return reply(wire.inventory(thallo.holdings(tenant, asked.wallet_min_quantity), asked))


async def request_retirement(request: Request) -> Response:
    thallo, tenant = vendor(request), tenant_of(request)
    require_json(request)
    draft = wire.retirement(json_body(request)).draft()
    return reply(wire.receipt(thallo.request_retirement(tenant, draft)))


def vendor(request: Request) -> Thallo:
    return cast(Thallo, request.scope["vendor"])


def tenant_of(request: Request) -> Tenant:
    """The tenant of the bearer key. Raises Unauthorized."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return vendor(request).tenant(key.strip() if scheme.lower() == "bearer" else None)


def require_json(request: Request) -> None:
    """Raises Malformed unless the body says that it is JSON: Thallo requires the header, and has no 415."""
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if said != "application/json":
        raise Malformed(Problem(("header", "Content-Type"), "content_type", "must be application/json"))
