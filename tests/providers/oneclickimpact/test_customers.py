"""Customers: identified by email, with the last name given."""

import re

import pytest

from tests.providers.oneclickimpact.conftest import customer_records
from tests.support.caller import Caller

JANE = "jane@example.com"


def customer(oneclickimpact: Caller, email: str, name: str | None = None) -> dict[str, str]:
    """Capture carbon for a customer, and return the customer in the reply."""
    named = {} if name is None else {"customer_name": name}
    reply = oneclickimpact.post("/v1/capture_carbon", {"amount": 1, "customer_email": email, **named})
    answered: dict[str, str] = reply.json()["customer"]
    return answered


@pytest.mark.rule("oneclickimpact.customers.reply", "oneclickimpact.customers.id")
def test_a_capture_for_a_customer_returns_the_customer(oneclickimpact: Caller) -> None:
    """A capture with an email and a name also returns the customer; a new one has an id of U and eight digits."""
    body = {"amount": 5, "customer_email": JANE, "customer_name": "Jane"}
    made = oneclickimpact.post("/v1/capture_carbon", body).json()
    customer_id = made["customer"].pop("customer_id")
    assert re.fullmatch(r"U[0-9]{8}", customer_id)
    assert made == {
        "user_id": "U123",
        "carbon_captured": 5,
        "customer": {"customer_email": JANE, "customer_name": "Jane"},
        "time_utc": "2026-01-01T00:00:00.000Z",
    }
    assert customer(oneclickimpact, "other@example.com")["customer_id"] != customer_id


@pytest.mark.rule("oneclickimpact.customers.id")
def test_the_sample_customer_has_its_printed_id(oneclickimpact: Caller, live: Caller) -> None:
    """The customer of the documents' sample gets the printed id where it is free, and is unknown before."""
    email = "Sample-Customer@email.com"
    assert oneclickimpact.get("/v1/customers", params={"customer_email": email}).json() == {"customers": []}
    assert customer(oneclickimpact, email)["customer_id"] == "U12345"
    assert re.fullmatch(r"U[0-9]{8}", customer(live, email)["customer_id"])


@pytest.mark.rule("oneclickimpact.customers.email-grammar")
@pytest.mark.parametrize("email", ["user@shop.test", "a+b@x.com", "ü@example.com", "o'neil@sub.example.co.uk"])
def test_valid_emails_are_accepted(oneclickimpact: Caller, email: str) -> None:
    """Only the syntax of an email is checked, and it is echoed as sent."""
    assert customer(oneclickimpact, email)["customer_email"] == email
    assert len(customer_records(oneclickimpact, customer_email=email)) == 1


@pytest.mark.parametrize(
    "email",
    [
        pytest.param(email, marks=pytest.mark.rule("oneclickimpact.customers.email-valid"))
        for email in ("me", "@example.com", "me@", "a@b@example.com", "a@exam ple.com", "a b@@example.com")
    ]
    + [
        pytest.param(email, marks=pytest.mark.rule("oneclickimpact.customers.email-grammar"))
        for email in ("", "example.com", "me@localhost", '"me"@example.com', "me@[127.0.0.1]", "a\u0000@example.com")
    ],
)
def test_invalid_emails_are_refused(oneclickimpact: Caller, email: str) -> None:
    """Text that is not an email is refused with 400, in a body and in a query."""
    for reply in (
        oneclickimpact.post("/v1/capture_carbon", {"amount": 1, "customer_email": email}),
        oneclickimpact.get("/v1/customer_records", params={"customer_email": email}),
    ):
        assert (reply.status_code, reply.json()["message"]) == (400, "customer_email must be a valid email address")


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        pytest.param(body, rule, marks=pytest.mark.rule(f"oneclickimpact.customers.{mark}"))
        for mark, body, rule in [
            ("name-needs-email", {"customer_name": "Jane"}, "come together with customer_email"),
            ("name-text", {"customer_name": "", "customer_email": JANE}, "be a string that is not empty"),
            ("name-text", {"customer_name": 5, "customer_email": JANE}, "be a string that is not empty"),
            ("name-text", {"customer_name": ["Jane"], "customer_email": JANE}, "be a string that is not empty"),
        ]
    ],
)
def test_invalid_names_are_refused(oneclickimpact: Caller, body: dict[str, object], rule: str) -> None:
    """A name must be text that is not empty, and needs an email."""
    reply = oneclickimpact.post("/v1/capture_carbon", {"amount": 1, **body})
    assert (reply.status_code, reply.json()["message"]) == (400, f"customer_name must {rule}")


@pytest.mark.rule("oneclickimpact.customers.name-unknown")
def test_a_customer_can_have_no_name(oneclickimpact: Caller) -> None:
    """Until a name is given, replies and records leave the key out."""
    assert customer(oneclickimpact, JANE).keys() == {"customer_id", "customer_email"}
    assert customer_records(oneclickimpact)[-1]["customer"].keys() == {"customer_id", "customer_email"}


@pytest.mark.rule("oneclickimpact.customers.same-email")
def test_one_email_is_one_customer(oneclickimpact: Caller) -> None:
    """Emails that differ in letter case only are one customer, shown with the email as first given."""
    first = customer(oneclickimpact, "Jane@Example.com", "Jane")
    assert [customer(oneclickimpact, email) for email in (JANE, "JANE@EXAMPLE.COM")] == [first, first]
    for email in ("Jane@Example.com", JANE, "jANE@example.COM"):
        assert [found["customer"] for found in customer_records(oneclickimpact, customer_email=email)] == [first] * 3


@pytest.mark.rule("oneclickimpact.customers.name-update")
def test_a_customer_is_renamed(oneclickimpact: Caller) -> None:
    """A later name applies to older records too; a capture without a name returns the known one."""
    email = "sample-customer-1@email.com"
    assert customer(oneclickimpact, email)["customer_name"] == "Sample Customer 1"
    assert customer(oneclickimpact, email, "Jane")["customer_name"] == "Jane"
    assert customer(oneclickimpact, email)["customer_name"] == "Jane"
    names = [found["customer"]["customer_name"] for found in customer_records(oneclickimpact, customer_email=email)]
    assert names == ["Jane"] * 4
