"""``carbon-emulator events``"""

import json
from datetime import timedelta

import click

from emulator.cli.options import Duration
from emulator.cli.target import Target, on_server


@click.command()
@on_server
@click.option("--replay", is_flag=True, help="Begin with what the space still remembers, instead of now.")
@click.option("--timeout", type=Duration(), help="When to end; without it, when interrupted. 0 prints what there is.")
def events(target: Target, replay: bool, timeout: timedelta | None) -> None:
    """Print what happens in the space, as it happens.

    Each request, command and reset is a JSON object on a line.
    """
    seconds = None if timeout is None else timeout.total_seconds()
    with target.session() as space:
        for kind, data in space.events(replay=replay, timeout=seconds):
            click.echo(json.dumps({"event": kind, **data}))
