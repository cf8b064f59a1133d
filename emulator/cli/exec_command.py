"""``carbon-emulator exec``"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulator.cli import parent
from emulator.cli.ca_commands import ensured_authority
from emulator.cli.combinations import RUNNING, excludes
from emulator.cli.options import Name, option
from emulator.cli.target import Target
from emulator.core.names import space_name

if TYPE_CHECKING:
    from emulator.exec.execution import Server

MODES = ("env", "preload", "isolated")


class CommandNotFound(click.ClickException):
    """The command does not exist; the exit code is a shell's."""

    exit_code = 127


class CommandNotExecutable(click.ClickException):
    """The command exists and cannot be run; the exit code is a shell's."""

    exit_code = 126


@click.command("exec", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("command", metavar="-- COMMAND...", nargs=-1, type=click.UNPROCESSED, required=True)
@option("--space", default="default", type=Name(space_name), help="The space that answers.")
@option(
    "--mode",
    type=click.Choice(MODES),
    help="How clients are redirected; by default, preload, or isolated if --offline.",
)
@option("--offline", is_flag=True, help="Refuse connections to hosts that are no vendor's and not this machine.")
@option("--url", help="A running server that answers, in place of a new one.")
@option("--seed", default=0, type=click.IntRange(-(2**63), 2**63 - 1), help="The seed of a new server's ids.")
@option("--fixtures", type=click.Path(path_type=Path), help="A directory with your own fixtures, for a new server.")
@option("--quiet", is_flag=True, help="Do not print the mode and the URL to standard error.")
@click.option("--exit-with-parent", is_flag=True, help="End COMMAND when the process that started this one has ended.")
@excludes("--url", "--seed", "--fixtures", reason=RUNNING)
def exec_command(
    command: tuple[str, ...],
    space: str,
    mode: str | None,
    offline: bool,
    url: str | None,
    seed: int,
    fixtures: Path | None,
    quiet: bool,
    exit_with_parent: bool,
) -> None:
    """Run COMMAND with the vendors' production hosts redirected here.

    The emulator answers requests to them. Thallo documents no host, so it is not among them. Ends with the exit code of
    COMMAND. Modes: env sets variables that make clients use a proxy and trust its certificate; preload also changes the
    connections of Node and Python processes; isolated, on Linux, runs COMMAND in a network that has the vendors' hosts
    and nothing else.
    """
    if not hasattr(os, "posix_spawn"):
        raise click.UsageError(
            "exec needs a POSIX system; use 'carbon-emulator serve --tls' and a resolver of your own"
        )
    from emulator.exec import child
    from emulator.exec.execution import Execution, default_mode

    if exit_with_parent:
        parent.exit_with_parent(reads_input=False)
    with _sentences():
        server = _shared_server(url) if url else _new_server(seed, fixtures)
        mode = mode or default_mode(offline)
        execution = Execution(ensured_authority(), server, space, mode, offline, dict(os.environ))
        report = None if quiet else lambda text: click.echo(f"carbon-emulator: {text}", err=True)
        status = execution.run(command, report)
    sys.exit(child.end_as(status))


def _shared_server(url: str) -> "Server":
    """Return the server at a URL, if it answers. Raises ValueError, CheckFailed."""
    from emulator.client.server_url import server_url
    from emulator.exec.execution import Server
    from emulator.proxy.shared_server import SharedServer

    app = SharedServer.parse(server_url(url))
    with Target(url=url.rstrip("/")).session() as space:
        space.control("GET", "/health")
    return Server(app, url.rstrip("/"))


def _new_server(seed: int, fixtures: Path | None) -> "Server":
    """Return a server of our own. Raises BadFixture."""
    from emulator.app import create_app
    from emulator.exec.execution import Server

    return Server(create_app(seed=seed, fixtures_directory=fixtures))


@contextmanager
def _sentences() -> Iterator[None]:
    """Turn what prevents the command from running into one sentence."""
    from emulator.exec.child import CannotRun
    from emulator.exec.isolation import CannotIsolate
    from emulator.space.fixtures import BadFixture

    try:
        yield
    except CannotRun as error:
        raise (CommandNotFound if error.missing else CommandNotExecutable)(str(error)) from None
    except (CannotIsolate, BadFixture, ValueError) as error:
        raise click.UsageError(str(error)) from None
