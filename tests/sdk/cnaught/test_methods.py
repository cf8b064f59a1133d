"""Every method of the SDK, and what all of them have in common."""

from datetime import UTC, datetime
from typing import Any

import pytest

from emulator.client.embedded import ProviderHandle
from tests.sdk.cnaught.client import Client, NodeSdk, Thrown
from tests.sdk.cnaught.conftest import CALLS, CHECKOUT, ORDER, SUBACCOUNT, TYPES, refused, thrown

INVALID = "Your request parameters didn't validate"

each_call = pytest.mark.parametrize(
    ("method", "args"),
    [pytest.param(method, args, id=method) for method, args in CALLS.items()],
)


def test_every_method_is_tested(sdk: NodeSdk) -> None:
    """The tests call every method of the SDK's client."""
    assert sdk.version == "2.8.0"
    assert sdk.methods == sdk.declared.results.keys() == CALLS.keys()


@each_call
def test_every_method_succeeds(client: Client, cnaught: ProviderHandle, method: str, args: list[Any]) -> None:
    """Each method makes one request, whose reply matches the SDK's types; everything that it sends is read."""
    getattr(client, method)(*args)
    [entry] = cnaught.requests
    assert entry["status"] in (200, 201)
    assert entry["unread"] == []


@each_call
def test_every_method_requires_a_key(client: Client, cnaught: ProviderHandle, method: str, args: list[Any]) -> None:
    """An unknown key is refused by every method, and changes nothing."""
    before = cnaught.state
    error = thrown(client.with_key("wrong"), method, *args)
    assert error.problem == {"type": "about:blank", "title": "Unauthorized", "status": 401}
    assert cnaught.state == before


@pytest.mark.parametrize(
    ("method", "noun"),
    [
        ("getOrderDetails", "order"),
        ("cancelOrder", "order"),
        ("getCheckoutSession", "checkout session"),
        ("updateSubaccount", "subaccount"),
        ("updateSubaccountLogoFromUrl", "subaccount"),
        ("updateSubaccountLogoFromImageData", "subaccount"),
        ("removeSubaccountLogo", "subaccount"),
        ("getSubaccountDetails", "subaccount"),
        ("getProjectDetails", "project"),
        ("getProjectCategoryDetails", "project category"),
        ("getPortfolioDetails", "portfolio"),
    ],
)
def test_an_unknown_id_is_not_found(client: Client, method: str, noun: str) -> None:
    """The title of the problem says what was not found."""
    error = thrown(client, method, "123", *CALLS[method][1:])
    expected = {"type": f"{TYPES}not-found", "title": f"Could not find {noun}", "status": 404}
    assert error.problem == expected


@pytest.mark.parametrize(
    ("method", "args", "fields"),
    [
        ("getListOfOrders", [101], "limit"),
        ("getListOfSubaccounts", [-1], "limit"),
        ("placeGenericOrder", [{"amount_kg": -10}], "amount_kg"),
        ("placeGenericOrder", [{"amount_kg": 10, "total_price_usd_cents": 20}], "amount_kg total_price_usd_cents"),
        ("placeGenericOrder", [{}], "amount_kg total_price_usd_cents"),
        ("placeGenericOrder", [{"amount_kg": 10, "notification_config": {}}], "notification_config.url"),
        ("placeRideOrder", [{"distance_km": -10}], "distance_km"),
        ("createCheckoutSession", [{**CHECKOUT, "amount_kg": 0}], "amount_kg"),
        ("createCheckoutSession", [{**CHECKOUT, "success_url": "http://example.com"}], "success_url"),
        ("getGenericQuote", [{"amount_kg": -10}], "amount_kg"),
        ("getAirFreightQuote", [{"freight_mass_kg": -10, "distance_km": 100}], "freight_mass_kg"),
        ("getFlightQuote", [{"distance_km": -10}], "distance_km"),
        ("getGroundFreightQuote", [{"freight_mass_kg": 10, "distance_km": -10}], "distance_km"),
        ("getGroundTransportQuote", [{"distance_km": 10, "vehicle_type": "bicycle"}], "vehicle_type"),
        ("getOfficeSpaceQuote", [{"square_footage": -10}], "square_footage"),
        ("getTrainQuote", [{"distance_km": -10}], "distance_km"),
        ("getRideQuote", [{"distance_km": -10}], "distance_km"),
        ("getGenericQuote", [{"amount_kg": 10, "portfolio_id": "none"}], "portfolio_id"),
        ("createSubaccount", [{}], "name"),
        ("createSubaccount", [{"name": "Travel", "default_portfolio_id": "none"}], "default_portfolio_id"),
        ("updateSubaccount", [SUBACCOUNT, {"name": "Travel", "email": "unknown"}], "email"),
        ("updateSubaccountLogoFromUrl", [SUBACCOUNT, {"logo_url": "logo.png"}], "logo_url"),
        ("getImpactData", [{"from": datetime(2024, 2, 1, tzinfo=UTC), "to": datetime(2024, 1, 1, tzinfo=UTC)}], "from"),
    ],
)
def test_invalid_parameters_are_listed(
    client: Client, cnaught: ProviderHandle, method: str, args: list[Any], fields: str
) -> None:
    """The invalid fields are listed with their problems, and nothing has changed."""
    before = cnaught.state
    problem = thrown(client, method, *args).problem
    assert (problem["type"], problem["title"], problem["status"]) == (f"{TYPES}invalid-parameters", INVALID, 400)
    assert problem["errors"].keys() == set(fields.split())
    assert all(text for [text] in problem["errors"].values())
    assert cnaught.state == before


# --- what all calls share ---------------------------------------------------------------------------------------------

KEYED = ["placeGenericOrder", "placeRideOrder", "cancelOrder", "createSubaccount"]
"""The methods whose options hold an idempotency key."""


@pytest.mark.parametrize("method", KEYED)
def test_a_repeated_call_is_replayed(client: Client, cnaught: ProviderHandle, method: str) -> None:
    """A repeated call under the same key returns the first result, and is not performed again."""
    args = [*CALLS[method], {"idempotencyKey": "key-1"}]
    first, done = getattr(client, method)(*args), cnaught.state
    assert getattr(client, method)(*args) == first
    assert cnaught.state == done


@pytest.mark.parametrize("method", KEYED)
def test_a_misused_idempotency_key_is_refused(client: Client, method: str) -> None:
    """A key stands for one request, and has at most 512 characters."""
    client.createSubaccount({"name": "Travel"}, {"idempotencyKey": "used"})
    assert refused(client, method, *CALLS[method], {"idempotencyKey": "used"}) == (422, "idempotency-changed-payload")
    long = {"idempotencyKey": "k" * 513}
    assert refused(client, method, *CALLS[method], long) == (400, "idempotency-key-too-long")


def test_a_concurrent_call_is_refused(client: Client, cnaught: ProviderHandle) -> None:
    """Of two equal calls at the same time, the second is refused while the first is delayed."""
    cnaught.faults.add(operation="place_order", effect={"delay_seconds": 0.5}, times=1)
    call = ("placeGenericOrder", [{"amount_kg": 10}, {"idempotencyKey": "key-1"}])
    outcomes = client.together(call, call)
    [refusal] = [outcome for outcome in outcomes if isinstance(outcome, Thrown)]
    [order] = [outcome for outcome in outcomes if outcome is not refusal]
    assert (refusal.status, refusal.problem["type"]) == (409, f"{TYPES}idempotency-concurrent-requests")
    assert client.placeGenericOrder(*call[1]) == order


@pytest.mark.parametrize(
    ("method", "place"),
    [
        ("getOrderDetails", 1),
        ("getListOfOrders", 2),
        ("placeGenericOrder", 1),
        ("placeRideOrder", 1),
        ("cancelOrder", 1),
        ("createCheckoutSession", 1),
        *((method, 1) for method in CALLS if method.endswith("Quote")),
        ("getImpactData", 1),
        ("getImpactHostedPageConfig", 0),
    ],
)
def test_an_unknown_subaccount_is_refused(client: Client, method: str, place: int) -> None:
    """An unknown subaccount is refused wherever the SDK can name one; cancelling finds no order."""
    args = [*CALLS[method], None, None][:place]
    expected = (404, "not-found") if method == "cancelOrder" else (400, "invalid-subaccount")
    assert refused(client, method, *args, {"subaccountId": "none"}) == expected


@pytest.mark.parametrize(
    ("method", "make", "oldest"),
    [("getListOfOrders", "placeGenericOrder", ORDER), ("getListOfSubaccounts", "createSubaccount", SUBACCOUNT)],
)
def test_a_list_has_pages(client: Client, method: str, make: str, oldest: str) -> None:
    """A list is read page by page, newest first, and an unknown cursor is refused."""
    read = getattr(client, method)
    made = [getattr(client, make)(*CALLS[make])["id"] for _ in range(4)]
    assert [noun["id"] for noun in read()["data"]] == [*reversed(made), oldest]
    found, page = [], read(2)["data"]
    while page:
        found += page
        page = read(2, page[-1]["id"])["data"]
    assert found == read()["data"]
    error = thrown(client, method, None, "none")
    assert error.problem["type"] == f"{TYPES}invalid-pagination"
    assert "none" in error.problem["detail"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 501, 502, 503, 504])
def test_every_status_is_the_sdks_own_error(client: Client, cnaught: ProviderHandle, status: int) -> None:
    """The SDK can read the problem of every status."""
    cnaught.faults.add(effect={"status": status}, times=1)
    assert thrown(client, "getListOfPortfolios").status == status


def test_an_unknown_path_is_the_sdks_own_error(client: Client) -> None:
    """The SDK can read the problem of an unknown path; it puts ids into paths unescaped."""
    assert refused(client, "getOrderDetails", "no/such/path") == (404, "not-found")


def test_a_lost_connection_loses_no_order(client: Client, cnaught: ProviderHandle) -> None:
    """A broken connection is an error of ``fetch``, and the order that was placed before is there."""
    cnaught.faults.add(operation="place_order", when="after", effect={"connection": "reset"}, times=1)
    with pytest.raises(Thrown) as lost:
        client.placeGenericOrder({"amount_kg": 10}, {"idempotencyKey": "key-1"})
    assert lost.value.kind == "TypeError"
    order = client.placeGenericOrder({"amount_kg": 10}, {"idempotencyKey": "key-1"})
    assert [listed["id"] for listed in client.getListOfOrders()["data"]] == [order["id"], ORDER]
