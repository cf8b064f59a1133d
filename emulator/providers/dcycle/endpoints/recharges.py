"""Recharges: fuel that a freight fleet used."""

from starlette.responses import Response

from emulator.providers.dcycle.backend.recharges import Recharges
from emulator.providers.dcycle.endpoints.bulk import create_each
from emulator.providers.dcycle.endpoints.context import authorize, backend
from emulator.providers.dcycle.memory.recharges import Recharge
from emulator.providers.dcycle.wire.incoming import recharges as incoming
from emulator.providers.dcycle.wire.outgoing import freight as outgoing
from emulator.providers.dcycle.wire.outgoing.bulk import bulk
from emulator.providers.dcycle.wire.outgoing.pages import short_page, unique_values
from emulator.web.replies import reply
from emulator.web.request import Request


def list_logistics_fuels(request: Request) -> Response:
    authorize(request)
    return reply(outgoing.fuels(backend(request).catalogue.freight_fuels))


def list_logistics_recharges(request: Request) -> Response:
    organization, query = authorize(request, incoming.RechargePage)
    dcycle = backend(request)
    recharges = dcycle.recharges
    found = dcycle.projects.narrow(recharges.find(organization, query.filter), query.project_id, "logistic_recharges")
    return reply(short_page(found, query, lambda recharge: _recharge(recharges, recharge)))


def create_logistics_recharge(request: Request) -> Response:
    organization, draft = authorize(request, incoming.NewRecharge)
    dcycle = backend(request)
    return reply(_recharge(dcycle.recharges, dcycle.record_recharge(organization, draft.terms())))


def create_logistics_recharges(request: Request) -> Response:
    organization, draft = authorize(request, incoming.RechargeBulk)
    dcycle = backend(request)
    outcome = create_each(
        draft.records, draft.options.continue_on_error, lambda terms: dcycle.record_recharge(organization, terms)
    )
    return reply(bulk(outcome, outgoing.bulk_recharge))


def list_logistics_recharge_unique_values(request: Request) -> Response:
    organization, query = authorize(request, incoming.RechargeValuesQuery)
    values = backend(request).recharges.unique_values(organization, query.field)
    return reply(unique_values(query.field, values))


def delete_logistics_recharge(request: Request) -> Response:
    organization, path = authorize(request, incoming.RechargePath)
    backend(request).recharges.delete(organization, path.recharge_id)
    return Response(status_code=204)


def _recharge(recharges: Recharges, recharge: Recharge) -> dict[str, object]:
    return outgoing.recharge(recharge, recharges.fuel(recharge), recharges.toc(recharge))
