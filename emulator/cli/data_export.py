"""The file of ``carbon-emulator data export``, which ``data import`` reads: a line of JSON each."""

import os
import tempfile
from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any, BinaryIO, TypeVar

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from emulator.cli.data_files import Contents, Failures, opened
from emulator.core import exact_json
from emulator.core.errors import BadData
from emulator.core.mistakes import first_mistake
from emulator.core.names import space_name
from emulator.core.plural import plural
from emulator.core.version import __version__
from emulator.log.log import History, Image
from emulator.log.numbers import NUMBER_MAX
from emulator.log.worlds import fixture_content, packed
from emulator.space.world import Progress

FORMAT = 2
"""In format 1, all spaces were created from the fixtures that the first line names, and documents have one part."""

HEADER_BYTES = 300
"""Of an export's first line, which is written again at the end: by then the number of spaces is known."""

UNLIKE_A_SNAPSHOT = (LookupError, TypeError, ValueError, AttributeError)
"""What is raised for a document that no emulator has written."""

Whole = Annotated[int, Field(strict=True, ge=0)]


class _Line(BaseModel):
    model_config = ConfigDict(extra="allow")


class _Header(_Line):
    """The first line."""

    format: Whole
    seed: Whole
    spaces: Whole
    fixtures: str


class _FixtureDocument(_Line):
    """What ``fixture_content`` returns."""

    emulator: str
    providers: dict[str, Any]
    fixtures: dict[str, Any]


class _Fixtures(_Line):
    """Fixtures that spaces were created from, by their digest."""

    fixtures: str
    document: _FixtureDocument


class _Facts(_Line):
    """What is known of a space without its document."""

    emulator: str
    requests: Annotated[Whole, Field(le=NUMBER_MAX)]
    next_call: str | None = None


class _Space(_Line):
    """A space. Before format 2, its fixtures are those of the first line."""

    name: Annotated[str, AfterValidator(space_name)]
    fixtures: str
    facts: _Facts
    document: Annotated[list[Any], Field(min_length=1)] | dict[str, Any]


L = TypeVar("L", bound=_Line)


# --- export


def export(location: Path | str, file: Path, fixtures: Path | None, progress: Progress) -> int:
    """Write each space as a line of JSON, after a line about the whole. Return how many. Raises BadData, LogFailure."""
    with opened(location) as storage, _replaced(file) as lines:
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


@contextmanager
def _replaced(file: Path) -> Iterator[BinaryIO]:
    """Write a file that its owner alone can read. It takes the place of an earlier one once it is complete.

    Raises BadData.
    """
    target = file.resolve()
    if target.exists() and not target.is_file():
        raise BadData(f"cannot write {file}: it is not a regular file")
    try:
        descriptor, name = tempfile.mkstemp(prefix=".export-", suffix=".tmp", dir=target.parent)
        try:
            with os.fdopen(descriptor, "wb") as lines:
                yield lines
            Path(name).replace(target)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise BadData(f"cannot write {file}: {error.strerror}") from None


def _export_header(contents: Contents, count: int) -> bytes:
    """Return the first line of an export; its length does not depend on the number of spaces."""
    world = contents.world
    header = {"format": FORMAT, "emulator": __version__, "seed": world.seed, "fixtures": world.fixtures.digest}
    return orjson.dumps({**header, "spaces": count}).ljust(HEADER_BYTES) + b"\n"


# --- import


def import_all(location: Path | str, file: Path, fixtures: Path | None, progress: Progress) -> int:
    """Add the spaces of an export: all, or none. Return how many. Raises BadData, LogFailure."""
    with file.open("rb") as lines:
        first = _parsed(lines.readline(), file, 1)
        if first.get("format") not in range(1, FORMAT + 1):
            raise BadData(f"{file} is not an export of a format up to {FORMAT}")
        header = _read(_Header, first, file, 1)
        with opened(location, create=True) as storage:
            contents = Contents(storage, fixtures, seed=header.seed)
            if header.seed != contents.world.seed:
                raise BadData(f"{file} was exported with another seed than that of {storage.location}")
            storage.adopt(contents.world, serves=False)
            step = progress("importing", header.spaces)
            digests = set(contents.log.fixtures())
            with _all_or_none(contents) as imported:
                for number, line in enumerate(lines, start=2):
                    content = _parsed(line, file, number)
                    if "name" not in content:
                        kept = _read(_Fixtures, content, file, number)
                        contents.log.keep_fixtures(kept.fixtures, packed(kept.document.model_dump()))
                        digests.add(kept.fixtures)
                        continue
                    space = _read(_Space, {"fixtures": header.fixtures, **content}, file, number)
                    taken = _taken(contents, space, imported, digests, file)
                    imported.append(space.name)
                    contents.log.save(space.name, taken)
                    contents.storage.numbers.set(contents.log.id(space.name), space.facts.requests, taken.number)
                    step(1)
                if len(imported) != header.spaces:
                    raise BadData(f"{file} has {len(imported)} of its {plural(header.spaces, 'space')}")
            return len(imported)


@contextmanager
def _all_or_none(contents: Contents) -> Iterator[list[str]]:
    """Yield the list of imported spaces, to be extended. They are erased if the import fails."""
    imported: list[str] = []
    try:
        yield imported
    except BaseException:
        for name in imported:
            contents.log.erase(name, 2**62)
        raise


def _taken(contents: Contents, space: _Space, imported: Container[str], digests: Container[str], file: Path) -> Image:
    """Return the stored form of a space of an export. Raises BadData for one that cannot be added."""
    name, known = space.name, contents.summaries.get(space.name)
    if name in imported:
        raise BadData(f"{file} has space {name!r} twice")
    if known and not (contents.storage.is_shared and contents.storage.is_gone(known)):
        raise BadData(f"space {name!r} of {file} is there already")
    if space.fixtures not in digests:
        raise BadData(f"space {name!r} of {file} was created from other fixtures; give those with --fixtures")
    parts = space.document if isinstance(space.document, list) else [space.document]
    document = b"\n".join(map(exact_json.dump, parts))
    facts = space.facts.model_dump(exclude_unset=True)
    taken = Image(known.last + 1 if known else 1, document, facts, space.fixtures)
    try:
        for _ in contents.loading(name, 0, History(taken, [])).run():
            pass
    except Failures as error:
        raise BadData(f"space {name!r} of {file} cannot be loaded: {error}") from None
    except UNLIKE_A_SNAPSHOT as error:
        raise BadData(f"space {name!r} of {file} cannot be loaded: its document is no snapshot ({error!r})") from None
    return taken


def _parsed(line: bytes, file: Path, number: int) -> dict[str, Any]:
    try:
        content = exact_json.parse(line)
    except ValueError:
        raise BadData(f"{file} is not an export: line {number} is not JSON, or was cut off") from None
    if not isinstance(content, dict):
        raise BadData(f"{file} is not an export: line {number} is not an object")
    return content


def _read(kind: type[L], content: Mapping[str, Any], file: Path, number: int) -> L:
    """Return a line. Raises BadData for one that has not its members."""
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise BadData(f"{file} is not an export: line {number}: {first_mistake(content, kind, error)}") from None
