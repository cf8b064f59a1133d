"""The stages of an impact, reached by acts or over time, and the order of its events."""

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator import Emulator
from emulator.client.handles import Refused, SpaceHandle
from emulator.client.transport import DirectTransport
from tests.conftest import START
from tests.providers.oneclickimpact.steps import DELAYS, steps, take
from tests.support.caller import Caller, credentials_of

STAGES = ["impact_initiated", "donation_available", "donation_sent", "impact_completed"]
CUSTOMER = {"customer_email": "jane@example.com"}


def configure(caller: Caller, **settings: object) -> None:
    caller.space.control("PATCH", "/settings/oneclickimpact", json=settings)


def act(caller: Caller, name: str, made: dict[str, str], environment: str = "sandbox") -> dict[str, Any]:
    """Perform an act on an impact, and return its new state."""
    subject = {"subject": f"{environment} {made['time_utc']}"}
    result: dict[str, Any] = caller.space.control("POST", f"/acts/oneclickimpact/{name}", json=subject)["result"]
    return result


def make(caller: Caller, **body: object) -> dict[str, str]:
    """Make an impact, and return what identifies it."""
    made = caller.post("/v1/capture_carbon", {"amount": 1, **body}).json()
    return {name: made[name] for name in ("user_id", "time_utc")}


def track(caller: Caller, made: dict[str, str]) -> dict[str, Any]:
    tracked: dict[str, Any] = caller.get("/v1/track", params=made).json()
    return tracked


@pytest.mark.rule("oneclickimpact.track.stages-by-time")
def test_stages_are_reached_by_time(oneclickimpact: Caller) -> None:
    """With delays, an impact reaches each stage at its time; advancing the clock returns these as events."""
    configure(oneclickimpact, **DELAYS)
    made = make(oneclickimpact)
    assert STAGES[1] not in track(oneclickimpact, made)
    events = oneclickimpact.space.clock.advance(seconds=120)
    assert [(event["kind"], event["subject"], event["at"]) for event in events] == [
        ("impact.donation_available", "sandbox 2026-01-01T00:00:00.000Z", "2026-01-01T00:01:00.000000Z"),
        ("impact.donation_sent", "sandbox 2026-01-01T00:00:00.000Z", "2026-01-01T00:02:00.000000Z"),
    ]
    tracked = track(oneclickimpact, made)
    assert (tracked[STAGES[1]], tracked[STAGES[2]]) == ("2026-01-01T00:01:00.000Z", "2026-01-01T00:02:00.000Z")
    assert STAGES[3] not in tracked
    [event] = oneclickimpact.space.clock.advance(days=1)
    assert event["kind"] == "impact.completed"
    assert track(oneclickimpact, made)[STAGES[3]] == "2026-01-01T00:03:00.000Z"


@pytest.mark.rule("oneclickimpact.track.stages-by-time", "oneclickimpact.cancel.processed")
@pytest.mark.parametrize(("seconds", "status", "events"), [(119, 200, 0), (120, 400, 1)])
def test_an_impact_is_cancelled_before_the_donation_is_sent(
    oneclickimpact: Caller, seconds: int, status: int, events: int
) -> None:
    """Until the donation is sent, an impact can be cancelled, and then reaches no further stage."""
    configure(oneclickimpact, **DELAYS)
    made = make(oneclickimpact)
    oneclickimpact.space.clock.advance(seconds=seconds)
    assert oneclickimpact.post("/v1/cancel_impact", made).status_code == status
    assert len(oneclickimpact.space.clock.advance(days=1)) == events
    assert (STAGES[3] in track(oneclickimpact, made)) == (status == 400)


@pytest.mark.rule("oneclickimpact.track.stages-by-time")
def test_settings_apply_to_later_impacts(oneclickimpact: Caller) -> None:
    """An impact keeps the delays of the time when it was made."""
    before = make(oneclickimpact)
    configure(oneclickimpact, impact_completed_seconds=1)
    after = make(oneclickimpact)
    configure(oneclickimpact, impact_completed_seconds=None)
    events = oneclickimpact.space.clock.advance(days=1)
    assert [event["subject"] for event in events] == [f"sandbox {after['time_utc']}"]
    assert STAGES[3] not in track(oneclickimpact, before)


@pytest.mark.parametrize(
    "settings",
    [
        {"donation_sent_seconds": -1},
        {"donation_sent_seconds": 1.5},
        {"donation_sent_seconds": 10**9},
        {"donation_sent_seconds": 5, "impact_completed_seconds": 4},
        {"donation_available_seconds": 5, "impact_completed_seconds": 4},
    ],
)
def test_invalid_delays_are_refused(oneclickimpact: Caller, settings: dict[str, object]) -> None:
    """A delay is a whole number of seconds of at most ten years, and no shorter than the one before."""
    with pytest.raises(Refused, match="400"):
        configure(oneclickimpact, **settings)


@pytest.mark.rule("oneclickimpact.track.stages-by-act", "oneclickimpact.cancel.processed")
def test_stages_are_reached_by_acts(live: Caller) -> None:
    """An act lets an impact reach a stage now, and those before it; then it cannot be cancelled."""
    made = make(live)
    live.space.clock.advance(seconds=5)
    sent = act(live, "send_donation", made, "production")
    assert [sent[stage] for stage in STAGES[1:3]] == ["2026-01-01T00:00:05.000Z"] * 2
    live.space.clock.advance(seconds=5)
    completed = act(live, "complete_impact", made, "production")
    assert completed == {**sent, STAGES[3]: "2026-01-01T00:00:10.000Z"} == track(live, made)
    assert live.post("/v1/cancel_impact", made).status_code == 400


@pytest.mark.rule("oneclickimpact.track.stages-by-act", "oneclickimpact.cancel.processed")
@pytest.mark.parametrize("name", ["send_donation", "complete_impact"])
def test_an_act_counts_for_each_of_several_impacts_of_an_instant(oneclickimpact: Caller, name: str) -> None:
    """Impacts of a frozen clock take the next milliseconds; what an act did shows before the clock gets there."""
    for made in [make(oneclickimpact) for _ in range(3)]:
        done = act(oneclickimpact, name, made)
        assert done == track(oneclickimpact, made)
        assert done[STAGES[2]] == made["time_utc"]
        with pytest.raises(Refused, match=f"has reached {STAGES[2]} already"):
            act(oneclickimpact, "send_donation", made)
        assert oneclickimpact.post("/v1/cancel_impact", made).status_code == 400


def test_an_act_comes_before_a_delay(oneclickimpact: Caller) -> None:
    """A stage that an act brought about is not reached again by time."""
    configure(oneclickimpact, **DELAYS)
    made = make(oneclickimpact)
    oneclickimpact.space.clock.advance(seconds=90)
    act(oneclickimpact, "complete_impact", made)
    assert oneclickimpact.space.clock.advance(days=1) == []
    assert [track(oneclickimpact, made)[stage] for stage in STAGES[1:]] == [
        "2026-01-01T00:01:00.000Z",
        "2026-01-01T00:01:30.000Z",
        "2026-01-01T00:01:30.000Z",
    ]


@pytest.mark.parametrize(
    ("name", "subject", "message"),
    [
        ("send_donation", "sandbox 2020-01-01T00:00:00.000Z", "unknown impact"),
        ("send_donation", "production 2024-06-12T15:22:14.753Z", "unknown impact"),
        ("send_donation", "sandbox", "unknown impact"),
        ("send_donation", "sandbox 0001-01-01T00:00:00+14:00", "unknown impact"),
        ("send_donation", "", "unknown impact"),
        ("send_donation", "production 2025-03-12T15:22:14.753Z", "has reached donation_sent already"),
        ("send_donation", "production 2025-03-13T09:00:00.001Z", "was canceled"),
        ("complete_impact", "production 2025-03-13T09:00:00.001Z", "was canceled"),
    ],
)
def test_impossible_acts_are_refused(space: SpaceHandle, name: str, subject: str, message: str) -> None:
    """An act on an impact that does not exist, was cancelled, or has gone further changes nothing."""
    before = space.snapshot()
    with pytest.raises(Refused, match=message):
        space.control("POST", f"/acts/oneclickimpact/{name}", json={"subject": subject})
    assert space.snapshot()["memory"] == before["memory"]


def test_a_stage_before_the_last_one_cannot_be_reached(oneclickimpact: Caller) -> None:
    """A stage before the last one that was reached cannot be reached any more."""
    made = make(oneclickimpact)
    act(oneclickimpact, "complete_impact", made)
    for name in ("send_donation", "complete_impact"):
        with pytest.raises(Refused, match="already"):
            act(oneclickimpact, name, made)


# --- the order of events ----------------------------------------------------------------------------------------------


@pytest.mark.rule("oneclickimpact.cancel.not-before-made")
@pytest.mark.parametrize("start", ["2026-06-30T23:59:59.999Z", "2026-06-30T12:00:00Z"])
def test_an_impact_is_not_cancelled_before_it_was_made(oneclickimpact: Caller, start: str) -> None:
    """Of several impacts in one millisecond the later ones take the next; a cancellation is not before them."""
    oneclickimpact.space.clock.freeze(start)
    for made in [make(oneclickimpact) for _ in range(3)]:
        cancelled = oneclickimpact.post("/v1/cancel_impact", made).json()
        assert cancelled["cancelled_on"] == made["time_utc"]
        assert track(oneclickimpact, made)["cancelled_on"] >= track(oneclickimpact, made)["impact_initiated"]


@pytest.mark.rule("oneclickimpact.cancel.not-before-made")
def test_an_impact_of_the_future_is_not_cancelled_before_it_was_made(oneclickimpact: Caller) -> None:
    """With the clock set before the fixture's records, the same holds for these."""
    oneclickimpact.space.reset()
    oneclickimpact.space.clock.freeze("2020-01-01T00:00:00Z")
    first = {"user_id": "U123", "time_utc": "2024-09-16T20:30:13.391Z"}
    assert oneclickimpact.post("/v1/cancel_impact", first).json()["cancelled_on"] == first["time_utc"]


@given(taken=st.lists(steps, max_size=15))
def test_events_are_in_order(emulator: Emulator, taken: list[Any]) -> None:
    """In any sequence of steps, an impact is made, available, sent, and completed or cancelled in this order."""
    http = httpx.Client(transport=DirectTransport(emulator.app), base_url="http://127.0.0.1")
    space = SpaceHandle(http, emulator.space().name)
    space.clock.freeze(START)
    caller, made = Caller(space, "oneclickimpact", credentials_of(space, "oneclickimpact")), list[dict[str, str]]()
    for step in taken:
        take(space, step, made)

    assert [each["time_utc"] for each in made] == sorted({each["time_utc"] for each in made})
    for each in made:
        tracked = track(caller, each)
        times = [tracked[name] for name in (*STAGES, "cancelled_on") if name in tracked]
        assert times == sorted(times)
        assert not {"cancelled_on", "donation_sent"} <= tracked.keys()
    records = caller.get("/v1/customer_records?limit=1000").json()["customer_records"]
    firsts = {record["customer"]["customer_id"]: record["time_utc"] for record in reversed(records)}
    onboarded = caller.get("/v1/customers?limit=1000").json()["customers"]
    assert {customer["customer_id"]: customer["onboarded_on"] for customer in onboarded} == firsts
    assert [customer["onboarded_on"] for customer in onboarded] == sorted(firsts.values())
    space.delete()


# --- notify -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("oneclickimpact.notify.state")
@pytest.mark.parametrize(
    ("environment", "body", "notified"),
    [
        ("production", CUSTOMER, True),
        ("production", {**CUSTOMER, "notify": True}, True),
        ("production", {**CUSTOMER, "notify": False}, False),
        ("production", {"notify": True}, False),
        ("sandbox", {**CUSTOMER, "notify": True}, False),
    ],
)
def test_the_state_shows_notifications(
    oneclickimpact: Caller, live: Caller, environment: str, body: dict[str, object], notified: bool
) -> None:
    """The state shows whether the customer would get an email: never in the sandbox, and never without a customer."""
    make(live if environment == "production" else oneclickimpact, **body)
    state = oneclickimpact.space.control("GET", "/state/oneclickimpact")["state"]
    assert state["impacts"][-1]["customer_notified"] == notified
