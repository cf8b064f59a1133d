"""Delivering webhooks over the network: in the background, or when a test says so; to this machine, unless told."""

import asyncio
from typing import Any
from weakref import WeakKeyDictionary, ref

from emulator.core.hosts import is_loopback
from emulator.space.commands import RecordAttempt
from emulator.space.outbox import Attempt, Delivery
from emulator.space.space import Space


class Courier:
    """Carries what stands in the outboxes of all spaces to where it belongs.

    ``hosts`` are those beyond this machine that it may call. It follows no redirection and uses no proxy, and of an
    answer it reads the status alone. In the background it works from ``start()`` to ``stop()``.
    """

    def __init__(self, hosts: frozenset[str] = frozenset()) -> None:
        self.hosts = hosts
        self._working = False
        self._alarms: WeakKeyDictionary[Space, asyncio.TimerHandle] = WeakKeyDictionary()
        self._locks: WeakKeyDictionary[Space, asyncio.Lock] = WeakKeyDictionary()
        self._rounds: set[asyncio.Task[Any]] = set()

    async def deliver(self, space: Space, attempts_max: int | None = None) -> list[Delivery]:
        """Attempt what is due, one after the other, until nothing more is. Answers each attempt's delivery.

        The retries that fell due while the clock moved are made as well, each as if at its own time.
        """
        attempted: list[Delivery] = []
        async with self._locks.setdefault(space, asyncio.Lock()):
            while attempts_max is None or len(attempted) < attempts_max:
                delivery = _due(space)
                if delivery is None:
                    break
                await self._attempt(space, delivery)
                attempted.append(delivery)
        return attempted

    # --- in the background

    def start(self) -> None:
        """Deliver from now on, as things fall due."""
        self._working = True

    async def stop(self) -> None:
        """Break off, and deliver nothing more."""
        self._working = False
        for alarm in self._alarms.values():
            alarm.cancel()
        for task in self._rounds:
            task.cancel()
        await asyncio.gather(*self._rounds, return_exceptions=True)

    def look(self, space: Space) -> None:
        """See when a space next has something to send, and be there in time. To be called after every change.

        An alarm that rings in vain does no harm.
        """
        due = space.next_call() if self._working and not space.outbox.paused else None
        if due is None:
            return
        if alarm := self._alarms.pop(space, None):
            alarm.cancel()
        seconds = (due - space.clock.read()).total_seconds()
        if seconds <= 0 or not space.clock.frozen:
            self._alarms[space] = asyncio.get_running_loop().call_later(max(seconds, 0.0), self._go, ref(space))

    def _go(self, of: "ref[Space]") -> None:
        if space := of():  # none, when it was dropped or reset meanwhile
            task = asyncio.get_running_loop().create_task(self._round(space))
            self._rounds.add(task)
            task.add_done_callback(self._rounds.discard)

    async def _round(self, space: Space) -> None:
        if not space.outbox.paused:
            await self.deliver(space)
        self.look(space)

    # --- one attempt

    async def _attempt(self, space: Space, delivery: Delivery) -> None:
        from emulator.gateway.post import NoAnswer, host_of, post

        webhooks = space.world.providers[delivery.provider].webhooks
        assert delivery.due is not None
        assert webhooks is not None
        host = host_of(delivery.url)
        if not is_loopback(host) and host not in self.hosts:
            refusal = f"{host!r} is not this machine; allow it with --webhook-host"
            return space.run(RecordAttempt(delivery.id, Attempt(delivery.due, error=refusal), refused=True))
        headers = webhooks.headers(space.backend(delivery.provider), delivery.dispatch)
        if headers is None:
            refusal = f"endpoint {delivery.endpoint!r} is registered no more"
            return space.run(RecordAttempt(delivery.id, Attempt(delivery.due, error=refusal), refused=True))
        try:
            status = await post(delivery.url, delivery.body, webhooks.timeout_seconds, headers)
            attempt = Attempt(delivery.due, status, headers=headers)
        except NoAnswer as error:
            attempt = Attempt(delivery.due, error=str(error), headers=headers)
        space.run(RecordAttempt(delivery.id, attempt))


def _due(space: Space) -> Delivery | None:
    """What is to be attempted now, if anything is."""
    delivery = space.posted().next()
    return delivery if delivery and delivery.due and delivery.due <= space.clock.now else None
