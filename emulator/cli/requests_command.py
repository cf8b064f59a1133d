"""``carbon-emulator requests``"""

import json
import time
from typing import Any

import click

from emulator.cli.options import as_json, filters
from emulator.cli.output import colored_status
from emulator.cli.target import Target, on_server

POLL_SECONDS = 0.2


@click.command()
@on_server
@as_json
@filters("provider", "operation", "method", "path", "status", "since")
@click.option("--follow", is_flag=True, help="Go on printing requests as they arrive, until interrupted.")
def requests(target: Target, as_json: bool, follow: bool, **filters: Any) -> None:
    """Print the journal of the space, oldest first; with --json an object a line."""
    params = {name: value for name, value in filters.items() if value is not None}
    last, generation = 0, None
    with target.session() as space:
        while True:
            entries, found = space.requests.matching_since(last, generation, **params)
            if found != generation:  # ids start again, even if the new space has no request yet
                last, generation = 0, found
            for entry in entries:
                last = entry["id"]
                click.echo(json.dumps(entry) if as_json else _line(entry))
            if not follow:
                return
            time.sleep(POLL_SECONDS)


def _line(entry: dict[str, Any]) -> str:
    unread = f"  unread: {', '.join(entry['unread'])}" if entry["unread"] else ""
    request = f"{entry['method']} {entry['path']}"
    status = colored_status(entry["status"])
    return f"{entry['id']:>5} {entry['at']} {entry['provider']} {request} {status}{click.style(unread, fg='yellow')}"
