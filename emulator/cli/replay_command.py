"""``carbon-emulator replay``"""

import json
import sys
from pathlib import Path

import click

from emulator.cli.options import as_json
from emulator.cli.output import read_json
from emulator.cli.target import CheckFailed
from emulator.core.plural import plural

BEGINS = "a bundle begins when its space is created, reset, restored or cleared"


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--fixtures", type=click.Path(path_type=Path), help="The fixtures that the bundle was recorded with.")
@as_json
def replay(file: Path, fixtures: Path | None, as_json: bool) -> None:
    """Run the requests of a bundle again, and compare every byte.

    Exit code 0 if all are the same, 1 with the first difference. A bundle without requests proves nothing: exit code 2.
    """
    from emulator.app import make_world
    from emulator.bundles import bundle
    from emulator.bundles.replay import replay as run_again
    from emulator.space.fixtures import BadFixture

    try:
        world = make_world(fixtures_directory=fixtures)
        recorded = bundle.read(read_json(file), world)
        if not recorded.requests:
            raise click.UsageError(f"{file} has no requests, so there is nothing to replay; {BEGINS}")
        with click.progressbar(length=len(recorded.requests), label="replaying", file=sys.stderr) as progress:
            difference = run_again(recorded, world, lambda: progress.update(1))
    except (BadFixture, bundle.BadBundle) as error:
        raise click.UsageError(str(error)) from None
    if as_json:
        content = {"requests": len(recorded.requests), "difference": difference and difference.model_dump()}
        click.echo(json.dumps(content))
    if difference is None:
        click.echo(f"{plural(len(recorded.requests), 'request')}, every byte the same", err=as_json)
        return
    request = f"request {difference.number}, {difference.method} {difference.path}"
    differs = f"recorded {difference.recorded!r}, replayed {difference.replayed!r}"
    raise CheckFailed(f"{request}: its {difference.part} differs: {differs}")
