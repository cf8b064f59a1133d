"""Purchases."""

from starlette.responses import Response

from emulator.core.http import reply
from emulator.core.request import Request
from emulator.providers.dcycle.endpoints.asking import ask, vendor
from emulator.providers.dcycle.wire import purchases as wire
from emulator.providers.dcycle.wire.parameters import page


def list_purchases(request: Request) -> Response:
    asked, organization = ask(wire.ListPurchases, request)
    found = vendor(request).purchases.matching(organization, asked.query.wanted())
    return reply(page(found, asked.query, wire.purchase))


def create_purchase(request: Request) -> Response:
    asked, organization = ask(wire.CreatePurchase, request)
    purchase = vendor(request).purchases.create(organization, asked.body.terms())
    return reply(wire.purchase(purchase), 201)


def get_purchase(request: Request) -> Response:
    asked, organization = ask(wire.OnePurchase, request)
    return reply(wire.purchase(vendor(request).purchases.get(organization, asked.path.purchase_id)))


def update_purchase(request: Request) -> Response:
    asked, organization = ask(wire.UpdatePurchase, request)
    purchase = vendor(request).purchases.update(organization, asked.path.purchase_id, asked.body.sent())
    return reply(wire.purchase(purchase))


def delete_purchase(request: Request) -> Response:
    asked, organization = ask(wire.OnePurchase, request)
    vendor(request).purchases.delete(organization, asked.path.purchase_id)
    return Response(status_code=204)
