"""``carbon-emulator serve``"""

import gc
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emulator.cli.ca_commands import ensured_authority, vendor_hosts
from emulator.cli.combinations import needs
from emulator.cli.options import option
from emulator.cli.output import read_json
from emulator.cli.scenario_play import check_scenario, play
from emulator.cli.serve_workers import WORKERS_MAX, check_workers, serve_workers
from emulator.cli.server_options import access_logged, bound_socket, new_token, own_hosts, server_options, write_url

if TYPE_CHECKING:
    from socket import socket

    from emulator.gateway.gateway import Gateway
    from emulator.log.storage import Storage
    from emulator.server.server import Secure
    from emulator.space.spaces import Spaces
    from emulator.space.worker_spaces import Part
    from emulator.space.world import Limits, Progress

FILE = click.Path(path_type=Path, dir_okay=False)


def _named(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """Return what an option names. Raises click.BadParameter if that is nothing, as an unset variable of a shell is."""
    if value == "":
        raise click.BadParameter("it is empty; without the option, spaces are in memory", context, parameter)
    return value


def _directory(context: click.Context, parameter: click.Parameter, value: str | None) -> Path | None:
    """Return the path of a directory. Raises click.BadParameter."""
    named = _named(context, parameter, value)
    return Path(named) if named else None


@click.command()
@server_options
@option("--tls", is_flag=True, help="Also serve the vendors' hosts over TLS, with certificates of `ca`.")
@option("--tls-port", default=4443, type=click.IntRange(0, 65535), help="The port for TLS; 0 picks a free one.")
@option("--snapshot", type=FILE, help="Restore the default space from this file, as 'snapshot save' writes it.")
@option("--scenario", help="Fill the default space with this scenario, as `demo --list` names them.")
@option("--spaces-max", default=1024, type=click.IntRange(1), help="The maximum number of spaces.")
@option("--body-bytes-max", default=8 * 1024 * 1024, type=click.IntRange(1), help="The maximum size of a body.")
@option(
    "--journal-max",
    "journal_exchanges_max",
    default=1000,
    type=click.IntRange(0),
    help="The maximum number of requests in a journal.",
)
@option(
    "--data",
    metavar="PATH",
    callback=_directory,
    help="Keep all spaces in this directory.",
)
@option(
    "--sync",
    default="normal",
    type=click.Choice(["normal", "full"]),
    help="With --data: 'normal' survives the end of the process, 'full' also a power failure.",
)
@option(
    "--store",
    callback=_named,
    help="Keep all spaces in this database, which other servers may share: postgresql://USER@HOST/DATABASE. "
    "Needs the extra `postgres`.",
)
@option(
    "--workers",
    default=1,
    type=click.IntRange(1, WORKERS_MAX),
    callback=check_workers,
    help="The number of processes that share the port and the spaces; one a core uses all of them.",
)
@needs("--tls-port", "--tls")
@needs("--sync", "--data")
def serve(
    host: str,
    port: int,
    tls: bool,
    tls_port: int,
    snapshot: Path | None,
    scenario: str | None,
    url_file: Path | None,
    allow_host: tuple[str, ...],
    control_token: str | None,
    access_log: bool,
    workers: int,
    **settings: Any,
) -> None:
    """Serve the five APIs until SIGINT or SIGTERM."""
    _collect_seldom()
    _use_no_plugins()
    from emulator.app import create_app
    from emulator.core.errors import BadData
    from emulator.server import server
    from emulator.space.fixtures import BadFixture

    settings |= {"limits": _limits(settings, snapshot, scenario), "progress": _progress(settings)}
    drawn_token = None if control_token else new_token(host)
    settings["hosts"] = own_hosts(host, allow_host)
    make = partial(create_app, control_token=control_token or drawn_token, **settings)
    try:
        app = make()
        bound = bound_socket(host, port)
        secure = [_secure(host, tls_port)] if tls else []
    except (BadFixture, BadData) as error:
        raise click.UsageError(str(error)) from None
    _prepare(app.spaces, snapshot, scenario, bound)
    if drawn_token:
        click.echo(f"control token: {drawn_token}")
    logged, ready = partial(access_logged, wanted=access_log), partial(_announce, url_file, secure)
    make_worker = partial(_make_worker, make, snapshot, scenario, bound)
    if workers > 1:
        return serve_workers(workers, bound, secure, make_worker, logged, ready, _storage(app, settings))
    server.serve(logged(app), bound, ready, secure)


def _progress(settings: dict[str, Any]) -> "Progress | None":
    """Return what shows how long loading takes; None in memory, where nothing is loaded."""
    if not (settings["data"] or settings["store"]):
        return None
    from emulator.cli.progress_bars import ProgressBars

    return ProgressBars()


def _storage(app: "Gateway", settings: dict[str, Any]) -> "Storage | None":
    """Return where an application keeps its spaces; None in memory."""
    if not (settings["data"] or settings["store"]):
        return None
    from emulator.log.stored_gateway import StoredGateway

    assert isinstance(app, StoredGateway)
    return app.store.storage


def _make_worker(
    make: "Callable[..., Gateway]", snapshot: Path | None, scenario: str | None, bound: "socket", part: "Part"
) -> "Gateway":
    """Return the application of a worker. The space of a snapshot or a scenario belongs to one of them."""
    from emulator.space.space import DEFAULT

    worker = make(part=part)
    owns = part.share.owns(DEFAULT)
    _prepare(worker.spaces, snapshot if owns else None, scenario if owns else None, bound)
    return worker


def _prepare(spaces: "Spaces", snapshot: Path | None, scenario: str | None, bound: "socket") -> None:
    """Let spaces know the address of the server, and fill the default one.

    Closes the socket and raises click.UsageError if it cannot.
    """
    from emulator.server.server import local_address

    spaces.server_url = local_address(bound)
    try:
        _fill(spaces, snapshot, scenario)
    except click.UsageError:
        bound.close()
        raise


def _limits(settings: dict[str, Any], snapshot: Path | None, scenario: str | None) -> "Limits":
    """Take the limits out of the settings. Raises click.UsageError for settings that exclude each other."""
    from emulator.space.world import Limits

    for name in ("data", "store"):
        if snapshot and settings[name]:
            raise click.UsageError(f"--snapshot and --{name} exclude each other; use 'carbon-emulator snapshot load'")
        if scenario and settings[name]:
            raise click.UsageError(f"--scenario and --{name} exclude each other; use 'carbon-emulator story --play'")
    if scenario and snapshot:
        raise click.UsageError("--scenario and --snapshot exclude each other")
    if scenario:
        check_scenario(scenario)
    names = settings.keys() & Limits.__struct_fields__
    return Limits(**{name: settings.pop(name) for name in names})


def _fill(spaces: "Spaces", snapshot: Path | None, scenario: str | None) -> None:
    """Fill the space ``default`` with what the options name. Raises click.UsageError."""
    if snapshot:
        _restore(spaces, snapshot)
    if scenario:
        from emulator.space.space import DEFAULT

        play(spaces.get(DEFAULT), scenario)


def _restore(spaces: "Spaces", file: Path) -> None:
    """Restore the space ``default`` from a snapshot. Raises click.UsageError."""
    from emulator.space.snapshot import BadSnapshot, restore
    from emulator.space.space import DEFAULT

    document = read_json(file)
    try:
        restore(spaces.get(DEFAULT), document if isinstance(document, dict) else {})
    except BadSnapshot as error:
        raise click.UsageError(f"{file} is not a snapshot: {error}") from None


def _collect_seldom() -> None:
    """Collect garbage rarely: it takes a tenth of the start, and a fifth of a request.

    There is little to find: a start keeps what it creates, and a request creates no cycles.
    """
    gc.set_threshold(50_000, 20, 100)


def _secure(host: str, port: int) -> "Secure":
    """Return a socket for TLS, and its certificate. Raises click.UsageError."""
    from emulator.tls.server_context import server_context

    authority = ensured_authority()
    return bound_socket(host, port, "choose another with --tls-port"), server_context(authority)


def _use_no_plugins() -> None:
    """Keep pydantic from looking for plugins: the search takes 4 ms or more of the first request."""
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


def _announce(url_file: Path | None, secure: "list[Secure]", url: str) -> None:
    """Print the URL, after writing its file: so that the file exists when the URL is printed."""
    write_url(url_file, url)
    click.echo(url)
    for listening, _ in secure:
        host, port = listening.getsockname()[:2]
        click.echo(f"TLS for {', '.join(vendor_hosts())}: {host} port {port}")
