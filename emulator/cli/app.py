"""The command line: ``carbon-emulator``.

Exit codes: 0 for success; 1 if a check failed (no healthy server, not ready in time, a replay that differs); 2 if the
command or its environment is wrong; 3 if the server refused a request. The reason is one sentence on standard error.
"""

import os
import re
import sys
from collections.abc import Iterator
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click

from emulator.cli.options import PREFIX
from emulator.core.on_demand import OnDemand
from emulator.core.version import __version__

SERVICE = re.compile(r"_SERVICE_(HOST|PORT)(_\w+)?$|_PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?$")
"""How the variables end that Kubernetes and Docker set for a service."""

COMMANDS = {
    "version": "app:version",
    "serve": "serve_command:serve",
    "wait": "server_commands:wait",
    "health": "server_commands:health",
    "providers": "server_commands:providers",
    "env": "server_commands:env",
    "spaces": "server_commands:spaces",
    "reset": "server_commands:reset",
    "clock": "clock_command:clock",
    "upcoming": "clock_command:upcoming",
    "faults": "faults_command:faults",
    "requests": "requests_command:requests",
    "events": "events_command:events",
    "webhooks": "webhooks_command:webhooks",
    "ledger": "ledger_commands:ledger",
    "emissions": "emissions_command:emissions",
    "story": "story_command:story",
    "contract": "contract_commands:contract",
    "evidence": "contract_commands:evidence",
    "settings": "provider_commands:settings",
    "act": "provider_commands:act",
    "state": "provider_commands:state",
    "snapshot": "snapshot_commands:snapshot",
    "bundle": "snapshot_commands:bundle",
    "replay": "replay_command:replay",
    "fixtures": "fixtures_commands:fixtures",
    "mcp": "mcp_command:mcp",
    "exec": "exec_command:exec_command",
    "ca": "ca_commands:ca",
    "conform": "conform_command:conform",
    "record": "record_command:record",
    "compare": "compare_command:compare",
    "drift": "drift_command:drift",
    "data": "data_commands:data",
    "demo": "demo_command:demo",
}
"""Where each command is. It is imported when it is called: to import all takes a twentieth of a start."""

OF_TESTS = {"CARBON_EMULATOR_BUNDLES"}
"""Variables that no command reads, but the pytest plugin and the npm package do."""

NEAREST_CUTOFF = 0.7


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(__version__, message="%(version)s", help="Print the version.")
@click.pass_context
def cli(context: click.Context) -> None:
    """A local emulator of five carbon APIs: 1ClickImpact, CNaught, Carbon Insights, Dcycle and Thallo.

    Commands print colors on a terminal, unless NO_COLOR is set.
    """
    if os.environ.get("NO_COLOR"):
        context.color = False


@click.command()
def version() -> None:
    """Print the version."""
    click.echo(__version__)


def _import(name: str) -> click.Command:
    module, _, attribute = COMMANDS[name].partition(":")
    command: click.Command = getattr(import_module(f"emulator.cli.{module}"), attribute)
    return command


cli.commands = OnDemand(COMMANDS, _import)  # type: ignore[assignment]  # click only reads it


NO_ARGUMENTS: Any = getattr(click.exceptions, "NoArgsIsHelpError", ())
"""Raised by a group without a command from click 8.2 on; before, click prints the help itself and exits with 0."""


def main() -> None:
    """Run the command line. Print any error as one sentence on standard error."""
    for warning in _warnings():
        click.echo(f"carbon-emulator: warning: {warning}", err=True)
    try:
        sys.exit(cli.main(prog_name="carbon-emulator", standalone_mode=False))
    except NO_ARGUMENTS as error:
        click.echo(error.format_message())
        sys.exit(2)
    except click.ClickException as error:
        click.echo(f"carbon-emulator: {_sentence(error)}", err=True)
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except BrokenPipeError:  # what reads the output has ended, as ``head`` does; Python would report that once more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _sentence(error: click.ClickException) -> str:
    """Return what is wrong; if it is how the command is called and nothing is near, with where that is described."""
    message = error.format_message()
    misused = isinstance(error, click.MissingParameter | click.NoSuchOption) or "unexpected extra" in message
    if not (misused and isinstance(error, click.UsageError) and error.ctx) or getattr(error, "possibilities", None):
        return message
    return f"{message.removesuffix('.')}; see: {error.ctx.command_path} --help"


def _warnings() -> Iterator[str]:
    """Yield a sentence for each unknown environment variable with the emulator's prefix.

    They are not refused: Kubernetes sets some for every pod beside a service called ``carbon-emulator``.
    """
    given = sorted(name for name in os.environ if name.startswith(PREFIX))
    if not given:
        return
    known = sorted(environment_variables(cli) | OF_TESTS)
    unknown = [name for name in given if name not in known]
    of_services = [name for name in unknown if SERVICE.search(name)]
    port = os.environ.get(f"{PREFIX}PORT", "")
    if "://" in port:
        of_services.insert(0, f"{PREFIX}PORT={port}")
    if of_services:
        yield f"ignored variables of a Kubernetes or Docker service: {', '.join(of_services)}"
    for name in unknown:
        if name not in of_services:
            nearest = get_close_matches(name, known, n=1, cutoff=NEAREST_CUTOFF)
            yield f"ignored unknown environment variable {name}; " + (
                f"nearest: {nearest[0]}" if nearest else f"known: {', '.join(known)}"
            )


def environment_variables(command: click.Command) -> set[str]:
    """Return the environment variables that a command and its subcommands read."""
    names = {name for parameter in command.params for name in _variables(parameter)}
    return names.union(*map(environment_variables, getattr(command, "commands", {}).values()))


def _variables(parameter: click.Parameter) -> list[str]:
    names = parameter.envvar or []
    return [names] if isinstance(names, str) else list(names)
