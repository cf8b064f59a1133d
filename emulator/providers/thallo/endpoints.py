"""Thallo's operations: authenticate, read, ask, reply. The order of the lines is the order of Thallo's checks."""

from collections.abc import Callable
from operator import attrgetter

from starlette.responses import Response

from emulator.core.errors import Malformed, Problem
from emulator.providers.thallo.backend import Thallo
from emulator.providers.thallo.memory.records import ApiKey
from emulator.providers.thallo.wire import incoming, outgoing
from emulator.web.reading import bearer_token, json_body, media_type, read_draft, read_query, read_query_draft
from emulator.web.replies import JSON, reply
from emulator.web.request import Request


def get_inventory(request: Request) -> Response:
    thallo = backend(request)
    key = authenticate(request)
    query = read_query_draft(incoming.InventoryQuery, request)
    holdings = thallo.inventory.holdings(key.tenant_id, query.quantity_grams_min)
    return reply(outgoing.inventory(holdings, query))


def request_retirement(request: Request) -> Response:
    thallo = backend(request)
    key = authenticate(request)
    require_json(request)
    draft = incoming.retirement_draft(json_body(request))
    receipt = thallo.retirements.request(key.tenant_id, draft)
    return reply(outgoing.receipt(receipt))


def get_retirement(request: Request) -> Response:
    thallo = backend(request)
    key = authenticate(request)
    query = read_query(incoming.RetirementQuery, request)
    retirement = thallo.retirements.get(key.tenant_id, query.id)
    return reply(outgoing.retirement(thallo, retirement))


def get_market(request: Request) -> Response:
    thallo = backend(request)
    authenticate(request)
    page = read_query_draft(incoming.PageQuery, request)
    return reply(outgoing.market(thallo.market.on_sale(), page))


def get_projects(request: Request) -> Response:
    thallo = backend(request)
    authenticate(request)
    query = read_query(incoming.ProjectsQuery, request)
    return reply(outgoing.projects(thallo.projects.with_ids(query.project_ids)))


def list_api_keys(request: Request) -> Response:
    thallo = backend(request)
    key = authenticate(request)
    return reply(outgoing.api_keys(thallo.keys.of(key.tenant_id), thallo.keys.is_active))


def create_api_key(request: Request) -> Response:
    thallo = backend(request)
    key = authenticate(request)
    require_json(request)
    draft = read_draft(incoming.NewKey, request)
    api_key = thallo.keys.create(key, draft)
    return reply(outgoing.new_api_key(api_key), 201)


def deactivate_api_key(request: Request) -> Response:
    thallo = backend(request)
    key = authenticate(request)
    thallo.keys.deactivate(key.tenant_id, request.path_params["api_key_id"])
    return reply({})


# --- context ----------------------------------------------------------------------------------------------------------


backend: Callable[[Request], Thallo] = attrgetter("backend")
"""Returns Thallo in the request's space."""


def authenticate(request: Request) -> ApiKey:
    """Return the active API key of the bearer token. Raises KeyMissing, Unauthorized."""
    return backend(request).keys.authenticate(bearer_token(request))


def require_json(request: Request) -> None:
    """Raise Malformed unless the body is declared as JSON: Thallo requires the header, and documents no 415."""
    if media_type(request) != JSON:
        raise Malformed(Problem(("header", "Content-Type"), "content_type", f"must be {JSON}"))
