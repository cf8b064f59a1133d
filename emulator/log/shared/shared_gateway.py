"""The gateway of a node that shares its store: it catches up with the others before it answers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from emulator.gateway.destinations import Stray
from emulator.log.entries import Settlement
from emulator.log.log import LogFailure
from emulator.log.shared.shared_store import SharedStore
from emulator.log.space_copy import SpaceCopy
from emulator.log.stored_gateway import StoredGateway
from emulator.log.stored_writer import StoredWriter
from emulator.space.outbox import Delivery
from emulator.space.space import Space
from emulator.web.provider import Provider

FOLLOW_SECONDS = 0.2
"""How often a request that waits for events looks for those of other nodes."""


class SharedWriter(StoredWriter):
    """Changes spaces that other nodes change too."""

    store: SharedStore

    def _look(self, space: Space, provider: Provider) -> None:  # noqa: ARG002
        """Schedule the next delivery of a space, which another node's request may have made due."""
        self.courier.look(space)

    async def settle(self, space: Space) -> None:
        await self.store.up_to_date(space.name)
        if (current := self.store.spaces.find(space.name)) is not None:
            await super().settle(current)

    async def claim(self, space: Space, delivery: Delivery, seconds: float) -> bool:
        """Reserve an attempt, then see whether another node has made it before: its outcome was stored by then."""
        before = len(delivery.attempts)
        attempt = f"{space.generation}/{delivery.id}/{before}"
        if not await self.store.claim(space.name, attempt, seconds):
            return False
        await self.store.up_to_date(space.name)
        current = self.store.spaces.find(space.name)
        return current is space and delivery.due is not None and len(delivery.attempts) == before


class SharedGateway(StoredGateway):
    """A gateway whose spaces other nodes change too. Every request to a vendor is an entry, reads too."""

    store: SharedStore

    def _creates(self, name: str) -> bool:  # noqa: ARG002
        """Return True: another node may have deleted the space."""
        return True

    async def _check_exists(self, name: str) -> None:
        try:
            await self.store.refresh(name)
        except LogFailure as failure:
            raise Stray(503, str(failure)) from None
        await super()._check_exists(name)

    async def _is_missing(self, copy: SpaceCopy) -> bool:
        if self.spaces.find(copy.name) is None:
            await self.store.commit.catch_up(copy)
        return await super()._is_missing(copy)

    async def _prepare(self, copy: SpaceCopy) -> None:
        await self.store.commit.catch_up(copy)
        space = self.spaces.find(copy.name)
        due = space.next_call() if space else None
        if space and due and due <= space.clock.read():
            await self.store.commit.write(copy, Settlement())

    @asynccontextmanager
    async def _followed(self, copy: SpaceCopy) -> AsyncIterator[None]:
        """Let a request see what other nodes do while it waits."""
        following = asyncio.ensure_future(self._follow(copy))
        try:
            yield
        finally:
            following.cancel()

    async def _follow(self, copy: SpaceCopy) -> None:
        while True:
            await asyncio.sleep(FOLLOW_SECONDS)
            with suppress(LogFailure):
                await self.store.commit.catch_up(copy)
