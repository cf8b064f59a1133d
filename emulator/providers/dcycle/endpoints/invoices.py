"""Invoices."""

from collections.abc import Iterable

from starlette.responses import Response

from emulator.providers.dcycle.backend import Dcycle
from emulator.providers.dcycle.backend.records import sort
from emulator.providers.dcycle.endpoints.context import authorize, backend
from emulator.providers.dcycle.memory.invoices import Invoice
from emulator.providers.dcycle.wire.incoming import invoices as incoming
from emulator.providers.dcycle.wire.outgoing import invoices as outgoing
from emulator.providers.dcycle.wire.outgoing.pages import page
from emulator.web.replies import reply
from emulator.web.request import Request


def shown_shares(dcycle: Dcycle, shares: Iterable[Invoice]) -> list[dict[str, object]]:
    """Return the shares of an invoice, each with its organization and its facility."""
    return [
        outgoing.share(each, owner, dcycle.facilities.name(owner, each.terms.facility_id))
        for each, owner in [(share, dcycle.owner(share)) for share in shares]
    ]


def list_invoices(request: Request) -> Response:
    organization, draft = authorize(request, incoming.InvoicePage)
    found = backend(request).invoices.find(organization, draft.filter)
    return reply(page(sort(found, draft.sort_members), draft, outgoing.listed_invoice))


def list_invoice_filter_options(request: Request) -> Response:
    organization, query = authorize(request, incoming.FilterOptionsQuery)
    dcycle = backend(request)
    facility = dcycle.facilities.get(organization, query.facility_id)
    return reply(
        outgoing.filter_options(
            lambda field: dcycle.invoices.options(facility, query.type, field),
            dcycle.catalogue,
        )
    )


def get_invoice(request: Request) -> Response:
    organization, path = authorize(request, incoming.InvoicePath)
    invoice = backend(request).invoices.get(organization, path.invoice_id)
    return reply(outgoing.invoice(invoice))


def get_invoice_v3(request: Request) -> Response:
    organization, path = authorize(request, incoming.InvoicePath)
    dcycle = backend(request)
    invoice = dcycle.invoices.get(organization, path.invoice_id)
    return reply(outgoing.invoice_v3(invoice, shown_shares(dcycle, dcycle.invoices.shares(invoice))))


def update_invoice(request: Request) -> Response:
    organization, path, changes = authorize(request, incoming.InvoicePath, incoming.InvoiceChanges)
    dcycle = backend(request)
    invoice = dcycle.invoices.get(organization, path.invoice_id)
    terms = changes.changed(invoice.terms)
    if terms.facility_id not in (None, invoice.terms.facility_id):
        dcycle.facilities.get(organization, terms.facility_id)
    return reply(outgoing.invoice(dcycle.invoices.update(invoice, terms)))


def delete_invoice(request: Request) -> Response:
    organization, path = authorize(request, incoming.InvoicePath)
    backend(request).invoices.delete(organization, path.invoice_id)
    return Response(status_code=204)
