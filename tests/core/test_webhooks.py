"""The outbox: which delivery comes next, when it is tried again, and what a test may do with it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from emulator.core.documents import document, write
from emulator.space.outbox import OVER_MAX, Attempt, Delivery, Outbox, OutboxState, UnknownDelivery
from emulator.web.webhooks import Call, Webhooks

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
MINUTES = (1, 2, 5, 10, 30, 60)
HOW = Webhooks(
    next=lambda backend: None,
    take=lambda backend: (),
    accepted=(200,),
    timeout_seconds=10,
    waits_seconds=[60 * minutes for minutes in MINUTES],
    hours_max=24,
)


def call(subject: str = "a", minutes: float = 0) -> Call:
    return Call(NOON + timedelta(minutes=minutes), "thing.changed", subject, "http://127.0.0.1/", "{}")


def outbox_of(*subjects: str) -> Outbox:
    outbox = Outbox()
    for minutes, subject in enumerate(subjects):
        outbox.add("cnaught", call(subject, minutes))
    return outbox


def attempted(outbox: Outbox, status: int = 200) -> str:
    """Attempt the next delivery with this result, and answer its id."""
    delivery = outbox.next()
    assert delivery is not None
    assert delivery.due is not None
    outbox.answered(delivery, Attempt(delivery.due, status), HOW)
    return delivery.id


def test_deliveries_are_made_in_the_order_of_their_times() -> None:
    """What came about first is attempted first; afterwards nothing is next."""
    outbox = Outbox()
    for minutes in (5, 1, 3):
        outbox.add("cnaught", call(str(minutes), minutes))
    assert [attempted(outbox) for _ in range(3)] == ["webhook-2", "webhook-3", "webhook-1"]
    assert outbox.next() is None
    assert [delivery.state for delivery in outbox] == ["delivered"] * 3


def test_of_one_thing_the_later_news_waits_for_the_earlier() -> None:
    """A delivery that fails holds up those of its own subject, and nobody else's."""
    outbox = outbox_of("a", "a", "b")
    assert attempted(outbox, 500) == "webhook-1"
    assert attempted(outbox) == "webhook-1"  # due again at one minute, before b at two
    assert [attempted(outbox), attempted(outbox)] == ["webhook-2", "webhook-3"]


@pytest.mark.parametrize("status", [500, 201, 204, 302, 400, 199])
def test_only_the_accepted_status_will_do(status: int) -> None:
    """Any other answer is followed by another attempt."""
    outbox = outbox_of("a")
    attempted(outbox, status)
    assert [(delivery.state, delivery.due) for delivery in outbox] == [("pending", NOON + timedelta(minutes=1))]


def test_retries_wait_longer_and_longer_and_end_after_a_day() -> None:
    """The waits are the vendor's, the last one goes on, and nothing is tried more than 24 hours after the change."""
    outbox = outbox_of("a")
    times = []
    while (delivery := outbox.next()) is not None:
        assert delivery.due is not None
        times.append(delivery.due - NOON)
        attempted(outbox, 503)
    waits = [round((after - before).total_seconds() / 60) for before, after in pairwise(times)]
    assert waits == [*MINUTES, *[60] * (len(waits) - len(MINUTES))]
    assert timedelta(hours=23) < times[-1] <= timedelta(hours=24)
    assert [delivery.state for delivery in outbox] == ["given up"]


def test_what_is_over_may_be_delivered_again() -> None:
    """A redelivery is due at once, and at the end of its lane; its attempts go on counting."""
    outbox = outbox_of("a", "a")
    first, second = attempted(outbox), attempted(outbox)
    outbox.redeliver(outbox.get(second), NOON + timedelta(hours=1))
    outbox.redeliver(outbox.get(first), NOON + timedelta(hours=1))
    assert [attempted(outbox), attempted(outbox)] == [second, first]
    assert [len(delivery.attempts) for delivery in outbox] == [2, 2]


def test_a_pending_delivery_may_be_hurried() -> None:
    """To redeliver what waits for its retry makes it due now."""
    outbox = outbox_of("a", "b")
    attempted(outbox, 500)
    attempted(outbox, 500)
    outbox.redeliver(outbox.get("webhook-2"), NOON)
    assert attempted(outbox) == "webhook-2"


def test_a_duplicate_is_a_delivery_of_its_own() -> None:
    """It says the same, begins without attempts, and names what it is a copy of."""
    outbox = outbox_of("a")
    attempted(outbox)
    copy = outbox.duplicate(outbox.get("webhook-1"), NOON + timedelta(hours=1))
    assert (copy.id, copy.copy_of, copy.body, copy.attempts) == ("webhook-2", "webhook-1", "{}", [])
    assert attempted(outbox) == "webhook-2"


def test_a_test_may_change_the_order() -> None:
    """Those that are named change places and times among themselves; the others stay where they are."""
    outbox = outbox_of("a", "b", "a", "c")
    outbox.reorder(["webhook-3", "webhook-1"])
    assert [attempted(outbox) for _ in range(4)] == ["webhook-3", "webhook-2", "webhook-1", "webhook-4"]


@pytest.mark.parametrize("name", ["webhook-1", "webhook-9"])
def test_only_what_waits_can_be_reordered(name: str) -> None:
    """What is over, and what never was, has no place to change."""
    outbox = outbox_of("a", "b")
    attempted(outbox)
    with pytest.raises(UnknownDelivery):
        outbox.reorder(["webhook-2", name])
    assert attempted(outbox) == "webhook-2"


def test_an_outbox_forgets_what_has_long_been_over() -> None:
    """A bounded number of deliveries that are over is kept, the rest is counted; pending ones are never dropped."""
    outbox = Outbox()
    outbox.add("cnaught", call("pending", 10**6))
    for number in range(OVER_MAX + 5):
        outbox.add("cnaught", call(str(number)))
        attempted(outbox)
    assert (len(list(outbox)), outbox.dropped, outbox.added) == (OVER_MAX + 1, 5, OVER_MAX + 6)
    assert next(iter(outbox)).state == "pending"


@pytest.mark.parametrize(
    "change",
    [
        {"state": "pending", "due": None},
        {"state": "delivered", "due": "2026-01-01T12:00:00Z"},
    ],
)
def test_a_state_that_contradicts_itself_is_refused(change: dict[str, object]) -> None:
    """What is pending is due, and what is over is not."""
    state = write(outbox_of("a").state)
    state["deliveries"][0] |= change
    with pytest.raises(Exception, match="webhook-1 must be due if it is pending, and only then"):
        document(OutboxState).read(state)


class Lanes(RuleBasedStateMachine):
    """Whatever is done to an outbox, a copy of it made through JSON goes on as it does, and lanes keep their order."""

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

    @rule(target=ids, name=ids)
    def duplicate(self, name: str) -> str:
        return self.outbox.duplicate(self.outbox.get(name), self.now).id

    @rule(names=st.lists(ids, min_size=1, max_size=4, unique=True))
    def reorder(self, names: list[str]) -> None:
        if all(self.outbox.get(name).state == "pending" for name in names):
            self.outbox.reorder(names)
            moved = [self.outbox.get(name) for name in names]
            assert moved == sorted(moved, key=lambda delivery: delivery.entry[:2])

    @invariant()
    def the_next_is_the_first_head_of_all_lanes(self) -> None:
        pending = sorted((each for each in self.outbox if each.state == "pending"), key=lambda each: each.place)
        heads: dict[tuple[str, str], Delivery] = {}
        for delivery in pending:
            heads.setdefault(delivery.lane, delivery)
        assert self.outbox.next() == min(heads.values(), key=lambda each: each.entry, default=None)

    @invariant()
    def a_copy_goes_on_alike(self) -> None:
        copy = Outbox(document(OutboxState).read(write(self.outbox.state)))
        assert (copy.next(), copy.state) == (self.outbox.next(), self.outbox.state)


test_lanes = Lanes.TestCase
test_lanes.settings = settings(max_examples=25, stateful_step_count=20)
