"""Tracking an impact, and cancelling it."""

import pytest

from tests.providers.oneclickimpact.conftest import customer_records, own_records
from tests.support.caller import Caller

OWN = {"user_id": "U123", "time_utc": "2024-09-16T20:30:13.391Z"}
GIVEN = {"user_id": "U1234", "time_utc": "2024-06-12T15:22:14.753Z"}
PROCESSED = {"user_id": "U901", "time_utc": "2025-03-12T15:22:14.753Z"}


@pytest.mark.rule(
    "oneclickimpact.track.reply",
    "oneclickimpact.track.at-once",
    "oneclickimpact.track.test",
    "oneclickimpact.track.test-false",
    "oneclickimpact.track.initiated",
    "oneclickimpact.track.known-only",
)
def test_a_new_impact_is_tracked(oneclickimpact: Caller, live: Caller) -> None:
    """A new impact can be tracked at once; without delays, a year later nothing more is known."""
    for caller, test in ((oneclickimpact, True), (live, False)):
        made = caller.post("/v1/plant_tree", {"amount": 5, "category": "food"}).json()
        caller.space.clock.advance(days=365)
        params = {name: made[name] for name in OWN}
        assert caller.get("/v1/track", params=params).json() == {
            "tracking_id": f"U123-{made['time_utc']}",
            "impact_initiated": made["time_utc"],
            "tree_planted": 5,
            "category": "food",
            "is_test_transaction": test,
            "is_bonus_impact": False,
        }


@pytest.mark.rule("oneclickimpact.track.known-only", "oneclickimpact.track.stages")
def test_known_progress_is_tracked(live: Caller) -> None:
    """The progress in the fixture is tracked; what is not known is left out."""
    tracked = live.get("/v1/track", params=PROCESSED).json()
    assert tracked["donation_sent"] == "2025-03-15T09:00:00.000Z"
    assert "impact_completed" not in tracked


@pytest.mark.rule("oneclickimpact.track.user-id")
@pytest.mark.parametrize("user_id", ["U123", "U1234"])
def test_a_customers_impact_has_two_ids(oneclickimpact: Caller, user_id: str) -> None:
    """A customer's impact is found by the account's id and by the customer's, and tracked under the one given."""
    tracked = oneclickimpact.get("/v1/track", params={**GIVEN, "user_id": user_id}).json()
    assert tracked["tracking_id"] == f"{user_id}-{GIVEN['time_utc']}"


@pytest.mark.rule("oneclickimpact.track.unknown")
@pytest.mark.parametrize(
    "params",
    [
        {**OWN, "user_id": "U1234"},
        {**GIVEN, "user_id": "U789"},
        {**OWN, "time_utc": "2024-09-16T20:30:13.392Z"},
        PROCESSED,
        {**PROCESSED, "user_id": "U123"},
    ],
)
def test_an_unknown_impact_is_not_found(oneclickimpact: Caller, params: dict[str, str]) -> None:
    """An impact of another account, customer or time is not found, and not cancelled."""
    for reply in (oneclickimpact.get("/v1/track", params=params), oneclickimpact.post("/v1/cancel_impact", params)):
        assert (reply.status_code, reply.json()["type"]) == (404, "invalid_request_error")


@pytest.mark.rule("oneclickimpact.track.refused")
@pytest.mark.parametrize(
    ("name", "value"),
    [("user_id", value) for value in ("", "123", "U", "u123", "U123 ", "U١")]
    + [
        ("time_utc", value)
        for value in (
            "",
            "2024-09-16",
            "2024-09-16T20:30:13Z",
            "2024-09-16T20:30:13.391",
            "2024-09-16T20:30:13.391+00:00",
            "2024-13-16T20:30:13.391Z",
            "2024-09-16T20:30:13.391123Z",
        )
    ],
)
def test_an_invalid_id_or_time_is_refused(oneclickimpact: Caller, name: str, value: str) -> None:
    """An id or a time that is malformed or missing is refused with 400, and the message names it."""
    wrong, short = {**OWN, name: value}, {other: OWN[other] for other in OWN if other != name}
    for params in (wrong, short):
        for reply in (oneclickimpact.get("/v1/track", params=params), oneclickimpact.post("/v1/cancel_impact", params)):
            assert reply.status_code == 400
            assert reply.json()["message"].startswith(f"{name} must be ")


@pytest.mark.rule("oneclickimpact.cancel.reply")
def test_an_impact_is_cancelled(oneclickimpact: Caller) -> None:
    """Cancelling returns the impact, its time of cancellation, and reason and category if there are any."""
    assert oneclickimpact.post("/v1/cancel_impact", {**OWN, "reason": "order refunded"}).json() == {
        **OWN,
        "cancelled_on": "2026-01-01T00:00:00.000Z",
        "message": "impact cancelled",
        "reason": "order refunded",
        "carbon_captured": 5,
    }
    made = oneclickimpact.post("/v1/plant_tree", {"amount": 5, "category": "food"}).json()
    tracked = oneclickimpact.post("/v1/cancel_impact", {name: made[name] for name in OWN}).json()
    assert (tracked["category"], "reason" in tracked) == ("food", False)


@pytest.mark.rule(
    "oneclickimpact.cancel.repeated", "oneclickimpact.cancel.repeated-message", "oneclickimpact.cancel.first-reason"
)
def test_an_impact_is_cancelled_once(oneclickimpact: Caller) -> None:
    """Cancelling again changes nothing, and returns the first time and reason."""
    first = oneclickimpact.post("/v1/cancel_impact", {**GIVEN, "reason": "order refunded"}).json()
    oneclickimpact.space.clock.advance(days=1)
    remembered = oneclickimpact.space.snapshot()["providers"]["oneclickimpact"]
    again = oneclickimpact.post("/v1/cancel_impact", {**GIVEN, "reason": "other"}).json()
    assert again == {**first, "message": "impact was already cancelled"}
    assert oneclickimpact.space.snapshot()["providers"]["oneclickimpact"] == remembered


@pytest.mark.rule("oneclickimpact.cancel.tracked")
@pytest.mark.parametrize("reason", [{}, {"reason": "duplicate transaction"}])
def test_a_cancelled_impact_is_tracked(oneclickimpact: Caller, reason: dict[str, str]) -> None:
    """Tracking shows when an impact was cancelled, and the reason if one was given."""
    tracked = oneclickimpact.get("/v1/track", params=OWN).json()
    oneclickimpact.post("/v1/cancel_impact", {**OWN, **reason})
    why = {"cancellation_reason": reason["reason"]} if reason else {}
    assert oneclickimpact.get("/v1/track", params=OWN).json() == {
        **tracked,
        "cancelled_on": "2026-01-01T00:00:00.000Z",
        **why,
    }


@pytest.mark.rule(
    "oneclickimpact.cancel.record-kept",
    "oneclickimpact.cancel.record-unmarked",
    "oneclickimpact.cancel.customer-kept",
    "oneclickimpact.cancel.user-id",
)
def test_the_record_of_a_cancelled_impact_is_kept(oneclickimpact: Caller) -> None:
    """Cancelling changes neither records nor customers."""

    def lists() -> list[object]:
        return [
            own_records(oneclickimpact),
            customer_records(oneclickimpact),
            oneclickimpact.get("/v1/customers").json(),
        ]

    before = lists()
    for params in (OWN, GIVEN):
        assert oneclickimpact.post("/v1/cancel_impact", params).status_code == 200
    assert lists() == before


@pytest.mark.rule("oneclickimpact.cancel.processed", "oneclickimpact.cancel.processed-status")
def test_a_processed_impact_is_not_cancelled(live: Caller) -> None:
    """Once a nonprofit has the money, cancelling is refused with 400 and changes nothing."""
    before = live.get("/v1/impact").json()
    reply = live.post("/v1/cancel_impact", PROCESSED)
    assert (reply.status_code, reply.json()["type"]) == (400, "invalid_request_error")
    assert "processed already" in reply.json()["message"]
    assert live.get("/v1/impact").json() == before


@pytest.mark.rule("oneclickimpact.cancel.reason", "oneclickimpact.cancel.reason-refused")
@pytest.mark.parametrize(
    ("reason", "status"), [("", 200), ("ü" * 200, 200), ("x" * 201, 400), (None, 400), (5, 400), (["x"], 400)]
)
def test_a_reason_has_a_maximum_length(oneclickimpact: Caller, reason: object, status: int) -> None:
    """A reason is text of at most 200 characters; an empty one counts as none."""
    reply = oneclickimpact.post("/v1/cancel_impact", {**OWN, "reason": reason})
    assert reply.status_code == status
    assert status == 400 or reply.json().get("reason", "") == reason
