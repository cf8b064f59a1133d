"""What ``carbon-emulator data`` does with a data directory that no server uses, or with a store."""

from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import orjson

from emulator.app import make_world
from emulator.control.app import Control
from emulator.core import exact_json
from emulator.core.clock import LogTime
from emulator.core.errors import BadData
from emulator.core.plural import plural
from emulator.core.version import __version__
from emulator.gateway.courier import Courier
from emulator.log import image
from emulator.log.application import Application
from emulator.log.entries import Entry, Lost, Resumption
from emulator.log.instants import instant
from emulator.log.instants import number as microseconds
from emulator.log.loading import Loading, Stopped
from emulator.log.log import Image, LogFailure, Summary
from emulator.log.shared.shared_database import SharedDatabase
from emulator.log.space_copy import SpaceCopy
from emulator.log.sqlite.data_directory import DataDirectory
from emulator.log.stored_spaces import StoredSpaces
from emulator.log.worlds import Worlds, fixture_content, fixture_document, packed
from emulator.space.snapshot import BadSnapshot
from emulator.space.world import Limits, Links, Progress

FORMAT = 2
"""In format 1, all spaces were created from the fixtures that the first line names, and documents have one part."""

HEADER_BYTES = 300
"""Of an export's first line, which is written again at the end: by then the number of spaces is known."""

JOURNAL_MAX = 10**9
"""Of a directory that does not say how many requests its journals hold: none is dropped."""

LINKS: dict[str, Links] = {"emulator": "emulator", "vendor": "vendor"}

Failures = (LogFailure, BadSnapshot)

Opened: TypeAlias = DataDirectory | SharedDatabase


@contextmanager
def opened(place: Path | str, create: bool = False) -> Iterator[Opened]:
    """Open a directory, or the store at a URL, and close it again. Raises BadData."""
    storage: Opened = SharedDatabase(place) if isinstance(place, str) else DataDirectory(place, create=create)
    try:
        if storage.is_shared and not create and not storage.header:
            raise BadData(f"{storage.place} is no store: no server has used this database")
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
        spaces, history = StoredSpaces(self.world), self.log.load(name)
        self.worlds.learn(history.fixtures)
        application = Application(spaces, self.worlds, Control(spaces, Courier()), self._time)
        return Loading(application, name, self.summaries[name].id, history, self.storage)

    def take(self, name: str, step: Any, whole: bool = True) -> Image | None:
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


# --- the commands -----------------------------------------------------------------------------------------------------


def describe(place: Path | str) -> dict[str, Any]:
    """Return the content of a directory or store. Raises BadData."""
    with opened(place) as storage:
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


def compact(place: Path | str, fixtures: Path | None, progress: Progress) -> int:
    """Write a snapshot of each space in place of its entries. Return how many. Raises BadData, LogFailure.

    In a store, a space with delayed requests stays as it is.
    """
    with opened(place) as storage:
        contents = Contents(storage, fixtures)
        storage.adopt(contents.world)
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


def export(place: Path | str, file: Path, fixtures: Path | None, progress: Progress) -> int:
    """Write each space as a line of JSON, after a line about the whole. Return how many. Raises BadData, LogFailure."""
    with opened(place) as storage, file.open("wb") as lines:
        contents, count = Contents(storage, fixtures), 0
        names = contents.names()
        lines.write(_export_header(contents, len(names)))
        for digest, document in contents.fixtures().items():
            lines.write(orjson.dumps({"fixtures": digest, "document": fixture_content(document)}) + b"\n")
        step = progress("exporting", len(names))
        for name in names:
            taken = contents.take(name, lambda _: None)
            if taken:
                about = orjson.dumps({"name": name, "fixtures": taken.fixtures, "facts": taken.facts})
                lines.write(about[:-1] + b',"document":[' + b",".join(taken.document.split(b"\n")) + b"]}\n")
                count += 1
            step(1)
        lines.seek(0)
        lines.write(_export_header(contents, count))
        return count


def _export_header(contents: Contents, count: int) -> bytes:
    """Return the first line of an export; its length does not depend on the number of spaces."""
    world = contents.world
    header = {"format": FORMAT, "emulator": __version__, "seed": world.seed, "fixtures": world.fixtures.digest}
    return orjson.dumps({**header, "spaces": count}).ljust(HEADER_BYTES) + b"\n"


def import_all(place: Path | str, file: Path, fixtures: Path | None, progress: Progress) -> int:
    """Add the spaces of an export: all, or none. Return how many. Raises BadData, LogFailure."""
    with file.open("rb") as lines:
        header = _parsed(lines.readline(), file)
        if header.get("format") not in range(1, FORMAT + 1):
            raise BadData(f"{file} is not an export of a format up to {FORMAT}")
        with opened(place, create=True) as storage:
            contents = Contents(storage, fixtures, seed=int(header["seed"]))
            if header["seed"] != contents.world.seed:
                raise BadData(f"{file} was exported with another seed than that of {storage.place}")
            storage.adopt(contents.world)
            step, imported = progress("importing", int(header["spaces"])), []
            digests = set(contents.log.fixtures())
            try:
                for line in lines:
                    content = _parsed(line, file)
                    if "name" not in content:
                        contents.log.keep_fixtures(content["fixtures"], packed(content["document"]))
                        digests.add(content["fixtures"])
                        continue
                    content = {"fixtures": header["fixtures"], **content}
                    imported.append(_import_space(contents, content, digests, file))
                    step(1)
                if len(imported) != header["spaces"]:
                    raise BadData(f"{file} has {len(imported)} of its {plural(header['spaces'], 'space')}")
            except BaseException:
                for name in imported:
                    storage.log.erase(name, 2**62)
                raise
            return len(imported)


def _import_space(contents: Contents, content: dict[str, Any], digests: Container[str], file: Path) -> str:
    name: str = content["name"]
    known = contents.summaries.get(name)
    if known and not (contents.storage.is_shared and contents.storage.is_gone(known)):
        raise BadData(f"space {name!r} of {file} is there already")
    if content["fixtures"] not in digests:
        raise BadData(f"space {name!r} of {file} was created from other fixtures; give those with --fixtures")
    number = known.last + 1 if known else 1
    parts = content["document"] if isinstance(content["document"], list) else [content["document"]]
    document = b"\n".join(map(exact_json.dump, parts))
    taken = Image(number, document, content["facts"], content["fixtures"])
    contents.log.save(name, taken)
    contents.storage.numbers.set(contents.log.id(name), int(content["facts"]["requests"]), number)
    return name


def _parsed(line: bytes, file: Path) -> dict[str, Any]:
    try:
        content = exact_json.parse(line)
    except ValueError as error:
        raise BadData(f"{file} is not an export: {error}") from None
    if not isinstance(content, dict):
        raise BadData(f"{file} is not an export: a line is not an object")
    return content


def check(place: Path | str, fixtures: Path | None, progress: Progress) -> list[str]:
    """Return the problems of a directory or store. Raises BadData."""
    with opened(place) as storage:
        contents = Contents(storage, fixtures)
        problems = storage.problems()
        step = progress("checking", sum(summary.entries for summary in contents.summaries.values()))
        for name in contents.summaries:
            try:
                for _ in contents.load(name).run():
                    step(1)
            except Stopped as stopped:
                problems.append(str(stopped))
            except Failures as error:
                problems.append(f"space {name!r} cannot be loaded: {error}")
        return problems


def rollback(place: Path | str, space: str) -> int:
    """Drop the entries of a space after its snapshot, or without one, the space. Return how many. Raises BadData."""
    with opened(place) as storage:
        if not isinstance(storage, DataDirectory):
            raise BadData(
                "a space in a store cannot go back: nodes may have applied what would be dropped. "
                f"Reset it: POST /~{space}/_emulator/reset to any node"
            )
        summaries = storage.log.spaces()
        if space not in summaries:
            raise BadData(f"{storage.place} has no space {space!r}; known: {', '.join(summaries) or 'none'}")
        storage.log.roll_back(space)
        storage.numbers.set(summaries[space].id, int(str(summaries[space].facts.get("requests", 0))), 0)
        return summaries[space].entries
