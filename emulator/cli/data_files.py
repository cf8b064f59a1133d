"""What ``carbon-emulator data`` does with a data directory that no server uses, or with a store."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from emulator.app import make_world
from emulator.control.app import Control
from emulator.core.clock import LogTime
from emulator.core.errors import BadData
from emulator.core.struct import replace
from emulator.gateway.courier import Courier
from emulator.log import image
from emulator.log.application import Application
from emulator.log.entries import Entry, Lost, Resumption
from emulator.log.instants import instant, microseconds
from emulator.log.loading import Loading, Stopped
from emulator.log.log import History, Image, LogFailure, Summary
from emulator.log.shared.shared_database import SharedDatabase
from emulator.log.space_copy import SpaceCopy
from emulator.log.sqlite.data_directory import DataDirectory
from emulator.log.stored_spaces import StoredSpaces
from emulator.log.worlds import Worlds, fixture_content, fixture_document
from emulator.space.snapshot import BadSnapshot
from emulator.space.world import Limits, Links, Progress

JOURNAL_MAX = 10**9
"""Of a directory that does not say how many requests its journals hold: none is dropped."""

LINKS: dict[str, Links] = {"emulator": "emulator", "vendor": "vendor"}

Failures = (LogFailure, BadSnapshot)

Opened: TypeAlias = DataDirectory | SharedDatabase


@contextmanager
def opened(location: Path | str, create: bool = False) -> Iterator[Opened]:
    """Open a directory, or the store at a URL, and close it again. Raises BadData."""
    storage: Opened = (
        SharedDatabase(location, create) if isinstance(location, str) else DataDirectory(location, create=create)
    )
    try:
        if storage.is_shared and not create and not storage.header:
            raise BadData(f"{storage.location} is no store: no server has used this database")
        yield storage
    finally:
        storage.close()


class Contents:
    """The spaces of an open directory or store, loaded one after the other. Raises BadData, BadFixture.

    Nodes may be at work with a store meanwhile; a directory has no other user.
    """

    def __init__(self, storage: Opened, fixtures: Path | None, seed: int = 0) -> None:
        self.storage = storage
        self.log = storage.log
        header = storage.header
        world = make_world(
            seed=int(header.get("seed", seed)),
            fixtures_directory=fixtures,
            links=LINKS.get(header.get("links", "")),
            limits=Limits(journal_exchanges_max=int(header.get("journal_max", JOURNAL_MAX))),
        )
        storage.check(world)
        self._time = LogTime()
        self.world = replace(world, machine_time=self._time.now)
        self.worlds = Worlds(self.world, self.log)
        self.summaries = self.log.spaces()

    def names(self) -> list[str]:
        """Return the names of the spaces that exist."""
        return [name for name, summary in self.summaries.items() if not self.storage.is_gone(summary)]

    def fixtures(self) -> Mapping[str, bytes]:
        """Return the fixtures that spaces may have been created from. Before format 2, they are those given."""
        stored = self.log.fixtures()
        return stored or {self.world.fixtures.digest: fixture_document(self.world)}

    def load(self, name: str) -> Loading:
        """Return a space on its way into memory, for ``run``. Each has its own memory."""
        return self.loading(name, self.summaries[name].id, self.log.load(name))

    def loading(self, name: str, id: int, history: History) -> Loading:
        """Return a space with this history on its way into memory."""
        spaces = StoredSpaces(self.world)
        self.worlds.learn(history.fixtures)
        application = Application(spaces, self.worlds, Control(spaces, Courier()), self._time)
        return Loading(application, name, id, history, self.storage)

    def take(self, name: str, step: Callable[[int], object], whole: bool = True) -> Image | None:
        """Load a space, and return its stored form; None if it does not exist. The log does not change.

        What its server has left open is ended in the stored form. In a store, a node may be at work with that: without
        ``whole``, a space with such requests has no stored form. The form is that of the time of the last entry: a node
        may have appended another one since then, before now.
        """
        loading = self.load(name)
        for _ in loading.run():
            step(1)
        copy, application = loading.copy, loading.application
        if copy.held and not whole:
            return None
        for number in list(copy.held):
            self._apply(application, copy, Resumption(number, gone=True))
        space, number = application.spaces.find(name), self.storage.numbers.after(copy.id, copy.last_change)
        if space is None:
            return None
        if number > space.requests:
            self._apply(application, copy, Lost(number))
        return image.take(space, copy.replica.applied, instant(copy.at))

    def _apply(self, application: Application, copy: SpaceCopy, entry: Entry) -> None:
        copy.at = microseconds(application.time.read())
        application.apply(copy, copy.replica.applied, copy.at, entry)


# --- commands ---------------------------------------------------------------------------------------------------------


def describe(location: Path | str) -> dict[str, Any]:
    """Return the content of a directory or store. Raises BadData."""
    with opened(location) as storage:
        found = storage.header
        header = {name: found.get(name) for name in ("format", "emulator", "providers", "seed", "fixtures")}
        spaces = storage.log.spaces().items()
        sets = {digest: fixture_content(each)["emulator"] for digest, each in storage.log.fixtures().items()}
        about = [_described(storage, *each) for each in spaces if not storage.is_gone(each[1])]
        return {**header, "fixtures_stored": sets, "spaces": about}


def _described(storage: Opened, name: str, summary: Summary) -> dict[str, Any]:
    """Describe a space. In a store, its requests are known as of its last snapshot only."""
    about = {"name": name, "requests": storage.requests(summary), "entries": summary.entries, "bytes": summary.bytes}
    return {**about, "snapshot": summary.facts or None}


def compact(location: Path | str, fixtures: Path | None, progress: Progress) -> int:
    """Write a snapshot of each space in place of its entries. Return how many. Raises BadData, LogFailure.

    In a store, a space with delayed requests stays as it is.
    """
    with opened(location) as storage:
        contents = Contents(storage, fixtures)
        storage.adopt(contents.world, serves=False)
        step = progress("compacting", sum(summary.entries for summary in contents.summaries.values()))
        for name, summary in contents.summaries.items():
            if not summary.entries:
                continue
            taken = contents.take(name, step, whole=not storage.is_shared)
            if taken is not None:
                storage.log.save(name, taken)
            elif not storage.is_shared:
                storage.log.erase(name, summary.last)
        storage.vacuum()
        return sum(not storage.is_gone(summary) for summary in storage.log.spaces().values())


def check(location: Path | str, fixtures: Path | None, progress: Progress) -> list[str]:
    """Return the problems of a directory or store. Raises BadData."""
    with opened(location) as storage:
        contents = Contents(storage, fixtures)
        problems = storage.problems()
        step = progress("checking", sum(summary.entries for summary in contents.summaries.values()))
        return problems + [problem for name in contents.summaries if (problem := _problem(contents, name, step))]


def _problem(contents: Contents, name: str, step: Callable[[int], object]) -> str | None:
    """Load a space, and return why that fails; None if it does not."""
    try:
        for _ in contents.load(name).run():
            step(1)
    except Stopped as stopped:
        return str(stopped)
    except Failures as error:
        return f"space {name!r} cannot be loaded: {error}"
    return None


def rollback(location: Path | str, space: str) -> int:
    """Drop the entries of a space after its snapshot, or without one, the space. Return how many. Raises BadData."""
    with opened(location) as storage:
        if not isinstance(storage, DataDirectory):
            raise BadData(
                "a space in a store cannot go back: nodes may have applied what would be dropped. "
                f"Reset it: POST /~{space}/_emulator/reset to any node"
            )
        summaries = storage.log.spaces()
        if space not in summaries:
            raise BadData(f"{storage.location} has no space {space!r}; known: {', '.join(summaries) or 'none'}")
        storage.log.roll_back(space)
        storage.numbers.set(summaries[space].id, int(str(summaries[space].facts.get("requests", 0))), 0)
        return summaries[space].entries
