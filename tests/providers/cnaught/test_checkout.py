"""Checkout sessions."""

from typing import Any

import pytest

from tests.providers.cnaught.conftest import as_account
from tests.support.caller import Caller, use_vendor_links

PATHS = ("/v1/checkout/sessions", "/v1/orders/checkout-session")
RETURN = {"success_url": "https://example.com/yes?{CHECKOUT_SESSION_ID}", "cancel_url": "https://example.com/no"}
CHEAP = {"portfolio_id": "ixmZSK"}
"""A portfolio whose kilogram costs 2.5 cents at the checkout."""

each_path = pytest.mark.parametrize("path", PATHS)


def new_session(cnaught: Caller, path: str = PATHS[0], **more: Any) -> Any:
    return cnaught.post(path, {"amount_kg": 100, **RETURN, **more})


@each_path
@pytest.mark.rule(
    "cnaught.checkout.created",
    "cnaught.checkout.both-paths",
    "cnaught.checkout.return-addresses",
    "cnaught.checkout.email",
)
def test_a_new_session_is_open(cnaught: Caller, path: str) -> None:
    """A new session has a checkout URL, and can be read at the paths of the documents and of SDK 2.8.0."""
    use_vendor_links(cnaught.space)
    reply = new_session(cnaught, path, email="jane.doe@example.com")
    session = reply.json()
    assert (reply.status_code, session["status"], session["state"], session["completed_on"]) == (
        201,
        "open",
        "open",
        None,
    )
    assert session["checkout_url"] == f"https://checkout.cnaught.com/pay/{session['id']}"
    assert session == {**session, **RETURN}
    for other in PATHS:
        assert cnaught.get(f"{other}/{session['id']}").json() == session


@pytest.mark.rule("cnaught.checkout.price", "cnaught.checkout.fractions")
@pytest.mark.parametrize(
    ("body", "kg", "cents"),
    [
        ({}, 100, 200),
        ({"amount_kg": 100.9}, 100.9, 202),
        ({"amount_kg": 21, **CHEAP}, 21, 53),
        ({"amount_kg": 1_000_000_000, **CHEAP}, 1_000_000_000, 2_500_000_000),
    ],
)
def test_a_session_has_a_price(cnaught: Caller, body: dict[str, Any], kg: int, cents: int) -> None:
    """A session costs its mass at the checkout price, rounded up."""
    session = new_session(cnaught, **body).json()
    assert (session["amount_kg"], session["price_usd_cents"]) == (kg, cents)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param(body, field, marks=pytest.mark.rule(f"cnaught.checkout.{rule}"))
        for body, field, rule in [
            ({"amount_kg": 24}, "amount_kg", "price-min-refused"),
            ({"amount_kg": 24.5}, "amount_kg", "price-min-refused"),
            ({"amount_kg": 19, **CHEAP}, "amount_kg", "price-min-refused"),
            ({"amount_kg": 0}, "amount_kg", "amount-bounds"),
            ({"amount_kg": -10}, "amount_kg", "amount-bounds"),
            ({"amount_kg": None}, "amount_kg", "amount-bounds"),
            ({"amount_kg": 1_000_000_001}, "amount_kg", "amount-bounds"),
            *(
                ({member: value}, member, "return-addresses")
                for member in RETURN
                for value in ("http://example.com/", "/yes", "example.com/yes", "", None, "https://a/" + "x" * 2039)
            ),
        ]
    ],
)
def test_an_invalid_session_is_refused(cnaught: Caller, body: dict[str, Any], field: str) -> None:
    """Amounts out of bounds and return URLs without https are refused, and change nothing."""
    before = cnaught.space.cnaught.state
    reply = new_session(cnaught, **body)
    assert (reply.status_code, set(reply.json()["errors"])) == (400, {field})
    assert cnaught.space.cnaught.state == before


@pytest.mark.rule("cnaught.checkout.return-addresses")
@pytest.mark.parametrize("field", ["success_url", "cancel_url"])
@pytest.mark.parametrize(
    "value", ["http://example.com/", "ftp://example.com/", "/yes", "", "https://shöp.example/", "https://a:99999/"]
)
def test_the_refusal_of_a_return_url_names_what_is_accepted(cnaught: Caller, field: str, value: str) -> None:
    """Whatever is wrong with the address, the refusal does not offer http, which is not accepted."""
    reply = new_session(cnaught, **{field: value})
    assert reply.json()["errors"] == {field: ["must be an absolute https URL"]}


@pytest.mark.rule("cnaught.checkout.price-min")
@pytest.mark.parametrize("body", [{"amount_kg": 25}, {"amount_kg": 20, **CHEAP}])
def test_fifty_cents_are_enough(cnaught: Caller, body: dict[str, Any]) -> None:
    """The smallest total that can be paid is 50 cents."""
    assert new_session(cnaught, **body).json()["price_usd_cents"] == 50


@each_path
@pytest.mark.rule("cnaught.checkout.portfolio-forbidden")
@pytest.mark.parametrize("portfolio_id", ["unknown", "mHvNvWbq"])
def test_a_session_needs_an_available_portfolio(cnaught: Caller, path: str, portfolio_id: str) -> None:
    """An unknown portfolio, or another account's, answers 403 as for orders."""
    reply = new_session(as_account(cnaught, "sandbox"), path, portfolio_id=portfolio_id)
    assert (reply.status_code, reply.json()["title"]) == (403, "Requested portfolio is not available")


@each_path
@pytest.mark.rule("cnaught.checkout.expires", "cnaught.checkout.expired")
def test_a_session_expires(cnaught: Caller, path: str) -> None:
    """A session expires a day after it was opened, with an event."""
    session = new_session(cnaught, path).json()
    assert [event["kind"] for event in cnaught.space.clock.advance(seconds=86_399)] == []
    assert cnaught.get(f"{path}/{session['id']}").json()["state"] == "open"
    events = cnaught.space.clock.advance(seconds=1)
    assert [(event["kind"], event["subject"], event["at"]) for event in events] == [
        ("session.expired", session["id"], session["expires_on"])
    ]
    expired = {**session, "status": "expired", "state": "expired"}
    assert cnaught.get(f"{path}/{session['id']}").json() == expired


@each_path
@pytest.mark.rule("cnaught.checkout.attached", "cnaught.checkout.attached-portfolio", "cnaught.checkout.order-notes")
def test_a_session_belongs_to_a_subaccount(cnaught: Caller, path: str) -> None:
    """A session names its subaccount and its order's details, and uses the subaccount's portfolio."""
    body = {"name": "Sales", "default_portfolio_id": "ixmZSK"}
    sales = cnaught.post("/v1/subaccounts", body).json()["id"]
    order = {"description": "Trip", "notification_config": {"url": "http://example.com/orders"}}
    session = cnaught.post(path, {"amount_kg": 100, **RETURN, **order}, headers={"X-Subaccount-Id": sales}).json()
    assert (session["subaccount_id"], session["portfolio_id"], session["price_usd_cents"]) == (sales, "ixmZSK", 250)
    assert (session["order_description"], session["order_webhook_url"]) == ("Trip", "http://example.com/orders")


@each_path
@pytest.mark.rule("cnaught.checkout.unknown-id", "cnaught.auth.accounts-apart")
def test_an_unknown_session_is_not_found(cnaught: Caller, path: str) -> None:
    """An unknown session, and another account's, answers 404."""
    for caller, name in ((cnaught, "unknown"), (as_account(cnaught, "sandbox"), "zpQ6QSNRQh")):
        reply = caller.get(f"{path}/{name}")
        assert (reply.status_code, reply.json()["title"]) == (404, "Could not find checkout session")


@pytest.mark.rule("cnaught.subaccounts.deleted-unknown", "cnaught.checkout.completed")
def test_a_session_of_a_deleted_subaccount_can_be_paid(cnaught: Caller) -> None:
    """A session that was open when its subaccount was deleted still completes, and the space can be restored."""
    sales = cnaught.post("/v1/subaccounts", {"name": "Sales"}).json()["id"]
    session = cnaught.post(PATHS[0], {"amount_kg": 100, **RETURN}, headers={"X-Subaccount-Id": sales}).json()
    assert cnaught.request("DELETE", f"/v1/subaccounts/{sales}").status_code == 204
    cnaught.space.restore(cnaught.space.snapshot())
    order = cnaught.space.cnaught.happens("complete_checkout", session["id"])
    assert order["subaccount_id"] == sales
    cnaught.space.restore(cnaught.space.snapshot())
    assert cnaught.get(f"/v1/orders/{order['id']}").json() == order
    assert cnaught.get(f"/v1/subaccounts/{sales}").status_code == 404
    assert [listed["id"] for listed in cnaught.get("/v1/subaccounts").json()["data"]] == ["5nubL0NS"]
