"""The account: its identity, its customers and its totals."""

from typing import Any

import pytest

from tests.support.caller import Caller

KINDS = ("carbon_captured", "tree_planted", "waste_removed", "money_donated", "coral_restored")
NOTHING = dict.fromkeys(KINDS, 0)
CUSTOMERS = ["U1234", "U789", "U5678", "U3456"]


def ids(caller: Caller, **params: object) -> list[str]:
    return [found["customer_id"] for found in caller.get("/v1/customers", params=params).json()["customers"]]


def days(caller: Caller, **params: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = caller.get("/v1/impact/daily", params=params).json()["daily_impact"]
    return found


@pytest.mark.rule("oneclickimpact.account.whoami")
def test_who_am_i_returns_the_account(oneclickimpact: Caller) -> None:
    """The reply holds the account's id and email."""
    assert oneclickimpact.get("/v1/whoami").json() == {"user_id": "U123", "email": "my-email@email.com"}


@pytest.mark.rule("oneclickimpact.onboarding.listed", "oneclickimpact.onboarding.order")
def test_customers_are_listed(oneclickimpact: Caller) -> None:
    """Customers are listed in the order of their first impacts, with their times; later impacts change nothing."""
    made = oneclickimpact.post("/v1/clean_ocean", {"amount": 1, "customer_email": "jane@example.com"}).json()
    oneclickimpact.post("/v1/plant_tree", {"amount": 1, "customer_email": "JANE@example.com"})
    listed = oneclickimpact.get("/v1/customers").json()["customers"]
    assert [found["customer_id"] for found in listed[:4]] == CUSTOMERS
    assert listed[4:] == [{**made["customer"], "onboarded_on": made["time_utc"]}]


@pytest.mark.rule("oneclickimpact.onboarding.email", "oneclickimpact.onboarding.email-case")
@pytest.mark.parametrize(
    ("email", "found"),
    [("sample-customer-2@email.com", ["U789"]), ("Sample-Customer-2@EMAIL.com", ["U789"]), ("me@example.com", [])],
)
def test_an_email_lists_one_customer(oneclickimpact: Caller, email: str, found: list[str]) -> None:
    """An email lists only its customer, and an unknown email lists none."""
    assert ids(oneclickimpact, customer_email=email) == found


@pytest.mark.rule("oneclickimpact.onboarding.pages")
def test_customers_have_pages(oneclickimpact: Caller, live: Caller) -> None:
    """A page has a cursor only while more customers remain, and only its own account accepts it."""
    first = oneclickimpact.get("/v1/customers?limit=3").json()
    assert [found["customer_id"] for found in first["customers"]] == CUSTOMERS[:3]
    second = oneclickimpact.get("/v1/customers", params={"cursor": first["cursor"]}).json()
    assert [found["customer_id"] for found in second["customers"]] == CUSTOMERS[3:]
    assert "cursor" not in second
    assert oneclickimpact.get("/v1/customers?limit=0").json() == {"customers": []}
    assert live.get("/v1/customers", params={"cursor": first["cursor"]}).status_code == 400
    for limit in ("-1", "1001", "x"):
        assert oneclickimpact.get("/v1/customers", params={"limit": limit}).status_code == 400


@pytest.mark.rule("oneclickimpact.totals.sums", "oneclickimpact.totals.coral", "oneclickimpact.totals.zero")
def test_totals_add_up_all_impacts(oneclickimpact: Caller) -> None:
    """The totals add up the account's own and its customers' impacts; a kind without impacts is 0."""
    oneclickimpact.post("/v1/donate_money", {"amount": 7})
    oneclickimpact.post("/v1/donate_money", {"amount": 2, "customer_email": "jane@example.com"})
    own, given = {**NOTHING, "carbon_captured": 30}, {**NOTHING, "carbon_captured": 250}
    assert oneclickimpact.get("/v1/impact").json() == {
        "user_id": "U123",
        **NOTHING,
        "carbon_captured": 280,
        "money_donated": 9,
        "user_impact": {**own, "money_donated": 7},
        "customer_impact": {**given, "money_donated": 2},
    }


@pytest.mark.rule("oneclickimpact.totals.daily")
def test_a_day_has_the_sums_of_all_kinds(oneclickimpact: Caller) -> None:
    """A day has the sums of all kinds, of the account and its customers together."""
    oneclickimpact.post("/v1/plant_tree", {"amount": 7})
    oneclickimpact.post("/v1/plant_tree", {"amount": 2, "customer_email": "jane@example.com"})
    oneclickimpact.post("/v1/restore_coral", {"amount": 4})
    day = {"date": "2026-01-01", **NOTHING, "tree_planted": 9, "coral_restored": 4}
    assert days(oneclickimpact, start_date="2026-01-01") == [day]


@pytest.mark.rule("oneclickimpact.totals.daily-days")
@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({}, ["2024-06-12", "2024-06-15", "2024-06-21", "2024-09-16", "2024-09-17"]),
        ({"start_date": "2024-09-16"}, ["2024-09-16", "2024-09-17"]),
        ({"end_date": "2024-06-15"}, ["2024-06-12", "2024-06-15"]),
        ({"start_date": "2024-06-15", "end_date": "2024-06-20"}, ["2024-06-15"]),
        ({"start_date": "2024-06-20", "end_date": "2024-06-15"}, []),
    ],
)
def test_only_days_with_impacts_are_listed(oneclickimpact: Caller, params: dict[str, str], found: list[str]) -> None:
    """Only days with impacts are listed, both ends included."""
    assert [day["date"] for day in days(oneclickimpact, **params)] == found


@pytest.mark.rule("oneclickimpact.totals.cancelled", "oneclickimpact.totals.cancelled-day")
def test_cancelled_impacts_do_not_count(oneclickimpact: Caller) -> None:
    """Cancelling subtracts an amount from the totals and from its day once; a day without impacts is not listed."""
    for _ in range(2):
        body = {"user_id": "U123", "time_utc": "2024-09-17T13:24:04.429Z"}
        assert oneclickimpact.post("/v1/cancel_impact", body).status_code == 200
    assert oneclickimpact.get("/v1/impact").json()["user_impact"]["carbon_captured"] == 15
    assert days(oneclickimpact)[-1] == {"date": "2024-09-17", **NOTHING, "carbon_captured": 10}
    oneclickimpact.post("/v1/cancel_impact", {"user_id": "U1234", "time_utc": "2024-06-12T15:22:14.753Z"})
    assert oneclickimpact.get("/v1/impact").json()["customer_impact"]["carbon_captured"] == 210
    assert days(oneclickimpact)[0]["date"] == "2024-06-15"


@pytest.mark.rule("oneclickimpact.totals.cancelled")
def test_totals_are_restored_without_cancelled_impacts(oneclickimpact: Caller) -> None:
    """A space that is restored from its snapshot has the same totals again."""
    oneclickimpact.post("/v1/cancel_impact", {"user_id": "U123", "time_utc": "2024-09-17T13:24:04.429Z"})
    before = [oneclickimpact.get(path).json() for path in ("/v1/impact", "/v1/impact/daily", "/v1/customers")]
    kept = oneclickimpact.space.snapshot()
    oneclickimpact.post("/v1/plant_tree", {"amount": 5, "customer_email": "jane@example.com"})
    oneclickimpact.space.restore(kept)
    assert [oneclickimpact.get(path).json() for path in ("/v1/impact", "/v1/impact/daily", "/v1/customers")] == before
