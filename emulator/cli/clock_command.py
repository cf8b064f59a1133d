"""``carbon-emulator clock``"""

from datetime import timedelta

import click

from emulator.cli.options import Duration, Instant, as_json
from emulator.cli.output import show
from emulator.cli.target import Target, on_server


@click.command()
@on_server
@as_json
@click.option("--set", "at", type=Instant(), help="Set the clock to this date or time.")
@click.option("--freeze/--run", default=None, help="Freeze the clock, or let it run.")
@click.option("--advance", type=Duration(), help="Let this much time pass, such as 1h30m.")
def clock(target: Target, as_json: bool, at: str | None, freeze: bool | None, advance: timedelta | None) -> None:
    """Print the clock of the space, set it, or let time pass. Prints the due events."""
    with target.session() as space:
        reply = space.control("GET", "/clock")
        events = []
        if at is not None or freeze is not None:
            setting = {"now": at, "frozen": freeze}
            content = {name: value for name, value in setting.items() if value is not None}
            reply = space.control("PUT", "/clock", json=content)
            events += reply["events"]
        if advance is not None:
            reply = space.control("POST", "/clock/advance", json={"seconds": advance.total_seconds()})
            events += reply["events"]
        state = "frozen" if reply["frozen"] else "running"
        lines = [f"{event['at']} {event['provider']} {event['kind']} {event['subject']}" for event in events]
        show({**reply, "events": events}, as_json, "\n".join([f"{reply['now']} {state}", *lines]))
