"""The stored spaces of a process: load them, append what changes them, and write snapshots."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any, cast

from emulator.core.clock import LogTime
from emulator.log.application import Application
from emulator.log.entries import Lost, Resumption
from emulator.log.forked import take_image
from emulator.log.group_commit import GroupCommit
from emulator.log.image_writer import store_image
from emulator.log.loading import Loader, Stopped, silent
from emulator.log.log import Image, LogFailure, OwnLog
from emulator.log.numbers import GONE
from emulator.log.protocol import Replica
from emulator.log.space_copy import SpaceCopy
from emulator.log.storage import Storage
from emulator.log.stored_spaces import StoredSpaces
from emulator.log.trial import Trial
from emulator.space.gradual_free import free_slowly
from emulator.space.space import Space
from emulator.space.world import Progress

log = logging.getLogger("emulator")

IDLE_SECONDS = 300.0
SWEEP_SECONDS = 5.0


class Store:
    """The stored spaces of a process: ``copies`` are those in memory, ``ids`` all of them.

    ``stopped`` are those that cannot be loaded. ``due`` is called for a space that may have a webhook to send. It works
    between ``start()`` and ``stop()``.
    """

    commit: GroupCommit
    due: Callable[[Space], object]
    lists_all = False

    def __init__(
        self, storage: Storage, application: Application, loaded_max: int, progress: Progress = silent
    ) -> None:
        self.storage = storage
        self.application = application
        self.loaded_max = loaded_max
        self.progress = progress
        self.spaces: StoredSpaces = application.spaces
        self.time: LogTime = application.time
        self.trial = Trial(application)
        self.idle_seconds = IDLE_SECONDS
        self.copies: dict[str, SpaceCopy] = {}
        self.ids: dict[str, int] = self._stored_ids()
        self.stopped: dict[str, Stopped] = {}
        self._moving: dict[str, asyncio.Future[None]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    # --- lifetime

    async def start(self) -> None:
        """Begin to store. Spaces that a killed server has left load in the background: webhooks may be due."""
        self._loop = asyncio.get_running_loop()
        self._committer = self.storage.new_committer()
        self.commit = self._group_commit()
        self._loader = Loader(self.application, self._committer, self.storage, self.progress)
        self._spawn(self._sweep())
        self._spawn(self._recover())

    async def stop(self) -> None:
        """Store what waits, write a snapshot of each space that has changed, and close the log."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for copy in list(self.copies.values()):
            await self._unload(copy)
        self.commit.stop()
        await self._committer.stop()
        self.storage.close()

    def _stored_ids(self) -> dict[str, int]:
        """Return the numbers of all stored spaces by name."""
        return {name: summary.id for name, summary in self.storage.log.spaces().items()}

    def _group_commit(self) -> GroupCommit:
        return GroupCommit(self.storage, self.application, self._committer, self.ids, self._changed)

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- copies

    async def open(self, name: str) -> SpaceCopy:
        """Return the copy of a space, loaded if necessary. Raises LogFailure."""
        while (copy := self.copies.get(name)) is None:
            if name in self.stopped:
                raise self.stopped[name]
            if (moving := self._moving.get(name)) is not None:
                await asyncio.shield(moving)
            elif self._is_new(name):
                copy = self.copies[name] = SpaceCopy(name, Replica(name))
                break
            else:
                await self._move(name, self._load(name))
        copy.used_at = self._loop.time()
        return copy

    def leave(self, copy: SpaceCopy) -> None:
        """End one use of a copy. That of a space of which nothing is stored is not kept, once nothing uses it."""
        copy.users -= 1
        if copy.id == 0 and copy.idle and self.spaces.find(copy.name) is None and self.copies.get(copy.name) is copy:
            del self.copies[copy.name]

    def _is_new(self, name: str) -> bool:
        """Return whether nothing is stored of a space that is not in memory."""
        return name not in self.ids

    async def _move(self, name: str, work: Awaitable[None]) -> None:
        """Bring a space into memory or out of it, while others wait. Raises what the work raises."""
        moved = self._moving[name] = self._loop.create_future()
        try:
            await work
        finally:
            del self._moving[name]
            moved.set_result(None)

    async def _load(self, name: str) -> None:
        try:
            copy = await self._loader.load(name)
        except Stopped as stopped:
            self._stop(name, stopped)
            raise
        try:
            await self._complete(copy)
        except LogFailure:
            self._loader.discard(name)
            raise
        self.copies[name] = copy
        if len(self.copies) > self.loaded_max:
            self._spawn(self._make_room())

    def _stop(self, name: str, stopped: Stopped) -> None:
        """Refuse requests to a space that cannot be loaded, without trying each time."""
        self.stopped[name] = stopped
        log.error("%s", stopped)

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
            self.due(space)

    async def refresh(self, name: str) -> None:
        """Bring a space up to date, before it is asked whether it exists. Only nodes that share a store need this."""

    async def refresh_all(self) -> None:
        """Bring the list of spaces up to date. Only nodes that share a store need this."""

    def clock(self) -> float:
        """Return the time of the event loop."""
        return self._loop.time()

    def trouble(self) -> str | None:
        """Return why nothing can be stored at present, as a sentence."""
        return self.commit.trouble

    def birth(self, space: str) -> int:
        """Return a number that orders the stored spaces of all workers."""
        return self.ids[space]

    def exists(self, name: str) -> bool:
        """Return whether a space is stored, in memory or not."""
        if name in self.copies:
            return self.spaces.find(name) is not None
        return name in self.ids and self.storage.numbers.get(self.ids[name]) != GONE

    async def erase(self, name: str) -> bool:
        """Delete a stored space that is not in memory, without reading it. Return whether there was one."""
        if name in self.copies or name not in self.ids or name in self._moving:
            return False
        await self._move(name, self._committer.run(partial(self.storage.log.erase, name, 2**63)))
        self._forget(name)
        return True

    async def erase_deleted(self, copy: SpaceCopy) -> None:
        """Erase a space if a command has deleted it: a new one of its name then comes after all others in lists."""
        if self.spaces.find(copy.name) is None:
            await self._unload_if_idle(copy)

    def _forget(self, name: str) -> None:
        self.storage.numbers.set(self.ids.pop(name), 0, 0)
        self.stopped.pop(name, None)

    # --- snapshots

    def _changed(self, copy: SpaceCopy) -> None:
        """Write a snapshot of a space when its entries have grown enough."""
        if copy.needs_image and not copy.saving and not copy.held and self.spaces.find(copy.name) is not None:
            self._spawn(self._save(copy))

    async def _save(self, copy: SpaceCopy) -> None:
        """Write a snapshot of a space in place of its entries. A failure leaves the entries."""
        copy.saving = True
        entries, size, space = copy.entries, copy.bytes, self.spaces.get(copy.name)
        try:
            taken = await take_image(
                space, copy.replica.applied, self._image_time(copy), self.storage.temporary, copy.is_large
            )
            await self._store_image(copy.name, taken)
            copy.entries -= entries
            copy.bytes -= size
            copy.image_bytes = len(taken.document)
        except (LogFailure, OSError) as error:
            self.commit.fail(error)
        finally:
            copy.saving = False

    async def _store_image(self, name: str, taken: Image) -> None:
        await store_image(self._committer, cast(OwnLog, self.storage.log), name, taken)

    def _image_time(self, copy: SpaceCopy) -> datetime:  # noqa: ARG002
        """Return the time of a snapshot of a space as it is now."""
        return self.time.read()

    # --- out of memory

    async def _unload(self, copy: SpaceCopy) -> None:
        """Store what waits, and take a space out of memory: with a snapshot, or deleted if it no longer exists.

        A request that comes meanwhile keeps it in memory.
        """
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

    async def _sweep(self) -> None:
        """Take spaces out of memory that were not used for a while, and delete what does not exist any more."""
        while True:
            await asyncio.sleep(min(SWEEP_SECONDS, self.idle_seconds))
            before = self._loop.time() - self.idle_seconds
            for copy in list(self.copies.values()):
                space = self.spaces.find(copy.name)
                if space is None or (copy.used_at < before and space.next_call() is None):
                    await self._unload_if_idle(copy)

    async def _make_room(self) -> None:
        """Take the spaces out of memory that were not used for longest."""
        for copy in sorted(self.copies.values(), key=lambda copy: copy.used_at):
            if len(self.copies) <= self.loaded_max:
                break
            space = self.spaces.find(copy.name)
            if space is None or space.next_call() is None:
                await self._unload_if_idle(copy)

    async def _unload_if_idle(self, copy: SpaceCopy) -> None:
        busy = copy.users or copy.held or copy.saving or not copy.replica.idle
        if (
            not busy
            and self.commit.trouble is None
            and self.copies.get(copy.name) is copy
            and copy.name not in self._moving
        ):
            await self._move(copy.name, self._unload(copy))

    async def _recover(self) -> None:
        """Load the spaces that have entries after their snapshot, or webhooks to send."""
        summaries = await self._committer.run(self.storage.log.spaces)
        for name, summary in summaries.items():
            if summary.entries or summary.facts.get("next_call"):
                with suppress(LogFailure):
                    await self.open(name)
                await asyncio.sleep(0)

    def requests(self) -> Iterator[tuple[str, int]]:
        """Yield the name of each space, and how many requests to vendors it has had."""
        for name, id in list(self.ids.items()):
            if name not in self.copies:  # or loading, and has applied a part of its entries
                if (number := self.storage.numbers.get(id)) != GONE:
                    yield name, number
            elif (space := self.spaces.find(name)) is not None:
                yield name, space.requests
