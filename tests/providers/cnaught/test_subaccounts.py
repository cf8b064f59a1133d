"""Subaccounts: creating them, and acting for one."""

from typing import Any

import pytest

from emulator.evidence import contracts
from tests.providers.cnaught.conftest import as_account
from tests.support.caller import Caller

NARROWED = [
    operation
    for operation in contracts.operations("cnaught")
    if any("SubaccountId" in parameter.get("$ref", "") for parameter in operation.description.get("parameters", []))
]
"""The operations that read X-Subaccount-Id."""

CHECKED = [operation for operation in NARROWED if operation.id != "cancel_order"]
"""Those that document a Bad Request."""

each_narrowed = pytest.mark.parametrize("operation", NARROWED, ids=lambda operation: operation.id)


def created(caller: Caller, **more: object) -> str:
    """Create a subaccount and return its id."""
    subaccount_id: str = caller.post("/v1/subaccounts", {"name": "Sales", **more}).json()["id"]
    return subaccount_id


def acting_for(subaccount_id: str) -> dict[str, Any]:
    """Return the arguments that make a call one for a subaccount."""
    return {"headers": {"X-Subaccount-Id": subaccount_id}}


# --- creating ---------------------------------------------------------------------------------------------------------


@pytest.mark.rule(
    "cnaught.subaccounts.created", "cnaught.subaccounts.readable-at-once", "cnaught.subaccounts.listed-first"
)
def test_a_new_subaccount_is_readable_and_first_in_the_list(cnaught: Caller) -> None:
    """Creating answers 201 with the subaccount, which can be read at once and is first in the list."""
    details = {"name": "Sales", "email": "jane.doe@example.com", "default_portfolio_id": "ixmZSK"}
    reply = cnaught.post("/v1/subaccounts", details)
    subaccount = reply.json()
    assert reply.status_code == 201
    assert subaccount == {**subaccount, **details, "created_on": "2026-01-01T00:00:00.000000Z"}
    assert cnaught.get(f"/v1/subaccounts/{subaccount['id']}").json() == subaccount
    assert [listed["id"] for listed in cnaught.get("/v1/subaccounts").json()["data"]] == [subaccount["id"], "5nubL0NS"]


@pytest.mark.rule("cnaught.subaccounts.explicit-nulls", "cnaught.subaccounts.empty-optional")
@pytest.mark.parametrize("unset", [{}, None, ""], ids=["absent", "null", "empty"])
def test_an_unset_member_is_null(cnaught: Caller, unset: object) -> None:
    """A subaccount has all members; absent, null and empty mean the same."""
    members = ("email", "default_portfolio_id", "logo_url")
    details = {} if unset == {} else dict.fromkeys(members, unset)
    subaccount = cnaught.post("/v1/subaccounts", {"name": "Sales", **details}).json()
    assert subaccount.keys() == {"id", "name", "created_on", *members}
    assert {subaccount[member] for member in members} == {None}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param(body, field, marks=pytest.mark.rule(rule))
        for body, field, rule in [
            ({}, "name", "cnaught.subaccounts.name-refused"),
            ({"name": None}, "name", "cnaught.subaccounts.name-refused"),
            ({"name": 5}, "name", "cnaught.subaccounts.name-refused"),
            ({"name": "x" * 513}, "name", "cnaught.subaccounts.name-refused"),
            ({"name": ""}, "name", "cnaught.subaccounts.name-empty"),
            ({"default_portfolio_id": "unknown"}, "default_portfolio_id", "cnaught.subaccounts.portfolio-invalid"),
            ({"default_portfolio_id": "x"}, "default_portfolio_id", "cnaught.subaccounts.portfolio-invalid-problem"),
            ({"email": "jane"}, "email", "cnaught.subaccounts.email"),
            ({"email": "jane@"}, "email", "cnaught.subaccounts.email"),
            ({"email": "jane doe@example.com"}, "email", "cnaught.subaccounts.email"),
            ({"email": "jane@example..com"}, "email", "cnaught.subaccounts.email"),
            ({"email": "j" * 250 + "@example.com"}, "email", "cnaught.subaccounts.email"),
            ({"logo_url": "example.com/logo.png"}, "logo_url", "cnaught.subaccounts.logo-not-fetched"),
            ({"logo_url": "ftp://example.com/logo.png"}, "logo_url", "cnaught.subaccounts.logo-not-fetched"),
            ({"logo_url": "https://example.com/\n"}, "logo_url", "cnaught.subaccounts.logo-not-fetched"),
            ({"logo_url": "https://a/" + "x" * 2039}, "logo_url", "cnaught.subaccounts.logo-not-fetched"),
        ]
    ],
)
def test_an_invalid_subaccount_is_refused(cnaught: Caller, body: dict[str, object], field: str) -> None:
    """An invalid member answers 400 with an entry for it, and creates nothing."""
    reply = cnaught.post("/v1/subaccounts", body if field == "name" else {"name": "Sales", **body})
    assert reply.status_code == 400
    assert reply.json()["errors"].keys() == {field}
    assert len(cnaught.get("/v1/subaccounts").json()["data"]) == 1


@pytest.mark.parametrize(
    "details",
    [
        pytest.param(details, marks=pytest.mark.rule(rule))
        for details, rule in [
            ({"name": "Sales", "email": "Jane.Doe+offsets@Example.COM"}, "cnaught.subaccounts.email"),
            ({"name": "é" * 512}, "cnaught.subaccounts.name"),
            ({"name": "Marketing Department"}, "cnaught.subaccounts.name-empty"),
        ]
    ],
)
def test_a_subaccount_keeps_its_details(cnaught: Caller, details: dict[str, str]) -> None:
    """Names may be long and may repeat; an email address keeps its spelling."""
    subaccount = cnaught.post("/v1/subaccounts", details).json()
    assert subaccount == {**subaccount, **details}


@pytest.mark.rule("cnaught.subaccounts.logo-hosted", "cnaught.subaccounts.logo-not-fetched")
@pytest.mark.parametrize(
    "url", ["https://example.com/logo.png", "http://[::1]:9/nothing/there", "https://a/" + "x" * 2038]
)
def test_a_logo_gets_an_address_of_the_vendors(cnaught: Caller, url: str) -> None:
    """The logo URL is one of the vendor's hosting; the one sent is not fetched."""
    subaccount = cnaught.post("/v1/subaccounts", {"name": "Sales", "logo_url": url}).json()
    assert subaccount["logo_url"].startswith("https://customer-assets.cnaught.com/")
    assert subaccount["logo_url"].endswith("/logo")
    assert cnaught.get(f"/v1/subaccounts/{subaccount['id']}").json() == subaccount


@pytest.mark.rule("cnaught.subaccounts.forbidden")
def test_an_account_without_the_feature_cannot_create_one(cnaught: Caller) -> None:
    """Without the subaccount feature creating answers 403."""
    caller = as_account(cnaught, "no-subaccounts")
    reply = caller.post("/v1/subaccounts", {"name": "Sales"})
    assert (reply.status_code, reply.json()["type"]) == (403, "https://api.cnaught.com/v1/errors/forbidden")
    assert reply.json()["title"] == "User is not allowed to use subaccounts. Contact support to request access."
    assert caller.get("/v1/subaccounts").json() == {"data": []}


@pytest.mark.rule("cnaught.subaccounts.unknown-id")
def test_an_unknown_subaccount_is_not_found(cnaught: Caller) -> None:
    """An unknown id answers 404."""
    reply = cnaught.get("/v1/subaccounts/unknown")
    assert (reply.status_code, reply.json()["title"]) == (404, "Could not find subaccount")
    assert reply.json()["type"] == "https://api.cnaught.com/v1/errors/not-found"


# --- acting for one ---------------------------------------------------------------------------------------------------


@each_narrowed
@pytest.mark.rule("cnaught.subaccounts.header-forbidden")
@pytest.mark.parametrize("subaccount_id", ["5nubL0NS", "unknown", ""])
def test_an_account_without_the_feature_cannot_name_one(
    cnaught: Caller, operation: contracts.Operation, subaccount_id: str
) -> None:
    """Without the subaccount feature X-Subaccount-Id answers 403, in every operation."""
    caller, path = as_account(cnaught, "no-subaccounts"), operation.path.replace("{id}", "123")
    reply = caller.request(operation.method, path, **acting_for(subaccount_id))
    assert reply.status_code == 403
    assert reply.json()["title"] == "User is not allowed to use subaccounts. Contact support to request access."


@pytest.mark.parametrize("operation", CHECKED, ids=lambda operation: operation.id)
@pytest.mark.rule("cnaught.subaccount-header.unknown", "cnaught.subaccount-header.unknown-first")
@pytest.mark.parametrize("subaccount_id", ["unknown", "", "sandbox's"])
def test_an_unknown_subaccount_is_reported_first(
    cnaught: Caller, operation: contracts.Operation, subaccount_id: str
) -> None:
    """An unknown or empty subaccount, or another account's, is reported before anything else that is wrong."""
    if subaccount_id == "sandbox's":
        subaccount_id = created(as_account(cnaught, "sandbox"))
    path = operation.path.replace("{id}", "123") + "?limit=0&from=today"
    body = {"json": {"amount_kg": "ten"}} if operation.method == "POST" else {}
    reply = cnaught.request(operation.method, path, **body, **acting_for(subaccount_id))
    assert reply.status_code == 400
    assert reply.json() == {
        "type": "https://api.cnaught.com/v1/errors/invalid-subaccount",
        "title": "Subaccount not found",
        "status": 400,
    }


@pytest.mark.rule("cnaught.cancel.unknown-subaccount")
@pytest.mark.parametrize("subaccount_id", ["unknown", "", "sandbox's"])
@pytest.mark.parametrize("order_id", ["Gre28Fc35bt3", "123"])
def test_an_unknown_subaccount_cancels_nothing(cnaught: Caller, order_id: str, subaccount_id: str) -> None:
    """Cancelling for an unknown subaccount answers 404, since the call documents no Bad Request."""
    if subaccount_id == "sandbox's":
        subaccount_id = created(as_account(cnaught, "sandbox"))
    reply = cnaught.post(f"/v1/orders/{order_id}/cancel", **acting_for(subaccount_id))
    assert (reply.status_code, reply.json()["title"]) == (404, "Could not find order")
    assert cnaught.get("/v1/orders/Gre28Fc35bt3").json()["state"] == "fulfilled"


@pytest.mark.rule("cnaught.subaccount-header.new-order-attached", "cnaught.subaccount-header.order-member")
@pytest.mark.parametrize(("path", "body"), [("/v1/orders", {"amount_kg": 1}), ("/v1/orders/ride", {"distance_km": 1})])
def test_an_order_belongs_to_the_subaccount_named(cnaught: Caller, path: str, body: dict[str, int]) -> None:
    """An order placed for a subaccount has its id; any other has null."""
    assert cnaught.post(path, body, **acting_for("5nubL0NS")).json()["subaccount_id"] == "5nubL0NS"
    assert cnaught.post(path, body).json()["subaccount_id"] is None


@pytest.mark.rule("cnaught.subaccount-header.narrows", "cnaught.subaccount-header.absent")
def test_a_subaccount_sees_its_own_orders(cnaught: Caller) -> None:
    """A subaccount lists and counts its own orders; the account sees, reads and cancels all of them."""
    sales = created(cnaught)
    general = cnaught.post("/v1/orders", {"amount_kg": 1}).json()["id"]
    marketed = cnaught.post("/v1/orders", {"amount_kg": 10}, **acting_for("5nubL0NS")).json()["id"]
    sold = cnaught.post("/v1/orders", {"amount_kg": 100}, **acting_for(sales)).json()["id"]
    cnaught.space.clock.advance(seconds=2)

    def seen(**narrowed: Any) -> tuple[list[str], float]:
        orders = cnaught.get("/v1/orders", **narrowed).json()["data"]
        return [order["id"] for order in orders], cnaught.get("/v1/impact/data", **narrowed).json()["total_offset_kgs"]

    assert seen() == ([sold, marketed, general, "Gre28Fc35bt3"], 121.5)
    assert seen(**acting_for("5nubL0NS")) == ([marketed], 10)
    assert seen(**acting_for(sales)) == ([sold], 100)
    assert cnaught.get(f"/v1/orders/{sold}").json()["subaccount_id"] == sales
    assert cnaught.post(f"/v1/orders/{sold}/cancel").status_code == 200


@pytest.mark.rule("cnaught.subaccount-header.cancel-only-own", "cnaught.subaccount-header.other-subaccount")
def test_a_subaccount_cannot_reach_other_orders(cnaught: Caller) -> None:
    """For a subaccount, an order of another one or of none is unknown; its own can be cancelled."""
    own = cnaught.post("/v1/orders", {"amount_kg": 1}, **acting_for("5nubL0NS")).json()["id"]
    for order_id in (own, "Gre28Fc35bt3"):
        for method, path in (("GET", f"/v1/orders/{order_id}"), ("POST", f"/v1/orders/{order_id}/cancel")):
            reply = cnaught.request(method, path, **acting_for(created(cnaught)))
            assert (reply.status_code, reply.json()["title"]) == (404, "Could not find order")
    assert {order["state"] for order in cnaught.get("/v1/orders").json()["data"]} == {"placed", "fulfilled"}
    assert cnaught.post("/v1/orders/Gre28Fc35bt3/cancel", **acting_for("5nubL0NS")).status_code == 404
    assert cnaught.post(f"/v1/orders/{own}/cancel", **acting_for("5nubL0NS")).json()["state"] == "cancelled"


@pytest.mark.rule("cnaught.subaccount-header.default-portfolio", "cnaught.subaccount-header.default-portfolio-quoted")
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/orders", {"amount_kg": 100}),
        ("/v1/orders/ride", {"distance_km": 414}),
        ("/v1/quotes", {"amount_kg": 100}),
        ("/v1/quotes/ride", {"distance_km": 414}),
    ],
)
def test_a_subaccount_buys_from_its_portfolio(cnaught: Caller, path: str, body: dict[str, int]) -> None:
    """Without a portfolio the subaccount's default is used, or else the account's; a named one wins."""
    cheap, plain = created(cnaught, default_portfolio_id="ixmZSK"), created(cnaught)
    assert cnaught.post(path, body, **acting_for(cheap)).json()["price_usd_cents"] == 160
    assert cnaught.post(path, body, **acting_for(plain)).json()["price_usd_cents"] == 200
    named = {**body, "portfolio_id": "oH5hlq"}
    assert cnaught.post(path, named, **acting_for(cheap)).json()["price_usd_cents"] == 200
