"""Lost replies: an operation commits, its reply is lost, and the client sends the request again."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from emulator.client.embedded import SpaceHandle
from emulator.evidence import contracts
from emulator.providers import ALL
from tests.support.caller import Caller, credentials_of
from tests.support.drafts import good_draft

KEY = {"Idempotency-Key": "purchase-1"}
IMPACT = {"user_id": "U123", "time_utc": "2024-09-16T20:30:13.391Z"}
RETIREMENT = {
    "vintage_id": "00410wiwk6v7q7aa10",
    "quantity_grams": "750000",
    "external_id": "purchase-1",
    "external_retiree_id": "retiree-1",
    "sell_order_id": "006o2wqvztvuzmadov",
    "expected_price_cents": "3000",
}
API_KEY = {"name": "second", "deactivate_current": False}
OWN_KEY = "/api/api-keys/00n06yx75dzuxz2lgi"
ACCOUNT = {
    "username": "ada",
    "password": "Difference1",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "email": "ada@example.com",
}
LOGO = "/v1/subaccounts/5nubL0NS/logo"
CHECKOUT = {"amount_kg": 100, "success_url": "https://example.com/yes", "cancel_url": "https://example.com/no"}
LOGIN = {"username": "ilovetheplanet", "password": "Sav3Th3Whal3s"}
USER = {"email": "user@example.com", "password": "your-password"}
PURCHASE = {
    "product_name": "Office Supplies",
    "sector": "Manufacturing",
    "country": "ES",
    "quantity": 1500.0,
    "unit_id": "EUR",
    "purchase_date": "2024-03-15",
    "expense_type": "opex",
}
INVOICE = "/v1/invoices/d66887a3-a556-4782-952b-f8818ec8d8bc"
OFFICE_SUPPLIES = "/v1/purchases/550e8400-e29b-41d4-a716-446655440000"
VEHICLE = {
    "type": "passenger",
    "ownership": "owned",
    "license_plate": "ABC-1234",
    "country": "ES",
    "unknown_vehicle_id": "550e8400-e29b-41d4-a716-446655440000",
    "vehicle_fuel_id": "660e8400-e29b-41d4-a716-446655440000",
}
FLEET_CAR = "/v1/vehicles/550e8400-e29b-41d4-a716-446655440000"
FLEET_CARS = {"vehicle_ids": ["550e8400-e29b-41d4-a716-446655440000"]}
FACILITY = {"name": "Madrid Office", "type": "office", "country": "ES"}
MADRID = "/v1/facilities/550e8400-e29b-41d4-a716-446655440000"
LITRES = "/v1/vehicle_consumptions/660e8400-e29b-41d4-a716-446655440000"


def _orders(state: dict[str, Any]) -> int:
    return len(state["orders"])


def _cancelled(state: dict[str, Any]) -> int:
    return sum(order["cancelled_on"] is not None for order in state["orders"].values())


def _taken_back(state: dict[str, Any]) -> int:
    return sum(impact["cancelled_on"] is not None for impact in state["impacts"])


def _named_a(state: dict[str, Any]) -> int:
    return sum(subaccount["name"] == "A" for subaccount in state["subaccounts"].values())


def _sessions(state: dict[str, Any]) -> int:
    return len(state["sessions"])


def _logos(state: dict[str, Any]) -> int:
    return sum(subaccount["logo_url"] is not None for subaccount in state["subaccounts"].values())


def _grams_left(state: dict[str, Any]) -> int:
    return sum(int(order["quantity_grams"]) for order in state["sell_orders"].values())


def _purchases(state: dict[str, Any]) -> int:
    return len(state["purchases"])


def _inactive(state: dict[str, Any]) -> int:
    return sum(purchase["terms"]["status"] == "inactive" for purchase in state["purchases"].values())


def _invoices(state: dict[str, Any]) -> int:
    return len(state["invoices"])


def _inactive_invoices(state: dict[str, Any]) -> int:
    return sum(invoice["terms"]["status"] == "inactive" for invoice in state["invoices"].values())


def _vehicles(state: dict[str, Any]) -> int:
    return len(state["vehicles"])


def _rented(state: dict[str, Any]) -> int:
    return sum(vehicle["terms"]["ownership"] == "rented" for vehicle in state["vehicles"].values())


def _consumptions(state: dict[str, Any]) -> int:
    return len(state["consumptions"])


def _facilities(state: dict[str, Any]) -> int:
    return sum(facility["enabled"] for facility in state["facilities"].values())


def _archived(state: dict[str, Any]) -> int:
    return sum(facility["terms"]["status"] == "archived" for facility in state["facilities"].values())


CASES: list[Any] = [
    # provider, operation, path, body, headers, status of the retry, what to count, expected change
    ("oneclickimpact", "capture_carbon", "/v1/capture_carbon", {"amount": 5}, {}, 200, lambda s: len(s["impacts"]), 2),
    ("oneclickimpact", "plant_tree", "/v1/plant_tree", {"amount": 5}, {}, 200, lambda s: len(s["impacts"]), 2),
    ("oneclickimpact", "clean_ocean", "/v1/clean_ocean", {"amount": 5}, {}, 200, lambda s: len(s["impacts"]), 2),
    ("oneclickimpact", "donate_money", "/v1/donate_money", {"amount": 5}, {}, 200, lambda s: len(s["impacts"]), 2),
    ("oneclickimpact", "restore_coral", "/v1/restore_coral", {"amount": 5}, {}, 200, lambda s: len(s["impacts"]), 2),
    ("oneclickimpact", "cancel_impact", "/v1/cancel_impact", IMPACT, {}, 200, _taken_back, 1),
    ("cnaught", "place_order", "/v1/orders", {"amount_kg": 10}, KEY, 201, _orders, 1),
    ("cnaught", "place_order", "/v1/orders", {"amount_kg": 10}, {}, 201, _orders, 2),
    ("cnaught", "place_ride_order", "/v1/orders/ride", {"distance_km": 30}, KEY, 201, _orders, 1),
    ("cnaught", "place_ride_order", "/v1/orders/ride", {"distance_km": 30}, {}, 201, _orders, 2),
    ("cnaught", "cancel_order", "/v1/orders/Gre28Fc35bt3/cancel", None, KEY, 200, _cancelled, 1),
    ("cnaught", "cancel_order", "/v1/orders/Gre28Fc35bt3/cancel", None, {}, 403, _cancelled, 1),
    ("cnaught", "create_subaccount", "/v1/subaccounts", {"name": "A"}, KEY, 201, lambda s: len(s["subaccounts"]), 1),
    ("cnaught", "create_subaccount", "/v1/subaccounts", {"name": "A"}, {}, 201, lambda s: len(s["subaccounts"]), 2),
    ("cnaught", "update_subaccount", "/v1/subaccounts/5nubL0NS", {"name": "A"}, {}, 200, _named_a, 1),
    ("cnaught", "delete_subaccount", "/v1/subaccounts/5nubL0NS", None, {}, 404, lambda s: len(s["subaccounts"]), -1),
    ("cnaught", "set_subaccount_logo_from_url", LOGO, {"logo_url": "https://example.com/l.png"}, {}, 200, _logos, 1),
    ("cnaught", "set_subaccount_logo", LOGO, "bytes", {"Content-Type": "image/png"}, 200, _logos, 1),
    ("cnaught", "delete_subaccount_logo", LOGO, None, {}, 200, _logos, 0),
    ("cnaught", "create_checkout_session", "/v1/checkout/sessions", CHECKOUT, {}, 201, _sessions, 2),
    ("cnaught", "create_order_checkout_session", "/v1/orders/checkout-session", CHECKOUT, {}, 201, _sessions, 2),
    ("carboninsights", "register", "/register", ACCOUNT, {}, 400, lambda s: len(s["accounts"]), 1),
    ("carboninsights", "obtain_token", "/token", LOGIN, {}, 200, lambda s: len(s["tokens"]), 4),
    ("dcycle", "log_in", "/auth/login", USER, {}, 200, lambda s: len(s["tokens"]), 2),
    ("dcycle", "create_purchase", "/v1/purchases", PURCHASE, {}, 201, _purchases, 2),
    ("dcycle", "update_purchase", OFFICE_SUPPLIES, {"status": "inactive"}, {}, 200, _inactive, 1),
    ("dcycle", "delete_purchase", OFFICE_SUPPLIES, None, {}, 404, _purchases, -1),
    ("dcycle", "update_invoice", INVOICE, {"status": "inactive"}, {}, 200, _inactive_invoices, 1),
    ("dcycle", "delete_invoice", INVOICE, None, {}, 404, _invoices, -1),
    ("dcycle", "create_vehicle", "/v1/vehicles", VEHICLE, {}, 201, _vehicles, 2),
    ("dcycle", "update_vehicle", FLEET_CAR, {"ownership": "rented"}, {}, 200, _rented, 1),
    ("dcycle", "delete_vehicle", FLEET_CAR, None, {}, 404, _vehicles, -1),
    ("dcycle", "bulk_delete_vehicles", "/v1/vehicles/bulk-delete", FLEET_CARS, {}, 200, _vehicles, -1),
    ("dcycle", "delete_vehicle_consumption", LITRES, None, {}, 404, _consumptions, -1),
    ("dcycle", "create_facility", "/v1/facilities", FACILITY, {}, 201, _facilities, 2),
    ("dcycle", "update_facility", MADRID, {"status": "archived"}, {}, 200, _archived, 1),
    ("dcycle", "delete_facility", MADRID, None, {}, 404, _facilities, -1),
    ("thallo", "request_retirement", "/api/caas/request-retirement", RETIREMENT, {}, 200, _grams_left, -1_000_000),
    ("thallo", "create_api_key", "/api/api-keys", API_KEY, {}, 422, lambda s: len(s["api_keys"]), 1),
    ("thallo", "deactivate_api_key", OWN_KEY, None, {}, 401, lambda s: len(s["deactivated_keys"]), 1),
]
RECORDS = {
    # operation: status of the retry, number of records created or changed
    "create_employee": (201, 2),
    "update_employee": (200, 1),
    "create_commuting_period": (201, 2),
    "update_commuting_period": (200, 1),
    "create_business_travel": (201, 2),
    "update_business_travel": (200, 1),
    "create_logistics_request": (200, 2),
    "create_logistics_request_v2": (200, 2),
    "create_logistics_requests": (200, 2),
    "create_logistics_requests_v2": (200, 2),
    "create_logistics_recharge": (200, 1),
    "create_logistics_recharges": (200, 1),
    "create_logistic_hub": (409, 1),
    "update_logistic_hub": (200, 1),
    "create_waste": (201, 2),
    "update_waste": (200, 1),
    "create_waste_water_treatments": (200, 2),
    "create_transport": (201, 2),
    "update_transport": (200, 1),
    "create_custom_emission_group": (200, 2),
    "update_custom_emission_group": (200, 1),
    "create_custom_emission_factor": (200, 2),
    "update_custom_emission_factor": (200, 1),
    "create_legacy_invoice": (200, 4),
    "create_purchase_upload_url": (200, 2),
    "create_consumption_upload_url": (200, 2),
    "put_upload": (200, 1),
    "create_file_upload_urls": (200, 2),
    "confirm_file_uploads": (200, 1),
    "upload_file": (200, 2),
    "upload_transports": (200, 2),
    "create_transport_upload_url": (200, 2),
    "create_logistics_upload_urls": (200, 4),
    "create_project": (201, 2),
    "update_project": (200, 1),
    "create_kpi_dataset": (201, 4),
    "create_kpi": (201, 2),
    "create_import_session": (200, 2),
    "map_import": (200, 1),
    "validate_import": (200, 1),
    "correct_import_rows": (200, 1),
    "submit_import": (409, 2),
}
"""Operations of Dcycle that create or change records, sent as the examples of the contract have them."""

DELETIONS = {
    "delete_employee": (404, -2),
    "delete_commuting_period": (404, -1),
    "delete_business_travel": (404, -1),
    "delete_logistics_request": (404, -1),
    "delete_logistics_requests": (404, -1),
    "delete_logistics_recharge": (404, -1),
    "delete_logistic_hub": (404, -1),
    "delete_waste": (404, -1),
    "bulk_delete_wastes": (200, -1),
    "delete_waste_water_treatment": (404, -1),
    "delete_transport": (404, -1),
    "bulk_delete_transports": (200, -1),
    "delete_custom_emission_group": (404, -2),
    "delete_custom_emission_factor": (404, -1),
    "delete_project": (404, -1),
    "bulk_delete_vehicle_consumptions": (200, -1),
    "delete_vehicle_consumptions_of_file": (204, 0),
    "link_project_entities": (200, 1),
    "unlink_project_entities": (200, 0),
    "link_project_entities_by_filters": (200, 4),
}
"""Operations of Dcycle that delete records, and the change in their number."""


def _changed(state: dict[str, Any]) -> int:
    """Return the number of records created or changed since the clock of the tests was set."""
    kinds = [records.values() for kind, records in state.items() if kind != "settings"]
    return sum(record.get("updated_at", "") >= "2026-01-01" for records in kinds for record in records)


def _total(state: dict[str, Any]) -> int:
    """Return the number of records; the history of transport routes is none of them."""
    return sum(len(records) for kind, records in state.items() if kind != "transport_versions")


def _of_records(table: dict[str, tuple[int, int]], count: Callable[[dict[str, Any]], int]) -> list[Any]:
    """Return the cases of operations whose requests are the examples of the contract."""
    drafts = {name: good_draft("dcycle", contracts.operation("dcycle", name)) for name in table}
    return [
        ("dcycle", name, drafts[name].path, drafts[name].body or None, drafts[name].headers, status, count, change)
        for name, (status, change) in table.items()
    ]


CASES += [*_of_records(RECORDS, _changed), *_of_records(DELETIONS, _total)]
QUIET = {
    "get_quote", "get_ride_quote", "get_ground_transport_quote", "get_flight_quote", "get_train_quote",
    "get_air_freight_quote", "get_ground_freight_quote", "get_office_space_quote", "calculate_carbon_score",
    "refresh_token", "bulk_delete_transports_by_filters", "bulk_delete_vehicles_by_filters",
    "bulk_delete_vehicle_consumptions_by_filters", "suggest_import_mapping", "list_import_values",
}  # fmt: skip
"""Operations other than GET that write nothing, except for ids and tokens in their replies."""


@pytest.mark.parametrize(
    ("provider", "operation", "path", "body", "headers", "status", "count", "change"),
    CASES,
    ids=[f"{case[1]}{'-with-a-key' if case[4] == KEY else ''}" for case in CASES],
)
def test_a_retry_after_a_lost_reply_follows_the_vendors_rules(
    space: SpaceHandle,
    provider: str,
    operation: str,
    path: str,
    body: Any,
    headers: dict[str, str],
    status: int,
    count: Callable[[dict[str, Any]], int],
    change: int,
) -> None:
    """A retry after a broken connection is performed again, unless the vendor recognizes it."""
    backend = getattr(space, provider)
    caller = Caller(space, provider, {} if provider == "carboninsights" else credentials_of(space, provider))
    method = next(found.method for found in contracts.operations(provider) if found.id == operation)
    content = {} if body is None else {"content": body} if isinstance(body, bytes) else {"json": body}
    before = count(backend.state)
    backend.faults.add(operation=operation, when="after", effect={"connection": "reset"})
    with pytest.raises(httpx.TransportError):
        caller.request(method, path, headers=headers, **content)
    assert caller.request(method, path, headers=headers, **content).status_code == status
    assert count(backend.state) - before == change


def test_every_write_operation_has_a_case() -> None:
    """The table above contains every implemented operation that writes."""
    built = {name for provider in ALL.values() for name in provider.implemented}
    written = {
        operation.id
        for provider in ALL.values()
        for operation in contracts.operations(provider.name)
        if operation.method != "GET" and operation.id in built
    }
    assert written - QUIET == {case[1] for case in CASES}


def test_a_retried_retirement_is_marked_as_processed(space: SpaceHandle) -> None:
    """Thallo answers the retry with the original request, marked as already processed."""
    thallo = Caller(space, "thallo", credentials_of(space, "thallo"))
    space.thallo.faults.add(operation="request_retirement", when="after", effect={"connection": "reset"})
    with pytest.raises(httpx.TransportError):
        thallo.post("/api/caas/request-retirement", RETIREMENT)
    assert thallo.post("/api/caas/request-retirement", RETIREMENT).json()["external_id_already_processed"] is True
