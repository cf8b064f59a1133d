"""Orders and their idempotency keys, compared with a model for any sequence of calls."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from emulator import Emulator
from tests.conftest import START
from tests.providers.cnaught.conftest import KEYS
from tests.support.caller import Caller

FULFILMENT_SECONDS = 2
KEY_SECONDS = 24 * 3600

PLACINGS: list[tuple[str, dict[str, Any], int, float]] = [
    ("/v1/orders", {"amount_kg": 1}, 201, 1),
    ("/v1/orders", {"amount_kg": 2.5, "metadata": "half"}, 201, 2.5),
    ("/v1/orders", {"total_price_usd_cents": 7}, 201, 3),
    ("/v1/orders/ride", {"distance_km": 30}, 201, 8),
    ("/v1/orders", {"amount_kg": 0.5}, 400, 0),
    ("/v1/orders/ride", {"metadata": "no distance"}, 400, 0),
    ("/v1/orders", {"amount_kg": 1, "portfolio_id": "unknown"}, 403, 0),
]
"""Paths and bodies, with their status and kilograms."""


@dataclass
class Order:
    """An order of the model. Times are seconds since the start."""

    kg: float
    metadata: str | None
    subaccount_id: str | None
    placed_at: int
    cancelled: bool = False

    def state(self, now: int) -> str:
        if self.cancelled:
            return "cancelled"
        return "fulfilled" if now >= self.placed_at + FULFILMENT_SECONDS else "placed"


@dataclass(frozen=True)
class Call:
    """A call, apart from its key."""

    path: str
    body: Mapping[str, Any] | None
    subaccount_id: str | None = None

    def headers(self, key: str | None) -> dict[str, str]:
        given = {"Idempotency-Key": key, "X-Subaccount-Id": self.subaccount_id}
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True)
class Answer:
    """The reply to the first call with a key, and its time."""

    call: Call
    reply: httpx.Response
    at: int


class OrderMachine(RuleBasedStateMachine):
    """A client of an account that starts empty. ``None`` as a subaccount is the account itself."""

    orders = Bundle("orders")
    subaccounts = Bundle("subaccounts")
    keys = st.sampled_from([None, None, "a", "b", "c"])

    def __init__(self, emulator: Emulator) -> None:
        super().__init__()
        self.space = emulator.space()
        self.space.clock.freeze(START)
        self.cnaught = Caller(self.space, "cnaught", {"Authorization": f"Bearer {KEYS['empty']}"})
        self.now = 0
        self.placed: dict[str, Order] = {}
        self.opened: list[str] = []
        self.answers: dict[str, Answer] = {}

    def teardown(self) -> None:
        self.space.delete()

    # --- steps

    @initialize(target=subaccounts)
    def begin(self) -> MultipleResults[str | None]:
        return multiple(None, "unknown")

    @rule(target=subaccounts, key=keys, name=st.sampled_from(["Sales", "Marketing"]))
    def open_subaccount(self, key: str | None, name: str) -> str | MultipleResults[str]:
        subaccount = self.call(Call("/v1/subaccounts", {"name": name}), key, 201)
        if subaccount is None:
            return multiple()
        self.opened.append(subaccount["id"])
        listed = self.cnaught.get("/v1/subaccounts?limit=100").json()["data"]
        assert [subaccount["id"] for subaccount in listed] == self.opened[::-1]
        return self.opened[-1]

    @rule(target=orders, placing=st.sampled_from(PLACINGS), subaccount_id=subaccounts, key=keys)
    def place(
        self, placing: tuple[str, dict[str, Any], int, float], subaccount_id: str | None, key: str | None
    ) -> str | MultipleResults[str]:
        path, body, status, kg = placing
        order = self.call(Call(path, body, subaccount_id), key, 400 if subaccount_id == "unknown" else status)
        if order is None:
            return multiple()
        self.placed[order["id"]] = Order(kg, body.get("metadata"), subaccount_id, self.now)
        return str(order["id"])

    @rule(order_id=orders, subaccount_id=subaccounts, key=keys)
    def cancel(self, order_id: str, subaccount_id: str | None, key: str | None) -> None:
        order = self.placed[order_id]
        status = 404 if order_id not in self.listed(subaccount_id) else 403 if order.cancelled else 200
        if self.call(Call(f"/v1/orders/{order_id}/cancel", None, subaccount_id), key, status):
            order.cancelled = True

    @rule(key=st.sampled_from("abc"), subaccount_id=st.none() | subaccounts)
    def repeat_call(self, key: str, subaccount_id: str | None) -> None:
        if first := self.remembered(key):
            self.call(replace(first.call, subaccount_id=subaccount_id), key, first.reply.status_code)

    @rule(seconds=st.sampled_from([0, 1, FULFILMENT_SECONDS, 3600, KEY_SECONDS - 1, KEY_SECONDS]))
    def wait(self, seconds: int) -> None:
        placed = [order_id for order_id, order in self.placed.items() if order.state(self.now) == "placed"]
        known = {key for key in self.answers if self.remembered(key)}
        self.now += seconds
        fulfilled = [order_id for order_id in placed if self.placed[order_id].state(self.now) == "fulfilled"]
        forgotten = sorted(key for key in known if not self.remembered(key))
        events = self.space.clock.advance(seconds=seconds)
        assert [event["subject"] for event in events if event["kind"] == "order.fulfilled"] == fulfilled
        assert sorted(event["subject"] for event in events if event["kind"] == "idempotency-key.expired") == forgotten
        assert len(events) == len(fulfilled) + len(forgotten)

    @rule(cursor=orders, limit=st.integers(1, 3), subaccount_id=st.none() | subaccounts)
    def turn_pages(self, cursor: str, limit: int, subaccount_id: str | None) -> None:
        headers = {"X-Subaccount-Id": subaccount_id} if subaccount_id else {}
        older, newer = (
            self.cnaught.get("/v1/orders", params={name: cursor, "limit": limit}, headers=headers)
            for name in ("starting_after", "ending_before")
        )
        listed = self.listed(subaccount_id)
        if cursor not in listed:
            assert (older.status_code, newer.status_code) == (400, 400)
            return
        place = listed.index(cursor)
        assert [order["id"] for order in older.json()["data"]] == listed[place + 1 :][:limit]
        assert [order["id"] for order in newer.json()["data"]] == listed[:place][-limit:]

    # --- invariants

    def call(self, call: Call, key: str | None, status: int) -> Any:
        """Make a call that has this status unless its key decides. Return the JSON if it was performed, else None."""
        reply = self.cnaught.post(call.path, call.body, headers=call.headers(key))
        if first := self.remembered(key):
            if call == first.call:
                assert (reply.status_code, reply.content) == (first.reply.status_code, first.reply.content)
                assert reply.headers["X-Idempotent-Replay"] == "true"
            else:
                assert reply.status_code == 422
            return None
        assert reply.status_code == status
        assert "X-Idempotent-Replay" not in reply.headers
        if reply.is_error:
            return None
        if key is not None:
            self.answers[key] = Answer(call, reply, self.now)
        return reply.json()

    def remembered(self, key: str | None) -> Answer | None:
        first = self.answers.get(key) if key is not None else None
        return first if first and self.now < first.at + KEY_SECONDS else None

    def listed(self, subaccount_id: str | None) -> list[str]:
        """Return the ids of the visible orders, newest first."""
        seen = [order_id for order_id, order in self.placed.items() if subaccount_id in (None, order.subaccount_id)]
        return seen[::-1]

    @invariant()
    def the_list_is_the_models(self) -> None:
        shown = [
            (order["id"], order["state"], order["amount_kg"], order["metadata"], order["subaccount_id"])
            for order in self.cnaught.get("/v1/orders?limit=100").json()["data"]
        ]
        assert shown == [
            (order_id, order.state(self.now), order.kg, order.metadata, order.subaccount_id)
            for order_id, order in reversed(self.placed.items())
        ]


@pytest.mark.rule(
    "cnaught.idempotency.replay-exact",
    "cnaught.idempotency.changed-payload",
    "cnaught.idempotency.only-successes",
    "cnaught.idempotency.lifetime",
    "cnaught.lists.starting-after",
    "cnaught.lists.ending-before",
    "cnaught.states.fulfilled-later",
)
def test_orders_agree_with_the_model(emulator: Emulator) -> None:
    """Each key stands for one call, a refused call changes nothing; lists, pages and states are those of the model."""
    run_state_machine_as_test(
        lambda: OrderMachine(emulator),
        settings=settings(max_examples=30, stateful_step_count=30, deadline=None, database=None),
    )
