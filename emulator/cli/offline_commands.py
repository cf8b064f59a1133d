"""The commands that need no server: checking fixtures, and replaying a recorded run."""

import json
import sys
from pathlib import Path

import click

from emulator.cli.client_commands import NotWell, read_json


@click.group()
def fixtures() -> None:
    """What the vendors remember at birth."""


@fixtures.command()
@click.argument("directory", required=False, type=click.Path(path_type=Path))
def check(directory: Path | None) -> None:
    """Check a directory of fixtures (ours without one): exit code 0, or 2 with file, place and fault."""
    from emulator.providers import ALL
    from emulator.space.fixtures import BadFixture, Fixtures

    try:
        found = Fixtures(ALL, directory)
        count = len(list(found.values()))  # which makes them
    except BadFixture as error:
        raise click.UsageError(str(error)) from None
    click.echo(f"{count} fixtures are good: {found.digest}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--fixtures", type=click.Path(path_type=Path), help="The fixtures that it was recorded with.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def replay(file: Path, fixtures: Path | None, as_json: bool) -> None:
    """Run a recorded bundle again: exit code 0 when every byte is the same, 1 with the first difference."""
    from emulator.app import make_world
    from emulator.recording import bundle
    from emulator.recording.replay import replay as run_again
    from emulator.space.fixtures import BadFixture

    try:
        world = make_world(fixtures_directory=fixtures)
        recorded = bundle.read(read_json(file), world)
        with click.progressbar(length=len(recorded.requests), label="replaying", file=sys.stderr) as progress:
            difference = run_again(recorded, world, lambda: progress.update(1))
    except (BadFixture, bundle.BadBundle) as error:
        raise click.UsageError(str(error)) from None
    if as_json:
        click.echo(
            json.dumps({"requests": len(recorded.requests), "difference": difference and difference.model_dump()})
        )
    if difference is None:
        click.echo(f"{len(recorded.requests)} requests, every byte the same", err=as_json)
        return
    where = f"request {difference.number}, {difference.method} {difference.path}: its {difference.part} differs"
    raise NotWell(f"{where}: recorded {difference.recorded!r}, replayed {difference.replayed!r}")
