"""Checkout sessions: what somebody else is to pay for."""

from typing import Any

import pytest

from tests.providers.cnaught.conftest import as_account
from tests.support.caller import Caller

PATHS = ("/v1/checkout/sessions", "/v1/orders/checkout-session")
RETURN = {"success_url": "https://example.com/yes?{CHECKOUT_SESSION_ID}", "cancel_url": "https://example.com/no"}
CHEAP = {"portfolio_id": "ixmZSK"}
"""A portfolio whose kilogram costs 2.5 cents at the checkout."""

each_path = pytest.mark.parametrize("path", PATHS)


def opened(cnaught: Caller, path: str = PATHS[0], **more: Any) -> Any:
    return cnaught.post(path, {"amount_kg": 100, **RETURN, **more})


@each_path
@pytest.mark.rule("cnaught.checkout.created", "cnaught.checkout.both-paths", "cnaught.checkout.return-addresses")
def test_a_session_is_open_and_readable(cnaught: Caller, path: str) -> None:
    """A new session says where to pay, and is read at the paths of the documents and of the old library."""
    reply = opened(cnaught, path, email="jane.doe@example.com")
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


@pytest.mark.rule("cnaught.checkout.price", "cnaught.checkout.whole-kilograms")
@pytest.mark.parametrize(
    ("body", "kg", "cents"),
    [
        ({}, 100, 200),
        ({"amount_kg": 100.9}, 100, 200),
        ({"amount_kg": 21, **CHEAP}, 21, 53),
        ({"amount_kg": 1_000_000_000, **CHEAP}, 1_000_000_000, 2_500_000_000),
    ],
)
def test_what_a_session_costs(cnaught: Caller, body: dict[str, Any], kg: int, cents: int) -> None:
    """Whole kilograms at the price of the checkout, rounded up."""
    session = opened(cnaught, **body).json()
    assert (session["amount_kg"], session["price_usd_cents"]) == (kg, cents)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param(body, field, marks=pytest.mark.rule(f"cnaught.checkout.{rule}"))
        for body, field, rule in [
            ({"amount_kg": 24}, "amount_kg", "price-min-refused"),
            ({"amount_kg": 24.9}, "amount_kg", "price-min-refused"),
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
def test_a_session_that_is_not_opened(cnaught: Caller, body: dict[str, Any], field: str) -> None:
    """Too little, too much, and ways back that are not secure are told by their members."""
    before = cnaught.space.cnaught.state
    reply = opened(cnaught, **body)
    assert (reply.status_code, set(reply.json()["errors"])) == (400, {field})
    assert cnaught.space.cnaught.state == before


@pytest.mark.rule("cnaught.checkout.price-min")
@pytest.mark.parametrize("body", [{"amount_kg": 25}, {"amount_kg": 20, **CHEAP}])
def test_fifty_cents_will_do(cnaught: Caller, body: dict[str, Any]) -> None:
    """The least that can be paid is 50 cents."""
    assert opened(cnaught, **body).json()["price_usd_cents"] == 50


@each_path
@pytest.mark.rule("cnaught.checkout.portfolio-forbidden")
@pytest.mark.parametrize("portfolio_id", ["nobody", "mHvNvWbq"])
def test_a_session_from_a_portfolio_that_is_not_there(cnaught: Caller, path: str, portfolio_id: str) -> None:
    """A portfolio unknown or of others is forbidden, as it is to orders."""
    reply = opened(as_account(cnaught, "sandbox"), path, portfolio_id=portfolio_id)
    assert (reply.status_code, reply.json()["title"]) == (403, "Requested portfolio is not available")


@each_path
@pytest.mark.rule("cnaught.checkout.expires", "cnaught.checkout.expired")
def test_a_session_expires(cnaught: Caller, path: str) -> None:
    """A day after it was opened a session has expired, which the clock tells."""
    session = opened(cnaught, path).json()
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
def test_a_session_on_behalf_of_a_subaccount(cnaught: Caller, path: str) -> None:
    """A session says for whom it is and what its order is to carry, and has the price of the subaccount's portfolio."""
    body = {"name": "Sales", "default_portfolio_id": "ixmZSK"}
    sales = cnaught.post("/v1/subaccounts", body).json()["id"]
    order = {"description": "Trip", "notification_config": {"url": "http://example.com/told"}}
    session = cnaught.post(path, {"amount_kg": 100, **RETURN, **order}, headers={"X-Subaccount-Id": sales}).json()
    assert (session["subaccount_id"], session["portfolio_id"], session["price_usd_cents"]) == (sales, "ixmZSK", 250)
    assert (session["order_description"], session["order_webhook_url"]) == ("Trip", "http://example.com/told")


@each_path
@pytest.mark.rule("cnaught.checkout.unknown-id", "cnaught.auth.accounts-apart")
def test_a_session_that_is_not_there(cnaught: Caller, path: str) -> None:
    """An unknown session, and one of another account, is not found."""
    for caller, name in ((cnaught, "nobody"), (as_account(cnaught, "sandbox"), "zpQ6QSNRQh")):
        reply = caller.get(f"{path}/{name}")
        assert (reply.status_code, reply.json()["title"]) == (404, "Could not find checkout session")
