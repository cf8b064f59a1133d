"""``carbon-emulator demo``"""

import sys
import threading
from collections.abc import Callable, Container, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emulator.cli.combinations import RUNNING, given, needs
from emulator.cli.options import Checked, Name, option
from emulator.cli.output import table
from emulator.cli.scenario_play import check_scenario, play
from emulator.cli.server_options import access_logged, bound_socket, new_token, own_hosts, server_options, write_url
from emulator.cli.story_command import story_lines
from emulator.cli.target import Target
from emulator.core.names import space_name

if TYPE_CHECKING:
    from socket import socket

    from emulator.client.handles import SpaceHandle
    from emulator.gateway.gateway import Gateway

ROUND_SECONDS = 3.0
"""How long --keep-generating waits between two rounds of activity."""

STEPS = 100
"""Into how many parts the bar divides a scenario."""


@click.command()
@click.argument("name", default="shop")
@click.option("--list", "list_all", is_flag=True, help="List the scenarios.")
@click.option("--keep-generating", is_flag=True, help=f"Play more activity every {ROUND_SECONDS:g} seconds.")
@click.option("--no-browser", is_flag=True, help="Print the page's URL, and do not open it.")
@option("--space", default="default", type=Name(space_name), help="The space to fill. It is reset first.")
@option("--url", help="Play at the server with this URL, instead of starting one.")
@option(
    "--token",
    envvar="CARBON_EMULATOR_CONTROL_TOKEN",
    type=Checked("token"),
    help="The control token of the server at --url.",
)
@server_options
@needs("--token", "--url")
@click.pass_context
def demo(
    context: click.Context,
    /,
    name: str,
    list_all: bool,
    keep_generating: bool,
    no_browser: bool,
    space: str,
    url: str | None,
    token: str | None,
    **settings: Any,
) -> None:
    """Fill a space with the scenario NAME, and show it.

    By default a shop. It starts a server, with the options of `serve`; or plays at a running one with --url.
    """
    from emulator.scenarios import catalogue

    if list_all:
        rows = [(known, catalogue.scenario(known).title) for known in catalogue.names()]
        return click.echo(table(("SCENARIO", "TITLE"), rows, "no scenarios"))
    check_scenario(name)
    show = _Show(name, settings["seed"], keep_generating, open_page=not no_browser)
    if not url:
        return show.on_new_server(space, **settings)
    _check_no_server(context, settings)
    show.at_server(Target(url=url, space=space, token=token))


def _check_no_server(context: click.Context, settings: Container[str | None]) -> None:
    """Raise click.UsageError for options that configure a new server; variables may be meant for other commands."""
    found = given(context)
    for parameter in context.command.params:
        if parameter.name in settings and parameter.name != "seed" and parameter.opts[0] in found:
            raise click.UsageError(f"{parameter.opts[0]} and --url exclude each other: {RUNNING}")


class _Show:
    """A scenario that is played and shown."""

    def __init__(self, name: str, seed: int, keep_generating: bool, open_page: bool) -> None:
        self.name = name
        self.seed = seed
        self.keep_generating = keep_generating
        self.open_page = open_page

    def at_server(self, target: Target) -> None:
        """Play at a running server. With --keep-generating, go on until the command is interrupted."""
        with target.session() as space:
            with _bar(self.name) as advance:
                story = space.play(self.name, self.seed)
                advance(1.0)
            self._announce(story, space.url)
            if self.keep_generating:
                _generate(space, threading.Event())

    def on_new_server(
        self,
        space_name: str,
        *,
        host: str,
        port: int,
        url_file: Path | None,
        allow_host: tuple[str, ...],
        control_token: str | None,
        access_log: bool,
        **settings: Any,
    ) -> None:
        """Start a server with the scenario, and serve until SIGINT or SIGTERM."""
        from emulator.client.handles import connect
        from emulator.server import server

        token = control_token or new_token(host)
        app, bound = _made(host, port, hosts=own_hosts(host, allow_host), control_token=token, **settings)
        url = app.spaces.server_url = server.local_address(bound)
        with closing(bound):
            with _bar(self.name) as advance:
                play(app.spaces.get(space_name), self.name, advance)
            if token and not control_token:
                click.echo(f"control token: {token}")
            stopped = threading.Event()

            def ready(address: str) -> None:
                write_url(url_file, address)
                space = connect(url, token).space(space_name)
                threading.Thread(target=self._present, args=(space, stopped), daemon=True).start()

            server.serve(access_logged(app, access_log), bound, ready)
            stopped.set()

    def _present(self, space: "SpaceHandle", stopped: threading.Event) -> None:
        """Show the story of a server that has just started."""
        self._announce(space.control("GET", "/story"), space.url)
        click.echo("Press Ctrl+C to stop.")
        if self.keep_generating:
            _generate(space, stopped)

    def _announce(self, story: dict[str, Any], url: str) -> None:
        """Print the story and its links, and open the page."""
        click.echo()
        for line in story_lines(story, url):
            click.echo(line)
        page = f"{url}/_emulator/"
        click.echo(f"\nDashboard: {page}")
        if self.open_page:
            import webbrowser

            webbrowser.open(page)


def _made(host: str, port: int, **settings: Any) -> "tuple[Gateway, socket]":
    """Return the application of a new server, and the socket that it listens on. Raises click.UsageError."""
    from emulator.app import create_app
    from emulator.space.fixtures import BadFixture

    try:
        app = create_app(**settings)
    except BadFixture as error:
        raise click.UsageError(str(error)) from None
    return app, bound_socket(host, port, "choose another with --port, or use its server with --url")


def _generate(space: "SpaceHandle", stopped: threading.Event) -> None:
    """Play a round of activity every few seconds, until the server stops or the command is interrupted."""
    from emulator.client.control_client import Refused

    try:
        while not stopped.wait(ROUND_SECONDS):
            story = space.control("POST", "/story/continue", json={"rounds": 1})
            click.echo(f"round {story['rounds']}", err=True)
    except KeyboardInterrupt:
        return
    except Refused as error:  # the space was reset: there is nothing to go on with
        click.echo(str(error), err=True)


@contextmanager
def _bar(name: str) -> Iterator[Callable[[float], None]]:
    """Show a bar on a terminal, and yield what moves it to a part of the whole."""
    with click.progressbar(length=STEPS, label=f"Playing {name}", file=sys.stderr) as bar:
        shown = 0

        def advance(part: float) -> None:
            nonlocal shown
            steps = int(part * STEPS) - shown
            shown += steps
            bar.update(steps)

        yield advance
