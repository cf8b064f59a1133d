"""``carbon-emulator fixtures``"""

from pathlib import Path

import click


@click.group()
def fixtures() -> None:
    """Check fixtures: what the memory of each provider starts from."""


@fixtures.command()
@click.argument("directory", required=False, type=click.Path(path_type=Path))
def check(directory: Path | None) -> None:
    """Check the fixtures in DIRECTORY, or the built-in ones: exit code 0, or 2 with file, place and mistake."""
    from emulator.providers import ALL
    from emulator.space.fixtures import BadFixture, Fixtures

    try:
        found = Fixtures(ALL, directory)
        count = len(list(found.values()))  # which reads them
    except BadFixture as error:
        raise click.UsageError(str(error)) from None
    click.echo(f"{count} fixtures are valid: {found.digest}")
