"""Deliver webhooks: in the background or on demand, to this machine unless another host is allowed."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Protocol
from weakref import WeakKeyDictionary, ref

from starlette.types import Receive, Scope

from emulator.core.hosts import is_loopback
from emulator.core.struct import Struct
from emulator.gateway.turn import answer_under_faults
from emulator.space.commands import RecordAttempt
from emulator.space.outbox import Attempt, Delivery, UnknownDelivery
from emulator.space.space import Space
from emulator.web.exchange import Exchange
from emulator.web.headers import Headers
from emulator.web.provider import Provider
from emulator.web.webhooks import Webhooks, calls_control_api

log = logging.getLogger("emulator")

DELIVERY_HEADER = b"x-emulator-delivery"
"""Marks every webhook with its id. A control API refuses requests that carry it."""

AGAIN_SECONDS = 1.0
"""When to look again after an attempt that this node could not make."""

CLAIM_SECONDS = 30.0
"""How long an attempt stays reserved beyond the time that its receiver has: its outcome must be stored."""


class NotDue(Exception):
    """No attempt of this delivery is the next one that is due."""


class NextAttempt(Struct, frozen=True):
    """An attempt that is due. ``headers`` is None if its endpoint is disabled or removed: then nothing is sent."""

    delivery: Delivery
    headers: Mapping[str, str] | None
    timeout_seconds: float


class Writer(Protocol):
    """How a courier changes a space."""

    async def settle(self, space: Space) -> None:
        """Add to the outbox what has become due by now."""

    async def claim(self, space: Space, delivery: Delivery, seconds: float) -> bool:
        """Reserve the next attempt of a delivery for some time. Return False if another node makes it."""
        ...

    async def record(self, space: Space, command: RecordAttempt) -> None:
        """Record the outcome of an attempt."""

    async def answer(
        self, space: Space, provider: Provider, scope: Scope, headers: Headers, body: bytes, receive: Receive
    ) -> Exchange:
        """Answer a request to a vendor. Raises ClientGone."""
        ...


class DirectWriter:
    """Changes a space in memory, at once. ``committed`` is called after the turn of a request."""

    def __init__(self, committed: Callable[[Space], object]) -> None:
        self._committed = committed

    async def settle(self, space: Space) -> None:
        space.posted()

    async def claim(self, space: Space, delivery: Delivery, seconds: float) -> bool:  # noqa: ARG002
        return True

    async def record(self, space: Space, command: RecordAttempt) -> None:
        space.run(command)

    async def answer(
        self, space: Space, provider: Provider, scope: Scope, headers: Headers, body: bytes, receive: Receive
    ) -> Exchange:
        return await answer_under_faults(space, provider, scope, headers, body, receive, self._committed)


class Courier:
    """Attempts the due deliveries of all spaces.

    ``hosts`` are other machines that it may call; ``writer`` changes the spaces. It follows no redirection, uses no
    proxy, and reads only the status of a reply. It works in the background between ``start()`` and ``stop()``.
    """

    def __init__(self, hosts: frozenset[str] = frozenset()) -> None:
        self.hosts = hosts
        self.writer: Writer = DirectWriter(self.look)
        self._working = False
        self._alarms: WeakKeyDictionary[Space, asyncio.TimerHandle] = WeakKeyDictionary()
        self._locks: WeakKeyDictionary[Space, asyncio.Lock] = WeakKeyDictionary()
        self._rounds: set[asyncio.Task[Any]] = set()

    async def deliver(self, space: Space, attempts_max: int | None = None) -> list[Delivery]:
        """Attempt due deliveries one after the other, until none is left. Return the delivery of each attempt.

        Retries that became due while the clock was moved are attempted too, each as if at its own time.
        """
        attempted: list[Delivery] = []
        async with self._locks.setdefault(space, asyncio.Lock()):
            while attempts_max is None or len(attempted) < attempts_max:
                await self.writer.settle(space)
                delivery = _due(space)
                if delivery is None or not await self._claim(space, delivery):
                    break
                await self._attempt(space, delivery)
                attempted.append(delivery)
        return attempted

    # --- by a client

    def next_attempt(self, space: Space) -> NextAttempt | None:
        """Return the attempt that is due now, for a client that makes it itself.

        It changes only the outbox, which gets the calls that are due.
        """
        space.posted()
        delivery = _due(space)
        if delivery is None:
            return None
        webhooks = self._webhooks(space, delivery)
        headers = webhooks.headers(space.backend(delivery.provider), delivery.dispatch)
        sent = None if headers is None else {**headers, DELIVERY_HEADER.decode(): delivery.id}
        return NextAttempt(delivery, sent, webhooks.timeout_seconds)

    async def record_outcome(self, space: Space, delivery_id: str, status: int | None, error: str | None) -> Delivery:
        """Record what came of an attempt that a client has made. Raises NotDue.

        An attempt at an endpoint that is disabled or no longer registered is refused, whatever came of it.
        """
        async with self._locks.setdefault(space, asyncio.Lock()):
            await self.writer.settle(space)
            delivery = _due(space)
            if delivery is None or delivery.due is None or delivery.id != delivery_id:
                raise NotDue(delivery_id)
            if not await self._claim(space, delivery):  # another node makes it
                raise NotDue(delivery_id)
            webhooks = self._webhooks(space, delivery)
            headers = webhooks.headers(space.backend(delivery.provider), delivery.dispatch)
            attempt = RecordAttempt(delivery.id, Attempt(delivery.due, status, error, headers or {}))
            try:
                await self.writer.record(space, _unregistered(delivery) if headers is None else attempt)
            except UnknownDelivery:  # a snapshot was restored meanwhile
                raise NotDue(delivery_id) from None
            return delivery

    def _webhooks(self, space: Space, delivery: Delivery) -> Webhooks:
        webhooks = space.world.providers[delivery.provider].webhooks
        assert webhooks is not None
        return webhooks

    # --- in the background

    def start(self) -> None:
        """Deliver in the background from now on."""
        self._working = True

    async def stop(self) -> None:
        """Cancel running attempts, and stop delivering."""
        self._working = False
        for alarm in self._alarms.values():
            alarm.cancel()
        for task in self._rounds:
            task.cancel()
        await asyncio.gather(*self._rounds, return_exceptions=True)

    def look(self, space: Space) -> None:
        """Schedule the next delivery of a space. Call this after every change; an unneeded call does no harm."""
        due = space.next_call() if self._working and not space.outbox.paused else None
        if due is None:
            return
        if alarm := self._alarms.pop(space, None):
            alarm.cancel()
        seconds = (due - space.clock.read()).total_seconds()
        if seconds <= 0 or not space.clock.frozen:
            self._alarms[space] = asyncio.get_running_loop().call_later(max(seconds, 0.0), self._go, ref(space))

    def _go(self, reference: "ref[Space]") -> None:
        if space := reference():  # None if it was dropped or reset
            task = asyncio.get_running_loop().create_task(self._round(space))
            self._rounds.add(task)
            task.add_done_callback(partial(self._ended, reference))

    async def _round(self, space: Space) -> None:
        paused = space.outbox.paused
        if not paused and not await self.deliver(space) and _due(space):
            return self._later(ref(space))  # another node makes this attempt, or has ended while it did
        self.look(space)

    def _ended(self, reference: "ref[Space]", task: asyncio.Task[Any]) -> None:
        """Try again later after a round that failed: nothing can be stored at present."""
        self._rounds.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.warning("webhooks wait: %s", error)
            self._later(reference)

    def _later(self, reference: "ref[Space]") -> None:
        if self._working and (space := reference()):
            if alarm := self._alarms.pop(space, None):
                alarm.cancel()
            self._alarms[space] = asyncio.get_running_loop().call_later(AGAIN_SECONDS, self._go, reference)

    # --- one attempt

    async def _claim(self, space: Space, delivery: Delivery) -> bool:
        """Reserve an attempt for as long as it can take."""
        seconds = self._webhooks(space, delivery).timeout_seconds + CLAIM_SECONDS
        return await self.writer.claim(space, delivery, seconds)

    async def _attempt(self, space: Space, delivery: Delivery) -> None:
        with suppress(UnknownDelivery):  # a snapshot was restored meanwhile
            await self.writer.record(space, await self._call(space, delivery))

    async def _call(self, space: Space, delivery: Delivery) -> RecordAttempt:
        """Send a webhook, and return what came of it."""
        from emulator.gateway.post import NoReply, post

        webhooks = self._webhooks(space, delivery)
        assert delivery.due is not None
        if refusal := self._refusal(delivery.url):
            return RecordAttempt(delivery.id, Attempt(delivery.due, error=refusal), refused=True)
        headers = webhooks.headers(space.backend(delivery.provider), delivery.dispatch)
        if headers is None:
            return _unregistered(delivery)
        due = delivery.due  # a snapshot that is restored meanwhile may change it
        try:
            sent = {**headers, DELIVERY_HEADER.decode(): delivery.id}
            status = await post(delivery.url, delivery.body, webhooks.timeout_seconds, sent)
            return RecordAttempt(delivery.id, Attempt(due, status, headers=headers))
        except NoReply as error:
            return RecordAttempt(delivery.id, Attempt(due, error=str(error), headers=headers))

    def _refusal(self, text: str) -> str | None:
        """Return the reason why a URL is never called, if there is one."""
        from emulator.gateway.post import host_of, parse_url

        url = parse_url(text)
        if url is None:
            return f"not a URL: {text!r}"
        host = host_of(url)
        if not is_loopback(host) and host not in self.hosts:
            return f"{host!r} is not this machine; allow it with --webhook-host"
        if calls_control_api(text):
            return "webhooks never call a control API"
        return None


def _unregistered(delivery: Delivery) -> RecordAttempt:
    assert delivery.due is not None
    error = f"endpoint {delivery.endpoint!r} is disabled or no longer registered"
    return RecordAttempt(delivery.id, Attempt(delivery.due, error=error), refused=True)


def _due(space: Space) -> Delivery | None:
    """Return the delivery to attempt now."""
    delivery = space.outbox.next()
    return delivery if delivery and delivery.due and delivery.due <= space.clock.now else None
