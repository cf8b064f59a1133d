"""Dcycle's route table and credentials."""

from starlette.routing import Route

from emulator.core.ledger import NoBooks
from emulator.providers.dcycle import HOSTS
from emulator.providers.dcycle.backend import Dcycle
from emulator.providers.dcycle.endpoints import facilities, invoices, organizations, purchases, references, vehicles
from emulator.providers.dcycle.memory.catalogue import Catalogue
from emulator.providers.dcycle.memory.fixture import Fixture
from emulator.providers.dcycle.wording import http_refusal, render, schema_refusal
from emulator.web.provider import Provider
from emulator.web.provider_app import ProviderApp
from emulator.web.route_table import not_implemented

routes = [
    Route("/v1/total-impacts", organizations.get_total_impacts, methods=["GET"]),
    Route("/v2/organizations/tree", organizations.get_organization_tree, methods=["GET"]),
    Route("/v1/invoices", invoices.list_invoices, methods=["GET"]),
    Route("/v1/invoices/{invoice_id}", invoices.get_invoice, methods=["GET"]),
    Route("/v1/invoices/{invoice_id}", invoices.update_invoice, methods=["PATCH"]),
    Route("/v1/invoices/{invoice_id}", invoices.delete_invoice, methods=["DELETE"]),
    Route("/v3/invoices/{invoice_id}", invoices.get_invoice_v3, methods=["GET"]),
    Route("/v1/vehicles", vehicles.list_vehicles, methods=["GET"]),
    Route("/v1/vehicles", vehicles.create_vehicle, methods=["POST"]),
    Route("/v1/vehicles/bulk-delete", vehicles.bulk_delete_vehicles, methods=["POST"]),
    Route("/v1/vehicles/unique-values", vehicles.list_vehicle_unique_values, methods=["GET"]),
    Route("/v1/vehicles/{vehicle_id}", vehicles.get_vehicle, methods=["GET"]),
    Route("/v1/vehicles/{vehicle_id}", vehicles.update_vehicle, methods=["PATCH"]),
    Route("/v1/vehicles/{vehicle_id}", vehicles.delete_vehicle, methods=["DELETE"]),
    Route("/v1/vehicles/{vehicle_id}/consumptions", vehicles.list_vehicle_consumptions, methods=["GET"]),
    Route("/v1/vehicle_consumptions/{vehicle_consumption_id}", vehicles.delete_vehicle_consumption, methods=["DELETE"]),
    Route("/v1/vehicle-fuels", references.list_vehicle_fuels, methods=["GET"]),
    Route("/v1/unknown-vehicles", references.list_unknown_vehicles, methods=["GET"]),
    Route("/v1/vehicles/fuels", references.list_vehicle_fuels_alias, methods=["GET"]),
    Route("/v1/vehicles/unknown", references.list_unknown_vehicles_alias, methods=["GET"]),
    Route("/v1/purchases", purchases.list_purchases, methods=["GET"]),
    Route("/v1/purchases", purchases.create_purchase, methods=["POST"]),
    Route("/v1/purchases/{purchase_id}", purchases.get_purchase, methods=["GET"]),
    Route("/v1/purchases/{purchase_id}", purchases.update_purchase, methods=["PATCH"]),
    Route("/v1/purchases/{purchase_id}", purchases.delete_purchase, methods=["DELETE"]),
    Route("/v1/facilities", facilities.list_facilities, methods=["GET"]),
    Route("/v1/facilities", facilities.create_facility, methods=["POST"]),
    Route("/v1/facilities/{facility_id}", facilities.get_facility, methods=["GET"]),
    Route("/v1/facilities/{facility_id}", facilities.update_facility, methods=["PUT"]),
    Route("/v1/facilities/{facility_id}", facilities.delete_facility, methods=["DELETE"]),
    Route("/v1/projects", not_implemented("list_projects"), methods=["GET"]),
    Route("/v1/logistics/requests", not_implemented("list_logistics_requests"), methods=["GET"]),
    Route("/v1/logistics/recharges", not_implemented("list_logistics_recharges"), methods=["GET"]),
    Route("/v1/logistics/fuels", not_implemented("list_logistics_fuels"), methods=["GET"]),
    Route("/v1/logistic-hubs", not_implemented("list_logistic_hubs"), methods=["GET"]),
    Route("/api/v1/custom_emission_groups", not_implemented("list_custom_emission_groups"), methods=["GET"]),
    Route("/auth/login", organizations.log_in, methods=["POST"]),
]


def credentials(catalogue: Catalogue) -> dict[str, str]:
    """Return the credentials with which a user may begin."""
    first = catalogue.keys[0]
    return {"api_key": first.api_key, "organization_id": first.organization_id}


PROVIDER = Provider(
    name="dcycle",
    title="Dcycle",
    hosts=HOSTS,
    version=2,
    app=ProviderApp(routes, render, schema_refusal, http_refusal),
    fixture=Fixture,
    backend=Dcycle,
    books=NoBooks(
        "Dcycle reports what organizations emit. Nothing is bought or retired there, and no emission is a credit."
    ),
    credentials=credentials,
    render=render,
    http_refusal=http_refusal,
)
