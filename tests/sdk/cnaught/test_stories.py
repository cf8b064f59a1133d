"""What users do with the SDK: orders, checkouts, quotes, impact, the catalogue, subaccounts."""

import re
import subprocess
from datetime import UTC, datetime
from io import BytesIO
from math import ceil
from typing import Any

import pytest

from emulator import Emulator
from emulator.client.embedded import ProviderHandle
from tests.sdk.cnaught.client import HERE, Client, NodeSdk
from tests.sdk.cnaught.conftest import CALLS, CHECKOUT, FOR_SUBACCOUNT, ORDER, PNG, SUBACCOUNT, refused, thrown
from tests.support.pages import DOCS, URL

# --- orders -----------------------------------------------------------------------------------------------------------


def test_an_order_is_placed_fulfilled_and_cancelled(client: Client, cnaught: ProviderHandle) -> None:
    """An order is placed, fulfilled in time, and cancelled once."""
    options = {
        "amount_kg": 3000,
        "metadata": "A-1001",
        "description": "On behalf of Jane Smith",
        "notification_config": {"url": "https://www.example.com/callback"},
        "portfolio_id": "oH5hlq",
    }
    placed = client.placeGenericOrder(options)
    assert (placed["state"], placed["type"], placed["project_allocations"]) == ("placed", "generic", [])
    assert (placed["amount_kg"], placed["price_usd_cents"], placed["metadata"]) == (3000, 6000, "A-1001")
    assert placed["callback_url"] == "https://www.example.com/callback"
    assert client.getOrderDetails(placed["id"]) == placed

    cnaught.clock.advance(seconds=2)
    fulfilled = client.getOrderDetails(placed["id"])
    assert fulfilled["state"] == "fulfilled"
    assert [part["amount_kg"] for part in fulfilled["project_allocations"]] == [1050, 1050, 600, 300]

    cancelled = client.cancelOrder(placed["id"])
    assert (cancelled["state"], cancelled["certificate_public_url"]) == ("cancelled", None)
    assert client.getOrderDetails(placed["id"]) == cancelled
    assert refused(client, "cancelOrder", placed["id"]) == (403, "forbidden")


def test_an_order_can_have_a_price(client: Client) -> None:
    """A total price buys kilograms at the portfolio's price."""
    order = client.placeGenericOrder({"total_price_usd_cents": 3190})
    assert (order["amount_kg"], order["price_usd_cents"]) == (1595, 3190)


def test_a_ride_matches_its_quote(client: Client) -> None:
    """A ride order has its distance, and the mass and price of its quote."""
    order, quote = client.placeRideOrder({"distance_km": 30}), client.getRideQuote({"distance_km": 30})
    assert (order["type"], order["distance_km"]) == ("ride", 30)
    assert (order["amount_kg"], order["price_usd_cents"]) == (quote["amount_kg"], quote["price_usd_cents"]) == (8, 16)


@pytest.mark.parametrize(
    ("key", "method", "args"),
    [
        ("test_acme_0001", "placeGenericOrder", [{"amount_kg": 10, "portfolio_id": "none"}]),
        ("test_no_billing_0001", "placeGenericOrder", [{"amount_kg": 10}]),
        ("test_no_billing_0001", "placeRideOrder", [{"distance_km": 30}]),
        ("test_no_subaccounts_0001", "placeGenericOrder", [{"amount_kg": 10}, FOR_SUBACCOUNT]),
        ("test_no_subaccounts_0001", "createSubaccount", [{"name": "Travel"}]),
    ],
)
def test_an_account_may_be_forbidden_to_order(client: Client, key: str, method: str, args: list[Any]) -> None:
    """An unknown portfolio, missing billing and missing subaccounts are forbidden."""
    assert refused(client.with_key(key), method, *args) == (403, "forbidden")


def test_a_subaccount_has_its_own_orders(client: Client, cnaught: ProviderHandle) -> None:
    """A subaccount's order is also its account's, and no other subaccount's."""
    order = client.placeGenericOrder({"amount_kg": 10}, FOR_SUBACCOUNT)
    assert order["subaccount_id"] == SUBACCOUNT
    assert client.getOrderDetails(order["id"], FOR_SUBACCOUNT) == client.getOrderDetails(order["id"]) == order
    assert client.getListOfOrders(None, None, FOR_SUBACCOUNT)["data"] == [order]
    assert [listed["id"] for listed in client.getListOfOrders()["data"]] == [order["id"], ORDER]
    other = {"subaccountId": client.createSubaccount({"name": "Travel"})["id"]}
    for method in ("getOrderDetails", "cancelOrder"):
        assert refused(client, method, order["id"], other) == (404, "not-found")
    cnaught.clock.advance(seconds=2)
    assert client.getImpactData(None, FOR_SUBACCOUNT)["total_offset_kgs"] == 10
    assert client.getImpactData(None, other)["total_offset_kgs"] == 0
    assert client.cancelOrder(order["id"], FOR_SUBACCOUNT)["state"] == "cancelled"


def test_a_checkout_expires(client: Client, cnaught: ProviderHandle) -> None:
    """A session is open, for a subaccount too, until it expires a day later."""
    session = client.createCheckoutSession(CHECKOUT, FOR_SUBACCOUNT)
    assert (session["status"], session["amount_kg"], session["price_usd_cents"]) == ("open", 100, 200)
    assert session["checkout_url"].endswith(f"/_emulator/pages/cnaught/checkout/{session['id']}")
    assert client.getCheckoutSession(session["id"]) == session
    assert client.createCheckoutSession(CHECKOUT)["id"] != session["id"]
    cnaught.clock.advance(hours=24)
    assert client.getCheckoutSession(session["id"])["status"] == "expired"


# --- quotes, impact, the catalogue ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "kg"),
    [
        ("getGenericQuote", 10),
        ("getAirFreightQuote", 2),
        ("getFlightQuote", 10),
        ("getGroundFreightQuote", 14),
        ("getGroundTransportQuote", 745),
        ("getOfficeSpaceQuote", 8600),
        ("getTrainQuote", 38),
        ("getRideQuote", 8),
    ],
)
def test_quotes_match_the_sandbox(client: Client, method: str, kg: int) -> None:
    """A quote equals the one observed on the vendor's sandbox; other portfolios and checkouts have other prices."""
    [request] = CALLS[method]
    assert getattr(client, method)(request, FOR_SUBACCOUNT) == {"amount_kg": kg, "price_usd_cents": 2 * kg}
    low = getattr(client, method)({**request, "portfolio_id": "ixmZSK"})
    high = getattr(client, method)({**request, "portfolio_id": "ixmZSK", "source": "checkout"})
    assert (low["price_usd_cents"], high["price_usd_cents"]) == (round(1.6 * kg), ceil(2.5 * kg))


def test_impact_has_a_period(client: Client) -> None:
    """Totals are those of a period, whose dates the SDK writes with milliseconds, and its dates are shown."""
    everything = client.getImpactData()
    assert (everything["name"], everything["total_offset_kgs"], everything["to_date"]) == ("Acme, Inc", 10.5, None)
    [category] = everything["categories"]
    assert [used["offset_kgs"] for used in category["projects"]] == [10.5]
    august = {"from": datetime(2022, 8, 1, tzinfo=UTC), "to": datetime(2022, 9, 1, tzinfo=UTC)}
    within = client.getImpactData(august)
    assert (within["categories"], within["since_date"]) == (everything["categories"], "2022-08-01T00:00:00.000000Z")
    assert within["to_date"] == "2022-09-01T00:00:00.000000Z"
    assert client.getImpactData({"from": august["to"]})["categories"] == []
    assert client.getImpactData({"to": august["from"]})["total_offset_kgs"] == 0


def test_a_subaccount_has_an_impact_page_of_its_own(client: Client) -> None:
    """A subaccount's page is below its account's, with the same equivalents."""
    page = client.getImpactHostedPageConfig()
    assert page["enabled_equivalents"] == ["homes", "flights"]
    own = client.getImpactHostedPageConfig(FOR_SUBACCOUNT)
    assert own == {**page, "url": f"{page['url']}/{SUBACCOUNT}"}


def test_the_catalogue_is_consistent(client: Client) -> None:
    """Everything in the listed portfolios can be read by its id, and fractions add up to one."""
    portfolios = client.getListOfPortfolios()["data"]
    assert [portfolio["id"] for portfolio in portfolios] == ["mHvNvWbq", "oH5hlq", "ixmZSK"]
    for portfolio in portfolios:
        details = client.getPortfolioDetails(portfolio["id"])
        assert details == {**details, **portfolio}
        allocations = details["category_allocations"]
        assert sum(part["allocated_fraction"] for part in allocations) == pytest.approx(1)
        for category in (part["category"] for part in allocations):
            assert client.getProjectCategoryDetails(category["id"]) == category
            for project in category["projects"]:
                alone = client.getProjectDetails(project["id"])
                assert alone == {**alone, **project}


# --- subaccounts ------------------------------------------------------------------------------------------------------


def test_an_update_replaces_a_subaccount(client: Client) -> None:
    """An update replaces everything except the logo."""
    given = {"name": "Travel", "email": "travel@example.com", "default_portfolio_id": "ixmZSK"}
    made = client.createSubaccount({**given, "logo_url": "https://example.com/logo.png"})
    assert made == {**made, **given}
    assert made["logo_url"].startswith("https://customer-assets.cnaught.com/")
    priced = client.getGenericQuote({"amount_kg": 10}, {"subaccountId": made["id"]})
    assert priced["price_usd_cents"] == 16
    left = {"name": "Sales", "email": None, "default_portfolio_id": None}
    assert client.updateSubaccount(made["id"], {"name": "Sales"}) == {**made, **left}
    assert client.getSubaccountDetails(made["id"]) == {**made, **left}


def test_a_logo_can_be_set_from_a_url(client: Client) -> None:
    """A logo is set from a URL, is shown in the impact, and can be removed more than once."""
    logo = client.updateSubaccountLogoFromUrl(*CALLS["updateSubaccountLogoFromUrl"])["logo_url"]
    assert logo.startswith("https://customer-assets.cnaught.com/")
    assert client.getImpactData(None, FOR_SUBACCOUNT)["logo_url"] == logo
    for _ in range(2):
        assert client.removeSubaccountLogo(SUBACCOUNT)["logo_url"] is None
    assert client.getSubaccountDetails(SUBACCOUNT)["logo_url"] is None


@pytest.mark.parametrize("content", [PNG, BytesIO(PNG)], ids=["a buffer", "a stream"])
@pytest.mark.parametrize("media_type", ["image/png", "image/jpeg", "image/webp", "image/svg+xml"])
def test_a_logo_can_be_sent_as_bytes(client: Client, content: object, media_type: str) -> None:
    """A logo is accepted as a buffer and as a stream, in every documented media type."""
    options = {"logo_file_content": content, "content_type": media_type}
    logo = client.updateSubaccountLogoFromImageData(SUBACCOUNT, options)["logo_url"]
    assert client.getSubaccountDetails(SUBACCOUNT)["logo_url"] == logo
    assert logo.startswith("https://")


@pytest.mark.parametrize(
    "options",
    [
        {"logo_file_content": PNG},  # without a type, the SDK sends the buffer as JSON
        {"logo_file_content": b"GIF89a", "content_type": "image/gif"},
        {"logo_file_content": b"", "content_type": "image/png"},
    ],
    ids=["no type", "another type", "no bytes"],
)
def test_other_bytes_are_refused(client: Client, options: dict[str, object]) -> None:
    """A body without an image type is refused, and the logo stays."""
    before = client.getSubaccountDetails(SUBACCOUNT)
    assert thrown(client, "updateSubaccountLogoFromImageData", SUBACCOUNT, options).status == 400
    assert client.getSubaccountDetails(SUBACCOUNT) == before


# --- the documentation -----------------------------------------------------------------------------------------------


def test_the_documented_recipe_works(sdk: NodeSdk, served: Emulator) -> None:
    """The documentation's recipe for the SDK works as printed."""
    [recipe] = re.findall(r"```js\n([^`]*cnaught-node-sdk.*?)```", (DOCS / "clients.md").read_text(), re.DOTALL)
    command = [sdk.node, "--input-type=module", "-e", recipe.replace(URL, served.url)]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("{ amount_kg: 8.5, price_usd_cents: 17 }\n", "")
