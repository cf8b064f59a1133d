"""``carbon-emulator data``: look at, compact, copy and check a data directory that no server uses, or a store."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from emulator.cli.options import as_json, option
from emulator.cli.output import progress_bar, show, table
from emulator.cli.target import CheckFailed
from emulator.core.plural import plural

T = TypeVar("T")

FILE = click.Path(path_type=Path, dir_okay=False)


def _location(context: click.Context, parameter: click.Parameter, value: str) -> Path | str:
    """Return the path of a directory, or the URL of a store."""
    if "://" in value:
        return value
    path: Path = click.Path(path_type=Path, file_okay=False).convert(value, parameter, context)
    return path


with_location = click.argument("location", callback=_location, metavar="DIR|URL")
with_fixtures = option("--fixtures", type=click.Path(path_type=Path), help="The directory with its server's fixtures.")


@click.group()
def data() -> None:
    """Inspect, check, compact and copy stored spaces.

    They are in a directory of `serve --data`, or the database of `serve --store`. No server may use a directory
    meanwhile. The nodes of a database may keep running.
    """


def _done(work: Callable[[], T]) -> T:
    """Return the result of some work. Raises click.UsageError for a directory or a store that cannot be used."""
    from emulator.core.errors import BadData
    from emulator.log.log import LogFailure
    from emulator.space.fixtures import BadFixture

    try:
        return work()
    except (BadData, BadFixture, LogFailure) as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        raise click.UsageError(f"{error.filename}: {error.strerror}" if error.filename else str(error)) from None


@data.command()
@with_location
@as_json
def info(location: Path | str, as_json: bool) -> None:
    """List the stored spaces, with their requests and their size.

    And with the number of entries to apply when a space is loaded.
    """
    from emulator.cli.data_files import describe

    content = _done(lambda: describe(location))
    rows = [
        (each["name"], "-" if each["requests"] is None else each["requests"], each["entries"], each["bytes"])
        for each in content["spaces"]
    ]
    header = f"format {content['format']}, written by version {content['emulator']}, seed {content['seed']}\n"
    numbers = ("REQUESTS", "ENTRIES", "BYTES")
    show(content, as_json, header + table(("SPACE", *numbers), rows, "no spaces", numbers))


@data.command()
@with_location
@with_fixtures
def compact(location: Path | str, fixtures: Path | None) -> None:
    """Write a snapshot of every space in place of its history.

    Free space is given back. Run it with the old version before an update: newer versions can read a snapshot, even if
    they would reply differently.
    """
    from emulator.cli.data_files import compact as compact_all

    count = _done(lambda: compact_all(location, fixtures, progress_bar))
    click.echo(f"{plural(count, 'space')} compacted")


@data.command()
@with_location
@click.argument("file", type=FILE)
@with_fixtures
def export(location: Path | str, file: Path, fixtures: Path | None) -> None:
    """Write all spaces to FILE, one line of JSON each.

    Each has its recent journal. Only the owner of the file can read it.
    """
    from emulator.cli.data_export import export as export_all

    count = _done(lambda: export_all(location, file, fixtures, progress_bar))
    click.echo(f"{plural(count, 'space')} exported")


@data.command("import")
@with_location
@click.argument("file", type=FILE)
@with_fixtures
def import_(location: Path | str, file: Path, fixtures: Path | None) -> None:
    """Add the spaces of FILE, as `data export` wrote it.

    A directory is made if need be. A space that is there already, or that does not load, is an error, and then nothing
    is imported.
    """
    from emulator.cli.data_export import import_all

    count = _done(lambda: import_all(location, file, fixtures, progress_bar))
    click.echo(f"{plural(count, 'space')} imported")


@data.command()
@with_location
@with_fixtures
def check(location: Path | str, fixtures: Path | None) -> None:
    """Check that every space loads with the replies that were given.

    Check the database, too. Nothing changes.
    """
    from emulator.cli.data_files import check as check_all

    problems = _done(lambda: check_all(location, fixtures, progress_bar))
    if problems:
        raise CheckFailed("\n".join(problems))
    click.echo("ok")


@data.command()
@with_location
@click.argument("space")
def rollback(location: Path | str, space: str) -> None:
    """Drop what SPACE has done since its last snapshot.

    Use it for a space that cannot be loaded.
    """
    from emulator.cli.data_files import rollback as roll_back

    count = _done(lambda: roll_back(location, space))
    click.echo(f"{plural(count, 'entry', 'entries')} of space {space!r} dropped")
