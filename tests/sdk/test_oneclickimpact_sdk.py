"""1ClickImpact's official Python SDK against a served emulator: only its base URL is changed."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest

from emulator import Emulator

makeimpact = pytest.importorskip("makeimpact")

KINDS = {
    "capture_carbon": "carbon_captured",
    "plant_tree": "tree_planted",
    "clean_ocean": "waste_removed",
    "donate_money": "money_donated",
    "restore_coral": "coral_restored",
}


@pytest.fixture(scope="module")
def served() -> Iterator[Emulator]:
    """Serve an emulator on a port of its own, since the SDK opens its own connections."""
    with Emulator(port=0) as running:
        yield running


@pytest.fixture
def client(served: Emulator) -> Iterator[Any]:
    """Return the SDK's client for the sandbox, in a fresh space."""
    space = served.space()
    client = makeimpact.OneClickImpact(
        space.oneclickimpact.credentials["api_key"], environment=makeimpact.Environment.SANDBOX
    )
    client.base_url = space.oneclickimpact.url
    yield client
    space.delete()


@pytest.mark.parametrize(("method", "kind"), KINDS.items())
def test_impact_is_made_listed_and_tracked(client: Any, method: str, kind: str) -> None:
    """The SDK finds an impact that it made in the records, and tracks it."""
    made = getattr(client, method)(amount=5, metadata={"orderId": "A-1001"})
    assert (getattr(made, kind), made.customer) == (5, None)
    record = client.get_records(filter_by=kind, sort_order="desc", limit=1).user_records[0]
    assert (getattr(record, kind), record.time_utc, record.metadata) == (5, made.time_utc, {"orderId": "A-1001"})
    tracked = client.track(user_id=made.user_id, time_utc=made.time_utc)
    assert (getattr(tracked, kind), tracked.is_test_transaction) == (5, True)
    assert (tracked.tracking_id, tracked.impact_initiated) == (f"{made.user_id}-{made.time_utc}", made.time_utc)


@pytest.mark.parametrize(("method", "category"), [("plant_tree", "food"), ("donate_money", "veterans")])
def test_a_category_is_echoed(client: Any, method: str, category: str) -> None:
    """A category is echoed and tracked."""
    made = getattr(client, method)(amount=5, category=category)
    assert made.category == category
    assert client.track(user_id=made.user_id, time_utc=made.time_utc).category == category


def test_a_customer_is_found_by_email(client: Any) -> None:
    """A customer with a plus sign in the email is found by it, although the SDK does not encode it."""
    made = client.plant_tree(amount=1, customer_email="a+b@example.com", customer_name="Test User", notify=False)
    assert made.customer.customer_info.customer_email == "a+b@example.com"
    listed = client.get_customer_records(customer_email="a+b@example.com").customer_records
    assert [record.customer for record in listed] == [made.customer]
    [found] = client.get_customers(customer_email="a+b@example.com", limit=1).customers
    assert (found.customer_id, found.customer_name) == (made.customer.customer_id, "Test User")
    assert found.onboarded_on == made.time_utc


def test_lists_have_pages(client: Any) -> None:
    """The SDK pages through records and customers with the cursors that it received."""
    for read, name in (
        (client.get_records, "user_records"),
        (client.get_customer_records, "customer_records"),
        (client.get_customers, "customers"),
    ):
        everything, page = getattr(read(), name), read(limit=1)
        found = list(getattr(page, name))
        while page.cursor:
            page = read(limit=1, cursor=page.cursor)
            found += getattr(page, name)
        assert found == everything
        assert len(found) > 1


def test_cancelling_lowers_the_totals(client: Any) -> None:
    """Cancelling subtracts from the totals once, and a repeated call reports it."""
    before, days = client.get_impact(), client.get_daily_impact()
    made = client.restore_coral(amount=20)
    assert client.get_impact().user_impact.coral_restored == before.user_impact.coral_restored + 20
    assert client.get_daily_impact(start_date=made.time_utc[:10]).daily_impact[-1].coral_restored == 20
    first = client.cancel_impact(made.user_id, made.time_utc, reason="order refunded")
    again = client.cancel_impact(made.user_id, made.time_utc)
    assert (first.message, first.coral_restored, first.reason) == ("impact cancelled", 20, "order refunded")
    assert asdict(again) == {**asdict(first), "message": "impact was already cancelled"}
    assert (client.get_impact(), client.get_daily_impact()) == (before, days)
    tracked = client.track(user_id=made.user_id, time_utc=made.time_utc)
    assert (tracked.cancelled_on, tracked.cancellation_reason) == (first.cancelled_on, "order refunded")


def test_account_and_projects_have_every_key(client: Any) -> None:
    """The account and the projects have every key that the SDK reads."""
    assert asdict(client.who_am_i()) == {"user_id": "U123", "email": "my-email@email.com"}
    projects = client.get_projects().projects
    assert {project.type for project in projects} == {"trees", "ocean", "carbon"}
    for project in projects:
        assert project in client.get_projects(type=project.type, locale="de").projects
        assert client.get_project_by_id(project.project_id, locale="fr") == project
        assert isinstance(project.latitude, float)
        assert all(isinstance(goal.number, int) for goal in project.sdgs)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda client: client.plant_tree(amount=0), "amount must be an integer between 1 and 10000000"),
        (lambda client: client.track("U123", "2020-01-01T00:00:00.000Z"), "no impact of this user_id was made"),
        (lambda client: client.get_project_by_id("none"), "no project has this project_id"),
        (lambda client: client.get_records(limit=-1), "limit must be an integer between 0 and 1000"),
    ],
)
def test_a_refusal_reaches_the_caller(client: Any, call: Any, message: str) -> None:
    """The SDK raises its exception with the message of the refusal."""
    with pytest.raises(makeimpact.OneClickImpactError, match=message):
        call(client)


def test_an_unknown_key_is_refused(client: Any) -> None:
    """An unknown key is refused with the vendor's message."""
    client.api_key = "incorrect_api_key"
    with pytest.raises(makeimpact.OneClickImpactError, match="API Key does not exist"):
        client.who_am_i()
