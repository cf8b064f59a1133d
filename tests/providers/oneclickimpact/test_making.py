"""Trees, ocean, coral and money: like captured carbon, each with its own name and bounds."""

from typing import Any

import pytest

from tests.providers.oneclickimpact.conftest import customer_records, own_records
from tests.support.caller import Caller

KINDS = {
    "/v1/plant_tree": "tree_planted",
    "/v1/clean_ocean": "waste_removed",
    "/v1/donate_money": "money_donated",
    "/v1/restore_coral": "coral_restored",
}
CUSTOMER = {"customer_email": "jane@example.com", "customer_name": "Jane"}

each_kind = pytest.mark.parametrize(("path", "kind"), KINDS.items())


@pytest.mark.rule(
    "oneclickimpact.making.reply",
    "oneclickimpact.making.coral-reply",
    "oneclickimpact.making.listed",
    "oneclickimpact.making.listed-coral",
)
@each_kind
def test_every_kind_of_impact_is_recorded(oneclickimpact: Caller, path: str, kind: str) -> None:
    """An own impact returns account, amount and time, and its record is the same."""
    made = oneclickimpact.post(path, {"amount": 5}).json()
    assert made == {"user_id": "U123", kind: 5, "time_utc": "2026-01-01T00:00:00.000Z"}
    assert own_records(oneclickimpact, filter_by=kind) == [made]


@pytest.mark.rule(
    "oneclickimpact.customers.reply-elsewhere",
    "oneclickimpact.customers.reply-coral",
    "oneclickimpact.making.listed-metadata",
)
@each_kind
def test_an_impact_for_a_customer_returns_the_customer(oneclickimpact: Caller, path: str, kind: str) -> None:
    """An impact for a customer also returns the customer; its record in the other list adds the metadata."""
    made = oneclickimpact.post(path, {"amount": 5, **CUSTOMER, "notify": False, "metadata": {"a": "b"}}).json()
    assert {name: made["customer"][name] for name in CUSTOMER} == CUSTOMER
    assert made.keys() == {"user_id", kind, "customer", "time_utc"}
    assert customer_records(oneclickimpact, filter_by=kind) == [{**made, "metadata": {"a": "b"}}]


@pytest.mark.rule("oneclickimpact.making.amount-bounds", "oneclickimpact.making.coral-bounds")
@pytest.mark.parametrize(("amount", "status"), [(0, 400), (1, 200), (10_000_000, 200), (10_000_001, 400)])
@pytest.mark.parametrize("path", ["/v1/plant_tree", "/v1/clean_ocean", "/v1/restore_coral"])
def test_an_amount_has_bounds(oneclickimpact: Caller, path: str, amount: int, status: int) -> None:
    """An amount is between 1 and 10,000,000."""
    assert oneclickimpact.post(path, {"amount": amount}).status_code == status


@pytest.mark.rule("oneclickimpact.making.donation-bounds")
@pytest.mark.parametrize("amount", [b"1", b"1000000000", b"5.0"])
def test_valid_donations_are_accepted(oneclickimpact: Caller, amount: bytes) -> None:
    """A donation is between 1 cent and 10 million dollars, and returned as an integer."""
    reply = oneclickimpact.post("/v1/donate_money", content=b'{"amount": %b}' % amount)
    assert b'"money_donated":%b,' % amount.removesuffix(b".0") in reply.content


@pytest.mark.rule("oneclickimpact.making.donation-bounds")
@pytest.mark.parametrize(
    "content",
    [b"{}"]
    + [
        b'{"amount": %b}' % amount
        for amount in (b"0", b"-1", b"1000000001", b"1e999", b"5.5", b'"5"', b"true", b"null", b"1" + b"0" * 400)
    ],
)
def test_invalid_donations_are_refused(oneclickimpact: Caller, content: bytes) -> None:
    """Other amounts are refused with 400, and the message has the bounds of a donation."""
    reply = oneclickimpact.post("/v1/donate_money", content=content)
    assert (reply.status_code, reply.json()["message"]) == (400, "amount must be an integer between 1 and 1000000000")


@pytest.mark.parametrize(
    ("path", "category"),
    [
        pytest.param(
            "/v1/plant_tree",
            "food",
            marks=pytest.mark.rule("oneclickimpact.making.tree-category", "oneclickimpact.making.tree-category-echo"),
        ),
        pytest.param(
            "/v1/donate_money",
            "veterans",
            marks=pytest.mark.rule(
                "oneclickimpact.making.donation-category", "oneclickimpact.making.listed-donation-category"
            ),
        ),
        pytest.param("/v1/donate_money", "ü", marks=pytest.mark.rule("oneclickimpact.making.donation-category-text")),
    ],
)
def test_a_category_is_echoed(oneclickimpact: Caller, path: str, category: str) -> None:
    """A category is in the reply and in the record, and in neither if none is given."""
    assert "category" not in oneclickimpact.post(path, {"amount": 1}).json()
    made = oneclickimpact.post(path, {"amount": 1, "category": category}).json()
    assert made["category"] == category
    assert own_records(oneclickimpact)[-1] == made


@pytest.mark.parametrize(
    ("path", "category", "expected"),
    [
        pytest.param(path, category, expected, marks=pytest.mark.rule(f"oneclickimpact.making.{rule}"))
        for path, rule, expected, categories in [
            ("/v1/plant_tree", "tree-category-refused", "food", ("reforestation", "Food", "", None, ["food"])),
            ("/v1/donate_money", "donation-category-text", "a string that is not empty", ("", None, 5, {})),
        ]
        for category in categories
    ],
)
def test_invalid_categories_are_refused(oneclickimpact: Caller, path: str, category: Any, expected: str) -> None:
    """Any other category is refused with 400, and the message lists the accepted values."""
    reply = oneclickimpact.post(path, {"amount": 1, "category": category})
    assert (reply.status_code, reply.json()["message"]) == (400, f"category must be {expected}")


@pytest.mark.parametrize("path", ["/v1/clean_ocean", "/v1/restore_coral"])
def test_other_kinds_have_no_category(oneclickimpact: Caller, path: str) -> None:
    """Kinds without categories ignore the field like any unknown one."""
    assert "category" not in oneclickimpact.post(path, {"amount": 1, "category": 5}).json()


@pytest.mark.rule(
    "oneclickimpact.customers.name-needs-email-elsewhere", "oneclickimpact.customers.name-needs-email-coral"
)
@each_kind
def test_a_name_needs_an_email(oneclickimpact: Caller, path: str, kind: str) -> None:
    """A name without an email is refused for every kind, with the rule of the operation."""
    reply = oneclickimpact.post(path, {"amount": 1, "customer_name": "Jane"}, headers={"X-Emulator-Explain": "1"})
    assert (reply.status_code, reply.json()["message"]) == (400, "customer_name must come together with customer_email")
    rule = "coral" if kind == "coral_restored" else "elsewhere"
    assert reply.headers["X-Emulator-Rule"] == f"oneclickimpact.customers.name-needs-email-{rule}"


@pytest.mark.rule("oneclickimpact.customers.email-valid-elsewhere", "oneclickimpact.customers.email-valid-coral")
@each_kind
def test_an_email_must_be_valid(oneclickimpact: Caller, path: str, kind: str) -> None:
    """Text that is not an email is refused for every kind."""
    reply = oneclickimpact.post(path, {"amount": 1, "customer_email": "me"})
    assert (reply.status_code, reply.json()["message"]) == (400, "customer_email must be a valid email address")
