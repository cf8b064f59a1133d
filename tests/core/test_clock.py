"""The clock of a space: frozen, running, advanced, never moved back."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator import Emulator
from emulator.client.handles import Refused, SpaceHandle
from emulator.core import clock as time
from tests.conftest import START
from tests.support.caller import Caller

EARLIER = "2025-12-31T23:59:59.999999Z"
A_MOMENT = timedelta(seconds=30)


@pytest.fixture
def fresh(emulator: Emulator) -> SpaceHandle:
    """Return a space that nothing has changed, not even its clock."""
    return emulator.space()


# --- frozen and running -----------------------------------------------------------------------------------------------


def test_a_fresh_clock_follows_the_system_clock(fresh: SpaceHandle) -> None:
    """Until it is set, a clock shows the system time."""
    assert not fresh.clock.frozen
    assert abs(fresh.clock.now - datetime.now(UTC)) < A_MOMENT
    assert fresh.clock.now < fresh.clock.now


def test_a_frozen_clock_does_not_move(space: SpaceHandle) -> None:
    """A frozen clock returns the same time on every read."""
    assert space.clock.frozen
    assert {space.clock.now for _ in range(3)} == {datetime.fromisoformat(START)}


def test_freezing_keeps_the_current_time(fresh: SpaceHandle) -> None:
    """Freezing without a time stops the clock at its current time."""
    before = fresh.clock.now
    fresh.clock.freeze()
    assert before < fresh.clock.now == fresh.clock.now < before + A_MOMENT


def test_a_set_clock_runs_from_its_new_time(fresh: SpaceHandle) -> None:
    """A running clock that is set keeps its offset from the system clock."""
    at = datetime(2030, 6, 1, tzinfo=UTC)
    fresh.clock.run(at)
    assert not fresh.clock.frozen
    readings = [fresh.clock.now for _ in range(3)]
    assert at < readings[0] < readings[1] < readings[2] < at + A_MOMENT


def test_a_running_clock_never_repeats_a_time(fresh: SpaceHandle) -> None:
    """Advancing a running clock by zero or one microsecond still moves it forward."""
    for microseconds in (0, 1, 0):
        before = fresh.clock.now
        fresh.clock.advance(microseconds=microseconds)
        assert before < fresh.clock.now


def test_a_resumed_clock_does_not_jump(space: SpaceHandle) -> None:
    """A frozen clock continues from its frozen time when it runs again."""
    at = space.clock.now
    space.clock.run()
    assert at < space.clock.now < at + A_MOMENT


def test_omitted_clock_settings_are_kept(space: SpaceHandle) -> None:
    """Without `frozen`, setting the clock keeps it frozen or running; an empty setting changes nothing."""
    moved = space.control("PUT", "/clock", json={"now": "2026-02-01T00:00:00Z"})
    assert (moved["now"], moved["frozen"]) == ("2026-02-01T00:00:00.000000Z", True)
    assert space.control("PUT", "/clock", json={}) == moved
    assert space.control("PUT", "/clock", json={"now": None, "frozen": None}) == moved


def test_a_clock_ignores_a_system_clock_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the system clock is set back, a running clock waits until it has caught up."""
    machine = datetime(2026, 1, 1, tzinfo=UTC)
    monkeypatch.setattr(time, "_machine_time", lambda: machine)
    running = time.Clock()
    readings = [running.read()]
    for seconds in (2, -3600, 1, 3):
        machine = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
        readings.append(running.read())
    assert [reading.second for reading in readings] == [0, 2, 2, 2, 3]


# --- forward only -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", ["1970-01-01T00:00:00.000001Z", EARLIER, "2500-02-28"])
def test_a_fresh_clock_can_be_set_to_any_time(fresh: SpaceHandle, at: str) -> None:
    """The first setting may be in the past or the future; later ones must not be earlier."""
    fresh.clock.freeze(at)
    start = fresh.clock.now
    assert start == datetime.fromisoformat(at).replace(tzinfo=UTC)
    fresh.clock.advance(microseconds=0)
    with pytest.raises(Refused, match="does not go back"):
        fresh.clock.advance(microseconds=-1)


@pytest.mark.parametrize("frozen", [True, False])
def test_time_does_not_go_back(space: SpaceHandle, frozen: bool) -> None:
    """An earlier time is refused with 409 and a suggestion, and the clock keeps its time."""
    with pytest.raises(Refused, match="reset the space") as refused:
        space.control("PUT", "/clock", json={"now": EARLIER, "frozen": frozen})
    assert refused.value.status == 409
    with pytest.raises(Refused, match="does not go back") as refused:
        space.clock.advance(microseconds=-1)
    assert refused.value.status == 409
    assert (space.clock.now, space.clock.frozen) == (datetime.fromisoformat(START), True)
    assert space.clock.freeze(START) == []


def test_a_running_clock_is_compared_at_its_current_time(space: SpaceHandle) -> None:
    """A time is too early if it is before the current time, even if it equals the last one read."""
    space.clock.run()
    with pytest.raises(Refused, match="does not go back"):
        space.clock.freeze(space.clock.now)


@pytest.mark.parametrize(
    ("method", "path", "body", "begins"),
    [
        ("GET", "/cnaught/v1/orders", None, False),
        ("POST", "/cnaught/v1/orders", {"amount_kg": -1}, False),
        ("POST", "/cnaught/v1/orders", {"amount_kg": 1}, True),
        ("GET", "/_emulator/clock", None, False),
        ("PUT", "/_emulator/clock", {"now": "tomorrow"}, False),
        ("PUT", "/_emulator/clock", {"frozen": True}, True),
        ("POST", "/_emulator/clock/advance", {"seconds": 0}, True),
    ],
)
def test_only_changes_fix_the_start_of_a_space(
    fresh: SpaceHandle, method: str, path: str, body: dict[str, Any] | None, begins: bool
) -> None:
    """Reads and refused requests leave a space fresh; writes and clock changes do not."""
    headers = {"Authorization": f"Bearer {fresh.cnaught.credentials['api_key']}"}
    fresh.http.request(method, fresh.url + path, headers=headers, json=body)
    if begins:
        with pytest.raises(Refused, match="does not go back"):
            fresh.clock.freeze(START)
    else:
        fresh.clock.freeze(START)
        assert fresh.clock.now == datetime.fromisoformat(START)


# --- valid times ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "at",
    [
        "2026-01-02T03:04:05+00:00",
        "2026-01-02T03:04:05Z",
        "2026-01-02t03:04:05.000000z",
        "2026-01-02 03:04:05Z",
        "2026-01-02T05:04:05+02:00",
        "2026-01-01T17:34:05-09:30",
    ],
)
def test_a_time_is_converted_to_utc(space: SpaceHandle, at: str) -> None:
    """A time with any offset is stored and returned in UTC."""
    assert space.control("PUT", "/clock", json={"now": at})["now"] == "2026-01-02T03:04:05.000000Z"
    assert space.control("GET", "/clock") == {"now": "2026-01-02T03:04:05.000000Z", "frozen": True}


@pytest.mark.parametrize(
    "now",
    [
        *("", "now", "2026-01-02", "2026-01-02T03:04:05", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z"),
        *("1969-12-31T23:59:59.999999Z", "1970-01-01T00:00:00+00:01", "3000-01-01T00:00:00Z"),
        *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "10000-01-01T00:00:00Z"),
        *("1767225600", 1767225600, 1.5, True, [], {}),
    ],
)
def test_an_invalid_time_is_refused(space: SpaceHandle, now: object) -> None:
    """A time needs a date and an offset, in the years 1970 to 2999."""
    with pytest.raises(Refused) as refused:
        space.control("PUT", "/clock", json={"now": now})
    assert refused.value.status == 400
    assert refused.value.answer["problems"][0]["place"] == ["body", "now"]
    assert space.clock.now == datetime.fromisoformat(START)


@pytest.mark.parametrize(
    "body",
    [
        *({}, {"seconds": None}, {"seconds": "1"}, {"seconds": True}, {"second": 1}, {"seconds": 1, "minutes": 1}),
        *({"seconds": 1e300}, {"seconds": -1e300}, {"seconds": 10**400}, {"seconds": 100 * 366 * 86400 + 1}),
        *([], "1", None),
    ],
)
def test_an_invalid_duration_is_refused(space: SpaceHandle, body: object) -> None:
    """A duration is a number of seconds, at most a hundred years."""
    with pytest.raises(Refused) as refused:
        space.control("POST", "/clock/advance", json=body)
    assert refused.value.status == 400
    assert space.clock.now == datetime.fromisoformat(START)


def test_time_ends_with_the_year_2999(fresh: SpaceHandle) -> None:
    """The clock cannot pass the year 2999, and vendors still work in its last second."""
    fresh.clock.freeze("2999-12-31T23:59:59Z")
    with pytest.raises(Refused, match="1970 to 2999"):
        fresh.clock.advance(seconds=1)
    headers = {"Authorization": f"Bearer {fresh.cnaught.credentials['api_key']}"}
    order = fresh.http.post(f"{fresh.cnaught.url}/v1/orders", headers=headers, json={"amount_kg": 1})
    assert (order.status_code, order.json()["created_on"]) == (201, "2999-12-31T23:59:59.000000Z")


# --- due events -------------------------------------------------------------------------------------------------------


def test_advancing_returns_due_events_in_order(cnaught: Caller) -> None:
    """Advancing returns the events of the elapsed time in order, each with its time and subject."""
    ids = []
    for _ in range(3):
        ids.append(cnaught.post("/v1/orders", {"amount_kg": 1}).json()["id"])
        cnaught.space.clock.advance(seconds=0.5)
    events = cnaught.space.clock.advance(days=1)
    assert [event["subject"] for event in events] == ids
    assert [event["at"][17:-1] for event in events] == ["02.000000", "02.500000", "03.000000"]
    assert {(event["provider"], event["kind"]) for event in events} == {("cnaught", "order.fulfilled")}


@settings(max_examples=15)
@given(steps=st.lists(st.integers(0, 3_000_000), min_size=1, max_size=6))
def test_an_event_falls_due_once(emulator: Emulator, steps: list[int]) -> None:
    """However the elapsed time is divided, every event is returned once and in order."""
    space = emulator.space()
    space.clock.freeze(START)
    headers = {"Authorization": f"Bearer {space.cnaught.credentials['api_key']}"}
    placed, events = [], []
    for microseconds in steps:
        order = space.http.post(f"{space.cnaught.url}/v1/orders", headers=headers, json={"amount_kg": 1})
        placed.append(order.json()["id"])
        events += space.clock.advance(microseconds=microseconds)
    events += space.clock.freeze("2026-02-01")
    assert [event["subject"] for event in events] == placed
    assert all(one["at"] <= other["at"] for one, other in pairwise(events))
    space.delete()


def test_setting_the_clock_returns_due_events(cnaught: Caller) -> None:
    """Setting the clock forward returns the events that became due, also while it was running."""
    cnaught.post("/v1/orders", {"amount_kg": 1})
    assert cnaught.space.clock.run("2026-01-01T00:00:01.9Z") == []
    assert len(cnaught.space.clock.freeze("2026-01-02")) == 1


# --- dates ------------------------------------------------------------------------------------------------------------


def test_replies_are_dated_by_the_spaces_clock(cnaught: Caller) -> None:
    """The Date of a reply, refusals included, is the time of its turn on the space's clock."""
    for path, seconds in (("/v1/orders", 0), ("/v1/orders", 1.999999), ("/nowhere", 86400)):
        cnaught.space.clock.advance(seconds=seconds)
        date = cnaught.get(path).headers["date"]
        assert date == format_datetime(cnaught.space.clock.now, usegmt=True)


def test_replies_without_a_turn_have_a_date(fresh: SpaceHandle) -> None:
    """A reply from a fault or a limit also has the time of the space's clock."""
    fresh.clock.run("2030-06-01")
    fresh.clock.advance(hours=12)
    fresh.faults.add("cnaught", effect={"status": 503})
    for status, content in ((413, bytes(9 * 2**20)), (503, b""), (401, b"")):
        fresh.clock.advance(hours=1)
        reply = fresh.http.post(f"{fresh.cnaught.url}/v1/orders", content=content)
        assert (reply.status_code, reply.headers["date"][:19]) == (status, f"{fresh.clock.now:%a, %d %b %Y %H}")


@given(st.integers(0, 32_503_679_999))
def test_a_date_has_the_http_format(second: int) -> None:
    """Dates have the format of RFC 9110 in any locale."""
    at = datetime.fromtimestamp(second, UTC)
    assert time.date_header(at) == (b"date", format_datetime(at, usegmt=True).encode())


@given(st.timedeltas(timedelta(0), timedelta(days=375_000)))
def test_a_written_time_is_read_unchanged(since_1970: timedelta) -> None:
    """A time keeps its microseconds when written and read; milliseconds are truncated, not rounded."""
    at = datetime(1970, 1, 1, tzinfo=UTC) + since_1970
    assert time.instant(time.micros(at)) == at
    assert time.instant(time.millis(at)) == at.replace(microsecond=at.microsecond // 1000 * 1000)
