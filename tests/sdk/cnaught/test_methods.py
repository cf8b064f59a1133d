"""Every method of the SDK, and what all of them share."""

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


def test_no_method_is_forgotten(sdk: NodeSdk) -> None:
    """The tests call all that the SDK has: the methods of its client, which are those of its types."""
    assert sdk.version == "2.8.0"
    assert sdk.methods == sdk.declared.results.keys() == CALLS.keys()


@each_call
def test_every_method_succeeds(client: Client, cnaught: ProviderHandle, method: str, args: list[Any]) -> None:
    """Each is one request, answered as the SDK's types promise. All that it sends is read, but an e-mail address."""
    getattr(client, method)(*args)
    [entry] = cnaught.requests
    assert entry["status"] in (200, 201)
    assert entry["unread"] == (["body email"] if method == "createCheckoutSession" else [])


@each_call
def test_every_method_with_a_wrong_key(client: Client, cnaught: ProviderHandle, method: str, args: list[Any]) -> None:
    """A key that nobody has is refused, whatever is asked with it, and changes nothing."""
    before = cnaught.state
    error = thrown(client.with_key("wrong"), method, *args)
    assert error.problem == {"type": "about:blank", "title": "Unauthorized", "status": 401}
    assert cnaught.state == before


@pytest.mark.parametrize(
    ("method", "thing"),
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
def test_what_is_not_there(client: Client, method: str, thing: str) -> None:
    """An id that nothing has is told as what could not be found."""
    error = thrown(client, method, "123", *CALLS[method][1:])
    expected = {"type": f"{TYPES}not-found", "title": f"Could not find {thing}", "status": 404}
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
        ("updateSubaccount", [SUBACCOUNT, {"name": "Travel", "email": "nobody"}], "email"),
        ("updateSubaccountLogoFromUrl", [SUBACCOUNT, {"logo_url": "logo.png"}], "logo_url"),
        ("getImpactData", [{"from": datetime(2024, 2, 1, tzinfo=UTC), "to": datetime(2024, 1, 1, tzinfo=UTC)}], "from"),
    ],
)
def test_invalid_parameters(client: Client, cnaught: ProviderHandle, method: str, args: list[Any], fields: str) -> None:
    """The fields at fault are named, each with what is wrong with it, and nothing has changed."""
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
def test_an_idempotency_key(client: Client, cnaught: ProviderHandle, method: str) -> None:
    """What is asked again under the same key is answered as it was, and is not done again."""
    args = [*CALLS[method], {"idempotencyKey": "key-1"}]
    first, done = getattr(client, method)(*args), cnaught.state
    assert getattr(client, method)(*args) == first
    assert cnaught.state == done


@pytest.mark.parametrize("method", KEYED)
def test_a_misused_idempotency_key(client: Client, method: str) -> None:
    """A key stands for one request, and has 512 characters at most."""
    client.createSubaccount({"name": "Travel"}, {"idempotencyKey": "used"})
    assert refused(client, method, *CALLS[method], {"idempotencyKey": "used"}) == (422, "idempotency-changed-payload")
    long = {"idempotencyKey": "k" * 513}
    assert refused(client, method, *CALLS[method], long) == (400, "idempotency-key-too-long")


def test_two_at_once_under_one_key(client: Client, cnaught: ProviderHandle) -> None:
    """Of two equal calls at the same time, the second is refused while the first is held up."""
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
def test_an_unknown_subaccount(client: Client, method: str, place: int) -> None:
    """A subaccount that is not there is refused, wherever the SDK can name one."""
    args = [*CALLS[method], None, None][:place]
    assert refused(client, method, *args, {"subaccountId": "none"}) == (400, "invalid-subaccount")


@pytest.mark.parametrize(
    ("method", "make", "oldest"),
    [("getListOfOrders", "placeGenericOrder", ORDER), ("getListOfSubaccounts", "createSubaccount", SUBACCOUNT)],
)
def test_pages(client: Client, method: str, make: str, oldest: str) -> None:
    """A list is read page by page, newest first, and a cursor that names nothing is refused."""
    read = getattr(client, method)
    made = [getattr(client, make)(*CALLS[make])["id"] for _ in range(4)]
    assert [thing["id"] for thing in read()["data"]] == [*reversed(made), oldest]
    found, page = [], read(2)["data"]
    while page:
        found += page
        page = read(2, page[-1]["id"])["data"]
    assert found == read()["data"]
    error = thrown(client, method, None, "none")
    assert error.problem["type"] == f"{TYPES}invalid-pagination"
    assert "none" in error.problem["detail"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 501, 502, 503, 504])
def test_whatever_fails_is_the_sdks_own_error(client: Client, cnaught: ProviderHandle, status: int) -> None:
    """Every status is worded so that the SDK can read it."""
    cnaught.faults.add(effect={"status": status}, times=1)
    assert thrown(client, "getListOfPortfolios").status == status


def test_an_unknown_path(client: Client) -> None:
    """So is a path that nothing answers at; the SDK puts ids into paths as they are."""
    assert refused(client, "getOrderDetails", "no/such/path") == (404, "not-found")


def test_a_lost_connection(client: Client, cnaught: ProviderHandle) -> None:
    """A connection that breaks is what ``fetch`` makes of it, and the order placed before that is there."""
    cnaught.faults.add(operation="place_order", when="after", effect={"connection": "reset"}, times=1)
    with pytest.raises(Thrown) as lost:
        client.placeGenericOrder({"amount_kg": 10}, {"idempotencyKey": "key-1"})
    assert lost.value.kind == "TypeError"
    order = client.placeGenericOrder({"amount_kg": 10}, {"idempotencyKey": "key-1"})
    assert [listed["id"] for listed in client.getListOfOrders()["data"]] == [order["id"], ORDER]
