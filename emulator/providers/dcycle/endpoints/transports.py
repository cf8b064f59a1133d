"""Transport routes, which the vendor calculates after it has replied."""

from starlette.responses import Response

from emulator.providers.dcycle.backend import Dcycle
from emulator.providers.dcycle.backend.records import sort
from emulator.providers.dcycle.endpoints.bulk import confirmed
from emulator.providers.dcycle.endpoints.context import author, authorize, backend
from emulator.providers.dcycle.memory.transports import TransportRoute
from emulator.providers.dcycle.wire.incoming import transports as incoming
from emulator.providers.dcycle.wire.incoming.bulk import FilterHash
from emulator.providers.dcycle.wire.outgoing import transports as outgoing
from emulator.providers.dcycle.wire.outgoing.pages import deletion, hashed_page, short_page
from emulator.web.replies import reply
from emulator.web.request import Request


def list_transports(request: Request) -> Response:
    organization, query = authorize(request, incoming.TransportPage)
    dcycle, wanted = backend(request), query.filter
    found = sort(dcycle.transports.find(organization, wanted), query.sort_members)
    return reply(hashed_page(found, query, lambda route: _route(dcycle, route), wanted))


def create_transport(request: Request) -> Response:
    organization, draft = authorize(request, incoming.NewTransport)
    dcycle = backend(request)
    route = dcycle.transports.create(organization, draft.terms(), author(request))
    return reply(_route(dcycle, route, pending=True), 201)


def count_transports(request: Request) -> Response:
    organization, query = authorize(request, incoming.CountsQuery)
    counts = backend(request).transports.count(organization, query.filter)
    return reply({status: counts[status] for status in ("pending", "active", "error")})


def list_transport_combinations(request: Request) -> Response:
    _, query = authorize(request, incoming.CombinationsQuery)
    found = backend(request).transports.combinations(query.filter)
    return reply([outgoing.combination(combination) for combination in found])


def bulk_delete_transports(request: Request) -> Response:
    organization, draft = authorize(request, incoming.TransportIds)
    deleted, unknown = backend(request).transports.delete_many(organization, draft.transport_ids, author(request))
    return reply(deletion(deleted, unknown, "transport routes"))


def bulk_delete_transports_by_filters(request: Request) -> Response:
    organization, query, draft = authorize(request, incoming.TransportQuery, FilterHash)
    transports = backend(request).transports
    ids = [route.id for route in transports.find(organization, confirmed(query.filter, draft))]
    return reply(deletion(*transports.delete_many(organization, ids, author(request)), "transport routes"))


def get_transport(request: Request) -> Response:
    organization, path = authorize(request, incoming.TransportPath)
    dcycle = backend(request)
    return reply(_route(dcycle, dcycle.transports.get(organization, path.transport_route_id)))


def update_transport(request: Request) -> Response:
    organization, path, changes = authorize(request, incoming.TransportPath, incoming.TransportChanges)
    dcycle = backend(request)
    route = dcycle.transports.get(organization, path.transport_route_id)
    changed = dcycle.transports.update(route, changes.changed(route.terms), author(request))
    return reply(_route(dcycle, changed, pending=True))


def delete_transport(request: Request) -> Response:
    organization, path = authorize(request, incoming.TransportPath)
    backend(request).transports.delete(organization, path.transport_route_id, author(request))
    return Response(status_code=204)


def list_transport_versions(request: Request) -> Response:
    organization, path, query = authorize(request, incoming.TransportPath, incoming.VersionPage)
    dcycle = backend(request)
    found = dcycle.transports.versions(organization, path.transport_route_id)
    return reply(short_page(found, query, lambda version: outgoing.version(version, dcycle.user(version.user_id))))


def _route(dcycle: Dcycle, route: TransportRoute, pending: bool = False) -> dict[str, object]:
    transports, terms = dcycle.transports, route.terms
    sections = [
        outgoing.section(
            route, part, section, transports.distance_km(section), transports.section_grams(terms, section), pending
        )
        for part, section in enumerate(terms.sections, start=1)
    ]
    return outgoing.route(route, dcycle.units.get(terms.unit_id), dcycle.user(route.author_id), sections, pending)
