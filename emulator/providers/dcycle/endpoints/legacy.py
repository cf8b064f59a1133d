"""Invoices, purchases, consumptions, uploads and reference lists of the legacy API."""

from starlette.responses import Response

from emulator.providers.dcycle.backend.purchases import purchase_factor
from emulator.providers.dcycle.backend.records import sort
from emulator.providers.dcycle.endpoints.context import authorize, backend
from emulator.providers.dcycle.endpoints.custom_factors import shown_factor
from emulator.providers.dcycle.endpoints.files import upload_url
from emulator.providers.dcycle.endpoints.invoices import shown_shares
from emulator.providers.dcycle.memory.facilities import Facility
from emulator.providers.dcycle.memory.purchases import Purchase
from emulator.providers.dcycle.memory.vehicles import Consumption, Vehicle
from emulator.providers.dcycle.wire.incoming import legacy as incoming
from emulator.providers.dcycle.wire.incoming.freight import ClientReportQuery
from emulator.providers.dcycle.wire.outgoing import facilities as outgoing_facilities
from emulator.providers.dcycle.wire.outgoing import freight as outgoing_freight
from emulator.providers.dcycle.wire.outgoing import invoices as outgoing_invoices
from emulator.providers.dcycle.wire.outgoing import legacy as outgoing
from emulator.providers.dcycle.wire.outgoing.pages import facility_totals, short_page
from emulator.web.replies import reply
from emulator.web.request import Request


def create_legacy_invoice(request: Request) -> Response:
    _, draft = authorize(request, incoming.NewInvoice)
    dcycle, invoice = backend(request), draft.terms()
    owners = [dcycle.organization(request.user, share.organization_id) for share in invoice.shares]
    for owner, share in zip(owners, invoice.shares, strict=True):
        dcycle.facilities.get(owner, share.terms.facility_id or "")
    shares = dcycle.invoices.create_shares(invoice)
    custom = shown_factor(dcycle, invoice.custom_emission_factor_id, shares[0].organization_id)
    return reply(outgoing.new_invoice(shares[0], custom, shown_shares(dcycle, shares)))


def list_legacy_invoices(request: Request) -> Response:
    organization, path, query = authorize(request, incoming.LegacyFacilityPath, incoming.LegacyInvoicePage)
    dcycle = backend(request)
    facility = dcycle.facilities.get(organization, path.facility_id)
    found = query.condition.narrow(dcycle.invoices.belonging_to(facility, query.filter), outgoing_invoices.invoice)
    shown = short_page(found, query, outgoing_invoices.invoice)
    return reply({**shown, **facility_totals(dcycle.invoices.by_status(facility), found)})


def list_legacy_purchases(request: Request) -> Response:
    organization, query = authorize(request, incoming.LegacyPurchasePage)
    dcycle = backend(request)

    def shown(purchase: Purchase) -> dict[str, object]:
        unit = dcycle.units.get(purchase.terms.unit_id or "")
        return outgoing.legacy_purchase(purchase, unit, purchase_factor(purchase, dcycle.context))

    found = query.condition.narrow(dcycle.purchases.find(organization), shown)
    return reply({**short_page(sort(found, query.sort_members), query, shown), "total2": 0})


def list_legacy_facilities(request: Request) -> Response:
    organization, query = authorize(request, incoming.LegacyFacilityPage)
    facilities = backend(request).facilities

    def shown(facility: Facility) -> dict[str, object]:
        return outgoing_facilities.facility(facility, facilities.grams(facility))

    found = query.condition.narrow(facilities.find(organization, query.filter), shown)
    archived = sum(facility.terms.status == "archived" for facility in found)
    listed = short_page(sort(found, query.sort_members), query, shown)
    return reply({**listed, "total": len(found) - archived, "total2": archived})


def list_legacy_vehicles(request: Request) -> Response:
    organization, query = authorize(request, incoming.LegacyVehiclePage)
    vehicles = backend(request).vehicles

    def shown(vehicle: Vehicle) -> dict[str, object]:
        return outgoing.legacy_vehicle(vehicle, vehicles.grams(vehicle), vehicles.fuel_name(vehicle))

    found = query.condition.narrow(vehicles.find(organization, query.filter), shown)
    archived = sum(vehicle.status == "archived" for vehicle in found)
    listed = short_page(sort(found, query.sort_members), query, shown)
    return reply({**listed, "total": len(found) - archived, "total_archived": archived})


def list_legacy_consumptions(request: Request) -> Response:
    organization, path, query = authorize(request, incoming.LegacyVehiclePath, incoming.LegacyConsumptionPage)
    dcycle = backend(request)
    vehicle = dcycle.vehicles.get(organization, path.vehicle_id)

    def shown(consumption: Consumption) -> dict[str, object]:
        return outgoing.legacy_consumption(consumption, dcycle.units.get(consumption.terms.unit_id))

    found = query.condition.narrow(dcycle.consumptions.belonging_to(vehicle), shown)
    return reply({**short_page(found, query, shown), "total_error": dcycle.consumptions.count_errors(vehicle)})


def create_purchase_upload_url(request: Request) -> Response:
    organization, draft = authorize(request, incoming.NewPurchaseUpload)
    upload = backend(request).uploads.create(organization, draft.terms())
    return reply(outgoing.upload(upload, upload_url(request, upload.id)))


def create_consumption_upload_url(request: Request) -> Response:
    organization, draft = authorize(request, incoming.NewConsumptionUpload)
    upload = backend(request).uploads.create(organization, draft.terms())
    return reply(outgoing.upload(upload, upload_url(request, upload.id)))


def list_units(request: Request) -> Response:
    _, query = authorize(request, incoming.UnitsQuery)
    units = backend(request).catalogue.units
    return reply([outgoing.unit(unit) for unit in units if query.type in (None, unit.type)])


def list_facility_fuels(request: Request) -> Response:
    organization, path = authorize(request, incoming.LegacyFacilityPath)
    dcycle = backend(request)
    country = dcycle.facilities.get(organization, path.facility_id).terms.country
    return reply([outgoing.fuel(fuel, dcycle.units_of(fuel)) for fuel in dcycle.catalogue.fuels_in(country)])


def list_units_alias(request: Request) -> Response:
    return list_units(request)


def list_facility_fuels_alias(request: Request) -> Response:
    return list_facility_fuels(request)


def list_country_fuels(request: Request) -> Response:
    _, query = authorize(request, incoming.FuelsQuery)
    dcycle = backend(request)
    return reply([outgoing.fuel(fuel, dcycle.units_of(fuel)) for fuel in dcycle.catalogue.fuels_in(query.country)])


def list_legacy_logistics_tocs(request: Request) -> Response:
    authorize(request)
    return reply([outgoing.toc(toc) for toc in backend(request).catalogue.freight_factors.tocs])


def list_logistics_clients(request: Request) -> Response:
    organization = authorize(request)
    return reply(backend(request).freight_reports.clients(organization))


def get_logistics_client_report(request: Request) -> Response:
    organization, query = authorize(request, ClientReportQuery)
    report = backend(request).freight_reports.by_toc(organization, query.start_date, query.end_date, query.client)
    return reply(outgoing_freight.client_report(report, query.start_date, query.end_date, query.client))


def list_waste_codes(request: Request) -> Response:
    authorize(request)
    return reply(outgoing.waste_codes(backend(request).catalogue.waste_factors.efs))


def list_low_codes(request: Request) -> Response:
    _, query = authorize(request, incoming.LowCodesQuery)
    return reply(outgoing.low_codes(backend(request).catalogue.waste_factors.efs, query.region))
