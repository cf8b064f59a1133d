"""The options of every command that starts a server: ``serve`` and ``demo``."""

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emulator.cli.options import Checked, option
from emulator.cli.parent import exit_with_parent

if TYPE_CHECKING:
    from socket import socket

    from starlette.types import ASGIApp


def server_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to a command, in their order."""
    for add in reversed(_OPTIONS):
        command = add(command)
    return command


def new_token(host: str) -> str | None:
    """Return a control token for a server that other machines can reach; None for one that they cannot."""
    from emulator.core.hosts import is_loopback
    from emulator.core.ids import secret

    return None if is_loopback(host) else secret()


def bound_socket(host: str, port: int, advice: str = "choose another with --port") -> "socket":
    """Return a socket that listens. Raises click.UsageError, with advice if the port is in use."""
    from emulator.server.server import PortTaken, bind

    try:
        return bind(host, port)
    except PortTaken as error:
        raise click.UsageError(f"{error}; {advice}" if error.in_use else str(error)) from None


def write_url(url_file: Path | None, url: str) -> None:
    """Write the URL of a server that is ready into the file that ``--url-file`` names."""
    if url_file is not None:
        url_file.write_text(f"{url}\n")


def access_logged(app: "ASGIApp", wanted: bool) -> "ASGIApp":
    """Return an application that prints a line for each request, if that is wanted."""
    from emulator.server.access_log import AccessLog

    return AccessLog(app, lambda line: click.echo(line, err=True)) if wanted else app


def _check_writable(_: click.Context, __: click.Parameter, path: Path | None) -> Path | None:
    if path is not None and not os.access(path if path.exists() else path.parent, os.W_OK):
        raise click.BadParameter(f"cannot write {path}")
    return path


def _exit_with_parent(_: click.Context, __: click.Parameter, wanted: bool) -> None:
    if wanted:
        exit_with_parent()


def own_hosts(bound: str, allowed: Iterable[str]) -> list[str]:
    """Return the names under which a server may be called: the one that it listens on, if it is one, and others.

    An address to listen on may be empty, or have an interface; such a server is called by other names.
    """
    from emulator.core import server_settings

    with suppress(ValueError):
        return [server_settings.host(bound), *allowed]
    return [*allowed]


_OPTIONS = (
    option("--host", default="127.0.0.1", help="The address to listen on."),
    option("--port", default=4412, type=click.IntRange(0, 65535), help="The port to listen on; 0 picks a free one."),
    option("--seed", default=0, type=click.IntRange(-(2**63), 2**63 - 1), help="The seed that all ids follow from."),
    option(
        "--fixtures", "fixtures_directory", type=click.Path(path_type=Path), help="A directory with your own fixtures."
    ),
    option(
        "--url-file",
        type=click.Path(path_type=Path, dir_okay=False),
        callback=_check_writable,
        help="Write the URL to this file once ready.",
    ),
    option("--allow-host", multiple=True, type=Checked("host"), help="A further host name of this server."),
    option(
        "--webhook-host",
        "webhook_hosts",
        multiple=True,
        type=Checked("host"),
        help="A host beyond this machine that webhooks may call.",
    ),
    option(
        "--links",
        type=click.Choice(["emulator", "vendor"]),
        help="Where links in replies lead: to pages of the emulator (the fixtures' default), or to the vendors'.",
    ),
    option(
        "--public-url",
        type=Checked("url"),
        help="The URL of this server in such links; by default as the first request to a space has it.",
    ),
    option("--control-token", type=Checked("token"), help="Require this token for the control API."),
    option("--access-log", is_flag=True, help="Print a line for each request to standard error."),
    option(
        "--exit-with-parent",
        is_flag=True,
        callback=_exit_with_parent,
        expose_value=False,
        help="Stop when the process that started this one has ended, even if it was killed.",
    ),
)
