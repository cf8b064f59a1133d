"""``carbon-emulator requests``"""

import json
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from emulator.cli.combinations import excludes, exclusive, needs
from emulator.cli.options import Duration, as_json, filter_options, filters
from emulator.cli.output import colored_status
from emulator.cli.target import Target, on_server

if TYPE_CHECKING:
    from emulator.client.handles import SpaceHandle

FILTERS = ("provider", "operation", "method", "path", "status", "since")
OPTIONS_OF_FILTERS = filter_options(FILTERS)
POLL_SECONDS = 0.2


@click.command()
@on_server
@as_json
@filters(*FILTERS)
@click.option("--follow", is_flag=True, help="Go on printing requests as they arrive, until interrupted.")
@click.option("--wait", metavar="COUNT", type=click.IntRange(1), help="Wait until this many have arrived.")
@click.option("--timeout", type=Duration(), default="5s", show_default=True, help="How long --wait waits.")
@click.option("--replay", metavar="ID", type=click.IntRange(1), help="Send this request again, and print the new one.")
@click.option("--clear", is_flag=True, help="Delete the journal, and begin a new bundle.")
@exclusive("--follow", "--wait", "--replay", "--clear")
@excludes("--replay", *OPTIONS_OF_FILTERS)
@excludes("--clear", *OPTIONS_OF_FILTERS)
@needs("--timeout", "--wait")
def requests(
    target: Target,
    as_json: bool,
    follow: bool,
    wait: int | None,
    timeout: timedelta,
    replay: int | None,
    clear: bool,
    **filters: Any,
) -> None:
    """Print the requests of the space, oldest first.

    With --json, an object a line.
    """
    params = {name: value for name, value in filters.items() if value is not None}
    with target.session() as space:
        if clear:
            space.requests.clear()
        elif replay is not None:
            _print(space.requests.replay(replay), as_json)
        elif wait is not None:
            for entry in space.requests.wait(wait, timeout.total_seconds(), **params):
                _print(entry, as_json)
        else:
            _print_journal(space, params, as_json, follow)


def _print_journal(space: "SpaceHandle", params: Mapping[str, Any], as_json: bool, follow: bool) -> None:
    last, generation = 0, None
    while True:
        entries, found = space.requests.matching_since(last, generation, **params)
        if found != generation:  # ids start again, even if the new space has no request yet
            last, generation = 0, found
        for entry in entries:
            last = entry["id"]
            _print(entry, as_json)
        if not follow:
            return
        time.sleep(POLL_SECONDS)


def _print(entry: Mapping[str, Any], as_json: bool) -> None:
    click.echo(json.dumps(entry) if as_json else _line(entry))


def _line(entry: Mapping[str, Any]) -> str:
    unread = f"  unread: {', '.join(entry['unread'])}" if entry["unread"] else ""
    request = f"{entry['method']} {entry['path']}"
    status = colored_status(entry["status"])
    return f"{entry['id']:>5} {entry['at']} {entry['provider']} {request} {status}{click.style(unread, fg='yellow')}"
