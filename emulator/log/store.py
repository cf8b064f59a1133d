"""The stored spaces of a process: load them, append what changes them, and write snapshots."""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from emulator.core.clock import LogTime
from emulator.log.application import Application
from emulator.log.forked import take_image
from emulator.log.group_commit import GroupCommit
from emulator.log.instants import instant
from emulator.log.loading import Loader, Stopped, silent
from emulator.log.log import Image, LogFailure
from emulator.log.replica import Replica
from emulator.log.space_copy import SpaceCopy
from emulator.log.storage import Storage
from emulator.log.stored_spaces import StoredSpaces
from emulator.log.trial import Trial
from emulator.space.space import Space
from emulator.space.world import Progress

log = logging.getLogger("emulator")

IDLE_SECONDS = 300.0
"""How long after its last request a space stays in memory."""

SWEEP_SECONDS = 5.0
"""How often to look for such spaces."""


class Store(ABC):
    """The stored spaces of a process: ``copies`` are those in memory, ``ids`` all of them.

    ``stopped`` are those that cannot be loaded. ``due`` is called for a space that may have a webhook to send. It works
    between ``start()`` and ``stop()``. An ``OwnStore`` has its log to itself; a ``SharedStore`` shares it with other
    nodes.
    """

    commit: GroupCommit
    due: Callable[[Space], object]
    lists_all: bool

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
            copy.note_reading(self.spaces.find(name))
        except Stopped as stopped:
            self._stop_space(name, stopped)
            raise
        try:
            await self._complete(copy)
        except LogFailure:
            self._loader.discard(name)
            raise
        self.copies[name] = copy
        if len(self.copies) > self.loaded_max:
            self._spawn(self._make_room())

    def _stop_space(self, name: str, stopped: Stopped) -> None:
        """Refuse requests to a space that cannot be loaded, without trying each time."""
        self.stopped[name] = stopped
        log.error("%s", stopped)

    def clock(self) -> float:
        """Return the time of the event loop."""
        return self._loop.time()

    def trouble(self) -> str | None:
        """Return why nothing can be stored at present, as a sentence."""
        return self.commit.trouble

    async def erase_deleted(self, copy: SpaceCopy) -> None:
        """Erase a space if a command has deleted it: a new one of its name then comes after all others in lists."""
        if self.spaces.find(copy.name) is None:
            await self._unload_if_idle(copy)

    # --- snapshots

    def _changed(self, copy: SpaceCopy) -> None:
        """Write a snapshot of a space when its entries have grown enough."""
        if copy.needs_image and not copy.saving and not copy.held and self.spaces.find(copy.name) is not None:
            self._spawn(self._save(copy))

    async def _save(self, copy: SpaceCopy) -> None:
        """Write a snapshot of a space in place of its entries. A failure leaves the entries.

        It is of the time of the last entry: those that are on their way have later ones, but before now.
        """
        copy.saving = True
        entries, size, space = copy.entries, copy.bytes, self.spaces.get(copy.name)
        try:
            taken = await take_image(
                space, copy.replica.applied, instant(copy.at), self.storage.temporary, copy.is_large
            )
            await self._store_image(copy.name, taken)
            copy.entries -= entries
            copy.bytes -= size
            copy.image_bytes = len(taken.document)
        except (LogFailure, OSError) as error:
            self.commit.fail(error)
        finally:
            copy.saving = False

    # --- out of memory

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

    # --- what depends on whether other nodes use the log

    @abstractmethod
    def _stored_ids(self) -> dict[str, int]:
        """Return the ids of all stored spaces by name."""

    @abstractmethod
    def _group_commit(self) -> GroupCommit:
        """Return what appends to the log."""

    @abstractmethod
    async def _recover(self) -> None:
        """Go on, after the start, with what a killed server has left."""

    @abstractmethod
    def _is_new(self, name: str) -> bool:
        """Return whether nothing is stored of a space that is not in memory."""

    @abstractmethod
    async def _complete(self, copy: SpaceCopy) -> None:
        """Prepare a copy that has been loaded."""

    @abstractmethod
    async def _unload(self, copy: SpaceCopy) -> None:
        """Store what waits, and take a space out of memory: with a snapshot, or deleted if it no longer exists.

        A request that comes meanwhile keeps it in memory.
        """

    @abstractmethod
    async def _store_image(self, name: str, taken: Image) -> None:
        """Store a snapshot in place of the one before it. Raises LogFailure."""

    @abstractmethod
    async def refresh(self, name: str) -> None:
        """Bring a space up to date, before it is asked whether it exists."""

    @abstractmethod
    async def refresh_all(self) -> None:
        """Bring the list of spaces up to date."""

    @abstractmethod
    def exists(self, name: str) -> bool:
        """Return whether a space is stored, in memory or not."""

    @abstractmethod
    def birth(self, space: str) -> int:
        """Return a number that orders the stored spaces of all workers."""

    @abstractmethod
    def requests(self) -> Iterator[tuple[str, int]]:
        """Yield the name of each space, and how many requests to vendors it has had."""

    @abstractmethod
    async def erase(self, name: str) -> bool:
        """Delete a stored space that is not in memory, without reading it. Return whether there was one."""
