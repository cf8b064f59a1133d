"""A user's fixtures: what they may contain."""

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from emulator.core.documents import BadDocument, Document
from emulator.core.resources import resource
from emulator.providers.oneclickimpact.memory.fixture import Fixture


@pytest.fixture
def content() -> dict[str, Any]:
    """Return the default fixture, as JSON."""
    content: dict[str, Any] = orjson.loads((resource("fixtures") / "oneclickimpact.json").read_bytes())
    return content


def accounts(content: dict[str, Any]) -> list[dict[str, Any]]:
    return content["catalogue"]["accounts"]  # type: ignore[no-any-return]


def catalogue(content: dict[str, Any]) -> dict[str, Any]:
    return content["catalogue"]  # type: ignore[no-any-return]


def projects(content: dict[str, Any]) -> list[dict[str, Any]]:
    return content["catalogue"]["projects"]  # type: ignore[no-any-return]


def customer(content: dict[str, Any]) -> dict[str, Any]:
    return content["memory"]["customers"]["U789"]  # type: ignore[no-any-return]


def progress(content: dict[str, Any]) -> dict[str, Any]:
    return impacts(content)[12]["progress"]  # type: ignore[no-any-return]


def notices(content: dict[str, Any]) -> list[dict[str, Any]]:
    return content["memory"].setdefault("notices", [])  # type: ignore[no-any-return]


def notice(**members: str) -> dict[str, str]:
    """Return a notice of the first impact."""
    about = {"type": "impact.initiated", "account_id": "sandbox", "made_on": "2024-06-12T15:22:14.753Z"}
    return {"at": "2024-01-01T00:00:00Z", **about, **members}


def impacts(content: dict[str, Any]) -> list[dict[str, Any]]:
    return content["memory"]["impacts"]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda content: accounts(content)[0].update(api_key="local"), "must begin with test_ or live_"),
        (lambda content: accounts(content)[0].update(id="production"), "account ids must be unique: 'production'"),
        (lambda content: accounts(content)[0].update(id="a/b"), "accounts.0.id: must match"),
        (lambda content: accounts(content)[0].update(api_key="live_local_0001"), "API keys must be unique"),
        (lambda content: accounts(content)[0].update(user_id="me"), "accounts.0.user_id: must match"),
        (lambda content: accounts(content).pop(), "there must be an account for production"),
        (lambda content: projects(content)[0].update(id="a/b"), "'a/b' must consist of letters, digits"),
        (lambda content: projects(content)[0].update(latitude=91.0), "latitude: must be at most"),
        (lambda content: projects(content)[0].update(id="project_ocean_1"), "project ids must be unique"),
        (lambda content: projects(content)[0]["goals"][0].update(number=18), "goals.0.number: must be at most"),
        (
            lambda content: catalogue(content).update(customer_ids={"a@x.com": "1"}),
            "customer_ids.a@x.com: must",
        ),
        (
            lambda content: catalogue(content).update(customer_ids={"a@x.com": "U1", "b@x.com": "U1"}),
            "customer ids must be unique: 'U1'",
        ),
        (lambda content: customer(content).update(id="own"), "customers.U789.id: must match"),
        (lambda content: customer(content).update(id="U790"), "the customer stored as 'U789' has the id 'U790'"),
        (lambda content: customer(content).update(name=""), "customers.U789.name: must have at least 1"),
        (lambda content: customer(content).update(email="me"), "customers.U789.email: must"),
        (
            lambda content: customer(content).update(email="Sample-Customer-1@email.com"),
            "emails of an account's customers must be unique: 'sandbox sample-customer-1@email.com'",
        ),
        (
            lambda content: customer(content).update(onboarded_on="2024-06-12T15:22:14.753Z"),
            "times of an account's customers must be unique: 'sandbox 2024-06-12T15:22:14.753Z'",
        ),
        (lambda content: impacts(content)[0].update(account_id="none"), "account 'none' has no customer 'U1234'"),
        (lambda content: impacts(content)[4].update(account_id="none"), "no account has the id 'none'"),
        (lambda content: impacts(content)[0].update(customer_id="U901"), "account 'sandbox' has no customer 'U901'"),
        (lambda content: impacts(content)[0].update(customer_id=""), "impacts.0.customer_id: must match"),
        (lambda content: impacts(content)[0].update(amount=0), "carbon_captured must be between 1 and 10000000, not 0"),
        (lambda content: impacts(content)[0].update(made_on="2024-01-01T00:00:00"), "must be a date and time"),
        (lambda content: impacts(content)[0].update(made_on="2024-01-01T00:00:00.000001Z"), "whole milliseconds"),
        (lambda content: impacts(content)[0].update(made_on="0001-01-01T00:00:00+14:00"), "impacts.0.made_on: "),
        (lambda content: impacts(content)[0].update(made_on="3200-01-01T00:00:00Z"), "the years of the clock"),
        (lambda content: impacts(content).append(deepcopy(impacts(content)[0])), "times of an account's impacts must"),
        (lambda content: impacts(content)[0].update(metadata={"gift": "1"}), "must not be a reserved key"),
        (lambda content: impacts(content)[0].update(cancelled_on="2024-06-13T00:00:00.0001Z"), "whole milliseconds"),
        (lambda content: impacts(content)[0].update(cancelled_on="2024-06-12T15:22:14.752Z"), "before it was made"),
        (lambda content: impacts(content)[0].update(cancellation_reason="none"), "without cancelled_on"),
        (lambda content: progress(content).update(donation_sent="2025-03-13T00:00:00Z"), "must follow one another"),
        (lambda content: progress(content).update(donation_available="soon"), "donation_available: must be"),
        (lambda content: notices(content).append(notice(made_on="2020-01-01T00:00:00Z")), "has not made"),
        (lambda content: notices(content).append(notice(type="impact.cancelled")), "but it was not"),
        (lambda content: notices(content).append(notice(type="impact.completed")), "but it never is"),
        (
            lambda content: notices(content).extend([notice(at="2024-01-02T00:00:00Z"), notice()]),
            "in the order of their times",
        ),
    ],
)
def test_a_contradictory_fixture_is_refused(
    content: dict[str, Any], spoil: Callable[[dict[str, Any]], object], fault: str
) -> None:
    """A fixture that contradicts itself is refused, with the place and the reason."""
    Document(Fixture).read(content)
    spoil(content)
    with pytest.raises(BadDocument, match=fault):
        Document(Fixture).read(content)


def test_the_impacts_of_a_fixture_may_be_in_any_order(content: dict[str, Any]) -> None:
    """Impacts may be listed in any order, for both accounts of one user."""
    impacts(content).reverse()
    assert Document(Fixture).read(content).memory.impacts[0].kind == "coral_restored"


def test_the_times_of_a_fixture_are_converted_to_utc(content: dict[str, Any]) -> None:
    """A time can have any offset; it is stored and shown in UTC."""
    impacts(content)[0].update(made_on="2024-01-01T01:30:00.250+02:00")
    made_on = Document(Fixture).read(content).memory.impacts[0].made_on
    assert (made_on, made_on.tzinfo) == (datetime(2023, 12, 31, 23, 30, 0, 250_000, UTC), UTC)
