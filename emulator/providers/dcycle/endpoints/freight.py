"""Freight: legs, packages, and what they are calculated by."""

from starlette.responses import Response

from emulator.providers.dcycle.backend import Dcycle
from emulator.providers.dcycle.backend.freight import FreightRequests
from emulator.providers.dcycle.backend.recharges import Recharges
from emulator.providers.dcycle.endpoints.bulk import create_each
from emulator.providers.dcycle.endpoints.context import authorize, backend
from emulator.providers.dcycle.memory.catalogue import Organization
from emulator.providers.dcycle.memory.freight import FreightRequest, Package
from emulator.providers.dcycle.memory.projects import EntityType
from emulator.providers.dcycle.wire.incoming import freight as incoming
from emulator.providers.dcycle.wire.outgoing import freight as outgoing
from emulator.providers.dcycle.wire.outgoing.bulk import bulk
from emulator.providers.dcycle.wire.outgoing.pages import filter_hash, short_page, summary
from emulator.providers.dcycle.wire.outgoing.projects import linked_project
from emulator.web.replies import reply
from emulator.web.request import Request


def list_logistics_requests(request: Request) -> Response:
    organization, query = authorize(request, incoming.FreightPage)
    dcycle, wanted = backend(request), query.filter
    freight = dcycle.freight_requests
    found = dcycle.projects.narrow(freight.find(organization, wanted), query.project_id, "logistic_requests")
    shown = short_page(found, query, lambda leg: _listed(dcycle, leg))
    return reply({**shown, "filter_hash": filter_hash(wanted)})


def create_logistics_request(request: Request) -> Response:
    organization, draft = authorize(request, incoming.NewFreightRequest)
    freight = backend(request).freight_requests
    leg = freight.create(organization, draft.terms())
    return reply(outgoing.freight_request(leg, freight.work(leg.terms)))


def create_logistics_requests(request: Request) -> Response:
    organization, draft = authorize(request, incoming.FreightBulk)
    freight = backend(request).freight_requests
    outcome = create_each(
        draft.records, draft.options.continue_on_error, lambda terms: freight.create(organization, terms), _movement
    )
    return reply(bulk(outcome, outgoing.bulk_request))


def create_logistics_request_v2(request: Request) -> Response:
    organization, draft = authorize(request, incoming.NewFreightRequest)
    freight = backend(request).freight_requests
    leg = freight.create_later(organization, draft.terms())
    return reply(outgoing.deferred_request(leg, freight.work(leg.terms)))


def create_logistics_requests_v2(request: Request) -> Response:
    organization, draft = authorize(request, incoming.FreightBulk)
    freight = backend(request).freight_requests
    outcome = create_each(
        draft.records,
        draft.options.continue_on_error,
        lambda terms: freight.create_later(organization, terms),
        _movement,
    )
    return reply(bulk(outcome, lambda leg: {**outgoing.bulk_request(leg), "co2e": None}))


def delete_logistics_request(request: Request) -> Response:
    organization, path = authorize(request, incoming.FreightPath)
    backend(request).freight_requests.delete(organization, path.request_id)
    return Response(status_code=204)


def delete_logistics_requests(request: Request) -> Response:
    organization, draft = authorize(request, incoming.FreightIds)
    backend(request).freight_requests.delete_all(organization, draft.request_ids)
    return Response(status_code=204)


def list_logistics_packages(request: Request) -> Response:
    organization, query = authorize(request, incoming.PackagePage)
    dcycle = backend(request)
    found = dcycle.packages.find(organization, query.filter)
    shows_legs = query.package_key is not None
    return reply(short_page(found, query, lambda package: _package(dcycle, package, shows_legs)))


def get_logistics_package(request: Request) -> Response:
    organization, path = authorize(request, incoming.PackagePath)
    dcycle = backend(request)
    return reply(_package(dcycle, dcycle.packages.get(organization, path.package_id), shows_legs=True))


def list_logistics_tocs(request: Request) -> Response:
    authorize(request)
    return reply([outgoing.toc(toc) for toc in backend(request).catalogue.freight_factors.tocs])


def get_logistics_summary(request: Request) -> Response:
    organization, query = authorize(request, incoming.SummaryQuery)
    dcycle = backend(request)
    hubs = dcycle.hubs
    return reply(
        {
            "requests": _summary(dcycle, dcycle.freight_requests, organization, query.project_id, "logistic_requests"),
            "recharges": _summary(dcycle, dcycle.recharges, organization, query.project_id, "logistic_recharges"),
            "hubs": summary(len(hubs.find(organization)), hubs.last_updated(organization)),
        }
    )


def get_logistics_report(request: Request) -> Response:
    organization, query = authorize(request, incoming.ReportQuery)
    report = backend(request).freight_reports.by_mode(organization, query.start_date, query.end_date, query.client)
    return reply(outgoing.report(report, query.start_date, query.end_date, query.client))


def _summary(
    dcycle: Dcycle,
    records: FreightRequests | Recharges,
    organization: Organization,
    project_id: str | None,
    entity_type: EntityType,
) -> dict[str, object]:
    if project_id is None:
        return summary(len(records.find(organization)), records.last_updated(organization))
    found = dcycle.projects.narrow(records.find(organization), project_id, entity_type)
    return summary(len(found), max((record.updated_at for record in found), default=None))


def _listed(dcycle: Dcycle, leg: FreightRequest) -> dict[str, object]:
    linked = [linked_project(*found) for found in dcycle.linked_projects(leg.id)]
    return outgoing.listed_request(leg, dcycle.freight_requests.work(leg.terms), linked)


def _package(dcycle: Dcycle, package: Package, shows_legs: bool) -> dict[str, object]:
    freight = dcycle.freight_requests
    shown = outgoing.package(package, freight.load(package))
    if shows_legs:
        shown["legs"] = [outgoing.leg(leg, freight.work(leg.terms)) for leg in freight.legs(package)]
    return shown


def _movement(record: incoming.NewFreightRequest) -> object | None:
    """Return what may occur only once in a batch: a record that names a shipment."""
    return None if record.movement_id is None else record
