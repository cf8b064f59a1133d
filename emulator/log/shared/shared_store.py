"""The spaces of a node that shares its store with others. Every node can answer for every space."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial

from emulator.log import image
from emulator.log.application import Application
from emulator.log.entries import Resumption
from emulator.log.instants import microseconds
from emulator.log.loading import Stopped, silent
from emulator.log.log import Due, Image, LogFailure, Summary
from emulator.log.shared.shared_commit import SharedCommit, fail
from emulator.log.shared.shared_committer import SharedCommitter
from emulator.log.shared.shared_database import SharedDatabase
from emulator.log.space_copy import SpaceCopy
from emulator.log.store import Store
from emulator.space.gradual_free import free_slowly
from emulator.space.world import Progress

WATCH_SECONDS = 1.0
"""How often to note when webhooks are due, and to look after those of nodes that have ended."""

OVERDUE_SECONDS = 5.0
"""After how long another node sends a webhook that is due, or looks after a space whose own node does not."""

HELD_SECONDS = 15.0
"""How much longer than its fault says a request may be held: then the node has ended to which its client connected."""

STOPPED_SECONDS = 30.0
"""When to try again to load a space that cannot be loaded: another node may have reset it."""

UNLOAD_ENTRIES_MIN = 100
"""How many entries a space must have for a snapshot when it leaves memory: every node that has it writes one."""


class SharedStore(Store):
    """The copies that this node has of spaces in a shared log."""

    commit: SharedCommit
    storage: SharedDatabase
    _committer: SharedCommitter
    lists_all = True

    def __init__(
        self, storage: SharedDatabase, application: Application, loaded_max: int, progress: Progress = silent
    ) -> None:
        super().__init__(storage, application, loaded_max, progress)
        self._listed: dict[str, int] = {}
        self._unmarked: dict[SpaceCopy, None] = {}

    async def start(self) -> None:
        await super().start()
        self._spawn(self._watch())

    def _stored_ids(self) -> dict[str, int]:
        return {}

    def _group_commit(self) -> SharedCommit:
        self._committer.learn = self.application.worlds.learn
        commit = SharedCommit(self.storage, self.application, self._committer, self.ids, self._changed)
        commit.behind, commit.stopped = self._behind, self._stopped
        return commit

    def _is_new(self, name: str) -> bool:  # noqa: ARG002
        return False

    async def _complete(self, copy: SpaceCopy) -> None:
        """Leave open what other nodes are at work with."""

    async def up_to_date(self, name: str) -> SpaceCopy:
        """Return the copy of a space with everything that any node has acknowledged. Raises LogFailure."""
        copy = await self.open(name)
        await self.commit.catch_up(copy)
        return copy

    async def claim(self, name: str, attempt: str, seconds: float) -> bool:
        """Reserve an attempt of a webhook. Raises LogFailure."""
        return await self._committer.run(partial(self.storage.log.claim, name, attempt, seconds))

    # --- copies that cannot go on

    def _behind(self, copy: SpaceCopy) -> None:
        """Load a space again whose next entries a snapshot has replaced. What waits goes on afterwards."""
        self._spawn(self._reload(copy))

    async def _reload(self, copy: SpaceCopy) -> None:
        self._discard(copy.name)
        try:
            fresh = await self._loader.load(copy.name)
        except LogFailure as error:
            self.copies.pop(copy.name, None)
            readers, waiting = copy.replica.give_up()
            return fail([*readers, *(each.asker for each in waiting)], str(error))
        copy.replica.move_to(fresh.replica)
        copy.become(fresh)
        copy.note_reading(self.spaces.find(copy.name))
        self.commit.resume(copy)

    def _stopped(self, copy: SpaceCopy, stopped: Stopped) -> None:
        self.copies.pop(copy.name, None)
        self._discard(copy.name)
        self._stop_space(copy.name, stopped)

    def _stop_space(self, name: str, stopped: Stopped) -> None:
        super()._stop_space(name, stopped)
        self._loop.call_later(STOPPED_SECONDS, self.stopped.pop, name, None)

    def _discard(self, name: str) -> None:
        if space := self.spaces.find(name):
            space.history.close()
            self.spaces.unload(space)
            free_slowly(space)

    # --- the list of spaces

    async def refresh(self, name: str) -> None:
        with suppress(Stopped):
            copy = await self.open(name)
            copy.users += 1
            try:
                await self.commit.catch_up(copy)
            finally:
                self.leave(copy)

    async def refresh_all(self) -> None:
        """Bring the list of spaces up to date: those whose last snapshot is not their last entry are loaded."""
        summaries = await self._committer.run(self.storage.log.spaces)
        listed: dict[str, int] = {}
        for name, summary in summaries.items():
            if (requests := await self._requests(name, summary)) is not None:
                listed[name] = requests
        self._listed = listed
        self.ids.update({name: summary.id for name, summary in summaries.items()})

    async def _requests(self, name: str, summary: Summary) -> int | None:
        """Return how many requests a space has had; None for one that does not exist."""
        copy = self.copies.get(name)
        if copy is None and not summary.entries:
            return None if self.storage.is_gone(summary) else int(self.storage.requests(summary))
        try:
            if copy is None or copy.replica.applied < summary.last:
                await self.up_to_date(name)
        except Stopped:
            return 0
        space = self.spaces.find(name)
        return space.requests if space else None

    def requests(self) -> Iterator[tuple[str, int]]:
        yield from self._listed.items()

    def birth(self, space: str) -> int:  # noqa: ARG002
        """Return 0: the store lists the spaces in order."""
        return 0

    def exists(self, name: str) -> bool:
        if name in self.copies:
            return self.spaces.find(name) is not None
        return name in self._listed

    async def erase(self, name: str) -> bool:
        """Cut off the history of a space that cannot be loaded. All others are deleted by an entry."""
        if name in self.stopped:
            last = await self._committer.run(partial(self.storage.log.last, name))
            await self._committer.run(partial(self.storage.log.save, name, Image(last, b"", image.GONE)))
            self.stopped.pop(name, None)
        return False

    # --- snapshots, and out of memory

    async def _store_image(self, name: str, taken: Image) -> None:
        """Store a snapshot as a whole: other nodes may store theirs at the same time."""
        await self._committer.run(partial(self.storage.log.save, name, taken))

    def _changed(self, copy: SpaceCopy) -> None:
        super()._changed(copy)
        self._unmarked[copy] = None

    async def _unload(self, copy: SpaceCopy) -> None:
        space = self.spaces.find(copy.name)
        if space is not None and copy.entries >= UNLOAD_ENTRIES_MIN and not copy.held:
            await self._save(copy)
        if space is None and copy.entries > 0 and self.commit.trouble is None:
            gone = Image(copy.replica.applied, b"", image.GONE)
            with suppress(LogFailure):
                await self._committer.run(partial(self.storage.log.save, copy.name, gone))
        if not copy.idle:
            return
        del self.copies[copy.name]
        if space is not None:
            self.spaces.unload(space)
            free_slowly(space)

    # --- webhooks and delayed requests of nodes that have ended

    async def _recover(self) -> None:
        """Do nothing: other nodes are at work. ``_watch`` finds what they have left."""

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            with suppress(LogFailure):
                self._end_held()
                await self._mark()
                for name in await self._committer.run(partial(self.storage.log.overdue, OVERDUE_SECONDS)):
                    await self._take_over(name)

    async def _mark(self) -> None:
        """Note when the spaces that have changed have their next webhook to send."""
        if self.commit.trouble is not None:
            return
        dues = {copy.name: self._due(copy) for copy in self._unmarked}
        self._unmarked.clear()
        await self._committer.run(partial(self.storage.log.mark, dues))

    def _due(self, copy: SpaceCopy) -> Due:
        space = self.spaces.find(copy.name)
        due = space.next_call() if space and not space.outbox.paused else None
        if space is None or due is None or (space.clock.frozen and due > space.clock.now):
            return Due(copy.replica.applied, None)
        now = self.time.read()
        wait = timedelta() if space.clock.frozen else max(due - (now + space.clock.offset), timedelta())
        return Due(copy.replica.applied, microseconds(now + wait))

    async def _take_over(self, name: str) -> None:
        """Look after a space whose node may have ended."""
        with suppress(Stopped):
            copy = await self.up_to_date(name)
            if space := self.spaces.find(name):
                self.due(space)
            self._unmarked[copy] = None

    def _end_held(self) -> None:
        """End requests that their own node should have ended a while ago."""
        now = self.time.read()
        for copy in self.copies.values():
            for number, held in copy.held.items():
                latest = timedelta(seconds=held.before.delay_seconds + HELD_SECONDS)
                if held.at and now > held.at + latest:
                    self.commit.append(copy, Resumption(number, gone=True))
