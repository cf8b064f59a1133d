"""The command line: ``carbon-emulator``.

Exit codes: 0 done; 1 a check failed (unhealthy, not ready in time, a replay that differs); 2 the command or its
surroundings are wrong, said in one sentence on standard error; 3 the server refused, with its reason.
"""

import os
import sys
from collections.abc import Iterator

import click

from emulator.cli.client_commands import clock, env, faults, health, requests, snapshots, wait
from emulator.cli.offline_commands import fixtures, replay
from emulator.cli.serve import serve
from emulator.core.version import __version__

PREFIX = "CARBON_EMULATOR_"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """A local stand-in for five carbon APIs: 1ClickImpact, CNaught, Carbon Insights, Dcycle and Thallo."""


@cli.command()
def version() -> None:
    """Print the version."""
    click.echo(__version__)


for command in (serve, health, wait, env, clock, faults, requests, replay, fixtures):
    cli.add_command(command)
cli.add_command(snapshots, "snapshot")


def main() -> None:
    """Run the command line, and say what is wrong with it in one sentence."""
    try:
        _check_environment()
        sys.exit(cli.main(prog_name="carbon-emulator", standalone_mode=False))
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(2)
    except click.ClickException as error:
        click.echo(f"carbon-emulator: {error.format_message()}", err=True)
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)


def _check_environment() -> None:
    """Refuse a variable that looks like ours and is none: it would be ignored without a word."""
    known = {name for option in _options(cli) for name in _variables(option)}
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in known:
            raise click.UsageError(f"the environment variable {name} is none of ours: {', '.join(sorted(known))}")


def _options(command: click.Command) -> Iterator[click.Parameter]:
    yield from command.params
    for below in getattr(command, "commands", {}).values():
        yield from _options(below)


def _variables(option: click.Parameter) -> list[str]:
    names = option.envvar or []
    return [names] if isinstance(names, str) else list(names)
