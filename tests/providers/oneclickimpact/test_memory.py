"""What a user's own fixture may hold."""

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from emulator.core.documents import BadDocument, Document
from emulator.core.resources import resource
from emulator.providers.oneclickimpact.memory import Fixture


@pytest.fixture
def content() -> dict[str, Any]:
    """Our own fixture, as JSON."""
    content: dict[str, Any] = orjson.loads((resource("fixtures") / "oneclickimpact.json").read_bytes())
    return content


def accounts(content: dict[str, Any]) -> list[dict[str, Any]]:
    return content["catalogue"]["accounts"]  # type: ignore[no-any-return]


def impacts(content: dict[str, Any]) -> list[dict[str, Any]]:
    return content["memory"]["impacts"]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda content: accounts(content)[0].update(api_key="local"), "begins with none of test_, live_"),
        (lambda content: accounts(content)[0].update(id="production"), "two accounts are 'production'"),
        (lambda content: accounts(content)[0].update(api_key="live_local_0001"), "two API keys are"),
        (lambda content: accounts(content)[0].update(user_id="me"), "'me' is not U and digits"),
        (lambda content: content["memory"]["customers"]["U789"].update(id="own"), "'own' is not U and digits"),
        (lambda content: content["memory"]["customers"]["U789"].update(id="U790"), "called 'U789' has the id 'U790'"),
        (lambda content: accounts(content).pop(), "there is no account for production"),
        (lambda content: impacts(content)[0].update(account_id="nobody"), "has no customer called 'U1234'"),
        (lambda content: impacts(content)[4].update(account_id="nobody"), "no account is called 'nobody'"),
        (lambda content: impacts(content)[0].update(customer_id="U901"), "has no customer called 'U901'"),
        (lambda content: content["catalogue"]["projects"][0].update(id="a/b"), "'a/b' does not fit a path"),
        (lambda content: content["catalogue"]["projects"][0].update(latitude=91.0), "nowhere on Earth"),
        (lambda content: content["catalogue"]["projects"][0].update(id="project_ocean_1"), "two projects are"),
        (
            lambda content: content["memory"]["customers"]["U789"].update(onboarded_on="2024-06-12T15:22:14.753Z"),
            "two times of onboarding are",
        ),
        (lambda content: impacts(content)[0].update(cancelled_on="2024-06-13T00:00:00.0001Z"), "whole milliseconds"),
        (lambda content: impacts(content)[0].update(amount=0), "carbon_captured is between 1 and 10000000, not 0"),
        (lambda content: impacts(content)[0].update(made_on="2024-01-01T00:00:00"), "should have timezone info"),
        (lambda content: impacts(content)[0].update(made_on="2024-01-01T00:00:00.000001Z"), "whole milliseconds"),
        (lambda content: impacts(content).append(deepcopy(impacts(content)[0])), "two times are"),
        (
            lambda content: content["memory"]["customers"]["U789"].update(email="Sample-Customer-1@email.com"),
            "two customers",
        ),
    ],
)
def test_a_fixture_that_contradicts_itself_is_refused(
    content: dict[str, Any], spoil: Callable[[dict[str, Any]], object], fault: str
) -> None:
    """A fixture that breaks a rule of its own is refused with a word about what is wrong."""
    Document(Fixture).read(content)
    spoil(content)
    with pytest.raises(BadDocument, match=fault):
        Document(Fixture).read(content)


def test_the_times_of_a_fixture_are_in_no_order(content: dict[str, Any]) -> None:
    """One user may hold both accounts under one id, and impacts may come in any order."""
    impacts(content).reverse()
    assert Document(Fixture).read(content).memory.impacts[0].kind == "coral_restored"


def test_the_times_of_a_fixture_are_kept_in_utc(content: dict[str, Any]) -> None:
    """A time may be given with any offset; it is kept, and told, in UTC."""
    impacts(content)[0].update(made_on="2024-01-01T01:30:00.250+02:00")
    made_on = Document(Fixture).read(content).memory.impacts[0].made_on
    assert (made_on, made_on.tzinfo) == (datetime(2023, 12, 31, 23, 30, 0, 250_000, UTC), UTC)
