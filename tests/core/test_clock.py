"""The clock of a space: it stands, it runs, it runs ahead, and it never goes back."""

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
    """A space in which nothing has happened, its clock included."""
    return emulator.space()


# --- standing and running ---------------------------------------------------------------------------------------------


def test_a_fresh_clock_runs_with_the_machines(fresh: SpaceHandle) -> None:
    """Until it is set, a clock reads what the machine's reads."""
    assert not fresh.clock.frozen
    assert abs(fresh.clock.now - datetime.now(UTC)) < A_MOMENT
    assert fresh.clock.now < fresh.clock.now


def test_a_frozen_clock_stands_still(space: SpaceHandle) -> None:
    """A frozen clock reads the same, however often it is read, until somebody moves it."""
    assert space.clock.frozen
    assert {space.clock.now for _ in range(3)} == {datetime.fromisoformat(START)}


def test_a_clock_freezes_where_it_is(fresh: SpaceHandle) -> None:
    """Freezing without an instant stops the clock at its own reading."""
    before = fresh.clock.now
    fresh.clock.freeze()
    assert before < fresh.clock.now == fresh.clock.now < before + A_MOMENT


def test_a_clock_runs_from_where_it_is_set(fresh: SpaceHandle) -> None:
    """A clock that is set and runs keeps its offset from the machine's."""
    at = datetime(2030, 6, 1, tzinfo=UTC)
    fresh.clock.run(at)
    assert not fresh.clock.frozen
    readings = [fresh.clock.now for _ in range(3)]
    assert at < readings[0] < readings[1] < readings[2] < at + A_MOMENT


def test_a_running_clock_advances_by_nothing(fresh: SpaceHandle) -> None:
    """However short the span, time on a running clock only goes forward."""
    for microseconds in (0, 1, 0):
        before = fresh.clock.now
        fresh.clock.advance(microseconds=microseconds)
        assert before < fresh.clock.now


def test_a_frozen_clock_runs_on_from_where_it_stood(space: SpaceHandle) -> None:
    """Time does not jump when a frozen clock runs again."""
    at = space.clock.now
    space.clock.run()
    assert at < space.clock.now < at + A_MOMENT


def test_what_a_setting_leaves_out_stays(space: SpaceHandle) -> None:
    """A setting without ``frozen`` moves the clock and leaves it standing or running; an empty one changes nothing."""
    moved = space.control("PUT", "/clock", json={"now": "2026-02-01T00:00:00Z"})
    assert (moved["now"], moved["frozen"]) == ("2026-02-01T00:00:00.000000Z", True)
    assert space.control("PUT", "/clock", json={}) == moved
    assert space.control("PUT", "/clock", json={"now": None, "frozen": None}) == moved


def test_a_clock_does_not_follow_the_machines_clock_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the machine's clock is set back, a running clock stands until that has caught up."""
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
def test_a_fresh_space_may_begin_at_any_instant(fresh: SpaceHandle, at: str) -> None:
    """The first setting may be in the past or in the future; from then on earlier instants are refused."""
    fresh.clock.freeze(at)
    begun = fresh.clock.now
    assert begun == datetime.fromisoformat(at).replace(tzinfo=UTC)
    fresh.clock.advance(microseconds=0)
    with pytest.raises(Refused, match="does not go back"):
        fresh.clock.advance(microseconds=-1)


@pytest.mark.parametrize("frozen", [True, False])
def test_time_does_not_go_back(space: SpaceHandle, frozen: bool) -> None:
    """An earlier instant is refused with 409, says what to do, and leaves the clock as it was."""
    with pytest.raises(Refused, match="reset the space") as refused:
        space.control("PUT", "/clock", json={"now": EARLIER, "frozen": frozen})
    assert refused.value.status == 409
    with pytest.raises(Refused, match="does not go back") as refused:
        space.clock.advance(microseconds=-1)
    assert refused.value.status == 409
    assert (space.clock.now, space.clock.frozen) == (datetime.fromisoformat(START), True)
    assert space.clock.freeze(START) == []


def test_a_running_clock_has_left_its_last_reading(space: SpaceHandle) -> None:
    """Earlier is what the clock would read now, not what it read last."""
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
def test_a_space_begins_with_what_changes_it(
    fresh: SpaceHandle, method: str, path: str, body: dict[str, Any] | None, begins: bool
) -> None:
    """Reading and being refused leave a space fresh; writing to a vendor and moving the clock do not."""
    headers = {"Authorization": f"Bearer {fresh.cnaught.credentials['api_key']}"}
    fresh.http.request(method, fresh.url + path, headers=headers, json=body)
    if begins:
        with pytest.raises(Refused, match="does not go back"):
            fresh.clock.freeze(START)
    else:
        fresh.clock.freeze(START)
        assert fresh.clock.now == datetime.fromisoformat(START)


# --- what an instant is -----------------------------------------------------------------------------------------------


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
def test_an_instant_is_kept_in_utc(space: SpaceHandle, at: str) -> None:
    """Whatever offset an instant is given with, the clock tells it in UTC."""
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
def test_what_is_no_instant_is_refused(space: SpaceHandle, now: object) -> None:
    """An instant is a date and time with an offset, of the years 1970 to 2999."""
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
def test_what_is_no_span_of_time_is_refused(space: SpaceHandle, body: object) -> None:
    """Time passes by a number of seconds, of at most a hundred years."""
    with pytest.raises(Refused) as refused:
        space.control("POST", "/clock/advance", json=body)
    assert refused.value.status == 400
    assert space.clock.now == datetime.fromisoformat(START)


def test_time_ends_with_the_year_2999(fresh: SpaceHandle) -> None:
    """A clock is not moved past its last year, and still serves its vendors there."""
    fresh.clock.freeze("2999-12-31T23:59:59Z")
    with pytest.raises(Refused, match="1970 to 2999"):
        fresh.clock.advance(seconds=1)
    headers = {"Authorization": f"Bearer {fresh.cnaught.credentials['api_key']}"}
    order = fresh.http.post(f"{fresh.cnaught.url}/v1/orders", headers=headers, json={"amount_kg": 1})
    assert (order.status_code, order.json()["created_on"]) == (201, "2999-12-31T23:59:59.000000Z")


# --- what falls due ---------------------------------------------------------------------------------------------------


def test_advancing_tells_what_fell_due_in_order(cnaught: Caller) -> None:
    """The events of a span of time come in the order of time, each with its instant and its subject."""
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
    """However a span of time is cut into pieces, every event falls due once and in order."""
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


def test_setting_the_clock_tells_what_fell_due(cnaught: Caller) -> None:
    """A clock that is set forward, or that has run on, tells what fell due on the way."""
    cnaught.post("/v1/orders", {"amount_kg": 1})
    assert cnaught.space.clock.run("2026-01-01T00:00:01.9Z") == []
    assert len(cnaught.space.clock.freeze("2026-01-02")) == 1


# --- dates ------------------------------------------------------------------------------------------------------------


def test_replies_are_dated_by_the_spaces_clock(cnaught: Caller) -> None:
    """The Date of a reply is the reading of its turn, whatever the machine's clock says; refusals have it too."""
    for path, seconds in (("/v1/orders", 0), ("/v1/orders", 1.999999), ("/nowhere", 86400)):
        cnaught.space.clock.advance(seconds=seconds)
        date = cnaught.get(path).headers["date"]
        assert date == format_datetime(cnaught.space.clock.now, usegmt=True)


def test_a_reply_that_no_turn_made_is_dated_too(fresh: SpaceHandle) -> None:
    """A reply that a fault or a limit made in place of the vendor has the clock's reading as well."""
    fresh.clock.run("2030-06-01")
    fresh.clock.advance(hours=12)
    fresh.faults.add("cnaught", effect={"status": 503})
    for status, content in ((413, bytes(9 * 2**20)), (503, b""), (401, b"")):
        fresh.clock.advance(hours=1)
        reply = fresh.http.post(f"{fresh.cnaught.url}/v1/orders", content=content)
        assert (reply.status_code, reply.headers["date"][:19]) == (status, f"{fresh.clock.now:%a, %d %b %Y %H}")


@given(st.integers(0, 32_503_679_999))
def test_a_date_is_written_as_http_wants_it(second: int) -> None:
    """Dates have the form of RFC 9110, whatever the machine's language."""
    at = datetime.fromtimestamp(second, UTC)
    assert time.date_header(at) == (b"date", format_datetime(at, usegmt=True).encode())


@given(st.timedeltas(timedelta(0), timedelta(days=375_000)))
def test_an_instant_is_read_as_it_was_written(since_1970: timedelta) -> None:
    """What the clock writes it reads again, to the microsecond; milliseconds are cut off, not rounded."""
    at = datetime(1970, 1, 1, tzinfo=UTC) + since_1970
    assert time.instant(time.micros(at)) == at
    assert time.instant(time.millis(at)) == at.replace(microsecond=at.microsecond // 1000 * 1000)
