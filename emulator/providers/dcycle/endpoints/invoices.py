"""Invoices."""

from starlette.responses import Response

from emulator.providers.dcycle.endpoints.asking import ask, backend
from emulator.providers.dcycle.wire import invoices as wire
from emulator.providers.dcycle.wire.parameters import page
from emulator.web.replies import reply
from emulator.web.request import Request


def list_invoices(request: Request) -> Response:
    asked, organization = ask(wire.ListInvoices, request)
    found = backend(request).invoices.matching(organization, asked.query.filter())
    return reply(page(found, asked.query, wire.listed_invoice))


def get_invoice(request: Request) -> Response:
    asked, organization = ask(wire.OneInvoice, request)
    return reply(wire.invoice(backend(request).invoices.get(organization, asked.path.invoice_id)))


def get_invoice_v3(request: Request) -> Response:
    asked, organization = ask(wire.OneInvoice, request)
    dcycle = backend(request)
    invoice = dcycle.invoices.get(organization, asked.path.invoice_id)
    return reply(wire.invoice_v3(invoice, organization, dcycle.facilities.name(organization, invoice.facility_id)))


def update_invoice(request: Request) -> Response:
    asked, organization = ask(wire.UpdateInvoice, request)
    invoice = backend(request).invoices.update(organization, asked.path.invoice_id, asked.body.sent())
    return reply(wire.invoice(invoice))


def delete_invoice(request: Request) -> Response:
    asked, organization = ask(wire.OneInvoice, request)
    backend(request).invoices.delete(organization, asked.path.invoice_id)
    return Response(status_code=204)
