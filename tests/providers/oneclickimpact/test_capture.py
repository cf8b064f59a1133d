"""Capturing carbon: the amount, the time, the metadata."""

import pytest

from tests.providers.oneclickimpact.conftest import customer_records, own_records
from tests.support.caller import Caller

ELSEWHERE = "oneclickimpact.notify.optional-elsewhere"
CUSTOMER = {"customer_email": "jane@example.com", "customer_name": "Jane"}


@pytest.mark.rule("oneclickimpact.capture.own-reply", "oneclickimpact.capture.time-is-clock")
def test_an_own_capture_has_no_customer(oneclickimpact: Caller) -> None:
    """An own capture returns account, amount and the clock's time, and no customer."""
    oneclickimpact.space.clock.advance(seconds=1.234)
    reply = oneclickimpact.post("/v1/capture_carbon", {"amount": 5})
    assert reply.status_code == 200
    assert reply.json() == {"user_id": "U123", "carbon_captured": 5, "time_utc": "2026-01-01T00:00:01.234Z"}


@pytest.mark.parametrize(
    ("amount", "captured"),
    [
        pytest.param(b"1", 1, marks=pytest.mark.rule("oneclickimpact.capture.amount-bounds")),
        pytest.param(b"10000000", 10_000_000, marks=pytest.mark.rule("oneclickimpact.capture.amount-bounds")),
        pytest.param(b"5.0", 5, marks=pytest.mark.rule("oneclickimpact.capture.amount-integer")),
        pytest.param(b"1e7", 10_000_000, marks=pytest.mark.rule("oneclickimpact.capture.amount-integer")),
    ],
)
def test_valid_amounts_are_captured(oneclickimpact: Caller, amount: bytes, captured: int) -> None:
    """Whole pounds from 1 to 10,000,000 are captured, and returned as an integer."""
    reply = oneclickimpact.post("/v1/capture_carbon", content=b'{"amount": %b}' % amount)
    assert reply.status_code == 200
    assert b'"carbon_captured":%d,' % captured in reply.content


@pytest.mark.parametrize(
    "amount",
    [
        pytest.param(amount, marks=pytest.mark.rule("oneclickimpact.capture.amount-bounds"))
        for amount in (b"0", b"-1", b"10000001", b"1" + b"0" * 400)
    ]
    + [
        pytest.param(amount, marks=pytest.mark.rule("oneclickimpact.capture.amount-integer"))
        for amount in (b"5.5", b'"5"', b"true", b"[5]", b"1e999", b"null")
    ],
)
def test_invalid_amounts_are_refused(oneclickimpact: Caller, amount: bytes) -> None:
    """Other amounts are refused with 400, and nothing is captured."""
    before = own_records(oneclickimpact)
    reply = oneclickimpact.post("/v1/capture_carbon", content=b'{"amount": %b}' % amount)
    assert (reply.status_code, reply.json()["type"]) == (400, "invalid_request_error")
    assert own_records(oneclickimpact) == before


@pytest.mark.rule("oneclickimpact.capture.time-format")
def test_a_time_has_milliseconds(oneclickimpact: Caller) -> None:
    """A time is the clock's, truncated to milliseconds."""
    oneclickimpact.space.clock.advance(microseconds=5_999)
    assert oneclickimpact.post("/v1/capture_carbon", {"amount": 1}).json()["time_utc"] == "2026-01-01T00:00:00.005Z"


@pytest.mark.rule("oneclickimpact.capture.time-unique", "oneclickimpact.capture.not-idempotent")
def test_impacts_have_distinct_times(oneclickimpact: Caller, live: Caller) -> None:
    """While the clock is frozen, each impact of an account takes the next free millisecond; accounts are separate."""
    bodies = [{"amount": 1}, {"amount": 1}, {"amount": 1, **CUSTOMER}, {"amount": 1}]
    times = [oneclickimpact.post("/v1/capture_carbon", body).json()["time_utc"] for body in bodies]
    assert times == [f"2026-01-01T00:00:00.00{n}Z" for n in range(4)]
    assert live.post("/v1/capture_carbon", {"amount": 1}).json()["time_utc"] == times[0]
    oneclickimpact.space.clock.advance(milliseconds=2)
    assert oneclickimpact.post("/v1/capture_carbon", {"amount": 1}).json()["time_utc"] == "2026-01-01T00:00:00.004Z"
    assert len(own_records(oneclickimpact, start_date="2026-01-01")) == 4


@pytest.mark.rule("oneclickimpact.capture.time-unique")
def test_a_free_millisecond_before_later_records_is_taken(oneclickimpact: Caller) -> None:
    """A record in the clock's future only takes its own millisecond."""
    oneclickimpact.space.reset()
    oneclickimpact.space.clock.freeze("2024-06-12T15:22:14.752Z")
    times = [oneclickimpact.post("/v1/capture_carbon", {"amount": 1}).json()["time_utc"] for _ in range(2)]
    assert times == ["2024-06-12T15:22:14.752Z", "2024-06-12T15:22:14.754Z"]
    assert [record["time_utc"] for record in own_records(oneclickimpact, limit=2)] == times


@pytest.mark.rule(
    "oneclickimpact.capture.listed", "oneclickimpact.capture.listed-for-customer", "oneclickimpact.capture.lists-apart"
)
def test_a_capture_is_listed_once(oneclickimpact: Caller) -> None:
    """An own capture is in the own list, one for a customer in the other, each as it was returned."""
    own = oneclickimpact.post("/v1/capture_carbon", {"amount": 3}).json()
    given = oneclickimpact.post("/v1/capture_carbon", {"amount": 4, **CUSTOMER}).json()
    assert own_records(oneclickimpact)[3:] == [own]
    assert customer_records(oneclickimpact)[4:] == [given]


@pytest.mark.rule("oneclickimpact.notify.no-effect", "oneclickimpact.notify.refused")
@pytest.mark.parametrize("customer", [{}, CUSTOMER])
@pytest.mark.parametrize("notify", [True, False])
def test_notify_changes_nothing(oneclickimpact: Caller, notify: bool, customer: dict[str, str]) -> None:
    """Replies and records are the same with notify, true or false, and without it."""
    plain, notified = (
        oneclickimpact.post("/v1/capture_carbon", {"amount": 1, **customer, **more}).json()
        for more in ({}, {"notify": notify})
    )
    assert notified == {**plain, "time_utc": notified["time_utc"]}
    assert notified in own_records(oneclickimpact) + customer_records(oneclickimpact)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        pytest.param("plant_tree", "tree_planted", marks=pytest.mark.rule("oneclickimpact.notify.optional")),
        pytest.param("clean_ocean", "waste_removed", marks=pytest.mark.rule("oneclickimpact.notify.optional")),
        pytest.param("capture_carbon", "carbon_captured", marks=pytest.mark.rule(ELSEWHERE)),
        pytest.param("restore_coral", "coral_restored", marks=pytest.mark.rule(ELSEWHERE)),
        pytest.param("donate_money", "money_donated", marks=pytest.mark.rule(ELSEWHERE)),
    ],
)
def test_notify_is_optional(oneclickimpact: Caller, path: str, kind: str) -> None:
    """Every kind of impact is made with and without notify."""
    for more in ({}, {"notify": False}, {"notify": True}):
        reply = oneclickimpact.post(f"/v1/{path}", {"amount": 1, **more})
        assert (reply.status_code, reply.json()[kind]) == (200, 1)


@pytest.mark.rule("oneclickimpact.notify.no-effect")
@pytest.mark.parametrize("notify", ["true", 1, 0, [], None])
def test_notify_is_a_boolean(oneclickimpact: Caller, notify: object) -> None:
    """A value that is not a boolean is refused."""
    reply = oneclickimpact.post("/v1/capture_carbon", {"amount": 1, "notify": notify})
    assert (reply.status_code, reply.json()["message"]) == (400, "notify must be a boolean")


@pytest.mark.parametrize(
    "metadata",
    [
        {"orderId": "A-1001", "source": "checkout"},
        {"": "", "ü\u0000": "\u0000"},
        pytest.param({str(n): "" for n in range(20)}, marks=pytest.mark.rule("oneclickimpact.metadata.bounds")),
        pytest.param({"k" * 40: "v" * 500}, marks=pytest.mark.rule("oneclickimpact.metadata.bounds")),
        pytest.param({"ü" * 40: "🌳" * 500}, marks=pytest.mark.rule("oneclickimpact.metadata.bounds")),
        pytest.param(
            {"Gift": "1", "widgetid": "2", "widgetId": "3"},
            marks=pytest.mark.rule("oneclickimpact.metadata.reserved-case"),
        ),
    ],
)
@pytest.mark.rule("oneclickimpact.metadata.in-records", "oneclickimpact.metadata.left-out")
def test_metadata_are_in_the_record(oneclickimpact: Caller, metadata: dict[str, str]) -> None:
    """Metadata within the bounds are in the record as they were sent, and not in the capture's reply."""
    for customer, records in (({}, own_records), (CUSTOMER, customer_records)):
        made = oneclickimpact.post("/v1/capture_carbon", {"amount": 1, **customer, "metadata": metadata}).json()
        assert "metadata" not in made
        assert records(oneclickimpact)[-1] == {**made, "metadata": metadata}


@pytest.mark.rule("oneclickimpact.metadata.left-out")
def test_empty_metadata_are_none(oneclickimpact: Caller) -> None:
    """An empty object is like no metadata: the record has no such key."""
    made = oneclickimpact.post("/v1/capture_carbon", {"amount": 1, "metadata": {}}).json()
    assert own_records(oneclickimpact)[-1] == made


@pytest.mark.parametrize(
    "metadata",
    [
        pytest.param(metadata, marks=pytest.mark.rule(f"oneclickimpact.metadata.{rule}"))
        for rule, metadata in [
            ("bounds", {str(n): "" for n in range(21)}),
            ("bounds", {"k" * 41: ""}),
            ("bounds", {"k": "v" * 501}),
            ("reserved", {"gift": "1"}),
            ("reserved", {"a": "1", "widgetID": "2"}),
            ("types", []),
            ("types", "a=1"),
            ("types", {"a": 1}),
            ("types", {"a": None}),
            ("types", {"a": {"b": "c"}}),
        ]
    ],
)
def test_invalid_metadata_are_refused(oneclickimpact: Caller, metadata: object) -> None:
    """Too much, a reserved key, or anything but text answers 400, and the message says what metadata must be."""
    reply = oneclickimpact.post("/v1/capture_carbon", {"amount": 1, "metadata": metadata})
    assert reply.status_code == 400
    assert reply.json()["message"].startswith("metadata must be an object of at most 20 strings")
