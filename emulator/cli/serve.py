"""``carbon-emulator serve``"""

import gc
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from emulator.cli.parent import exit_with_parent


def _option(name: str, **attributes: Any) -> Callable[[Any], Any]:
    """An option of the server that is also an environment variable: --spaces-max, CARBON_EMULATOR_SPACES_MAX."""
    variable = "CARBON_EMULATOR_" + name.removeprefix("--").replace("-", "_").upper()
    return click.option(name, envvar=variable, show_envvar=True, show_default=True, **attributes)


def _refuse_workers(_: click.Context, __: click.Parameter, workers: int) -> None:
    if workers != 1:
        raise click.BadParameter("a space lives in the memory of one process, so there is one; use several spaces")


def _check_writable(_: click.Context, __: click.Parameter, path: Path | None) -> Path | None:
    if path is not None and not os.access(path if path.exists() else path.parent, os.W_OK):
        raise click.BadParameter(f"cannot write {path}")
    return path


def _exit_with_parent(_: click.Context, __: click.Parameter, wanted: bool) -> None:
    if wanted:
        exit_with_parent()


URL_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@_option("--host", default="127.0.0.1", help="The address to listen on.")
@_option("--port", default=4412, type=click.IntRange(0, 65535), help="The port to listen on; 0 picks a free one.")
@_option("--seed", default=0, type=click.IntRange(-(2**63), 2**63 - 1), help="Decides every identifier.")
@_option("--fixtures", type=click.Path(path_type=Path), help="A directory with fixtures of your own.")
@_option("--url-file", type=URL_FILE, callback=_check_writable, help="Write the URL there once ready.")
@_option("--allow-host", multiple=True, help="A further name that the server may be called by.")
@_option("--webhook-host", multiple=True, help="A host beyond this machine that webhooks may call.")
@_option("--control-token", help="Ask this token of whoever uses the control API.")
@_option("--spaces-max", default=1024, type=click.IntRange(1), help="How many spaces there may be.")
@_option("--body-bytes-max", default=8 * 1024 * 1024, type=click.IntRange(1), help="How large a body may be.")
@_option("--journal-max", default=1000, type=click.IntRange(0), help="How many requests a space remembers.")
@_option(
    "--exit-with-parent",
    is_flag=True,
    callback=_exit_with_parent,
    expose_value=False,
    help="Stop when the process that started this one has ended, even if it was killed.",
)
@_option(
    "--workers",
    default=1,
    type=int,
    callback=_refuse_workers,
    expose_value=False,
    help="One; more are refused, with the reason.",
)
def serve(
    host: str,
    port: int,
    seed: int,
    fixtures: Path | None,
    url_file: Path | None,
    allow_host: tuple[str, ...],
    webhook_host: tuple[str, ...],
    control_token: str | None,
    spaces_max: int,
    body_bytes_max: int,
    journal_max: int,
) -> None:
    """Serve the five APIs until a signal says to stop."""
    _collect_seldom()
    from emulator.app import create_app
    from emulator.core.hosts import is_loopback
    from emulator.core.ids import secret
    from emulator.server import server
    from emulator.space.fixtures import BadFixture
    from emulator.space.world import Limits

    limits = Limits(spaces_max=spaces_max, body_bytes_max=body_bytes_max, journal_exchanges_max=journal_max)
    made_up = None if is_loopback(host) or control_token else secret()
    try:
        app = create_app(
            seed=seed,
            fixtures_directory=fixtures,
            hosts=[host, *allow_host],
            webhook_hosts=webhook_host,
            control_token=control_token or made_up,
            limits=limits,
        )
        bound = server.bind(host, port)
    except (BadFixture, server.PortTaken) as error:
        raise click.UsageError(str(error)) from None
    if made_up:
        click.echo(f"control token: {made_up}")
    server.serve(app, bound, lambda url: _announce(url, url_file))


def _collect_seldom() -> None:
    """Look for garbage in cycles seldom: that is a tenth of a start's cost, and a fifth of a request's.

    A start keeps what it makes, and a request makes no cycles, so there is little to find.
    """
    gc.set_threshold(50_000, 20, 100)


def _announce(url: str, url_file: Path | None) -> None:
    if url_file is not None:
        url_file.write_text(f"{url}\n")
    click.echo(url)  # who has read it finds the file as well
