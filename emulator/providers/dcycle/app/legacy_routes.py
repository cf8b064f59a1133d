"""The routes of Dcycle's legacy API."""

from emulator.providers.dcycle.app.routes import ENDPOINTS
from emulator.web.route import Route
from emulator.web.route_table import Endpoints

custom_factors = Endpoints(f"{ENDPOINTS}.custom_factors")
files = Endpoints(f"{ENDPOINTS}.files")
legacy = Endpoints(f"{ENDPOINTS}.legacy")
waste_water = Endpoints(f"{ENDPOINTS}.waste_water")

LEGACY_ROUTES = [
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
