"""Dcycle's route table and credentials."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from starlette.routing import Route

from emulator.core.ledger import NoBooks
from emulator.providers.dcycle import HOSTS
from emulator.providers.dcycle.backend import Dcycle
from emulator.providers.dcycle.memory.catalogue import Catalogue
from emulator.providers.dcycle.memory.fixture import Fixture
from emulator.providers.dcycle.memory.migrations import MIGRATIONS
from emulator.providers.dcycle.wording import http_refusal, render, schema_refusal
from emulator.web.provider import Provider
from emulator.web.provider_app import ProviderApp
from emulator.web.route_table import Endpoints, not_implemented

if TYPE_CHECKING:
    from emulator.providers.dcycle.endpoints import (
        custom_factors,
        employees,
        facilities,
        files,
        freight,
        hubs,
        imports,
        invoices,
        kpis,
        legacy,
        organizations,
        projects,
        purchases,
        recharges,
        references,
        transports,
        travels,
        vehicles,
        waste_water,
        wastes,
    )
else:
    custom_factors = Endpoints("emulator.providers.dcycle.endpoints.custom_factors")
    employees = Endpoints("emulator.providers.dcycle.endpoints.employees")
    facilities = Endpoints("emulator.providers.dcycle.endpoints.facilities")
    files = Endpoints("emulator.providers.dcycle.endpoints.files")
    freight = Endpoints("emulator.providers.dcycle.endpoints.freight")
    hubs = Endpoints("emulator.providers.dcycle.endpoints.hubs")
    imports = Endpoints("emulator.providers.dcycle.endpoints.imports")
    invoices = Endpoints("emulator.providers.dcycle.endpoints.invoices")
    kpis = Endpoints("emulator.providers.dcycle.endpoints.kpis")
    legacy = Endpoints("emulator.providers.dcycle.endpoints.legacy")
    organizations = Endpoints("emulator.providers.dcycle.endpoints.organizations")
    projects = Endpoints("emulator.providers.dcycle.endpoints.projects")
    purchases = Endpoints("emulator.providers.dcycle.endpoints.purchases")
    recharges = Endpoints("emulator.providers.dcycle.endpoints.recharges")
    references = Endpoints("emulator.providers.dcycle.endpoints.references")
    transports = Endpoints("emulator.providers.dcycle.endpoints.transports")
    travels = Endpoints("emulator.providers.dcycle.endpoints.travels")
    vehicles = Endpoints("emulator.providers.dcycle.endpoints.vehicles")
    waste_water = Endpoints("emulator.providers.dcycle.endpoints.waste_water")
    wastes = Endpoints("emulator.providers.dcycle.endpoints.wastes")

SOLD_PRODUCTS = "The vendor's overview names this operation only by its title: neither its path nor its reply is known."
READINGS = "It reads records out of a file that the vendor has parsed, and no page prints the format of a parsed file."

routes = [
    # Emissions, organizations, users
    Route("/v1/total-impacts", organizations.get_total_impacts, methods=["GET"]),
    Route("/v2/organizations/tree", organizations.get_organization_tree, methods=["GET"]),
    Route("/auth/login", organizations.log_in, methods=["POST"]),
    # Invoices
    Route("/v1/invoices", invoices.list_invoices, methods=["GET"]),
    Route("/v1/invoices/filter-options", invoices.list_invoice_filter_options, methods=["GET"]),
    Route("/v1/invoices/{invoice_id}", invoices.get_invoice, methods=["GET"]),
    Route("/v1/invoices/{invoice_id}", invoices.update_invoice, methods=["PATCH"]),
    Route("/v1/invoices/{invoice_id}", invoices.delete_invoice, methods=["DELETE"]),
    Route("/v3/invoices/{invoice_id}", invoices.get_invoice_v3, methods=["GET"]),
    # Vehicles
    Route("/v1/vehicles", vehicles.list_vehicles, methods=["GET"]),
    Route("/v1/vehicles", vehicles.create_vehicle, methods=["POST"]),
    Route("/v1/vehicles/bulk-delete", vehicles.bulk_delete_vehicles, methods=["POST"]),
    Route("/v1/vehicles/bulk-delete-by-filters", vehicles.bulk_delete_vehicles_by_filters, methods=["POST"]),
    Route("/v1/vehicles/unique-values", vehicles.list_vehicle_unique_values, methods=["GET"]),
    Route("/v1/vehicles/fuels", references.list_vehicle_fuels_alias, methods=["GET"]),
    Route("/v1/vehicles/unknown", references.list_unknown_vehicles_alias, methods=["GET"]),
    Route("/v1/vehicles/{vehicle_id}", vehicles.get_vehicle, methods=["GET"]),
    Route("/v1/vehicles/{vehicle_id}", vehicles.update_vehicle, methods=["PATCH"]),
    Route("/v1/vehicles/{vehicle_id}", vehicles.delete_vehicle, methods=["DELETE"]),
    Route("/v1/vehicles/{vehicle_id}/consumptions", vehicles.list_vehicle_consumptions, methods=["GET"]),
    Route(
        "/v1/vehicles/{vehicle_id}/consumptions/bulk-delete",
        vehicles.bulk_delete_vehicle_consumptions,
        methods=["POST"],
    ),
    Route(
        "/v1/vehicles/{vehicle_id}/consumptions/bulk-delete-by-filters",
        vehicles.bulk_delete_vehicle_consumptions_by_filters,
        methods=["POST"],
    ),
    Route(
        "/v1/vehicle_consumptions/by-file/{file_id}", vehicles.delete_vehicle_consumptions_of_file, methods=["DELETE"]
    ),
    Route("/v1/vehicle_consumptions/{vehicle_consumption_id}", vehicles.delete_vehicle_consumption, methods=["DELETE"]),
    Route("/v1/vehicle-fuels", references.list_vehicle_fuels, methods=["GET"]),
    Route("/v1/unknown-vehicles", references.list_unknown_vehicles, methods=["GET"]),
    # Purchases
    Route("/v1/purchases", purchases.list_purchases, methods=["GET"]),
    Route("/v1/purchases", purchases.create_purchase, methods=["POST"]),
    Route("/v1/purchases/{purchase_id}", purchases.get_purchase, methods=["GET"]),
    Route("/v1/purchases/{purchase_id}", purchases.update_purchase, methods=["PATCH"]),
    Route("/v1/purchases/{purchase_id}", purchases.delete_purchase, methods=["DELETE"]),
    # Facilities
    Route("/v1/facilities", facilities.list_facilities, methods=["GET"]),
    Route("/v1/facilities", facilities.create_facility, methods=["POST"]),
    Route("/v1/facilities/{facility_id}", facilities.get_facility, methods=["GET"]),
    Route("/v1/facilities/{facility_id}", facilities.update_facility, methods=["PUT"]),
    Route("/v1/facilities/{facility_id}", facilities.delete_facility, methods=["DELETE"]),
    # Logistics
    Route("/v1/logistics/requests", freight.list_logistics_requests, methods=["GET"]),
    Route("/v1/logistics/requests", freight.create_logistics_request, methods=["POST"]),
    Route("/v1/logistics/requests/bulk", freight.create_logistics_requests, methods=["POST"]),
    Route("/v1/logistics/requests/batch-delete", freight.delete_logistics_requests, methods=["POST"]),
    Route("/v1/logistics/requests/{request_id}", freight.delete_logistics_request, methods=["DELETE"]),
    Route("/v2/logistics/requests", freight.create_logistics_request_v2, methods=["POST"]),
    Route("/v2/logistics/requests/bulk", freight.create_logistics_requests_v2, methods=["POST"]),
    Route("/v1/logistics/packages", freight.list_logistics_packages, methods=["GET"]),
    Route("/v1/logistics/packages/{package_id}", freight.get_logistics_package, methods=["GET"]),
    Route("/v1/logistics/tocs", freight.list_logistics_tocs, methods=["GET"]),
    Route("/v1/logistics/summary", freight.get_logistics_summary, methods=["GET"]),
    Route("/v1/logistics/report", freight.get_logistics_report, methods=["GET"]),
    Route("/v1/logistics/hubs", hubs.list_logistics_hubs, methods=["GET"]),
    Route("/v1/logistics/fuels", recharges.list_logistics_fuels, methods=["GET"]),
    Route("/v1/logistics/recharges", recharges.list_logistics_recharges, methods=["GET"]),
    Route("/v1/logistics/recharges", recharges.create_logistics_recharge, methods=["POST"]),
    Route("/v1/logistics/recharges/bulk", recharges.create_logistics_recharges, methods=["POST"]),
    Route("/v1/logistics/recharges/unique-values", recharges.list_logistics_recharge_unique_values, methods=["GET"]),
    Route("/v1/logistics/recharges/{recharge_id}", recharges.delete_logistics_recharge, methods=["DELETE"]),
    # Logistic hubs
    Route("/v1/logistic-hubs", hubs.list_logistic_hubs, methods=["GET"]),
    Route("/v1/logistic-hubs", hubs.create_logistic_hub, methods=["POST"]),
    Route("/v1/logistic-hubs/{hub_id}", hubs.get_logistic_hub, methods=["GET"]),
    Route("/v1/logistic-hubs/{hub_id}", hubs.update_logistic_hub, methods=["PUT"]),
    Route("/v1/logistic-hubs/{hub_id}", hubs.delete_logistic_hub, methods=["DELETE"]),
    # Transports
    Route("/v1/transports", transports.list_transports, methods=["GET"]),
    Route("/v1/transports", transports.create_transport, methods=["POST"]),
    Route("/v1/transports/counts", transports.count_transports, methods=["GET"]),
    Route("/v1/transports/combinations", transports.list_transport_combinations, methods=["GET"]),
    Route("/v1/transports/bulk-delete", transports.bulk_delete_transports, methods=["POST"]),
    Route("/v1/transports/bulk-delete-by-filters", transports.bulk_delete_transports_by_filters, methods=["POST"]),
    Route("/v1/transports/upload", files.upload_transports, methods=["POST"]),
    Route("/v1/transports/upload/presigned-url", files.create_transport_upload_url, methods=["POST"]),
    Route("/v1/transports/{transport_route_id}/versions", transports.list_transport_versions, methods=["GET"]),
    Route("/v1/transports/{transport_route_id}", transports.get_transport, methods=["GET"]),
    Route("/v1/transports/{transport_route_id}", transports.update_transport, methods=["PUT"]),
    Route("/v1/transports/{transport_route_id}", transports.delete_transport, methods=["DELETE"]),
    # Employees
    Route("/v1/employees", employees.list_employees, methods=["GET"]),
    Route("/v1/employees", employees.create_employee, methods=["POST"]),
    Route("/v1/employees/{employee_id}", employees.get_employee, methods=["GET"]),
    Route("/v1/employees/{employee_id}", employees.update_employee, methods=["PATCH"]),
    Route("/v1/employee-historic", employees.list_commuting_periods, methods=["GET"]),
    Route("/v1/employee-historic", employees.create_commuting_period, methods=["POST"]),
    # Business travels
    Route("/v1/business-travels", travels.list_business_travels, methods=["GET"]),
    Route("/v1/business-travels", travels.create_business_travel, methods=["POST"]),
    Route("/v1/business-travels/{business_travel_id}", travels.get_business_travel, methods=["GET"]),
    Route("/v1/business-travels/{business_travel_id}", travels.update_business_travel, methods=["PATCH"]),
    Route("/v1/business-travels/{business_travel_id}", travels.delete_business_travel, methods=["DELETE"]),
    # Wastes and waste water
    Route("/v1/wastes", wastes.list_wastes, methods=["GET"]),
    Route("/v1/wastes", wastes.create_waste, methods=["POST"]),
    Route("/v1/wastes/{waste_id}", wastes.update_waste, methods=["PATCH"]),
    Route("/v1/waste/bulk-delete", wastes.bulk_delete_wastes, methods=["POST"]),
    Route("/v1/waste/unique-values", wastes.list_waste_unique_values, methods=["GET"]),
    Route("/v1/waste-efs", wastes.list_waste_emission_factors, methods=["GET"]),
    Route("/v1/waste-water-treatments", waste_water.list_waste_water_treatments, methods=["GET"]),
    Route("/v1/waste-water-treatments/{wwt_id}/detail", waste_water.get_waste_water_treatment, methods=["GET"]),
    # Projects
    Route("/v1/projects", projects.list_projects, methods=["GET"]),
    Route("/v1/projects/extended", projects.list_extended_projects, methods=["GET"]),
    Route("/v1/projects", projects.create_project, methods=["POST"]),
    Route("/v1/projects/{project_id}", projects.get_project, methods=["GET"]),
    Route("/v1/projects/{project_id}", projects.update_project, methods=["PUT"]),
    Route("/v1/projects/{project_id}", projects.delete_project, methods=["DELETE"]),
    Route("/v1/projects/{project_id}/entities/link", projects.link_project_entities, methods=["POST"]),
    Route("/v1/projects/{project_id}/entities/unlink", projects.unlink_project_entities, methods=["POST"]),
    Route(
        "/v1/projects/{project_id}/entities/link-by-filters",
        projects.link_project_entities_by_filters,
        methods=["POST"],
    ),
    # Custom KPIs
    Route("/v1/custom-kpi-datasets", kpis.create_kpi_dataset, methods=["POST"]),
    Route("/v1/custom-kpi-datasets/{dataset_id}/kpis", kpis.create_kpi, methods=["POST"]),
    # Sold products
    Route("/v1/sold-products", not_implemented("list_sold_products", SOLD_PRODUCTS), methods=["GET"]),
    Route(
        "/v1/sold-products/existing-country-sales",
        not_implemented("list_existing_country_sales", SOLD_PRODUCTS),
        methods=["GET"],
    ),
    Route("/v1/sold-products/{product_id}", not_implemented("delete_sold_product", SOLD_PRODUCTS), methods=["DELETE"]),
    Route(
        "/v1/sold-products/{product_id}/periods",
        not_implemented("list_sold_product_periods", SOLD_PRODUCTS),
        methods=["GET"],
    ),
    Route(
        "/v1/sold-products/{product_id}/periods/check-overlap",
        not_implemented("check_sold_product_period", SOLD_PRODUCTS),
        methods=["GET"],
    ),
    Route(
        "/v1/sold-products/{product_id}/periods/{period_id}",
        not_implemented("delete_sold_product_period", SOLD_PRODUCTS),
        methods=["DELETE"],
    ),
    Route(
        "/v1/sold-products/{product_id}/periods/{period_id}/country-sales",
        not_implemented("list_sold_product_country_sales", SOLD_PRODUCTS),
        methods=["GET"],
    ),
    Route(
        "/v1/sold-products/{product_id}/periods/{period_id}/emissions",
        not_implemented("get_sold_product_emissions", SOLD_PRODUCTS),
        methods=["GET"],
    ),
    # Files and imports
    Route("/v1/files/presigned-urls", files.create_file_upload_urls, methods=["POST"]),
    Route("/v1/files/batch-update", files.confirm_file_uploads, methods=["PATCH"]),
    Route("/v1/files/upload", files.upload_file, methods=["POST"]),
    Route("/v1/files/readings", not_implemented("create_file_readings", READINGS), methods=["POST"]),
    Route("/v2/imports/sessions", imports.create_import_session, methods=["POST"]),
    Route("/v2/imports/sessions", imports.list_import_sessions, methods=["GET"]),
    Route("/v2/imports/{import_id}/status", imports.get_import_status, methods=["GET"]),
    Route("/v2/imports/{import_id}/mapping", imports.map_import, methods=["POST"]),
    Route("/v2/imports/{import_id}/mapping/suggest", imports.suggest_import_mapping, methods=["POST"]),
    Route("/v2/imports/{import_id}/unique-values", imports.list_import_values, methods=["POST"]),
    Route("/v2/imports/{import_id}/validate", imports.validate_import, methods=["POST"]),
    Route("/v2/imports/{import_id}/rows", imports.list_import_rows, methods=["GET"]),
    Route("/v2/imports/{import_id}/rows", imports.correct_import_rows, methods=["PATCH"]),
    Route("/v2/imports/{import_id}/submit", imports.submit_import, methods=["POST"]),
    # Legacy API
    Route("/api/v1/vehicle_consumptions/bulk/csv", legacy.create_consumption_upload_url, methods=["POST"]),
    Route("/api/v1/vehicle_consumptions/vehicle/{vehicle_id}", legacy.list_legacy_consumptions, methods=["GET"]),
    Route("/uploads/{file_id}", files.put_upload, methods=["PUT"]),
    Route("/api/v1/facility_fuels", legacy.list_country_fuels, methods=["GET"]),
    Route("/api/v1/custom_emission_groups", custom_factors.list_custom_emission_groups, methods=["GET"]),
    Route("/api/v1/custom_emission_groups", custom_factors.create_custom_emission_group, methods=["POST"]),
    Route("/api/v1/custom_emission_groups/{id}", custom_factors.get_custom_emission_group, methods=["GET"]),
    Route("/api/v1/custom_emission_groups/{id}", custom_factors.update_custom_emission_group, methods=["PATCH"]),
    Route("/api/v1/custom_emission_groups/{id}", custom_factors.delete_custom_emission_group, methods=["DELETE"]),
    Route(
        "/api/v1/custom_emission_groups/list_of_emission_groups/{organization_id}/{category}",
        custom_factors.list_custom_emission_groups_of_category,
        methods=["GET"],
    ),
    Route(
        "/api/v1/custom_emission_groups/organization_emission_data/{organization_id}",
        custom_factors.list_organization_emission_data,
        methods=["GET"],
    ),
    Route("/api/v1/custom_emission_factors/list/{id}", custom_factors.list_custom_emission_factors, methods=["GET"]),
    Route("/api/v1/custom_emission_factors/{id}", custom_factors.create_custom_emission_factor, methods=["POST"]),
    Route("/api/v1/custom_emission_factors/{id}", custom_factors.get_custom_emission_factor, methods=["GET"]),
    Route("/api/v1/custom_emission_factors/{id}", custom_factors.update_custom_emission_factor, methods=["PATCH"]),
    Route("/api/v1/custom_emission_factors/{id}", custom_factors.delete_custom_emission_factor, methods=["DELETE"]),
    Route("/api/v1/invoices", legacy.create_legacy_invoice, methods=["POST"]),
    Route("/api/v1/invoices/casted/facility/{facility_id}", legacy.list_legacy_invoices, methods=["GET"]),
    Route("/api/v1/purchases", legacy.list_legacy_purchases, methods=["GET"]),
    Route("/api/v1/purchases/bulk/csv", legacy.create_purchase_upload_url, methods=["POST"]),
    Route("/api/v1/logistics/presigned_url", files.create_logistics_upload_urls, methods=["POST"]),
    Route("/api/v1/logistics/tocs", legacy.list_legacy_logistics_tocs, methods=["GET"]),
    Route("/api/v1/logistics/clients", legacy.list_logistics_clients, methods=["GET"]),
    Route("/api/v1/logistics/clients/report", legacy.get_logistics_client_report, methods=["GET"]),
    Route("/api/v1/facilities", legacy.list_legacy_facilities, methods=["GET"]),
    Route("/api/v1/vehicles", legacy.list_legacy_vehicles, methods=["GET"]),
    Route("/api/v1/wastes/rd_ler_list", legacy.list_waste_codes, methods=["GET"]),
    Route("/api/v1/wastes/low_codes", legacy.list_low_codes, methods=["GET"]),
    Route("/api/v1/bulk/waste_water_treatments", waste_water.create_waste_water_treatments, methods=["POST"]),
    Route(
        "/api/v1/waste_water_treatments/{waste_water_treatment_id}",
        waste_water.delete_waste_water_treatment,
        methods=["DELETE"],
    ),
    Route("/api/v1/units", legacy.list_units, methods=["GET"]),
    Route("/units", legacy.list_units_alias, methods=["GET"]),
    Route("/api/v1/facility_fuels/{facility_id}", legacy.list_facility_fuels, methods=["GET"]),
    Route("/facility_fuels/{facility_id}", legacy.list_facility_fuels_alias, methods=["GET"]),
]


def credentials(catalogue: Catalogue) -> dict[str, str]:
    """Return the credentials with which a user may begin."""
    first = catalogue.keys[0]
    return {"api_key": first.api_key, "organization_id": first.organization_id}


def accounts(catalogue: Catalogue) -> Iterable[Mapping[str, str]]:
    """Return each API key with the organization that it is for."""
    return ({"api_key": key.api_key, "organization_id": key.organization_id} for key in catalogue.keys)


PROVIDER = Provider(
    name="dcycle",
    title="Dcycle",
    hosts=HOSTS,
    version=3,
    migrations=MIGRATIONS,
    app=ProviderApp(routes, render, schema_refusal, http_refusal),
    fixture=Fixture,
    backend=Dcycle,
    books=NoBooks(
        "Dcycle reports what organizations emit. Nothing is bought or retired there, and no emission is a credit."
    ),
    credentials=credentials,
    accounts=accounts,
    emissions=Dcycle.monthly_emissions,
    render=render,
    http_refusal=http_refusal,
)
