"""Load a space: its snapshot, then the entries after it, and compare their replies with those that were given."""

import asyncio
import shlex
from collections.abc import Callable, Iterator
from functools import partial

from emulator.core.plural import plural
from emulator.core.version import __version__
from emulator.log.application import Application
from emulator.log.checks import unpack
from emulator.log.committer import Committer
from emulator.log.entries import Arrival, ControlCommand, Entry, Reads, decode
from emulator.log.instants import instant
from emulator.log.log import Damaged, History, LogFailure, Stored
from emulator.log.replica import Replica
from emulator.log.space_copy import SpaceCopy
from emulator.log.storage import Storage
from emulator.space.snapshot import BadSnapshot
from emulator.space.world import Progress

SLICE = 50
"""How many entries to apply before other requests run."""


class Stopped(LogFailure):
    """A space cannot be loaded, and no retry will help; the message says why, and what to do."""


def silent(label: str, length: int) -> Callable[[int], object]:
    """Show no progress."""
    return lambda _: None


class Loader:
    """Brings spaces from a log into memory."""

    def __init__(
        self, application: Application, committer: Committer, storage: Storage, progress: Progress = silent
    ) -> None:
        self.application = application
        self.progress = progress
        self._committer = committer
        self._storage = storage

    async def load(self, name: str) -> SpaceCopy:
        """Return the copy of a stored space. Raises LogFailure, and Stopped."""
        try:
            history, id = await self._committer.run(partial(self._read, name))
            if history.image or history.entries:
                self.application.spaces.forget_refused(name)
            loading = Loading(self.application, name, id, history, self._storage)
            step = self.progress(f"loading {name}", len(history.entries))
            for count, _ in enumerate(loading.run(), start=1):
                step(1)
                if count % SLICE == 0:
                    await asyncio.sleep(0)
        except (Damaged, BadSnapshot) as error:
            self.discard(name)
            raise Stopped(f"space {name!r} cannot be loaded: {error}") from None
        except BaseException:
            self.discard(name)
            raise
        return loading.copy

    def _read(self, name: str) -> tuple[History, int]:
        """In the log's thread: return what is stored of a space, and its number."""
        log = self._storage.log
        history = log.load(name)
        self.application.worlds.learn(history.fixtures)
        return history, log.id(name)

    def discard(self, name: str) -> None:
        """Take a space out of memory again that could not be loaded."""
        space = self.application.spaces.find(name)
        if space is not None:
            self.application.spaces.unload(space)


class Loading:
    """A space on its way into memory."""

    def __init__(self, application: Application, name: str, id: int, history: History, storage: Storage) -> None:
        self.storage = storage
        self.application = application
        self.history = history
        first = history.image.number if history.image else 0
        self.copy = SpaceCopy(name, Replica(name, first), id)
        self._given: dict[int, int] = {}
        for stored in history.entries:
            self._given.update(unpack(stored.checks))

    def run(self) -> Iterator[None]:
        """Restore the snapshot, then apply the entries, one a step. Raises Damaged, BadSnapshot and Stopped."""
        copy, last = self.copy, None
        if self.history.image and self.history.image.document:
            copy.image_bytes = len(self.history.image.document)
            self.application.restore(copy, self.history.image)
        for stored, _ in copy.replica.stored(self.history.entries):
            entry = decode(stored.payload)
            _, check = self.application.apply(copy, stored.number, stored.at, entry, stored.fixtures)
            given = self._given.get(stored.number, check)
            if check is not None and given != check:
                raise Stopped(self._difference(stored, entry))
            if stored.number not in self._given or copy.checks.are_pending:  # a refused proposal takes its own with it
                copy.checks.add(stored.number, given or 0)
            if not isinstance(entry, Reads):
                copy.last_change = stored.number
            copy.entries += 1
            copy.bytes += len(stored.payload)
            copy.at = stored.at
            last = stored
            yield
        if last:
            self.application.time.reach(instant(last.at))

    def _difference(self, stored: Stored, entry: Entry) -> str:
        """Return which reply differs, and what to do, as a message."""
        name, image_of = self.copy.name, self.history.image
        wrote = f" ({image_of.facts['emulator']} or later)" if image_of else ""
        location, shared = shlex.quote(self.storage.location), self.storage.is_shared
        writers = "all nodes" if shared else "the server"
        way_out = (
            f"space {name!r} is stopped at entry {stored.number}, {_described(entry)}: version {__version__} does not "
            f"give the reply that was given then. Stop {writers}, and run 'carbon-emulator data compact {location}' "
            f"with the version that wrote it{wrote}; or reset the space"
        )
        if shared:  # a node may have applied what a rollback would drop
            return way_out
        before = f"its snapshot before entry {image_of.number + 1}" if image_of else "nothing but its fixtures"
        return f"{way_out}; or go back to {before} with 'carbon-emulator data rollback {location} {name}'"


def _described(entry: Entry) -> str:
    match entry:
        case Arrival():
            return f"{entry.scope['method']} {entry.provider} {entry.scope['path']}"
        case Reads():
            return f"one of {plural(len(entry.reads), 'read')} from request {entry.first} on"
        case ControlCommand():
            return f"{entry.method} /_emulator{entry.path}"
        case _:
            return type(entry).__name__
