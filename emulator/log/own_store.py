"""The spaces of a server that has its log to itself."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from functools import partial

from emulator.log.entries import Lost, Resumption
from emulator.log.group_commit import GroupCommit
from emulator.log.image_writer import store_image
from emulator.log.log import Image, LogFailure
from emulator.log.numbers import GONE
from emulator.log.space_copy import SpaceCopy
from emulator.log.storage import OwnStorage
from emulator.log.store import Store
from emulator.space.gradual_free import free_slowly


class OwnStore(Store):
    """The stored spaces of a process to which no other one adds entries."""

    storage: OwnStorage
    lists_all = False

    def _stored_ids(self) -> dict[str, int]:
        return {name: summary.id for name, summary in self.storage.log.spaces().items()}

    def _group_commit(self) -> GroupCommit:
        return GroupCommit(self.storage, self.application, self._committer, self.ids, self._changed)

    async def _recover(self) -> None:
        """Load the spaces that have entries after their snapshot, or webhooks to send."""
        summaries = await self._committer.run(self.storage.log.spaces)
        for name, summary in summaries.items():
            if summary.entries or summary.facts.get("next_call"):
                with suppress(LogFailure):
                    await self.open(name)
                await asyncio.sleep(0)

    # --- copies

    def _is_new(self, name: str) -> bool:
        return name not in self.ids

    async def _complete(self, copy: SpaceCopy) -> None:
        """End what the process has left open that had the space before: delayed requests, and reads it has not stored.

        The clients of the former were connected to that process.
        """
        for number in list(copy.held):
            await self.commit.write(copy, Resumption(number, gone=True))
        space, number = self.spaces.find(copy.name), self.storage.numbers.after(copy.id, copy.last_change)
        if space is not None and number > space.requests:
            await self.commit.write(copy, Lost(number))
        if space := self.spaces.find(copy.name):
            if number < space.requests:  # the file was lost, or the last entry was stored and not applied
                self.storage.numbers.set(copy.id, space.requests, copy.replica.applied)
            self.due(space)

    async def _unload(self, copy: SpaceCopy) -> None:
        if copy.reads:
            self.commit.append_reads(copy)
        while not copy.replica.idle and self.commit.trouble is None:
            await asyncio.sleep(0.001)
        space = self.spaces.find(copy.name)
        if space is not None and copy.entries and not copy.held:
            await self._save(copy)
        if not copy.idle or (space is not None and copy.entries):
            return
        del self.copies[copy.name]
        if space is not None:
            self.spaces.unload(space)
            free_slowly(space)
        elif copy.name in self.ids:
            with suppress(LogFailure):
                await self._committer.run(partial(self.storage.log.erase, copy.name, copy.replica.applied))
                self._forget(copy.name)

    async def refresh(self, name: str) -> None:
        """Do nothing: the space is up to date."""

    async def refresh_all(self) -> None:
        """Do nothing: the list is up to date."""

    # --- all spaces

    def exists(self, name: str) -> bool:
        if name in self.copies:
            return self.spaces.find(name) is not None
        return name in self.ids and self.storage.numbers.get(self.ids[name]) != GONE

    def birth(self, space: str) -> int:
        return self.ids[space]

    def requests(self) -> Iterator[tuple[str, int]]:
        for name, id in list(self.ids.items()):
            if name not in self.copies:  # or loading, and has applied a part of its entries
                if (number := self.storage.numbers.get(id)) != GONE:
                    yield name, number
            elif (space := self.spaces.find(name)) is not None:
                yield name, space.requests

    async def erase(self, name: str) -> bool:
        if name in self.copies or name not in self.ids or name in self._moving:
            return False
        await self._move(name, self._committer.run(partial(self.storage.log.erase, name, 2**63)))
        self._forget(name)
        return True

    def _forget(self, name: str) -> None:
        self.storage.numbers.set(self.ids.pop(name), 0, 0)
        self.stopped.pop(name, None)

    # --- snapshots

    async def _store_image(self, name: str, taken: Image) -> None:
        await store_image(self._committer, self.storage.log, name, taken)
