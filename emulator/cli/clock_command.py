"""``carbon-emulator clock`` and ``carbon-emulator upcoming``"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import click

from emulator.cli.combinations import exclusive
from emulator.cli.options import Duration, Instant, as_json
from emulator.cli.output import show
from emulator.cli.target import Target, on_server


@click.command()
@on_server
@as_json
@click.option("--set", "at", type=Instant(), help="Set the clock to this date or time.")
@click.option("--freeze", is_flag=True, help="Freeze the clock.")
@click.option("--run", is_flag=True, help="Let the clock run.")
@click.option("--advance", type=Duration(), help="Let this much time pass, such as 1h30m.")
@exclusive("--freeze", "--run")
def clock(target: Target, as_json: bool, at: str | None, freeze: bool, run: bool, advance: timedelta | None) -> None:
    """Print the clock of the space, set it, or let time pass. Prints the due events."""
    with target.session() as space:
        reply = space.control("GET", "/clock")
        events = []
        if at is not None or freeze or run:
            setting = {"now": at, "frozen": freeze if freeze or run else None}
            content = {name: value for name, value in setting.items() if value is not None}
            reply = space.control("PUT", "/clock", json=content)
            events += reply["events"]
        if advance is not None:
            reply = space.control("POST", "/clock/advance", json={"seconds": advance.total_seconds()})
            events += reply["events"]
        state = "frozen" if reply["frozen"] else "running"
        show({**reply, "events": events}, as_json, "\n".join([f"{reply['now']} {state}", *_lines(events)]))


@click.command()
@on_server
@as_json
@click.option("--within", type=Duration(), default="366d", show_default=True, help="How far to look ahead.")
@click.option("--limit", type=click.IntRange(0, 1000), default=100, show_default=True, help="Print at most this many.")
def upcoming(target: Target, as_json: bool, within: timedelta, limit: int) -> None:
    """Print what will fall due in the space if nothing else happens."""
    params = {"seconds": within.total_seconds(), "limit": limit}
    with target.session() as space:
        reply = space.control("GET", "/clock/upcoming", params=params)
        more = reply["total"] - len(reply["events"])
        lines = [*_lines(reply["events"]), *([f"and {more} more"] if more else [])]
        show(reply, as_json, "\n".join(lines) or "nothing")


def _lines(events: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    return (f"{event['at']} {event['provider']} {event['kind']} {event['subject']}" for event in events)
