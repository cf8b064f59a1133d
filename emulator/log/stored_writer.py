"""Change stored spaces: store an entry, apply it, and wait where a fault demands it."""

import asyncio
from contextlib import suppress

from starlette.types import Receive, Scope

from emulator.gateway.courier import Courier
from emulator.log.entries import Arrival, Attempted, Resumption, Settlement
from emulator.log.group_commit import RETRY_SECONDS
from emulator.log.log import LogFailure
from emulator.log.space_copy import Held, SpaceCopy
from emulator.log.store import Store
from emulator.space.commands import RecordAttempt
from emulator.space.outbox import Delivery
from emulator.space.space import Space
from emulator.web.connection import ClientGone, while_connected
from emulator.web.exchange import Exchange
from emulator.web.headers import Headers
from emulator.web.provider import Provider


class StoredWriter:
    """Changes the spaces of a store."""

    def __init__(self, store: Store, courier: Courier) -> None:
        self.store = store
        self.courier = courier

    # --- requests

    async def answer(
        self, space: Space, provider: Provider, scope: Scope, headers: Headers, body: bytes, receive: Receive
    ) -> Exchange:
        """Answer a request to a vendor. Raises LogFailure."""
        copy = await self.store.open(space.name)
        return await self.change(copy, provider, Arrival(provider.name, scope, headers, body), receive)

    async def change(self, copy: SpaceCopy, provider: Provider, arrival: Arrival, receive: Receive) -> Exchange:
        """Answer a request that may change the space. A fault may delay its turn, and its reply. Raises LogFailure."""
        result = await self.store.commit.write(copy, arrival)
        if isinstance(result, Held):
            result = await self._resumed(copy, result, receive)
        assert isinstance(result, Exchange)
        if space := self.store.spaces.find(copy.name):
            self._look(space, provider)
        after = result.effects[1]
        if after and after.delay_seconds:
            with suppress(ClientGone):
                await while_connected(receive, asyncio.sleep(after.delay_seconds))
        return result

    def _look(self, space: Space, provider: Provider) -> None:
        """Schedule the next delivery of a space that a request to a vendor may have changed."""
        if space.may_call(provider):
            self.courier.look(space)

    async def _resumed(self, copy: SpaceCopy, held: Held, receive: Receive) -> Exchange:
        """Wait as a fault demands, then give the request its turn, or end it if its client or the server goes."""
        gone = True
        try:
            await while_connected(receive, asyncio.sleep(held.before.delay_seconds))
            gone = False
        except ClientGone:
            pass
        except asyncio.CancelledError:
            self.store.commit.append(copy, Resumption(held.number, gone=True))
            raise
        result = await self.store.commit.write(copy, Resumption(held.number, gone))
        if result is None:
            raise LogFailure("another node has ended this request: it was delayed for longer than its fault says")
        assert isinstance(result, Exchange)
        return result

    # --- webhooks

    async def settle(self, space: Space) -> None:
        """Put into a space's outbox what has fallen due."""
        due = space.next_call()
        is_due = due is not None and due <= space.clock.read() and self.store.spaces.find(space.name) is space
        if is_due or self.store.spaces.is_visited(space):  # a delivery makes a space that was only read exist
            await self.store.commit.write(await self.store.open(space.name), Settlement())

    async def claim(self, space: Space, delivery: Delivery, seconds: float) -> bool:  # noqa: ARG002
        """Return True: no other process sends the webhooks of this log."""
        return True

    async def record(self, space: Space, command: RecordAttempt) -> None:
        """Record a webhook's attempt, however long the log fails: it has been made."""
        before = len(space.outbox.get(command.id).attempts)
        while self.store.spaces.find(space.name) is space:
            with suppress(LogFailure):
                entry = Attempted(space.generation, command, before)
                await self.store.commit.write(await self.store.open(space.name), entry)
                return
            await asyncio.sleep(RETRY_SECONDS)
