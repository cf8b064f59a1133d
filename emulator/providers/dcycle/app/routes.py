"""The routes of Dcycle's API."""

from emulator.web.route import Route
from emulator.web.route_table import Endpoint, Endpoints, not_implemented

ENDPOINTS = "emulator.providers.dcycle.endpoints"
"""The package of the endpoints. Each of its modules is imported by the first request to one of its operations."""

context = Endpoints(f"{ENDPOINTS}.context")
employees = Endpoints(f"{ENDPOINTS}.employees")
facilities = Endpoints(f"{ENDPOINTS}.facilities")
files = Endpoints(f"{ENDPOINTS}.files")
freight = Endpoints(f"{ENDPOINTS}.freight")
hubs = Endpoints(f"{ENDPOINTS}.hubs")
imports = Endpoints(f"{ENDPOINTS}.imports")
invoices = Endpoints(f"{ENDPOINTS}.invoices")
kpis = Endpoints(f"{ENDPOINTS}.kpis")
organizations = Endpoints(f"{ENDPOINTS}.organizations")
projects = Endpoints(f"{ENDPOINTS}.projects")
purchases = Endpoints(f"{ENDPOINTS}.purchases")
recharges = Endpoints(f"{ENDPOINTS}.recharges")
references = Endpoints(f"{ENDPOINTS}.references")
transports = Endpoints(f"{ENDPOINTS}.transports")
travels = Endpoints(f"{ENDPOINTS}.travels")
vehicles = Endpoints(f"{ENDPOINTS}.vehicles")
waste_water = Endpoints(f"{ENDPOINTS}.waste_water")
wastes = Endpoints(f"{ENDPOINTS}.wastes")

SOLD_PRODUCTS = "The vendor's overview names this operation only by its title: neither its path nor its reply is known."
READINGS = "It reads records out of a file that the vendor has parsed, and no page prints the format of a parsed file."


def _of_sold_products(operation: str) -> Endpoint:
    return not_implemented(operation, SOLD_PRODUCTS, context.authenticate)


ROUTES = [
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
    Route("/v1/employees/{employee_id}", employees.delete_employee, methods=["DELETE"]),
    Route("/v1/employee-historic", employees.list_commuting_periods, methods=["GET"]),
    Route("/v1/employee-historic", employees.create_commuting_period, methods=["POST"]),
    Route("/v1/employee-historic/{employee_historic_id}", employees.update_commuting_period, methods=["PATCH"]),
    Route("/v1/employee-historic/{employee_historic_id}", employees.delete_commuting_period, methods=["DELETE"]),
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
    Route("/v1/wastes/{waste_id}", wastes.delete_waste, methods=["DELETE"]),
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
    Route("/v1/sold-products", _of_sold_products("list_sold_products"), methods=["GET"]),
    Route(
        "/v1/sold-products/existing-country-sales",
        _of_sold_products("list_existing_country_sales"),
        methods=["GET"],
    ),
    Route(
        "/v1/sold-products/{product_id}",
        _of_sold_products("delete_sold_product"),
        methods=["DELETE"],
    ),
    Route(
        "/v1/sold-products/{product_id}/periods",
        _of_sold_products("list_sold_product_periods"),
        methods=["GET"],
    ),
    Route(
        "/v1/sold-products/{product_id}/periods/check-overlap",
        _of_sold_products("check_sold_product_period"),
        methods=["GET"],
    ),
    Route(
        "/v1/sold-products/{product_id}/periods/{period_id}",
        _of_sold_products("delete_sold_product_period"),
        methods=["DELETE"],
    ),
    Route(
        "/v1/sold-products/{product_id}/periods/{period_id}/country-sales",
        _of_sold_products("list_sold_product_country_sales"),
        methods=["GET"],
    ),
    Route(
        "/v1/sold-products/{product_id}/periods/{period_id}/emissions",
        _of_sold_products("get_sold_product_emissions"),
        methods=["GET"],
    ),
    # Files and imports
    Route("/v1/files/presigned-urls", files.create_file_upload_urls, methods=["POST"]),
    Route("/v1/files/batch-update", files.confirm_file_uploads, methods=["PATCH"]),
    Route("/v1/files/upload", files.upload_file, methods=["POST"]),
    Route(
        "/v1/files/readings", not_implemented("create_file_readings", READINGS, context.authenticate), methods=["POST"]
    ),
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
]
