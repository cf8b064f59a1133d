"""Thallo's operations: read, ask, reply. The order of the lines is the order in which Thallo checks things."""

from starlette.responses import Response

from emulator.core.errors import Malformed, Problem
from emulator.providers.thallo.backend import Thallo
from emulator.providers.thallo.memory import ApiKey, Tenant
from emulator.providers.thallo.wire import incoming, outgoing
from emulator.web.reading import bearer_token, json_body, media_type, read_body, read_query
from emulator.web.replies import reply
from emulator.web.request import Request


def get_inventory(request: Request) -> Response:
    thallo, tenant = backend(request), tenant_of(request)
    asked = read_query(incoming.InventoryQuery, request)
    return reply(outgoing.inventory(thallo.holdings(tenant, asked.wallet_min_quantity), asked))


def request_retirement(request: Request) -> Response:
    thallo, tenant = backend(request), tenant_of(request)
    require_json(request)
    draft = incoming.retirement_draft(json_body(request))
    return reply(outgoing.receipt(thallo.request_retirement(tenant, draft)))


def get_retirement(request: Request) -> Response:
    thallo, tenant = backend(request), tenant_of(request)
    asked = read_query(incoming.RetirementQuery, request)
    return reply(outgoing.retirement(thallo.retirement(tenant, asked.id)))


def get_market(request: Request) -> Response:
    thallo, _ = backend(request), tenant_of(request)
    asked = read_query(incoming.PageQuery, request)
    return reply(outgoing.market(thallo.market.on_sale(), asked))


def get_projects(request: Request) -> Response:
    thallo, _ = backend(request), tenant_of(request)
    asked = read_query(incoming.ProjectsQuery, request, repeated=incoming.PROJECT_IDS)
    return reply(outgoing.projects(thallo.projects.named(asked.project_ids)))


def list_api_keys(request: Request) -> Response:
    thallo, key = backend(request), key_of(request)
    return reply(outgoing.api_keys(thallo.keys.of(key.tenant_id), thallo.keys.is_active))


def create_api_key(request: Request) -> Response:
    thallo, key = backend(request), key_of(request)
    require_json(request)
    draft = read_body(incoming.KeyDraft, request)
    return reply({"api_key": thallo.keys.create(key, draft.name, draft.deactivate_current)}, 201)


def deactivate_api_key(request: Request) -> Response:
    thallo, key = backend(request), key_of(request)
    thallo.keys.deactivate(key.tenant_id, request.path_params["api_key_id"])
    return reply({})


def backend(request: Request) -> Thallo:
    backend: Thallo = request.backend
    return backend


def key_of(request: Request) -> ApiKey:
    """The bearer key. Raises Unauthorized."""
    return backend(request).keys.shown(bearer_token(request))


def tenant_of(request: Request) -> Tenant:
    """The tenant of the bearer key. Raises Unauthorized."""
    return backend(request).tenant(key_of(request))


def require_json(request: Request) -> None:
    """Raises Malformed unless the body says that it is JSON: Thallo requires the header, and has no 415."""
    if media_type(request) != "application/json":
        raise Malformed(Problem(("header", "Content-Type"), "content_type", "must be application/json"))
