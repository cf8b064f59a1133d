"""``carbon-emulator demo``"""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from emulator.cli.options import option
from emulator.cli.output import table
from emulator.cli.story_command import story_lines
from emulator.cli.target import Target

if TYPE_CHECKING:
    from emulator.client.handles import SpaceHandle

ROUND_SECONDS = 3.0
"""How long --keep-generating waits between two rounds of activity."""

STEPS = 100
"""Into how many parts the bar divides a scenario."""


@click.command()
@click.argument("name", default="shop")
@click.option("--list", "list_all", is_flag=True, help="List the scenarios.")
@option("--url", help="Play at the server with this URL, instead of starting one.")
@option("--port", default=4412, type=click.IntRange(0, 65535), help="The port to listen on; 0 picks a free one.")
@option("--space", default="default", help="The space to fill. It is reset first.")
@option("--token", envvar="CARBON_EMULATOR_CONTROL_TOKEN", help="The control token of the server at --url.")
@option("--seed", default=0, type=click.IntRange(-(2**63), 2**63 - 1), help="What ids and amounts follow from.")
@click.option("--keep-generating", is_flag=True, help=f"Play more activity every {ROUND_SECONDS:g} seconds.")
@click.option("--no-browser", is_flag=True, help="Print the page's URL, and do not open it.")
def demo(
    name: str,
    list_all: bool,
    url: str | None,
    port: int,
    space: str,
    token: str | None,
    seed: int,
    keep_generating: bool,
    no_browser: bool,
) -> None:
    """Fill a space with the scenario NAME, and show it: a shop, by default."""
    from emulator.scenarios import catalogue

    if list_all:
        rows = [(known, catalogue.scenario(known).title) for known in catalogue.names()]
        return click.echo(table(("SCENARIO", "TITLE"), rows, "no scenarios"))
    try:
        catalogue.scenario(name)
    except catalogue.UnknownScenario as error:
        raise click.UsageError(str(error)) from None
    show = _Show(name, seed, keep_generating, open_page=not no_browser)
    if url:
        show.at_server(Target(url=url, space=space, token=token))
    else:
        show.on_new_server(port, space)


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

    def on_new_server(self, port: int, space_name: str) -> None:
        """Start a server with the scenario, and serve until SIGINT or SIGTERM."""
        from emulator.app import create_app
        from emulator.client.handles import connect
        from emulator.scenarios import catalogue
        from emulator.server import server

        app = create_app(seed=self.seed)
        try:
            bound = server.bind("127.0.0.1", port)
        except server.PortTaken as error:
            raise click.UsageError(f"{error}; choose another with --port, or use its server with --url") from None
        url = app.spaces.server_url = server.local_address(bound)
        with _bar(self.name) as advance:
            catalogue.play(app.spaces.get(space_name), self.name, advance)
        stopped = threading.Event()

        def ready(_: str) -> None:
            threading.Thread(target=self._present, args=(connect(url).space(space_name), stopped), daemon=True).start()

        server.serve(app, bound, ready)
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
        for line in story_lines(story):
            click.echo(line)
        page = f"{url}/_emulator/"
        click.echo(f"\nDashboard: {page}")
        if self.open_page:
            import webbrowser

            webbrowser.open(page)


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
