"""Purchases."""

from starlette.responses import Response

from emulator.providers.dcycle.endpoints.context import authorize, backend
from emulator.providers.dcycle.wire.incoming import purchases as incoming
from emulator.providers.dcycle.wire.outgoing import purchases as outgoing
from emulator.providers.dcycle.wire.outgoing.pages import page
from emulator.web.replies import reply
from emulator.web.request import Request


def list_purchases(request: Request) -> Response:
    organization, query = authorize(request, incoming.PurchasePage)
    found = backend(request).purchases.find(organization, query.filter)
    return reply(page(found, query, outgoing.purchase))


def create_purchase(request: Request) -> Response:
    organization, draft = authorize(request, incoming.NewPurchase)
    purchase = backend(request).purchases.create(organization, draft.terms())
    return reply(outgoing.purchase(purchase), 201)


def get_purchase(request: Request) -> Response:
    organization, path = authorize(request, incoming.PurchasePath)
    purchase = backend(request).purchases.get(organization, path.purchase_id)
    return reply(outgoing.purchase(purchase))


def update_purchase(request: Request) -> Response:
    organization, path, changes = authorize(request, incoming.PurchasePath, incoming.PurchaseChanges)
    purchases = backend(request).purchases
    purchase = purchases.get(organization, path.purchase_id)
    return reply(outgoing.purchase(purchases.update(purchase, changes.changed(purchase.terms))))


def delete_purchase(request: Request) -> Response:
    organization, path = authorize(request, incoming.PurchasePath)
    backend(request).purchases.delete(organization, path.purchase_id)
    return Response(status_code=204)
