"""Records: their form, their filters and their order."""

from typing import Any

import pytest

from tests.providers.oneclickimpact.conftest import LISTS, customer_records, listed, own_records
from tests.support.caller import Caller

KINDS = {"carbon_captured", "tree_planted", "waste_removed", "money_donated", "coral_restored"}


def kinds(records: list[dict[str, Any]]) -> list[str]:
    """Return the kind of each record."""
    return [*(kind for record in records for kind in record if kind in KINDS)]


@pytest.mark.rule("oneclickimpact.records.shape")
def test_a_record_has_one_amount(live: Caller) -> None:
    """A record has account, time and the amount of its kind only; one for a customer also has the customer."""
    own, customers = own_records(live), customer_records(live)
    assert own[0] == {"user_id": "U123", "time_utc": "2023-10-04T20:56:15.031Z", "tree_planted": 24}
    assert [record.keys() & KINDS for record in own + customers] == [{kind} for kind in kinds(own + customers)]
    assert customers[0] == {
        "user_id": "U123",
        "customer": {"customer_id": "U901", "customer_email": "customer@example.com", "customer_name": "John Doe"},
        "time_utc": "2025-03-12T15:22:14.753Z",
        "money_donated": 100,
        "category": "veterans",
        "metadata": {"orderId": "A-1001", "source": "checkout"},
    }


@pytest.mark.rule("oneclickimpact.records.empty")
@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("customer_records", {"customer_email": "none@example.com"}),
        ("customer_records", {"filter_by": "coral_restored"}),
        ("user_records", {"start_date": "2024-09-18", "end_date": "2024-09-16"}),
        ("user_records", {"start_date": "9999-12-31", "end_date": "9999-12-31"}),
        ("user_records", {"end_date": "0001-01-01"}),
    ],
)
def test_a_list_may_be_empty(oneclickimpact: Caller, name: str, params: dict[str, str]) -> None:
    """Without matching records, the reply is an empty list and nothing else."""
    reply = oneclickimpact.get(LISTS[name], params=params)
    assert (reply.status_code, reply.json()) == (200, {name: []})


@pytest.mark.parametrize(
    ("filter_by", "own", "customers"),
    [
        pytest.param(filter_by, own, customers, marks=pytest.mark.rule(f"oneclickimpact.records.filter-{mark}"))
        for mark, filter_by, own, customers in [
            ("kinds", [], "twcwt", "mtr"),
            ("carbon", ["carbon_captured"], "c", ""),
            ("kinds", ["tree_planted"], "tt", "t"),
            ("kinds", ["waste_removed"], "ww", ""),
            ("kinds", ["money_donated"], "", "m"),
            ("coral", ["coral_restored"], "", "r"),
            ("or", ["waste_removed", "carbon_captured"], "wcw", ""),
            ("or", ["tree_planted", "coral_restored", "tree_planted"], "tt", "tr"),
            ("or", sorted(KINDS), "twcwt", "mtr"),
        ]
    ],
)
def test_records_are_filtered_by_kind(live: Caller, filter_by: list[str], own: str, customers: str) -> None:
    """Only the given kinds are listed, in one order of time; without a filter, all kinds."""
    letters = {"carbon_captured": "c", "tree_planted": "t", "waste_removed": "w", "money_donated": "m"}
    for name, expected in (("user_records", own), ("customer_records", customers)):
        found = listed(live, name, filter_by=filter_by)
        assert "".join(letters.get(kind, "r") for kind in kinds(found)) == expected
        assert found == sorted(found, key=lambda record: str(record["time_utc"]))


@pytest.mark.parametrize(
    ("query", "rule"),
    [
        pytest.param(query, rule, marks=pytest.mark.rule(f"oneclickimpact.records.{mark}"))
        for mark, query, rule in [
            ("unknown-value", "filter_by=carbon", "filter_by must be one of carbon_captured, "),
            ("unknown-value", "filter_by=carbon_captured&filter_by=", "filter_by must be one of "),
            ("unknown-value", "filter_by=carbon_captured,tree_planted", "filter_by must be one of "),
            ("unknown-value", "sort_order=DESC", "sort_order must be asc or desc"),
            ("unknown-value", "sort_order=", "sort_order must be asc or desc"),
            ("single-valued", "sort_order=asc&sort_order=asc", "sort_order must be given only once"),
            ("single-valued", "limit=5&limit=5", "limit must be given only once"),
            ("single-valued", "cursor=a&cursor=a", "cursor must be given only once"),
            ("single-valued", "start_date=2024-01-01&start_date=2024-01-01", "start_date must be given only once"),
            ("single-valued", "end_date=2024-01-01&end_date=2024-01-02", "end_date must be given only once"),
        ]
    ]
    + [
        pytest.param(
            f"{field}={date}",
            f"{field} must be a date in the form yyyy-mm-dd",
            marks=pytest.mark.rule(f"oneclickimpact.records.{mark}"),
        )
        for field in ("start_date", "end_date")
        for mark, date in [
            ("dates-format", "16-09-2024"),
            ("dates-format", "20240916"),
            ("dates-format", "2024-W01-1"),
            ("dates-refused", "2024-13-01"),
            ("dates-refused", "2024-2-3"),
            ("dates-refused", "2023-02-29"),
            ("dates-refused", "2024-09-16T00:00:00Z"),
            ("dates-refused", "2024-09-16%0A"),
            ("dates-refused", "0000-01-01"),
            ("dates-refused", "%D9%A2024-01-01"),
            ("dates-refused", ""),
        ]
    ],
)
@pytest.mark.parametrize("path", LISTS.values())
def test_invalid_parameters_are_refused(oneclickimpact: Caller, path: str, query: str, rule: str) -> None:
    """An invalid parameter is refused with 400, and the message lists the accepted values."""
    reply = oneclickimpact.get(f"{path}?{query}")
    assert reply.status_code == 400
    assert reply.json()["message"].startswith(rule)


@pytest.mark.rule("oneclickimpact.records.single-valued")
def test_a_second_email_is_refused(oneclickimpact: Caller) -> None:
    """A second email is refused, not ignored."""
    query = "customer_email=a@example.com&customer_email=b@example.com"
    reply = oneclickimpact.get(f"/v1/customer_records?{query}")
    assert (reply.status_code, reply.json()["message"]) == (400, "customer_email must be given only once")


@pytest.mark.rule("oneclickimpact.records.dates-inclusive", "oneclickimpact.records.dates-format")
@pytest.mark.parametrize(
    ("params", "amounts"),
    [
        ({}, [5, 15, 10, 1, 2, 3, 4]),
        ({"start_date": "2024-09-17"}, [15, 10, 1, 2, 3, 4]),
        ({"end_date": "2024-09-16"}, [5]),
        ({"end_date": "2024-09-17"}, [5, 15, 10]),
        ({"start_date": "2026-01-01", "end_date": "2026-01-01"}, [1, 2]),
        ({"start_date": "2026-01-02", "end_date": "2026-01-02"}, [3, 4]),
        ({"start_date": "2026-01-02"}, [3, 4]),
        ({"start_date": "2026-01-03"}, []),
    ],
)
def test_days_are_whole_and_included(oneclickimpact: Caller, params: dict[str, str], amounts: list[int]) -> None:
    """Both days are included, from the first millisecond of one to the last of the other."""
    for amount, at in enumerate(
        ("01T00:00:00.000Z", "01T23:59:59.999Z", "02T00:00:00.000Z", "02T23:59:59.999Z"), start=1
    ):
        oneclickimpact.space.clock.freeze(f"2026-01-{at}")
        oneclickimpact.post("/v1/capture_carbon", {"amount": amount})
    assert [record["carbon_captured"] for record in own_records(oneclickimpact, **params)] == amounts


@pytest.mark.rule("oneclickimpact.records.order")
@pytest.mark.parametrize("name", LISTS)
def test_records_are_in_order_of_time(live: Caller, name: str) -> None:
    """The oldest record is first, unless the order is descending."""
    ascending = listed(live, name)
    times = [record["time_utc"] for record in ascending]
    assert times == sorted(times)
    assert listed(live, name, sort_order="asc") == ascending
    assert listed(live, name, sort_order="desc") == ascending[::-1]


@pytest.mark.rule("oneclickimpact.records.customer-email")
def test_an_email_lists_the_records_of_its_customer(oneclickimpact: Caller) -> None:
    """An email restricts the list to its customer; without one, the records for all customers are listed."""
    everything = customer_records(oneclickimpact)
    for record in everything:
        assert customer_records(oneclickimpact, customer_email=record["customer"]["customer_email"]) == [record]
    assert len(everything) == 4


@pytest.mark.rule("oneclickimpact.records.customer-email-plus")
@pytest.mark.parametrize("written", ["a+b@x.com", "a%2Bb@x.com", "a%20b@x.com"])
def test_a_plus_sign_in_an_email_can_be_encoded(oneclickimpact: Caller, written: str) -> None:
    """An email with a plus sign is found with any encoding of the sign."""
    oneclickimpact.post("/v1/capture_carbon", {"amount": 1, "customer_email": "a+b@x.com"})
    found = oneclickimpact.get(f"/v1/customer_records?customer_email={written}").json()["customer_records"]
    assert [record["customer"]["customer_email"] for record in found] == ["a+b@x.com"]
