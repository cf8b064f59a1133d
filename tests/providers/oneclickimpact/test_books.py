"""1ClickImpact's books: what was made and cancelled, and what the checks find in a damaged memory."""

from typing import Any

import pytest

from emulator import Emulator
from emulator.providers.oneclickimpact.books import BOOKS
from tests.support.books import balances, damage_memory, failures, memory
from tests.support.caller import Caller


@pytest.mark.parametrize(
    ("path", "body", "account", "amount", "unit"),
    [
        ("/v1/capture_carbon", {"amount": 1}, "carbon_captured/sandbox", "453.59237", "g"),
        ("/v1/capture_carbon", {"amount": 10_000_000}, "carbon_captured/sandbox", "4535923700", "g"),
        (
            "/v1/capture_carbon",
            {"amount": 2, "customer_email": "sample-customer-1@email.com"},
            "carbon_captured/sandbox/U1234",
            "907.18474",
            "g",
        ),
        ("/v1/plant_tree", {"amount": 3}, "tree_planted/sandbox", "3", "tree"),
        ("/v1/clean_ocean", {"amount": 4}, "waste_removed/sandbox", "4", "pound of waste"),
        ("/v1/donate_money", {"amount": 500}, "money_donated/sandbox", "500", "cent"),
        ("/v1/restore_coral", {"amount": 6}, "coral_restored/sandbox", "6", "coral"),
    ],
)
def test_impacts_are_in_the_books(
    oneclickimpact: Caller, path: str, body: dict[str, Any], account: str, amount: str, unit: str
) -> None:
    """An impact is posted from outside, in grams if it is carbon; a cancelled one is moved."""
    space, outside = oneclickimpact.space, {f"outside/{account.partition('/')[0]} {unit}": f"-{amount}"}
    made = oneclickimpact.post(path, body).json()
    assert balances(space, "oneclickimpact") == {f"made/{account} {unit}": amount, **outside}
    oneclickimpact.post("/v1/cancel_impact", {name: made[name] for name in ("user_id", "time_utc")})
    assert balances(space, "oneclickimpact") == {f"cancelled/{account} {unit}": amount, **outside}
    assert failures(space) == {}


def test_a_cancelled_processed_impact_is_found(oneclickimpact: Caller) -> None:
    """A processed impact that was cancelled anyway is found."""
    damage_memory(
        oneclickimpact.space,
        "oneclickimpact",
        lambda remembered: remembered["impacts"][12].update(cancelled_on="2025-04-01T00:00:00Z"),
    )
    subject = "production 2025-03-12T15:22:14.753Z"
    assert failures(oneclickimpact.space) == {
        "oneclickimpact.processed": [{"subject": subject, "expected": "0", "found": "100"}]
    }


def test_wrong_running_totals_are_found(emulator: Emulator, oneclickimpact: Caller) -> None:
    """Totals that differ from the impacts are found, in pounds."""
    memory(emulator, oneclickimpact.space, "oneclickimpact").impacts[4].amount = 6
    assert failures(oneclickimpact.space) == {
        "oneclickimpact.totals": [{"subject": "sandbox own carbon_captured", "expected": "31", "found": "30"}]
    }


def test_each_check_has_failed() -> None:
    """The tests above cover every check."""
    assert [check.name for check in BOOKS.checks] == ["oneclickimpact.totals", "oneclickimpact.processed"]
