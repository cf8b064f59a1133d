"""The outbox: the next delivery, retries, and what a test may change."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from emulator.core.documents import document, write
from emulator.space.outbox import (
    ATTEMPTS_MAX,
    COPIES_MAX,
    OVER_MAX,
    Attempt,
    Delivery,
    Lane,
    Outbox,
    OutboxState,
    TooMuch,
    UnknownDelivery,
)
from emulator.web.webhooks import Call, Webhooks

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
MINUTES = (1, 2, 5, 10, 30, 60)
HOW = Webhooks(
    kinds=(),
    notices=lambda backend: (),
    take=lambda backend: (),
    accepted=(200,),
    timeout_seconds=10,
    waits_seconds=[60 * minutes for minutes in MINUTES],
    hours_max=24,
)


def call(subject: str = "a", minutes: float = 0) -> Call:
    """Return a webhook about this subject, due this many minutes after noon."""
    return Call(NOON + timedelta(minutes=minutes), "thing.changed", subject, "http://127.0.0.1/", "{}")


def outbox_of(*subjects: str) -> Outbox:
    """Return an outbox with one delivery per subject, a minute apart."""
    outbox = Outbox()
    for minutes, subject in enumerate(subjects):
        outbox.add("cnaught", call(subject, minutes))
    return outbox


def attempt_next(outbox: Outbox, status: int = 200) -> str:
    """Attempt the next delivery with this result, and return its id."""
    delivery = outbox.next()
    assert delivery is not None
    assert delivery.due is not None
    outbox.answered(delivery, Attempt(delivery.due, status), HOW)
    return delivery.id


def test_deliveries_are_attempted_in_time_order() -> None:
    """The earliest delivery is attempted first; when all are delivered, there is no next."""
    outbox = Outbox()
    for minutes in (5, 1, 3):
        outbox.add("cnaught", call(str(minutes), minutes))
    assert [attempt_next(outbox) for _ in range(3)] == ["webhook-2", "webhook-3", "webhook-1"]
    assert outbox.next() is None
    assert [delivery.state for delivery in outbox] == ["delivered"] * 3


def test_a_failed_delivery_delays_its_own_subject_only() -> None:
    """A failed delivery delays later ones of the same subject, and no others."""
    outbox = outbox_of("a", "a", "b")
    assert attempt_next(outbox, 500) == "webhook-1"
    assert attempt_next(outbox) == "webhook-1"  # due again at one minute, before b at two
    assert [attempt_next(outbox), attempt_next(outbox)] == ["webhook-2", "webhook-3"]


def test_a_delivery_is_due_when_the_one_before_is_redelivered() -> None:
    """A redelivery lets the next one of its subject go: it is due then, and the first of a subject is not moved."""
    outbox = outbox_of("a", "a", "a")
    outbox.redeliver(outbox.get("webhook-2"), NOON + timedelta(hours=1))
    assert outbox.get("webhook-1").due == NOON
    outbox.redeliver(outbox.get("webhook-1"), NOON + timedelta(hours=2))
    assert outbox.get("webhook-3").due == NOON + timedelta(hours=2)


ENDS = {
    "delivered": ([500, 500, 200], 3),
    "delivered after an hour": ([500, 500, 500, 500, 500, 500, 200], 108),
    "given up": ([500] * 29, 23 * 60 + 48),
    "refused": ([500, None], 1),
}
"""How a delivery ends: the statuses of its attempts (None: this server calls no such URL), and minutes after noon."""


@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize("own", [-30, 0.5, 2, 60, 1500])
def test_a_delivery_that_waited_is_due_when_the_one_before_is_over(how: str, own: float) -> None:
    """It is attempted no earlier, and its retries wait as long as those of any other."""
    outbox = Outbox()
    outbox.add("cnaught", call("a"))
    waiting = outbox.add("cnaught", call("a", own))
    statuses, over = ENDS[how]
    for status in statuses:
        head = outbox.next()
        assert head is not None
        assert head.due is not None
        assert head.id == "webhook-1"
        if status is None:
            outbox.refused(head, Attempt(head.due, error="not this machine"))
        else:
            outbox.answered(head, Attempt(head.due, status), HOW)

    first = max(own, over)
    assert waiting.due == NOON + timedelta(minutes=first)
    assert attempt_next(outbox, 500) == waiting.id
    again = first + MINUTES[0]
    assert waiting.due == (NOON + timedelta(minutes=again) if again <= own + 24 * 60 else None)


@pytest.mark.parametrize("status", [500, 201, 204, 302, 400, 199])
def test_a_status_that_is_not_accepted_causes_a_retry(status: int) -> None:
    """Any other status is followed by another attempt."""
    outbox = outbox_of("a")
    attempt_next(outbox, status)
    assert [(delivery.state, delivery.due) for delivery in outbox] == [("pending", NOON + timedelta(minutes=1))]


def test_retries_back_off_and_end_after_a_day() -> None:
    """Waits follow the vendor's schedule, the last wait repeats, and no attempt is made after 24 hours."""
    outbox = outbox_of("a")
    times = []
    while (delivery := outbox.next()) is not None:
        assert delivery.due is not None
        times.append(delivery.due - NOON)
        attempt_next(outbox, 503)
    waits = [round((after - before).total_seconds() / 60) for before, after in pairwise(times)]
    assert waits == [*MINUTES, *[60] * (len(waits) - len(MINUTES))]
    assert timedelta(hours=23) < times[-1] <= timedelta(hours=24)
    assert [delivery.state for delivery in outbox] == ["given up"]


def test_a_finished_delivery_can_be_redelivered() -> None:
    """A redelivery is due at once, and its attempts are counted on."""
    outbox = outbox_of("a", "a")
    first, second = attempt_next(outbox), attempt_next(outbox)
    outbox.redeliver(outbox.get(second), NOON + timedelta(hours=1))
    outbox.redeliver(outbox.get(first), NOON + timedelta(hours=1))
    assert [attempt_next(outbox), attempt_next(outbox)] == [second, first]
    assert [len(delivery.attempts) for delivery in outbox] == [2, 2]


def test_redelivering_a_pending_delivery_makes_it_due() -> None:
    """Redelivering a delivery that waits for its retry makes it due now."""
    outbox = outbox_of("a", "b")
    attempt_next(outbox, 500)
    attempt_next(outbox, 500)
    outbox.redeliver(outbox.get("webhook-2"), NOON)
    assert attempt_next(outbox) == "webhook-2"


def test_a_duplicate_is_a_separate_delivery() -> None:
    """A duplicate has the same body, no attempts, and the id of its original."""
    outbox = outbox_of("a")
    attempt_next(outbox)
    copy = outbox.duplicate(outbox.get("webhook-1"), NOON + timedelta(hours=1))
    assert (copy.id, copy.copy_of, copy.body, copy.attempts) == ("webhook-2", "webhook-1", "{}", [])
    assert attempt_next(outbox) == "webhook-2"


def test_a_copy_does_not_wait_for_its_original() -> None:
    """A copy, and a redelivery of it, are made while the original waits for its retry, which comes at its own time."""
    outbox = outbox_of("a")
    attempt_next(outbox, 500)
    outbox.duplicate(outbox.get("webhook-1"), NOON)
    assert attempt_next(outbox) == "webhook-2"
    outbox.redeliver(outbox.get("webhook-2"), NOON)
    assert [attempt_next(outbox, 500), attempt_next(outbox), attempt_next(outbox)] == [
        "webhook-2",
        "webhook-1",
        "webhook-2",
    ]


def test_a_redelivery_does_not_wait_for_the_delivery_before() -> None:
    """A redelivery is made while an earlier one about the same subject waits, and holds up none of the others."""
    outbox = outbox_of("a", "a", "a")
    attempt_next(outbox, 500)
    outbox.redeliver(outbox.get("webhook-2"), NOON)
    assert attempt_next(outbox, 500) == "webhook-2"
    outbox.redeliver(outbox.get("webhook-1"), NOON)
    assert [attempt_next(outbox), attempt_next(outbox), attempt_next(outbox)] == ["webhook-1", "webhook-2", "webhook-3"]


@pytest.mark.parametrize("status", [200, 500])
def test_attempts_are_bounded(status: int) -> None:
    """A delivery is attempted at most so many times, however often it is redelivered."""
    outbox = outbox_of("a")
    attempt_next(outbox, status)
    for _ in range(ATTEMPTS_MAX - 1):
        outbox.redeliver(outbox.get("webhook-1"), NOON)
        attempt_next(outbox, status)
    with pytest.raises(TooMuch, match=f"has been attempted {ATTEMPTS_MAX} times"):
        outbox.redeliver(outbox.get("webhook-1"), NOON)
    assert outbox.next() is None


def test_copies_are_bounded() -> None:
    """An outbox has at most so many duplicates, copies of copies included."""
    outbox = outbox_of("a")
    for number in range(COPIES_MAX):
        outbox.duplicate(outbox.get(f"webhook-{number + 1}"), NOON)
    with pytest.raises(TooMuch, match=f"has {COPIES_MAX} copies"):
        outbox.duplicate(outbox.get("webhook-1"), NOON)
    assert len(list(outbox)) == COPIES_MAX + 1


def test_deliveries_can_be_reordered() -> None:
    """The named deliveries exchange their positions and times; the others keep theirs."""
    outbox = outbox_of("a", "b", "a", "c")
    outbox.reorder(["webhook-3", "webhook-1"])
    assert [attempt_next(outbox) for _ in range(4)] == ["webhook-3", "webhook-2", "webhook-1", "webhook-4"]


@pytest.mark.parametrize("name", ["webhook-1", "webhook-9"])
def test_only_pending_deliveries_can_be_reordered(name: str) -> None:
    """A finished or unknown delivery is refused."""
    outbox = outbox_of("a", "b")
    attempt_next(outbox)
    with pytest.raises(UnknownDelivery):
        outbox.reorder(["webhook-2", name])
    assert attempt_next(outbox) == "webhook-2"


def test_old_finished_deliveries_are_dropped() -> None:
    """A bounded number of finished deliveries is kept and the rest counted; pending ones are never dropped."""
    outbox = Outbox()
    outbox.add("cnaught", call("pending", 10**6))
    for number in range(OVER_MAX + 5):
        outbox.add("cnaught", call(str(number)))
        attempt_next(outbox)
    assert (len(list(outbox)), outbox.dropped, outbox.added) == (OVER_MAX + 1, 5, OVER_MAX + 6)
    assert next(iter(outbox)).state == "pending"


@pytest.mark.parametrize(
    "change",
    [
        {"state": "pending", "due": None},
        {"state": "delivered", "due": "2026-01-01T12:00:00Z"},
    ],
)
def test_a_contradictory_state_is_refused(change: dict[str, object]) -> None:
    """A delivery is due if and only if it is pending."""
    state = write(outbox_of("a").state)
    state["deliveries"][0] |= change
    with pytest.raises(Exception, match="webhook-1 must be due if it is pending, and only then"):
        document(OutboxState).read(state)


class Lanes(RuleBasedStateMachine):
    """An outbox and its copy made through JSON behave alike, and lanes keep their order."""

    ids = Bundle("ids")

    def __init__(self) -> None:
        super().__init__()
        self.outbox = Outbox()
        self.now = NOON

    @rule(target=ids, subject=st.sampled_from("abc"), minutes=st.integers(0, 9))
    def add(self, subject: str, minutes: int) -> str:
        return self.outbox.add("cnaught", call(subject, minutes)).id

    @rule(status=st.sampled_from([200, 500]))
    def attempt(self, status: int) -> None:
        delivery = self.outbox.next()
        if delivery is not None and delivery.due is not None:
            self.now = max(self.now, delivery.due)
            self.outbox.answered(delivery, Attempt(delivery.due, status), HOW)

    @rule(name=ids)
    def redeliver(self, name: str) -> None:
        self.outbox.redeliver(self.outbox.get(name), self.now)
        self.a_due_one_is_next()

    @rule(target=ids, name=ids)
    def duplicate(self, name: str) -> str:
        copy = self.outbox.duplicate(self.outbox.get(name), self.now).id
        self.a_due_one_is_next()
        return copy

    def a_due_one_is_next(self) -> None:
        """What a test repeats is due, whatever waits for a retry."""
        following = self.outbox.next()
        assert following is not None
        assert following.due is not None
        assert following.due <= self.now

    @rule(names=st.lists(ids, min_size=1, max_size=4, unique=True))
    def reorder(self, names: list[str]) -> None:
        if all(self.outbox.get(name).state == "pending" for name in names):
            self.outbox.reorder(names)
            moved = [self.outbox.get(name) for name in names]
            assert moved == sorted(moved, key=lambda delivery: delivery.entry[:2])

    @invariant()
    def the_next_is_the_first_head_of_all_lanes(self) -> None:
        pending = sorted((each for each in self.outbox if each.state == "pending"), key=lambda each: each.place)
        heads: dict[Lane, Delivery] = {}
        for delivery in pending:
            heads.setdefault(delivery.lane, delivery)
        assert self.outbox.next() == min(heads.values(), key=lambda each: each.entry, default=None)

    @invariant()
    def a_copy_goes_on_alike(self) -> None:
        copy = Outbox(document(OutboxState).read(write(self.outbox.state)))
        assert (copy.next(), copy.state) == (self.outbox.next(), self.outbox.state)


test_lanes = Lanes.TestCase
test_lanes.settings = settings(max_examples=25, stateful_step_count=20)
