"""``carbon-emulator fixtures``"""

from pathlib import Path

import click

from emulator.core.plural import plural

DIRECTORY = click.Path(path_type=Path)


@click.group()
def fixtures() -> None:
    """Write and check fixtures, which each provider starts from."""


@fixtures.command()
@click.argument("directory", type=DIRECTORY)
def init(directory: Path) -> None:
    """Write the built-in fixtures into DIRECTORY.

    Each has a JSON Schema. Existing files are not replaced.
    """
    from emulator.providers import NAMES
    from emulator.space import fixture_files

    contents = fixture_files.contents(directory, NAMES)
    for file in contents:
        if file.exists():
            raise click.UsageError(f"{file} already exists; name another directory, or delete the file")
    try:
        for file, text in contents.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
    except OSError as error:
        raise click.UsageError(f"cannot write {error.filename}: {error.strerror}") from None
    click.echo(
        f"{plural(len(NAMES), 'fixture')} in {directory}; serve them with: carbon-emulator serve --fixtures {directory}"
    )


@fixtures.command()
@click.argument("directory", required=False, type=DIRECTORY)
def check(directory: Path | None) -> None:
    """Check the fixtures in DIRECTORY, or the built-in ones.

    Exit code 0, or 2 with a line for each mistake.
    """
    from emulator.providers import ALL
    from emulator.space.fixtures import BadFixture, Fixtures

    try:
        found = Fixtures(ALL, directory)
        count = len(found.made) if directory else len(list(found.values()))  # which reads them
    except BadFixture as error:
        raise click.UsageError(str(error)) from None
    if not count:
        raise click.UsageError(
            f"{directory} has no fixtures; they are called {', '.join(f'{name}.json' for name in ALL)}"
        )
    click.echo(f"{plural(count, 'fixture')} in {directory or 'the package'}, all valid: {found.digest}")
