"""Webhooks of a space: which delivery comes next, when it is retried, and the results.

An outbox does not use the network: it returns the next delivery, and records the result.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Any, Literal, TypeAlias

from msgspec import field

from emulator.core import exact_json
from emulator.core.clock import Event
from emulator.core.documents import UtcTime
from emulator.core.integrity import check_unique
from emulator.core.struct import Struct, replace
from emulator.web.webhooks import Call, Dispatch, Webhooks

Lane: TypeAlias = tuple[str, str, str, str | None]
State: TypeAlias = Literal["pending", "delivered", "given up", "refused"]

OVER_MAX = 1000
"""The number of finished deliveries that a space keeps."""

ATTEMPTS_MAX = 100
"""The maximum number of attempts of a delivery: three times the vendors' retries."""

COPIES_MAX = 500
"""The maximum number of copied deliveries in an outbox."""


class Attempt(Struct, frozen=True):
    """One attempt: when it was due, the vendor's headers, and the status or the error."""

    at: UtcTime
    status: int | None = None
    error: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Delivery(Struct):
    """A call on its way. ``due`` is the time of the next attempt, None when there is to be none.

    Deliveries of one provider and subject to one endpoint are a lane: they are made one after the other, in the order
    of their ``place``, each when the one before is over, and not due earlier. One that a test has ``repeated``, a copy
    or a redelivery, has a lane of its own: it waits for no other, and no other waits for it.
    """

    id: str
    provider: str
    at: UtcTime
    kind: str
    subject: str
    url: str
    body: str
    due: UtcTime | None
    place: int
    state: State = "pending"
    copy_of: str | None = None
    attempts: list[Attempt] = field(default_factory=list)
    endpoint: str = ""
    repeated: bool = False

    @property
    def lane(self) -> Lane:
        return self.provider, self.subject, self.endpoint, self.id if self.repeated else None

    @property
    def dispatch(self) -> Dispatch:
        """The next attempt."""
        assert self.due is not None
        return Dispatch(self.id, len(self.attempts) + 1, self.due, self.kind, self.body, self.endpoint)

    @property
    def entry(self) -> tuple[datetime, int, str]:
        """The order of pending deliveries: by time, then by place."""
        assert self.due is not None
        return self.due, self.place, self.id


class UnknownDelivery(Exception):
    """No delivery has this id, or the one that has it is not pending."""


class TooMuch(Exception):
    """A delivery has too many attempts, or the outbox too many copies."""


class OutboxState(Struct):
    """The state of an outbox: ``added`` counts all deliveries, ``dropped`` the finished ones that were removed."""

    deliveries: list[Delivery] = field(default_factory=list)
    added: int = 0
    dropped: int = 0
    paused: bool = False

    def __post_init__(self) -> None:
        check_unique("ids of deliveries", (delivery.id for delivery in self.deliveries))
        for delivery in self.deliveries:
            if (delivery.state == "pending") != (delivery.due is not None):
                raise ValueError(f"delivery {delivery.id} must be due if it is pending, and only then")
            try:
                exact_json.parse(delivery.body.encode())
            except ValueError:
                raise ValueError(f"the body of delivery {delivery.id} is not JSON") from None


class Outbox:
    """The deliveries of a space, and the order of the pending ones."""

    def __init__(self, state: OutboxState | None = None) -> None:
        kept = state or OutboxState()
        self.added = kept.added
        self.dropped = kept.dropped
        self.paused = kept.paused
        self._deliveries = {delivery.id: delivery for delivery in kept.deliveries}
        self._over = deque(delivery.id for delivery in self if delivery.state != "pending")
        self._last_place = max((delivery.place for delivery in self), default=0)
        self._line_up()

    @property
    def state(self) -> OutboxState:
        return OutboxState(list(self), self.added, self.dropped, self.paused)

    def __iter__(self) -> Iterator[Delivery]:
        return iter(self._deliveries.values())

    def get(self, delivery_id: str) -> Delivery:
        """Return a delivery. Raises UnknownDelivery."""
        if delivery_id not in self._deliveries:
            raise UnknownDelivery(delivery_id)
        return self._deliveries[delivery_id]

    def add(self, provider: str, call: Call) -> Delivery:
        """Add a call, due at the time of its change. Ids count up from ``webhook-1``."""
        about = (call.at, call.kind, call.subject, call.url, call.body)
        own: dict[str, Any] = {"due": call.at, "place": self._new_place(), "endpoint": call.endpoint}
        return self._add(Delivery(self._new_id(), provider, *about, **own))

    # --- next

    @property
    def idle(self) -> bool:
        """Whether no delivery is left to make."""
        return not self._heap

    def next(self) -> Delivery | None:
        """Return the delivery that is due first, now or later."""
        while self._heap:
            delivery = self._deliveries.get(self._heap[0][2])
            if delivery and delivery.due and delivery.entry == self._heap[0] and self._leads(delivery):
                return delivery
            heappop(self._heap)  # moved or finished since, or behind another one
        return None

    def due(self, since: datetime, until: datetime) -> Iterator[Event]:
        """Yield the attempts that become due in this span of time, as far as they are known."""
        for delivery in self:
            if delivery.due is not None and since < delivery.due <= until:
                yield Event(delivery.due, delivery.provider, "webhook.due", delivery.id)

    # --- results

    def answered(self, delivery: Delivery, attempt: Attempt, how: Webhooks) -> None:
        """Record an attempt. Unless it ends the delivery, the next one follows after a wait."""
        delivery.attempts.append(attempt)
        if attempt.status in how.accepted:
            return self._end(delivery, "delivered")
        again = _next_attempt(delivery, how)
        if again is None or len(delivery.attempts) >= ATTEMPTS_MAX:
            return self._end(delivery, "given up")
        delivery.due = again
        heappush(self._heap, delivery.entry)

    def refused(self, delivery: Delivery, attempt: Attempt) -> None:
        """Record that this server does not call a URL."""
        delivery.attempts.append(attempt)
        self._end(delivery, "refused")

    # --- changes by tests

    def redeliver(self, delivery: Delivery, now: datetime) -> None:
        """Make a pending or finished delivery due at once. Raises TooMuch."""
        if len(delivery.attempts) >= ATTEMPTS_MAX:
            raise TooMuch(f"webhook {delivery.id!r} has been attempted {ATTEMPTS_MAX} times, the limit")

        if delivery.state == "pending":
            self._leave(delivery, now)
        else:
            self._over.remove(delivery.id)
            delivery.state, delivery.place = "pending", self._new_place()
        delivery.due, delivery.repeated = now, True
        self._enter(delivery)

    def duplicate(self, delivery: Delivery, now: datetime) -> Delivery:
        """Add a second delivery of the same call, due at once, as vendors sometimes send one twice. Raises TooMuch."""
        if sum(other.copy_of is not None for other in self) >= COPIES_MAX:
            raise TooMuch(f"the space has {COPIES_MAX} copies of webhooks, its limit; reset it")

        own: dict[str, Any] = {"id": self._new_id(), "place": self._new_place(), "copy_of": delivery.id, "attempts": []}
        return self._add(replace(delivery, due=now, state="pending", repeated=True, **own))

    def reorder(self, ids: Sequence[str]) -> None:
        """Exchange places and times of pending deliveries, so that they come in this order. Raises UnknownDelivery."""
        moved = [self.get(delivery_id) for delivery_id in ids]
        for delivery in moved:
            if delivery.state != "pending":
                raise UnknownDelivery(delivery.id)

        times = sorted(delivery.entry[:2] for delivery in moved)
        for delivery, (due, _), place in zip(moved, times, sorted(each.place for each in moved), strict=True):
            delivery.due, delivery.place = due, place
        self._line_up()

    # --- the lanes

    def _new_id(self) -> str:
        self.added += 1
        return f"webhook-{self.added}"

    def _new_place(self) -> int:
        self._last_place += 1
        return self._last_place

    def _add(self, delivery: Delivery) -> Delivery:
        self._deliveries[delivery.id] = delivery
        self._enter(delivery)
        return delivery

    def _line_up(self) -> None:
        self._lanes: dict[Lane, deque[Delivery]] = {}
        self._heap: list[tuple[datetime, int, str]] = []
        pending = [delivery for delivery in self if delivery.state == "pending"]
        for delivery in sorted(pending, key=lambda delivery: delivery.place):
            self._enter(delivery)

    def _enter(self, delivery: Delivery) -> None:
        """Put a delivery at the end of its lane."""
        self._lanes.setdefault(delivery.lane, deque()).append(delivery)
        heappush(self._heap, delivery.entry)

    def _leads(self, delivery: Delivery) -> bool:
        return self._lanes[delivery.lane][0] is delivery

    def _leave(self, delivery: Delivery, at: datetime) -> None:
        """Take a delivery out of its lane. One that waited for it becomes available, and is due from then on."""
        lane, led = self._lanes[delivery.lane], self._leads(delivery)
        lane.remove(delivery)
        if not lane:
            del self._lanes[delivery.lane]
        elif led:
            waiting = lane[0]
            waiting.due = max(waiting.entry[0], at)
            heappush(self._heap, waiting.entry)

    def _end(self, delivery: Delivery, state: State) -> None:
        """Finish a delivery after its last attempt."""
        self._leave(delivery, delivery.attempts[-1].at)
        delivery.state, delivery.due = state, None
        self._over.append(delivery.id)
        while len(self._over) > OVER_MAX:
            del self._deliveries[self._over.popleft()]
            self.dropped += 1


def _next_attempt(delivery: Delivery, how: Webhooks) -> datetime | None:
    """Return when to try again after the last attempt; None to give up."""
    last, count = delivery.attempts[-1], len(delivery.attempts)
    if last.status in how.final or (how.hours_max is None and count > len(how.waits_seconds)):
        return None
    again: datetime = last.at + timedelta(seconds=how.waits_seconds[min(count, len(how.waits_seconds)) - 1])
    late = how.hours_max is not None and again > delivery.at + timedelta(hours=how.hours_max)
    return None if late else again
