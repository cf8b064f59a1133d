"""What ``carbon-emulator data`` does with a data directory that no server uses."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from emulator.app import make_world
from emulator.control.app import Control
from emulator.core import exact_json
from emulator.core.clock import LogTime
from emulator.core.errors import BadData
from emulator.core.version import __version__
from emulator.gateway.courier import Courier
from emulator.log import image
from emulator.log.application import Application
from emulator.log.data_directory import DataDirectory
from emulator.log.entries import Entry, Lost, Resumption, encode
from emulator.log.instants import number as microseconds
from emulator.log.loading import Loading, Stopped
from emulator.log.log import Append, Image, LogFailure, Proposal
from emulator.log.numbers import GONE
from emulator.log.space_copy import SpaceCopy
from emulator.log.stored_spaces import StoredSpaces
from emulator.space.snapshot import BadSnapshot
from emulator.space.world import Progress

FORMAT = 1

Failures = (LogFailure, BadSnapshot)


@contextmanager
def opened(path: Path, create: bool = False) -> Iterator[DataDirectory]:
    """Open a directory, and close it again. Raises BadData."""
    directory = DataDirectory(path, create=create)
    try:
        yield directory
    finally:
        directory.close()


class Directory:
    """The spaces of an open directory, loaded one after the other. Raises BadData, BadFixture."""

    def __init__(self, directory: DataDirectory, fixtures: Path | None, seed: int = 0) -> None:
        self.directory = directory
        self.log = directory.log
        world = make_world(seed=int(directory.header.get("seed", seed)), fixtures_directory=fixtures)
        directory.check(world)
        self.world = replace(world, machine_time=LogTime())
        self.summaries = self.log.spaces()

    def names(self) -> list[str]:
        """Return the names of the spaces that exist."""
        return [name for name, summary in self.summaries.items() if self.directory.numbers.get(summary.id) != GONE]

    def load(self, name: str) -> Loading:
        """Return a space on its way into memory, for ``run``. Each has its own memory."""
        assert isinstance(self.world.machine_time, LogTime)
        spaces = StoredSpaces(self.world)
        application = Application(spaces, Control(spaces, Courier()), self.world.machine_time)
        return Loading(application, name, self.summaries[name].id, self.log.load(name))

    def take(self, name: str, step: Any) -> Image | None:
        """Load a space, end what its server has left open, and return its stored form; None if it does not exist."""
        loading = self.load(name)
        for _ in loading.run():
            step(1)
        copy, application = loading.copy, loading.application
        for number in list(copy.held):
            self._append(application, copy, Resumption(number, gone=True))
        space, number = application.spaces.find(name), self.directory.numbers.after(copy.id, copy.last_change)
        if space is None:
            return None
        if number > space.requests:
            self._append(application, copy, Lost(number))
        return image.take(space, copy.replica.applied, application.time.read())

    def _append(self, application: Application, copy: SpaceCopy, entry: Entry) -> None:
        at = microseconds(application.time.read())
        proposal = Proposal("offline", at, encode(entry))
        (answer,) = self.log.append([Append(copy.name, copy.replica.applied, [proposal])])
        for stored, _ in copy.replica.stored(answer.entries or ()):
            application.apply(copy, stored.number, stored.at, entry)


# --- the commands -----------------------------------------------------------------------------------------------------


def describe(path: Path) -> dict[str, Any]:
    """Return the content of a directory. Raises BadData."""
    with opened(path) as directory:
        summaries, numbers = directory.log.spaces(), directory.numbers
        spaces = [
            {
                "name": name,
                "requests": numbers.get(summary.id),
                "entries": summary.entries,
                "bytes": summary.bytes,
                "snapshot": summary.facts or None,
            }
            for name, summary in summaries.items()
            if numbers.get(summary.id) != GONE
        ]
        header = {name: directory.header[name] for name in ("format", "emulator", "providers", "seed", "fixtures")}
        return {**header, "spaces": spaces}


def compact(path: Path, fixtures: Path | None, progress: Progress) -> int:
    """Write a snapshot of each space in place of its entries. Return how many. Raises BadData, LogFailure."""
    with opened(path) as directory:
        whole = Directory(directory, fixtures)
        directory.adopt(whole.world)
        step = progress("compacting", sum(summary.entries for summary in whole.summaries.values()))
        for name, summary in whole.summaries.items():
            if not summary.entries:
                continue
            taken = whole.take(name, step)
            if taken is None:
                directory.log.erase(name, summary.last)
            else:
                directory.log.save(name, taken)
        directory.log.vacuum()
        return len(directory.log.spaces())


def export(path: Path, file: Path, fixtures: Path | None, progress: Progress) -> int:
    """Write each space as a line of JSON, after a line about the whole. Return how many. Raises BadData, LogFailure."""
    with opened(path) as directory, file.open("wb") as lines:
        whole = Directory(directory, fixtures)
        names = whole.names()
        header = {"format": FORMAT, "emulator": __version__, "seed": whole.world.seed}
        lines.write(orjson.dumps({**header, "fixtures": whole.world.fixtures.digest, "spaces": len(names)}) + b"\n")
        step = progress("exporting", len(names))
        for name in names:
            taken = whole.take(name, lambda _: None)
            if taken:
                about = orjson.dumps({"name": name, "facts": taken.facts})
                lines.write(about[:-1] + b',"document":' + taken.document + b"}\n")
            step(1)
        return len(names)


def import_all(path: Path, file: Path, fixtures: Path | None, progress: Progress) -> int:
    """Add the spaces of an export to a directory: all, or none. Return how many. Raises BadData, LogFailure."""
    with file.open("rb") as lines:
        header = _parsed(lines.readline(), file)
        if header.get("format") != FORMAT:
            raise BadData(f"{file} is not an export of format {FORMAT}")
        with opened(path, create=True) as directory:
            whole = Directory(directory, fixtures, seed=int(header["seed"]))
            if header["seed"] != whole.world.seed or header["fixtures"] != whole.world.fixtures.digest:
                raise BadData(f"{file} was exported with another seed or other fixtures than those of {path}")
            directory.adopt(whole.world)
            step, imported = progress("importing", int(header["spaces"])), []
            try:
                for line in lines:
                    imported.append(_import_space(whole, _parsed(line, file), file))
                    step(1)
                if len(imported) != header["spaces"]:
                    raise BadData(f"{file} holds {len(imported)} of its {header['spaces']} spaces")
            except BaseException:
                for name in imported:
                    directory.log.erase(name, 2**62)
                raise
            return len(imported)


def _import_space(whole: Directory, content: dict[str, Any], file: Path) -> str:
    name: str = content["name"]
    if name in whole.summaries:
        raise BadData(f"space {name!r} of {file} is there already")
    taken = Image(1, exact_json.dump(content["document"]), content["facts"])
    whole.log.save(name, taken)
    whole.directory.numbers.set(whole.log.id(name), int(content["facts"]["requests"]), 1)
    return name


def _parsed(line: bytes, file: Path) -> dict[str, Any]:
    try:
        content = exact_json.parse(line)
    except ValueError as error:
        raise BadData(f"{file} is not an export: {error}") from None
    if not isinstance(content, dict):
        raise BadData(f"{file} is not an export: a line is not an object")
    return content


def check(path: Path, fixtures: Path | None, progress: Progress) -> list[str]:
    """Return the problems of a directory. Raises BadData."""
    with opened(path) as directory:
        whole = Directory(directory, fixtures)
        problems = directory.log.problems()
        step = progress("checking", sum(summary.entries for summary in whole.summaries.values()))
        for name in whole.summaries:
            try:
                for _ in whole.load(name).run():
                    step(1)
            except Stopped as stopped:
                problems.append(str(stopped))
            except Failures as error:
                problems.append(f"space {name!r} cannot be loaded: {error}")
        return problems


def rollback(path: Path, space: str) -> int:
    """Drop the entries of a space after its snapshot, or without one, the space. Return how many. Raises BadData."""
    with opened(path) as directory:
        summaries = directory.log.spaces()
        if space not in summaries:
            raise BadData(f"{path} has no space {space!r}; known: {', '.join(summaries) or 'none'}")
        directory.log.roll_back(space)
        directory.numbers.set(summaries[space].id, int(str(summaries[space].facts.get("requests", 0))), 0)
        return summaries[space].entries
