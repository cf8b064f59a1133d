"""Purchases."""

from starlette.responses import Response

from emulator.providers.dcycle.endpoints.asking import ask, backend
from emulator.providers.dcycle.wire import purchases as wire
from emulator.providers.dcycle.wire.parameters import page
from emulator.web.replies import reply
from emulator.web.request import Request


def list_purchases(request: Request) -> Response:
    asked, organization = ask(wire.ListPurchases, request)
    found = backend(request).purchases.matching(organization, asked.query.wanted())
    return reply(page(found, asked.query, wire.purchase))


def create_purchase(request: Request) -> Response:
    asked, organization = ask(wire.CreatePurchase, request)
    purchase = backend(request).purchases.create(organization, asked.body.terms())
    return reply(wire.purchase(purchase), 201)


def get_purchase(request: Request) -> Response:
    asked, organization = ask(wire.OnePurchase, request)
    return reply(wire.purchase(backend(request).purchases.get(organization, asked.path.purchase_id)))


def update_purchase(request: Request) -> Response:
    asked, organization = ask(wire.UpdatePurchase, request)
    purchase = backend(request).purchases.update(organization, asked.path.purchase_id, asked.body.sent())
    return reply(wire.purchase(purchase))


def delete_purchase(request: Request) -> Response:
    asked, organization = ask(wire.OnePurchase, request)
    backend(request).purchases.delete(organization, asked.path.purchase_id)
    return Response(status_code=204)
