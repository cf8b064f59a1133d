"""Logistic hubs, which the vendor lists on two paths."""

from starlette.responses import Response

from emulator.providers.dcycle.endpoints.context import authorize, backend
from emulator.providers.dcycle.wire.incoming import hubs as incoming
from emulator.providers.dcycle.wire.outgoing import freight as outgoing
from emulator.providers.dcycle.wire.outgoing.pages import page, short_page
from emulator.web.replies import reply
from emulator.web.request import Request


def list_logistics_hubs(request: Request) -> Response:
    organization, query = authorize(request, incoming.FreightHubPage)
    hubs = backend(request).hubs
    found = hubs.find(organization, query.filter)
    return reply(short_page(found, query, lambda hub: outgoing.hub(hub, hubs.grams(hub))))


def list_logistic_hubs(request: Request) -> Response:
    organization, query = authorize(request, incoming.HubPage)
    hubs = backend(request).hubs
    found = hubs.find(organization, query.filter)
    return reply(page(found, query, lambda hub: outgoing.hub(hub, hubs.grams(hub))))


def create_logistic_hub(request: Request) -> Response:
    organization, draft = authorize(request, incoming.NewHub)
    hubs = backend(request).hubs
    hub = hubs.create_hub(organization, draft.terms())
    return reply(outgoing.hub(hub, hubs.grams(hub)), 201)


def get_logistic_hub(request: Request) -> Response:
    organization, path = authorize(request, incoming.HubPath)
    hubs = backend(request).hubs
    hub = hubs.get(organization, path.hub_id)
    return reply(outgoing.hub(hub, hubs.grams(hub)))


def update_logistic_hub(request: Request) -> Response:
    organization, path, changes = authorize(request, incoming.HubPath, incoming.HubChanges)
    hubs = backend(request).hubs
    hub = hubs.get(organization, path.hub_id)
    changed = hubs.update_hub(organization, hub, changes.changed(hub.terms))
    return reply(outgoing.hub(changed, hubs.grams(changed)))


def delete_logistic_hub(request: Request) -> Response:
    organization, path = authorize(request, incoming.HubPath)
    backend(request).hubs.delete(organization, path.hub_id)
    return Response(status_code=204)
